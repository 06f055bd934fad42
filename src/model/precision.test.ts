import { expect, it } from 'vitest';
import { Random } from '../platform/random.ts';
import { createRuntime, type Precision, record, rmsNorm } from '../tensor/index.ts';
import { allocateParameters } from './allocate-parameters.ts';
import { parseModelConfig } from './config.ts';
import { vocabularyLogits } from './decoder.ts';
import { expertsFeedForward } from './feed-forward.ts';
import { isExperts } from './parameters.ts';

const ROWS = 40;
const CONFIG = parseModelConfig({
  model_type: 'deepseek_v3',
  vocab_size: 50,
  hidden_size: 24,
  intermediate_size: 40,
  moe_intermediate_size: 12,
  num_hidden_layers: 2,
  first_k_dense_replace: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  q_lora_rank: null,
  kv_lora_rank: 8,
  qk_nope_head_dim: 6,
  qk_rope_head_dim: 4,
  v_head_dim: 6,
  n_routed_experts: 4,
  n_shared_experts: 1,
  num_experts_per_tok: 2,
  n_group: 1,
  topk_group: 1,
  scoring_func: 'sigmoid',
  topk_method: 'noaux_tc',
  norm_topk_prob: true,
  routed_scaling_factor: 1,
  rms_norm_eps: 1e-6,
  rope_theta: 100,
  max_position_embeddings: 16,
});

it('products in bf16 leave the router and the vocabulary head in f32', async () => {
  const runtime = await createRuntime({ target: 'interpreter', memoryBytes: 2 ** 24 });
  const parameters = allocateParameters(runtime, CONFIG);
  const random = new Random('precision');
  for (const { tensor } of parameters.all) {
    runtime.write(
      tensor,
      Float32Array.from({ length: tensor.size }, () => random.next() - 0.5),
    );
  }
  const x = runtime.allocate('x', [ROWS, CONFIG.hiddenSize]);
  runtime.write(
    x,
    Float32Array.from({ length: x.size }, () => random.next() - 0.5),
  );
  const { feedForward } = parameters.layers[1]!;
  if (!isExperts(feedForward)) throw new Error('layer 1 has experts');
  const run = (products: Precision) => {
    const program = record(
      runtime,
      () => {
        const hidden = rmsNorm(x, parameters.finalNorm, CONFIG.rmsNormEps);
        const { output, routing } = expertsFeedForward(hidden, feedForward, CONFIG);
        return { logits: vocabularyLogits(hidden, parameters), weights: routing.weights, ids: routing.indices, output };
      },
      { products },
    );
    program.replay();
    const { logits, weights, ids, output } = program.outputs;
    return [logits, weights, ids, output].map((tensor) => [...runtime.read(tensor)]);
  };
  const [full, rounded] = [run('f32'), run('bf16')];
  expect(rounded.slice(0, 3)).toEqual(full.slice(0, 3));
  expect(rounded[3]).not.toEqual(full[3]);
  await runtime.close();
});
