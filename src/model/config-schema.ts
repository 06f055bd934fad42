import { z } from 'zod';
import { describeValue } from './describe-value.ts';

/** Sizes above this are taken for damage: no published model comes near, and products of two stay exact. */
const LARGEST_SIZE = 2 ** 24;

const size = z.int().min(1).max(LARGEST_SIZE);
const count = z.int().min(0).max(LARGEST_SIZE);
const positive = z.number().gt(0).finite();
const tokenId = z.int().min(0).max(LARGEST_SIZE);

const ropeScaling = z.strictObject({
  type: z.enum(['yarn', 'default']).optional(),
  rope_type: z.enum(['yarn', 'default']).optional(),
  rope_theta: positive.optional(),
  factor: z.number().min(1).finite().optional(),
  original_max_position_embeddings: size.optional(),
  beta_fast: positive.optional(),
  beta_slow: positive.optional(),
  mscale: z.number().min(0).finite().optional(),
  mscale_all_dim: z.number().min(0).finite().optional(),
  attention_factor: positive.nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  truncate: z.literal(true).optional(),
});

/** Fields that change nothing in what the model computes, each with the reason. */
export const FIELDS_WITHOUT_EFFECT = {
  architectures: 'class name in transformers; model_type decides',
  auto_map: 'where transformers finds remote code',
  _name_or_path: 'where the file came from',
  transformers_version: 'who wrote the file',
  torch_dtype: 'each tensor in the checkpoint names its own type',
  dtype: 'each tensor in the checkpoint names its own type',
  use_bfloat16: 'each tensor in the checkpoint names its own type',
  use_cache: 'how transformers calls the model',
  return_dict: 'how transformers calls the model',
  output_attentions: 'how transformers calls the model',
  output_hidden_states: 'how transformers calls the model',
  output_router_logits: 'how transformers calls the model',
  chunk_size_feed_forward: 'how transformers splits work',
  is_decoder: 'always a decoder',
  is_encoder_decoder: 'always a decoder',
  initializer_range: 'initial weights only',
  attention_dropout: 'training only',
  aux_loss_alpha: 'training only: weight of the auxiliary balance loss',
  router_aux_loss_coef: 'training only: weight of the auxiliary balance loss',
  seq_aux: 'training only: balance loss by sequence',
  pretraining_tp: 'tensor parallelism of the original training run',
  ep_size: 'expert parallelism of the original run',
  id2label: 'classification heads only',
  label2id: 'classification heads only',
  problem_type: 'classification heads only',
  _attn_implementation: 'choice of an attention kernel in transformers',
  attn_implementation: 'choice of an attention kernel in transformers',
  _attn_implementation_autoset: 'choice of an attention kernel in transformers',
} as const;

const withoutEffect = Object.fromEntries(
  Object.keys(FIELDS_WITHOUT_EFFECT).map((name) => [name, z.unknown().optional()]),
) as Record<keyof typeof FIELDS_WITHOUT_EFFECT, z.ZodOptional<z.ZodUnknown>>;

/** The fields of `config.json` by themselves; how they must agree with each other is checked in `config.ts`. */
export const huggingFaceConfigSchema = z.strictObject({
  ...withoutEffect,
  model_type: z.enum(['deepseek_v2', 'deepseek_v3']),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size.max(10_000),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  q_lora_rank: size.nullable(),
  kv_lora_rank: size,
  qk_nope_head_dim: size,
  qk_rope_head_dim: size.multipleOf(2),
  v_head_dim: size,
  qk_head_dim: size.optional(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
  rope_theta: positive.optional(),
  rope_scaling: ropeScaling.nullish(),
  rope_parameters: ropeScaling.nullish(),
  rope_interleave: z.boolean().nullish(),
  intermediate_size: size,
  moe_intermediate_size: size.nullish(),
  first_k_dense_replace: count.nullish(),
  moe_layer_freq: size.nullish(),
  n_shared_experts: count.nullish(),
  n_routed_experts: count.nullish(),
  num_experts_per_tok: count.nullish(),
  n_group: size.nullish(),
  topk_group: size.nullish(),
  scoring_func: z.enum(['softmax', 'sigmoid']).optional(),
  topk_method: z.enum(['greedy', 'group_limited_greedy', 'noaux_tc']).nullish(),
  norm_topk_prob: z.boolean().nullish(),
  routed_scaling_factor: positive.optional(),
  rms_norm_eps: positive,
  hidden_act: z.literal('silu').optional(),
  tie_word_embeddings: z.boolean().optional(),
  num_nextn_predict_layers: z.int().min(0).max(100).nullish(),
  num_mtp_layers: z.int().min(0).max(100).nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  pad_token_id: tokenId.nullish(),
  attention_bias: z.literal(false).optional(),
  mlp_bias: z.literal(false).optional(),
  quantization_config: z.null().optional(),
});

export type HuggingFaceConfig = z.infer<typeof huggingFaceConfigSchema>;
export type RopeScaling = z.infer<typeof ropeScaling>;

/** What to say beside "field is value" where the schema's own words would not help. */
const HINTS: Readonly<Record<string, string>> = {
  attention_bias: 'biases in the attention projections are not supported, only false',
  mlp_bias: 'biases in the feed-forward projections are not supported, only false',
  quantization_config:
    'quantised checkpoints are not supported; convert the weights to BF16 or F32 and remove this field',
  hidden_act: 'only "silu" is supported',
  qk_rope_head_dim: 'it must be a positive even number, as rotary embedding turns pairs',
  type: 'only "yarn" and "default" are supported',
  rope_type: 'only "yarn" and "default" are supported',
  truncate: "only true is supported, as in DeepSeek's code",
  partial_rotary_factor: 'only 1 is supported; qk_rope_head_dim says how much is rotated',
};

/** One line for each problem that zod found, naming the field, its value and what is expected. */
export function describeIssues(error: z.ZodError, input: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const place = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `field ${place === '' ? key : `${place}.${key}`} is not understood`);
    }
    let value = input;
    for (const step of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
    if (value === undefined) return [`field ${place} is missing`];
    const hint = HINTS[String(issue.path.at(-1))] ?? issue.message;
    return [`field ${place} is ${describeValue(value)}: ${hint}`];
  });
}
