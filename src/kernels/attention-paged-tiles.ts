import { expNonPositive } from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { type CacheMemory, type CacheRow, fromElement, headRow, loadNumbers, slotRow } from './cache-format.ts';
import type { ParameterValues } from './kernel.ts';
import { maxVectors, sumVectors } from './loops.ts';

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

/** Most heads of one group that are multiplied with a key together: it is loaded once for all of them. */
const MOST_HEADS = 8;
/** Heads of larger groups are taken by so many tiles in turn, so that a block of the cache is fetched once for all. */
const TILES_PER_TASK = 2;
/**
 * Positions that are worked on before the next: their latents (of 576 f32, 221 KB) stay in the second-level cache
 * between scores and values, and from tile of heads to tile of heads. A multiple of the positions of every tile.
 */
const BLOCK = 96;
/** Room behind the slots and weights of a block for the positions that fill up the last tile. */
const MARGIN = 16;
const WEIGHTS_STRIDE = BLOCK + MARGIN;

/** Heads of a tile and tiles of a task, both by the size of a group. Five heads and more make work for two workers. */
function headTiles(group: number): { readonly heads: number; readonly tiles: number } {
  const perGroup = Math.max(Math.ceil(group / MOST_HEADS), group > MOST_HEADS / 2 ? 2 : 1);
  return { heads: Math.ceil(group / perGroup), tiles: group > 2 * MOST_HEADS ? TILES_PER_TASK : 1 };
}

/** Where things are in a worker's scratch, in elements. Parts of a query are filled up to whole vectors of any target. */
function scratchLayout({ nopeDim, ropeDim, group }: Pick<PagedAttentionVariant, 'nopeDim' | 'ropeDim' | 'group'>) {
  const { heads, tiles } = headTiles(group);
  const [nope, rope] = [filled(nopeDim), filled(ropeDim)];
  const sizes = {
    /** Block of positions. */
    slots: filled(BLOCK + MARGIN),
    weights: heads * WEIGHTS_STRIDE,
    corrections: filled(heads),
    /** All heads of the task. */
    highest: filled(heads * tiles),
    sums: filled(heads * tiles),
    queries: heads * tiles * (nope + rope),
  };
  const at = { ...sizes };
  let total = 0;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    at[name] = total;
    total += sizes[name];
  }
  return { at, total, nope, queryStride: nope + rope };
}

const filled = (elements: number): number => Math.ceil(elements / 16) * 16;

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

/** Heads of one group that are worked on together, as they share keys. */
interface HeadBlock {
  readonly keyHead: I32;
  /** Heads first…first + count - 1. */
  readonly firstHead: I32;
  readonly headCount: I32;
}

/** The heads of a task: those of as many tiles as {@link headTiles} says, fewer at the end of a group. */
export function headBlocks(b: Builder, heads: I32, group: number) {
  const tile = headTiles(group);
  const size = tile.heads * tile.tiles;
  const perGroup = Math.ceil(group / size);
  return {
    count: b.mul(b.divide(heads, group), perGroup),
    at: (block: I32): HeadBlock => {
      const keyHead = b.divide(block, perGroup);
      const inGroup = b.mul(b.sub(block, b.mul(keyHead, perGroup)), size);
      const firstHead = b.add(b.mul(keyHead, group), inGroup);
      return { keyHead, firstHead, headCount: b.min(b.sub<'i32'>(group, inGroup), size) };
    },
  };
}

export interface PagedTask extends HeadBlock {
  readonly row: I32;
  /** Positions first…end - 1; none leaves the heads' places as they are. */
  readonly first: I32;
  readonly end: I32;
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
  readonly tileHeads: number;
}

/**
 * Σ e^(score - highest) · value over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function pagedTask(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask): void {
  const layout = scratchLayout(variant);
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const tileHeads = headTiles(variant.group).heads;
  const work: Work = { ...task, p, variant, layout, own, tileHeads };
  copyQueries(b, work);
  const statistic = (name: 'highest' | 'sums', head: I32) => b.offset(b.offset(own, layout.at[name] * 4, 1), head);
  b.loop(0, task.headCount, 1, (head) => {
    b.store(statistic('highest', head), b.f32(Number.NEGATIVE_INFINITY));
    b.store(statistic('sums', head), b.f32(0));
  });
  b.loop(task.first, task.end, BLOCK, (from) => {
    const count = b.min(b.sub(task.end, from), BLOCK);
    writeSlots(b, work, from, count);
    b.loop(0, task.headCount, tileHeads, (head) => {
      scores(b, work, head, count);
      weigh(b, work, head, count);
      addValues(b, work, head, count, b.eq(from, task.first));
    });
  });
  b.loop(0, task.headCount, 1, (index) => {
    const head = b.add(task.firstHead, index);
    const [highest, sum] = [b.load(statistic('highest', index)), b.load(statistic('sums', index))];
    task.finish(head, task.place(head), { highest, sum });
  });
}

/** Scaled queries of the task's heads, one behind the other; where the last tile is not full, its last head again. */
function copyQueries(b: Builder, { p, variant, layout, own, row, firstHead, headCount, tileHeads }: Work): void {
  const scale = b.splat(p.scale);
  const rounded = b.mul(b.divide(b.add(headCount, tileHeads - 1), tileHeads), tileHeads);
  b.loop(0, rounded, 1, (index) => {
    const head = b.add(firstHead, b.min(index, b.sub(headCount, 1)));
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

/**
 * Positions that are multiplied with a tile of heads at once. The sums are enough to hide the latency of multiply-adds,
 * and leave registers for a key per position and a query.
 */
function positionsOfTile(b: Builder, heads: number): number {
  const wide = b.target.vectorRegisters >= 28;
  const most = wide ? 8 : 4;
  return [1, 2, 3, 4, 6, 8].filter((count) => count <= most && count * heads <= 3 * most).at(-1) ?? 1;
}

/** Scores of a tile of heads for a block of positions; some more behind them are those of the last position. */
function scores(b: Builder, work: Work, head: I32, count: I32): void {
  const { p, variant, layout, own, keyHead, tileHeads } = work;
  const { memory } = variant;
  const positions = positionsOfTile(b, tileHeads);
  const queries = b.offset(b.offset(own, layout.at.queries * 4, 1), head, layout.queryStride * 4);
  const nope = { values: p.keyNope, scales: p.keyNopeScales };
  const rope = { values: p.keyRope, scales: p.keyRopeScales };
  const parts = [
    { dim: variant.nopeDim, at: 0, keys: nope, slot: p.keyNopeSlotStride, headStride: p.keyNopeHeadStride },
    { dim: variant.ropeDim, at: layout.nope, keys: rope, slot: p.keyRopeSlotStride, headStride: p.keyRopeHeadStride },
  ].filter(({ dim }) => dim > 0);
  const keys = parts.map((part) => headRow(b, memory, part.keys, keyHead, part));
  b.loop(0, count, positions, (position) => {
    const sums = Array.from({ length: tileHeads }, () =>
      Array.from({ length: positions }, () => b.variable(b.vectorF32(0))),
    );
    parts.forEach(({ dim, at, slot }, part) => {
      const rows = Array.from({ length: positions }, (_, j) => {
        const number = b.loadI32(b.offset(own, position), (layout.at.slots + j) * 4);
        return slotRow(b, memory, keys[part]!, number, slot);
      });
      dotProducts(b, { dim, queries, at, stride: layout.queryStride, rows, memory, filled: true }, sums);
    });
    const to = b.offset(own, position);
    sums.forEach((row, i) => {
      row.forEach((sum, j) => {
        b.store(to, b.reduceAdd(sum.get()), (layout.at.weights + i * WEIGHTS_STRIDE + j) * 4);
      });
    });
  });
}

const UNROLLED_VECTORS = 8;

interface DotProducts {
  readonly dim: number;
  /** Queries in f32, `stride` elements apart, of which the part from element `at` on counts. */
  readonly queries: Pointer;
  readonly at: number;
  readonly stride: number;
  readonly rows: readonly CacheRow[];
  readonly memory: CacheMemory;
  /** Whether numbers stand behind each query up to a whole vector, finite ones. */
  readonly filled: boolean;
}

/** sums[i][j] += queries[i] · rows[j], lane by lane; a row of the cache is loaded once for all queries. */
export function dotProducts(b: Builder, products: DotProducts, sums: Sums): void {
  const { dim, queries, at, stride, rows, memory, filled } = products;
  const step = (query: Pointer, first: number, keys: readonly VectorF32[], count?: I32) => {
    sums.forEach((row, i) => {
      const place = (at + first + i * stride) * 4;
      const vector = count === undefined ? b.loadVector(query, place) : b.loadPartial(b.offset(query, place, 1), count);
      row.forEach((sum, j) => sum.set(b.fma(vector, keys[j]!, sum.get())));
    });
  };
  const whole = (query: Pointer, from: readonly CacheRow[], vectors: number) => {
    for (let v = 0; v < vectors; v++) {
      step(
        query,
        v * b.lanes,
        from.map((row) => loadNumbers(b, memory, row, v * b.lanes)),
      );
    }
  };
  const turn = UNROLLED_VECTORS * b.lanes;
  const looped = dim > 2 * turn ? dim - (dim % turn) : 0;
  if (looped > 0) {
    b.loop(0, looped, turn, (d) => {
      whole(
        b.offset(queries, d),
        rows.map((row) => fromElement(b, memory, row, d)),
        UNROLLED_VECTORS,
      );
    });
  }
  const vectors = Math.floor((dim - looped) / b.lanes);
  const rest = rows.map((row) => fromElement(b, memory, row, b.i32(looped)));
  whole(b.offset(queries, looped), rest, vectors);
  const done = looped + vectors * b.lanes;
  if (done === dim) return;
  const count = b.i32(dim - done);
  step(
    b.offset(queries, done),
    0,
    rest.map((row) => loadNumbers(b, memory, row, done - looped, count)),
    filled ? undefined : count,
  );
}

type Sums = readonly (readonly Variable<'vf32'>[])[];

/**
 * Turns the scores of a block into weights e^(score - highest so far), adds them to the heads' sums, and keeps for each
 * head the factor e^(highest before - highest now) of what was summed up before.
 */
function weigh(b: Builder, { layout, own, tileHeads }: Work, firstHead: I32, count: I32): void {
  b.loop(0, tileHeads, 1, (i) => {
    const row = b.offset(b.offset(own, layout.at.weights * 4, 1), i, WEIGHTS_STRIDE * 4);
    const statistics = b.offset(own, b.add(firstHead, i));
    const before = b.load(statistics, layout.at.highest * 4);
    const highest = b.max(
      before,
      maxVectors(b, b.i32(0), count, 2, (strip) => strip.load(row)),
    );
    const top = b.splat(highest);
    const correction = b.exp(b.sub(before, highest));
    const sum = sumVectors(b, b.i32(0), count, 2, (total, strip) => {
      const weight = expNonPositive(b, b.sub(strip.load(row, 'f32', Number.NEGATIVE_INFINITY), top));
      strip.store(row, weight);
      return b.add(total, weight);
    });
    b.store(statistics, highest, layout.at.highest * 4);
    b.store(statistics, b.fma(b.load(statistics, layout.at.sums * 4), correction, sum), layout.at.sums * 4);
    b.store(b.offset(own, i), correction, layout.at.corrections * 4);
  });
}

/** Adds weight · value over a block of positions to what the heads of a tile have summed up, some columns at a time. */
function addValues(b: Builder, work: Work, head: I32, count: I32, isFirst: I32): void {
  const { p, variant, layout, own, keyHead, tileHeads, headCount, firstHead } = work;
  const { valueDim, memory } = variant;
  const cache = { values: p.value, scales: p.valueScales };
  const values = headRow(b, memory, cache, keyHead, { headStride: p.valueHeadStride, dim: valueDim });
  const places = Array.from({ length: tileHeads }, (_, i) =>
    work.place(b.add(firstHead, b.min(b.add(head, i), b.sub(headCount, 1)))),
  );
  const distinct = b.sub(headCount, head);

  const columns = (column: I32, vectors: number, partial: I32 | undefined) => {
    const at = (i: number, j: number) => b.offset(places[i]!, b.add(column, j * b.lanes));
    const sums = places.map(() => Array.from({ length: vectors }, () => b.variable(b.vectorF32(0))));
    b.if(b.eq(isFirst, 0), () => {
      sums.forEach((row, i) => {
        const correction = b.loadSplat(own, (layout.at.corrections + i) * 4);
        row.forEach((sum, j) => {
          const old = partial === undefined ? b.loadVector(at(i, j)) : b.loadPartial(at(i, j), partial);
          sum.set(b.mul(old, correction));
        });
      });
    });
    const base = fromElement(b, memory, values, column);
    b.loop(0, count, 1, (position) => {
      const local = b.offset(own, position);
      const slot = b.loadI32(local, layout.at.slots * 4);
      const row = slotRow(b, memory, base, slot, p.valueSlotStride);
      const loaded = Array.from({ length: vectors }, (_, j) => loadNumbers(b, memory, row, j * b.lanes, partial));
      sums.forEach((sumsOfHead, i) => {
        const factor = b.loadSplat(local, (layout.at.weights + i * WEIGHTS_STRIDE) * 4);
        sumsOfHead.forEach((sum, j) => sum.set(b.fma(factor, loaded[j]!, sum.get())));
      });
    });
    sums.forEach((row, i) => {
      b.if(b.lt(b.i32(i), distinct), () => {
        row.forEach((sum, j) => {
          if (partial === undefined) b.store(at(i, j), sum.get());
          else b.storePartial(at(i, j), sum.get(), partial);
        });
      });
    });
  };

  const most = positionsOfTile(b, tileHeads);
  // Powers of two, so that with q8 the columns of a tile begin with a block or lie in one.
  const wide = memory === 'q8' ? 2 ** Math.floor(Math.log2(most)) : most;
  const looped = valueDim - (valueDim % (wide * b.lanes));
  if (looped > 0) b.loop(0, looped, wide * b.lanes, (column) => columns(column, wide, undefined));
  let done = looped;
  while (valueDim - done >= b.lanes) {
    const rest = Math.floor((valueDim - done) / b.lanes);
    const vectors = memory === 'q8' ? 2 ** Math.floor(Math.log2(rest)) : rest;
    columns(b.i32(done), vectors, undefined);
    done += vectors * b.lanes;
  }
  if (done < valueDim) columns(b.i32(done), 1, b.i32(valueDim - done));
}
