import type { Builder } from './builder.ts';
import { CACHE_BYTES, type CacheMemory } from './cache-format.ts';
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
export const BLOCK = 256;
/** Bytes of the cache that one row works on before the next, and positions at most and at least. */
const ROW_BYTES = { fetched: 1 << 17, read: 1 << 18 };
const ROW_POSITIONS = { fetched: 64, read: 128, least: 32 };
/** Room behind the slots of a block for the positions that fill up the last tile of scores. */
export const MARGIN = 16;
/** Positions whose scores stand together as parts of sums: see `scores`. */
export const QUAD = 4;
export const QUADS = (BLOCK + MARGIN) / QUAD;
/** Positions whose sums lane by lane wait for each other at most: a multiple of QUAD and of a tile's positions. */
export const MOST_TOGETHER = 12;
/** Heads of a tile at most. */
export const MOST_TILE_HEADS = 8;
/** Lanes of the widest target, fused vectors counted as one. */
export const MOST_LANES = 16;

type ScratchVariant = Omit<PagedAttentionVariant, 'pageSize'>;

/** Where things are in a worker's scratch, in elements. Parts of a query are filled up to whole vectors of any target. */
export function scratchLayout(variant: ScratchVariant) {
  const { nopeDim, ropeDim, group } = variant;
  const heads = Math.max(MOST_ROWS * group * keyHeadsTogether(variant, true), group * keyHeadsTogether(variant, false));
  const [nope, rope] = [filled(nopeDim), filled(ropeDim)];
  const packable = variant.memory !== 'f32';
  const sizes = {
    slots: filled(BLOCK + MARGIN),
    /** Of each head and quad of positions a vector, in which four lanes that are four apart add up to a score. */
    sums: group * QUADS * MOST_LANES,
    weights: group * BLOCK,
    /** Read in whole (fused) vectors from any head on. */
    corrections: filled(group),
    /** All rows and heads of the task. */
    highest: filled(heads) + MOST_LANES,
    /** Sums of weights lane by lane. */
    totals: heads * MOST_LANES,
    queries: heads * (nope + rope),
    /** A block of keys and values as numbers: see `packs`. */
    keys: packable ? (BLOCK + MARGIN) * (nope + rope) : 0,
    values: packable ? BLOCK * filled(variant.valueDim) : 0,
    /** Sums of a tile's heads and some positions lane by lane: see `scores`. */
    parts: Math.min(group, MOST_TILE_HEADS) * MOST_TOGETHER * MOST_LANES,
  };
  const at = { ...sizes };
  let total = 0;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    at[name] = total;
    total += sizes[name];
  }
  return { at, total, nope, queryStride: nope + rope };
}

/**
 * Bytes of a slot that a task reads at most, if its heads of keys are several: what lies side by side is fetched together.
 * One row waits for memory more than several do, which share what is near.
 */
const SLOT_BYTES = { one: 4096, several: 2048 };

/** Heads of queries that a task works on at most, if its heads of keys are several. */
const MOST_HEADS = 32;

/** Heads of keys and values that a task of one or of several rows works on at most. */
export function keyHeadsTogether({ nopeDim, valueDim, group, memory }: ScratchVariant, several: boolean): number {
  const bytes = several ? SLOT_BYTES.several : SLOT_BYTES.one;
  const fitting = Math.floor(bytes / ((nopeDim + valueDim) * CACHE_BYTES[memory]));
  return Math.max(1, Math.min(fitting, Math.floor(MOST_HEADS / group)));
}

/**
 * Positions that one row works on before the next. Where those are fetched ahead, both blocks must stay near; where a block
 * is read before it is worked on, longer ones keep memory busy for longer.
 */
export function rowBlock({ target }: Builder, variant: ScratchVariant): number {
  const kind = target.prefetches ? 'fetched' : 'read';
  const { nopeDim, ropeDim, valueDim, memory } = variant;
  const bytes = keyHeadsTogether(variant, false) * (nopeDim + ropeDim + valueDim) * CACHE_BYTES[memory];
  const fitting = 2 ** Math.floor(Math.log2(ROW_BYTES[kind] / bytes));
  return Math.max(ROW_POSITIONS.least, Math.min(ROW_POSITIONS[kind], fitting));
}

const MOST_ROWS = 8;

/**
 * Neighbouring rows of a sequence that a task works on at most, so that a block of the cache comes near once for all; more
 * of them where it is packed for them.
 */
export const mostRows = (packed: boolean): number => (packed ? MOST_ROWS : MOST_ROWS / 2);

/**
 * Whether keys and values of a block are written to the worker's own memory as numbers first: where converting them takes
 * long, and they are read by several rows or tiles of heads.
 */
export function packs({ target }: Builder, { memory }: ScratchVariant, readers: number): boolean {
  if (memory === 'f32' || (memory !== 'q8' && target.halfConversions.includes(memory))) return false;
  return readers > 1;
}

/**
 * Queries are multiplied with this where keys are loaded with a scale of 2⁻¹¹² (see `loadedScale`). Half of the way back
 * leaves room on both sides: queries up to 2⁷² and products down to 2⁻⁷⁰ keep their value.
 */
export const QUERY_SCALE = 2 ** 56;

/** Lanes of what the target works on at a time: a vector, or several that its compiler fuses. */
export const fusedLanes = ({ target, lanes }: Builder): number => lanes * target.fusedVectors;

export const filled = (elements: number): number => Math.ceil(elements / MOST_LANES) * MOST_LANES;

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
