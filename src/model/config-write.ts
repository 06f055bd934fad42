import type {
  GroupedQueryAttentionConfig,
  LatentAttentionConfig,
  ModelConfig,
  ModelType,
  RopeScaling,
} from './config-types.ts';

/** Class in transformers by model type. */
const ARCHITECTURES: Readonly<Record<ModelType, string>> = {
  deepseek_v2: 'DeepseekV2ForCausalLM',
  deepseek_v3: 'DeepseekV3ForCausalLM',
  deepseek_v32: 'DeepseekV32ForCausalLM',
  glm4_moe_lite: 'Glm4MoeLiteForCausalLM',
  youtu: 'YoutuForCausalLM',
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};

/**
 * The content of a `config.json` that transformers 4.57 and 5 (where they know the model type) and `parseModelConfig`
 * read. `rope_theta` and `rope_scaling` are written in the form of transformers 4, which version 5 turns into its
 * `rope_parameters`.
 * @param dtype the type of the weights beside it, as transformers names it.
 */
export function toHuggingFaceConfig(
  config: ModelConfig,
  dtype: 'float32' | 'bfloat16' | 'float16' = 'float32',
): Record<string, unknown> {
  const [firstEos] = config.eosTokenIds;
  const { attention } = config;
  return {
    architectures: [ARCHITECTURES[config.modelType]],
    model_type: config.modelType,
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    ...(attention.kind === 'latent' ? latentFields(config, attention) : groupedQueryFields(config, attention)),
    max_position_embeddings: config.maxPositions,
    rope_theta: config.ropeTheta,
    rope_scaling: config.ropeScaling === null ? null : scalingFields(config.ropeScaling, attention.kind),
    intermediate_size: config.intermediateSize,
    rms_norm_eps: config.rmsNormEps,
    hidden_act: 'silu',
    tie_word_embeddings: config.tieWordEmbeddings,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenIds.length > 1 ? [...config.eosTokenIds] : (firstEos ?? null),
    pad_token_id: config.padTokenId,
    attention_dropout: 0,
    torch_dtype: dtype,
  };
}

function latentFields(config: ModelConfig, attention: LatentAttentionConfig): Record<string, unknown> {
  const common = {
    num_key_value_heads: config.heads,
    q_lora_rank: attention.queryLoraRank,
    kv_lora_rank: attention.keyValueLoraRank,
    qk_nope_head_dim: attention.qkNopeHeadDim,
    qk_rope_head_dim: attention.qkRopeHeadDim,
    v_head_dim: attention.vHeadDim,
    ...indexerFields(attention),
    attention_bias: false,
  };
  if (config.modelType === 'youtu') return common;
  return { ...common, ...expertFields(config), num_nextn_predict_layers: config.mtpLayers };
}

/** transformers gives deepseek_v32 no `rope_interleave`. */
function indexerFields({ indexer, ropeInterleaved }: LatentAttentionConfig): Record<string, unknown> {
  if (indexer === null) return { rope_interleave: ropeInterleaved };
  return { index_n_heads: indexer.heads, index_head_dim: indexer.headDim, index_topk: indexer.topk };
}

function groupedQueryFields(
  { modelType }: ModelConfig,
  attention: GroupedQueryAttentionConfig,
): Record<string, unknown> {
  const common = { num_key_value_heads: attention.keyValueHeads, head_dim: attention.headDim };
  return modelType === 'qwen2' ? common : { ...common, attention_bias: attention.inputBias };
}

/** Fields that transformers declares as floats; it refuses `1` where it wants `1.0`. */
const FLOATS = [
  'rope_theta',
  'routed_scaling_factor',
  'rms_norm_eps',
  'attention_dropout',
  'factor',
  'mscale',
  'mscale_all_dim',
  'attention_factor',
  'low_freq_factor',
  'high_freq_factor',
];

/** {@link toHuggingFaceConfig} as the text of the file, with a decimal point in every number that is a float there. */
export function huggingFaceConfigText(config: ModelConfig, dtype?: Parameters<typeof toHuggingFaceConfig>[1]): string {
  const text = JSON.stringify(toHuggingFaceConfig(config, dtype), null, 2);
  const wholeFloat = new RegExp(`^( *"(?:${FLOATS.join('|')})": -?\\d+)(,?)$`, 'gm');
  return `${text.replace(wholeFloat, '$1.0$2')}\n`;
}

function expertFields(config: ModelConfig): Record<string, unknown> {
  if (config.routedExperts === 0) return { n_routed_experts: 0, first_k_dense_replace: config.layers };
  const layers =
    config.modelType === 'glm4_moe_lite'
      ? {
          mlp_layer_types: Array.from({ length: config.layers }, (_, at) =>
            at < config.firstDenseLayers ? 'dense' : 'sparse',
          ),
        }
      : { moe_layer_freq: config.moeLayerFrequency };
  return {
    moe_intermediate_size: config.moeIntermediateSize,
    first_k_dense_replace: config.firstDenseLayers,
    ...layers,
    n_shared_experts: config.sharedExperts,
    n_routed_experts: config.routedExperts,
    num_experts_per_tok: config.expertsPerToken,
    n_group: config.groups,
    topk_group: config.topkGroups,
    scoring_func: config.scoring,
    topk_method: config.topkMethod,
    norm_topk_prob: config.normTopkProb,
    routed_scaling_factor: config.routedScalingFactor,
  };
}

function scalingFields(scaling: RopeScaling, attention: ModelConfig['attention']['kind']): Record<string, unknown> {
  const common = { type: scaling.kind, rope_type: scaling.kind, factor: scaling.factor };
  if (scaling.kind === 'linear') return common;
  const original = { original_max_position_embeddings: scaling.originalMaxPositions };
  if (scaling.kind === 'llama3') {
    const { lowFrequencyFactor: low_freq_factor, highFrequencyFactor: high_freq_factor } = scaling;
    return { ...common, ...original, low_freq_factor, high_freq_factor };
  }
  return {
    ...common,
    ...original,
    beta_fast: scaling.betaFast,
    beta_slow: scaling.betaSlow,
    ...(attention === 'latent' ? { mscale: scaling.mscale, mscale_all_dim: scaling.mscaleAllDim } : {}),
    ...(scaling.attentionFactor === null ? {} : { attention_factor: scaling.attentionFactor }),
  };
}
