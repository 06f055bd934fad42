import { z } from 'zod';
import { latentRopeFields, readLatentRope } from './config-rope.ts';
import { commonFields, count, readCommon, size } from './config-schema.ts';
import type { LatentAttentionConfig, ModelConfig, ModelType } from './config-types.ts';
import { describeValue } from './describe-value.ts';

/** The fields of models with multi-head latent attention, beside those of their experts. */
export const latentFields = {
  ...commonFields,
  ...latentRopeFields,
  q_lora_rank: size.nullable(),
  kv_lora_rank: size,
  qk_nope_head_dim: size,
  qk_rope_head_dim: size.multipleOf(2),
  v_head_dim: size,
  qk_head_dim: size.optional(),
  head_dim: size.nullish(),
  rope_interleave: z.boolean().nullish(),
  attention_bias: z
    .literal(false, { error: () => 'biases in the attention projections are not supported, only false' })
    .optional(),
};

/** Multi-token prediction modules, under the two names that they have been counted by. */
export const predictionFields = {
  num_nextn_predict_layers: count.max(100).nullish(),
  num_mtp_layers: count.max(100).nullish(),
};

const latentFile = z.object({ ...latentFields, ...predictionFields });
type LatentFile = z.infer<typeof latentFile> & { readonly model_type: ModelType };

/** Everything but the experts and the tied embeddings. */
export function readLatent(file: LatentFile, found: string[]) {
  const common = readCommon(file, found);
  const attention: LatentAttentionConfig = {
    kind: 'latent',
    queryLoraRank: file.q_lora_rank,
    keyValueLoraRank: file.kv_lora_rank,
    qkNopeHeadDim: file.qk_nope_head_dim,
    qkRopeHeadDim: file.qk_rope_head_dim,
    vHeadDim: file.v_head_dim,
    ropeInterleaved: file.rope_interleave ?? true,
    indexer: null,
  };
  const mtpLayers = file.num_nextn_predict_layers ?? file.num_mtp_layers ?? 0;
  const equal = (name: keyof LatentFile, expected: number, why: string) => {
    const value = file[name];
    if (value !== undefined && value !== null && value !== expected) {
      found.push(`${name} is ${describeValue(value)}, but ${why} is ${expected}`);
    }
  };
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope } = attention;
  equal('num_key_value_heads', common.heads, 'num_attention_heads (latent attention has one key head per query head)');
  equal('qk_head_dim', nope + rope, 'qk_nope_head_dim + qk_rope_head_dim');
  equal('head_dim', rope, 'qk_rope_head_dim');
  equal('num_mtp_layers', mtpLayers, 'num_nextn_predict_layers');
  return {
    modelType: file.model_type,
    ...common,
    attention,
    ...readLatentRope(file, found),
    mtpLayers,
  } satisfies Partial<ModelConfig>;
}
