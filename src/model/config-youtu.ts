import { z } from 'zod';
import { withoutExperts } from './config-experts.ts';
import { latentFields, readLatent } from './config-latent.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...latentFields,
  model_type: z.literal('youtu'),
  /** Initial weights only. */
  embedding_initializer_range: z.unknown().optional(),
});

/** youtu (Youtu-LLM): latent attention with dense layers throughout; embeddings are tied unless the file says not. */
export function parseYoutu(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  const latent = readLatent(file, found);
  if (found.length > 0) throw problems(found);
  return { ...latent, ...withoutExperts(latent.layers), tieWordEmbeddings: file.tie_word_embeddings ?? true };
}
