import {
  pagedAttention as pagedAttentionKernel,
  pagedAttentionPieces,
  pagedScratchElements,
  writeCache as writeCacheKernel,
} from '../../kernels/attention-paged.ts';
import { combinePieces, MOST_PIECES } from '../../kernels/attention-pieces.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import type { Heads } from './attention.ts';
import { type CachePart, cacheFormatOf } from './cache.ts';

/** Which slots the rows of a step see: see kernels/attention-paged.ts. */
export interface PagedRows {
  /** Page numbers by sequence, i32 [sequences, pages]. */
  readonly pageTable: Tensor;
  /** Sequence of each row and its position there, i32 [rows]; rows with a negative position are idle. */
  readonly sequences: Tensor;
  readonly positions: Tensor;
  readonly pageSize: number;
}

/** Writes rows [latent | rotary key], [key | value] or only one part into the slots of their positions. */
export function writeCache(
  rows: PagedRows,
  [first, firstSource]: readonly [CachePart, Tensor],
  [second, secondSource]: readonly [CachePart, Tensor] | readonly [undefined, undefined] = [undefined, undefined],
): void {
  const memory = cacheFormatOf(first.values);
  recorder().call(writeCacheKernel({ pageSize: rows.pageSize, memory }), {
    first: first.values,
    firstScales: first.scales ?? 0,
    second: second?.values ?? 0,
    secondScales: second?.scales ?? 0,
    firstSource,
    secondSource: secondSource ?? 0,
    pageTable: rows.pageTable,
    sequences: rows.sequences,
    positions: rows.positions,
    rows: rowsOf(firstSource),
    tableStride: rows.pageTable.stride,
    firstWidth: firstSource.columns,
    firstDim: first.shape.dim,
    secondWidth: secondSource?.columns ?? 0,
    secondDim: second?.shape.dim ?? 1,
    firstSlotStride: first.values.stride,
    secondSlotStride: second?.values.stride ?? 0,
    firstSourceRowStride: firstSource.stride,
    secondSourceRowStride: secondSource?.stride ?? 0,
  });
}

export interface PagedAttention {
  readonly queryNope: Heads;
  /** Keys and values by slot. A part of one head is shared by all. */
  readonly keyNope: CachePart;
  /** Rotary parts; absent when ropeDim is 0. */
  readonly queryRope?: Heads;
  readonly keyRope?: CachePart;
  readonly value: CachePart;
  readonly heads: number;
  readonly nopeDim: number;
  readonly ropeDim: number;
  readonly valueDim: number;
  /** Query heads per head of keys and values. */
  readonly group: number;
  readonly scale: number;
  readonly rows: PagedRows;
}

const headStride = ({ shape: { heads, dim } }: CachePart): number => (heads === 1 ? 0 : dim);

/** Steps of at most so many rows cut the positions of each into pieces, so that all workers have some. */
export const FEW_ROWS = 8;

/** Attention of rows over their sequences' pages: [rows, heads · valueDim]. */
export function pagedAttention(input: PagedAttention): Tensor {
  const { queryNope, queryRope, keyNope, keyRope, value, heads, nopeDim, ropeDim, valueDim, group, scale } = input;
  const { pageTable, sequences, positions, pageSize } = input.rows;
  const { rowCount, rows: most } = queryNope.tensor;
  const output = recorder().empty([most, heads * valueDim], { rowCount });
  const outputRowStride = output.stride;
  const variant = { nopeDim, ropeDim, valueDim, group, pageSize, memory: cacheFormatOf(keyNope.values) };
  const elements = pagedScratchElements(variant, recorder().runtime.workers);
  const rows = rowsOf(queryNope.tensor);
  const shared = {
    scratch: recorder().empty([elements], { name: 'attention scores' }),
    queryNope: queryNope.tensor,
    queryRope: queryRope?.tensor ?? 0,
    keyNope: keyNope.values,
    keyNopeScales: keyNope.scales ?? 0,
    keyRope: keyRope?.values ?? 0,
    keyRopeScales: keyRope?.scales ?? 0,
    value: value.values,
    valueScales: value.scales ?? 0,
    pageTable,
    sequences,
    positions,
    rows,
    heads,
    tableStride: pageTable.stride,
    scale,
    queryNopeRowStride: queryNope.tensor.stride,
    queryNopeHeadStride: queryNope.headStride,
    queryRopeRowStride: queryRope?.tensor.stride ?? 0,
    queryRopeHeadStride: queryRope?.headStride ?? 0,
    keyNopeSlotStride: keyNope.values.stride,
    keyNopeHeadStride: headStride(keyNope),
    keyRopeSlotStride: keyRope?.values.stride ?? 0,
    keyRopeHeadStride: keyRope ? headStride(keyRope) : 0,
    valueSlotStride: value.values.stride,
    valueHeadStride: headStride(value),
  };
  if (most > FEW_ROWS) {
    recorder().call(pagedAttentionKernel(variant), { output, ...shared, outputRowStride });
    return output;
  }
  const partialOutput = recorder().empty([most, heads * MOST_PIECES * valueDim], {
    ...{ name: 'pieces of attention', rowCount },
  });
  const partialSums = recorder().empty([most, heads * MOST_PIECES * 2], { name: 'sums of attention', rowCount });
  recorder().call(pagedAttentionPieces(variant), { partialOutput, partialSums, ...shared });
  recorder().call(combinePieces({ heads, rank: valueDim }), {
    ...{ output, partialOutput, partialSums, positions, rows, outputRowStride },
  });
  return output;
}
