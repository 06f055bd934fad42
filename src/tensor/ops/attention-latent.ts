import { combinePieces, MOST_PIECES } from '../../kernels/attention-pieces.ts';
import {
  latentAttention as latentAttentionKernel,
  latentAttentionPieces,
  latentScratchElements,
} from '../../kernels/latent-attention.ts';
import { packedQueryElements, packQueries } from '../../kernels/latent-attention-queries.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import type { Heads } from './attention.ts';
import { FEW_ROWS, type PagedRows, pagedAttention } from './attention-paged.ts';
import { type CachePart, cacheFormatOf } from './cache.ts';

export interface LatentAttention {
  /** Queries carried into the space of the latents, and their rotary parts. */
  readonly queryNope: Heads;
  readonly queryRope: Heads;
  readonly latents: CachePart;
  readonly rotaryKeys: CachePart;
  readonly heads: number;
  readonly scale: number;
  readonly rows: PagedRows;
}

/** Heads from which they fill the lanes of vectors; fewer are worked on as those of grouped-query attention are. */
const WORTH_LANES = 12;

/**
 * Absorbed latent attention of rows over their sequences' latents, [rows, heads · rank]. With a cache in bf16, on machines
 * that multiply pairs of bf16 numbers, queries and weights of many heads are rounded to bf16.
 */
export function latentAttention(input: LatentAttention): Tensor {
  const { queryNope, queryRope, latents, rotaryKeys, heads, scale, rows } = input;
  const [rank, ropeDim] = [latents.shape.dim, rotaryKeys.shape.dim];
  if (heads < WORTH_LANES) {
    const shape = { heads, nopeDim: rank, ropeDim, valueDim: rank, group: heads };
    return pagedAttention({
      queryNope,
      queryRope,
      keyNope: latents,
      keyRope: rotaryKeys,
      value: latents,
      ...shape,
      scale,
      rows,
    });
  }
  const { runtime } = recorder();
  const memory = cacheFormatOf(latents.values);
  const products = memory === 'bf16' && runtime.target.bf16Pairs ? 'bf16' : 'f32';
  const variant = { heads, rank, ropeDim, pageSize: rows.pageSize, memory, products } as const;
  const { rowCount, rows: most } = queryNope.tensor;
  const count = rowsOf(queryNope.tensor);
  const queries = recorder().empty([most, packedQueryElements(variant, 1)], {
    ...{ name: 'packed queries', rowCount },
  });
  recorder().call(packQueries(variant), {
    packed: queries,
    queryNope: queryNope.tensor,
    queryRope: queryRope.tensor,
    rows: count,
    scale,
    queryNopeRowStride: queryNope.tensor.stride,
    queryNopeHeadStride: queryNope.headStride,
    queryRopeRowStride: queryRope.tensor.stride,
    queryRopeHeadStride: queryRope.headStride,
  });
  const output = recorder().empty([most, heads * rank], { rowCount });
  const { pageTable, sequences, positions } = rows;
  const shared = {
    scratch: recorder().empty([latentScratchElements(variant, runtime.workers)], { name: 'attention scores' }),
    queries,
    latents: latents.values,
    latentScales: latents.scales ?? 0,
    rotaryKeys: rotaryKeys.values,
    rotaryKeyScales: rotaryKeys.scales ?? 0,
    pageTable,
    sequences,
    positions,
    rows: count,
    tableStride: pageTable.stride,
    latentSlotStride: latents.values.stride,
    rotaryKeySlotStride: rotaryKeys.values.stride,
  };
  const outputRowStride = output.stride;
  if (most > FEW_ROWS) {
    recorder().call(latentAttentionKernel(variant), { output, ...shared, outputRowStride });
    return output;
  }
  const partialOutput = recorder().empty([most, heads * MOST_PIECES * rank], { name: 'pieces of attention', rowCount });
  const partialSums = recorder().empty([most, heads * MOST_PIECES * 2], { name: 'sums of attention', rowCount });
  recorder().call(latentAttentionPieces(variant), { partialOutput, partialSums, ...shared });
  recorder().call(combinePieces({ heads, rank }), {
    ...{ output, partialOutput, partialSums, positions, rows: count, outputRowStride },
  });
  return output;
}
