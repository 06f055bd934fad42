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
const BLOCK = 256;
/** The same for one row, whose next block is fetched ahead: both must stay near. */
const ROW_BLOCK = 128;
/** Room behind the slots of a block for the positions that fill up the last tile of scores. */
const MARGIN = 16;
/** Positions whose scores stand together as parts of sums: see `scores`. */
const QUAD = 4;
const QUADS = (BLOCK + MARGIN) / QUAD;
/** Lanes of the widest target. */
const MOST_LANES = 16;

type ScratchVariant = Omit<PagedAttentionVariant, 'pageSize'>;

/** Where things are in a worker's scratch, in elements. Parts of a query are filled up to whole vectors of any target. */
function scratchLayout(variant: ScratchVariant) {
  const { nopeDim, ropeDim, group } = variant;
  const heads = MOST_ROWS * group * keyHeadsTogether(variant);
  const [nope, rope] = [filled(nopeDim), filled(ropeDim)];
  const costly = variant.memory !== 'f32';
  const sizes = {
    slots: filled(BLOCK + MARGIN),
    /** Of each head and quad of positions a vector, in which four lanes that are four apart add up to a score. */
    sums: group * QUADS * MOST_LANES,
    weights: group * BLOCK,
    corrections: filled(group),
    /** All rows and heads of the task. */
    highest: filled(heads),
    totals: filled(heads),
    queries: heads * (nope + rope),
    /** A block of keys and values as numbers: see `packs`. */
    keys: costly ? (BLOCK + MARGIN) * (nope + rope) : 0,
    values: costly ? BLOCK * filled(variant.valueDim) : 0,
  };
  const at = { ...sizes };
  let total = 0;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    at[name] = total;
    total += sizes[name];
  }
  return { at, total, nope, queryStride: nope + rope };
}

/** Bytes of a slot that a task reads at most, if its heads of keys are several: what lies side by side is fetched together. */
const SLOT_BYTES = 2048;

/** Heads of queries that a task works on at most, if its heads of keys are several. */
const MOST_HEADS = 32;

/** Heads of keys and values that a task works on at most. */
function keyHeadsTogether({ nopeDim, valueDim, group, memory }: ScratchVariant): number {
  const fitting = Math.floor(SLOT_BYTES / ((nopeDim + valueDim) * CACHE_BYTES[memory]));
  return Math.max(1, Math.min(fitting, Math.floor(MOST_HEADS / group)));
}

/** Neighbouring rows of a sequence that a task works on at most, so that a block of the cache comes near once for all. */
const MOST_ROWS = 4;

const filled = (elements: number): number => Math.ceil(elements / MOST_LANES) * MOST_LANES;

/** Elements of the scratch of paged attention. */
export function pagedScratchElements(variant: ScratchVariant, workers: number): number {
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

/** Heads first…first + count - 1 of keys and values. */
export interface KeyHeads {
  readonly first: I32;
  readonly count: I32;
}

/** Deals out `count` pieces of each row, and of each the sets of heads of keys that are worked on together. */
export function dealOutKeyHeads(
  b: Builder,
  p: { readonly rows: I32; readonly heads: I32 },
  variant: PagedAttentionVariant,
  pieces: number,
  body: (row: I32, inRow: I32, at: (inRow: I32) => { readonly piece: I32; readonly keyHeads: KeyHeads }) => void,
): void {
  const together = keyHeadsTogether(variant);
  const all = b.divideUnsigned(p.heads, variant.group);
  const sets = b.divideUnsigned(b.add(all, together - 1), together);
  const perRow = b.mul(sets, pieces);
  dealOut(b, b.mul(p.rows, perRow), (index) => {
    const row = b.divideUnsigned(index, perRow);
    body(row, b.sub(index, b.mul(row, perRow)), (inRow) => {
      const piece = b.divideUnsigned(inRow, sets);
      const first = b.mul(b.sub(inRow, b.mul(piece, sets)), together);
      return { piece, keyHeads: { first, count: b.min(b.sub(all, first), together) } };
    });
  });
}

/**
 * Deals out neighbouring rows of one sequence, and of each the sets of heads of keys. How many rows go together depends on
 * what there is for the workers to do, but no row's result on its neighbours.
 */
export function dealOutRows(
  b: Builder,
  p: PagedParameters,
  variant: PagedAttentionVariant,
  body: (rows: { readonly row: I32; readonly rowCount: I32 }, keyHeads: KeyHeads) => void,
): void {
  const share = b.divideUnsigned(p.rows, b.mul(b.workers, 4));
  const most = b.max(b.min(share, MOST_ROWS), 1);
  const tiles = b.divideUnsigned(b.add(p.rows, b.sub(most, 1)), most);
  dealOutKeyHeads(b, { rows: tiles, heads: p.heads }, variant, 1, (tile, inRow, at) => {
    const { keyHeads } = at(inRow);
    const start = b.variable(b.mul(tile, most));
    const end = b.min(b.add(start.get(), most), p.rows);
    const sequenceOf = (row: I32) => b.loadI32(b.offset(p.sequences, row));
    b.while(
      () => b.lt(start.get(), end),
      () => {
        const row = start.get();
        const stop = b.variable(b.add(row, 1));
        const same = b.variable(b.i32(1));
        b.while(
          () => b.and(b.lt(stop.get(), end), same.get()),
          () => {
            same.set(b.eq(sequenceOf(stop.get()), sequenceOf(row)));
            stop.set(b.add(stop.get(), same.get()));
          },
        );
        body({ row, rowCount: b.sub(stop.get(), row) }, keyHeads);
        start.set(stop.get());
      },
    );
  });
}

export interface PagedTask {
  /** Rows of one sequence, one behind the other, `rowCount` of them at most MOST_ROWS; 1 if undefined. */
  readonly row: I32;
  readonly rowCount?: I32;
  /** Heads of keys and values; the task is all heads of their groups. */
  readonly keyHeads: KeyHeads;
  /** Positions first…end - 1 of a row; none leaves the heads' places as they are. */
  readonly first: I32;
  end(row: I32): I32;
  /** What this worker goes on with in the row, to be fetched ahead: heads' positions from `first` up to the row's `last`. */
  readonly next?: { readonly keyHeads: KeyHeads; readonly first: I32; readonly last: I32 };
  /** Where a head's weighted values are summed up. */
  place(row: I32, head: I32): Pointer;
  /** Called once for each row and head at the end, with its highest score and the sum of e^(score - highest). */
  finish(row: I32, head: I32, place: Pointer, statistics: { readonly highest: F32; readonly sum: F32 }): void;
}

/** What the parts of a task share. */
interface Work extends PagedTask {
  readonly p: PagedParameters;
  readonly variant: PagedAttentionVariant;
  readonly layout: ReturnType<typeof scratchLayout>;
  /** This worker's scratch. */
  readonly own: Pointer;
  readonly firstHead: I32;
  readonly headCount: I32;
  /** Called once for each position and tile. */
  fetch(positions: number): void;
}

/** One row with one head of keys and values of a task. */
interface GroupWork extends Work {
  /** Whether the block of this head has been packed. */
  readonly packed: boolean;
  readonly keyHead: I32;
  /** The first of its heads, and that among those of all the task's rows. */
  readonly head: I32;
  readonly inTask: I32;
}

/**
 * Σ e^(score - highest) · value over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function pagedTask(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask): void {
  const layout = scratchLayout(variant);
  const { group } = variant;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const { first, count: keyHeadCount } = task.keyHeads;
  const [firstHead, headCount] = [b.mul(first, group), b.mul(keyHeadCount, group)];
  const ahead = fetcher(b, p, variant, task);
  const work: Work = { ...task, p, variant, layout, own, firstHead, headCount, fetch: ahead.advance };
  const rowCount = task.rowCount ?? b.i32(1);
  copyQueries(b, work, rowCount);
  b.loop(0, b.mul(rowCount, headCount), 1, (each) => {
    const statistics = b.offset(own, each);
    b.store(statistics, b.f32(Number.NEGATIVE_INFINITY), layout.at.highest * 4);
    b.store(statistics, b.f32(0), layout.at.totals * 4);
  });
  const end = b.variable(task.end(task.row));
  b.loop(1, rowCount, 1, (i) => end.set(b.max(end.get(), task.end(b.add(task.row, i)))));
  const packed = packs(b, variant, task.rowCount !== undefined);
  const block = task.rowCount === undefined ? ROW_BLOCK : BLOCK;
  b.loop(task.first, end.get(), block, (from) => {
    const count = b.min(b.sub(end.get(), from), block);
    writeSlots(b, work, from, count);
    ahead.begin(b.add(from, block));
    b.loop(0, keyHeadCount, 1, (i) => {
      const keyHead = b.add(first, i);
      if (packed) pack(b, work, keyHead, count);
      const one = (row: I32, rowInTask: I32, seen: I32) => {
        const inTask = b.add(b.mul(rowInTask, headCount), b.mul(i, group));
        const head = b.add(firstHead, b.mul(i, group));
        const groupWork: GroupWork = { ...work, row, packed, keyHead, head, inTask };
        scores(b, groupWork, seen);
        weigh(b, groupWork, seen);
        addValues(b, groupWork, from, seen);
      };
      if (task.rowCount === undefined) one(task.row, b.i32(0), count);
      else {
        b.loop(0, rowCount, 1, (rowInTask) => {
          const row = b.add(task.row, rowInTask);
          const seen = b.min(b.sub(task.end(row), from), count);
          b.if(b.gt(seen, 0), () => one(row, rowInTask, seen));
        });
      }
    });
  });
  b.loop(0, rowCount, 1, (rowInTask) => {
    const row = b.add(task.row, rowInTask);
    b.loop(0, headCount, 1, (index) => {
      const head = b.add(firstHead, index);
      const statistics = b.offset(own, b.add(b.mul(rowInTask, headCount), index));
      const [highest, sum] = [b.load(statistics, layout.at.highest * 4), b.load(statistics, layout.at.totals * 4)];
      task.finish(row, head, task.place(row, head), { highest, sum });
    });
  });
}

/**
 * Whether keys and values of a block are written to the worker's own memory as numbers first: where converting them takes
 * long, and they are read by several rows or tiles of heads.
 */
function packs(b: Builder, variant: PagedAttentionVariant, severalRows: boolean): boolean {
  const { memory, group } = variant;
  if (memory === 'f32' || (memory !== 'q8' && b.target.halfConversions.includes(memory))) return false;
  return severalRows || group > scoreTile(b, variant).heads;
}

/** Writes a block of keys and values of one head to the worker's own memory. */
function pack(b: Builder, { p, variant, layout, own }: Work, keyHead: I32, count: I32): void {
  const { memory, nopeDim, ropeDim, valueDim } = variant;
  const { keys, values } = layout.at;
  const parts = [
    ...[{ cache: { values: p.keyNope, scales: p.keyNopeScales }, slotStride: p.keyNopeSlotStride, dim: nopeDim }].map(
      (part) => ({ ...part, headStride: p.keyNopeHeadStride, at: keys, stride: layout.queryStride }),
    ),
    ...[{ cache: { values: p.keyRope, scales: p.keyRopeScales }, slotStride: p.keyRopeSlotStride, dim: ropeDim }].map(
      (part) => ({ ...part, headStride: p.keyRopeHeadStride, at: keys + layout.nope, stride: layout.queryStride }),
    ),
    ...[{ cache: { values: p.value, scales: p.valueScales }, slotStride: p.valueSlotStride, dim: valueDim }].map(
      (part) => ({ ...part, headStride: p.valueHeadStride, at: values, stride: filled(valueDim) }),
    ),
  ].filter(({ dim }) => dim > 0);
  const bases = parts.map((part) => headRow(b, memory, part.cache, keyHead, part));
  b.loop(0, count, 1, (position) => {
    const slot = b.loadI32(b.offset(own, position), layout.at.slots * 4);
    parts.forEach(({ slotStride, dim, at, stride }, i) => {
      const row = slotRow(b, memory, bases[i]!, slot, slotStride);
      const to = b.offset(own, position, stride * 4);
      const whole = dim - (dim % b.lanes);
      const turn = PACKED_TOGETHER * b.lanes;
      const copy = (from: I32, numbers: number) => {
        const [source, target] = [fromElement(b, memory, row, from), b.offset(to, from)];
        for (let d = 0; d < numbers; d += b.lanes) b.store(target, loadNumbers(b, memory, source, d), (at + d) * 4);
      };
      const looped = whole - (whole % turn);
      if (looped > 0) b.loop(0, looped, turn, (from) => copy(from, turn));
      if (looped < whole) copy(b.i32(looped), whole - looped);
      if (whole === dim) return;
      const source = fromElement(b, memory, row, b.i32(looped));
      b.store(to, loadNumbers(b, memory, source, whole - looped, b.i32(dim - whole)), (at + whole) * 4);
    });
  });
}

/** Vectors that are packed in one turn of a loop; of every target whole blocks of q8. */
const PACKED_TOGETHER = 8;

/** Scaled queries of the task's rows and heads, one behind the other. */
function copyQueries(b: Builder, work: Work, rowCount: I32): void {
  const { p, variant, layout, own, firstHead, headCount } = work;
  const scale = b.splat(p.scale);
  b.loop(0, b.mul(rowCount, headCount), 1, (index) => {
    const rowInTask = b.divideUnsigned(index, headCount);
    const row = b.add(work.row, rowInTask);
    const head = b.add(firstHead, b.sub(index, b.mul(rowInTask, headCount)));
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
  const slot = b.variable(b.i32(0));
  b.loop(0, count, 1, (i) => {
    slot.set(slotOf(b, pages, b.add(from, i), variant.pageSize));
    b.storeI32(b.offset(own, i), slot.get(), layout.at.slots * 4);
  });
  const end = b.offset(own, count);
  for (let i = 0; i < MARGIN; i++) b.storeI32(end, slot.get(), (layout.at.slots + i) * 4);
}

/** Vectors that can be held besides those that instructions need for themselves. */
const registersOf = (b: Builder): number => b.target.vectorRegisters;

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
/** Cost of a load beside multiply-adds, in these; of the cache, which is converted, so many times more. */
const LOAD_COST = 0.25;
const CACHE_LOAD = 2;

function bestTile(b: Builder, group: number, widths: readonly number[], all: number): Tile {
  const tiles = widths.flatMap((width) =>
    Array.from({ length: Math.min(group, 8) }, (_, i) => ({ heads: i + 1, width })),
  );
  const cost = ({ heads, width }: Tile) => {
    const one = Math.max(heads * width, LEAST_SUMS) + LOAD_COST * (width * CACHE_LOAD + heads);
    return one * Math.ceil(group / heads) * Math.ceil(all / width);
  };
  const fitting = tiles.filter(({ heads, width }) => heads * width + width + 1 <= registersOf(b));
  return fitting.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}

const scoreTile = (b: Builder, { group }: PagedAttentionVariant): Tile => bestTile(b, group, [4, 8, 16], BLOCK);

const valueTile = (b: Builder, { group, valueDim }: PagedAttentionVariant): Tile =>
  bestTile(b, group, [1, 2, 3, 4, 6, 8], Math.max(1, Math.floor(valueDim / b.lanes)));

/** Vectors of columns: `looped` of them `width` at a time, then some by some, and `left` numbers at last. */
function valueColumns(b: Builder, variant: PagedAttentionVariant) {
  const { valueDim, memory } = variant;
  const all = Math.floor(valueDim / b.lanes);
  const most = valueTile(b, variant).width;
  // Powers of two, so that with q8 the columns of a tile begin with a block or lie in one.
  const even = Math.ceil(all / Math.max(1, Math.ceil(all / most)));
  const width = Math.max(1, memory === 'q8' ? powerBelow(most) : even);
  const looped = all - (all % width);
  const rest: number[] = [];
  for (let open = all - looped; open > 0; open -= rest.at(-1)!) rest.push(memory === 'q8' ? powerBelow(open) : open);
  return { looped, width, rest, left: valueDim - all * b.lanes };
}

/**
 * Scores of all heads of a group for a block of positions, all but the last sums: of four positions one vector, whose lanes 0, 4, …
 * add up to the score of the first, lanes 1, 5, … to that of the second. Some more behind them are of the last position.
 */
function scores(b: Builder, work: GroupWork, count: I32): void {
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
function weigh(b: Builder, { variant, layout, own, inTask }: GroupWork, count: I32): void {
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

/** Adds weight · value over a block of positions to what the heads have summed up, some columns at a time. */
function addValues(b: Builder, work: GroupWork, from: I32, count: I32): void {
  const { p, variant, layout, own, keyHead } = work;
  const { valueDim, group } = variant;
  const memory = work.packed ? 'f32' : variant.memory;
  const cache = { values: p.value, scales: p.valueScales };
  const values = headRow(b, memory, cache, keyHead, { headStride: p.valueHeadStride, dim: valueDim });
  const isFirst = b.eq(from, work.first);

  const addTile = (head: I32, heads: number, column: I32, vectors: number, partial?: I32) => {
    const places = Array.from({ length: heads }, (_, i) => work.place(work.row, b.add(work.head, b.add(head, i))));
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
    const packedColumn = b.offset(b.offset(own, layout.at.values * 4, 1), column);
    const weights = b.offset(own, head, BLOCK * 4);
    b.loop(0, count, 1, (position) => {
      work.fetch(1);
      const row = work.packed
        ? { values: b.offset(packedColumn, position, filled(valueDim) * 4), scales: own }
        : slotRow(b, memory, base, b.loadI32(b.offset(own, position), layout.at.slots * 4), p.valueSlotStride);
      const loaded = Array.from({ length: vectors }, (_, j) => loadNumbers(b, memory, row, j * b.lanes, partial));
      const local = b.offset(weights, position);
      sums.forEach((sumsOfHead, i) => {
        const factor = b.loadSplat(local, (layout.at.weights + i * BLOCK) * 4);
        sumsOfHead.forEach((sum, j) => sum.set(b.fma(factor, loaded[j]!, sum.get())));
      });
    });
    sums.forEach((row, i) => {
      row.forEach((sum, j) => {
        if (partial === undefined) b.store(at(i, j), sum.get());
        else b.storePartial(at(i, j), sum.get(), partial);
      });
    });
  };

  headTiles(b, group, valueTile(b, variant).heads, (head, heads) => {
    const { looped, width, rest, left } = valueColumns(b, variant);
    if (looped > 0) {
      b.loop(0, looped * b.lanes, width * b.lanes, (column) => addTile(head, heads, column, width));
    }
    let done = looped;
    for (const vectors of rest) {
      addTile(head, heads, b.i32(done * b.lanes), vectors);
      done += vectors;
    }
    if (left > 0) addTile(head, heads, b.i32(done * b.lanes), 1, b.i32(left));
  });
}

const powerBelow = (count: number): number => 2 ** Math.floor(Math.log2(count));

// ---- fetching ahead -------------------------------------------------------------------------------------------------

/** Cache lines of 64 bytes. */
const LINE = 64;

/** How often the tiles of a head of keys pass over a position. */
function passes(b: Builder, variant: PagedAttentionVariant): number {
  const { looped, width, rest, left } = valueColumns(b, variant);
  const columns = looped / width + rest.length + (left > 0 ? 1 : 0);
  return (
    Math.ceil(variant.group / scoreTile(b, variant).heads) +
    Math.ceil(variant.group / valueTile(b, variant).heads) * columns
  );
}

/**
 * Fetches what this worker needs a block of positions later, evenly over the work on a block: head by head of a slot's
 * keys and then of its values, as processors fetch more by themselves where lines follow each other.
 */
function fetcher(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask) {
  const { row, keyHeads, next } = task;
  if (next === undefined) return { begin: () => undefined, advance: () => undefined };
  const { memory, nopeDim, ropeDim, valueDim, pageSize } = variant;
  const share = passes(b, variant);
  const end = task.end(row);
  const [position, part, due] = [b.variable(b.i32(0)), b.variable(b.i32(0)), b.variable(b.i32(0))];
  const fetchRow = (cache: CacheRow, slot: I32, slotStride: I32, head: I32, headStride: I32, dim: number) => {
    const first = headRow(b, memory, cache, head, { headStride, dim });
    const { values, scales } = slotRow(b, memory, first, slot, slotStride);
    for (let line = 0; line < dim * CACHE_BYTES[memory]; line += LINE) b.prefetch(values, line);
    if (memory === 'q8') b.prefetch(scales);
  };
  const fetchPart = () => {
    const here = b.lt(position.get(), end);
    const beyond = b.min(b.add(next.first, b.sub(position.get(), end)), next.last);
    const slot = slotOf(b, sequencePages(b, p, row), b.select<'i32'>(here, position.get(), beyond), pageSize);
    const first = b.select<'i32'>(here, keyHeads.first, next.keyHeads.first);
    const count = b.select<'i32'>(here, keyHeads.count, next.keyHeads.count);
    const headOf = (index: I32) => b.add(first, b.min(index, b.sub(count, 1)));
    b.if(
      b.lt(part.get(), keyHeads.count),
      () => {
        const head = headOf(part.get());
        const nope = { values: p.keyNope, scales: p.keyNopeScales };
        fetchRow(nope, slot, p.keyNopeSlotStride, head, p.keyNopeHeadStride, nopeDim);
        if (ropeDim === 0) return;
        const rope = { values: p.keyRope, scales: p.keyRopeScales };
        fetchRow(rope, slot, p.keyRopeSlotStride, head, p.keyRopeHeadStride, ropeDim);
      },
      () => {
        const head = headOf(b.sub(part.get(), keyHeads.count));
        const value = { values: p.value, scales: p.valueScales };
        fetchRow(value, slot, p.valueSlotStride, head, p.valueHeadStride, valueDim);
      },
    );
  };
  const parts = b.mul(keyHeads.count, 2);
  return {
    begin: (from: I32) => {
      position.set(from);
      part.set(0);
      due.set(0);
    },
    advance: (positions: number) => {
      due.set(b.add(due.get(), 2 * positions));
      b.while(
        () => b.ge(due.get(), share),
        () => {
          fetchPart();
          due.set(b.sub(due.get(), share));
          part.set(b.add(part.get(), 1));
          b.if(b.eq(part.get(), parts), () => {
            part.set(0);
            position.set(b.add(position.get(), 1));
          });
        },
      );
    },
  };
}
