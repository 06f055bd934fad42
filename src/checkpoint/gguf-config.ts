import type { GgufReader } from './gguf.ts';
import type { GgufValue } from './gguf-metadata.ts';
import { type Architecture, checkArchitecture } from './gguf-names.ts';

/** A configuration with the fields of a Hugging Face `config.json`. */
export interface GgufConfig {
  readonly architecture: Architecture;
  readonly config: Readonly<Record<string, unknown>>;
  /** What the file does not say and was taken from elsewhere, for the user to know. */
  readonly notes: readonly string[];
}

/** Keys behind `ARCHITECTURE.` that are read. */
const READ = new Set([
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'rope.dimension_count',
  'rope.freq_base',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.original_context_length',
  'rope.scaling.attn_factor',
  'rope.scaling.yarn_log_multiplier',
  'rope.scaling.yarn_attn_factor',
  'rope.scaling.yarn_beta_fast',
  'rope.scaling.yarn_beta_slow',
  // Without effect: whether the model was trained after its context was extended; the order of llama.cpp's memory.
  'rope.scaling.finetuned',
  'tensor_data_layout',
  'use_parallel_residual',
]);

const READ_DEEPSEEK2 = new Set([
  'attention.key_length_mla',
  'attention.value_length_mla',
  'attention.q_lora_rank',
  'attention.kv_lora_rank',
  'leading_dense_block_count',
  'expert_feed_forward_length',
  'expert_shared_feed_forward_length',
  'expert_count',
  'expert_used_count',
  'expert_shared_count',
  'expert_group_count',
  'expert_group_used_count',
  'expert_weights_scale',
  'expert_weights_norm',
  'expert_gating_func',
  'nextn_predict_layers',
]);

/**
 * The configuration that a GGUF file's metadata describe, in the fields of the Hugging Face configuration of `llama`,
 * `qwen2`, `qwen3`, `deepseek_v2` (softmax routing) or `deepseek_v3` (sigmoid routing).
 * @throws {Error} naming the file and the key, for an unknown architecture, and for keys of the architecture that are
 * missing, of a wrong type, or not understood.
 */
export async function ggufConfig(reader: GgufReader): Promise<GgufConfig> {
  const architecture = checkArchitecture(reader.path, reader.metadata.get('general.architecture')?.value);
  const fields = new Fields(reader, architecture);
  fields.refuseOthers(architecture === 'deepseek2' ? [READ, READ_DEEPSEEK2] : [READ]);
  const notes: string[] = [];
  const config =
    architecture === 'deepseek2'
      ? { ...common(fields), ...deepseek(fields, notes) }
      : { ...common(fields), ...(await groupedQuery(fields)) };
  return { architecture, config, notes };
}

/** The metadata of one architecture, with checks of types. */
class Fields {
  readonly reader: GgufReader;
  readonly architecture: Architecture;

  constructor(reader: GgufReader, architecture: Architecture) {
    this.reader = reader;
    this.architecture = architecture;
  }

  error(key: string, problem: string): Error {
    return new Error(`${this.reader.path}: metadata key "${this.architecture}.${key}" ${problem}`);
  }

  refuseOthers(known: readonly ReadonlySet<string>[]): void {
    const prefix = `${this.architecture}.`;
    for (const key of this.reader.metadata.keys()) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length);
      if (!known.some((names) => names.has(name))) throw this.error(name, 'is not understood');
    }
  }

  value(key: string): GgufValue | undefined {
    return this.reader.metadata.get(`${this.architecture}.${key}`);
  }

  /** A number; a float is the shortest decimal that f32 rounds to it, as a configuration has it. */
  optionalNumber(key: string): number | undefined {
    const entry = this.value(key);
    if (entry === undefined) return undefined;
    const number = numberOf(entry);
    if (number === undefined || !Number.isFinite(number))
      throw this.error(key, `is of type ${entry.type}, not a finite number`);
    return entry.type === 'float32' ? shortest(number) : number;
  }

  /** A count that is not negative. */
  optionalCount(key: string): number | undefined {
    const number = this.optionalNumber(key);
    if (number !== undefined && (!Number.isSafeInteger(number) || number < 0))
      throw this.error(key, `is ${number}, not a count`);
    return number;
  }

  count(key: string): number {
    const count = this.optionalCount(key);
    if (count === undefined) throw this.error(key, 'is missing');
    return count;
  }

  number(key: string): number {
    const number = this.optionalNumber(key);
    if (number === undefined) throw this.error(key, 'is missing');
    return number;
  }

  optionalBoolean(key: string): boolean | undefined {
    const entry = this.value(key);
    if (entry !== undefined && entry.type !== 'bool') throw this.error(key, `is of type ${entry.type}, not a boolean`);
    return entry?.value;
  }

  optionalText(key: string): string | undefined {
    const entry = this.value(key);
    if (entry !== undefined && entry.type !== 'string') throw this.error(key, `is of type ${entry.type}, not a text`);
    return entry?.value;
  }
}

/** The number in an entry; of a list with one value for each layer that value, if it is the same for all. */
function numberOf(entry: GgufValue): number | undefined {
  if (typeof entry.value === 'number') return entry.value;
  if (typeof entry.value === 'bigint') return Number(entry.value);
  if (entry.type !== 'array' || entry.elementType === 'string' || entry.elementType === 'array') return undefined;
  const values = new Set(Array.from<number | bigint>(entry.value as ArrayLike<number>));
  return values.size === 1 ? Number([...values][0]) : undefined;
}

/** The shortest decimal number that f32 rounds to `value`: 1e-6 for 9.999999974752427e-7. */
export function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

function common(fields: Fields): Record<string, unknown> {
  const { tensors, metadata, path } = fields.reader;
  const embedding = tensors.get('token_embd.weight');
  if (embedding === undefined) throw new Error(`${path}: tensor token_embd.weight is missing`);
  const token = (name: string): number | null => {
    const entry = metadata.get(`tokenizer.ggml.${name}_token_id`);
    return typeof entry?.value === 'number' ? entry.value : null;
  };
  return {
    // Rows of the table itself: `vocab_size` and the list of tokens may leave out padding.
    vocab_size: embedding.shape[0] ?? 0,
    hidden_size: fields.count('embedding_length'),
    intermediate_size: fields.count('feed_forward_length'),
    num_attention_heads: fields.count('attention.head_count'),
    max_position_embeddings: fields.count('context_length'),
    rms_norm_eps: fields.number('attention.layer_norm_rms_epsilon'),
    rope_theta: fields.optionalNumber('rope.freq_base') ?? 10000,
    hidden_act: 'silu',
    tie_word_embeddings: !tensors.has('output.weight'),
    bos_token_id: token('bos'),
    eos_token_id: token('eos'),
    pad_token_id: token('padding'),
  };
}

async function groupedQuery(fields: Fields): Promise<Record<string, unknown>> {
  const { architecture, reader } = fields;
  const heads = fields.count('attention.head_count');
  const headDim = fields.optionalCount('attention.key_length') ?? fields.count('embedding_length') / heads;
  for (const key of ['attention.value_length', 'rope.dimension_count']) {
    const length = fields.optionalCount(key);
    if (length !== undefined && length !== headDim) {
      throw fields.error(key, `is ${length}, but heads have ${headDim} numbers; only equal lengths are supported`);
    }
  }
  const hasBias = (name: string) => reader.tensors.has(`blk.0.${name}.bias`);
  const bias = hasBias('attn_q');
  if (architecture === 'llama' && bias !== hasBias('attn_output')) {
    throw new Error(`${reader.path}: of the attention projections only some have a bias, which is not supported`);
  }
  return {
    model_type: architecture,
    num_hidden_layers: fields.count('block_count'),
    num_key_value_heads: fields.optionalCount('attention.head_count_kv') ?? heads,
    head_dim: headDim,
    ...(architecture === 'qwen2' ? {} : { attention_bias: bias }),
    rope_scaling: (await llama3Scaling(fields, headDim)) ?? scaling(fields),
  };
}

function scaling(fields: Fields): Record<string, unknown> | null {
  const type = fields.optionalText('rope.scaling.type') ?? 'none';
  const factor = fields.optionalNumber('rope.scaling.factor') ?? 1;
  if (type === 'none' || (type === 'linear' && factor === 1)) return null;
  if (type === 'linear') return { rope_type: 'linear', factor };
  if (type !== 'yarn')
    throw fields.error('rope.scaling.type', `is ${JSON.stringify(type)}, only none, linear and yarn are supported`);
  const attention =
    fields.optionalNumber('rope.scaling.yarn_attn_factor') ?? fields.optionalNumber('rope.scaling.attn_factor');
  const fast = fields.optionalNumber('rope.scaling.yarn_beta_fast');
  const slow = fields.optionalNumber('rope.scaling.yarn_beta_slow');
  return {
    rope_type: 'yarn',
    factor,
    original_max_position_embeddings: fields.count('rope.scaling.original_context_length'),
    ...(attention === undefined ? {} : { attention_factor: attention }),
    ...(fast === undefined ? {} : { beta_fast: fast }),
    ...(slow === undefined ? {} : { beta_slow: slow }),
  };
}

/** The only values that published models of the Llama 3 family use beside their factor. */
export const LLAMA3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };

/** What the frequency of each rotary pair is divided by under `rope_type` llama3 (transformers, modeling_rope_utils). */
export function llama3Factors(theta: number, headDim: number, factor: number): Float32Array {
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: positions } = LLAMA3;
  return Float32Array.from({ length: headDim / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * pair) / headDim);
    if (wavelength < positions / high) return 1;
    if (wavelength > positions / low) return factor;
    const smooth = (positions / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** A file keeps the factors themselves, in the tensor rope_freqs; they are recognised by computing them again. */
async function llama3Scaling(fields: Fields, headDim: number): Promise<Record<string, unknown> | undefined> {
  const { reader } = fields;
  const tensor = reader.tensors.get('rope_freqs.weight');
  if (tensor === undefined) return undefined;
  if (tensor.elements !== headDim / 2) {
    throw new Error(`${tensor.path}: tensor rope_freqs.weight has ${tensor.elements} elements, not ${headDim / 2}`);
  }
  const factors = new Float32Array(tensor.elements);
  await reader.read(tensor.name, factors);
  const factor = shortest(factors.reduce((a, b) => Math.max(a, b), 0));
  const computed = llama3Factors(fields.optionalNumber('rope.freq_base') ?? 10000, headDim, factor);
  // The converter computed them in f32 from f32 frequencies: a few units in the last place.
  if (computed.some((value, at) => !(Math.abs(value - factors[at]!) <= 1e-5 * value))) {
    throw new Error(
      `${tensor.path}: tensor rope_freqs.weight holds other factors than rope_type "llama3" has; not supported`,
    );
  }
  return { rope_type: 'llama3', factor, ...LLAMA3 };
}

function deepseek(fields: Fields, notes: string[]): Record<string, unknown> {
  const heads = fields.count('attention.head_count');
  const predictions = fields.optionalCount('nextn_predict_layers') ?? 0;
  const blocks = fields.count('block_count');
  if (predictions >= blocks)
    throw fields.error('nextn_predict_layers', `is ${predictions}, of ${blocks} layers in all`);
  const rope = fields.count('rope.dimension_count');
  // Files from before llama.cpp absorbed the up-projection give the head's own lengths; later ones those of the latent.
  const keys = fields.optionalCount('attention.key_length_mla') ?? fields.count('attention.key_length');
  const values = fields.optionalCount('attention.value_length_mla') ?? fields.count('attention.value_length');
  if (keys <= rope)
    throw fields.error('attention.key_length_mla', `is ${keys}, not above rope.dimension_count ${rope}`);
  return {
    ...routing(fields, notes),
    num_hidden_layers: blocks - predictions,
    num_nextn_predict_layers: predictions,
    num_key_value_heads: heads,
    // 0 says without query compression, as llama.cpp wants it at most depths.
    q_lora_rank: fields.optionalCount('attention.q_lora_rank') || null,
    kv_lora_rank: fields.count('attention.kv_lora_rank'),
    qk_nope_head_dim: keys - rope,
    qk_rope_head_dim: rope,
    v_head_dim: values,
    rope_scaling: deepseekScaling(fields),
  };
}

/** llama.cpp keeps a tenth of mscale_all_dim; mscale itself is not kept, published models have both alike. */
function deepseekScaling(fields: Fields): Record<string, unknown> | null {
  const found = scaling(fields);
  if (found === null || found.rope_type !== 'yarn') return found;
  const tenth = fields.optionalNumber('rope.scaling.yarn_log_multiplier') ?? 0;
  const { rope_type: type, ...rest } = found;
  const mscale = Number((10 * tenth).toPrecision(6));
  return { type, ...rest, ...(mscale === 0 ? {} : { mscale, mscale_all_dim: mscale }) };
}

/**
 * Files written before `expert_group_count` existed (autumn 2025) do not tell the groups that experts are chosen from.
 * The two families that use groups are known by their sizes.
 */
const KNOWN_GROUPS = [
  { name: 'DeepSeek-V3, R1 and V3.1', sigmoid: true, experts: 256, width: 7168, groups: 8, used: 4 },
  { name: 'DeepSeek-V2 and Coder-V2', sigmoid: false, experts: 160, width: 5120, groups: 8, used: 3 },
] as const;

function routing(fields: Fields, notes: string[]): Record<string, unknown> {
  const gating = fields.optionalCount('expert_gating_func') ?? 0;
  if (gating > 2)
    throw fields.error('expert_gating_func', `is ${gating}, only 1 (softmax) and 2 (sigmoid) are supported`);
  // 0: a file from before the key existed, of a model of the V2 family.
  const sigmoid = gating === 2;
  const experts = fields.optionalCount('expert_count') ?? 0;
  const base = { model_type: sigmoid ? 'deepseek_v3' : 'deepseek_v2', scoring_func: sigmoid ? 'sigmoid' : 'softmax' };
  if (experts === 0) return base;
  let groups = fields.optionalCount('expert_group_count');
  let used = fields.optionalCount('expert_group_used_count');
  if (groups === undefined && used === undefined) {
    const width = fields.count('embedding_length');
    const known = KNOWN_GROUPS.find((m) => m.sigmoid === sigmoid && m.experts === experts && m.width === width);
    if (known !== undefined) {
      ({ groups, used } = known);
      notes.push(
        `the file does not say in which groups experts are chosen; by its sizes it is one of ${known.name}: n_group ${groups}, topk_group ${used}`,
      );
    }
  }
  groups ??= 1;
  used ??= groups;
  const shared = fields.optionalCount('expert_shared_count') ?? 0;
  const width = fields.count('expert_feed_forward_length');
  const sharedWidth = fields.optionalCount('expert_shared_feed_forward_length');
  if (sharedWidth !== undefined && sharedWidth !== shared * width && sharedWidth !== width) {
    throw fields.error('expert_shared_feed_forward_length', `is ${sharedWidth}, not ${shared} × ${width}`);
  }
  return {
    ...base,
    moe_intermediate_size: width,
    first_k_dense_replace: fields.optionalCount('leading_dense_block_count') ?? 0,
    moe_layer_freq: 1,
    n_routed_experts: experts,
    num_experts_per_tok: fields.count('expert_used_count'),
    n_shared_experts: shared,
    n_group: groups,
    topk_group: used,
    topk_method: sigmoid ? 'noaux_tc' : groups > 1 ? 'group_limited_greedy' : 'greedy',
    norm_topk_prob: fields.optionalBoolean('expert_weights_norm') ?? false,
    routed_scaling_factor: fields.optionalNumber('expert_weights_scale') ?? 1,
  };
}
