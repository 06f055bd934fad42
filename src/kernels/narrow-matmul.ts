import { panelWidth } from './block-formats.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { bounds, type Draw, type Extent, indices, list, matrix, nothing, records, rowsWithin } from './extents.ts';
import { type Float8, float8OfWord, float8Unit } from './float8.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernelFamily } from './kernel.ts';
import { rowAddress, splitBlocks } from './loops.ts';
import { ceilDivide, walkGroups, walkPairs, workerShare } from './matmul-tile.ts';
import { type NarrowFormat, narrowDetails, narrowPanelRowBytes, SCALE_GROUP } from './narrow-panels.ts';
import { type NarrowVariant, narrowTileCount, narrowTiles, panelAddress, rowsByPanels } from './narrow-tile.ts';

/**
 * Products of f32 activations with weights in panels of floats of 16 or 8 bits (narrow-panels.ts), which are widened in registers:
 * C = A·Wᵀ, as it is, by heads with a matrix each, by groups of rows with a matrix each (experts), and by pairs of a row and
 * an expert; and rows of such a matrix. An element of C does not depend on the number of workers, nor on the rows that are
 * computed with it; see `narrowTiles` for its error.
 */

const sizes = { strideA: 'i32', strideC: 'i32', columns: 'i32', inner: 'i32' } as const;

/** Memory of `matrices` matrices of `rows` rows of `inner` weights. */
function narrowMatrices(
  target: TargetInfo,
  format: NarrowFormat,
  matrices: number,
  rows: number,
  inner: number,
): Extent {
  const width = panelWidth(target.lanes);
  const panels = matrices * Math.ceil(rows / width);
  if (format === 'bf16' || format === 'f16') return list(panels * width * inner, format);
  if (inner === 0) return nothing;
  const group = (places: number) => [
    { kind: 'f32', count: width } as const,
    { kind: 'u8', count: places * width } as const,
  ];
  const groups = Array.from({ length: Math.ceil(inner / SCALE_GROUP) }, (_, g) =>
    group(Math.min(SCALE_GROUP, inner - g * SCALE_GROUP)),
  );
  return records(panels, groups.flat());
}

/** Matrices that have room in `bytes`. */
function matricesWithin(target: TargetInfo, format: NarrowFormat, bytes: number, rows: number, inner: number): number {
  return Math.floor(bytes / Math.max(1, narrowMatrices(target, format, 1, rows, inner).bytes));
}

/** Address of matrix `index` among matrices of `columns` rows of `inner` weights. */
function matrixAddress(
  b: Builder,
  format: NarrowFormat,
  p: { readonly weights: Pointer; readonly columns: I32; readonly inner: I32 },
  index: I32,
): Pointer {
  const panels = b.mul<'i32'>(index, ceilDivide(b, p.columns, panelWidth(b.lanes)));
  return panelAddress(b, format, p.weights, p.inner, panels);
}

/** Rows that have room in A and in C. */
function rowsWithinBoth(
  n: { readonly inner: number; readonly strideA: number; readonly columns: number; readonly strideC: number },
  bytes: { readonly a: number; readonly c: number },
): number {
  return Math.min(rowsWithin(bytes.a, n.inner, n.strideA), rowsWithin(bytes.c, n.columns, n.strideC));
}

const drawSizes = (draw: Draw, format: NarrowFormat, heads = 1) => {
  const { together, scaled } = narrowDetails(format);
  const [columns, inner] = [draw(1, 140), together * draw(0, scaled ? 70 : 30)];
  return { columns, inner, strideA: heads * inner + draw(0, 3), strideC: heads * columns + draw(0, 3) };
};

/** One or two rows go another way than many, which large samples take. */
const drawRows = (draw: Draw, tileRows: number) => (draw(0, 3) === 0 ? draw(0, 2) : draw(0, 2 * tileRows + 1));

/** C[rows, columns] = A·Wᵀ. */
export const narrowMatmul = defineKernelFamily(
  'narrow_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', ...sizes },
  (b, p, variant: NarrowVariant) => {
    const share = workerShare(b, narrowTileCount(b, variant.tileRows, p.rows, p.columns));
    narrowTiles(b, variant, p, share.start, share.end);
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.rows, n.inner, n.strideA),
      weights: narrowMatrices(target, format, 1, n.columns, n.inner),
      c: matrix(n.rows, n.columns, n.strideC),
    }),
    sample: (draw) => ({ ...drawSizes(draw, format), rows: drawRows(draw, tileRows) }),
  }),
);

/** Every head of every row through that head's matrix, as `headsBlockMatmul`: C[r, h·columns + j] = Σ A[r, h·inner + k]·W[h][j, k]. */
export const headsNarrowMatmul = defineKernelFamily(
  'heads_narrow_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', heads: 'i32', ...sizes },
  (b, p, variant: NarrowVariant) => {
    const perHead = narrowTileCount(b, variant.tileRows, p.rows, p.columns);
    walkPairs(b, p.heads, perHead, (head, start, end) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(head, p.inner)),
        weights: matrixAddress(b, variant.format, p, head),
        c: b.offset(p.c, b.mul<'i32'>(head, p.columns)),
      };
      narrowTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.rows, n.heads * n.inner, n.strideA),
      weights: narrowMatrices(target, format, n.heads, n.columns, n.inner),
      c: matrix(n.rows, n.heads * n.columns, n.strideC),
    }),
    sample: (draw) => {
      const heads = draw(1, 3);
      return { ...drawSizes(draw, format, heads), heads, rows: drawRows(draw, tileRows) };
    },
  }),
);

/** For each group e of rows offsets[e]…offsets[e+1]-1 of A and C: C = A·W[e]ᵀ, the matrices one after the other. */
export const groupedNarrowMatmul = defineKernelFamily(
  'grouped_narrow_matmul',
  { a: 'in', weights: 'in', c: 'out', offsets: 'in', groups: 'i32', ...sizes },
  (b, p, variant: NarrowVariant) => {
    const tilesOf = (rows: I32) => narrowTileCount(b, variant.tileRows, rows, p.columns);
    walkGroups(b, p, tilesOf, (group, first, rows, { start, end }) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(first, p.strideA)),
        weights: matrixAddress(b, variant.format, p, group),
        c: b.offset(p.c, b.mul<'i32'>(first, p.strideC)),
        rows,
      };
      narrowTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: matrix(n.capacity, n.inner, n.strideA),
      weights: narrowMatrices(target, format, n.groups, n.columns, n.inner),
      c: matrix(n.capacity, n.columns, n.strideC),
      offsets: bounds(n.groups + 1, n.capacity),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithinBoth(n, bytes) }),
    sample: (draw) => ({ ...drawSizes(draw, format), groups: draw(1, 4), capacity: draw(0, 3 * tileRows) }),
  }),
);

/** C[i,:] = A[rowIds[i],:]·W[expertIds[i]]ᵀ for i = 0…pairs-1: for decoding, where few tokens meet many experts. */
export const expertNarrowMatmul = defineKernelFamily(
  'expert_narrow_matmul',
  { a: 'in', weights: 'in', c: 'out', rowIds: 'in', expertIds: 'in', pairs: 'i32', ...sizes },
  (b, p, { format }: { readonly format: NarrowFormat }) => {
    const perPair = ceilDivide(b, p.columns, panelWidth(b.lanes));
    walkPairs(b, p.pairs, perPair, (pair, first, last) => {
      const row = b.loadI32(b.offset(p.rowIds, pair));
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(row, p.strideA)),
        weights: matrixAddress(b, format, p, b.loadI32(b.offset(p.expertIds, pair))),
        c: b.offset(p.c, b.mul<'i32'>(pair, p.strideC)),
        rows: b.i32(1),
      };
      rowsByPanels(b, format, operands, 1, first, last);
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      a: matrix(n.capacity, n.inner, n.strideA),
      weights: narrowMatrices(target, format, n.experts, n.columns, n.inner),
      c: matrix(n.pairs, n.columns, n.strideC),
      rowIds: indices(n.pairs, n.capacity),
      expertIds: indices(n.pairs, n.experts),
    }),
    measure: (n, bytes, target) => ({
      capacity: rowsWithin(bytes.a, n.inner, n.strideA),
      experts: matricesWithin(target, format, bytes.weights, n.columns, n.inner),
    }),
    sample: (draw) => ({
      ...drawSizes(draw, format),
      ...{ pairs: draw(0, 6), capacity: draw(1, 4), experts: draw(1, 5) },
    }),
  }),
);

/** y[r,:] = W[ids[r],:] in f32, of a table [capacity, columns] in panels; ids i32 [rows] are checked by the host. */
export const gatherNarrowRows = defineKernelFamily(
  'gather_narrow_rows',
  { table: 'in', ids: 'in', y: 'out', rows: 'i32', columns: 'i32', yStride: 'i32' },
  (b, p, { format }: { readonly format: NarrowFormat }) => {
    const width = panelWidth(b.lanes);
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const id = b.loadI32(b.offset(p.ids, row));
      const panel = b.divideUnsigned(id, width);
      const inPanel = b.sub<'i32'>(id, b.mul<'i32'>(panel, width));
      const first = panelAddress(b, format, p.table, p.columns, panel);
      const to = rowAddress(b, p.y, row, p.yStride);
      if (format === 'bf16' || format === 'f16') gatherHalves(b, format, first, inPanel, to, start, end);
      else gatherBytes(b, format, first, inPanel, to, start, end);
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      table: narrowMatrices(target, format, 1, n.capacity, n.columns),
      ids: indices(n.rows, n.capacity),
      y: matrix(n.rows, n.columns, n.yStride),
    }),
    measure: (n, bytes, target) => {
      const width = panelWidth(target.lanes);
      const panelBytes = width * narrowPanelRowBytes(format, n.columns);
      return { capacity: width * Math.floor(bytes.table / Math.max(1, panelBytes)) };
    },
    sample: (draw) => {
      const { together, scaled } = narrowDetails(format);
      const columns = together * draw(1, 70);
      return { rows: draw(0, 5), columns, yStride: columns + draw(0, 3), capacity: draw(1, scaled ? 40 : 9) };
    },
  }),
);

/** Places start…end-1 of row `row` of a panel in 16 bits. */
function gatherHalves(
  b: Builder,
  format: 'bf16' | 'f16',
  panel: Pointer,
  row: I32,
  to: Pointer,
  start: I32,
  end: I32,
): void {
  const width = panelWidth(b.lanes);
  const { together } = narrowDetails(format);
  const first = b.offset(panel, row, 2 * together);
  b.loop(start, end, 1, (k) => {
    const step = together === 1 ? k : b.sub<'i32'>(k, b.and<'i32'>(k, 1));
    const from = b.offset(first, step, 2 * width);
    const number = together === 1 ? from : b.offset(from, b.and<'i32'>(k, 1), 2);
    b.store(b.offset(to, k), b.load(number, 0, format));
  });
}

/** The same in 8 bits, of whole groups from `start` on: four places of a word at a time. */
function gatherBytes(b: Builder, format: Float8, panel: Pointer, row: I32, to: Pointer, start: I32, end: I32): void {
  const width = panelWidth(b.lanes);
  const inRow = b.offset(panel, row);
  b.loop(start, end, SCALE_GROUP, (first) => {
    const group = b.offset(inRow, b.shiftRightUnsigned(first, 7), width * (4 + SCALE_GROUP));
    const scale = b.mul<'f32'>(b.load(group), float8Unit(format));
    const words = b.offset(group, 4 * width, 1);
    const target = b.offset(to, first);
    b.loop(0, b.min<'i32'>(b.sub<'i32'>(end, first), SCALE_GROUP), 4, (k) => {
      const word = b.loadI32(b.offset(words, k, width));
      const at = b.offset(target, k);
      for (let i = 0; i < 4; i++) b.store(at, b.mul<'f32'>(float8OfWord(b, format, word, i), scale), 4 * i);
    });
  });
}
