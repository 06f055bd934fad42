import { z } from 'zod';
import { expertFields, readExperts } from './config-experts.ts';
import { latentFields, predictionFields, readLatent } from './config-latent.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...latentFields,
  ...expertFields,
  ...predictionFields,
  model_type: z.literal('glm4_moe_lite'),
  mlp_layer_types: z.array(z.enum(['dense', 'sparse'])).nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
});

type File = z.infer<typeof schema>;

/**
 * glm4_moe_lite (GLM-4.7-Flash): deepseek_v3 with its layers described one by one. transformers takes one dense layer
 * where `mlp_layer_types` is absent and does not read `first_k_dense_replace`, so a file must agree with both.
 */
export function parseGlm(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  const dense = denseLayers(file, found);
  if (!file.n_routed_experts)
    found.push(`n_routed_experts is ${file.n_routed_experts ?? 'absent'}; at least 1 is needed`);
  if (!file.n_shared_experts)
    found.push(`n_shared_experts is ${file.n_shared_experts ?? 'absent'}; at least 1 is needed`);
  if (file.moe_layer_freq && file.moe_layer_freq !== 1) found.push(`moe_layer_freq is ${file.moe_layer_freq}, not 1`);
  const experts = readExperts({ ...file, first_k_dense_replace: dense }, found);
  const latent = readLatent(file, found);
  if (found.length > 0) throw problems(found);
  return { ...latent, ...experts, tieWordEmbeddings: file.tie_word_embeddings ?? false };
}

function denseLayers(file: File, found: string[]): number {
  const { mlp_layer_types: types, num_hidden_layers: layers, first_k_dense_replace: first } = file;
  const dense = types ? types.filter((type) => type === 'dense').length : 1;
  if (types && types.length !== layers) found.push(`mlp_layer_types has ${types.length} entries for ${layers} layers`);
  if (types?.slice(0, dense).includes('sparse')) {
    found.push('mlp_layer_types has a dense layer after one with experts, which is not supported');
  }
  if (first !== undefined && first !== null && first !== dense) {
    const why = types ? `mlp_layer_types has ${dense}` : 'without mlp_layer_types there is 1';
    found.push(`first_k_dense_replace is ${first}, but of dense layers ${why}`);
  }
  return dense;
}
