import type { Builder, F32, I32, Pointer, Strip, VectorF32 } from './builder.ts';
import { type Draw, list, matrix, type Sizes, strided } from './extents.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { rowAddress, splitBlocks, vectorLoop } from './loops.ts';

/**
 * Kernels without interaction between elements, on matrices [rows, columns] with row strides in elements. A flat array
 * is one row. The output may be an input with the same stride.
 */

type FloatMemory = 'f32' | 'f16' | 'bf16';

interface Rows {
  readonly rows: I32;
  readonly columns: I32;
  readonly y: Pointer;
  readonly yStride: I32;
}

const bytesOf = (memory: FloatMemory) => (memory === 'f32' ? 4 : 2);

/** y = what `row` returns, strip by strip; `row` may load what belongs to a row. */
function mapRows(
  b: Builder,
  p: Rows,
  row: (row: I32) => (strip: Strip, y: Pointer) => VectorF32,
  memory: FloatMemory = 'f32',
): void {
  splitBlocks(b, p.rows, p.columns, (index, start, end) => {
    const y = rowAddress(b, p.y, index, p.yStride, bytesOf(memory));
    const value = row(index);
    vectorLoop(b, start, end, 4, (strips) => {
      const values = strips.map((strip) => value(strip, y));
      strips.forEach((strip, k) => {
        strip.store(y, values[k]!, memory);
      });
    });
  });
}

const twoInputs = {
  a: 'in',
  b: 'in',
  y: 'out',
  rows: 'i32',
  columns: 'i32',
  aStride: 'i32',
  bStride: 'i32',
  yStride: 'i32',
} as const;

const twoInputsMemory = {
  extents: (n: Sizes<typeof twoInputs>) => ({
    a: matrix(n.rows, n.columns, n.aStride),
    b: matrix(n.rows, n.columns, n.bStride),
    y: matrix(n.rows, n.columns, n.yStride),
  }),
  sample: (draw: Draw) => strided(draw, 'aStride', 'bStride', 'yStride'),
};

function defineTwoInputs(name: string, operation: (b: Builder, x: VectorF32, z: VectorF32) => VectorF32) {
  return defineKernel(
    name,
    twoInputs,
    (b, p) => {
      mapRows(b, p, (row) => {
        const left = rowAddress(b, p.a, row, p.aStride);
        const right = rowAddress(b, p.b, row, p.bStride);
        return (strip) => operation(b, strip.load(left), strip.load(right));
      });
    },
    twoInputsMemory,
  );
}

/** y = a + b */
export const add = defineTwoInputs('add', (b, x, z) => b.add(x, z));
/** y = a − b */
export const subtract = defineTwoInputs('subtract', (b, x, z) => b.sub(x, z));
/** y = a · b, element by element */
export const multiply = defineTwoInputs('multiply', (b, x, z) => b.mul(x, z));

/** y = factor · x */
export const scale = defineKernel(
  'scale',
  { x: 'in', y: 'out', rows: 'i32', columns: 'i32', xStride: 'i32', yStride: 'i32', factor: 'f32' },
  (b, p) => {
    const factor = b.splat(p.factor);
    mapRows(b, p, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      return (strip) => b.mul(strip.load(x), factor);
    });
  },
  {
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: matrix(n.rows, n.columns, n.yStride) }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/** y = factor · x + y */
export const multiplyAccumulate = defineKernel(
  'multiplyAccumulate',
  { x: 'in', y: 'inout', rows: 'i32', columns: 'i32', xStride: 'i32', yStride: 'i32', factor: 'f32' },
  (b, p) => {
    const factor = b.splat(p.factor);
    mapRows(b, p, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      return (strip, y) => b.fma(strip.load(x), factor, strip.load(y));
    });
  },
  {
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride), y: matrix(n.rows, n.columns, n.yStride) }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);

/** y = alpha · a + beta · b */
export const linearCombination = defineKernel(
  'linearCombination',
  { ...twoInputs, alpha: 'f32', beta: 'f32' },
  (b, p) => {
    const alpha = b.splat(p.alpha);
    const beta = b.splat(p.beta);
    mapRows(b, p, (row) => {
      const left = rowAddress(b, p.a, row, p.aStride);
      const right = rowAddress(b, p.b, row, p.bStride);
      return (strip) => b.fma(strip.load(left), alpha, b.mul(strip.load(right), beta));
    });
  },
  twoInputsMemory,
);

/** y[r,c] (+)= x[r,c] · factors[r]; factors [rows] f32. */
export const multiplyRows = defineKernelFamily(
  'multiplyRows',
  { x: 'in', factors: 'in', y: 'inout', rows: 'i32', columns: 'i32', xStride: 'i32', yStride: 'i32' },
  (b, p, variant: { accumulate: boolean }) => {
    mapRows(b, p, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const factor = b.splat(b.load(b.offset(p.factors, row)));
      return (strip, y) =>
        variant.accumulate ? b.fma(strip.load(x), factor, strip.load(y)) : b.mul(strip.load(x), factor);
    });
  },
  () => ({
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      y: matrix(n.rows, n.columns, n.yStride),
      factors: list(n.rows),
    }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  }),
);

/**
 * y = x, converted when the types differ (to nearest, ties to even; out of range of f16 becomes infinity). Strides count
 * elements of their own type. Concatenation along columns is one call per part.
 */
export const convert = defineKernelFamily(
  'convert',
  { x: 'in', y: 'out', rows: 'i32', columns: 'i32', xStride: 'i32', yStride: 'i32' },
  (b, p, variant: { from: FloatMemory; to: FloatMemory }) => {
    mapRows(
      b,
      p,
      (row) => {
        const x = rowAddress(b, p.x, row, p.xStride, bytesOf(variant.from));
        return (strip) => strip.load(x, variant.from);
      },
      variant.to,
    );
  },
  ({ from, to }) => ({
    extents: (n) => ({ x: matrix(n.rows, n.columns, n.xStride, from), y: matrix(n.rows, n.columns, n.yStride, to) }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  }),
);

/** y = x in f32: slices of matrices, and parts of a concatenation. */
export const copy = convert({ from: 'f32', to: 'f32' });

const constantRow = (b: Builder, p: Rows, value: F32) => {
  const vector = b.splat(value);
  mapRows(b, p, () => () => vector);
};

/** y = value */
export const fill = defineKernel(
  'fill',
  { y: 'out', rows: 'i32', columns: 'i32', yStride: 'i32', value: 'f32' },
  (b, p) => constantRow(b, p, p.value),
  { extents: (n) => ({ y: matrix(n.rows, n.columns, n.yStride) }), sample: (draw) => strided(draw, 'yStride') },
);

/** y = factor · value[0], the number read from memory: the gradient of a sum or mean. */
export const fillFromMemory = defineKernel(
  'fillFromMemory',
  { value: 'in', y: 'out', rows: 'i32', columns: 'i32', yStride: 'i32', factor: 'f32' },
  (b, p) => constantRow(b, p, b.mul(b.load(p.value), p.factor)),
  {
    extents: (n) => ({ value: list(1), y: matrix(n.rows, n.columns, n.yStride) }),
    sample: (draw) => strided(draw, 'yStride'),
  },
);
