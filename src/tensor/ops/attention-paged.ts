import {
  type CacheMemory,
  pagedAttention as pagedAttentionKernel,
  pagedScratchElements,
  writeCache as writeCacheKernel,
} from '../../kernels/attention-paged.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import type { Heads } from './attention.ts';

/** Which slots the rows of a step see: see kernels/attention-paged.ts. */
export interface PagedRows {
  /** Page numbers by sequence, i32 [sequences, pages]. */
  readonly pageTable: Tensor;
  /** Sequence of each row and its position there, i32 [rows]; rows with a negative position are idle. */
  readonly sequences: Tensor;
  readonly positions: Tensor;
  readonly pageSize: number;
}

/** How the elements of a cache are kept. */
export function memoryOf(cache: Tensor): CacheMemory {
  return cache.dtype as CacheMemory;
}

/** Writes rows [latent | rotary key], [key | value] or only one part into the slots of their positions. */
export function writeCache(cache: Tensor, first: Tensor, second: Tensor | undefined, rows: PagedRows): void {
  const secondWidth = second?.columns ?? 0;
  recorder().call(writeCacheKernel({ pageSize: rows.pageSize, memory: memoryOf(cache) }), {
    first: cache.slice(0, first.columns),
    second: cache.slice(first.columns, secondWidth),
    firstSource: first,
    secondSource: second ?? 0,
    pageTable: rows.pageTable,
    sequences: rows.sequences,
    positions: rows.positions,
    rows: rowsOf(first),
    tableStride: rows.pageTable.stride,
    firstWidth: first.columns,
    secondWidth,
    firstSlotStride: cache.stride,
    secondSlotStride: cache.stride,
    firstSourceRowStride: first.stride,
    secondSourceRowStride: second?.stride ?? 0,
  });
}

export interface PagedAttention {
  readonly queryNope: Heads;
  /** Keys and values by slot; a head stride of 0 means that all heads share them. */
  readonly keyNope: Heads;
  /** Rotary parts; absent when ropeDim is 0. */
  readonly queryRope?: Heads;
  readonly keyRope?: Heads;
  readonly value: Heads;
  readonly heads: number;
  readonly nopeDim: number;
  readonly ropeDim: number;
  readonly valueDim: number;
  /** Query heads per head of keys and values. */
  readonly group: number;
  readonly scale: number;
  readonly rows: PagedRows;
}

/** Attention of rows over their sequences' pages: [rows, heads · valueDim]. */
export function pagedAttention(input: PagedAttention): Tensor {
  const { queryNope, queryRope, keyNope, keyRope, value, heads, nopeDim, ropeDim, valueDim, group, scale } = input;
  const { pageTable, sequences, positions, pageSize } = input.rows;
  const { rowCount } = queryNope.tensor;
  const output = recorder().empty([queryNope.tensor.rows, heads * valueDim], { rowCount });
  const elements = pagedScratchElements({ nopeDim, ropeDim, group }, recorder().runtime.workers);
  recorder().call(
    pagedAttentionKernel({ nopeDim, ropeDim, valueDim, group, pageSize, memory: memoryOf(keyNope.tensor) }),
    {
      output,
      scratch: recorder().empty([elements], { name: 'attention scores' }),
      queryNope: queryNope.tensor,
      queryRope: queryRope?.tensor ?? 0,
      keyNope: keyNope.tensor,
      keyRope: keyRope?.tensor ?? 0,
      value: value.tensor,
      pageTable,
      sequences,
      positions,
      rows: rowsOf(queryNope.tensor),
      heads,
      tableStride: pageTable.stride,
      scale,
      queryNopeRowStride: queryNope.tensor.stride,
      queryNopeHeadStride: queryNope.headStride,
      queryRopeRowStride: queryRope?.tensor.stride ?? 0,
      queryRopeHeadStride: queryRope?.headStride ?? 0,
      keyNopeSlotStride: keyNope.tensor.stride,
      keyNopeHeadStride: keyNope.headStride,
      keyRopeSlotStride: keyRope?.tensor.stride ?? 0,
      keyRopeHeadStride: keyRope?.headStride ?? 0,
      valueSlotStride: value.tensor.stride,
      valueHeadStride: value.headStride,
      outputRowStride: output.stride,
    },
  );
  return output;
}
