import { dealOut, sequencePages, slotOf } from './attention-paged-work.ts';
import type { Builder, F32, I32, Pointer } from './builder.ts';
import { CACHE_BYTES, type CacheMemory, cacheExtent, scalesExtent, slotRow, strideOf } from './cache-format.ts';
import { dotProducts } from './dot-products.ts';
import { type Draw, indices, matrix, rowsWithin } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';

/** Positions that one piece of work scores. */
const BLOCK = 64;

/** Columns that a row of scores needs for up to `positions` positions. */
export function indexScoreColumns(positions: number): number {
  return Math.ceil(positions / BLOCK) * BLOCK;
}

export type IndexerVariant = {
  readonly heads: number;
  readonly dim: number;
  /** Positions of one page of the cache, a power of two. */
  readonly pageSize: number;
  readonly memory: CacheMemory;
};

const HEADS_TOGETHER = 4;

/**
 * Scores of the lightning indexer (DeepSeek-V3.2-Exp report, section 2.1, eq. 1) over a paged cache of its keys:
 *
 *   scores[i, p] = Σ_h weights[i, h] · max(0, query[i, h]·key[slot of p])     for p = 0..positions[i]
 *
 * The positive factors heads^-½ and dim^-½ of the published code are left out: they do not change which scores are the
 * highest. query [rows, heads, dim] and weights [rows, heads] f32 with a row stride; key with a slot stride in elements
 * of its memory type; slots as in `pagedAttention`; scores [rows, scoresStride], scoresStride = indexScoreColumns(…),
 * of which elements past a row's position are not defined. Work is dealt out by (block of positions, row).
 */
export const indexScores = defineKernelFamily(
  'indexScores',
  {
    scores: 'out',
    query: 'in',
    weights: 'in',
    key: 'in',
    keyScales: 'in',
    pageTable: 'in',
    sequences: 'in',
    positions: 'in',
    rows: 'i32',
    tableStride: 'i32',
    scoresStride: 'i32',
    queryRowStride: 'i32',
    weightsRowStride: 'i32',
    keySlotStride: 'i32',
  },
  (b, p, { heads, dim, pageSize, memory }: IndexerVariant) => {
    const cache = { values: p.key, scales: p.keyScales };
    dealOut(b, b.mul(b.divide(p.scoresStride, BLOCK), p.rows), (index) => {
      const block = b.divide(index, p.rows);
      const row = b.sub(index, b.mul(block, p.rows));
      const first = b.mul(block, BLOCK);
      const end = b.min(b.add(b.loadI32(b.offset(p.positions, row)), 1), b.add(first, BLOCK));
      b.if(b.lt(first, end), () => {
        const pages = sequencePages(b, p, row);
        const query = b.offset(p.query, b.mul(row, p.queryRowStride));
        const weights = b.offset(p.weights, b.mul(row, p.weightsRowStride));
        const to = b.offset(p.scores, b.mul(row, p.scoresStride));
        const last = b.sub(end, 1);
        b.loop(first, end, 2, (position) => {
          const keys = [position, b.min(b.add(position, 1), last)].map((each) =>
            slotRow(b, memory, cache, slotOf(b, pages, each, pageSize), p.keySlotStride),
          );
          const totals = keys.map(() => b.variable(b.f32(0)));
          const addHeads = (head: I32, count: number) => {
            const queries = b.offset(query, b.mul(head, dim));
            const sums = Array.from({ length: count }, () => keys.map(() => b.variable(b.vectorF32(0))));
            dotProducts(b, { dim, queries, at: 0, stride: dim, rows: keys, memory, filled: false }, sums);
            sums.forEach((products, i) => {
              const weight = b.load(b.offset(weights, b.add(head, i)));
              products.forEach((product, j) => {
                const positive = b.max<'f32'>(b.reduceAdd(product.get()), 0);
                totals[j]!.set(b.fma(weight, positive, totals[j]!.get()));
              });
            });
          };
          const whole = heads - (heads % HEADS_TOGETHER);
          if (whole > 0) b.loop(0, whole, HEADS_TOGETHER, (head) => addHeads(head, HEADS_TOGETHER));
          if (whole < heads) addHeads(b.i32(whole), heads - whole);
          // A block has an even number of positions, so that the second store stays in it.
          totals.forEach((total, j) => {
            b.store(b.offset(to, position), total.get(), j * 4);
          });
        });
      });
    });
  },
  ({ heads, dim, pageSize, memory }) => ({
    extents: (n) => ({
      scores: matrix(n.rows, n.scoresStride, n.scoresStride),
      query: matrix(n.rows, heads * dim, n.queryRowStride),
      weights: matrix(n.rows, heads, n.weightsRowStride),
      key: cacheExtent(memory, n.pages * pageSize, n.keySlotStride, 1, 0, dim),
      keyScales: scalesExtent(memory, n.pages * pageSize, n.keySlotStride, 1, dim),
      pageTable: indices(n.sequences * n.tableStride, n.pages),
      sequences: indices(n.rows, n.sequences),
      positions: indices(n.rows, Math.min(n.tableStride * pageSize, n.scoresStride), { idle: true }),
    }),
    measure: (n, bytes) => ({
      pages: Math.floor(rowsWithin(bytes.key, dim, n.keySlotStride, CACHE_BYTES[memory]) / pageSize),
      sequences: Math.floor(bytes.pageTable / 4 / n.tableStride),
    }),
    sample: (draw) => ({
      ...samplePositions(draw, pageSize),
      queryRowStride: heads * dim + draw(0, 3),
      weightsRowStride: heads + draw(0, 3),
      keySlotStride: strideOf(memory, dim + draw(0, 3)),
    }),
  }),
);

function samplePositions(draw: Draw, pageSize: number) {
  const tableStride = draw(1, 4);
  return {
    ...{ rows: draw(0, 4), tableStride, pages: draw(1, 6), sequences: draw(1, 3) },
    scoresStride: indexScoreColumns(tableStride * pageSize),
  };
}

/**
 * The positions with the highest scores, as a page table of single slots for `pagedAttention` with pageSize 1:
 * row i's slots are slots[i, 0..last[i]] in ascending order of position, those of all its positions 0..positions[i]
 * where these are no more than `chosen`. Of equal scores the earlier positions are taken.
 *
 * `pages` is the number of pages in the cache. scores as `indexScores` gives them, slots i32 [rows, chosen]; tables i32 [rows] is filled with the row numbers, last
 * i32 [rows] with the number of slots less one. A row with a negative position has none (last = -1). NaN among the
 * scores leaves the choice open, but never more than `chosen`. Work is split by rows.
 */
export const selectPositions = defineKernelFamily(
  'selectPositions',
  {
    slots: 'out',
    tables: 'out',
    last: 'out',
    scores: 'in',
    pageTable: 'in',
    sequences: 'in',
    positions: 'in',
    rows: 'i32',
    pages: 'i32',
    tableStride: 'i32',
    scoresStride: 'i32',
  },
  (b, p, { chosen, pageSize }: { chosen: number; pageSize: number }) => {
    dealOut(b, p.rows, (row) => {
      const end = b.add(b.loadI32(b.offset(p.positions, row)), 1);
      const pages = sequencePages(b, p, row);
      const scores = b.offset(p.scores, b.mul(row, p.scoresStride));
      const slots = b.offset(p.slots, row, chosen * 4);
      const written = b.variable(b.i32(0));
      const write = (position: I32) => {
        b.storeI32(b.offset(slots, written.get()), slotOf(b, pages, position, pageSize));
        written.set(b.add(written.get(), 1));
      };
      const writeBest = () => {
        const lowest = thresholdOf(b, scores, end, chosen);
        const ties = b.variable(
          b.sub<'i32'>(
            chosen,
            countWhere(b, scores, end, (score) => b.gt(score, b.splat(lowest))),
          ),
        );
        b.loop(0, end, 1, (position) => {
          const score = b.load(b.offset(scores, position));
          const tied = b.and(b.eq(score, lowest), b.gt(ties.get(), 0));
          b.if(b.and(b.or(b.gt(score, lowest), tied), b.lt(written.get(), chosen)), () => {
            ties.set(b.sub(ties.get(), tied));
            write(position);
          });
        });
      };
      b.if(b.le(end, chosen), () => b.loop(0, end, 1, write), writeBest);
      b.storeI32(b.offset(p.tables, row), row);
      b.storeI32(b.offset(p.last, row), b.sub(written.get(), 1));
    });
  },
  ({ chosen, pageSize }) => ({
    extents: (n) => ({
      slots: indices(n.rows * chosen, n.pages * pageSize),
      tables: indices(n.rows, n.rows),
      last: indices(n.rows, chosen, { idle: true }),
      scores: matrix(n.rows, n.scoresStride, n.scoresStride),
      pageTable: indices(n.sequences * n.tableStride, n.pages),
      sequences: indices(n.rows, n.sequences),
      positions: indices(n.rows, Math.min(n.tableStride * pageSize, n.scoresStride), { idle: true }),
    }),
    measure: (n, bytes) => ({ sequences: Math.floor(bytes.pageTable / 4 / n.tableStride) }),
    sample: (draw) => samplePositions(draw, pageSize),
  }),
);

type Where = (score: ReturnType<Builder['loadVector']>) => ReturnType<Builder['laneIndex']>;

function countWhere(b: Builder, scores: Pointer, end: I32, where: Where): I32 {
  const count = b.variable(b.vectorI32(0));
  // A lane of a mask that holds is -1.
  b.strips(end, (strip) => {
    count.set(b.sub(count.get(), where(strip.load(scores, 'f32', Number.NEGATIVE_INFINITY))));
  });
  return b.reduceAdd(count.get());
}

/** Only NaN needs more: every round puts one bound on another score, and halves what is between them. */
const MOST_ROUNDS = 4096;

/** The chosen-th highest of more than `chosen` scores: bounds that are scores close in on it from both sides. */
function thresholdOf(b: Builder, scores: Pointer, end: I32, chosen: number): F32 {
  const bounds = () => ({
    least: b.variable(b.vectorF32(Number.POSITIVE_INFINITY)),
    greatest: b.variable(b.vectorF32(Number.NEGATIVE_INFINITY)),
  });
  const whole = bounds();
  b.strips(end, (strip) => {
    whole.least.set(b.min(whole.least.get(), strip.load(scores, 'f32', Number.POSITIVE_INFINITY)));
    whole.greatest.set(b.max(whole.greatest.get(), strip.load(scores, 'f32', Number.NEGATIVE_INFINITY)));
  });
  const low = b.variable(b.reduceMin(whole.least.get()));
  const high = b.variable(b.reduceMax(whole.greatest.get()));
  const rounds = b.variable(b.i32(0));
  b.while(
    () => b.and(b.lt(low.get(), high.get()), b.lt(rounds.get(), MOST_ROUNDS)),
    () => {
      rounds.set(b.add(rounds.get(), 1));
      const half = b.add(b.mul(low.get(), 0.5), b.mul(high.get(), 0.5));
      const middle = b.select<'f32'>(b.gt(half, low.get()), half, high.get());
      const cut = b.splat(middle);
      const count = b.variable(b.vectorI32(0));
      const { least, greatest } = bounds();
      b.strips(end, (strip) => {
        const score = strip.load(scores, 'f32', Number.NEGATIVE_INFINITY);
        const above = b.ge(score, cut);
        count.set(b.sub(count.get(), above));
        least.set(b.min(least.get(), b.select<'vf32'>(above, score, Number.POSITIVE_INFINITY)));
        greatest.set(b.max(greatest.get(), b.select<'vf32'>(above, Number.NEGATIVE_INFINITY, score)));
      });
      b.if(
        b.ge(b.reduceAdd(count.get()), chosen),
        () => low.set(b.reduceMin(least.get())),
        () => high.set(b.reduceMax(greatest.get())),
      );
    },
  );
  return low.get();
}
