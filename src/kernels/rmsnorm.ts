import type { Builder, F32, I32, Pointer, Strip, VectorF32 } from './builder.ts';
import { list, matrix, strided } from './extents.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { columnFold, rowAddress, sumVectors, vectorLoop } from './loops.ts';

/**
 * Root-mean-square normalisation (Zhang and Sennrich, 2019; `rms_norm_eps` of the config).
 *
 *   inverse[r] = 1 / sqrt(mean_c(x[r,c]²) + eps)
 *   y[r,c] = x[r,c] · inverse[r] · weight[c]
 *
 * x, y, dy, dx are [rows, columns] f32 with row strides in elements, weight and dweight [columns], inverse [rows].
 * y may be x, and dx may be dy. Rows are split among the workers; sums over rows are split by columns.
 */

const CHAINS = 4;

function inverseRms(b: Builder, x: Pointer, columns: I32, eps: F32): F32 {
  return inverseRmsOf(b, columns, eps, (strip) => strip.load(x));
}

/** The inverse for a row h = a + addend, which is written. */
export function addedInverseRms(
  b: Builder,
  { a, addend, h }: { readonly a: Pointer; readonly addend: Pointer; readonly h: Pointer },
  columns: I32,
  eps: F32,
): F32 {
  return inverseRmsOf(b, columns, eps, (strip) => {
    const value = b.add<'vf32'>(strip.load(a), strip.load(addend));
    strip.store(h, value);
    return value;
  });
}

function inverseRmsOf(b: Builder, columns: I32, eps: F32, load: (strip: Strip) => VectorF32): F32 {
  const sum = sumVectors(b, b.i32(0), columns, CHAINS, (accumulator, strip) => {
    const value = load(strip);
    return b.fma(value, value, accumulator);
  });
  return b.div(1, b.sqrt(b.add(b.div(sum, b.toF32(columns)), eps)));
}

function scaleRow(b: Builder, x: Pointer, weight: Pointer, y: Pointer, columns: I32, inverse: F32): void {
  const factor = b.splat(inverse);
  vectorLoop(b, b.i32(0), columns, CHAINS, (strips) => {
    const values = strips.map((strip) => b.mul(b.mul(strip.load(x), factor), strip.load(weight)));
    strips.forEach((strip, k) => {
      strip.store(y, values[k]!);
    });
  });
}

/** y = normalised x; the inverse is not kept (inference). */
export const rmsNorm = defineKernel(
  'rmsNorm',
  { x: 'in', weight: 'in', y: 'out', rows: 'i32', columns: 'i32', xStride: 'i32', yStride: 'i32', eps: 'f32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const y = rowAddress(b, p.y, row, p.yStride);
      scaleRow(b, x, p.weight, y, p.columns, inverseRms(b, x, p.columns, p.eps));
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      y: matrix(n.rows, n.columns, n.yStride),
      weight: list(n.columns),
    }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/** y = normalised x, and inverse[rows] for the backward pass. */
export const rmsNormSaving = defineKernel(
  'rmsNormSaving',
  {
    x: 'in',
    weight: 'in',
    y: 'out',
    inverse: 'out',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    yStride: 'i32',
    eps: 'f32',
  },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const inverse = inverseRms(b, x, p.columns, p.eps);
      b.store(b.offset(p.inverse, row), inverse);
      scaleRow(b, x, p.weight, rowAddress(b, p.y, row, p.yStride), p.columns, inverse);
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      y: matrix(n.rows, n.columns, n.yStride),
      weight: list(n.columns),
      inverse: list(n.rows),
    }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/**
 * The residual form: h = a + addend, y = normalised h, inverse[rows] kept. h may be a or addend. a, addend, h share
 * `stride`.
 */
export const addRmsNorm = defineKernel(
  'addRmsNorm',
  {
    a: 'in',
    addend: 'in',
    weight: 'in',
    h: 'out',
    y: 'out',
    inverse: 'out',
    rows: 'i32',
    columns: 'i32',
    stride: 'i32',
    yStride: 'i32',
    eps: 'f32',
  },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const at = b.mul(row, p.stride);
      const [a, addend, h] = [b.offset(p.a, at), b.offset(p.addend, at), b.offset(p.h, at)];
      const inverse = addedInverseRms(b, { a, addend, h }, p.columns, p.eps);
      b.store(b.offset(p.inverse, row), inverse);
      scaleRow(b, h, p.weight, rowAddress(b, p.y, row, p.yStride), p.columns, inverse);
    });
  },
  {
    extents: (n) => ({
      a: matrix(n.rows, n.columns, n.stride),
      addend: matrix(n.rows, n.columns, n.stride),
      weight: list(n.columns),
      h: matrix(n.rows, n.columns, n.stride),
      y: matrix(n.rows, n.columns, n.yStride),
      inverse: list(n.rows),
    }),
    sample: (draw) => strided(draw, 'stride', 'yStride'),
  },
);

/**
 * Gradient of the input, from the inverse that the forward pass kept:
 *
 *   s[r] = Σ_c dy[r,c] · weight[c] · x[r,c]
 *   dx[r,c] (+)= inverse[r] · dy[r,c] · weight[c] − x[r,c] · inverse[r]³ · s[r] / columns
 *
 * With `accumulate`, dx is added to.
 */
export const rmsNormBackwardInput = defineKernelFamily(
  'rmsNormBackwardInput',
  {
    x: 'in',
    weight: 'in',
    inverse: 'in',
    dy: 'in',
    dx: 'inout',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    dyStride: 'i32',
    dxStride: 'i32',
  },
  (b, p, variant: { accumulate: boolean }) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const dy = rowAddress(b, p.dy, row, p.dyStride);
      const dx = rowAddress(b, p.dx, row, p.dxStride);
      const inverse = b.load(b.offset(p.inverse, row));
      const sum = sumVectors(b, b.i32(0), p.columns, CHAINS, (accumulator, strip) =>
        b.fma(b.mul(strip.load(dy), strip.load(p.weight)), strip.load(x), accumulator),
      );
      const cube = b.mul(b.mul(inverse, inverse), inverse);
      const factor = b.splat(inverse);
      const pull = b.splat(b.neg(b.div(b.mul(cube, sum), b.toF32(p.columns))));
      vectorLoop(b, b.i32(0), p.columns, CHAINS, (strips) => {
        const values = strips.map((strip) => {
          const direct = b.mul(strip.load(dy), strip.load(p.weight));
          const towards = variant.accumulate ? b.fma(strip.load(x), pull, strip.load(dx)) : b.mul(strip.load(x), pull);
          return b.fma(direct, factor, towards);
        });
        strips.forEach((strip, k) => {
          strip.store(dx, values[k]!);
        });
      });
    });
  },
  () => ({
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      weight: list(n.columns),
      inverse: list(n.rows, 'positive'),
      dy: matrix(n.rows, n.columns, n.dyStride),
      dx: matrix(n.rows, n.columns, n.dxStride),
    }),
    sample: (draw) => strided(draw, 'xStride', 'dyStride', 'dxStride'),
  }),
);

/** Gradient of the weight: dweight[c] (+)= Σ_r dy[r,c] · x[r,c] · inverse[r], rows in order. */
export const rmsNormBackwardWeight = defineKernelFamily(
  'rmsNormBackwardWeight',
  {
    x: 'in',
    inverse: 'in',
    dy: 'in',
    dweight: 'inout',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    dyStride: 'i32',
  },
  (b, p, variant: { accumulate: boolean }) => {
    const { rows, columns, dweight: target } = p;
    columnFold(b, { rows, columns, target, accumulate: variant.accumulate }, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const dy = rowAddress(b, p.dy, row, p.dyStride);
      const inverse = b.splat(b.load(b.offset(p.inverse, row)));
      return (accumulator, strip) => b.fma(b.mul(strip.load(dy), inverse), strip.load(x), accumulator);
    });
  },
  () => ({
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      inverse: list(n.rows, 'positive'),
      dy: matrix(n.rows, n.columns, n.dyStride),
      dweight: list(n.columns),
    }),
    sample: (draw) => strided(draw, 'xStride', 'dyStride'),
  }),
);
