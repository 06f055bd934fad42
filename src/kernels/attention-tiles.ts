import type { Builder, F32, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import { headed, list } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';

/**
 * Register tiles that attention over packed rows is made of: QUERY_BLOCK query rows against two vectors of keys (or of
 * columns). Eight accumulators, four broadcasts and two vectors fit in 16 registers, and six loads feed eight
 * multiply-adds.
 */

/** Query rows that are worked on together. */
export const QUERY_BLOCK = 4;

/** Keys of one block of the packed layout: a multiple of two vectors on every target. */
export const KEY_BLOCK = 32;

/** Query rows whose probabilities are kept before they are added to the gradients of keys and values. */
export const QUERY_PANEL = 16;

/** Shapes of one head, compile-time constants of the attention kernels. */
export type AttentionVariant = {
  /** Size of the part of query and key without rotation (DeepSeek: qk_nope_head_dim; elsewhere head_dim). */
  readonly nopeDim: number;
  /** Size of the rotary part whose key all heads share (qk_rope_head_dim); 0 if there is none. */
  readonly ropeDim: number;
  /** Size of a value (v_head_dim). */
  readonly valueDim: number;
  /** Query heads per head of keys and values: 1, or more for grouped-query attention. */
  readonly group: number;
};

/** Elements of the scratch of one row of scores, for documents of at most `longestDocument` rows. */
export function attentionScratchKeys(longestDocument: number): number {
  // The key range is widened to whole tiles at both ends (at most 2·31) and a query block may reach past a document
  // by three rows. The odd multiple of 16 keeps the rows of scores apart in the cache's sets.
  return Math.ceil((longestDocument + 3 + 62) / 32) * 32 + 16;
}

/** The longest document for which rows of scores of `scratchKeys` elements have room. */
export function longestDocument(scratchKeys: number): number {
  return scratchKeys - 16 - 65;
}

/** Elements of the scratch buffer of `attentionForward` and `attentionBackward`. */
export function attentionScratchElements(longestDocument: number, workers: number): number {
  return workers * 2 * QUERY_PANEL * attentionScratchKeys(longestDocument);
}

/** The memory of all workers' rows of scores. */
export const scratchExtent = (n: { workers: number; scratchKeys: number }) =>
  list(n.workers * 2 * QUERY_PANEL * n.scratchKeys);

export function checkVariant({ nopeDim, ropeDim, valueDim, group }: AttentionVariant): void {
  if (nopeDim < 1 || ropeDim < 0 || valueDim < 1 || group < 1) {
    throw new RangeError(
      `attention needs nopeDim, valueDim and group of at least 1 and ropeDim of at least 0, got ` +
        `nopeDim=${nopeDim}, ropeDim=${ropeDim}, valueDim=${valueDim}, group=${group}`,
    );
  }
}

/** Row `row` of head `head`. */
export function at(b: Builder, base: Pointer, row: I32, rowStride: I32, head: I32, headStride: I32): Pointer {
  return b.offset(b.offset(base, b.mul(row, rowStride)), b.mul(head, headStride));
}

export function rowsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Row 0 of this worker's rows of scores; a row has `keys` elements. */
export function ownScratch(b: Builder, scratch: Pointer, keys: I32): Pointer {
  return b.offset(scratch, b.mul(b.mul(b.worker, keys), 2 * QUERY_PANEL));
}

const UNROLLED_DIMS = 64;
const DIMS_PER_STEP = 16;

/** Elements of `packKeys`' output. */
export function packedKeysElements(rows: number, heads: number, dim: number): number {
  return Math.ceil(rows / KEY_BLOCK) * KEY_BLOCK * heads * dim;
}

/**
 * Turns rows [rows, heads, dim] into packed blocks [heads, ceil(rows/32), dim, 32], so that one dimension of
 * neighbouring keys is one vector: packed[h, s/32, d, s%32] = source[s, h, d]. Places past the last row become zero.
 * `dim` is a compile-time constant. `source` may be strided over rows and heads.
 */
export const packKeys = defineKernelFamily(
  'packKeys',
  { packed: 'out', source: 'in', rows: 'i32', heads: 'i32', rowStride: 'i32', headStride: 'i32' },
  (b, p, { dim }: { dim: number }) => {
    const blocks = keyBlocks(b, p.rows);
    b.splitLoop(b.mul(p.heads, blocks), (index) => {
      const head = b.divide(index, blocks);
      const firstRow = b.mul(b.sub(index, b.mul(head, blocks)), KEY_BLOCK);
      const from = b.offset(b.offset(p.source, b.mul(head, p.headStride)), b.mul(firstRow, p.rowStride));
      const to = b.offset(p.packed, index, dim * KEY_BLOCK * 4);
      const filled = b.min(b.sub(p.rows, firstRow), KEY_BLOCK);
      b.loop(0, filled, 1, (row) => {
        const rowFrom = b.offset(from, b.mul(row, p.rowStride));
        const rowTo = b.offset(to, row);
        forDims(b, dim, (first, count) => {
          const source = b.offset(rowFrom, first);
          const target = b.offset(rowTo, first, KEY_BLOCK * 4);
          for (let d = 0; d < count; d++) b.store(target, b.load(source, d * 4), d * KEY_BLOCK * 4);
        });
      });
      b.loop(filled, KEY_BLOCK, 1, (row) => {
        b.loop(0, dim, 1, (d) => b.store(b.offset(b.offset(to, row), d, KEY_BLOCK * 4), b.f32(0)));
      });
    });
  },
  ({ dim }) => ({
    extents: (n) => ({
      packed: list(packedKeysElements(n.rows, n.heads, dim)),
      source: headed(n.rows, n.rowStride, n.heads, n.headStride, dim),
    }),
    sample: (draw) => {
      const [rows, heads, headStride] = [draw(0, 70), draw(1, 3), dim + draw(0, 2)];
      return { rows, heads, headStride, rowStride: heads * headStride + draw(0, 2) };
    },
  }),
);

/** Number of packed blocks of `rows` keys. */
export function keyBlocks(b: Builder, rows: I32): I32 {
  return b.shiftRightUnsigned(b.add(rows, KEY_BLOCK - 1), 5);
}

/** Runs `body` over 0..dim-1 in pieces of a build-time length: at once if short, else in a loop. */
function forDims(b: Builder, dim: number, body: (first: I32, count: number) => void): void {
  if (dim <= UNROLLED_DIMS) {
    body(b.i32(0), dim);
    return;
  }
  const whole = dim - (dim % DIMS_PER_STEP);
  b.loop(0, whole, DIMS_PER_STEP, (first) => body(first, DIMS_PER_STEP));
  if (whole < dim) body(b.i32(whole), dim - whole);
}

export interface ScorePart {
  readonly dim: number;
  /** First element of each query row's vector of `dim`. */
  readonly queries: readonly Pointer[];
  /** The packed blocks of this part's head. */
  readonly packed: Pointer;
}

/**
 * Dot products of the query rows with two vectors of keys from `key` on (a multiple of 2·lanes):
 * result[i][j] lane l = Σ_parts Σ_d query_i[d] · key_(key + j·lanes + l)[d].
 */
export function scoreTile(b: Builder, parts: readonly ScorePart[], key: I32): VectorF32[][] {
  const sums = parts[0]!.queries.map(() => [0, 1].map(() => b.variable(b.vectorF32(0))));
  for (const { dim, queries, packed } of parts) {
    const block = b.offset(packed, b.shiftRightUnsigned(key, 5), dim * KEY_BLOCK * 4);
    const column = b.offset(block, b.and(key, KEY_BLOCK - 1));
    forDims(b, dim, (first, count) => {
      const keys = b.offset(column, first, KEY_BLOCK * 4);
      const rows = queries.map((query) => b.offset(query, first));
      for (let d = 0; d < count; d++) {
        const vectors = [0, 1].map((j) => b.loadVector(keys, (d * KEY_BLOCK + j * b.lanes) * 4));
        rows.forEach((row, i) => {
          const factor = b.loadSplat(row, d * 4);
          vectors.forEach((vector, j) => {
            const sum = sums[i]![j]!;
            sum.set(b.fma(factor, vector, sum.get()));
          });
        });
      }
    });
  }
  return sums.map((row) => row.map((sum) => sum.get()));
}

/** Columns of a row worked on together: two vectors, one, or one vector's first few elements. */
interface Columns {
  readonly first: number;
  readonly vectors: number;
  readonly partial: number | undefined;
}

function columnsOf(b: Builder, dim: number): Columns[] {
  const columns: Columns[] = [];
  let first = 0;
  while (dim - first >= b.lanes) {
    const vectors = dim - first >= 2 * b.lanes ? 2 : 1;
    columns.push({ first, vectors, partial: undefined });
    first += vectors * b.lanes;
  }
  if (first < dim) columns.push({ first, vectors: 1, partial: dim - first });
  return columns;
}

function loadColumns(b: Builder, row: Pointer, { first, vectors, partial }: Columns): VectorF32[] {
  if (partial !== undefined) return [b.loadPartial(b.offset(row, first), b.i32(partial))];
  return Array.from({ length: vectors }, (_, j) => b.loadVector(row, (first + j * b.lanes) * 4));
}

function storeColumns(b: Builder, row: Pointer, { first, partial }: Columns, values: readonly VectorF32[]): void {
  values.forEach((value, j) => {
    if (partial !== undefined) b.storePartial(b.offset(row, first), value, b.i32(partial));
    else b.store(row, value, (first + j * b.lanes) * 4);
  });
}

export interface KeyRange {
  readonly first: I32;
  readonly end: I32;
  /** One row of weights per query row; element 0 belongs to key `first`. */
  readonly weights: readonly Pointer[];
}

/**
 * Weighted sums of rows: result_i[c] = Σ_s weights_i[s] · source[s, c] in the order of the keys, given to `store` as
 * row i's value for each group of columns through `put`.
 */
export function weightedRows(
  b: Builder,
  range: KeyRange,
  source: Pointer,
  rowStride: I32,
  dim: number,
  finish: (query: number, sums: VectorF32[], put: (row: Pointer, values: VectorF32[]) => void) => void,
): void {
  for (const columns of columnsOf(b, dim)) {
    const sums = range.weights.map(() => Array.from({ length: columns.vectors }, () => b.variable(b.vectorF32(0))));
    const row = b.variable(b.offset(source, b.mul(range.first, rowStride)));
    b.loop(0, b.sub(range.end, range.first), 1, (s) => {
      const vectors = loadColumns(b, row.get(), columns);
      range.weights.forEach((weights, i) => {
        const factor = b.loadSplat(b.offset(weights, s));
        vectors.forEach((vector, j) => {
          const sum = sums[i]![j]!;
          sum.set(b.fma(factor, vector, sum.get()));
        });
      });
      row.set(b.offset(row.get(), rowStride));
    });
    sums.forEach((sum, i) => {
      const values = sum.map((cell) => cell.get());
      finish(i, values, (to, result) => storeColumns(b, to, columns, result));
    });
  }
}

/** Weights of a panel of query rows for the keys first..end-1 of a document. */
export interface Panel {
  readonly first: I32;
  readonly end: I32;
  /** Query rows; row t's weights begin at weights + t·weightStride, element 0 belonging to key `first`. */
  readonly rows: I32;
  readonly weights: Pointer;
  readonly weightStride: I32;
}

/** Keys whose sums are in registers together. */
const KEYS_PER_TILE = 4;

/**
 * Adds to the rows of keys: target[s, c] += Σ_t weights_t[s] · source[t, c], the query rows in order; `source` is the
 * panel's first row, `target` the row of key 0.
 */
export function addTransposed(
  b: Builder,
  panel: Panel,
  source: Pointer,
  sourceStride: I32,
  target: Pointer,
  targetStride: I32,
  dim: number,
): void {
  const count = b.sub(panel.end, panel.first);
  const whole = b.and(count, -KEYS_PER_TILE);
  for (const columns of columnsOf(b, dim)) {
    const tile = (key: I32, keys: number) => {
      const targets = Array.from({ length: keys }, (_, i) =>
        b.offset(target, b.mul(b.add(b.add(panel.first, key), i), targetStride)),
      );
      const sums = targets.map((row) => loadColumns(b, row, columns).map((value) => b.variable(value)));
      const row = b.variable(source);
      const weights = b.variable(b.offset(panel.weights, key));
      b.loop(0, panel.rows, 1, () => {
        const vectors = loadColumns(b, row.get(), columns);
        sums.forEach((sum, i) => {
          const weight = b.loadSplat(weights.get(), i * 4);
          vectors.forEach((vector, j) => {
            sum[j]!.set(b.fma(weight, vector, sum[j]!.get()));
          });
        });
        row.set(b.offset(row.get(), sourceStride));
        weights.set(b.offset(weights.get(), panel.weightStride));
      });
      sums.forEach((sum, i) => {
        storeColumns(
          b,
          targets[i]!,
          columns,
          sum.map((cell) => cell.get()),
        );
      });
    };
    b.loop(0, whole, KEYS_PER_TILE, (key) => tile(key, KEYS_PER_TILE));
    b.loop(whole, count, 1, (key) => tile(key, 1));
  }
}

/** Σ_d x[d] · y[d]. */
export function dotProduct(b: Builder, x: Pointer, y: Pointer, dim: number): F32 {
  const sum: Variable<'vf32'> = b.variable(b.vectorF32(0));
  b.strips(dim, (strip) => sum.set(b.fma(strip.load(x), strip.load(y), sum.get())));
  return b.reduceAdd(sum.get());
}

/** The first key of the tile that `key` is in. */
export function tileStart(b: Builder, key: I32): I32 {
  return b.and(key, -2 * b.lanes);
}

/** Lanes of the keys key, key + 1, … that lie in start..row. */
export function visibleKeys(b: Builder, key: I32, start: I32, row: I32): VectorI32 {
  const keys = b.add(b.laneIndex(), b.splat(key));
  return b.and(b.ge(keys, b.splat(start)), b.le(keys, b.splat(row)));
}
