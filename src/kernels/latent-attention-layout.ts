import { dealOut } from './attention-paged-work.ts';
import type { Builder, F32, I32, Pointer } from './builder.ts';
import type { CacheMemory } from './cache-format.ts';
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
/** Neighbouring rows of a sequence that a task works on at most, so that latents are packed once for all. */
const MOST_ROWS = 4;
/** Positions that are worked on before the next. A multiple of the positions of every tile, and even. */
export const BLOCK = 96;
/** Heads stand in groups of so many, whole vectors of any target; columns are filled up to them too. */
export const LANES = 16;

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

/** Rows that a task works on at most; with their heads no more than MOST_HEADS. */
export const mostLatentRows = (heads: number): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_HEADS / filled(heads))));

/** Where things are in a worker's scratch, in elements of 4 bytes. */
export function layoutOf(variant: LatentAttentionVariant) {
  const heads = Math.min(MOST_HEADS, filled(variant.heads));
  const steps = scoreSteps(variant);
  const pairs = variant.products === 'bf16';
  // In f32 the latents are the values too, read in whole vectors.
  const ropeAt = pairs ? filled(steps.latent) : filled(variant.rank);
  const keyStride = oddLines(ropeAt + filled(steps.rope));
  const columns = filled(variant.rank);
  const rows = mostLatentRows(variant.heads);
  const sizes = {
    keys: BLOCK * keyStride,
    values: pairs ? (BLOCK / 2) * columns : 0,
    /** Scores, then weights, by group of heads, position and head. */
    weights: BLOCK * heads,
    corrections: heads,
    /** Of all rows of a task. */
    highest: rows * heads,
    sums: rows * heads,
    output: rows * heads * columns,
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
  /** Rows of one sequence, `rowCount` of them, at most mostLatentRows; 1 if undefined. */
  readonly row: I32;
  readonly rowCount?: I32;
  /** Positions first…end - 1 of a row; none gives sums of nothing. */
  readonly first: I32;
  end(row: I32): I32;
  /** Position from which this worker goes on in the row, and the last one of the row: what may be fetched ahead. */
  readonly next: I32;
  readonly last: I32;
  /** Heads firstHead…firstHead + headCount - 1. */
  readonly firstHead: I32;
  readonly headCount: I32;
  /** Called for each row and head with the highest score, the sum of e^(score - highest), and the weighted latents at `from`. */
  finish(row: I32, head: I32, from: Pointer, statistics: { readonly highest: F32; readonly sum: F32 }): void;
}

/** Deals out `pieces` of each row (or of what else `rows` counts), and of each the blocks of heads. */
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
export interface Work {
  readonly p: LatentParameters;
  readonly variant: LatentAttentionVariant;
  readonly layout: ReturnType<typeof layoutOf>;
  /** This worker's scratch. */
  readonly own: Pointer;
  /** Groups of heads of the task. */
  readonly groups: I32;
  readonly task: LatentTask;
  /** One past the last position of all rows. */
  readonly end: I32;
}

/** One row of a task. */
export interface RowWork extends Work {
  readonly rowInTask: I32;
  /** The packed queries of the task's first group of heads. */
  readonly queries: Pointer;
}

/** A part of the scratch that each row has for itself. */
export function partOfRow(b: Builder, work: RowWork, name: 'highest' | 'sums' | 'output'): Pointer {
  const { heads, columns } = work.layout;
  return b.offset(part(b, work, name), b.mul(work.rowInTask, name === 'output' ? heads * columns : heads));
}

/** A part of the scratch. */
export function part(b: Builder, { own, layout }: Work, name: keyof Work['layout']['at']): Pointer {
  return b.offset(own, layout.at[name] * 4, 1);
}

/** Throws a RangeError for a variant that no kernel can be made of. */
export function checkLatentVariant({ heads, rank, ropeDim, pageSize, memory, products }: LatentAttentionVariant): void {
  if (heads < 1 || rank < 1 || ropeDim < 0) {
    throw new RangeError(
      `attention over latents needs heads and rank of at least 1 and ropeDim of at least 0, got heads=${heads}, ` +
        `rank=${rank}, ropeDim=${ropeDim}`,
    );
  }
  if (!(pageSize >= 1 && Number.isInteger(Math.log2(pageSize)))) {
    throw new RangeError(`a page must have a power of two of positions, got ${pageSize}`);
  }
  if (products === 'bf16' && memory !== 'bf16') {
    throw new RangeError(`products in bf16 need a cache in bf16, got ${memory}`);
  }
}
