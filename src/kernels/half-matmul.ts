import { panelWidth } from './block-formats.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { bounds, type Draw, indices, list, matrix, rowsWithin } from './extents.ts';
import { type HalfFormat, placesTogether } from './half-panels.ts';
import { type HalfVariant, halfTileCount, halfTiles, rowsByPanels } from './half-tile.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernelFamily } from './kernel.ts';
import { rowAddress, splitBlocks } from './loops.ts';
import { ceilDivide, walkGroups, walkPairs, workerShare } from './matmul-tile.ts';

/**
 * Products of f32 activations with weights in panels of 16-bit floats (half-panels.ts), which are widened in registers:
 * C = A·Wᵀ, as it is, by heads with a matrix each, by groups of rows with a matrix each (experts), and by pairs of a row and
 * an expert; and rows of such a matrix. An element of C does not depend on the number of workers, nor on the rows that are
 * computed with it; see `halfTiles` for its error.
 */

const sizes = { strideA: 'i32', strideC: 'i32', columns: 'i32', inner: 'i32' } as const;

/** Memory of `matrices` matrices of `rows` rows of `inner` weights. */
function halfMatrices(target: TargetInfo, format: HalfFormat, matrices: number, rows: number, inner: number) {
  const width = panelWidth(target.lanes);
  return list(matrices * Math.ceil(rows / width) * width * inner, format);
}

/** Matrices that have room in `bytes`. */
function matricesWithin(target: TargetInfo, bytes: number, rows: number, inner: number): number {
  return Math.floor(bytes / Math.max(1, halfMatrices(target, 'f16', 1, rows, inner).bytes));
}

/** Address of matrix `index` among matrices of `columns` rows of `inner` weights. */
function matrixAddress(
  b: Builder,
  p: { readonly weights: Pointer; readonly columns: I32; readonly inner: I32 },
  index: I32,
): Pointer {
  const width = panelWidth(b.lanes);
  const panels = b.mul<'i32'>(index, ceilDivide(b, p.columns, width));
  return b.offset(p.weights, b.mul<'i32'>(panels, p.inner), 2 * width);
}

/** Rows that have room in A and in C. */
function rowsWithinBoth(
  n: { readonly inner: number; readonly strideA: number; readonly columns: number; readonly strideC: number },
  bytes: { readonly a: number; readonly c: number },
): number {
  return Math.min(rowsWithin(bytes.a, n.inner, n.strideA), rowsWithin(bytes.c, n.columns, n.strideC));
}

const drawSizes = (draw: Draw, format: HalfFormat, heads = 1) => {
  const [columns, inner] = [draw(1, 140), placesTogether(format) * draw(0, 30)];
  return { columns, inner, strideA: heads * inner + draw(0, 3), strideC: heads * columns + draw(0, 3) };
};

/** One or two rows go another way than many, which large samples take. */
const drawRows = (draw: Draw, tileRows: number) => (draw(0, 3) === 0 ? draw(0, 2) : draw(0, 2 * tileRows + 1));

/** C[rows, columns] = A·Wᵀ. */
export const halfMatmul = defineKernelFamily(
  'half_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', ...sizes },
  (b, p, variant: HalfVariant) => {
    const share = workerShare(b, halfTileCount(b, variant.tileRows, p.rows, p.columns));
    halfTiles(b, variant, p, share.start, share.end);
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.rows, n.inner, n.strideA),
      weights: halfMatrices(target, format, 1, n.columns, n.inner),
      c: matrix(n.rows, n.columns, n.strideC),
    }),
    sample: (draw) => ({ ...drawSizes(draw, format), rows: drawRows(draw, tileRows) }),
  }),
);

/** Every head of every row through that head's matrix, as `headsBlockMatmul`: C[r, h·columns + j] = Σ A[r, h·inner + k]·W[h][j, k]. */
export const headsHalfMatmul = defineKernelFamily(
  'heads_half_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', heads: 'i32', ...sizes },
  (b, p, variant: HalfVariant) => {
    const perHead = halfTileCount(b, variant.tileRows, p.rows, p.columns);
    walkPairs(b, p.heads, perHead, (head, start, end) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(head, p.inner)),
        weights: matrixAddress(b, p, head),
        c: b.offset(p.c, b.mul<'i32'>(head, p.columns)),
      };
      halfTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.rows, n.heads * n.inner, n.strideA),
      weights: halfMatrices(target, format, n.heads, n.columns, n.inner),
      c: matrix(n.rows, n.heads * n.columns, n.strideC),
    }),
    sample: (draw) => {
      const heads = draw(1, 3);
      return { ...drawSizes(draw, format, heads), heads, rows: drawRows(draw, tileRows) };
    },
  }),
);

/** For each group e of rows offsets[e]…offsets[e+1]-1 of A and C: C = A·W[e]ᵀ, the matrices one after the other. */
export const groupedHalfMatmul = defineKernelFamily(
  'grouped_half_matmul',
  { a: 'in', weights: 'in', c: 'out', offsets: 'in', groups: 'i32', ...sizes },
  (b, p, variant: HalfVariant) => {
    const tilesOf = (rows: I32) => halfTileCount(b, variant.tileRows, rows, p.columns);
    walkGroups(b, p, tilesOf, (group, first, rows, { start, end }) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(first, p.strideA)),
        weights: matrixAddress(b, p, group),
        c: b.offset(p.c, b.mul<'i32'>(first, p.strideC)),
        rows,
      };
      halfTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.capacity, n.inner, n.strideA),
      weights: halfMatrices(target, format, n.groups, n.columns, n.inner),
      c: matrix(n.capacity, n.columns, n.strideC),
      offsets: bounds(n.groups + 1, n.capacity),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithinBoth(n, bytes) }),
    sample: (draw) => ({ ...drawSizes(draw, format), groups: draw(1, 4), capacity: draw(0, 3 * tileRows) }),
  }),
);

/** C[i,:] = A[rowIds[i],:]·W[expertIds[i]]ᵀ for i = 0…pairs-1: for decoding, where few tokens meet many experts. */
export const expertHalfMatmul = defineKernelFamily(
  'expert_half_matmul',
  { a: 'in', weights: 'in', c: 'out', rowIds: 'in', expertIds: 'in', pairs: 'i32', ...sizes },
  (b, p, { format }: { readonly format: HalfFormat }) => {
    const perPair = ceilDivide(b, p.columns, panelWidth(b.lanes));
    walkPairs(b, p.pairs, perPair, (pair, first, last) => {
      const row = b.loadI32(b.offset(p.rowIds, pair));
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(row, p.strideA)),
        weights: matrixAddress(b, p, b.loadI32(b.offset(p.expertIds, pair))),
        c: b.offset(p.c, b.mul<'i32'>(pair, p.strideC)),
        rows: b.i32(1),
      };
      rowsByPanels(b, format, operands, 1, first, last);
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      a: matrix(n.capacity, n.inner, n.strideA),
      weights: halfMatrices(target, format, n.experts, n.columns, n.inner),
      c: matrix(n.pairs, n.columns, n.strideC),
      rowIds: indices(n.pairs, n.capacity),
      expertIds: indices(n.pairs, n.experts),
    }),
    measure: (n, bytes, target) => ({
      capacity: rowsWithin(bytes.a, n.inner, n.strideA),
      experts: matricesWithin(target, bytes.weights, n.columns, n.inner),
    }),
    sample: (draw) => ({
      ...drawSizes(draw, format),
      ...{ pairs: draw(0, 6), capacity: draw(1, 4), experts: draw(1, 5) },
    }),
  }),
);

/** y[r,:] = W[ids[r],:] in f32, of a table [capacity, columns] in panels; ids i32 [rows] are checked by the host. */
export const gatherHalfRows = defineKernelFamily(
  'gather_half_rows',
  { table: 'in', ids: 'in', y: 'out', rows: 'i32', columns: 'i32', yStride: 'i32' },
  (b, p, { format }: { readonly format: HalfFormat }) => {
    const width = panelWidth(b.lanes);
    const together = placesTogether(format);
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const id = b.loadI32(b.offset(p.ids, row));
      const panel = b.divideUnsigned(id, width);
      const inPanel = b.sub<'i32'>(id, b.mul<'i32'>(panel, width));
      const first = b.offset(b.offset(p.table, b.mul<'i32'>(panel, p.columns), 2 * width), inPanel, 2 * together);
      const to = rowAddress(b, p.y, row, p.yStride);
      b.loop(start, end, 1, (k) => {
        const step = together === 1 ? k : b.sub<'i32'>(k, b.and<'i32'>(k, 1));
        const from = b.offset(first, step, 2 * width);
        const number = together === 1 ? from : b.offset(from, b.and<'i32'>(k, 1), 2);
        b.store(b.offset(to, k), b.load(number, 0, format));
      });
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      table: halfMatrices(target, format, 1, n.capacity, n.columns),
      ids: indices(n.rows, n.capacity),
      y: matrix(n.rows, n.columns, n.yStride),
    }),
    measure: (n, bytes, target) => {
      const width = panelWidth(target.lanes);
      return { capacity: width * Math.floor(bytes.table / Math.max(1, 2 * width * n.columns)) };
    },
    sample: (draw) => {
      const columns = placesTogether(format) * draw(1, 70);
      return { rows: draw(0, 5), columns, yStride: columns + draw(0, 3), capacity: draw(1, 9) };
    },
  }),
);
