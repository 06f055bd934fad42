import { dealOut, sequencePages, slotOf } from './attention-paged-work.ts';
import { expNonPositive } from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import { CACHE_BYTES, type CacheMemory, type CacheRow, fromElement, loadNumbers, slotRow } from './cache-format.ts';
import type { ParameterValues } from './kernel.ts';
import type { Precision } from './matmul-tile.ts';

/**
 * Attention of many heads over latents that all share: heads stand in the lanes of vectors, so that a score needs no sum
 * across lanes and the softmax of all heads is one. A block of latents is written to a worker's own memory first, row
 * after row at a fixed distance: whatever the cache's format and the order of its pages, the products read numbers of
 * one kind at constant places, and what lies in far memory is fetched once for all heads.
 *
 * With products in bf16 both operands are pairs (see `dotPairs`): of latents along their dimensions for the scores and
 * along positions for the values.
 */

/** Compile-time constants of attention over latents. */
export type LatentAttentionVariant = {
  readonly heads: number;
  /** kv_lora_rank: size of a latent, which is key and value. */
  readonly rank: number;
  /** qk_rope_head_dim: size of the rotary key behind it. */
  readonly ropeDim: number;
  /** Positions of one page, a power of two. */
  readonly pageSize: number;
  readonly memory: CacheMemory;
  /** What is multiplied; bf16 only for a cache in bf16. */
  readonly products: Precision;
};

/** Heads that a task works on at most: their queries and sums share the second-level cache with a block of latents. */
const MOST_HEADS = 64;
/** Positions that are worked on before the next. A multiple of the positions of every tile, and even. */
const BLOCK = 96;
/** Heads stand in groups of so many, whole vectors of any target; columns are filled up to them too. */
const LANES = 16;

const filled = (elements: number): number => Math.ceil(elements / LANES) * LANES;
/** An odd number of cache lines, so that neighbouring rows do not compete for the same places in the caches. */
const oddLines = (elements: number): number => (Math.ceil(elements / LANES) | 1) * LANES;

/** Steps of the sums of a score: numbers, or pairs of numbers, of latent and rotary key. */
export function scoreSteps({ rank, ropeDim, products }: LatentAttentionVariant) {
  const steps = (dim: number) => (products === 'bf16' ? Math.ceil(dim / 2) : dim);
  return { latent: steps(rank), rope: steps(ropeDim), all: steps(rank) + steps(ropeDim) };
}

/** Groups of heads, the last one filled up. */
export const HEAD_GROUP = LANES;
export const headGroups = (heads: number): number => Math.ceil(heads / LANES);

/** Where things are in a worker's scratch, in elements of 4 bytes. */
function layoutOf(variant: LatentAttentionVariant) {
  const heads = Math.min(MOST_HEADS, filled(variant.heads));
  const steps = scoreSteps(variant);
  const pairs = variant.products === 'bf16';
  // In f32 the latents are the values too, read in whole vectors.
  const ropeAt = pairs ? filled(steps.latent) : filled(variant.rank);
  const keyStride = oddLines(ropeAt + filled(steps.rope));
  const columns = filled(variant.rank);
  const sizes = {
    keys: BLOCK * keyStride,
    values: pairs ? (BLOCK / 2) * columns : 0,
    /** Scores, then weights, by group of heads, position and head. */
    weights: BLOCK * heads,
    highest: heads,
    sums: heads,
    corrections: heads,
    output: heads * columns,
  };
  const at = { ...sizes };
  let total = 0;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    at[name] = total;
    total += sizes[name];
  }
  return { at, total, heads, steps, pairs, ropeAt, keyStride, columns };
}

/** Elements of the scratch of attention over latents. */
export function latentScratchElements(variant: LatentAttentionVariant, workers: number): number {
  return workers * layoutOf(variant).total;
}

/** Parameters that attention over whole contexts and over pieces share. */
export const LATENT_PARAMETERS = {
  scratch: 'out',
  queries: 'in',
  latents: 'in',
  latentScales: 'in',
  rotaryKeys: 'in',
  rotaryKeyScales: 'in',
  pageTable: 'in',
  sequences: 'in',
  positions: 'in',
  rows: 'i32',
  tableStride: 'i32',
  latentSlotStride: 'i32',
  rotaryKeySlotStride: 'i32',
} as const;

export type LatentParameters = ParameterValues<typeof LATENT_PARAMETERS>;

export interface LatentTask {
  readonly row: I32;
  /** Positions first…end - 1; none gives sums of nothing. */
  readonly first: I32;
  readonly end: I32;
  /** Position from which this worker goes on in the row, and the last one of the row: what may be fetched ahead. */
  readonly next: I32;
  readonly last: I32;
  /** Heads firstHead…firstHead + headCount - 1. */
  readonly firstHead: I32;
  readonly headCount: I32;
  /** Called for each head with its highest score, the sum of e^(score - highest), and the weighted latents at `from`. */
  finish(head: I32, from: Pointer, statistics: { readonly highest: F32; readonly sum: F32 }): void;
}

/** Deals out `count` pieces of each row, and of each the blocks of heads. */
export function dealOutHeads(
  b: Builder,
  { heads }: LatentAttentionVariant,
  rows: I32,
  pieces: number,
  body: (row: I32, piece: I32, range: { readonly firstHead: I32; readonly headCount: I32 }) => void,
): void {
  const blocks = Math.ceil(heads / MOST_HEADS);
  const perRow = pieces * blocks;
  dealOut(b, b.mul(rows, perRow), (index) => {
    const row = b.divideUnsigned(index, perRow);
    const inRow = b.sub(index, b.mul(row, perRow));
    const piece = b.divideUnsigned(inRow, blocks);
    const firstHead = b.mul(b.sub(inRow, b.mul(piece, blocks)), MOST_HEADS);
    body(row, piece, { firstHead, headCount: b.min(b.sub<'i32'>(heads, firstHead), MOST_HEADS) });
  });
}

/** What the parts of a task share. */
interface Work {
  readonly p: LatentParameters;
  readonly variant: LatentAttentionVariant;
  readonly layout: ReturnType<typeof layoutOf>;
  /** This worker's scratch. */
  readonly own: Pointer;
  /** The packed queries of the task's first group of heads. */
  readonly queries: Pointer;
  /** Groups of heads of the task. */
  readonly groups: I32;
  readonly task: LatentTask;
}

/** A part of the scratch. */
function part(b: Builder, { own, layout }: Work, name: keyof Work['layout']['at']): Pointer {
  return b.offset(own, layout.at[name] * 4, 1);
}

/**
 * Σ e^(score - highest) · latent over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function latentTask(b: Builder, p: LatentParameters, variant: LatentAttentionVariant, task: LatentTask): void {
  const layout = layoutOf(variant);
  const { row, firstHead, headCount } = task;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const group = b.add(b.mul(row, headGroups(variant.heads)), b.divideUnsigned(firstHead, LANES));
  const queries = b.offset(p.queries, group, layout.steps.all * LANES * 4);
  const groups = b.divideUnsigned(b.add(headCount, LANES - 1), LANES);
  const work: Work = { p, variant, layout, own, queries, groups, task };
  const heads = b.mul(groups, LANES);
  b.loop(0, heads, b.lanes, (head) => {
    b.store(b.offset(part(b, work, 'highest'), head), b.vectorF32(Number.NEGATIVE_INFINITY));
    b.store(b.offset(part(b, work, 'sums'), head), b.vectorF32(0));
  });
  const output = part(b, work, 'output');
  b.loop(0, b.mul(heads, layout.columns), b.lanes, (i) => b.store(b.offset(output, i), b.vectorF32(0)));
  b.loop(task.first, task.end, BLOCK, (from) => {
    const count = b.min(b.sub(task.end, from), BLOCK);
    if (layout.pairs) packPairs(b, work, from, count);
    else packNumbers(b, work, from, count);
    scores(b, work, from, count);
    weigh(b, work, count);
    addValues(b, work, count);
  });
  b.loop(0, headCount, 1, (head) => {
    const [highest, sum] = [part(b, work, 'highest'), part(b, work, 'sums')].map((list) =>
      b.load(b.offset(list, head)),
    );
    task.finish(b.add(firstHead, head), b.offset(output, head, layout.columns * 4), { highest: highest!, sum: sum! });
  });
}

// ---- a block of latents ---------------------------------------------------------------------------------------------

/** Where latent and rotary key of a position stand in the cache. */
function positionRows(
  b: Builder,
  { p, variant, task: { row } }: Work,
  position: I32,
): { latent: CacheRow; rope: CacheRow } {
  const { memory, pageSize } = variant;
  const slot = slotOf(b, sequencePages(b, p, row), position, pageSize);
  return {
    latent: slotRow(b, memory, { values: p.latents, scales: p.latentScales }, slot, p.latentSlotStride),
    rope: slotRow(b, memory, { values: p.rotaryKeys, scales: p.rotaryKeyScales }, slot, p.rotaryKeySlotStride),
  };
}

const UNROLLED_VECTORS = 8;

/** Whole vectors of 0..count-1, some in one turn of a loop; then `rest` for what is left, if anything. */
function overVectors(
  b: Builder,
  count: number,
  whole: (first: I32, vectors: number) => void,
  rest: (first: number, left: number) => void,
): void {
  const turn = UNROLLED_VECTORS * b.lanes;
  const looped = count - (count % turn);
  if (looped > 0) b.loop(0, looped, turn, (first) => whole(first, UNROLLED_VECTORS));
  const vectors = Math.floor((count - looped) / b.lanes);
  if (vectors > 0) whole(b.i32(looped), vectors);
  const done = looped + vectors * b.lanes;
  if (done < count) rest(done, count - done);
}

/** Latents and rotary keys in f32. */
function packNumbers(b: Builder, work: Work, from: I32, count: I32): void {
  const { variant, layout } = work;
  const { memory, rank, ropeDim } = variant;
  const keys = part(b, work, 'keys');
  b.loop(0, count, 1, (i) => {
    const { latent, rope } = positionRows(b, work, b.add(from, i));
    const to = b.offset(keys, i, layout.keyStride * 4);
    const copy = (row: CacheRow, target: Pointer, dim: number) =>
      overVectors(
        b,
        dim,
        (first, vectors) => {
          const source = fromElement(b, memory, row, first);
          const place = b.offset(target, first);
          for (let v = 0; v < vectors; v++) {
            b.store(place, loadNumbers(b, memory, source, v * b.lanes), v * b.lanes * 4);
          }
        },
        (first, left) => {
          const source = fromElement(b, memory, row, b.i32(first));
          b.store(target, loadNumbers(b, memory, source, 0, b.i32(left)), first * 4);
        },
      );
    copy(latent, to, rank);
    if (ropeDim > 0) copy(rope, b.offset(to, layout.ropeAt), ropeDim);
  });
}

/** Pairs along the dimensions as they stand in a cache of bf16, and pairs of neighbouring positions for the values. */
function packPairs(b: Builder, work: Work, from: I32, count: I32): void {
  const { variant, layout } = work;
  const { rank, ropeDim } = variant;
  const [keys, values] = [part(b, work, 'keys'), part(b, work, 'values')];
  const last = b.sub(count, 1);
  b.loop(0, count, 2, (i) => {
    const rows = [i, b.min(b.add(i, 1), last)].map((each) => positionRows(b, work, b.add(from, each)));
    rows.forEach(({ latent, rope }, j) => {
      const to = b.offset(keys, b.add(i, j), layout.keyStride * 4);
      copyPairs(b, latent.values, to, rank);
      if (ropeDim > 0) copyPairs(b, rope.values, b.offset(to, layout.ropeAt), ropeDim);
    });
    const to = b.offset(values, b.shiftRightUnsigned(i, 1), layout.columns * 4);
    const [first, second] = rows.map(({ latent }) => latent.values) as [Pointer, Pointer];
    const both = (low: VectorI32, high: VectorI32) => b.or<'vi32'>(low, b.shiftLeft(high, 16));
    overVectors(
      b,
      rank,
      (column, vectors) => {
        const [low, high] = [first, second].map((row) => b.offset(row, column, 2)) as [Pointer, Pointer];
        const place = b.offset(to, column);
        for (let v = 0; v < vectors; v++) {
          const at = v * b.lanes;
          const pair = both(b.loadVectorI32(low, at * 2, 'u16'), b.loadVectorI32(high, at * 2, 'u16'));
          b.storeI32(place, pair, at * 4);
        }
      },
      (column, left) => {
        // Numbers behind the last column are not read: their sums are not, either.
        b.loop(column, column + left, 1, (each) => {
          const [low, high] = [first, second].map((row) => b.loadI32(b.offset(row, each, 2), 0, 'u16')) as [I32, I32];
          b.storeI32(b.offset(to, each), b.or<'i32'>(low, b.shiftLeft(high, 16)));
        });
      },
    );
  });
}

/** Copies bf16 numbers as pairs; with an odd number of them, the last has a zero beside it. */
function copyPairs(b: Builder, from: Pointer, to: Pointer, dim: number): void {
  const pairs = Math.floor(dim / 2);
  overVectors(
    b,
    pairs,
    (first, vectors) => {
      const [source, place] = [b.offset(from, first), b.offset(to, first)];
      for (let v = 0; v < vectors; v++) {
        b.storeI32(place, b.loadVectorI32(source, v * b.lanes * 4), v * b.lanes * 4);
      }
    },
    (first, left) => {
      b.loop(first, first + left, 1, (each) => {
        const [low, high] = [0, 2].map((byte) => b.loadI32(b.offset(from, each), byte, 'u16')) as [I32, I32];
        b.storeI32(b.offset(to, each), b.or<'i32'>(low, b.shiftLeft(high, 16)));
      });
    },
  );
  if (dim % 2 === 1) b.storeI32(to, b.loadI32(from, (dim - 1) * 2, 'u16'), pairs * 4);
}

// ---- scores and weights ---------------------------------------------------------------------------------------------

/** Positions by vectors of heads of a tile of scores: as many sums as registers allow beside the operands. */
function scoreTile(b: Builder): { readonly positions: number; readonly vectors: number } {
  const wide = b.target.vectorRegisters >= 28;
  return { positions: wide ? 24 : 6, vectors: Math.min(2 * b.target.fusedVectors, LANES / b.lanes) };
}

const STEPS_PER_TURN = 4;
/** Steps after which some of the next block's latents are fetched ahead. */
const STEPS_PER_FETCH = 64;

/** Scores of all heads for a block of positions; some behind the last are those of numbers left from before. */
function scores(b: Builder, work: Work, from: I32, count: I32): void {
  const { layout, queries, groups } = work;
  const [keys, to] = [part(b, work, 'keys'), part(b, work, 'weights')];
  const { positions, vectors } = scoreTile(b);
  const tile = (position: I32, group: I32, lane: I32, rows: number, fetches: boolean) => {
    const sums = grid(b, rows, vectors);
    const row = b.offset(keys, position, layout.keyStride * 4);
    const columns = b.offset(b.offset(queries, group, layout.steps.all * LANES * 4), lane);
    const turn = (key: Pointer, query: Pointer, step: I32, count: number) => {
      const [keysNow, queriesNow] = [b.offset(key, step), b.offset(query, step, LANES * 4)];
      for (let s = 0; s < count; s++) {
        multiplyTile(b, layout.pairs, sums, {
          columns: { at: queriesNow, places: sums[0]!.map((_, v) => (s * LANES + v * b.lanes) * 4) },
          rows: { at: keysNow, places: sums.map((_, j) => (j * layout.keyStride + s) * 4) },
        });
      }
    };
    const multiply = (key: Pointer, query: Pointer, steps: number, first: number) => {
      const looped = steps - ((steps - first) % STEPS_PER_TURN);
      if (looped > first) {
        b.loop(first, looped, STEPS_PER_TURN, (step) => turn(key, query, step, STEPS_PER_TURN));
      }
      if (looped < steps) turn(key, query, b.i32(looped), steps - looped);
    };
    const chunks = fetches ? Math.floor(layout.steps.latent / STEPS_PER_FETCH) : 0;
    const perChunk = Math.ceil(rows / Math.max(chunks, 1));
    b.loop(0, chunks, 1, (chunk) => {
      fetchAhead(b, work, b.add(from, b.add(position, b.mul(chunk, perChunk))), perChunk);
      const first = b.mul(chunk, STEPS_PER_FETCH);
      b.loop(0, STEPS_PER_FETCH, STEPS_PER_TURN, (step) => turn(row, columns, b.add(first, step), STEPS_PER_TURN));
    });
    multiply(row, columns, layout.steps.latent, chunks * STEPS_PER_FETCH);
    const rotary = b.offset(columns, layout.steps.latent * LANES);
    multiply(b.offset(row, layout.ropeAt), rotary, layout.steps.rope, 0);
    const place = b.offset(b.offset(to, b.add(b.mul(group, BLOCK), position), LANES * 4), lane);
    sums.forEach((row, j) => {
      row.forEach((sum, v) => {
        b.store(place, sum.get(), (j * LANES + v * b.lanes) * 4);
      });
    });
  };
  const few = positions / 3;
  const whole = b.mul(b.divideUnsigned(count, positions), positions);
  b.loop(0, groups, 1, (group) => {
    b.loop(0, LANES, vectors * b.lanes, (lane) => {
      // What comes next is fetched once, beside the first heads.
      b.if(
        b.eq(b.or<'i32'>(group, lane), 0),
        () => b.loop(0, whole, positions, (position) => tile(position, group, lane, positions, true)),
        () => b.loop(0, whole, positions, (position) => tile(position, group, lane, positions, false)),
      );
      b.loop(whole, count, few, (position) => tile(position, group, lane, few, false));
    });
  });
}

/** Cache lines of 64 bytes. */
const LINE = 64;

/** Fetches what this worker needs a block of positions later. */
function fetchAhead(b: Builder, work: Work, position: I32, count: number): void {
  const { variant, task } = work;
  const bytes = CACHE_BYTES[variant.memory];
  for (let i = 0; i < count; i++) {
    const later = b.add(position, BLOCK + i);
    const beyond = b.add(task.next, b.sub(later, task.end));
    const within = b.select<'i32'>(b.lt(later, task.end), later, beyond);
    const { latent, rope } = positionRows(b, work, b.min(within, task.last));
    for (let line = 0; line < variant.rank * bytes; line += LINE) b.prefetch(latent.values, line);
    for (let line = 0; line < variant.ropeDim * bytes; line += LINE) b.prefetch(rope.values, line);
  }
}

type Grid = readonly (readonly Variable<'vf32'>[])[];

function grid(b: Builder, rows: number, vectors: number): Grid {
  return Array.from({ length: rows }, () => Array.from({ length: vectors }, () => b.variable(b.vectorF32(0))));
}

/** Places in bytes behind a pointer. */
interface Places {
  readonly at: Pointer;
  readonly places: readonly number[];
}

/** sums[i][v] += rows[i] · columns[v]: numbers of 4 bytes in every lane times vectors, or the same with pairs. */
function multiplyTile(
  b: Builder,
  pairs: boolean,
  sums: Grid,
  { columns, rows }: { readonly columns: Places; readonly rows: Places },
): void {
  if (pairs) {
    const vectors = columns.places.map((place) => b.loadVectorI32(columns.at, place));
    sums.forEach((row, i) => {
      const factor = b.loadSplatI32(rows.at, rows.places[i]!);
      row.forEach((sum, v) => sum.set(b.dotPairs(sum.get(), vectors[v]!, factor)));
    });
    return;
  }
  const vectors = columns.places.map((place) => b.loadVector(columns.at, place));
  sums.forEach((row, i) => {
    const factor = b.loadSplat(rows.at, rows.places[i]!);
    row.forEach((sum, v) => sum.set(b.fma(vectors[v]!, factor, sum.get())));
  });
}

/**
 * Turns the scores of a block into weights e^(score - highest so far), adds them to the heads' sums, and keeps for each
 * head the factor e^(highest before - highest now) of what was summed up before. Pairs of weights take the place of the
 * first of two positions, and the sums are those of the rounded weights.
 */
function weigh(b: Builder, work: Work, count: I32): void {
  const { layout, groups } = work;
  const weights = part(b, work, 'weights');
  const stride = LANES * 4;
  b.loop(0, b.mul(groups, LANES), b.lanes, (head) => {
    const group = b.divideUnsigned(head, LANES);
    const column = b.offset(b.offset(weights, group, BLOCK * stride), b.and(head, LANES - 1));
    if (layout.pairs) {
      // One more position without weight makes the last pair whole.
      b.if(b.and(count, 1), () => b.store(b.offset(column, count, stride), b.vectorF32(Number.NEGATIVE_INFINITY)));
    }
    const [highest, sums, corrections] = (['highest', 'sums', 'corrections'] as const).map((name) =>
      b.offset(part(b, work, name), head),
    ) as [Pointer, Pointer, Pointer];
    const before = b.loadVector(highest);
    const top = b.variable(before);
    b.loop(0, count, 1, (position) => top.set(b.max(top.get(), b.loadVector(b.offset(column, position, stride)))));
    const now = top.get();
    const sum = b.variable(b.vectorF32(0));
    const weightAt = (row: Pointer, at: number) => expNonPositive(b, b.sub(b.loadVector(row, at), now));
    if (layout.pairs) {
      b.loop(0, count, 2, (position) => {
        const row = b.offset(column, position, stride);
        const pair = b.pairs(weightAt(row, 0), weightAt(row, stride));
        b.storeI32(b.offset(column, b.shiftRightUnsigned(position, 1), stride), pair);
        sum.set(sumOfPair(b, sum.get(), pair));
      });
    } else {
      b.loop(0, count, 1, (position) => {
        const row = b.offset(column, position, stride);
        const weight = weightAt(row, 0);
        b.store(row, weight);
        sum.set(b.add(sum.get(), weight));
      });
    }
    const correction = b.exp(b.sub(before, now));
    b.store(highest, now);
    b.store(sums, b.fma(b.loadVector(sums), correction, sum.get()));
    b.store(corrections, correction);
  });
}

/** Both numbers of each pair added to a sum: their products with one. */
function sumOfPair(b: Builder, sum: VectorF32, pair: VectorI32): VectorF32 {
  return b.dotPairs(sum, pair, b.vectorI32(0x3f803f80));
}

// ---- values ---------------------------------------------------------------------------------------------------------

/** Heads by vectors of columns of a tile of weighted latents. */
function valueTile(b: Builder): { readonly heads: number; readonly vectors: number } {
  if (b.target.vectorRegisters >= 28) return { heads: 8, vectors: 3 };
  return { heads: 4, vectors: 2 * b.target.fusedVectors };
}

/** Adds weight · latent over a block of positions to what the heads have summed up, some columns at a time. */
function addValues(b: Builder, work: Work, count: I32): void {
  const { layout, groups } = work;
  const { pairs, columns, keyStride } = layout;
  const heads = b.mul(groups, LANES);
  const [output, corrections, weights] = (['output', 'corrections', 'weights'] as const).map((name) =>
    part(b, work, name),
  ) as [Pointer, Pointer, Pointer];
  const values = part(b, work, pairs ? 'values' : 'keys');
  const valueStride = pairs ? columns : keyStride;
  const steps = pairs ? b.shiftRightUnsigned(b.add(count, 1), 1) : count;
  const tile = valueTile(b);
  const addTile = (head: I32, column: I32, vectors: number) => {
    const places = Array.from({ length: vectors }, (_, v) => v * b.lanes * 4);
    const sums = grid(b, tile.heads, vectors);
    const to = b.offset(b.offset(output, head, columns * 4), column);
    const factors = b.offset(corrections, head);
    sums.forEach((row, i) => {
      const correction = b.loadSplat(factors, i * 4);
      row.forEach((sum, v) => sum.set(b.mul(b.loadVector(to, i * columns * 4 + places[v]!), correction)));
    });
    const group = b.offset(weights, b.divideUnsigned(head, LANES), BLOCK * LANES * 4);
    const [from, by] = [b.offset(values, column), b.offset(group, b.and(head, LANES - 1))];
    b.loop(0, steps, 1, (step) => {
      multiplyTile(b, pairs, sums, {
        columns: { at: b.offset(from, step, valueStride * 4), places },
        rows: { at: b.offset(by, step, LANES * 4), places: sums.map((_, i) => i * 4) },
      });
    });
    sums.forEach((row, i) => {
      row.forEach((sum, v) => {
        b.store(to, sum.get(), i * columns * 4 + places[v]!);
      });
    });
  };
  const width = tile.vectors * b.lanes;
  const looped = columns - (columns % width);
  const rest = (columns - looped) / b.lanes;
  if (looped > 0) {
    b.loop(0, looped, width, (column) => b.loop(0, heads, tile.heads, (head) => addTile(head, column, tile.vectors)));
  }
  if (rest > 0) b.loop(0, heads, tile.heads, (head) => addTile(head, b.i32(looped), rest));
}
