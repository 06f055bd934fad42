import { expNonPositive } from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { type Draw, headed, indices, list, rowsWithin, type Sizes } from './extents.ts';
import { MEMORY_BYTES } from './ir.ts';
import type { ParameterValues } from './kernel.ts';

/** How the elements of a cache are kept. */
export type CacheMemory = 'f32' | 'bf16' | 'f16';

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

/** Heads of one group that are worked on together, so that a key loaded once serves them all. */
const HEAD_BLOCK = 4;

/** Room behind a row of scores for the positions that fill up the last tile. */
const SCRATCH_MARGIN = 16;

/** Elements of one row of scores in the scratch, for up to `positions` positions (of the context, or of a chunk). */
export function pagedScratchKeys(positions: number): number {
  return Math.ceil(positions / 16) * 16 + SCRATCH_MARGIN;
}

/** The positions for which a row of `scratchKeys` elements has room. */
export function positionsWithin(scratchKeys: number): number {
  return scratchKeys - SCRATCH_MARGIN;
}

/** Elements of the scratch of paged attention. */
export function pagedScratchElements(positions: number, workers: number): number {
  return workers * HEAD_BLOCK * pagedScratchKeys(positions);
}

/** Parameters that attention over whole contexts and over chunks share. */
export const PAGED_PARAMETERS = {
  scratch: 'out',
  queryNope: 'in',
  queryRope: 'in',
  keyNope: 'in',
  keyRope: 'in',
  value: 'in',
  pageTable: 'in',
  sequences: 'in',
  positions: 'in',
  rows: 'i32',
  heads: 'i32',
  tableStride: 'i32',
  scratchKeys: 'i32',
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

type PagedSizes = Sizes<typeof PAGED_PARAMETERS>;

/**
 * Memory of what attention over whole contexts and over chunks share; rows look at no more than `positions` positions,
 * of which `inScratch` at once.
 */
export function pagedExtents(
  n: PagedSizes,
  { nopeDim, ropeDim, valueDim, group, pageSize, memory }: PagedAttentionVariant,
  positions: number,
  inScratch: number,
) {
  const keyHeads = Math.floor(n.heads / group);
  const slots = n.pages * pageSize;
  const cache = (slotStride: number, headStride: number, dim: number) =>
    headed(slots, slotStride, keyHeads, headStride, dim, memory);
  return {
    scratch: list((n.workers * HEAD_BLOCK - 1) * n.scratchKeys + pagedScratchKeys(inScratch)),
    queryNope: headed(n.rows, n.queryNopeRowStride, n.heads, n.queryNopeHeadStride, nopeDim),
    queryRope: headed(n.rows, n.queryRopeRowStride, n.heads, n.queryRopeHeadStride, ropeDim),
    keyNope: cache(n.keyNopeSlotStride, n.keyNopeHeadStride, nopeDim),
    keyRope: cache(n.keyRopeSlotStride, n.keyRopeHeadStride, ropeDim),
    value: cache(n.valueSlotStride, n.valueHeadStride, valueDim),
    pageTable: indices(n.sequences * n.tableStride, n.pages),
    sequences: indices(n.rows, n.sequences),
    positions: indices(n.rows, Math.min(positions, n.tableStride * pageSize), { idle: true }),
  };
}

/** Pages of the caches and sequences of the page table. */
export function measurePages(
  n: PagedSizes,
  bytes: { keyNope: number; keyRope: number; value: number; pageTable: number },
  { nopeDim, ropeDim, valueDim, group, pageSize, memory }: PagedAttentionVariant,
) {
  const keyHeads = Math.floor(n.heads / group);
  const slots = (room: number, slotStride: number, headStride: number, dim: number) =>
    dim === 0
      ? Number.POSITIVE_INFINITY
      : rowsWithin(room, (keyHeads - 1) * headStride + dim, slotStride, MEMORY_BYTES[memory]);
  const least = Math.min(
    slots(bytes.keyNope, n.keyNopeSlotStride, n.keyNopeHeadStride, nopeDim),
    slots(bytes.keyRope, n.keyRopeSlotStride, n.keyRopeHeadStride, ropeDim),
    slots(bytes.value, n.valueSlotStride, n.valueHeadStride, valueDim),
  );
  return { pages: Math.floor(least / pageSize), sequences: Math.floor(bytes.pageTable / 4 / n.tableStride) };
}

export function samplePages(draw: Draw, { nopeDim, ropeDim, valueDim, group }: PagedAttentionVariant) {
  const heads = group * draw(1, 2);
  const [rows, tableStride] = [draw(0, 3), draw(1, 4)];
  const of = (dim: number) => ({ head: dim + draw(0, 2), row: heads * (dim + 2) + draw(0, 2) });
  const [query, queryRope, key, keyRope, value] = [nopeDim, ropeDim, nopeDim, ropeDim, valueDim].map(of);
  return {
    ...{ rows, heads, tableStride, pages: draw(1, 6), sequences: draw(1, 3) },
    ...{ queryNopeRowStride: query!.row, queryNopeHeadStride: query!.head },
    ...{ queryRopeRowStride: queryRope!.row, queryRopeHeadStride: queryRope!.head },
    ...{ keyNopeSlotStride: key!.row, keyNopeHeadStride: key!.head },
    ...{ keyRopeSlotStride: keyRope!.row, keyRopeHeadStride: keyRope!.head },
    ...{ valueSlotStride: value!.row, valueHeadStride: value!.head },
  };
}

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

/** Some heads of one group that share keys, and the positions they look at. */
export interface Task {
  readonly row: I32;
  readonly first: I32;
  readonly end: I32;
  readonly keyHead: I32;
  /** The heads; where the group ends early, its last head again. */
  readonly heads: readonly I32[];
  /** How many of `heads` are different. */
  readonly distinct: I32;
}

export function headBlocks(b: Builder, heads: I32, group: number) {
  const size = Math.min(HEAD_BLOCK, group);
  const perGroup = Math.ceil(group / size);
  return {
    count: b.mul(b.divide(heads, group), perGroup),
    at: (block: I32): Pick<Task, 'keyHead' | 'heads' | 'distinct'> => {
      const keyHead = b.divide(block, perGroup);
      const firstInGroup = b.mul(b.sub(block, b.mul(keyHead, perGroup)), size);
      const firstOfGroup = b.mul(keyHead, group);
      const inGroup = (i: number) => b.min(b.add(firstInGroup, i), group - 1);
      return {
        keyHead,
        heads: Array.from({ length: size }, (_, i) => b.add(firstOfGroup, inGroup(i))),
        distinct: b.min(b.sub<'i32'>(group, firstInGroup), size),
      };
    },
  };
}

/** Runs `body` for each different head of the task. */
export function eachHead(b: Builder, task: Task, body: (head: I32, i: number) => void): void {
  task.heads.forEach((head, i) => {
    b.if(b.lt(b.i32(i), task.distinct), () => body(head, i));
  });
}

/** Weights e^(score - highest) of the task's positions in this worker's scratch, one row per head, and their sums. */
export function scores(
  b: Builder,
  p: PagedParameters,
  variant: PagedAttentionVariant,
  task: Task,
): { highest: F32[]; sums: F32[]; weights: Pointer[] } {
  const { row, first, end, keyHead, heads } = task;
  const own = b.offset(p.scratch, b.mul(b.mul(b.worker, p.scratchKeys), HEAD_BLOCK));
  const weights = heads.map((_, i) => b.offset(own, b.mul(p.scratchKeys, i)));
  const pages = sequencePages(b, p, row);
  const bytes = MEMORY_BYTES[variant.memory];
  const parts = [
    {
      dim: variant.nopeDim,
      queries: heads.map((head) =>
        b.offset(b.offset(p.queryNope, b.mul(row, p.queryNopeRowStride)), b.mul(head, p.queryNopeHeadStride)),
      ),
      keys: b.offset(p.keyNope, b.mul(keyHead, p.keyNopeHeadStride), bytes),
      slotStride: p.keyNopeSlotStride,
    },
  ];
  if (variant.ropeDim > 0) {
    parts.push({
      dim: variant.ropeDim,
      queries: heads.map((head) =>
        b.offset(b.offset(p.queryRope, b.mul(row, p.queryRopeRowStride)), b.mul(head, p.queryRopeHeadStride)),
      ),
      keys: b.offset(p.keyRope, b.mul(keyHead, p.keyRopeHeadStride), bytes),
      slotStride: p.keyRopeSlotStride,
    });
  }
  // Eight accumulators for several heads, four for one: enough to hide the latency of the multiply-adds.
  const tile = heads.length === 1 ? 4 : 2;
  const highest = heads.map(() => b.variable(b.f32(Number.NEGATIVE_INFINITY)));
  const last = b.sub(end, 1);
  b.loop(first, end, tile, (position) => {
    const slots = Array.from({ length: tile }, (_, j) =>
      slotOf(b, pages, j === 0 ? position : b.min(b.add(position, j), last), variant.pageSize),
    );
    const sums = heads.map(() => slots.map(() => b.variable(b.vectorF32(0))));
    for (const { dim, queries, keys, slotStride } of parts) {
      const rows = slots.map((slot) => b.offset(keys, b.mul(slot, slotStride), bytes));
      dotProducts(b, dim, queries, rows, variant.memory, sums);
    }
    heads.forEach((_, i) => {
      slots.forEach((_, j) => {
        const score = b.mul(b.reduceAdd(sums[i]![j]!.get()), p.scale);
        b.store(b.offset(weights[i]!, b.sub(position, first)), score, j * 4);
        highest[i]!.set(b.max(highest[i]!.get(), score));
      });
    });
  });
  const tops = highest.map((value) => value.get());
  const totals = heads.map(() => b.variable(b.vectorF32(0)));
  b.strips(b.sub(end, first), (strip) => {
    heads.forEach((_, i) => {
      const shifted = b.sub(strip.load(weights[i]!, 'f32', Number.NEGATIVE_INFINITY), b.splat(tops[i]!));
      const weight = expNonPositive(b, shifted);
      strip.store(weights[i]!, weight);
      totals[i]!.set(b.add(totals[i]!.get(), weight));
    });
  });
  return { highest: tops, sums: totals.map((total) => b.reduceAdd(total.get())), weights };
}

const UNROLLED_VECTORS = 8;

/** sums[i][j] += queries[i] · rows[j], lane by lane; a row of the cache is loaded once for all queries. */
function dotProducts(
  b: Builder,
  dim: number,
  queries: readonly Pointer[],
  rows: readonly Pointer[],
  memory: CacheMemory,
  sums: readonly (readonly Variable<'vf32'>[])[],
): void {
  const bytes = MEMORY_BYTES[memory];
  const step = (query: (i: number) => VectorF32, key: (j: number) => VectorF32) => {
    const keys = rows.map((_, j) => key(j));
    queries.forEach((_, i) => {
      const vector = query(i);
      keys.forEach((value, j) => {
        const sum = sums[i]![j]!;
        sum.set(b.fma(vector, value, sum.get()));
      });
    });
  };
  const whole = (from: readonly Pointer[], to: readonly Pointer[], vectors: number) => {
    for (let v = 0; v < vectors; v++) {
      step(
        (i) => b.loadVector(from[i]!, v * b.lanes * 4),
        (j) => b.loadVector(to[j]!, v * b.lanes * bytes, memory),
      );
    }
  };
  const stride = UNROLLED_VECTORS * b.lanes;
  const looped = dim > 2 * stride ? dim - (dim % stride) : 0;
  if (looped > 0) {
    b.loop(0, looped, stride, (d) => {
      whole(
        queries.map((query) => b.offset(query, d)),
        rows.map((row) => b.offset(row, d, bytes)),
        UNROLLED_VECTORS,
      );
    });
  }
  const vectors = Math.floor((dim - looped) / b.lanes);
  const restQueries = queries.map((query) => b.offset(query, looped));
  const restRows = rows.map((row) => b.offset(row, looped, bytes));
  whole(restQueries, restRows, vectors);
  const done = looped + vectors * b.lanes;
  if (done < dim) {
    const count = b.i32(dim - done);
    const rest = queries.map((query) => b.offset(query, done));
    const keys = rows.map((row) => b.offset(row, done, bytes));
    step(
      (i) => b.loadPartial(rest[i]!, count),
      (j) => b.loadPartial(keys[j]!, count, memory),
    );
  }
}

/** Vectors of one head's result, stored through a last operation. */
export interface ResultColumns {
  store(place: Pointer, change: (vector: VectorF32) => VectorF32): void;
}

/** Σ over the task's positions of weight · value, a few columns at a time, handed to `finish` for each head. */
export function weightedValues(
  b: Builder,
  p: PagedParameters,
  variant: PagedAttentionVariant,
  task: Task,
  weights: readonly Pointer[],
  finish: (i: number, head: I32, column: I32, values: ResultColumns) => void,
): void {
  const { valueDim, pageSize, memory } = variant;
  const bytes = MEMORY_BYTES[memory];
  const pages = sequencePages(b, p, task.row);
  const values = b.offset(p.value, b.mul(task.keyHead, p.valueHeadStride), bytes);
  const shift = Math.log2(pageSize);

  const columns = (column: I32, vectors: number, partial: I32 | undefined) => {
    const sums = weights.map(() => Array.from({ length: vectors }, () => b.variable(b.vectorF32(0))));
    const base = b.offset(values, column, bytes);
    const pageEnd = b.shiftRight(b.add(task.end, pageSize - 1), shift);
    b.loop(b.shiftRightUnsigned(task.first, shift), pageEnd, 1, (page) => {
      const pageStart = b.mul(page, pageSize);
      const from = b.max(task.first, pageStart);
      const to = b.min(task.end, b.add(pageStart, pageSize));
      const slot = slotOf(b, pages, from, pageSize);
      const row = b.variable(b.offset(base, b.mul(slot, p.valueSlotStride), bytes));
      b.loop(from, to, 1, (position) => {
        const loaded =
          partial === undefined
            ? sums[0]!.map((_, j) => b.loadVector(row.get(), j * b.lanes * bytes, memory))
            : [b.loadPartial(row.get(), partial, memory)];
        weights.forEach((weight, i) => {
          const factor = b.loadSplat(b.offset(weight, b.sub(position, task.first)));
          loaded.forEach((vector, j) => {
            const sum = sums[i]![j]!;
            sum.set(b.fma(factor, vector, sum.get()));
          });
        });
        row.set(b.offset(row.get(), p.valueSlotStride, bytes));
      });
    });
    eachHead(b, task, (head, i) => {
      finish(i, head, column, {
        store: (place, change) => {
          sums[i]!.forEach((sum, j) => {
            if (partial === undefined) b.store(place, change(sum.get()), j * b.lanes * 4);
            else b.storePartial(place, change(sum.get()), partial);
          });
        },
      });
    });
  };

  const wide = Math.max(1, Math.floor(8 / weights.length));
  const looped = valueDim - (valueDim % (wide * b.lanes));
  if (looped > 0) b.loop(0, looped, wide * b.lanes, (column) => columns(column, wide, undefined));
  const rest = Math.floor((valueDim - looped) / b.lanes);
  if (rest > 0) columns(b.i32(looped), rest, undefined);
  const done = looped + rest * b.lanes;
  if (done < valueDim) columns(b.i32(done), 1, b.i32(valueDim - done));
}
