import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { openModelSource } from '../../src/inference/index.ts';
import { Agreement, Perplexity, scored } from './agreement.ts';
import type { ComparedModel } from './compared-model.ts';
import { LlamaModel } from './llama.ts';
import { LogitFile } from './logit-file.ts';
import type { RealModel } from './models.ts';
import { openOurs, openWidened } from './ours.ts';

/** Beginnings whose greedy continuations are compared. */
export const PROMPTS: readonly string[] = [
  'The capital of France is',
  'Once upon a time, in a village by the sea,',
  'def fibonacci(n):\n    """Return the n-th Fibonacci number."""\n',
  'Water boils at 100 degrees Celsius. At high altitude,',
  'Q: A train travels 120 km in two hours. What is its speed?\nA:',
  '床前明月光，',
];
export const CONTINUATION = 48;

/** How a model reads the text, and how near it comes to the references. */
export interface ModelResult {
  readonly name: string;
  readonly perplexity: number;
  /** Against llama.cpp; absent for llama.cpp itself. */
  readonly toLlama?: Agreement;
  /** Against the weights in f32; absent for those. */
  readonly toWidened?: Agreement;
  /** Tokens that follow each prompt; empty where they were not asked for. */
  readonly tokens: readonly (readonly number[])[];
}

export interface Continuation {
  /** Tokens up to the first that differs. */
  readonly equal: number;
  /** Where one differs: by how much, in nats, llama.cpp prefers its own token. */
  readonly gap?: number;
}

export interface Comparison {
  readonly model: RealModel;
  /** Tokens of the whole text, and whether llama.cpp cuts it into the same. */
  readonly textTokens: number;
  readonly firstDifferentToken: number | undefined;
  /** Tokens after which the next is predicted. */
  readonly positions: number;
  readonly llama: ModelResult;
  /** llama.cpp again, with its other way of computing attention: how near it comes to itself. */
  readonly llamaAgain: ModelResult;
  readonly widened: ModelResult;
  readonly ours: readonly (ModelResult & {
    /** For each prompt how its continuation compares with that of llama.cpp. */
    readonly continuations: readonly Continuation[];
  })[];
}

export interface ComparisonOptions {
  readonly text: string;
  readonly positions: number;
  readonly workers: number;
  /** Where logits lie meanwhile: two files of a row of the vocabulary in f32 for each position. */
  readonly directory: string;
  readonly progress: (text: string) => void;
}

/** Compares a GGUF file in llama.cpp, here with weights in f32, and here as it is opened for use, one after the other. */
export async function compareModel(model: RealModel, file: string, options: ComparisonOptions): Promise<Comparison> {
  const { workers, directory } = options;
  const progress = (text: string) => options.progress(`${model.name}: ${text}`);
  const { ids, prompts } = await tokenized(file, options.text);
  const positions = Math.min(options.positions, ids.length - 1);
  const context = positions + CONTINUATION + 1;
  const onProgress = (done: number, total: number) => progress(`loading, ${Math.floor((100 * done) / total)} %`);
  const opening = { workers, context, onProgress };
  const reading: Reading = { ids: ids.slice(0, positions + 1), prompts, progress };
  await using stack = new AsyncDisposableStack();
  const newFile = async () => {
    const file = await LogitFile.create(path.join(directory, `${model.name}.${randomUUID()}.logits.tmp`));
    return stack.adopt(file, () => file.close());
  };
  progress('loading in llama.cpp');
  const llama = await LlamaModel.open(file, { threads: workers, positions: context });
  stack.defer(() => llama.close());
  const theirIds = llama.tokenize(options.text);
  const theirPrompts = PROMPTS.map((prompt) => llama.tokenize(prompt));
  if (firstDifference(prompts.flat(), theirPrompts.flat()) !== undefined) {
    throw new Error(`${model.name}: llama.cpp cuts the prompts into other tokens`);
  }
  const toLlama = await newFile();
  const llamaResult = await measure(llama, reading, { save: toLlama });
  const toWidened = await newFile();
  const widenedModel = await openWidened(file, opening);
  const widened = await measureAndClose(widenedModel, { ...reading, prompts: [] }, { save: toWidened, toLlama });
  const again = await LlamaModel.open(file, { threads: workers, positions: context, flashAttention: false });
  const llamaAgain = await measureAndClose(again, { ...reading, prompts: [] }, { toLlama, toWidened });
  const ours: Comparison['ours'][number][] = [];
  for (const target of ['native', 'wasm'] as const) {
    const result = await measureAndClose(await openOurs(file, target, opening), reading, { toLlama, toWidened });
    progress(`comparing the continuations of ${result.name}`);
    const continuations = await compareContinuations(llama, prompts, llamaResult.tokens, result.tokens);
    ours.push({ ...result, continuations });
  }
  progress('comparing llama.cpp with the weights in f32');
  return {
    model,
    textTokens: ids.length,
    firstDifferentToken: firstDifference(ids, theirIds),
    positions,
    llama: { ...llamaResult, toWidened: await agreement(toWidened, toLlama, positions) },
    llamaAgain,
    widened,
    ours,
  };
}

async function tokenized(file: string, text: string): Promise<{ ids: number[]; prompts: number[][] }> {
  const source = await openModelSource(file);
  try {
    const tokenizer = await source.tokenizer();
    return { ids: [...tokenizer.encode(text)], prompts: PROMPTS.map((prompt) => [...tokenizer.encode(prompt)]) };
  } finally {
    await source.close();
  }
}

interface Reading {
  /** Tokens of the text, the last one only predicted. */
  readonly ids: readonly number[];
  readonly prompts: readonly (readonly number[])[];
  readonly progress: (text: string) => void;
}

/** Where the logits go, and what they are compared with. */
interface References {
  readonly save?: LogitFile;
  readonly toLlama?: LogitFile;
  readonly toWidened?: LogitFile;
}

async function measureAndClose(compared: ComparedModel, reading: Reading, to: References): Promise<ModelResult> {
  try {
    return await measure(compared, reading, to);
  } finally {
    await compared.close();
  }
}

async function measure(
  compared: ComparedModel,
  { ids, prompts, progress }: Reading,
  { save, toLlama, toWidened }: References,
): Promise<ModelResult> {
  const perplexity = new Perplexity();
  const [llama, widened] = [new Agreement(), new Agreement()];
  const positions = ids.length - 1;
  let at = 0;
  for await (const logits of compared.logits(ids.slice(0, positions))) {
    if (at % 32 === 0) progress(`${compared.name}, ${at} of ${positions} tokens`);
    const row = scored(logits);
    perplexity.add(row, ids[at + 1]!);
    await save?.append(row);
    if (toLlama) llama.add(await toLlama.row(at), row);
    if (toWidened) widened.add(await toWidened.row(at), row);
    at += 1;
  }
  if (at !== positions) throw new Error(`${compared.name} gave ${at} rows of logits for ${positions} tokens`);
  const tokens: number[][] = [];
  for (const prompt of prompts) {
    progress(`${compared.name}, continuation ${tokens.length + 1} of ${prompts.length}`);
    tokens.push(await compared.greedy({ prompt, count: CONTINUATION }));
  }
  return {
    name: compared.name,
    perplexity: perplexity.value,
    tokens,
    ...(toLlama ? { toLlama: llama } : {}),
    ...(toWidened ? { toWidened: widened } : {}),
  };
}

async function compareContinuations(
  llama: LlamaModel,
  prompts: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
  ours: readonly (readonly number[])[],
): Promise<Continuation[]> {
  const result: Continuation[] = [];
  for (const [i, prompt] of prompts.entries()) {
    const equal = firstDifference(theirs[i]!, ours[i]!);
    if (equal === undefined) {
      result.push({ equal: theirs[i]!.length });
      continue;
    }
    let last: Float32Array | undefined;
    for await (const row of llama.logits([...prompt, ...theirs[i]!.slice(0, equal)])) last = row;
    result.push({ equal, gap: last![theirs[i]![equal]!]! - last![ours[i]![equal]!]! });
  }
  return result;
}

/** Index of the first element that differs, or undefined. */
export function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return undefined;
}

async function agreement(reference: LogitFile, other: LogitFile, rows: number): Promise<Agreement> {
  const result = new Agreement();
  for (let at = 0; at < rows; at++) result.add(await reference.row(at), await other.row(at));
  return result;
}
