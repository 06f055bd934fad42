import type { Engine } from '../src/inference/index.ts';
import { Random } from '../src/platform/random.ts';
import { prepareBandwidth } from './bandwidth.ts';
import { figure } from './bench.ts';
import {
  type CallTime,
  describeCalls,
  inGaps,
  inKernels,
  type KernelProfile,
  leastOf,
  periodOf,
} from './kernel-profile.ts';
import { KernelRunner, type RunnerTarget } from './kernel-runner.ts';
import { IDS } from './subjects/real-tasks.ts';

/** Steps whose least times are taken. */
const STEPS = 24;

/**
 * Where the time of a model's steps goes: a prefill of 512 tokens, and decoding after few and after many tokens. Text for
 * people, kernels by their share, with GB/s of weights beside the limit of reading memory. The profile must have been
 * made before the model's first step.
 */
export async function profileModel(
  engine: Engine,
  profile: KernelProfile,
  target: RunnerTarget,
): Promise<readonly string[]> {
  const { workers } = engine.runtime;
  const limit = await readLimit(workers, target);
  const lines = [`Reading memory: ${figure(limit)} GB/s on ${workers} workers`];
  // Kernels are to be compiled before they are timed.
  const prefill = promptOf(512);
  await answer(engine, prefill, 1);
  const whole = () => {
    engine.forgetPrefixes();
    return answer(engine, prefill, 0);
  };
  const runs = [await profile.times(whole), await profile.times(whole)];
  lines.push(...describe('Prefill of 512 tokens', await profile.withWork(leastOf(runs), whole), limit));
  for (const length of [32, 2048].filter((tokens) => tokens + STEPS < engine.contextLength)) {
    const prompt = promptOf(length);
    // The prompt is computed once; after that its pages are found in the cache.
    await answer(engine, prompt, 1);
    const decode = () => answer(engine, prompt, STEPS);
    const timed = lastSteps(await profile.times(decode));
    const work = lastSteps(await profile.withWork(await profile.times(decode), decode));
    const calls = leastOf(timed).map((call, at) => ({
      ...work[0]![at]!,
      milliseconds: call.milliseconds,
      gap: call.gap,
    }));
    lines.push(...describe(`A decoding step after ${length} tokens`, calls, limit));
  }
  return lines;
}

function promptOf(length: number): Int32Array {
  const random = new Random(length);
  return Int32Array.from({ length }, () => random.integer(IDS.first, IDS.last));
}

/** Always the same tokens for the same prompt. */
async function answer(engine: Engine, prompt: Int32Array, steps: number): Promise<void> {
  await engine.generateAll([{ prompt, maximumTokens: steps + 1, temperature: 0, endTokens: [] }]);
}

/** The calls of the last steps, each its own list, last step first. */
function lastSteps(calls: readonly CallTime[]): CallTime[][] {
  const period = periodOf(calls.map(({ kernel }) => kernel.key));
  return Array.from({ length: STEPS - 1 }, (_, i) =>
    calls.slice(calls.length - period * (i + 1), calls.length - period * i),
  );
}

function describe(title: string, calls: readonly CallTime[], limit: number): string[] {
  const milliseconds = inKernels(calls) + inGaps(calls);
  const weights = calls.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  const operations = calls.reduce((sum, call) => sum + call.operations, 0);
  const rate = weights / milliseconds / 1e6;
  return [
    `${title}: ${figure(milliseconds)} ms by the least times, ${calls.length} kernel calls; ${figure(weights / 1e6)} MB ` +
      `of weights at ${figure(rate)} GB/s (${figure((100 * rate) / limit)} % of reading), products ` +
      `${figure(operations / milliseconds / 1e6)} GFLOP/s over the whole`,
    describeCalls(calls, 24, ({ kernel }) => kernel.key, limit),
    'its products by shape',
    describeCalls(
      calls.filter((call) => call.operations > 0),
      24,
      ({ kernel, shape }) => `${kernel.name} ${shape}`,
      limit,
    ),
  ];
}

/** GB/s, all workers. */
async function readLimit(workers: number, target: RunnerTarget): Promise<number> {
  const runner = new KernelRunner({ workers, target, bytes: 5 * 2 ** 27 });
  try {
    await runner.ready();
    const { read } = prepareBandwidth(runner);
    return Math.max(read(), read());
  } finally {
    await runner.close();
  }
}
