import { describe, expect, it } from 'vitest';
import { parseModelConfig } from './config.ts';
import { huggingFaceConfigText } from './config-write.ts';

/** The fields of Llama-3.1-8B's config.json, also of DeepSeek-R1-Distill-Llama-8B. */
const llama = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0,
  bos_token_id: 128000,
  eos_token_id: [128001, 128008, 128009],
  hidden_act: 'silu',
  hidden_size: 4096,
  initializer_range: 0.02,
  intermediate_size: 14336,
  max_position_embeddings: 131072,
  mlp_bias: false,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 500000,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  transformers_version: '4.43.0.dev0',
  use_cache: true,
  vocab_size: 128256,
};

/** Of DeepSeek-R1-Distill-Qwen-1.5B. */
const qwen2 = {
  model_type: 'qwen2',
  architectures: ['Qwen2ForCausalLM'],
  attention_dropout: 0,
  bos_token_id: 151643,
  eos_token_id: 151643,
  hidden_act: 'silu',
  hidden_size: 1536,
  initializer_range: 0.02,
  intermediate_size: 8960,
  max_position_embeddings: 131072,
  max_window_layers: 21,
  num_attention_heads: 12,
  num_hidden_layers: 28,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  sliding_window: 4096,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  use_cache: true,
  use_mrope: false,
  use_sliding_window: false,
  vocab_size: 151936,
};

/** Of DeepSeek-R1-0528-Qwen3-8B. */
const qwen3 = {
  model_type: 'qwen3',
  attention_bias: false,
  bos_token_id: 151643,
  eos_token_id: 151645,
  head_dim: 128,
  hidden_size: 4096,
  intermediate_size: 12288,
  max_position_embeddings: 131072,
  max_window_layers: 36,
  num_attention_heads: 32,
  num_hidden_layers: 36,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-6,
  rope_scaling: {
    attn_factor: 0.8782488562869419,
    factor: 4,
    original_max_position_embeddings: 32768,
    rope_type: 'yarn',
  },
  rope_theta: 1000000,
  sliding_window: null,
  tie_word_embeddings: false,
  use_sliding_window: false,
  vocab_size: 151936,
};

/** Of GLM-4.7-Flash. */
const glm = {
  model_type: 'glm4_moe_lite',
  attention_bias: false,
  eos_token_id: [154820, 154827, 154829],
  pad_token_id: 154820,
  first_k_dense_replace: 1,
  hidden_size: 2048,
  intermediate_size: 10240,
  kv_lora_rank: 512,
  max_position_embeddings: 202752,
  moe_intermediate_size: 1536,
  n_group: 1,
  n_routed_experts: 64,
  n_shared_experts: 1,
  norm_topk_prob: true,
  num_attention_heads: 20,
  num_experts_per_tok: 4,
  num_hidden_layers: 47,
  num_key_value_heads: 20,
  num_nextn_predict_layers: 1,
  partial_rotary_factor: 1,
  q_lora_rank: 768,
  qk_nope_head_dim: 192,
  qk_rope_head_dim: 64,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 1000000,
  routed_scaling_factor: 1.8,
  tie_word_embeddings: false,
  topk_group: 1,
  topk_method: 'noaux_tc',
  v_head_dim: 256,
  vocab_size: 154880,
};

/** Of DeepSeek-V3.2. */
const deepseek32 = {
  model_type: 'deepseek_v32',
  attention_bias: false,
  bos_token_id: 0,
  eos_token_id: 1,
  first_k_dense_replace: 3,
  hidden_act: 'silu',
  hidden_size: 7168,
  index_head_dim: 128,
  index_n_heads: 64,
  index_topk: 2048,
  intermediate_size: 18432,
  kv_lora_rank: 512,
  max_position_embeddings: 163840,
  moe_intermediate_size: 2048,
  moe_layer_freq: 1,
  n_group: 8,
  n_routed_experts: 256,
  n_shared_experts: 1,
  norm_topk_prob: true,
  num_attention_heads: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 61,
  num_key_value_heads: 128,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  rms_norm_eps: 1e-6,
  rope_scaling: {
    beta_fast: 32,
    beta_slow: 1,
    factor: 40,
    mscale: 1,
    mscale_all_dim: 1,
    original_max_position_embeddings: 4096,
    type: 'yarn',
  },
  rope_theta: 10000,
  routed_scaling_factor: 2.5,
  scoring_func: 'sigmoid',
  tie_word_embeddings: false,
  topk_group: 4,
  topk_method: 'noaux_tc',
  v_head_dim: 128,
  vocab_size: 129280,
};

/** The sizes of Youtu-LLM-2B. */
const youtu = {
  model_type: 'youtu',
  bos_token_id: 128000,
  eos_token_id: 128001,
  hidden_size: 2048,
  intermediate_size: 6144,
  kv_lora_rank: 512,
  max_position_embeddings: 131072,
  num_attention_heads: 16,
  num_hidden_layers: 32,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 1600000,
  v_head_dim: 128,
  vocab_size: 128256,
};

const without = (file: object, name: string) =>
  Object.fromEntries(Object.entries(file).filter(([field]) => field !== name));

describe('parseModelConfig reads', () => {
  it('llama', () => {
    expect(parseModelConfig(llama)).toMatchObject({
      attention: {
        kind: 'grouped-query',
        keyValueHeads: 8,
        headDim: 128,
        queryKeyNorm: false,
        inputBias: false,
        outputBias: false,
      },
      ropeScaling: {
        kind: 'llama3',
        factor: 8,
        lowFrequencyFactor: 1,
        highFrequencyFactor: 4,
        originalMaxPositions: 8192,
      },
      routedExperts: 0,
      eosTokenIds: [128001, 128008, 128009],
    });
    const plain = { ...without(without(llama, 'rope_theta'), 'num_key_value_heads'), rope_scaling: null };
    expect(parseModelConfig({ ...plain, attention_bias: true, head_dim: 64 })).toMatchObject({
      attention: { keyValueHeads: 32, headDim: 64, inputBias: true, outputBias: true },
      ropeTheta: 10000,
      ropeScaling: null,
    });
  });

  it('qwen2', () => {
    expect(parseModelConfig(qwen2)).toMatchObject({
      attention: { keyValueHeads: 2, headDim: 128, queryKeyNorm: false, inputBias: true, outputBias: false },
    });
  });

  it('qwen3', () => {
    const { attention, ropeScaling } = parseModelConfig(qwen3);
    expect(attention).toMatchObject({ keyValueHeads: 8, queryKeyNorm: true, inputBias: false, outputBias: false });
    // The file's attn_factor is made to undo the factor 0.1·ln 4 + 1 on cosine and sine.
    expect(ropeScaling).toMatchObject({ kind: 'yarn', factor: 4 });
    expect(ropeScaling?.kind === 'yarn' && ropeScaling.attentionFactor).toBeCloseTo(1, 12);
    expect(parseModelConfig({ ...without(qwen3, 'head_dim'), hidden_size: 2560 })).toMatchObject({
      attention: { headDim: 128 },
    });
  });

  it('glm4_moe_lite', () => {
    expect(parseModelConfig(glm)).toMatchObject({
      attention: { kind: 'latent', queryLoraRank: 768, ropeInterleaved: true },
      firstDenseLayers: 1,
      scoring: 'sigmoid',
      topkMethod: 'noaux_tc',
      mtpLayers: 1,
    });
    const types = Array.from({ length: 47 }, (_, at) => (at < 2 ? 'dense' : 'sparse'));
    expect(parseModelConfig({ ...glm, first_k_dense_replace: 2, mlp_layer_types: types }).firstDenseLayers).toBe(2);
  });

  it('deepseek_v32', () => {
    expect(parseModelConfig(deepseek32)).toMatchObject({
      attention: { kind: 'latent', ropeInterleaved: true, indexer: { heads: 64, headDim: 128, topk: 2048 } },
      scoring: 'sigmoid',
      mtpLayers: 1,
    });
  });

  it('youtu', () => {
    const config = parseModelConfig(youtu);
    expect(config).toMatchObject({ attention: { kind: 'latent' }, routedExperts: 0, tieWordEmbeddings: true });
    expect(parseModelConfig({ ...youtu, tie_word_embeddings: false }).tieWordEmbeddings).toBe(false);
  });

  it.each([
    ['llama', llama],
    [
      'llama with linear scaling and biases',
      { ...llama, attention_bias: true, rope_scaling: { type: 'linear', factor: 2 } },
    ],
    ['deepseek_v32', deepseek32],
    ['qwen2', qwen2],
    ['qwen3', qwen3],
    ['glm4_moe_lite', glm],
    ['youtu', youtu],
  ])('what it wrote of %s', (_, file) => {
    const config = parseModelConfig(file);
    expect(parseModelConfig(JSON.parse(huggingFaceConfigText(config)))).toEqual(config);
  });

  it.each([
    ['is off', { use_sliding_window: false }],
    ['begins behind the last layer', { use_sliding_window: true, max_window_layers: 28 }],
    ['is as wide as the context', { use_sliding_window: true, max_window_layers: 0, sliding_window: 131072 }],
    ['is in no layer', { use_sliding_window: true, layer_types: new Array(28).fill('full_attention') }],
  ])('a sliding window that %s', (_, change) => {
    expect(parseModelConfig({ ...qwen2, ...change })).toEqual(parseModelConfig(qwen2));
  });
});

describe('parseModelConfig refuses', () => {
  it.each<[string, object, object, RegExp]>([
    ['biases in the feed-forward', llama, { mlp_bias: true }, /mlp_bias is true: biases .* not supported/],
    [
      'dynamic scaling',
      llama,
      { rope_scaling: { type: 'dynamic', factor: 2 } },
      /rope_scaling.type is "dynamic": only/,
    ],
    [
      'longrope',
      llama,
      { rope_scaling: { rope_type: 'longrope' } },
      /rope_type is "longrope": only "yarn" and "linear"/,
    ],
    [
      'llama3 without a factor',
      llama,
      { rope_scaling: { rope_type: 'llama3' } },
      /factor of the llama3 rope .* missing/,
    ],
    [
      'llama3 with a reversed ramp',
      llama,
      { rope_scaling: { ...llama.rope_scaling, low_freq_factor: 4 } },
      /high_freq_factor 4 is not above low_freq_factor 4/,
    ],
    [
      'a field of another scaling',
      llama,
      { rope_scaling: { rope_type: 'linear', factor: 2, beta_fast: 3 } },
      /rope type "linear" has no field beta_fast/,
    ],
    ['a factor without a type', llama, { rope_scaling: { factor: 2 } }, /rope type "default" has no field factor/],
    [
      "DeepSeek's mscale",
      qwen3,
      { rope_scaling: { type: 'yarn', mscale: 1 } },
      /rope_scaling.mscale is not understood/,
    ],
    ['heads that do not divide', llama, { num_key_value_heads: 5 }, /num_key_value_heads 5 does not divide/],
    ['an odd head', llama, { head_dim: 63 }, /head_dim is 63: it must be even/],
    ['a hidden size of no head', llama, { hidden_size: 4097 }, /32 does not divide hidden_size 4097/],
    ['fields of latent attention', llama, { kv_lora_rank: 8 }, /field kv_lora_rank is not understood/],
    ['fields of experts', qwen3, { num_experts: 8 }, /field num_experts is not understood/],
    [
      'a sliding window in qwen2',
      qwen2,
      { use_sliding_window: true },
      /use_sliding_window is true with sliding_window 4096/,
    ],
    [
      'a sliding layer in qwen3',
      qwen3,
      { layer_types: new Array(36).fill('sliding_attention') },
      /: layer_types names "sliding_attention", and only "full_attention" is supported$/,
    ],
    ['qwen2 without biases', qwen2, { attention_bias: false }, /attention_bias is false: qwen2 always has biases/],
    ['rotation in three dimensions', qwen2, { use_mrope: true }, /use_mrope is true: .* not supported/],
    ['norms in llama', llama, { use_qk_norm: true }, /field use_qk_norm is not understood/],
    ['sparse attention without its size', deepseek32, { index_topk: undefined }, /field index_topk is missing/],
    ['an index head too small', deepseek32, { index_head_dim: 32 }, /index_head_dim is 32, below qk_rope_head_dim 64/],
    ['no query compression in deepseek_v32', deepseek32, { q_lora_rank: null }, /field q_lora_rank is null/],
    ['half-split pairs in deepseek_v32', deepseek32, { rope_interleave: false }, /rope_interleave is false/],
    ['an indexer in deepseek_v3', deepseek32, { model_type: 'deepseek_v3' }, /field index_\w+ is not understood/],
    ['experts in youtu', youtu, { n_routed_experts: 8 }, /field n_routed_experts is not understood/],
    ['softmax scores in GLM', glm, { scoring_func: 'softmax' }, /scoring_func softmax does not exist in glm4_moe_lite/],
    ['dense layers told twice', glm, { first_k_dense_replace: 2 }, /first_k_dense_replace is 2, but .* there is 1/],
    [
      'a dense layer between others',
      glm,
      { mlp_layer_types: Array.from({ length: 47 }, (_, at) => (at === 3 ? 'dense' : 'sparse')) },
      /mlp_layer_types has a dense layer after one with experts/,
    ],
    ['too few layer types', glm, { mlp_layer_types: ['dense'] }, /mlp_layer_types has 1 entries for 47 layers/],
    ['a partial rotation', glm, { partial_rotary_factor: 0.5 }, /partial_rotary_factor is 0.5: only 1/],
  ])('%s', (_, file, change, message) => {
    expect(() => parseModelConfig({ ...file, ...change })).toThrow(message);
  });
});
