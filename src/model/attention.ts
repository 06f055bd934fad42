import {
  type CacheFormat,
  type CachePartShape,
  cacheColumns,
  cacheDType,
  DTYPE_BYTES,
  type Tensor,
  type Weight,
} from '../tensor/index.ts';
import { cachedGroupedQuery, documentGroupedQuery, groupedQueryCacheParts } from './attention-grouped-query.ts';
import type { CachedAttention, Documents, RotaryInput } from './attention-input.ts';
import { cachedLatent, documentLatent, latentCacheParts } from './attention-latent.ts';
import type { AttentionConfig, ModelConfig } from './config-types.ts';
import type { AttentionParameters } from './parameters.ts';

/** Attention of packed documents to themselves, with gradients: x [rows, hidden] to [rows, hidden]. */
export function documentAttention(
  x: Tensor,
  parameters: AttentionParameters,
  config: ModelConfig,
  rotary: RotaryInput,
  documents: Documents,
): Tensor {
  const input = { config, rotary, documents };
  return parameters.kind === 'latent'
    ? documentLatent(x, parameters, { ...input, attention: attentionOf(config, 'latent') })
    : documentGroupedQuery(x, parameters, { ...input, attention: attentionOf(config, 'grouped-query') });
}

/** Writes what later rows need of these rows into the cache, then attends to all positions up to each row's own. */
export function cachedAttention(
  x: Tensor,
  parameters: AttentionParameters,
  config: ModelConfig,
  rotary: RotaryInput,
  cached: CachedAttention,
): Tensor {
  const input = { config, rotary, cached };
  return parameters.kind === 'latent'
    ? cachedLatent(x, parameters, { ...input, attention: attentionOf(config, 'latent') })
    : cachedGroupedQuery(x, parameters, { ...input, attention: attentionOf(config, 'grouped-query') });
}

/** All weights that a layer's attention multiplies its input with: it does nothing else with it. */
export function attentionInputWeights(parameters: AttentionParameters): readonly Weight[] {
  if (parameters.kind === 'grouped-query') {
    return [parameters.query, parameters.key, parameters.value].map(({ weight }) => weight);
  }
  const { query, queryCompression, latentDown, indexer } = parameters;
  const queries = [query, queryCompression?.down].filter((weight) => weight !== undefined);
  return [...queries, latentDown, ...(indexer === undefined ? [] : [indexer.key, indexer.weights])];
}

function attentionOf<K extends AttentionConfig['kind']>({ attention }: ModelConfig, kind: K) {
  if (attention.kind !== kind) throw new Error(`parameters of ${kind} attention in a model with ${attention.kind}`);
  return attention as Extract<AttentionConfig, { kind: K }>;
}

/** Parts of a row of a layer's cache. */
function cacheParts({ attention }: ModelConfig): readonly CachePartShape[] {
  return attention.kind === 'latent' ? latentCacheParts(attention) : groupedQueryCacheParts(attention);
}

/**
 * Numbers that the cache keeps per token and layer: latent, rotary key and, where attention is sparse, the indexer's key;
 * or keys and values of their heads.
 */
export function cacheWidth(config: ModelConfig): number {
  return cacheParts(config).reduce((sum, { heads, dim }) => sum + heads * dim, 0);
}

/** The tensor of a layer's cache: columns by slot and dtype. Tensors of dtype u8 hold q8. */
export function cacheRow(config: ModelConfig, format: CacheFormat) {
  return { columns: cacheColumns(format, cacheParts(config)), dtype: cacheDType(format) };
}

/** Bytes that the cache keeps per token over all layers. */
export function cacheBytes(config: ModelConfig, format: CacheFormat): number {
  const { columns, dtype } = cacheRow(config, format);
  return config.layers * columns * DTYPE_BYTES[dtype];
}
