import type { Builder, I32, Pointer, Strip, VectorF32 } from './builder.ts';
import { list, matrix, strided } from './extents.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { columnFold, foldVectors, rowAddress, sumVectors } from './loops.ts';

/**
 * Reductions whose result does not depend on the number of workers. A flat array is reduced in two calls: `partials`
 * cuts it into a fixed number of blocks and reduces each, `finish` combines them in order. Columns are summed with rows
 * in order, split by columns; rows each by one worker.
 *
 * Sums have an error of a few times n/(64·4·lanes) roundings of the running sum, not n. NaN anywhere gives NaN, in
 * `maxAbs` too.
 */

/** Number of blocks, hence length of the array of partial results. */
export const PARTIALS = 64;

/** What is reduced: Σ x, Σ x², or max |x| (0 for an empty array). */
export type Reduction = 'sum' | 'sumOfSquares' | 'maxAbs';

/** Like max, but NaN once met stays; plain max leaves NaN open. */
function maxKeepingNaN(b: Builder, best: VectorF32, value: VectorF32): VectorF32 {
  return b.select(b.or(b.lt(best, value), b.ne(value, value)), value, best);
}

function reduceBlock(b: Builder, x: Pointer, start: I32, end: I32, reduction: Reduction) {
  if (reduction !== 'maxAbs') {
    const step = (accumulator: VectorF32, strip: Strip) => {
      const value = strip.load(x);
      return reduction === 'sum' ? b.add(accumulator, value) : b.fma(value, value, accumulator);
    };
    return sumVectors(b, start, end, 4, step);
  }
  const best = foldVectors(b, start, end, 4, 0, (accumulator, strip) =>
    maxKeepingNaN(b, accumulator, b.abs(strip.load(x))),
  ).reduce((left, right) => maxKeepingNaN(b, left, right));
  const anyNaN = b.ne(b.reduceAdd(b.ne(best, best)), 0);
  return b.select<'f32'>(anyNaN, Number.NaN, b.reduceMax(best));
}

/** partials[i] = reduction of block i of x [count]; partials [PARTIALS] f32. */
export const reducePartials = defineKernelFamily(
  'reducePartials',
  { x: 'in', partials: 'out', count: 'i32' },
  (b, p, variant: { reduction: Reduction }) => {
    const share = b.add(b.divide(p.count, PARTIALS), 1);
    const size = b.mul(b.divide(b.add(share, 15), 16), 16);
    b.splitLoop(PARTIALS, (block) => {
      const start = b.min(b.mul(block, size), p.count);
      const end = b.min(b.add(start, size), p.count);
      b.store(b.offset(p.partials, block), reduceBlock(b, p.x, start, end, variant.reduction));
    });
  },
  () => ({
    extents: (n) => ({ x: list(n.count), partials: list(PARTIALS) }),
    sample: (draw) => ({ count: draw(0, 3000) }),
  }),
);

/**
 * result[0] = factor · (partials combined in order); a factor of 1/n gives the mean. With `accumulate`, on top of what
 * result holds: added, or the larger of both for `maxAbs`. One worker does it.
 */
export const reduceFinish = defineKernelFamily(
  'reduceFinish',
  { partials: 'in', result: 'inout', factor: 'f32' },
  (b, p, variant: { reduction: Reduction; accumulate: boolean }) => {
    const combine = (x: VectorF32, z: VectorF32) =>
      variant.reduction === 'maxAbs' ? maxKeepingNaN(b, x, z) : b.add(x, z);
    b.if(b.eq(b.worker, 0), () => {
      // Scalars broadcast to a vector keep one rule for NaN; 64 steps are nothing.
      const total = b.variable(b.vectorF32(0));
      b.loop(0, PARTIALS, 1, (block) => {
        total.set(combine(total.get(), b.loadSplat(b.offset(p.partials, block))));
      });
      const scaled = b.mul(total.get(), b.splat(p.factor));
      const value = variant.accumulate ? combine(b.loadSplat(p.result), scaled) : scaled;
      b.storePartial(p.result, value, b.i32(1));
    });
  },
  () => ({ extents: () => ({ partials: list(PARTIALS), result: list(1) }), sample: () => ({}) }),
);

/** y[c] (+)= Σ_r x[r,c]; x [rows, columns]. */
export const columnSums = defineKernelFamily(
  'columnSums',
  { x: 'in', y: 'inout', rows: 'i32', columns: 'i32', xStride: 'i32' },
  (b, p, variant: { accumulate: boolean }) => {
    const { rows, columns, y: target } = p;
    columnFold(b, { rows, columns, target, accumulate: variant.accumulate }, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      return (accumulator, strip) => b.add(accumulator, strip.load(x));
    });
  },
  () => ({
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: list(n.columns) }),
    sample: (draw) => strided(draw, 'xStride'),
  }),
);

/** y[r] = factor · Σ_c x[r,c]; x [rows, columns]. */
export const rowSums = defineKernel(
  'rowSums',
  { x: 'in', y: 'out', rows: 'i32', columns: 'i32', xStride: 'i32', factor: 'f32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const sum = sumVectors(b, b.i32(0), p.columns, 4, (accumulator, strip) => b.add(accumulator, strip.load(x)));
      b.store(b.offset(p.y, row), b.mul(sum, p.factor));
    });
  },
  {
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: list(n.rows) }),
    sample: (draw) => strided(draw, 'xStride'),
  },
);

/** y[r] = Σ_c a[r,c] · b[r,c]: the gradient of `multiplyRows` with respect to its factors. */
export const rowDots = defineKernel(
  'rowDots',
  { a: 'in', b: 'in', y: 'out', rows: 'i32', columns: 'i32', aStride: 'i32', bStride: 'i32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const left = rowAddress(b, p.a, row, p.aStride);
      const right = rowAddress(b, p.b, row, p.bStride);
      const sum = sumVectors(b, b.i32(0), p.columns, 4, (accumulator, strip) =>
        b.fma(strip.load(left), strip.load(right), accumulator),
      );
      b.store(b.offset(p.y, row), sum);
    });
  },
  {
    extents: (n) => ({
      a: matrix(n.rows, n.columns, n.aStride),
      b: matrix(n.rows, n.columns, n.bStride),
      y: list(n.rows),
    }),
    sample: (draw) => strided(draw, 'aStride', 'bStride'),
  },
);
