import type { BlockTensor, Tensor, Weight } from '../tensor/index.ts';

/**
 * How a parameter is trained: Muon is for hidden matrices, norms and the biases of projections do not decay, a router's
 * bias (`bias`) follows the load and has no gradient, and the indexer of sparse attention is not trained here.
 */
export type ParameterKind = 'matrix' | 'router' | 'embedding' | 'norm' | 'projectionBias' | 'bias' | 'indexer';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly tensor: Tensor;
}

/** Gate and up side by side in one matrix, [2·width, hidden], then down [hidden, width]; for experts stacks of these. */
export interface GatedParameters {
  readonly gateUp: Weight;
  readonly down: Weight;
}

export interface ExpertsParameters {
  /** [experts, hidden] */
  readonly router: Tensor;
  /** [experts], present with noaux_tc. */
  readonly routerBias: Tensor | undefined;
  /** gateUp [experts, 2·width, hidden], down [experts, hidden, width]. */
  readonly experts: GatedParameters;
  readonly shared: GatedParameters | undefined;
}

/**
 * Rows of the query and latent up-projections are grouped by part, not by head as in files: first the nope rows of all
 * heads, then the rotary (or value) rows of all heads. Each part is then a slice of columns of the result.
 */
export interface LatentAttentionParameters {
  readonly kind: 'latent';
  /** [heads·(nope + rope), hidden] without query compression. */
  readonly query: Weight | undefined;
  readonly queryCompression: { readonly down: Weight; readonly norm: Tensor; readonly up: Weight } | undefined;
  /** [kv_lora_rank + rope, hidden] */
  readonly latentDown: Weight;
  readonly latentNorm: Tensor;
  /** [heads·(nope + value), kv_lora_rank], or its two parts by head. */
  readonly latentUp: Tensor | SplitLatentUp;
  /** [hidden, heads·value] */
  readonly output: Weight;
  readonly indexer: IndexerParameters | undefined;
}

/** The latent up-projection with keys and values apart, each as the absorbed form of attention multiplies with it. */
export interface SplitLatentUp {
  /** [heads, nope, kv_lora_rank], or in blocks, which lie along its rows, transposed: [heads, kv_lora_rank, nope]. */
  readonly keys: Tensor | BlockTensor;
  /** [heads, value, kv_lora_rank] */
  readonly values: Tensor | BlockTensor;
}

/** The lightning indexer of sparse attention. */
export interface IndexerParameters {
  /** [heads·headDim, q_lora_rank], applied to the normed query latent. */
  readonly query: Tensor;
  /** [headDim, hidden] and the layer normalisation behind it, [headDim] each. */
  readonly key: Tensor;
  readonly keyNorm: { readonly weight: Tensor; readonly bias: Tensor };
  /** [heads, hidden] */
  readonly weights: Tensor;
}

/** A projection: weight [out, in], bias [out]. */
export interface Projection {
  readonly weight: Weight;
  readonly bias: Tensor | undefined;
}

/** Each projection has its own matrix, as in files, whose quantised types may differ. */
export interface GroupedQueryAttentionParameters {
  readonly kind: 'grouped-query';
  /** To heads·headDim. */
  readonly query: Projection;
  /** To keyValueHeads·headDim each. */
  readonly key: Projection;
  readonly value: Projection;
  /** [headDim], applied to every head. */
  readonly queryNorm: Tensor | undefined;
  readonly keyNorm: Tensor | undefined;
  /** From heads·headDim. */
  readonly output: Projection;
}

export type AttentionParameters = LatentAttentionParameters | GroupedQueryAttentionParameters;

export interface LayerParameters {
  readonly inputNorm: Tensor;
  readonly attention: AttentionParameters;
  readonly postAttentionNorm: Tensor;
  readonly feedForward: GatedParameters | ExpertsParameters;
}

/** A multi-token prediction module (DeepSeek-V3 §2.2); embedding and head are the main model's. */
export interface PredictionParameters {
  readonly embeddingNorm: Tensor;
  readonly hiddenNorm: Tensor;
  /** [hidden, 2·hidden], for [embedding, hidden]. */
  readonly projection: Weight;
  readonly layer: LayerParameters;
  readonly finalNorm: Tensor;
}

export interface ModelParameters {
  readonly embedding: Tensor | BlockTensor;
  readonly layers: readonly LayerParameters[];
  readonly finalNorm: Tensor;
  /** [vocabulary, hidden]; the embedding itself when tied. */
  readonly head: Tensor | BlockTensor;
  readonly predictions: readonly PredictionParameters[];
  /** All parameters but those in blocks, in the order of memory: kinds are contiguous. */
  readonly all: readonly Parameter[];
}

export function isExperts(feedForward: GatedParameters | ExpertsParameters): feedForward is ExpertsParameters {
  return 'router' in feedForward;
}
