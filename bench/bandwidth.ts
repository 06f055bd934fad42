import { defineKernel, type Kernel } from '../src/kernels/index.ts';
import { sumVectors, vectorLoop } from '../src/kernels/loops.ts';
import type { KernelRunner } from './kernel-runner.ts';

/** Adds up an array; each worker its own part. */
const readMemory = defineKernel('read_memory', { x: 'in', sums: 'out', count: 'i32' }, (b, p) => {
  b.split(p.count, 64, (start, end) => {
    const sum = sumVectors(b, start, end, 8, (total, strip) => b.add(total, strip.load(p.x)));
    b.store(b.offset(p.sums, b.worker, 64), sum);
  });
});

const copyMemory = defineKernel('copy_memory', { x: 'in', y: 'out', count: 'i32' }, (b, p) => {
  b.split(p.count, 64, (start, end) => {
    vectorLoop(b, start, end, 8, (strips) => {
      const values = strips.map((strip) => strip.load(p.x));
      for (const [i, strip] of strips.entries()) strip.store(p.y, values[i]!);
    });
  });
});

/** Far more than the caches hold. */
const COUNT = 1 << 26;

/** Prepares to measure reading and copying of main memory by all workers. Reserves 512 MiB. */
export function prepareBandwidth(runner: KernelRunner): { read(): number; copy(): number } {
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
    /** GB/s, each byte counted when read and when written. */
    copy: () => (2 * bytes) / runner.best(copying, 0.05, 3) / 1e9,
  };
}
