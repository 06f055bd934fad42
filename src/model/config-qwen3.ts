import { z } from 'zod';
import { checkWindow, groupedQueryFields, readGroupedQuery, windowFields } from './config-grouped-query.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...groupedQueryFields,
  ...windowFields,
  model_type: z.literal('qwen3'),
  attention_bias: z.boolean().optional(),
});

/** qwen3: a norm over every head of queries and keys; heads of 128 unless the file says another size. */
export function parseQwen3(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  checkWindow(file, found);
  const bias = file.attention_bias ?? false;
  const rules = { queryKeyNorm: true, inputBias: bias, outputBias: bias, headDim: 128 };
  const config = readGroupedQuery(file, rules, found);
  if (found.length > 0) throw problems(found);
  return config;
}
