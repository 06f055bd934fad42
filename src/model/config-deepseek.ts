import { z } from 'zod';
import { expertFields, readExperts } from './config-experts.ts';
import { latentFields, predictionFields, readLatent } from './config-latent.ts';
import { problems, readFields } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...latentFields,
  ...expertFields,
  ...predictionFields,
  model_type: z.enum(['deepseek_v2', 'deepseek_v3']),
});

/** deepseek_v2 and deepseek_v3. */
export function parseDeepSeek(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  const experts = readExperts(file, found);
  const latent = readLatent(file, found);
  if (!latent.attention.ropeInterleaved && file.model_type === 'deepseek_v2') {
    found.push('rope_interleave is false, but deepseek_v2 always turns neighbouring pairs');
  }
  if (found.length > 0) throw problems(found);
  return { ...latent, ...experts, tieWordEmbeddings: file.tie_word_embeddings ?? false };
}
