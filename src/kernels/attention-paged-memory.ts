import { type PAGED_PARAMETERS, type PagedAttentionVariant, pagedScratchElements } from './attention-paged-layout.ts';
import { CACHE_BYTES, cacheExtent, scalesExtent, strideOf } from './cache-format.ts';
import { type Draw, headed, indices, list, rowsWithin, type Sizes } from './extents.ts';

/** What the kernels of paged attention declare of the memory that their common parameters stand for. */

type PagedSizes = Sizes<typeof PAGED_PARAMETERS>;

/**
 * Memory of what attention over whole contexts and over chunks share; rows look at no more than `positions` positions.
 */
export function pagedExtents(n: PagedSizes, variant: PagedAttentionVariant, positions = Number.POSITIVE_INFINITY) {
  const { nopeDim, ropeDim, valueDim, group, pageSize, memory } = variant;
  const keyHeads = Math.floor(n.heads / group);
  const slots = n.pages * pageSize;
  const cache = (slotStride: number, headStride: number, dim: number) =>
    cacheExtent(memory, slots, slotStride, keyHeads, headStride, dim);
  const scales = (slotStride: number, headStride: number, dim: number) =>
    scalesExtent(memory, slots, slotStride, headStride === 0 ? 1 : keyHeads, dim);
  return {
    scratch: list(pagedScratchElements(variant, n.workers)),
    queryNope: headed(n.rows, n.queryNopeRowStride, n.heads, n.queryNopeHeadStride, nopeDim),
    queryRope: headed(n.rows, n.queryRopeRowStride, n.heads, n.queryRopeHeadStride, ropeDim),
    keyNope: cache(n.keyNopeSlotStride, n.keyNopeHeadStride, nopeDim),
    keyNopeScales: scales(n.keyNopeSlotStride, n.keyNopeHeadStride, nopeDim),
    keyRope: cache(n.keyRopeSlotStride, n.keyRopeHeadStride, ropeDim),
    keyRopeScales: scales(n.keyRopeSlotStride, n.keyRopeHeadStride, ropeDim),
    value: cache(n.valueSlotStride, n.valueHeadStride, valueDim),
    valueScales: scales(n.valueSlotStride, n.valueHeadStride, valueDim),
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
      : rowsWithin(room, (keyHeads - 1) * headStride + dim, slotStride, CACHE_BYTES[memory]);
  const least = Math.min(
    slots(bytes.keyNope, n.keyNopeSlotStride, n.keyNopeHeadStride, nopeDim),
    slots(bytes.keyRope, n.keyRopeSlotStride, n.keyRopeHeadStride, ropeDim),
    slots(bytes.value, n.valueSlotStride, n.valueHeadStride, valueDim),
  );
  return { pages: Math.floor(least / pageSize), sequences: Math.floor(bytes.pageTable / 4 / n.tableStride) };
}

export function samplePages(
  draw: Draw,
  { nopeDim, ropeDim, valueDim, group, memory }: PagedAttentionVariant,
  mostRows = 3,
) {
  // Latents of real models: few of them are enough, and more would keep the interpreter busy for seconds.
  const wide = group * (nopeDim + valueDim) > 4096;
  const heads = group * (wide ? 1 : draw(1, 2));
  const [rows, tableStride] = [draw(0, wide ? 2 : mostRows), draw(1, wide ? 2 : 4)];
  const of = (dim: number) => ({ head: dim + draw(0, 2), row: heads * (dim + 2) + draw(0, 2) });
  const [query, queryRope, key, keyRope, value] = [nopeDim, ropeDim, nopeDim, ropeDim, valueDim].map(of);
  return {
    ...{ rows, heads, tableStride, pages: draw(1, wide ? 3 : 6), sequences: draw(1, 3) },
    ...{ queryNopeRowStride: query!.row, queryNopeHeadStride: query!.head },
    ...{ queryRopeRowStride: queryRope!.row, queryRopeHeadStride: queryRope!.head },
    ...{ keyNopeSlotStride: strideOf(memory, key!.row), keyNopeHeadStride: key!.head },
    ...{ keyRopeSlotStride: strideOf(memory, keyRope!.row), keyRopeHeadStride: keyRope!.head },
    ...{ valueSlotStride: strideOf(memory, value!.row), valueHeadStride: value!.head },
  };
}
