import { readFileSync } from 'node:fs';
import { Random } from '../../src/platform/random.ts';
import { processMemory } from '../gauges.ts';
import { serveSubject } from '../subject.ts';
import {
  type Generated,
  type GenerationTask,
  IDS,
  type Loaded,
  type RealModelOptions,
  type RealRequest,
  watchParts,
} from './real-tasks.ts';

/** What is used of node-llama-cpp. */
interface Peer {
  getLlama(options: object): Promise<{ systemInfo: string; loadModel(options: object): Promise<Model> }>;
  LlamaLogLevel: { error: string };
}
interface Model {
  createContext(options: object): Promise<Context>;
}
interface Context {
  getSequence(): Sequence;
  readonly currentThreads: number;
  /** The addon's own object; timing its one call tells what llama_decode takes by itself. */
  readonly _ctx: { decodeBatch(): Promise<void> };
}
interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: number[], options: object): AsyncGenerator<number, void, number>;
}

const NAME = 'node-llama-cpp';
/** Tokens of a step of a prompt; 512 is llama.cpp's own default. */
const BATCH = 512;

/** llama.cpp on a GGUF file, with flash attention and as it loads files by itself (mapped, weights repacked). */
await serveSubject<RealModelOptions>(({ file, workers, contextLength, maximumSequences }) => {
  const random = new Random(1);
  let model: Model | undefined;
  const contexts = new Map<number, Promise<{ context: Context; sequences: Sequence[]; inside: Inside }>>();

  const load = async (): Promise<Loaded> => {
    const { getLlama, LlamaLogLevel } = (await import(NAME)) as Peer;
    const quiet = { gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error };
    const llama = await getLlama({ ...quiet, maxThreads: workers });
    const start = performance.now();
    model = await llama.loadModel({ modelPath: file, gpuLayers: 0, ignoreMemorySafetyChecks: true });
    const seconds = (performance.now() - start) / 1000;
    const memory = processMemory();
    const described = `${NAME} ${versionOf(NAME)}, ${loadedBackend()}`;
    return { seconds, memory, described };
  };

  const open = (sequences: number) => {
    let found = contexts.get(sequences);
    if (found === undefined) {
      found = openContext(sequences);
      contexts.set(sequences, found);
    }
    return found;
  };
  const openContext = async (sequences: number) => {
    if (model === undefined) throw new Error('the model is not loaded');
    const context = await model.createContext({
      sequences,
      contextSize: sequences === 1 ? contextLength : Math.ceil(contextLength / 8),
      batchSize: BATCH,
      threads: { ideal: workers, min: workers },
      flashAttention: true,
      ignoreMemorySafetyChecks: true,
    });
    if (context.currentThreads !== workers) throw new Error(`${NAME} takes ${context.currentThreads} threads`);
    const inside = watchInside(context);
    return { context, inside, sequences: Array.from({ length: sequences }, () => context.getSequence()) };
  };

  const token = () => random.integer(IDS.first, IDS.last);

  const generate = async ({ sequences: count, prompt, steps }: GenerationTask): Promise<Generated> => {
    const { sequences, inside } = await open(count);
    for (const sequence of sequences) await sequence.clearHistory();
    inside.take();
    const watch = watchParts();
    const start = performance.now();
    const answers = sequences.map((sequence) =>
      sequence.evaluate(Array.from({ length: prompt }, token), { temperature: 0, yieldEogToken: true }),
    );
    await Promise.all(answers.map((answer) => answer.next()));
    const first = performance.now();
    const prefill = inside.take();
    if (steps > 0) watch.next();
    let distinct = 0;
    for (let step = 0; step < steps; step++) {
      // Random tokens instead of the chosen ones: those of random weights may run in a circle.
      const fed = answers.map(token);
      distinct += new Set(fed).size / steps;
      await Promise.all(answers.map((answer, i) => answer.next(fed[i]!)));
    }
    const end = performance.now();
    const others = watch.worst();
    const decode = inside.take();
    for (const answer of answers) await answer.return();
    if (decode.length !== steps) throw new Error(`${NAME} took ${decode.length} calls for ${steps} steps`);
    const sum = (list: readonly number[]) => list.reduce((total, seconds) => total + seconds, 0);
    return {
      prefill: (first - start) / 1000,
      decode: (end - first) / 1000,
      inside: { prefill: sum(prefill), decode: sum(decode) },
      steps: decode,
      others,
      distinct,
    };
  };

  return async (request): Promise<unknown> => {
    const asked = request as RealRequest;
    switch (asked.kind) {
      case 'load':
        return load();
      case 'generate':
        if (asked.sequences > maximumSequences) throw new Error(`more than ${maximumSequences} sequences`);
        return generate(asked);
      case 'memory':
        return processMemory();
      case 'profile':
        throw new Error(`${NAME} cannot be profiled`);
    }
  };
});

interface Inside {
  /** Seconds of each call of llama_decode since the last time. */
  take(): readonly number[];
}

function watchInside(context: Context): Inside {
  const { _ctx: addon } = context;
  const decode = addon.decodeBatch.bind(addon);
  let calls: number[] = [];
  const value = async () => {
    const start = performance.now();
    await decode();
    calls.push((performance.now() - start) / 1000);
  };
  Object.defineProperty(addon, 'decodeBatch', { value });
  return {
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

function versionOf(name: string): string {
  // The package does not export its package.json; its entry is dist/index.js.
  const file = new URL('../package.json', import.meta.resolve(name));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Which of the processor's kernels were chosen; Linux only. */
function loadedBackend(): string {
  if (process.platform !== 'linux') return process.arch;
  const found = /libggml-cpu[\w-]*\.so/.exec(readFileSync('/proc/self/maps', 'utf8'));
  return found?.[0] ?? 'no library of ggml for processors loaded';
}
