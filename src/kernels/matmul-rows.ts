import type { Builder, I32, Pointer, Variable } from './builder.ts';
import { type Draw, indices, matrix, rowsWithin, type Sizes } from './extents.ts';
import { defineKernel, defineKernelFamily, type Kernel } from './kernel.ts';
import { ceilDivide, walkPairs, workerShare } from './matmul-tile.ts';

/** Most rows of A that the kernels for few rows take. */
export const FEW_ROWS = 8;

/** Sums that run at once, so that multiply-adds do not wait for each other: rows of A times rows of B. */
const SUMS = 8;
/** Vectors along K in one turn of the inner loop. */
const UNROLL = 4;

/**
 * Dot products of `rowsA.length` rows of A with `rowsB.length` rows of B, both `inner` long. Each sum runs along K by
 * vectors, then across the lanes, so its value does not depend on which rows are taken together.
 */
function dotProducts(b: Builder, rowsA: readonly Pointer[], rowsB: readonly Pointer[], inner: I32): Variable<'vf32'>[] {
  const zero = b.vectorF32(0);
  const sums = Array.from({ length: rowsA.length * rowsB.length }, () => b.variable(zero));
  // Positions along K are counted in bytes, which saves pointers a shift.
  const turn = (byteIndex: I32, vectors: number, count?: I32) => {
    const load = (pointer: Pointer, u: number) =>
      count === undefined ? b.loadVector(pointer, u * b.lanes * 4) : b.loadPartial(pointer, count);
    const pointersA = rowsA.map((pointer) => b.offset(pointer, byteIndex, 1));
    const pointersB = rowsB.map((pointer) => b.offset(pointer, byteIndex, 1));
    const values = sums.map((sum) => sum.get());
    for (let u = 0; u < vectors; u++) {
      // The shorter side stays in registers while the longer one is read.
      const holdsA = rowsA.length < rowsB.length;
      const [held, read] = holdsA ? [pointersA, pointersB] : [pointersB, pointersA];
      const heldVectors = held.map((pointer) => load(pointer, u));
      for (const [i, pointer] of read.entries()) {
        const vector = load(pointer, u);
        for (const [j, other] of heldVectors.entries()) {
          const index = holdsA ? j * rowsB.length + i : i * rowsB.length + j;
          values[index] = b.fma<'vf32'>(vector, other, values[index]!);
        }
      }
    }
    for (const [i, sum] of sums.entries()) sum.set(values[i]!);
  };
  const vectorBytes = b.lanes * 4;
  const bytes = b.mul<'i32'>(inner, 4);
  const whole = b.sub<'i32'>(bytes, b.remainderUnsigned(bytes, UNROLL * vectorBytes));
  const vectors = b.sub<'i32'>(bytes, b.remainderUnsigned(bytes, vectorBytes));
  b.loop(0, whole, UNROLL * vectorBytes, (byteIndex) => turn(byteIndex, UNROLL));
  b.loop(whole, vectors, vectorBytes, (byteIndex) => turn(byteIndex, 1));
  const left = b.remainderUnsigned(inner, b.lanes);
  b.if(b.gt<'i32'>(left, 0), () => turn(vectors, 1, left));
  return sums;
}

/** `count` rows from `first` on, `stride` elements apart. */
function rowPointers(b: Builder, first: Pointer, stride: I32, count: number): Pointer[] {
  const rows = [first];
  while (rows.length < count) rows.push(b.offset(rows.at(-1)!, stride));
  return rows;
}

interface Block {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly c: Pointer;
  readonly strideA: I32;
  readonly strideB: I32;
  readonly strideC: I32;
  readonly inner: I32;
}

/** C[rows, start…end-1], `height` rows of A at a time. Rows of B stay in the cache until all rows of A have met them. */
function blockOfRows(b: Builder, block: Block, height: number, rows: I32, start: I32, end: I32, accumulate: boolean) {
  const tile = (column: I32, width: number, row: I32) => {
    const left = b.sub<'i32'>(rows, row);
    // Rows that are not there are read as the last one that is, and not stored.
    const rowsA = Array.from({ length: height }, (_, r) => {
      const index = r === 0 ? row : b.add<'i32'>(row, b.min<'i32'>(b.sub<'i32'>(left, 1), r));
      return b.offset(block.a, b.mul<'i32'>(index, block.strideA));
    });
    const firstB = b.offset(block.b, b.mul<'i32'>(column, block.strideB));
    const rowsB = rowPointers(b, firstB, block.strideB, width);
    const sums = dotProducts(b, rowsA, rowsB, block.inner);
    for (let r = 0; r < height; r++) {
      const store = () => {
        const to = b.offset(block.c, b.add<'i32'>(b.mul<'i32'>(block.strideC, b.add<'i32'>(row, r)), column));
        for (let w = 0; w < width; w++) {
          const sum = b.reduceAdd(sums[r * width + w]!.get());
          b.store(to, accumulate ? b.add<'f32'>(b.load(to, w * 4), sum) : sum, w * 4);
        }
      };
      if (r === 0) store();
      else b.if(b.gt<'i32'>(left, r), store);
    }
  };
  const columns = (from: I32, to: I32, width: number) =>
    b.loop(from, to, width, (column) => b.loop(0, rows, height, (row) => tile(column, width, row)));
  const width = SUMS / height;
  const whole = b.sub<'i32'>(end, b.remainder(b.sub<'i32'>(end, start), width));
  columns(start, whole, width);
  columns(whole, end, 1);
}

const fewRowsParameters = {
  a: 'in',
  b: 'in',
  c: 'out',
  strideA: 'i32',
  strideB: 'i32',
  strideC: 'i32',
  rows: 'i32',
  columns: 'i32',
  inner: 'i32',
} as const;

type FewRowsVariant = {
  readonly maxRows: number;
  readonly accumulate: boolean;
};

const buildFewRows: Parameters<typeof defineKernelFamily<typeof fewRowsParameters, FewRowsVariant>>[2] = (
  b,
  p,
  { maxRows, accumulate },
) => {
  const share = workerShare(b, p.columns);
  const heights = [1, 2, 4].filter((height) => height < 2 * maxRows);
  const choose = (index: number): void => {
    const height = heights[index]!;
    const run = () => blockOfRows(b, p, height, p.rows, share.start, share.end, accumulate);
    if (index === heights.length - 1) run();
    else b.if(b.le<'i32'>(p.rows, height), run, () => choose(index + 1));
  };
  choose(0);
};

const fewRowsMemory = ({ maxRows }: FewRowsVariant) => ({
  extents: (n: Sizes<typeof fewRowsParameters>) => ({
    a: matrix(n.rows, n.inner, n.strideA),
    b: matrix(n.columns, n.inner, n.strideB),
    c: matrix(n.rows, n.columns, n.strideC),
  }),
  sample: (draw: Draw) => {
    const [rows, columns, inner] = [draw(0, maxRows), draw(1, 40), draw(0, 150)];
    return {
      rows,
      columns,
      inner,
      strideA: inner + draw(0, 3),
      strideB: inner + draw(0, 3),
      strideC: columns + draw(0, 3),
    };
  },
});

const fewRowsWrite = defineKernelFamily('few_rows_matmul', fewRowsParameters, buildFewRows, fewRowsMemory);
const fewRowsUpdate = defineKernelFamily(
  'few_rows_matmul_accumulate',
  { ...fewRowsParameters, c: 'inout' } as const,
  buildFewRows as never,
  fewRowsMemory,
);

/**
 * C[M,N] = A[M,K]·B[N,K]ᵀ, or with `accumulate` C += …, for M = 0…maxRows ≤ 8 rows without packing: every row of B is read once,
 * as it lies in memory, and multiplied with all rows of A. Workers share the columns. A row's result does not depend on the
 * number of rows. |error| ≤ (K/lanes + lanes)·2⁻²⁴·Σ|a·b|.
 */
export function fewRowsMatmul(variant: FewRowsVariant): Kernel<typeof fewRowsParameters> {
  if (!(variant.maxRows >= 1 && variant.maxRows <= FEW_ROWS)) {
    throw new RangeError(`matrix product of few rows: maxRows must be 1 to ${FEW_ROWS}, got ${variant.maxRows}`);
  }
  return variant.accumulate
    ? (fewRowsUpdate(variant) as unknown as Kernel<typeof fewRowsParameters>)
    : fewRowsWrite(variant);
}

/**
 * Rows through chosen experts: C[i,:] = A[rowIds[i],:]·B[expertIds[i]]ᵀ for i = 0…pairs-1, with B [experts, N, K] (row
 * stride `strideB`). For decoding, where few tokens meet many experts and grouping them would not pay. Workers share
 * the columns of all pairs.
 */
export const expertRowsMatmul = defineKernel(
  'expert_rows_matmul',
  {
    a: 'in',
    b: 'in',
    c: 'out',
    rowIds: 'in',
    expertIds: 'in',
    strideA: 'i32',
    strideB: 'i32',
    strideC: 'i32',
    pairs: 'i32',
    columns: 'i32',
    inner: 'i32',
  },
  (b, p) => {
    const perPair = ceilDivide(b, p.columns, SUMS);
    walkPairs(b, p.pairs, perPair, (pair, first, last) => {
      const row = b.loadI32(b.offset(p.rowIds, pair));
      const expert = b.loadI32(b.offset(p.expertIds, pair));
      const matrix = b.mul<'i32'>(expert, b.mul<'i32'>(p.columns, p.strideB));
      const block = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(row, p.strideA)),
        b: b.offset(p.b, matrix),
        c: b.offset(p.c, b.mul<'i32'>(pair, p.strideC)),
      };
      const end = b.min<'i32'>(b.mul<'i32'>(last, SUMS), p.columns);
      blockOfRows(b, block, 1, b.i32(1), b.mul<'i32'>(first, SUMS), end, false);
    });
  },
  {
    extents: (n) => ({
      a: matrix(n.capacity, n.inner, n.strideA),
      b: matrix(n.experts * n.columns, n.inner, n.strideB),
      c: matrix(n.pairs, n.columns, n.strideC),
      rowIds: indices(n.pairs, n.capacity),
      expertIds: indices(n.pairs, n.experts),
    }),
    measure: (n, bytes) => ({
      capacity: rowsWithin(bytes.a, n.inner, n.strideA),
      experts: Math.floor(rowsWithin(bytes.b, n.inner, n.strideB) / Math.max(1, n.columns)),
    }),
    sample: (draw) => {
      const [columns, inner] = [draw(1, 20), draw(1, 70)];
      return {
        ...{ pairs: draw(0, 6), columns, inner, capacity: draw(1, 4), experts: draw(1, 5) },
        ...{ strideA: inner + draw(0, 3), strideB: inner + draw(0, 3), strideC: columns + draw(0, 3) },
      };
    },
  },
);
