import { BLOCK, QUAD, QUADS } from './attention-paged-layout.ts';
import { headTiles, scoreTile } from './attention-paged-shapes.ts';
import type { GroupWork } from './attention-paged-work.ts';
import { expNonPositive } from './attention-tiles.ts';
import type { Builder, I32, VectorF32 } from './builder.ts';
import { type CacheRow, headRow, slotRow } from './cache-format.ts';
import { dotProducts, type Sums } from './dot-products.ts';

/**
 * Scores of all heads of a group for a block of positions, all but the last sums: of four positions one vector, whose lanes 0, 4, …
 * add up to the score of the first, lanes 1, 5, … to that of the second. Some more behind them are of the last position.
 */
export function scores(b: Builder, work: GroupWork, count: I32): void {
  const { p, variant, layout, own, keyHead, inTask } = work;
  const { group } = variant;
  const memory = work.packed ? 'f32' : variant.memory;
  const nope = { values: p.keyNope, scales: p.keyNopeScales };
  const rope = { values: p.keyRope, scales: p.keyRopeScales };
  const parts = [
    { dim: variant.nopeDim, at: 0, keys: nope, slot: p.keyNopeSlotStride, headStride: p.keyNopeHeadStride },
    { dim: variant.ropeDim, at: layout.nope, keys: rope, slot: p.keyRopeSlotStride, headStride: p.keyRopeHeadStride },
  ].filter(({ dim }) => dim > 0);
  const keys = parts.map((part) => headRow(b, memory, part.keys, keyHead, part));
  const packedRow = (position: I32, j: number, at: number): CacheRow => ({
    values: b.offset(
      b.offset(own, position, layout.queryStride * 4),
      (layout.at.keys + j * layout.queryStride + at) * 4,
      1,
    ),
    scales: own,
  });
  const best = scoreTile(b, variant);
  headTiles(b, group, best.heads, (head, heads) => {
    const queries = b.offset(b.offset(own, layout.at.queries * 4, 1), b.add(inTask, head), layout.queryStride * 4);
    const target = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * b.lanes * 4);
    b.loop(0, count, best.width, (position) => {
      const sums = grid(b, heads, best.width);
      const local = b.offset(own, position);
      const slots = sums[0]!.map((_, j) => b.loadI32(local, (layout.at.slots + j) * 4));
      work.fetch(best.width);
      parts.forEach(({ dim, at, slot }, part) => {
        const rows = slots.map((number, j) =>
          work.packed ? packedRow(position, j, at) : slotRow(b, memory, keys[part]!, number, slot),
        );
        dotProducts(b, { dim, queries, at, stride: layout.queryStride, rows, memory, filled: true }, sums);
      });
      const to = b.offset(target, position, (b.lanes / QUAD) * 4);
      sums.forEach((row, i) => {
        const vectors = row.map((sum) => sum.get());
        for (let j = 0; j < best.width; j += QUAD) {
          const [s0, s1, s2, s3] = vectors.slice(j, j + QUAD) as [VectorF32, VectorF32, VectorF32, VectorF32];
          const four = b.addPairs(b.addPairs(s0, s1), b.addPairs(s2, s3));
          b.store(to, four, (i * QUADS + j / QUAD) * b.lanes * 4);
        }
      });
    });
  });
}

export const grid = (b: Builder, rows: number, columns: number): Sums =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => b.variable(b.vectorF32(0))));

/** The sums of neighbouring vectors' groups of lanes, until one vector is left. */
function addAllQuads(b: Builder, vectors: readonly VectorF32[]): VectorF32 {
  if (vectors.length === 1) return vectors[0]!;
  const half = vectors.length / 2;
  return addAllQuads(
    b,
    Array.from({ length: half }, (_, i) => b.addQuads(vectors[2 * i]!, vectors[2 * i + 1]!)),
  );
}

/**
 * Turns the sums of a block into scores and weights e^(score - highest so far), adds them to the heads' totals, and keeps
 * for each head the factor e^(highest before - highest now) of what was summed up before.
 */
export function weigh(b: Builder, { variant, layout, own, inTask }: GroupWork, count: I32): void {
  b.loop(0, variant.group, 1, (head) => {
    const sums = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * b.lanes * 4);
    const weights = b.offset(b.offset(own, layout.at.weights * 4, 1), head, BLOCK * 4);
    const statistics = b.offset(own, b.add(inTask, head));
    const before = b.load(statistics, layout.at.highest * 4);
    const top = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
    const take = (position: I32, keep: (score: VectorF32) => VectorF32) => {
      const from = b.offset(sums, position, (b.lanes / QUAD) * 4);
      const quads = Array.from({ length: b.lanes / QUAD }, (_, i) => b.loadVector(from, i * b.lanes * 4));
      const score = keep(addAllQuads(b, quads));
      b.store(b.offset(weights, position), score);
      top.set(b.max(top.get(), score));
    };
    const whole = b.and(count, -b.lanes);
    b.loop(0, whole, b.lanes, (position) => take(position, (score) => score));
    const rest = b.sub(count, whole);
    b.if(b.gt(rest, 0), () =>
      take(whole, (score) => b.select<'vf32'>(b.lt(b.laneIndex(), b.splat(rest)), score, Number.NEGATIVE_INFINITY)),
    );
    const highest = b.max(before, b.reduceMax(top.get()));
    b.store(statistics, highest, layout.at.highest * 4);
    b.store(b.offset(own, head), b.exp(b.sub(before, highest)), layout.at.corrections * 4);
  });
  // In a loop of its own, so that processors work on several heads at a time: each waits for its sums across lanes.
  b.loop(0, variant.group, 1, (head) => {
    const weights = b.offset(b.offset(own, layout.at.weights * 4, 1), head, BLOCK * 4);
    const statistics = b.offset(own, b.add(inTask, head));
    const highest = b.loadSplat(statistics, layout.at.highest * 4);
    const total = b.variable(b.vectorF32(0));
    b.loop(0, count, b.lanes, (position) => {
      const place = b.offset(weights, position);
      const weight = expNonPositive(b, b.sub(b.loadVector(place), highest));
      b.store(place, weight);
      total.set(b.add(total.get(), weight));
    });
    const correction = b.load(b.offset(own, head), layout.at.corrections * 4);
    const sum = b.fma(b.load(statistics, layout.at.totals * 4), correction, b.reduceAdd(total.get()));
    b.store(statistics, sum, layout.at.totals * 4);
  });
}
