import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../model/index.ts';
import { tinyConfig } from './fixtures/tiny-model.ts';
import { modelSize } from './model-size.ts';

/** The shape of DeepSeek-V3 as its paper gives it (arXiv 2412.19437, section 4.2). */
const version3 = parseModelConfig({
  model_type: 'deepseek_v3',
  vocab_size: 129280,
  hidden_size: 7168,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  num_hidden_layers: 61,
  first_k_dense_replace: 3,
  num_attention_heads: 128,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  n_group: 8,
  topk_group: 4,
  routed_scaling_factor: 2.5,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  max_position_embeddings: 4096,
});

describe('modelSize', () => {
  it('gives the published figures of DeepSeek-V3', () => {
    const { main, cacheNumbers, multiHeadCacheNumbers } = modelSize(version3);
    expect((main.total / 1e9).toFixed(1)).toBe('671.0');
    expect(Math.round(main.active / 1e9)).toBe(37);
    expect(cacheNumbers).toBe(61 * 576);
    expect(multiHeadCacheNumbers / cacheNumbers).toBeCloseTo((128 * (128 + 64 + 128)) / 576, 12);
  });

  it.each([
    [
      'Llama-3.1-8B',
      {
        model_type: 'llama',
        hidden_size: 4096,
        intermediate_size: 14336,
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        vocab_size: 128256,
      },
      8_030_261_248,
      2 * 8 * 128,
    ],
    [
      'DeepSeek-R1-Distill-Qwen-1.5B',
      {
        model_type: 'qwen2',
        hidden_size: 1536,
        intermediate_size: 8960,
        num_hidden_layers: 28,
        num_attention_heads: 12,
        num_key_value_heads: 2,
        vocab_size: 151936,
      },
      1_777_088_000,
      2 * 2 * 128,
    ],
    [
      'Qwen3-8B',
      {
        model_type: 'qwen3',
        hidden_size: 4096,
        intermediate_size: 12288,
        num_hidden_layers: 36,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        vocab_size: 151936,
      },
      8_190_735_360,
      2 * 8 * 128,
    ],
  ])('counts the tensors of %s', (_, sizes, total, perLayer) => {
    const config = parseModelConfig({ ...sizes, rms_norm_eps: 1e-6, max_position_embeddings: 40960 });
    const { main, cacheNumbers, multiHeadCacheNumbers } = modelSize(config);
    expect(main.total).toBe(total);
    expect(main.active).toBe(total - (config.vocabularySize - 1) * config.hiddenSize);
    expect(cacheNumbers).toBe(config.layers * perLayer);
    expect(multiHeadCacheNumbers).toBe(config.layers * config.heads * 256);
  });

  it('counts by hand on a tiny model', () => {
    const attention = 3 * 4 + 3 + 8 * 3 + 7 * 4 + 5 + 10 * 5 + 4 * 6;
    const expert = 3 * 4 * 3;
    const experts = 4 * 4 + 4 + expert;
    const outside = 2 * 24 + 4;
    const { main, predictions } = modelSize(tinyConfig);
    const shared = outside + 2 * (attention + 8) + 7 * 4 * 3 + experts;
    expect(main).toEqual({ total: shared + 4 * expert, active: shared - 24 + 4 + 2 * expert });
    const module = attention + 8 + 12 + 32 + experts;
    expect(predictions).toEqual({ total: module + 4 * expert, active: module + 2 * expert });
    const tied = modelSize({ ...tinyConfig, tieWordEmbeddings: true }).main;
    expect(tied).toEqual({ total: main.total - 24, active: main.active - 4 });
  });
});
