import { expNonPositive } from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, VectorF32 } from './builder.ts';
import {
  CACHE_BYTES,
  type CacheMemory,
  type CacheRow,
  fromElement,
  headRow,
  loadNumbers,
  slotRow,
} from './cache-format.ts';
import { dotProducts, type Sums } from './dot-products.ts';
import type { ParameterValues } from './kernel.ts';

/** Compile-time constants of attention over a paged cache. */
export type PagedAttentionVariant = {
  /** Size of the first part of query and key: kv_lora_rank when absorbed, qk_nope_head_dim or head_dim when not. */
  readonly nopeDim: number;
  /** Size of the rotary part (qk_rope_head_dim); 0 if there is none. */
  readonly ropeDim: number;
  /** Size of a value: kv_lora_rank when absorbed, v_head_dim when not. */
  readonly valueDim: number;
  /** Query heads per head of keys and values: all heads when absorbed, 1 for multi-head attention. */
  readonly group: number;
  /** Positions of one page, a power of two. */
  readonly pageSize: number;
  readonly memory: CacheMemory;
};

/**
 * Positions that are worked on before the next: their keys and values stay near between the passes over heads and
 * columns. A multiple of the positions of every tile.
 */
const BLOCK = 128;
/** Room behind the slots of a block for the positions that fill up the last tile of scores. */
const MARGIN = 16;
/** Positions whose scores stand together as parts of sums: see `scores`. */
const QUAD = 4;
const QUADS = (BLOCK + MARGIN) / QUAD;
/** Lanes of the widest target. */
const MOST_LANES = 16;

/** Where things are in a worker's scratch, in elements. Parts of a query are filled up to whole vectors of any target. */
function scratchLayout({ nopeDim, ropeDim, group }: Pick<PagedAttentionVariant, 'nopeDim' | 'ropeDim' | 'group'>) {
  const [nope, rope] = [filled(nopeDim), filled(ropeDim)];
  const sizes = {
    slots: filled(BLOCK + MARGIN),
    /** Of each head and quad of positions a vector, in which four lanes that are four apart add up to a score. */
    sums: group * QUADS * MOST_LANES,
    weights: group * BLOCK,
    corrections: filled(group),
    highest: filled(group),
    totals: filled(group),
    queries: group * (nope + rope),
  };
  const at = { ...sizes };
  let total = 0;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    at[name] = total;
    total += sizes[name];
  }
  return { at, total, nope, queryStride: nope + rope };
}

const filled = (elements: number): number => Math.ceil(elements / MOST_LANES) * MOST_LANES;

/** Elements of the scratch of paged attention. */
export function pagedScratchElements(
  variant: Pick<PagedAttentionVariant, 'nopeDim' | 'ropeDim' | 'group'>,
  workers: number,
): number {
  return workers * scratchLayout(variant).total;
}

/** Parameters that attention over whole contexts and over chunks share. */
export const PAGED_PARAMETERS = {
  scratch: 'out',
  queryNope: 'in',
  queryRope: 'in',
  keyNope: 'in',
  keyNopeScales: 'in',
  keyRope: 'in',
  keyRopeScales: 'in',
  value: 'in',
  valueScales: 'in',
  pageTable: 'in',
  sequences: 'in',
  positions: 'in',
  rows: 'i32',
  heads: 'i32',
  tableStride: 'i32',
  scale: 'f32',
  queryNopeRowStride: 'i32',
  queryNopeHeadStride: 'i32',
  queryRopeRowStride: 'i32',
  queryRopeHeadStride: 'i32',
  keyNopeSlotStride: 'i32',
  keyNopeHeadStride: 'i32',
  keyRopeSlotStride: 'i32',
  keyRopeHeadStride: 'i32',
  valueSlotStride: 'i32',
  valueHeadStride: 'i32',
} as const;

export type PagedParameters = ParameterValues<typeof PAGED_PARAMETERS>;

/** The page numbers of the row's sequence. */
export function sequencePages(
  b: Builder,
  p: { pageTable: Pointer; sequences: Pointer; tableStride: I32 },
  row: I32,
): Pointer {
  return b.offset(p.pageTable, b.mul(b.loadI32(b.offset(p.sequences, row)), p.tableStride));
}

export function slotOf(b: Builder, pages: Pointer, position: I32, pageSize: number): I32 {
  const page = b.loadI32(b.offset(pages, b.shiftRightUnsigned(position, Math.log2(pageSize))));
  return b.add(b.mul(page, pageSize), b.and(position, pageSize - 1));
}

/** Tasks worker, worker + workers, …: neighbouring tasks, alike in size, go to different workers. */
export function dealOut(b: Builder, total: I32, body: (index: I32) => void): void {
  const index = b.variable(b.worker);
  b.while(
    () => b.lt(index.get(), total),
    () => {
      body(index.get());
      index.set(b.add(index.get(), b.workers));
    },
  );
}

export interface PagedTask {
  readonly row: I32;
  /** Head of keys and values; the task is all heads of its group. */
  readonly keyHead: I32;
  /** Positions first…end - 1; none leaves the heads' places as they are. */
  readonly first: I32;
  readonly end: I32;
  /** What this worker goes on with in the row, to be fetched ahead: a head's positions from `first` up to the row's `last`. */
  readonly next?: { readonly keyHead: I32; readonly first: I32; readonly last: I32 };
  /** Where a head's weighted values are summed up. */
  place(head: I32): Pointer;
  /** Called once for each head at the end, with its highest score and the sum of e^(score - highest). */
  finish(head: I32, place: Pointer, statistics: { readonly highest: F32; readonly sum: F32 }): void;
}

/** What the parts of a task share. */
interface Work extends PagedTask {
  readonly p: PagedParameters;
  readonly variant: PagedAttentionVariant;
  readonly layout: ReturnType<typeof scratchLayout>;
  /** This worker's scratch. */
  readonly own: Pointer;
  readonly firstHead: I32;
}

/**
 * Σ e^(score - highest) · value over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function pagedTask(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask): void {
  const layout = scratchLayout(variant);
  const { group } = variant;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const work: Work = { ...task, p, variant, layout, own, firstHead: b.mul(task.keyHead, group) };
  copyQueries(b, work);
  b.loop(0, group, 1, (head) => {
    const statistics = b.offset(own, head);
    b.store(statistics, b.f32(Number.NEGATIVE_INFINITY), layout.at.highest * 4);
    b.store(statistics, b.f32(0), layout.at.totals * 4);
  });
  b.loop(task.first, task.end, BLOCK, (from) => {
    const count = b.min(b.sub(task.end, from), BLOCK);
    writeSlots(b, work, from, count);
    scores(b, work, count);
    weigh(b, work, count);
    addValues(b, work, from, count);
  });
  b.loop(0, group, 1, (index) => {
    const head = b.add(work.firstHead, index);
    const statistics = b.offset(own, index);
    const [highest, sum] = [b.load(statistics, layout.at.highest * 4), b.load(statistics, layout.at.totals * 4)];
    task.finish(head, task.place(head), { highest, sum });
  });
}

/** Scaled queries of the task's heads, one behind the other. */
function copyQueries(b: Builder, { p, variant, layout, own, row, firstHead }: Work): void {
  const scale = b.splat(p.scale);
  b.loop(0, variant.group, 1, (index) => {
    const head = b.add(firstHead, index);
    const to = b.offset(b.offset(own, layout.at.queries * 4, 1), index, layout.queryStride * 4);
    const copy = (from: Pointer, rowStride: I32, headStride: I32, dim: number, at: number) => {
      const source = b.offset(b.offset(from, b.mul(row, rowStride)), b.mul(head, headStride));
      const whole = dim - (dim % b.lanes);
      b.loop(0, whole, b.lanes, (i) =>
        b.store(b.offset(to, i), b.mul(b.loadVector(b.offset(source, i)), scale), at * 4),
      );
      if (whole === dim) return;
      const rest = b.loadPartial(b.offset(source, whole), b.i32(dim - whole));
      b.store(to, b.mul(rest, scale), (at + whole) * 4);
    };
    copy(p.queryNope, p.queryNopeRowStride, p.queryNopeHeadStride, variant.nopeDim, 0);
    if (variant.ropeDim > 0) {
      copy(p.queryRope, p.queryRopeRowStride, p.queryRopeHeadStride, variant.ropeDim, layout.nope);
    }
  });
}

/** The slots of a block's positions, and behind them the last one again to fill up a tile. */
function writeSlots(b: Builder, { p, variant, layout, own, row }: Work, from: I32, count: I32): void {
  const pages = sequencePages(b, p, row);
  const last = b.sub(count, 1);
  b.loop(0, b.add(count, MARGIN), 1, (i) => {
    const slot = slotOf(b, pages, b.add(from, b.min(i, last)), variant.pageSize);
    b.storeI32(b.offset(own, i), slot, layout.at.slots * 4);
  });
}

/** Vectors that can be held besides those that instructions need for themselves. */
const registersOf = (b: Builder): number => b.target.vectorRegisters - 2;

/** All heads of the group in tiles of at most `most` heads, alike in size. */
function headTiles(b: Builder, group: number, most: number, body: (head: I32, heads: number) => void): void {
  const heads = Math.ceil(group / Math.ceil(group / most));
  const whole = group - (group % heads);
  if (whole > heads) b.loop(0, whole, heads, (head) => body(head, heads));
  else body(b.i32(0), heads);
  if (whole < group) body(b.i32(whole), group - whole);
}

/** A tile whose sums take the least time by a simple reckoning: multiply-adds that hide their latency, and loads. */
interface Tile {
  readonly heads: number;
  /** Positions of a tile of scores, vectors of a tile of values. */
  readonly width: number;
}

/** Sums that hide the latency of multiply-adds. */
const LEAST_SUMS = 8;
/** Cost of a load of the cache, conversion included, in multiply-adds. */
const CACHE_LOAD = 1.5;

function bestTile(b: Builder, group: number, widths: readonly number[], all: number): Tile {
  const tiles = widths.flatMap((width) =>
    Array.from({ length: Math.min(group, 8) }, (_, i) => ({ heads: i + 1, width })),
  );
  const cost = ({ heads, width }: Tile) => {
    const one = Math.max(heads * width, LEAST_SUMS, width * CACHE_LOAD + heads);
    return one * Math.ceil(group / heads) * Math.ceil(all / width);
  };
  const fitting = tiles.filter(({ heads, width }) => heads * width + width + 1 <= registersOf(b));
  return fitting.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}

/**
 * Scores of all heads for a block of positions, all but the last sums: of four positions one vector, whose lanes 0, 4, …
 * add up to the score of the first, lanes 1, 5, … to that of the second. Some more behind them are of the last position.
 */
function scores(b: Builder, work: Work, count: I32): void {
  const { p, variant, layout, own, keyHead } = work;
  const { memory, group } = variant;
  const nope = { values: p.keyNope, scales: p.keyNopeScales };
  const rope = { values: p.keyRope, scales: p.keyRopeScales };
  const parts = [
    { dim: variant.nopeDim, at: 0, keys: nope, slot: p.keyNopeSlotStride, headStride: p.keyNopeHeadStride },
    { dim: variant.ropeDim, at: layout.nope, keys: rope, slot: p.keyRopeSlotStride, headStride: p.keyRopeHeadStride },
  ].filter(({ dim }) => dim > 0);
  const keys = parts.map((part) => headRow(b, memory, part.keys, keyHead, part));
  const best = bestTile(b, group, [4, 8, 16], BLOCK);
  headTiles(b, group, best.heads, (head, heads) => {
    const queries = b.offset(b.offset(own, layout.at.queries * 4, 1), head, layout.queryStride * 4);
    const target = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * b.lanes * 4);
    b.loop(0, count, best.width, (position) => {
      const sums = grid(b, heads, best.width);
      const local = b.offset(own, position);
      const slots = sums[0]!.map((_, j) => b.loadI32(local, (layout.at.slots + j) * 4));
      if (work.next !== undefined) b.if(b.eq(head, 0), () => fetchValues(b, work, slots));
      parts.forEach(({ dim, at, slot }, part) => {
        const rows = slots.map((number) => slotRow(b, memory, keys[part]!, number, slot));
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

const grid = (b: Builder, rows: number, columns: number): Sums =>
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
function weigh(b: Builder, { variant, layout, own }: Work, count: I32): void {
  b.loop(0, variant.group, 1, (head) => {
    const sums = b.offset(b.offset(own, layout.at.sums * 4, 1), head, QUADS * b.lanes * 4);
    const weights = b.offset(b.offset(own, layout.at.weights * 4, 1), head, BLOCK * 4);
    const statistics = b.offset(own, head);
    const before = b.load(statistics, layout.at.highest * 4);
    const top = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
    const last = b.splat(b.sub(count, 1));
    b.loop(0, count, b.lanes, (position) => {
      const from = b.offset(sums, position, (b.lanes / QUAD) * 4);
      const score = addAllQuads(
        b,
        Array.from({ length: b.lanes / QUAD }, (_, i) => b.loadVector(from, i * b.lanes * 4)),
      );
      const within = b.le<'vi32'>(b.add<'vi32'>(b.laneIndex(), b.splat(position)), last);
      const counted = b.select<'vf32'>(within, score, Number.NEGATIVE_INFINITY);
      b.store(b.offset(weights, position), counted);
      top.set(b.max(top.get(), counted));
    });
    const highest = b.max(before, b.reduceMax(top.get()));
    const all = b.splat(highest);
    const total = b.variable(b.vectorF32(0));
    b.loop(0, count, b.lanes, (position) => {
      const place = b.offset(weights, position);
      const weight = expNonPositive(b, b.sub(b.loadVector(place), all));
      b.store(place, weight);
      total.set(b.add(total.get(), weight));
    });
    const correction = b.exp(b.sub(before, highest));
    b.store(statistics, highest, layout.at.highest * 4);
    const sum = b.fma(b.load(statistics, layout.at.totals * 4), correction, b.reduceAdd(total.get()));
    b.store(statistics, sum, layout.at.totals * 4);
    b.store(statistics, correction, layout.at.corrections * 4);
  });
}

/** Adds weight · value over a block of positions to what the heads have summed up, some columns at a time. */
function addValues(b: Builder, work: Work, from: I32, count: I32): void {
  const { p, variant, layout, own, keyHead, firstHead } = work;
  const { valueDim, memory, group } = variant;
  const cache = { values: p.value, scales: p.valueScales };
  const values = headRow(b, memory, cache, keyHead, { headStride: p.valueHeadStride, dim: valueDim });
  const isFirst = b.eq(from, work.first);

  const addTile = (head: I32, heads: number, column: I32, vectors: number, partial?: I32) => {
    const places = Array.from({ length: heads }, (_, i) => work.place(b.add(firstHead, b.add(head, i))));
    const at = (i: number, j: number) => b.offset(places[i]!, b.add(column, j * b.lanes));
    const sums = grid(b, heads, vectors);
    const inGroup = b.offset(own, head);
    b.if(b.eq(isFirst, 0), () => {
      sums.forEach((row, i) => {
        const correction = b.loadSplat(inGroup, (layout.at.corrections + i) * 4);
        row.forEach((sum, j) => {
          const old = partial === undefined ? b.loadVector(at(i, j)) : b.loadPartial(at(i, j), partial);
          sum.set(b.mul(old, correction));
        });
      });
    });
    const base = fromElement(b, memory, values, column);
    const weights = b.offset(own, head, BLOCK * 4);
    const add = (position: I32) => {
      const slot = b.loadI32(b.offset(own, position), layout.at.slots * 4);
      const row = slotRow(b, memory, base, slot, p.valueSlotStride);
      const loaded = Array.from({ length: vectors }, (_, j) => loadNumbers(b, memory, row, j * b.lanes, partial));
      const local = b.offset(weights, position);
      sums.forEach((sumsOfHead, i) => {
        const factor = b.loadSplat(local, (layout.at.weights + i * BLOCK) * 4);
        sumsOfHead.forEach((sum, j) => sum.set(b.fma(factor, loaded[j]!, sum.get())));
      });
    };
    const begins = b.eq(b.or<'i32'>(head, column), 0);
    if (work.next === undefined) b.loop(0, count, 1, add);
    else {
      b.if(
        begins,
        () =>
          b.loop(0, count, 1, (position) => {
            fetchKeys(b, work, b.add(from, position));
            add(position);
          }),
        () => b.loop(0, count, 1, add),
      );
    }
    sums.forEach((row, i) => {
      row.forEach((sum, j) => {
        if (partial === undefined) b.store(at(i, j), sum.get());
        else b.storePartial(at(i, j), sum.get(), partial);
      });
    });
  };

  const all = Math.floor(valueDim / b.lanes);
  const best = bestTile(b, group, [1, 2, 3, 4, 6, 8], Math.max(all, 1));
  headTiles(b, group, best.heads, (head, heads) => {
    const widths = Math.ceil(all / Math.max(1, Math.ceil(all / best.width)));
    // Powers of two, so that with q8 the columns of a tile begin with a block or lie in one.
    const width = Math.max(1, memory === 'q8' ? powerBelow(best.width) : widths);
    const looped = all - (all % width);
    if (looped > 0) {
      b.loop(0, looped * b.lanes, width * b.lanes, (column) => addTile(head, heads, column, width));
    }
    let done = looped;
    while (done < all) {
      const vectors = memory === 'q8' ? powerBelow(all - done) : all - done;
      addTile(head, heads, b.i32(done * b.lanes), vectors);
      done += vectors;
    }
    const left = valueDim - all * b.lanes;
    if (left > 0) addTile(head, heads, b.i32(all * b.lanes), 1, b.i32(left));
  });
}

const powerBelow = (count: number): number => 2 ** Math.floor(Math.log2(count));

// ---- fetching ahead -------------------------------------------------------------------------------------------------

/** Cache lines of 64 bytes. */
const LINE = 64;

function fetchRow(b: Builder, memory: CacheMemory, row: CacheRow, dim: number): void {
  for (let line = 0; line < dim * CACHE_BYTES[memory]; line += LINE) b.prefetch(row.values, line);
  if (memory === 'q8') b.prefetch(row.scales);
}

/** Fetches the values of positions whose keys are at work. */
function fetchValues(b: Builder, { p, variant, keyHead }: Work, slots: readonly I32[]): void {
  const { memory, valueDim: dim } = variant;
  const cache = { values: p.value, scales: p.valueScales };
  const values = headRow(b, memory, cache, keyHead, { headStride: p.valueHeadStride, dim });
  for (const slot of slots) fetchRow(b, memory, slotRow(b, memory, values, slot, p.valueSlotStride), dim);
}

/** Fetches the key that this worker needs a block of positions later. */
function fetchKeys(b: Builder, { p, variant, row, keyHead, end, next }: Work, position: I32): void {
  if (next === undefined) return;
  const { memory, nopeDim, ropeDim, pageSize } = variant;
  const later = b.add(position, BLOCK);
  const here = b.lt(later, end);
  const beyond = b.min(b.add(next.first, b.sub(later, end)), next.last);
  const slot = slotOf(b, sequencePages(b, p, row), b.select<'i32'>(here, later, beyond), pageSize);
  const head = b.select<'i32'>(here, keyHead, next.keyHead);
  const fetch = (cache: CacheRow, dim: number, slotStride: I32, headStride: I32) =>
    fetchRow(
      b,
      memory,
      slotRow(b, memory, headRow(b, memory, cache, head, { headStride, dim }), slot, slotStride),
      dim,
    );
  fetch({ values: p.keyNope, scales: p.keyNopeScales }, nopeDim, p.keyNopeSlotStride, p.keyNopeHeadStride);
  if (ropeDim > 0) {
    fetch({ values: p.keyRope, scales: p.keyRopeScales }, ropeDim, p.keyRopeSlotStride, p.keyRopeHeadStride);
  }
}
