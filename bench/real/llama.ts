import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ComparedModel, Greedy } from './compared-model.ts';

/** What is used of node-llama-cpp, spelled out so that types hold where the peers are not installed. */
interface Peer {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<Llama>;
}
interface Llama {
  readonly llamaCppRelease: { readonly release: string };
  loadModel(options: Readonly<Record<string, unknown>>): Promise<Model>;
  dispose(): Promise<void>;
}
interface Model {
  readonly trainContextSize: number;
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: Readonly<Record<string, unknown>>): Promise<Context>;
}
interface Context {
  getSequence(): ContextSequence;
  dispose(): Promise<void>;
}
interface ContextSequence {
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly (readonly [token: number, options: unknown])[],
  ): Promise<{ next?: { logits?: ReadonlyMap<number, number> } }[]>;
  evaluate(tokens: readonly number[], options: unknown): AsyncGenerator<number, void>;
}

const PEER: string = 'node-llama-cpp';

/** Tokens whose logits are asked for at once: the library gives them as maps of the whole vocabulary. */
const AT_ONCE = 16;
const WANTED = { generateNext: { logits: true, options: { temperature: 0 } } };

/** A model in llama.cpp, on the processor alone. */
export class LlamaModel implements ComparedModel {
  readonly name: string;
  readonly #llama: Llama;
  readonly #model: Model;
  readonly #context: Context;
  readonly #sequence: ContextSequence;

  private constructor(llama: Llama, model: Model, context: Context, name: string) {
    this.name = name;
    this.#llama = llama;
    this.#model = model;
    this.#context = context;
    this.#sequence = context.getSequence();
  }

  /** `flashAttention`: llama.cpp's default is to use it. */
  static async open(
    file: string,
    { threads, positions, flashAttention = true }: { threads: number; positions: number; flashAttention?: boolean },
  ): Promise<LlamaModel> {
    const { getLlama } = (await import(PEER)) as Peer;
    const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
    const model = await llama.loadModel({ modelPath: file, gpuLayers: 0, ignoreMemorySafetyChecks: true });
    const context = await model.createContext({
      sequences: 1,
      contextSize: positions,
      flashAttention,
      threads: { ideal: threads, min: threads },
      ignoreMemorySafetyChecks: true,
    });
    const name = `llama.cpp ${llama.llamaCppRelease.release}`;
    return new LlamaModel(llama, model, context, flashAttention ? name : `${name}, no flash attention`);
  }

  /** Ids of a text; text that spells a special token becomes that token. */
  tokenize(text: string): number[] {
    return this.#model.tokenize(text, true);
  }

  async *logits(ids: readonly number[]): AsyncGenerator<Float32Array> {
    await this.#sequence.clearHistory();
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const tokens = ids.slice(first, first + AT_ONCE);
      const results = await this.#sequence.controlledEvaluate(tokens.map((token) => [token, WANTED]));
      for (const { next } of results) {
        const row = new Float32Array(next!.logits!.size);
        for (const [id, logit] of next!.logits!) row[id] = logit;
        yield row;
      }
    }
  }

  async greedy({ prompt, count }: Greedy): Promise<number[]> {
    await this.#sequence.clearHistory();
    const tokens: number[] = [];
    for await (const token of this.#sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      tokens.push(token);
      if (tokens.length === count) break;
    }
    return tokens;
  }

  async close(): Promise<void> {
    await this.#context.dispose();
    await this.#llama.dispose();
  }
}

/** The version of node-llama-cpp that is installed beside the benchmarks. */
export function peerVersion(): string {
  const file = fileURLToPath(new URL(`../node_modules/${PEER}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
