import type { Tensor } from '../tensor/index.ts';
import { cachedGroupedQuery, documentGroupedQuery } from './attention-grouped-query.ts';
import type { CachedAttention, Documents, RotaryInput } from './attention-input.ts';
import { cachedLatent, documentLatent } from './attention-latent.ts';
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

function attentionOf<K extends AttentionConfig['kind']>({ attention }: ModelConfig, kind: K) {
  if (attention.kind !== kind) throw new Error(`parameters of ${kind} attention in a model with ${attention.kind}`);
  return attention as Extract<AttentionConfig, { kind: K }>;
}

/**
 * Numbers that the cache keeps per token and layer: latent, rotary key and, where attention is sparse, the indexer's key;
 * or keys and values of their heads.
 */
export function cacheWidth({ attention }: ModelConfig): number {
  return attention.kind === 'latent'
    ? attention.keyValueLoraRank + attention.qkRopeHeadDim + (attention.indexer?.headDim ?? 0)
    : 2 * attention.keyValueHeads * attention.headDim;
}
