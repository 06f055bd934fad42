import type { Builder, F32, I32, Pointer, Strip } from './builder.ts';
import { matrix, strided } from './extents.ts';
import { expNonPositive } from './intrinsics.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { maxVectors, rowAddress, sumVectors, vectorLoop } from './loops.ts';

/**
 * Softmax and its logarithm along rows, with scale = 1 / temperature > 0:
 *
 *   z[r]   = log Σ_c e^(scale · x[r,c])
 *   p[r,c] = e^(scale · x[r,c] − z[r])
 *
 * All matrices are [rows, columns] f32 with row strides in elements; y may be x, dx may be dy. −infinity has probability
 * 0, and so has what lies 87.7 / scale or more below the row's maximum; NaN, +infinity and rows of nothing but −infinity
 * give NaN.
 */

export interface RowStatistics {
  /** max_c x[c] */
  readonly maximum: F32;
  /** Σ_c e^(scale · (x[c] − maximum)) */
  readonly sum: F32;
}

/** Statistics of one row. With `keep`, e^(scale · (x[c] − maximum)) is stored there; it may be the row itself. */
export function rowStatistics(
  b: Builder,
  row: Pointer,
  columns: I32,
  options: { scale?: F32; keep?: Pointer } = {},
): RowStatistics {
  const maximum = maxVectors(b, b.i32(0), columns, 4, (strip) => strip.load(row));
  const shift = b.splat(maximum);
  const scale = options.scale === undefined ? undefined : b.splat(options.scale);
  const sum = sumVectors(b, b.i32(0), columns, 2, (accumulator, strip) => {
    const below = b.sub(strip.load(row), shift);
    const power = expNonPositive(b, scale === undefined ? below : b.mul(below, scale));
    if (options.keep !== undefined) strip.store(options.keep, power);
    return b.add(accumulator, strip.keep(power, 0));
  });
  return { maximum, sum };
}

/** z of one row: scale · maximum + log sum. */
export function logSumExp(b: Builder, { maximum, sum }: RowStatistics, scale: F32): F32 {
  return b.fma(maximum, scale, b.log(sum));
}

const forwardParameters = {
  x: 'in',
  y: 'out',
  rows: 'i32',
  columns: 'i32',
  xStride: 'i32',
  yStride: 'i32',
  scale: 'f32',
} as const;

const backwardParameters = {
  y: 'in',
  dy: 'in',
  dx: 'inout',
  rows: 'i32',
  columns: 'i32',
  yStride: 'i32',
  dyStride: 'i32',
  dxStride: 'i32',
  scale: 'f32',
} as const;

/** y = p */
export const softmax = defineKernel(
  'softmax',
  forwardParameters,
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const y = rowAddress(b, p.y, row, p.yStride);
      const { sum } = rowStatistics(b, rowAddress(b, p.x, row, p.xStride), p.columns, { scale: p.scale, keep: y });
      const perSum = b.splat(b.div(1, sum));
      vectorLoop(b, b.i32(0), p.columns, 4, (strips) => {
        const values = strips.map((strip) => b.mul(strip.load(y), perSum));
        strips.forEach((strip, k) => {
          strip.store(y, values[k]!);
        });
      });
    });
  },
  {
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: matrix(n.rows, n.columns, n.yStride) }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/** y = log p */
export const logSoftmax = defineKernel(
  'logSoftmax',
  forwardParameters,
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const y = rowAddress(b, p.y, row, p.yStride);
      const { maximum, sum } = rowStatistics(b, x, p.columns, { scale: p.scale });
      const [shift, logSum, scale] = [b.splat(maximum), b.splat(b.log(sum)), b.splat(p.scale)];
      vectorLoop(b, b.i32(0), p.columns, 4, (strips) => {
        const values = strips.map((strip) => b.sub(b.mul(b.sub(strip.load(x), shift), scale), logSum));
        strips.forEach((strip, k) => {
          strip.store(y, values[k]!);
        });
      });
    });
  },
  {
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: matrix(n.rows, n.columns, n.yStride) }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/** dx (+)= scale · y · (dy − Σ_c dy·y), from the y of the forward pass. */
export const softmaxBackward = defineKernelFamily(
  'softmaxBackward',
  backwardParameters,
  (b, p, variant: { accumulate: boolean }) => {
    b.splitLoop(p.rows, (row) => {
      const y = rowAddress(b, p.y, row, p.yStride);
      const dy = rowAddress(b, p.dy, row, p.dyStride);
      const dot = sumVectors(b, b.i32(0), p.columns, 4, (accumulator, strip) =>
        b.fma(strip.load(y), strip.load(dy), accumulator),
      );
      const [shift, scale] = [b.splat(dot), b.splat(p.scale)];
      writeGradient(b, rowAddress(b, p.dx, row, p.dxStride), p.columns, variant.accumulate, (strip) =>
        b.mul(b.mul(strip.load(y), scale), b.sub(strip.load(dy), shift)),
      );
    });
  },
  () => ({
    extents: (n) => ({
      y: matrix(n.rows, n.columns, n.yStride),
      dy: matrix(n.rows, n.columns, n.dyStride),
      dx: matrix(n.rows, n.columns, n.dxStride),
    }),
    sample: (draw) => strided(draw, 'yStride', 'dyStride', 'dxStride'),
  }),
);

/** dx (+)= scale · (dy − e^y · Σ_c dy), from the y of the forward pass. */
export const logSoftmaxBackward = defineKernelFamily(
  'logSoftmaxBackward',
  backwardParameters,
  (b, p, variant: { accumulate: boolean }) => {
    b.splitLoop(p.rows, (row) => {
      const y = rowAddress(b, p.y, row, p.yStride);
      const dy = rowAddress(b, p.dy, row, p.dyStride);
      const total = sumVectors(b, b.i32(0), p.columns, 4, (accumulator, strip) => b.add(accumulator, strip.load(dy)));
      const [pull, scale] = [b.splat(total), b.splat(p.scale)];
      writeGradient(b, rowAddress(b, p.dx, row, p.dxStride), p.columns, variant.accumulate, (strip) =>
        b.mul(b.sub(strip.load(dy), b.mul(b.exp(strip.load(y)), pull)), scale),
      );
    });
  },
  () => ({
    extents: (n) => ({
      y: matrix(n.rows, n.columns, n.yStride),
      dy: matrix(n.rows, n.columns, n.dyStride),
      dx: matrix(n.rows, n.columns, n.dxStride),
    }),
    sample: (draw) => strided(draw, 'yStride', 'dyStride', 'dxStride'),
  }),
);

function writeGradient(
  b: Builder,
  dx: Pointer,
  columns: I32,
  accumulate: boolean,
  gradient: (strip: Strip) => ReturnType<Strip['load']>,
): void {
  vectorLoop(b, b.i32(0), columns, 2, (strips) => {
    const values = strips.map((strip) => {
      const value = gradient(strip);
      return accumulate ? b.add(strip.load(dx), value) : value;
    });
    strips.forEach((strip, k) => {
      strip.store(dx, values[k]!);
    });
  });
}
