import type { Builder, F32, I32, Pointer, Strip, VectorF32, VectorI32 } from './builder.ts';
import { bounds, indices, list, matrix, strided } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress, vectorLoop } from './loops.ts';
import { logSumExp, rowStatistics } from './softmax.ts';

/**
 * What choosing a token needs on the side of the kernels: the best token, the k best, the normaliser at a temperature,
 * log-probabilities of given tokens, and a bias on logits. Cutting by top-p and drawing happen on the host, from a few
 * candidates per row.
 *
 * logits are [rows, columns] f32 with a row stride in elements, columns ≥ 1; ids are i32. Rows are split among the
 * workers. NaN is never chosen.
 */

/** Elements of every row that lie in the memory of all rows. */
const rowLength = ({ rows, stride }: { rows: number; stride: number }, bytes: number): number =>
  rows === 0 ? stride : Math.max(0, Math.min(stride, bytes / 4 - (rows - 1) * stride));

interface Best {
  readonly value: F32;
  readonly id: I32;
}

/**
 * The largest element of a row and its first index, among the elements for which `allowed` is all ones; −infinity and
 * `none` if there is none above −infinity.
 */
function bestOfRow(
  b: Builder,
  row: Pointer,
  columns: I32,
  none: number,
  allowed?: (value: VectorF32, index: VectorI32) => VectorI32,
): Best {
  const best = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
  const bestIndex = b.variable(b.vectorI32(0x7fffffff));
  vectorLoop(b, b.i32(0), columns, 1, ([strip]) => {
    const value = (strip as Strip).load(row, 'f32', Number.NEGATIVE_INFINITY);
    const index = b.add(b.splat((strip as Strip).index), b.laneIndex());
    const above = b.gt(value, best.get());
    const better = allowed === undefined ? above : b.and(above, allowed(value, index));
    best.set(b.select(better, value, best.get()));
    bestIndex.set(b.select(better, index, bestIndex.get()));
  });
  const value = b.reduceMax(best.get());
  const candidates = b.select<'vi32'>(b.eq(best.get(), b.splat(value)), bestIndex.get(), 0x7fffffff);
  // The smallest index: the language reduces integers by maximum, so negated.
  const first = b.sub(0, b.pure('vi32.reduce_max', 'i32', [b.sub<'vi32'>(0, candidates)]));
  return { value, id: b.select<'i32'>(b.eq(first, 0x7fffffff), none, first) };
}

/** ids[r] = the first index of the largest logit of row r; 0 where no logit is above −infinity. */
export const argmaxRows = defineKernel(
  'argmaxRows',
  { logits: 'in', ids: 'out', rows: 'i32', columns: 'i32', stride: 'i32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const { id } = bestOfRow(b, rowAddress(b, p.logits, row, p.stride), p.columns, 0);
      b.storeI32(b.offset(p.ids, row), id);
    });
  },
  {
    extents: (n) => ({ logits: matrix(n.rows, n.columns, n.stride), ids: list(n.rows, 'i32') }),
    sample: (draw) => strided(draw, 'stride'),
  },
);

/**
 * The k largest logits of every row in descending order, equal ones by index: values and ids are [rows, k]. Where a row
 * has fewer logits above −infinity, the rest holds −infinity and id −1. Takes k passes over the row: meant for a few
 * dozen candidates.
 */
export const topCandidates = defineKernel(
  'topCandidates',
  { logits: 'in', values: 'out', ids: 'out', rows: 'i32', columns: 'i32', k: 'i32', stride: 'i32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const logits = rowAddress(b, p.logits, row, p.stride);
      const values = rowAddress(b, p.values, row, p.k);
      const ids = rowAddress(b, p.ids, row, p.k);
      const lastValue = b.variable(b.f32(Number.POSITIVE_INFINITY));
      const lastId = b.variable(b.i32(-1));
      b.loop(0, p.k, 1, (place) => {
        const [valueBefore, idBefore] = [b.splat(lastValue.get()), b.splat(lastId.get())];
        const { value, id } = bestOfRow(b, logits, p.columns, -1, (candidate, index) =>
          b.or(b.lt(candidate, valueBefore), b.and(b.eq(candidate, valueBefore), b.gt(index, idBefore))),
        );
        b.store(b.offset(values, place), value);
        b.storeI32(b.offset(ids, place), id);
        lastValue.set(value);
        lastId.set(id);
      });
    });
  },
  {
    extents: (n) => ({
      logits: matrix(n.rows, n.columns, n.stride),
      values: list(n.rows * n.k),
      ids: list(n.rows * n.k, 'i32'),
    }),
    sample: (draw) => ({ ...strided(draw, 'stride'), k: draw(1, 4) }),
  },
);

/** logSumExp[r] = log Σ_c e^(scale[r] · logits[r,c]); scale [rows] f32 holds 1 / temperature per row, positive. */
export const logSumExpRows = defineKernel(
  'logSumExpRows',
  { logits: 'in', scale: 'in', logSumExp: 'out', rows: 'i32', columns: 'i32', stride: 'i32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const scale = b.load(b.offset(p.scale, row));
      const statistics = rowStatistics(b, rowAddress(b, p.logits, row, p.stride), p.columns, { scale });
      b.store(b.offset(p.logSumExp, row), logSumExp(b, statistics, scale));
    });
  },
  {
    extents: (n) => ({
      logits: matrix(n.rows, n.columns, n.stride),
      scale: list(n.rows, 'positive'),
      logSumExp: list(n.rows),
    }),
    sample: (draw) => strided(draw, 'stride'),
  },
);

/**
 * out[r,j] = scale[r] · logits[r, ids[r,j]] − logSumExp[r]: log-probabilities of perRow tokens a row; ids and out are
 * [rows, perRow].
 */
export const tokenLogProbabilities = defineKernel(
  'tokenLogProbabilities',
  {
    logits: 'in',
    scale: 'in',
    logSumExp: 'in',
    ids: 'in',
    out: 'out',
    rows: 'i32',
    perRow: 'i32',
    stride: 'i32',
  },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const logits = rowAddress(b, p.logits, row, p.stride);
      const scale = b.load(b.offset(p.scale, row));
      const normaliser = b.load(b.offset(p.logSumExp, row));
      b.loop(0, p.perRow, 1, (place) => {
        const at = b.add(b.mul(row, p.perRow), place);
        const logit = b.load(b.offset(logits, b.loadI32(b.offset(p.ids, at))));
        b.store(b.offset(p.out, at), b.sub(b.mul(logit, scale), normaliser));
      });
    });
  },
  {
    extents: (n) => ({
      logits: matrix(n.rows, n.capacity, n.stride),
      scale: list(n.rows),
      logSumExp: list(n.rows),
      ids: indices(n.rows * n.perRow, n.capacity),
      out: list(n.rows * n.perRow),
    }),
    measure: (n, bytes) => ({ capacity: rowLength(n, bytes.logits) }),
    sample: (draw) => ({ rows: draw(0, 5), perRow: draw(0, 3), capacity: draw(1, 9), stride: 9 + draw(0, 2) }),
  },
);

/**
 * logits[r, ids[e]] += biases[e] for the entries e of starts[r]..starts[r+1]-1, in order: penalties, forbidden tokens
 * (−infinity), user biases. starts [rows + 1] i32.
 */
export const addLogitBias = defineKernel(
  'addLogitBias',
  { logits: 'inout', starts: 'in', ids: 'in', biases: 'in', rows: 'i32', stride: 'i32' },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const logits = rowAddress(b, p.logits, row, p.stride);
      const starts = b.offset(p.starts, row);
      b.loop(b.loadI32(starts), b.loadI32(starts, 4), 1, (entry) => {
        const address = b.offset(logits, b.loadI32(b.offset(p.ids, entry)));
        b.store(address, b.add(b.load(address), b.load(b.offset(p.biases, entry))));
      });
    });
  },
  {
    extents: (n) => ({
      logits: matrix(n.rows, n.capacity, n.stride),
      starts: bounds(n.rows + 1, n.entries),
      ids: indices(n.entries, n.capacity),
      biases: list(n.entries),
    }),
    measure: (n, bytes) => ({
      capacity: rowLength(n, bytes.logits),
      entries: Math.min(bytes.ids, bytes.biases) / 4,
    }),
    sample: (draw) => ({ rows: draw(0, 5), entries: draw(0, 9), capacity: draw(1, 9), stride: 9 + draw(0, 2) }),
  },
);
