import { list } from './extents.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernel } from './kernel.ts';
import { sumVectors, vectorLoop } from './loops.ts';

/** Kernels that measure what a machine can do: the limits that other kernels are compared with. */

/** Bytes that each worker needs of `data`. */
export const PEAK_BYTES = 4096;
const UNROLL = 16;
const chainsOf = ({ fusedVectors }: TargetInfo): number => 12 * fusedVectors;

/** Floating-point operations of one worker in `turns` turns of {@link registerPeak}. */
export function peakOperations(target: TargetInfo, turns: number): number {
  return chainsOf(target) * UNROLL * target.lanes * 2 * turns;
}

/** Chains of multiply-adds that fill the registers without touching memory: the f32 peak of a core. */
export const registerPeak = defineKernel(
  'register_peak',
  { data: 'inout', turns: 'i32' },
  (b, p) => {
    const chains = chainsOf(b.target);
    const factor = b.loadSplat(p.data);
    const summand = b.loadSplat(p.data, 4);
    const own = b.offset(p.data, b.worker, PEAK_BYTES);
    const at = (i: number) => 64 + i * b.lanes * 4;
    const sums = Array.from({ length: chains }, (_, i) => b.variable(b.loadVector(own, at(i))));
    b.loop(0, p.turns, 1, () => {
      const values = sums.map((sum) => sum.get());
      for (let i = 0; i < UNROLL; i++) {
        for (let chain = 0; chain < chains; chain++) values[chain] = b.fma<'vf32'>(values[chain]!, factor, summand);
      }
      for (const [chain, sum] of sums.entries()) sum.set(values[chain]!);
    });
    for (const [i, sum] of sums.entries()) b.store(own, sum.get(), at(i));
  },
  {
    extents: (n, target) => ({
      data: list((n.workers - 1) * (PEAK_BYTES / 4) + 16 + chainsOf(target) * target.lanes),
    }),
    sample: (draw) => ({ turns: draw(0, 2) }),
  },
);

/** 8-bit multiply-adds of one worker in `turns` turns of {@link dotPeak}. */
export function dotPeakOperations(target: TargetInfo, turns: number): number {
  return chainsOf(target) * UNROLL * target.lanes * 4 * turns;
}

/** As {@link registerPeak} for dot products of four bytes: the peak of products with weights in blocks. */
export const dotPeak = defineKernel(
  'dot_peak',
  { data: 'inout', turns: 'i32' },
  (b, p) => {
    const own = b.offset(p.data, b.worker, PEAK_BYTES);
    const [left, right] = [b.loadSplatBytes(p.data, 0), b.and<'vi8'>(b.loadSplatBytes(p.data, 4), 15)];
    const at = (i: number) => 64 + i * b.lanes * 4;
    const sums = Array.from({ length: chainsOf(b.target) }, (_, i) => b.variable(b.loadVectorI32(own, at(i))));
    b.loop(0, p.turns, 1, () => {
      for (let i = 0; i < UNROLL; i++) for (const sum of sums) sum.set(b.dot(sum.get(), left, right));
    });
    for (const [i, sum] of sums.entries()) b.storeI32(own, sum.get(), at(i));
  },
  {
    extents: (n, target) => ({
      data: list((n.workers - 1) * (PEAK_BYTES / 4) + 16 + chainsOf(target) * target.lanes),
    }),
    sample: (draw) => ({ turns: draw(0, 2) }),
  },
);

/** Adds up an array; each worker its own part. */
export const readMemory = defineKernel(
  'read_memory',
  { x: 'in', sums: 'out', count: 'i32' },
  (b, p) => {
    b.split(p.count, 64, (start, end) => {
      const sum = sumVectors(b, start, end, 8, (total, strip) => b.add(total, strip.load(p.x)));
      b.store(b.offset(p.sums, b.worker, 64), sum);
    });
  },
  {
    extents: (n) => ({ x: list(n.count), sums: list((n.workers - 1) * 16 + 1) }),
    sample: (draw) => ({ count: draw(0, 300) }),
  },
);

export const copyMemory = defineKernel(
  'copy_memory',
  { x: 'in', y: 'out', count: 'i32' },
  (b, p) => {
    b.split(p.count, 64, (start, end) => {
      vectorLoop(b, start, end, 8, (strips) => {
        const values = strips.map((strip) => strip.load(p.x));
        for (const [i, strip] of strips.entries()) strip.store(p.y, values[i]!);
      });
    });
  },
  { extents: (n) => ({ x: list(n.count), y: list(n.count) }), sample: (draw) => ({ count: draw(0, 300) }) },
);
