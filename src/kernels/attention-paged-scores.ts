import { BLOCK, fusedLanes, MOST_LANES, MOST_TOGETHER, QUAD, QUADS, QUERY_SCALE } from './attention-paged-layout.ts';
import { headTiles, scoreTile } from './attention-paged-shapes.ts';
import type { GroupWork } from './attention-paged-work.ts';
import type { Builder, I32, Pointer, VectorF32 } from './builder.ts';
import { type CacheRow, headRow, loadedScale, slotRow } from './cache-format.ts';
import { dotProducts, type Sums } from './dot-products.ts';
import { expNonPositive } from './intrinsics.ts';

/**
 * Scores of all heads of a group for a block of positions, all but the last sums: of four positions one (fused) vector,
 * whose lanes 0, 4, … add up to the score of the first, lanes 1, 5, … to that of the second. Some more behind them are of
 * the last position. Where the cache is read as it is, scores are times `loadedScale` and QUERY_SCALE.
 */
export function scores(b: Builder, work: GroupWork, count: I32): void {
  const { p, variant, layout, own, keyHead, inTask } = work;
  const { group } = variant;
  const memory = work.packed ? 'f32' : variant.memory;
  const fused = b.target.fusedVectors;
  const lanes = fusedLanes(b);
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
  const tile = scoreTile(b, variant, work.rowCount !== undefined);
  /** Sums of a tile lane by lane. */
  const tileSums = (queries: Pointer, heads: number, position: I32): Sums => {
    const sums = grid(b, heads, tile.width * fused);
    const local = b.offset(own, position);
    const slots = Array.from({ length: tile.width }, (_, j) => b.loadI32(local, (layout.at.slots + j) * 4));
    work.fetch(tile.width);
    parts.forEach(({ dim, at, slot }, part) => {
      const rows = slots.map((number, j) =>
        work.packed ? packedRow(position, j, at) : slotRow(b, memory, keys[part]!, number, slot),
      );
      // Packed rows are filled up with zeros.
      const whole = work.packed ? Math.ceil(dim / lanes) * lanes : dim;
      dotProducts(b, { dim: whole, queries, at, stride: layout.queryStride, rows, memory, filled: true, fused }, sums);
    });
    return sums;
  };
  headTiles(b, group, tile.heads, (head, heads) => {
    const queries = b.offset(b.offset(own, layout.at.queries * 4, 1), b.add(inTask, head), layout.queryStride * 4);
    const target = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * lanes * 4);
    const placeOf = (position: I32) => b.offset(target, position, (lanes / QUAD) * 4);
    const keep = (to: Pointer, i: number, quad: number, [s0, s1, s2, s3]: readonly VectorF32[][]) => {
      const low = s0!.map((each, u) => b.addPairs(each, s1![u]!));
      const high = s2!.map((each, u) => b.addPairs(each, s3![u]!));
      const four = low.map((each, u) => b.addPairs(each, high[u]!));
      storeVectors(b, to, (i * QUADS + quad) * fused * b.lanes * 4, four);
    };
    if (tile.width % QUAD === 0) {
      b.loop(0, count, tile.width, (position) => {
        const sums = tileSums(queries, heads, position);
        const to = placeOf(position);
        sums.forEach((row, i) => {
          const vectors = chunks(row, fused).map((sum) => sum.map((part) => part.get()));
          for (let j = 0; j < tile.width; j += QUAD) keep(to, i, j / QUAD, vectors.slice(j, j + QUAD));
        });
      });
      return;
    }
    // Sums of some positions wait lane by lane until there are four of each head.
    const together = tile.width % 3 === 0 ? MOST_TOGETHER : QUAD;
    const waiting = b.offset(own, layout.at.parts * 4, 1);
    b.loop(0, count, together, (position) => {
      b.loop(0, together, tile.width, (step) => {
        const sums = tileSums(queries, heads, b.add(position, step));
        const to = b.offset(waiting, step, lanes * 4);
        sums.forEach((row, i) => {
          chunks(row, fused).forEach((sum, j) => {
            storeVectors(
              b,
              to,
              (i * together + j) * lanes * 4,
              sum.map((part) => part.get()),
            );
          });
        });
      });
      const to = placeOf(position);
      for (let i = 0; i < heads; i++) {
        for (let quad = 0; quad < together / QUAD; quad++) {
          const four = Array.from({ length: QUAD }, (_, j) =>
            loadFused(b, waiting, (i * together + quad * QUAD + j) * lanes * 4),
          );
          keep(to, i, quad, four);
        }
      }
    });
  });
}

/** A (fused) vector: what V8 fuses must be stored, and loaded, one behind the other. */
function storeVectors(b: Builder, to: Pointer, offset: number, vectors: readonly VectorF32[]): void {
  vectors.forEach((vector, u) => {
    b.store(to, vector, offset + u * b.lanes * 4);
  });
}

const loadFused = (b: Builder, from: Pointer, offset: number): VectorF32[] =>
  Array.from({ length: b.target.fusedVectors }, (_, u) => b.loadVector(from, offset + u * b.lanes * 4));

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, (i + 1) * size));

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
 * for each head the factor e^(highest before - highest now) of what was summed up before. Positions behind the last one, up
 * to a whole (fused) vector, get a weight of zero. Weights are kept divided by `loadedScale` of the values.
 */
export function weigh(b: Builder, { variant, layout, own, inTask }: GroupWork, count: I32): void {
  const fused = b.target.fusedVectors;
  const lanes = fusedLanes(b);
  const loaded = loadedScale(b, variant.memory);
  const scale = loaded === 1 ? 1 : 1 / (loaded * QUERY_SCALE);
  b.loop(0, variant.group, 1, (head) => {
    const sums = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * lanes * 4);
    const weights = b.offset(b.offset(own, layout.at.weights * 4, 1), head, BLOCK * 4);
    const statistics = b.offset(own, b.add(inTask, head));
    const before = b.load(statistics, layout.at.highest * 4);
    const top = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
    const take = (position: I32, keep: (score: VectorF32) => VectorF32) => {
      const from = b.offset(sums, position, (lanes / QUAD) * 4);
      const quads = Array.from({ length: b.lanes / QUAD }, (_, i) => loadFused(b, from, i * lanes * 4));
      const sum = addAllQuads(
        b,
        quads.map((quad) => quad.reduce((first, second) => b.add(first, second))),
      );
      const score = keep(scale === 1 ? sum : b.mul(sum, scale));
      b.store(b.offset(weights, position), score);
      top.set(b.max(top.get(), score));
    };
    const whole = b.and(count, -b.lanes);
    b.loop(0, whole, b.lanes, (position) => take(position, (score) => score));
    const rest = b.sub(count, whole);
    b.if(b.gt(rest, 0), () =>
      take(whole, (score) => b.select<'vf32'>(b.lt(b.laneIndex(), b.splat(rest)), score, Number.NEGATIVE_INFINITY)),
    );
    if (fused > 1) {
      const filled = b.and(b.add(count, b.lanes - 1), -b.lanes);
      b.loop(filled, b.and(b.add(count, lanes - 1), -lanes), b.lanes, (position) =>
        b.store(b.offset(weights, position), b.vectorF32(Number.NEGATIVE_INFINITY)),
      );
    }
    b.store(statistics, b.max(before, b.reduceMax(top.get())), layout.at.highest * 4);
    b.store(b.offset(own, head), before, layout.at.corrections * 4);
  });
  for (let head = 0; head < variant.group; head += lanes) {
    const place = b.offset(own, layout.at.corrections * 4 + head * 4, 1);
    const now = loadFused(b, b.offset(own, b.add(inTask, head)), layout.at.highest * 4);
    const corrections = loadFused(b, place, 0).map((before, u) => expNonPositive(b, b.sub(before, now[u]!)));
    storeVectors(b, place, 0, corrections);
  }
  // In a loop of its own, so that processors work on several heads at a time: each waits for its sums across lanes.
  b.loop(0, variant.group, 1, (head) => {
    const weights = b.offset(b.offset(own, layout.at.weights * 4, 1), head, BLOCK * 4);
    const statistics = b.offset(own, b.add(inTask, head));
    const highest = b.loadSplat(statistics, layout.at.highest * 4);
    const totals = Array.from({ length: fused }, () => b.variable(b.vectorF32(0)));
    b.loop(0, count, lanes, (position) => {
      const place = b.offset(weights, position);
      const exponents = loadFused(b, place, 0).map((score) => b.sub(score, highest));
      const now = exponents.map((exponent) => expNonPositive(b, exponent));
      now.forEach((weight, u) => {
        totals[u]!.set(b.add(totals[u]!.get(), weight));
      });
      storeVectors(b, place, 0, loaded === 1 ? now : now.map((weight) => b.mul(weight, 1 / loaded)));
    });
    const correction = b.loadSplat(b.offset(own, head), layout.at.corrections * 4);
    const sums = totalsOf(b, layout, own, b.add(inTask, head));
    const before = loadFused(b, sums, 0);
    const after = before.map((total, u) => b.fma(total, correction, totals[u]!.get()));
    storeVectors(b, sums, 0, after);
  });
}

/** Where the sums of weights of a row and head of the task stand, lane by lane. */
const totalsOf = (b: Builder, layout: GroupWork['layout'], own: Pointer, inTask: I32): Pointer =>
  b.offset(b.offset(own, layout.at.totals * 4, 1), inTask, MOST_LANES * 4);

/** Nothing seen and summed up yet by a row and head of the task. */
export function clearStatistics(b: Builder, { layout, own }: Pick<GroupWork, 'layout' | 'own'>, inTask: I32): void {
  b.store(b.offset(own, inTask), b.f32(Number.NEGATIVE_INFINITY), layout.at.highest * 4);
  const zeros = Array.from({ length: b.target.fusedVectors }, () => b.vectorF32(0));
  storeVectors(b, totalsOf(b, layout, own, inTask), 0, zeros);
}

/** The highest score of a row and head of the task, and the sum of its weights. */
export function statisticsOf(b: Builder, { layout, own }: Pick<GroupWork, 'layout' | 'own'>, inTask: I32) {
  const totals = loadFused(b, totalsOf(b, layout, own, inTask), 0);
  return {
    highest: b.load(b.offset(own, inTask), layout.at.highest * 4),
    sum: b.reduceAdd(totals.reduce((first, second) => b.add(first, second))),
  };
}
