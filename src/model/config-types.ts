/**
 * Epsilon of the RMSNorms over the query latent and the key-value latent. DeepSeek's code and transformers use this
 * constant there whatever `rms_norm_eps` says.
 */
export const LATENT_NORM_EPSILON = 1e-6;

/** YaRN context extension (Peng et al. 2023), from `rope_scaling` or `rope_parameters`. */
export interface YarnScaling {
  readonly kind: 'yarn';
  readonly factor: number;
  /** Positions before extension, `original_max_position_embeddings`. */
  readonly originalMaxPositions: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  readonly mscale: number;
  /** 0: the softmax scale is not corrected. */
  readonly mscaleAllDim: number;
  /** Overrides the factor on cosine and sine that follows from mscale and mscaleAllDim. */
  readonly attentionFactor: number | null;
}

/** Position interpolation (Chen et al. 2023): every pair turns `factor` times slower. */
export interface LinearScaling {
  readonly kind: 'linear';
  readonly factor: number;
}

/**
 * Llama 3.1's extension: pairs that turn less than `lowFrequencyFactor` times over the original length are slowed by
 * `factor`, those that turn more than `highFrequencyFactor` times are kept, with a ramp between.
 */
export interface Llama3Scaling {
  readonly kind: 'llama3';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** `original_max_position_embeddings` */
  readonly originalMaxPositions: number;
}

export type RopeScaling = YarnScaling | LinearScaling | Llama3Scaling;

/** Multi-head latent attention (DeepSeek-V2 §2.1). */
export interface LatentAttentionConfig {
  readonly kind: 'latent';
  /** `q_lora_rank`; null: queries are projected without compression. */
  readonly queryLoraRank: number | null;
  /** `kv_lora_rank`: the latent kept per token in the cache. */
  readonly keyValueLoraRank: number;
  readonly qkNopeHeadDim: number;
  readonly qkRopeHeadDim: number;
  readonly vHeadDim: number;
  /** Whether rotary pairs are neighbours (2i, 2i+1), as in all published weights, or halves (i, i+d/2). */
  readonly ropeInterleaved: boolean;
  /** null: every row sees all positions up to its own. */
  readonly indexer: IndexerConfig | null;
}

/**
 * The lightning indexer of sparse attention (DeepSeek-V3.2-Exp report, section 2.1): it chooses the positions that a row
 * sees, up to `topk` of them (`index_topk`), by heads of their own (`index_n_heads`, `index_head_dim`).
 */
export interface IndexerConfig {
  readonly heads: number;
  readonly headDim: number;
  readonly topk: number;
}

/** Attention in which groups of query heads share a key and a value head (Ainslie et al. 2023); pairs are halves. */
export interface GroupedQueryAttentionConfig {
  readonly kind: 'grouped-query';
  /** `num_key_value_heads`, a divisor of the query heads. */
  readonly keyValueHeads: number;
  /** `head_dim` of queries, keys and values. */
  readonly headDim: number;
  /** Whether every head of queries and keys passes an RMSNorm (epsilon `rmsNormEps`) before it is rotated. */
  readonly queryKeyNorm: boolean;
  /** Whether the projections to queries, keys and values have biases, and the one back. */
  readonly inputBias: boolean;
  readonly outputBias: boolean;
}

export type AttentionConfig = LatentAttentionConfig | GroupedQueryAttentionConfig;

/** The model types that are understood, `model_type` of the file. */
export const MODEL_TYPES = [
  'deepseek_v2',
  'deepseek_v3',
  'deepseek_v32',
  'glm4_moe_lite',
  'youtu',
  'llama',
  'qwen2',
  'qwen3',
] as const;

export type ModelType = (typeof MODEL_TYPES)[number];

/** Shape and rules of a model. Field names of `config.json` stand where they differ in more than style. */
export interface ModelConfig {
  readonly modelType: ModelType;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  /** Layers of the main model; multi-token prediction modules come on top. */
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  readonly attention: AttentionConfig;
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
  /** Hidden width of dense feed-forward layers. */
  readonly intermediateSize: number;
  /** Hidden width of one expert; 0 where there are no experts. */
  readonly moeIntermediateSize: number;
  /** `first_k_dense_replace`: leading layers without experts. */
  readonly firstDenseLayers: number;
  /** `moe_layer_freq`: after the dense ones, layers whose index it divides have experts. */
  readonly moeLayerFrequency: number;
  /** Shared experts; they act as one feed-forward of width sharedExperts × moeIntermediateSize. */
  readonly sharedExperts: number;
  /** 0: no layer has experts. */
  readonly routedExperts: number;
  readonly expertsPerToken: number;
  readonly groups: number;
  readonly topkGroups: number;
  readonly scoring: 'softmax' | 'sigmoid';
  /**
   * - greedy: the expertsPerToken best scores.
   * - group_limited_greedy: among the topkGroups groups with the best single score.
   * - noaux_tc: scores plus a learned bias choose, among the groups with the best sum of two biased scores; the weights
   *   are the scores without bias. Experts outside the chosen groups are excluded (score minus infinity), as in
   *   DeepSeek's inference code and transformers 5; transformers 4 set them to 0 instead.
   */
  readonly topkMethod: 'greedy' | 'group_limited_greedy' | 'noaux_tc';
  /**
   * Whether the chosen weights are divided by their sum (plus 1e-20) before `routedScalingFactor` multiplies them.
   * DeepSeek's inference code decides this by the scoring: never for softmax (V2), always for sigmoid (V3). Its V2 model
   * code normalises without scaling; files on which the codes disagree are refused.
   */
  readonly normTopkProb: boolean;
  readonly routedScalingFactor: number;
  /** Epsilon of all norms over the hidden state; see {@link LATENT_NORM_EPSILON} for the others. */
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: boolean;
  /** `num_nextn_predict_layers`: multi-token prediction modules, stored as layers from index `layers` on. */
  readonly mtpLayers: number;
  readonly bosTokenId: number | null;
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
}

/** Whether a layer has experts; layers from `config.layers` on are the multi-token prediction modules. */
export function hasExperts(config: ModelConfig, layer: number): boolean {
  return config.routedExperts > 0 && layer >= config.firstDenseLayers && layer % config.moeLayerFrequency === 0;
}

/** Elements of a head that the rotary embedding turns. */
export function rotaryDim({ attention }: ModelConfig): number {
  return attention.kind === 'latent' ? attention.qkRopeHeadDim : attention.headDim;
}
