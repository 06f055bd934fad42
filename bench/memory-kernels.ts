import { ADAMW_BLOCK, adamw } from '../src/kernels/adamw.ts';
import { crossEntropy } from '../src/kernels/cross-entropy.ts';
import type { Kernel, Parameters } from '../src/kernels/index.ts';
import { copyMemory, readMemory } from '../src/kernels/measure.ts';
import { rmsNorm } from '../src/kernels/rmsnorm.ts';
import { rotary } from '../src/kernels/rotary.ts';
import { siluGate } from '../src/kernels/silu-gate.ts';
import { softmax } from '../src/kernels/softmax.ts';
import type { KernelRunner } from './kernel-runner.ts';

/** A kernel of little arithmetic, and how fast it goes through memory. */
export interface MemoryKernel {
  readonly name: string;
  /** Whether the kernel is a measure of the machine, or compared with one: by what it does most. */
  readonly limit: 'is read' | 'is copy' | 'read' | 'copy';
  /** GB/s, every byte counted once when it is read and once when it is written. */
  measure(seconds: number, measurements: number): number;
}

export const MEMORY_COLUMNS = 1024;

/** Kernels on matrices [rows, MEMORY_COLUMNS] of their own, four of which are reserved; and the copy that is the measure. */
export function prepareMemoryKernels(runner: KernelRunner, rows: number): MemoryKernel[] {
  const columns = MEMORY_COLUMNS;
  const count = rows * columns;
  const array = () => {
    const address = runner.reserve(count * 4);
    // Arrays a power of two apart would fight for the same lines of the caches.
    runner.reserve(4160);
    const values = runner.floats(address, count);
    for (let i = 0; i < count; i++) values[i] = ((i * 7919) % 1009) / 1009;
    return address;
  };
  const [x, y, z, w] = [array(), array(), array(), array()];
  const filled = (length: number, value: number) => {
    const address = runner.reserve(length * 4);
    runner.floats(address, length).fill(value);
    return address;
  };
  const half = 32;
  const [weights, perRow] = [filled(columns, 1), filled(rows, 1)];
  const [losses, logSumExp, sums] = [filled(rows, 0), filled(rows, 0), filled(16 * runner.workers, 0)];
  const [cosines, sines] = [filled(rows * half, 0.8), filled(rows * half, 0.6)];
  const positions = runner.reserve(rows * 4);
  new Int32Array(runner.memory.buffer, positions, rows).forEach((_, i, all) => {
    all[i] = i;
  });
  const targets = runner.reserve(rows * 4);
  new Int32Array(runner.memory.buffer, targets, rows).fill(0);
  const block = runner.reserve(4 * ADAMW_BLOCK.length);
  runner.floats(block, ADAMW_BLOCK.length).set([1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1, 1]);
  const sizes = { rows, columns, xStride: columns, yStride: columns };
  const make = <P extends Parameters>(
    kernel: Kernel<P>,
    limit: MemoryKernel['limit'],
    arrays: number,
    args: { readonly [N in keyof P]: number },
    name: string = kernel.name,
  ): MemoryKernel => {
    const list = runner.prepare([{ kernel: kernel as unknown as Kernel, args }]);
    const bytes = arrays * count * 4;
    return { name, limit, measure: (...how) => bytes / runner.best(list, ...how) / 1e9 };
  };
  const heads = { heads: columns / (2 * half), half, xHeadStride: 2 * half, yHeadStride: 2 * half };
  const turning = { x, y, positions, cosines, sines, rows, xRowStride: columns, yRowStride: columns, ...heads };
  const offsets = { xOffset: 0, yOffset: 0 };
  return [
    make(readMemory, 'is read', 1, { x, sums, count }),
    make(copyMemory, 'is copy', 2, { x, y, count }),
    make(rmsNorm, 'copy', 2, { x, weight: weights, y, ...sizes, eps: 1e-6 }),
    make(softmax, 'copy', 2, { x, y, ...sizes, scale: 1 }),
    ...(['interleaved', 'halves'] as const).map((layout) =>
      make(
        rotary({ layout, inverse: false, bias: false }),
        'copy',
        2,
        { ...turning, ...offsets, bias: 0 },
        `rotary, ${layout}`,
      ),
    ),
    make(siluGate, 'copy', 3, {
      gate: x,
      up: z,
      y,
      rows,
      columns,
      gateStride: columns,
      upStride: columns,
      yStride: columns,
    }),
    make(crossEntropy, 'read', 1, {
      logits: x,
      targets,
      weights: perRow,
      losses,
      logSumExp,
      rows,
      columns,
      logitsStride: columns,
      zCoefficient: 0,
    }),
    make(adamw, 'copy', 7, { parameters: x, gradients: y, m: z, v: w, hyperparameters: block, count }),
  ];
}
