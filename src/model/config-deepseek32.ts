import { z } from 'zod';
import { expertFields, readExperts } from './config-experts.ts';
import { latentFields, predictionFields, readLatent } from './config-latent.ts';
import { problems, readFields, size } from './config-schema.ts';
import type { ModelConfig } from './config-types.ts';

const schema = z.strictObject({
  ...latentFields,
  ...expertFields,
  ...predictionFields,
  model_type: z.literal('deepseek_v32'),
  q_lora_rank: size,
  rope_interleave: z.literal(true).nullish(),
  index_n_heads: size,
  index_head_dim: size,
  index_topk: size,
});

/** deepseek_v32: deepseek_v3 whose attention sees the positions that a lightning indexer chooses. */
export function parseDeepSeek32(json: unknown): ModelConfig {
  const file = readFields(schema, json);
  const found: string[] = [];
  const experts = readExperts(file, found);
  const latent = readLatent(file, found);
  const indexer = { heads: file.index_n_heads, headDim: file.index_head_dim, topk: file.index_topk };
  if (indexer.headDim < latent.attention.qkRopeHeadDim) {
    found.push(`index_head_dim is ${indexer.headDim}, below qk_rope_head_dim ${latent.attention.qkRopeHeadDim}`);
  }
  if (found.length > 0) throw problems(found);
  const attention = { ...latent.attention, indexer };
  return { ...latent, attention, ...experts, tieWordEmbeddings: file.tie_word_embeddings ?? false };
}
