import type { Engine } from '../src/inference/index.ts';
import { Random } from '../src/platform/random.ts';
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
import type { RunnerTarget } from './kernel-runner.ts';
import { type Limits, measureLimits } from './limits.ts';
import { IDS } from './subjects/real-tasks.ts';

/** Steps whose least times are taken. */
const STEPS = 24;

/**
 * Where the time of a model's steps goes: a prefill of 512 tokens, decoding after few and after many tokens, and several
 * sequences in step. Text for people, kernels by their share, beside the limits of the machine. The profile must have been
 * made before the model's first step.
 */
export async function profileModel(
  engine: Engine,
  profile: KernelProfile,
  target: RunnerTarget,
): Promise<readonly string[]> {
  const { workers } = engine.runtime;
  const limits = await measureLimits(workers, target);
  const lines = [
    `Limits of ${workers} workers: reading ${figure(limits.reading)} GB/s, multiply-adds of bytes ` +
      `${figure(limits.dots)} and of f32 ${figure(limits.floats)} 10⁹/s`,
  ];
  // Kernels are to be compiled before they are timed.
  const prefill = [promptOf(512, 1)];
  await answer(engine, prefill, 1);
  const whole = () => {
    engine.forgetPrefixes();
    return answer(engine, prefill, 0);
  };
  const runs: CallTime[][] = [];
  for (let run = 0; run < 4; run++) runs.push(await profile.times(whole));
  lines.push(...describe('Prefill of 512 tokens', await profile.withWork(leastOf(runs), whole), limits));
  const decode = async (title: string, sequences: number, length: number) => {
    const prompts = Array.from({ length: sequences }, (_, i) => promptOf(length, i));
    lines.push(...describe(title, await decodingStep(engine, profile, prompts), limits));
  };
  for (const length of [32, 2048].filter((tokens) => tokens + STEPS < engine.contextLength)) {
    await decode(`A decoding step after ${length} tokens`, 1, length);
  }
  const together = Math.min(8, engine.maximumSequences);
  if (together > 1) await decode(`A decoding step of ${together} sequences after 32 tokens`, together, 32);
  return lines;
}

/** The calls of a decoding step, each by its least time over several steps. */
async function decodingStep(engine: Engine, profile: KernelProfile, prompts: readonly Int32Array[]) {
  // The prompts are computed once; after that their pages are found in the cache.
  await answer(engine, prompts, 1);
  const decode = () => answer(engine, prompts, STEPS);
  const timed = [...lastSteps(await profile.times(decode)), ...lastSteps(await profile.times(decode))];
  const work = lastSteps(await profile.withWork(await profile.times(decode), decode));
  return leastOf(timed).map((call, at) => ({ ...work[0]![at]!, milliseconds: call.milliseconds, gap: call.gap }));
}

function promptOf(length: number, index: number): Int32Array {
  const random = new Random(8 * length + index);
  return Int32Array.from({ length }, () => random.integer(IDS.first, IDS.last));
}

/** Always the same tokens for the same prompts. */
async function answer(engine: Engine, prompts: readonly Int32Array[], steps: number): Promise<void> {
  const options = { maximumTokens: steps + 1, temperature: 0, endTokens: [] };
  await engine.generateAll(prompts.map((prompt) => ({ prompt, ...options })));
}

/** The calls of the last steps, each its own list, last step first. */
function lastSteps(calls: readonly CallTime[]): CallTime[][] {
  const period = periodOf(calls.map(({ kernel }) => kernel.key));
  return Array.from({ length: STEPS - 1 }, (_, i) =>
    calls.slice(calls.length - period * (i + 1), calls.length - period * i),
  );
}

function describe(title: string, calls: readonly CallTime[], limits: Limits): string[] {
  const milliseconds = inKernels(calls) + inGaps(calls);
  const bytes = calls.reduce((sum, call) => sum + call.bytes, 0);
  const rate = bytes / milliseconds / 1e6;
  const products = calls.filter(({ operations }) => operations > 0);
  return [
    `\n${title}: ${figure(milliseconds)} ms by the least times, ${calls.length} kernel calls; ${figure(bytes / 1e6)} MB ` +
      `of weights and cache at ${figure(rate)} GB/s (${figure((100 * rate) / limits.reading)} % of reading)`,
    describeCalls(calls, 20, ({ kernel }) => kernel.key, limits),
    'its products and attention by shape',
    describeCalls(products, 20, ({ kernel, shape }) => `${kernel.name} ${shape}`, limits),
  ];
}
