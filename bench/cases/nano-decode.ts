import { Engine } from '../../src/inference/index.ts';
import { Random } from '../../src/platform/random.ts';
import type { Runtime } from '../../src/tensor/index.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import {
  type CallTime,
  describeCalls,
  inGaps,
  inKernels,
  KernelProfile,
  leastOf,
  periodOf,
} from '../kernel-profile.ts';
import { openNano } from '../nano.ts';
import { openRuntime } from '../runtime.ts';

const PROMPT = 64;

interface Decoding {
  readonly engine: Engine;
  readonly sequences: number;
  readonly vocabulary: number;
}

interface Setting extends Decoding {
  readonly profile: KernelProfile;
  readonly tokens: number;
}

/** Milliseconds to generate `tokens` tokens for each sequence. */
export async function generate({ engine, sequences, vocabulary }: Decoding, tokens: number): Promise<number> {
  const random = new Random(1);
  const requests = Array.from({ length: sequences }, () => ({
    prompt: Int32Array.from({ length: PROMPT }, () => random.integer(3, vocabulary - 1)),
    maximumTokens: tokens,
    temperature: 0,
    endTokens: [],
  }));
  const start = performance.now();
  await engine.generateAll(requests);
  return performance.now() - start;
}

/** Kernel calls of each decoding step; the first one's gap is the host's work between steps. */
async function stepCalls(setting: Setting): Promise<CallTime[][]> {
  const all = await setting.profile.times(() => generate(setting, setting.tokens + 1));
  const period = periodOf(all.map(({ kernel }) => kernel.key));
  return Array.from({ length: setting.tokens - 1 }, (_, i) =>
    all.slice(all.length - period * (i + 1), all.length - period * i),
  );
}

async function measure(
  runtime: Runtime,
  setting: Setting,
  { quick, progress, note }: BenchContext,
): Promise<BenchRow[]> {
  const { sequences } = setting;
  const name = `${sequences} ${sequences === 1 ? 'sequence' : 'sequences'}, ${runtime.workers} ${runtime.workers === 1 ? 'worker' : 'workers'}`;
  progress(`${name}, warming up`);
  // Until the engine's optimising compiler has replaced the quick first code.
  for (let steps = 0; steps < 1500; steps += setting.tokens) await generate(setting, setting.tokens + 1);
  progress(name);
  const [short, long]: [number[], number[]] = [[], []];
  for (let i = 0; i < (quick ? 6 : 30); i++) {
    short.push(await generate(setting, 1));
    long.push(await generate(setting, setting.tokens + 1));
  }
  const stepBy = (of: (values: number[]) => number) => (of(long) - of(short)) / setting.tokens;
  const least = (values: number[]) => Math.min(...values);
  const runs: CallTime[][] = [];
  for (let i = 0; i < (quick ? 2 : 10); i++) runs.push(...(await stepCalls(setting)));
  const calls = leastOf(runs);
  const [kernels, gaps] = [inKernels(calls), inGaps(calls)];
  const quiet = kernels + gaps;
  const shares = runs.map((step) => (100 * inGaps(step)) / (inKernels(step) + inGaps(step)));
  const rate = (milliseconds: number) => (1000 * sequences) / milliseconds;
  note(`A decoding step of ${name}: ${calls.length} kernel calls\n${describeCalls(calls, 12)}`);
  return [
    row({
      name: `nano, decode, ${name}`,
      ours: rate(stepBy(least)),
      unit: 'tokens/s',
      note: `fastest answer of ${setting.tokens} steps in ${long.length}, ${PROMPT} to ${PROMPT + setting.tokens} tokens; by the median ${figure(rate(stepBy(median)))}, by the least time of each call ${figure(rate(quiet))}`,
    }),
    row({
      name: `outside kernels, ${name}`,
      ours: (100 * gaps) / quiet,
      unit: '% of a step',
      better: 'less',
      target: 15,
      note: `by the least time of each call and gap over ${runs.length} steps; in the median step ${figure(median(shares))} %; ${figure((100 * calls[0]!.gap) / quiet)} % between replays (choosing tokens, scheduling, waking workers)`,
    }),
  ];
}

async function run(context: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const workers of context.workers === 1 ? [1] : [context.workers, 1]) {
    const runtime = await openRuntime(context.target, { workers, memoryBytes: 2 ** 29 });
    try {
      const profile = new KernelProfile(runtime);
      const { config, parameters, origin } = await openNano(runtime);
      if (rows.length === 0) context.note(`Model: ${origin}; target: ${runtime.target.name}`);
      for (const sequences of [1, 8]) {
        const engine = Engine.create({ runtime, config, parameters, maximumSequences: sequences });
        const tokens = context.quick ? 32 : 128;
        const setting = { engine, profile, sequences, tokens, vocabulary: config.vocabularySize };
        rows.push(...(await measure(runtime, setting, context)));
        await engine.close();
      }
    } finally {
      await runtime.close();
    }
  }
  return rows;
}

export default {
  name: 'nano-decode',
  description: 'tokens/s of nano in decoding, 1 and 8 sequences, and time outside kernels',
  run,
} satisfies BenchCase;
