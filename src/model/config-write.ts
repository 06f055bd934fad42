import type { ModelConfig, YarnConfig } from './config.ts';

/**
 * The content of a `config.json` that transformers 4.57 and 5 (`DeepseekV3ForCausalLM`, `DeepseekV2ForCausalLM`) and
 * {@link parseModelConfig} read. `rope_theta` and `rope_scaling` are written in the form of transformers 4, which
 * version 5 turns into its `rope_parameters`.
 * @param dtype the type of the weights beside it, as transformers names it.
 */
export function toHuggingFaceConfig(
  config: ModelConfig,
  dtype: 'float32' | 'bfloat16' | 'float16' = 'float32',
): Record<string, unknown> {
  const [firstEos] = config.eosTokenIds;
  return {
    architectures: [config.modelType === 'deepseek_v3' ? 'DeepseekV3ForCausalLM' : 'DeepseekV2ForCausalLM'],
    model_type: config.modelType,
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.heads,
    q_lora_rank: config.queryLoraRank,
    kv_lora_rank: config.keyValueLoraRank,
    qk_nope_head_dim: config.qkNopeHeadDim,
    qk_rope_head_dim: config.qkRopeHeadDim,
    v_head_dim: config.vHeadDim,
    max_position_embeddings: config.maxPositions,
    rope_theta: config.ropeTheta,
    rope_scaling: config.yarn === null ? null : yarnFields(config.yarn),
    rope_interleave: config.ropeInterleaved,
    intermediate_size: config.intermediateSize,
    ...expertFields(config),
    rms_norm_eps: config.rmsNormEps,
    hidden_act: 'silu',
    tie_word_embeddings: config.tieWordEmbeddings,
    num_nextn_predict_layers: config.mtpLayers,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenIds.length > 1 ? [...config.eosTokenIds] : (firstEos ?? null),
    pad_token_id: config.padTokenId,
    attention_bias: false,
    attention_dropout: 0,
    torch_dtype: dtype,
  };
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
];

/** {@link toHuggingFaceConfig} as the text of the file, with a decimal point in every number that is a float there. */
export function huggingFaceConfigText(config: ModelConfig, dtype?: Parameters<typeof toHuggingFaceConfig>[1]): string {
  const text = JSON.stringify(toHuggingFaceConfig(config, dtype), null, 2);
  const wholeFloat = new RegExp(`^( *"(?:${FLOATS.join('|')})": -?\\d+)(,?)$`, 'gm');
  return `${text.replace(wholeFloat, '$1.0$2')}\n`;
}

function expertFields(config: ModelConfig): Record<string, unknown> {
  if (config.routedExperts === 0) return { n_routed_experts: 0, first_k_dense_replace: config.layers };
  return {
    moe_intermediate_size: config.moeIntermediateSize,
    first_k_dense_replace: config.firstDenseLayers,
    moe_layer_freq: config.moeLayerFrequency,
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

function yarnFields(yarn: YarnConfig): Record<string, unknown> {
  return {
    type: 'yarn',
    rope_type: 'yarn',
    factor: yarn.factor,
    original_max_position_embeddings: yarn.originalMaxPositions,
    beta_fast: yarn.betaFast,
    beta_slow: yarn.betaSlow,
    mscale: yarn.mscale,
    mscale_all_dim: yarn.mscaleAllDim,
    ...(yarn.attentionFactor === null ? {} : { attention_factor: yarn.attentionFactor }),
  };
}
