import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, crossEntropy, type Runtime, type Tensor } from '../tensor/index.ts';
import {
  type CaseTensor,
  caseRuntime,
  checkGradients,
  compareCase,
  evaluateCase,
  type GradientCase,
} from '../tensor/testing.ts';
import { allocateParameters } from './allocate-parameters.ts';
import { parseModelConfig } from './config.ts';
import { decodeDocuments, predictDocuments, vocabularyLogits } from './decoder.ts';
import type { ModelParameters } from './parameters.ts';
import { allocateRotaryTable } from './rotary-table.ts';

const shared = {
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 6,
  moe_intermediate_size: 3,
  num_hidden_layers: 2,
  first_k_dense_replace: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  n_shared_experts: 1,
  num_experts_per_tok: 2,
  kv_lora_rank: 5,
  qk_nope_head_dim: 3,
  qk_rope_head_dim: 2,
  v_head_dim: 4,
  rms_norm_eps: 1e-6,
  rope_theta: 100,
  max_position_embeddings: 16,
};

const dense = {
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 6,
  num_hidden_layers: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 100,
  max_position_embeddings: 16,
};

const CONFIGS = {
  'deepseek_v3 with query compression, groups, bias and a prediction module': parseModelConfig({
    ...shared,
    model_type: 'deepseek_v3',
    q_lora_rank: 4,
    n_routed_experts: 6,
    n_group: 3,
    topk_group: 2,
    scoring_func: 'sigmoid',
    topk_method: 'noaux_tc',
    norm_topk_prob: true,
    routed_scaling_factor: 2.5,
    num_nextn_predict_layers: 1,
  }),
  'deepseek_v2 with softmax scores, groups, tied embeddings and YaRN': parseModelConfig({
    ...shared,
    model_type: 'deepseek_v2',
    q_lora_rank: null,
    n_routed_experts: 6,
    n_group: 3,
    topk_group: 2,
    scoring_func: 'softmax',
    topk_method: 'group_limited_greedy',
    norm_topk_prob: false,
    routed_scaling_factor: 4,
    tie_word_embeddings: true,
    rope_scaling: {
      type: 'yarn',
      factor: 4,
      original_max_position_embeddings: 8,
      beta_fast: 32,
      beta_slow: 1,
      mscale: 0.7,
      mscale_all_dim: 0.7,
    },
  }),
  'llama with grouped queries, biases and llama3 scaling': parseModelConfig({
    ...dense,
    model_type: 'llama',
    num_attention_heads: 4,
    num_key_value_heads: 2,
    attention_bias: true,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 4,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  }),
  'qwen3 with normed queries and keys and tied embeddings': parseModelConfig({
    ...dense,
    model_type: 'qwen3',
    num_attention_heads: 6,
    num_key_value_heads: 2,
    head_dim: 6,
    tie_word_embeddings: true,
  }),
};

const i32 = (values: number[]): CaseTensor => ({ shape: [values.length, 1], values, dtype: 'i32' });

/** Two documents of 5 and 4 tokens: next-token loss, the prediction module's loss, the balance losses. */
function modelCase(config: (typeof CONFIGS)[keyof typeof CONFIGS]): GradientCase {
  const rows = 9;
  // The shapes of the parameters, as a model in any runtime has them.
  const described: { name: string; shape: readonly number[] }[] = [];
  const fake = { memory: { allocate: () => 64 } } as unknown as Parameters<typeof allocateParameters>[0];
  const structure = allocateParameters(fake, config);
  for (const { name, kind, tensor } of structure.all)
    if (kind !== 'bias') described.push({ name, shape: tensor.shape });
  const spreadOf = (shape: readonly number[]) => (shape.length === 1 ? 1 : 1 / Math.sqrt(shape.at(-1)!));
  return {
    parameters: Object.fromEntries(described.map(({ name, shape }) => [name, { shape, spread: spreadOf(shape) }])),
    inputs: {
      ids: i32([1, 4, 4, 9, 2, 0, 1, 10, 4]),
      next: i32([4, 4, 9, 2, 0, 1, 10, 4, 0]),
      targets: i32([4, 4, 9, 2, 0, 1, 10, 4, 0]),
      nextTargets: i32([4, 9, 2, 0, 0, 10, 4, 0, 0]),
      weights: { shape: [rows, 1], values: [1, 1, 0.5, 1, 0, 1, 1, 1, 0] },
      nextWeights: { shape: [rows, 1], values: [0.3, 0.3, 0.3, 0, 0, 0.3, 0.3, 0, 0] },
      positions: i32([0, 1, 2, 3, 4, 0, 1, 2, 3]),
      start: i32([0, 0, 0, 0, 0, 5, 5, 5, 5]),
      end: i32([5, 5, 5, 5, 5, 9, 9, 9, 9]),
    },
    build: (tensors, runtime) => {
      const parameters = allocateParameters(runtime, config);
      const model = replaceTensors(parameters, (tensor) => tensors[tensor.name] ?? tensor);
      const { ids, next, targets, nextTargets, weights, nextWeights, positions, start, end } = tensors as Record<
        string,
        Tensor
      > as Record<
        'ids' | 'next' | 'targets' | 'nextTargets' | 'weights' | 'nextWeights' | 'positions' | 'start' | 'end',
        Tensor
      >;
      const input = {
        ids,
        rows,
        rotary: { positions, table: allocateRotaryTable(runtime, config, 8) },
        documents: { start, end, longest: 5 },
        balanceAlpha: 0.2,
      };
      const { hidden, layers } = decodeDocuments(input, model, config);
      const steps = layers.map(({ experts }) => experts);
      let losses = crossEntropy(vocabularyLogits(hidden, model), targets, weights);
      model.predictions.forEach((module, depth) => {
        const output = predictDocuments(input, hidden, next, module, config.layers + depth, model, config);
        steps.push(output.experts);
        losses = add(losses, crossEntropy(vocabularyLogits(output.hidden, model), nextTargets, nextWeights));
      });
      return { outputs: [losses], losses: steps.flatMap((step) => step?.routing.balanceLoss ?? []) };
    },
  };
}

/** The same structure with every tensor replaced. */
function replaceTensors(parameters: ModelParameters, replace: (tensor: Tensor) => Tensor): ModelParameters {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value !== null && typeof value === 'object') {
      if ('storage' in value) return replace(value as Tensor);
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    }
    return value;
  };
  return walk(parameters) as ModelParameters;
}

let double: Runtime;
let single: Runtime;
beforeAll(async () => {
  double = await caseRuntime({ target: 'interpreter64' });
  single = await caseRuntime({ target: 'wasm' });
});
afterAll(async () => {
  await double.close();
  await single.close();
});

describe.each(Object.entries(CONFIGS))('%s', (_, config) => {
  const test = modelCase(config);
  it('has the gradients of central differences along random directions through every parameter', () => {
    expect(checkGradients(test, double, { directions: 2 })).toBeLessThan(1e-6);
  });
  it('gives the same in single precision on WebAssembly', async () => {
    const expected = evaluateCase(test, double);
    expect(compareCase(evaluateCase(test, single), expected, 1e-5)).toBeLessThan(1e-5);
    const plain = await caseRuntime({ target: 'wasm-plain' });
    expect(compareCase(evaluateCase(test, plain), expected, 1e-5)).toBeLessThan(1e-5);
    await plain.close();
  });
  it.each([2, 3])('gives the same bits on %d workers as on one', async (workers) => {
    const several = await caseRuntime({ target: 'wasm', workers });
    expect(evaluateCase(test, several)).toEqual(evaluateCase(test, single));
    await several.close();
  });
});
