import { z } from 'zod';
import { groupedQueryFields, readGroupedQuery } from './config-grouped-query.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...groupedQueryFields,
  model_type: z.literal('llama'),
  attention_bias: z.boolean().optional(),
  rope_interleaved: z.literal(false).optional(),
  /** Written by others into files of SmolLM2; without effect. */
  is_llama_config: z.unknown().optional(),
  'transformers.js_config': z.unknown().optional(),
});

/** llama: `attention_bias` gives biases to all four projections of the attention. */
export function parseLlama(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  const bias = file.attention_bias ?? false;
  const config = readGroupedQuery(file, { queryKeyNorm: false, inputBias: bias, outputBias: bias }, found);
  if (config.hiddenSize % config.heads !== 0) {
    found.push(
      `num_attention_heads ${config.heads} does not divide hidden_size ${config.hiddenSize}, as llama demands`,
    );
  }
  if (found.length > 0) throw problems(found);
  return config;
}
