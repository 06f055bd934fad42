import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasExperts, parseModelConfig } from './config.ts';
import { huggingFaceConfigText, toHuggingFaceConfig } from './config-write.ts';

const goldens = fileURLToPath(new URL('../../../shared/data/goldens/', import.meta.url));
const golden = (name: string) => JSON.parse(readFileSync(`${goldens}${name}/config.json`, 'utf8')) as object;

/** The fields of DeepSeek-V3's config.json. */
const version3 = {
  model_type: 'deepseek_v3',
  architectures: ['DeepseekV3ForCausalLM'],
  attention_bias: false,
  attention_dropout: 0,
  bos_token_id: 0,
  eos_token_id: 1,
  ep_size: 1,
  first_k_dense_replace: 3,
  hidden_act: 'silu',
  hidden_size: 7168,
  initializer_range: 0.02,
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
  torch_dtype: 'bfloat16',
  transformers_version: '4.33.1',
  use_cache: true,
  v_head_dim: 128,
  vocab_size: 129280,
};

/** The fields of DeepSeek-V2-Lite's config.json that count. */
const version2 = {
  model_type: 'deepseek_v2',
  aux_loss_alpha: 0.001,
  seq_aux: true,
  bos_token_id: 100000,
  eos_token_id: 100001,
  first_k_dense_replace: 1,
  hidden_size: 2048,
  intermediate_size: 10944,
  kv_lora_rank: 512,
  max_position_embeddings: 163840,
  moe_intermediate_size: 1408,
  n_group: 1,
  n_routed_experts: 64,
  n_shared_experts: 2,
  norm_topk_prob: false,
  num_attention_heads: 16,
  num_experts_per_tok: 6,
  num_hidden_layers: 27,
  q_lora_rank: null,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  routed_scaling_factor: 1,
  scoring_func: 'softmax',
  topk_group: 1,
  topk_method: 'greedy',
  v_head_dim: 128,
  vocab_size: 102400,
};

describe('parseModelConfig', () => {
  it('reads DeepSeek-V3', () => {
    const config = parseModelConfig(version3);
    expect(config).toMatchObject({
      layers: 61,
      attention: { kind: 'latent', queryLoraRank: 1536, ropeInterleaved: true },
      groups: 8,
      topkGroups: 4,
      mtpLayers: 1,
      eosTokenIds: [1],
      ropeScaling: {
        kind: 'yarn',
        factor: 40,
        mscale: 1,
        mscaleAllDim: 1,
        originalMaxPositions: 4096,
        attentionFactor: null,
      },
    });
    expect([0, 2, 3, 61].map((layer) => hasExperts(config, layer))).toEqual([false, false, true, true]);
  });

  it('reads DeepSeek-V2-Lite', () => {
    expect(parseModelConfig(version2)).toMatchObject({
      attention: { queryLoraRank: null },
      scoring: 'softmax',
      topkMethod: 'greedy',
      normTopkProb: false,
      sharedExperts: 2,
      ropeScaling: null,
      mtpLayers: 0,
    });
  });

  it('reads the rope_parameters of transformers 5', () => {
    const { rope_theta, rope_scaling, ...rest } = version3;
    const { type, ...parameters } = rope_scaling;
    const written = {
      ...rest,
      rope_parameters: { ...parameters, rope_type: type, rope_theta },
      head_dim: 64,
      qk_head_dim: 192,
    };
    expect(parseModelConfig(written)).toEqual(parseModelConfig(version3));
    const plain = { ...rest, rope_parameters: { rope_type: 'default', rope_theta: 5e4 } };
    expect(parseModelConfig(plain)).toMatchObject({ ropeTheta: 5e4, ropeScaling: null });
  });

  it('reads a model without experts', () => {
    const config = parseModelConfig({ ...version3, n_routed_experts: null });
    expect(config).toMatchObject({ routedExperts: 0, firstDenseLayers: 61 });
    expect(hasExperts(config, 60)).toBe(false);
    expect(parseModelConfig(toHuggingFaceConfig(config))).toEqual(config);
  });

  it.each([
    ['V3', version3],
    ['V2', version2],
    ['several ends', { ...version3, eos_token_id: [1, 2, 3], rope_interleave: false, tie_word_embeddings: true }],
    ['an attention factor', { ...version3, rope_scaling: { ...version3.rope_scaling, attention_factor: 1.5 } }],
  ])('writes %s so that it reads the same', (_, file) => {
    const config = parseModelConfig(file);
    expect(parseModelConfig(JSON.parse(JSON.stringify(toHuggingFaceConfig(config))))).toEqual(config);
  });

  it('writes whole floats as floats, which transformers insists on', () => {
    const text = huggingFaceConfigText({ ...parseModelConfig(version2), routedScalingFactor: 1, ropeTheta: 10000 });
    expect(text).toContain('"routed_scaling_factor": 1.0,');
    expect(text).toContain('"rope_theta": 10000.0,');
    expect(text).toMatch(/"hidden_size": \d+,/);
    expect(parseModelConfig(JSON.parse(text)).routedScalingFactor).toBe(1);
  });

  it.skipIf(!existsSync(goldens)).each(['deepseek-v2-lite-tiny', 'deepseek-v3-tiny'])(
    'reads the reference model %s (needs ../shared/data)',
    (name) => {
      const config = parseModelConfig(golden(name));
      expect(config).toMatchObject({ layers: 3, hiddenSize: 64, routedExperts: 16, attention: { vHeadDim: 12 } });
    },
  );
});

describe('parseModelConfig refuses', () => {
  it.each<[string, object, RegExp]>([
    [
      'another model',
      { model_type: 'mistral' },
      /model_type is "mistral"; only deepseek_v2, deepseek_v3, .* and qwen3/,
    ],
    ['an unknown field', { attention_sink: 4 }, /field attention_sink is not understood/],
    ['an unknown yarn field', { rope_scaling: { type: 'yarn', foo: 1 } }, /field rope_scaling.foo is not understood/],
    ['a missing size', { kv_lora_rank: undefined }, /field kv_lora_rank is missing/],
    ['a wrong type', { hidden_size: '7168' }, /field hidden_size is "7168"/],
    ['a size that is not whole', { hidden_size: 71.5 }, /field hidden_size is 71.5/],
    ['a giant size', { vocab_size: 1e12 }, /field vocab_size is 1000000000000/],
    ['an odd rotary size', { qk_rope_head_dim: 7 }, /qk_rope_head_dim is 7: it must be a positive even number/],
    ['biases', { attention_bias: true }, /attention_bias is true: biases .* not supported/],
    ['quantised weights', { quantization_config: { quant_method: 'fp8' } }, /quantization_config .*"fp8".*convert/],
    ['another activation', { hidden_act: 'gelu' }, /hidden_act is "gelu": only "silu"/],
    ['other rope scaling', { rope_scaling: { type: 'linear', factor: 2 } }, /type is "linear": only "yarn"/],
    ['two rope tables', { rope_parameters: { rope_theta: 1 } }, /both given/],
    ['a contradiction of heads', { num_key_value_heads: 8 }, /num_key_value_heads is 8, but num_attention_heads/],
    ['a contradiction of head sizes', { qk_head_dim: 100 }, /qk_head_dim is 100, but .* is 192/],
    ['groups that do not divide', { n_group: 7 }, /n_group 7 does not divide n_routed_experts 256/],
    ['too many groups chosen', { topk_group: 9 }, /topk_group is 9, above n_group 8/],
    ['too few experts in reach', { num_experts_per_tok: 129 }, /is 129, but topk_group 4 groups hold only 128/],
    ['more experts than there are', { num_experts_per_tok: 300 }, /num_experts_per_tok is 300, outside 1 to/],
    ['no experts chosen', { num_experts_per_tok: null }, /num_experts_per_tok is missing/],
    ['more dense layers than layers', { first_k_dense_replace: 62 }, /first_k_dense_replace is 62, above/],
    ['another scoring', { scoring_func: 'softmax' }, /scoring_func softmax does not exist in deepseek_v3/],
    ['an end outside the vocabulary', { eos_token_id: 129280 }, /eos_token_id is 129280, outside vocab_size/],
    [
      'mscale that implementations read differently',
      { rope_scaling: { type: 'yarn', factor: 4, mscale: 0.7, original_max_position_embeddings: 64 } },
      /mscale 0.7 and mscale_all_dim absent/,
    ],
    [
      'yarn without its length',
      { rope_scaling: { type: 'yarn', factor: 4 } },
      /original_max_position_embeddings .* missing/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => parseModelConfig({ ...version3, ...change })).toThrow(message);
  });

  it('what deepseek_v2 does not have', () => {
    expect(() => parseModelConfig({ ...version2, topk_method: 'noaux_tc' })).toThrow(/does not exist in deepseek_v2/);
    expect(() => parseModelConfig({ ...version2, n_group: 8, topk_group: 8 })).toThrow(/greedy knows no groups/);
    expect(() => parseModelConfig({ ...version2, norm_topk_prob: true, routed_scaling_factor: 16 })).toThrow(
      /disagree/,
    );
    expect(() => parseModelConfig({ ...version2, rope_interleave: false })).toThrow(/neighbouring pairs/);
  });

  it.each([null, 3, 'text', [], {}])('%j', (json) => {
    expect(() => parseModelConfig(json)).toThrow(/has no model_type/);
  });

  it('many problems at once, in a short message', () => {
    const error = (() => {
      try {
        parseModelConfig({ model_type: 'deepseek_v3' });
      } catch (reason) {
        return String(reason);
      }
      return '';
    })();
    expect(error).toMatch(/and \d+ more$/);
    expect(error.length).toBeLessThan(500);
  });
});
