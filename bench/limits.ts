import type { Kernel } from '../src/kernels/index.ts';
import { dotPeak, dotPeakOperations, peakOperations, registerPeak } from '../src/kernels/measure.ts';
import { prepareBandwidth } from './bandwidth.ts';
import { KernelRunner, type RunnerTarget } from './kernel-runner.ts';

/** What the machine can do at most, all workers together. */
export interface Limits {
  /** Reading of main memory in GB/s. */
  readonly reading: number;
  /** Multiply-adds in 10⁹ a second: of bytes in dot products, and of f32. */
  readonly dots: number;
  readonly floats: number;
}

/** Tries over which others that use the machine mostly leave one alone. */
const TRIES = 60;

/** Takes two seconds and, for that time, 640 MiB. */
export async function measureLimits(workers: number, target: RunnerTarget): Promise<Limits> {
  const runner = new KernelRunner({ workers, target, bytes: 5 * 2 ** 27 });
  try {
    await runner.ready();
    const { readOnce } = prepareBandwidth(runner);
    // Long enough for threads that wait for each other on one processor to be spread to two.
    const [data, turns] = [runner.reserve(4096 * (workers + 1)), 100_000];
    const dots = runner.prepare([{ kernel: dotPeak as unknown as Kernel, args: { data, turns } }]);
    const dotOperations = dotPeakOperations(runner.target, turns) * workers;
    const floats = runner.prepare([{ kernel: registerPeak as unknown as Kernel, args: { data, turns } }]);
    const floatOperations = (peakOperations(runner.target, turns) * workers) / 2;
    const best = (once: () => number) => Math.max(...Array.from({ length: TRIES }, once));
    return {
      reading: best(readOnce),
      dots: best(() => dotOperations / runner.time(dots, 1) / 1e9),
      floats: best(() => floatOperations / runner.time(floats, 1) / 1e9),
    };
  } finally {
    await runner.close();
  }
}
