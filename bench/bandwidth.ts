import type { Kernel } from '../src/kernels/index.ts';
import { copyMemory, readMemory } from '../src/kernels/measure.ts';
import type { KernelRunner } from './kernel-runner.ts';

/** Far more than the caches hold. */
const COUNT = 1 << 26;

/** Prepares to measure reading and copying of main memory by all workers. Reserves 512 MiB. */
export function prepareBandwidth(runner: KernelRunner): { read(): number; readOnce(): number; copy(): number } {
  const x = runner.reserve(COUNT * 4);
  // Arrays a power of two apart would fight for the same lines of the caches.
  runner.reserve(4160);
  const y = runner.reserve(COUNT * 4);
  // Untouched pages would all be the one page of zeros.
  runner.floats(x, COUNT).fill(1);
  runner.floats(y, COUNT).fill(1);
  const sums = runner.reserve(64 * runner.workers);
  const reading = runner.prepare([{ kernel: readMemory as unknown as Kernel, args: { x, sums, count: COUNT } }]);
  const copying = runner.prepare([{ kernel: copyMemory as unknown as Kernel, args: { x, y, count: COUNT } }]);
  const bytes = COUNT * 4;
  return {
    /** GB/s. */
    read: () => bytes / runner.best(reading, 0.05, 3) / 1e9,
    /** The same by a single pass of some milliseconds, which others disturb less often. */
    readOnce: () => bytes / runner.time(reading, 1) / 1e9,
    /** GB/s, each byte counted when read and when written. */
    copy: () => (2 * bytes) / runner.best(copying, 0.05, 3) / 1e9,
  };
}
