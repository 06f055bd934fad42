import { z } from 'zod';
import { checkWindow, groupedQueryFields, readGroupedQuery, windowFields } from './config-grouped-query.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...groupedQueryFields,
  ...windowFields,
  model_type: z.literal('qwen2'),
  attention_bias: z.literal(true, { error: () => 'qwen2 always has biases in its query, key and value' }).optional(),
  use_mrope: z.literal(false).optional(),
});

/** qwen2 (also Qwen2.5): biases on queries, keys and values, none on the output. */
export function parseQwen2(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  checkWindow(file, found);
  const config = readGroupedQuery(file, { queryKeyNorm: false, inputBias: true, outputBias: false }, found);
  if (found.length > 0) throw problems(found);
  return config;
}
