import { z } from 'zod';
import { describeValue } from './describe-value.ts';

/** Sizes above this are taken for damage: no published model comes near, and products of two stay exact. */
const LARGEST_SIZE = 2 ** 24;

export const size = z.int().min(1).max(LARGEST_SIZE);
export const count = z.int().min(0).max(LARGEST_SIZE);
export const positive = z.number().gt(0).finite();
const tokenId = z.int().min(0).max(LARGEST_SIZE);

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

/** The fields of `config.json` that all model types share; how they must agree is checked where each type is read. */
export const commonFields = {
  ...withoutEffect,
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size.max(10_000),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  max_position_embeddings: size,
  rope_theta: positive.optional(),
  intermediate_size: size,
  rms_norm_eps: positive,
  hidden_act: z.literal('silu').optional(),
  tie_word_embeddings: z.boolean().optional(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  pad_token_id: tokenId.nullish(),
  mlp_bias: z.literal(false).optional(),
  quantization_config: z.null().optional(),
};

const common = z.object(commonFields);
type CommonFile = z.infer<typeof common>;

/**
 * Reads the fields of a file.
 * @throws {Error} naming every field that is unknown, missing or of a wrong type.
 */
export function readFields<S extends z.ZodType>(schema: S, json: unknown): z.infer<S> {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw problems(describeIssues(parsed.error, json));
  return parsed.data;
}

/** The error for a list of problems, of which the first ones are told. */
export function problems(lines: readonly string[]): Error {
  const more = lines.length > 8 ? `; and ${lines.length - 8} more` : '';
  return new Error(`config.json: ${lines.slice(0, 8).join('; ')}${more}`);
}

/** What every model type reads in the same way. */
export function readCommon(file: CommonFile, found: string[]) {
  const common = {
    vocabularySize: file.vocab_size,
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    maxPositions: file.max_position_embeddings,
    intermediateSize: file.intermediate_size,
    rmsNormEps: file.rms_norm_eps,
    bosTokenId: file.bos_token_id ?? null,
    eosTokenIds: [file.eos_token_id ?? []].flat(),
    padTokenId: file.pad_token_id ?? null,
  };
  for (const [name, ids] of [
    ['bos_token_id', [common.bosTokenId]],
    ['eos_token_id', common.eosTokenIds],
    ['pad_token_id', [common.padTokenId]],
  ] as const) {
    for (const id of ids) {
      if (id !== null && id >= common.vocabularySize) {
        found.push(`${name} is ${id}, outside vocab_size ${common.vocabularySize}`);
      }
    }
  }
  return common;
}

/** What to say beside "field is value" where the schema's own words would not help. */
const HINTS: Readonly<Record<string, string>> = {
  mlp_bias: 'biases in the feed-forward projections are not supported, only false',
  quantization_config:
    'of quantised checkpoints only FP8 with block scales can be opened; convert the weights to BF16 or F32 and remove this field',
  hidden_act: 'only "silu" is supported',
  qk_rope_head_dim: 'it must be a positive even number, as rotary embedding turns pairs',
  use_mrope: 'rotary embedding in three dimensions is not supported, only false',
  rope_interleaved: 'only false is supported, as in transformers',
  truncate: "only true is supported, as in DeepSeek's code",
  partial_rotary_factor: 'only 1 is supported; qk_rope_head_dim says how much is rotated',
};

/** One line for each problem that zod found, naming the field, its value and what is expected. */
function describeIssues(error: z.ZodError, input: unknown): string[] {
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
