import type { WritableType } from './block-quantize.ts';
import { LLAMA3, llama3Factors } from './gguf-config.ts';
import type { GgufValue } from './gguf-metadata.ts';
import { type Architecture, fillName, interleavedRow, type NameRule, parseHuggingFaceName } from './gguf-names.ts';
import type { GgufTensorToWrite } from './gguf-write.ts';
import type { TensorSource } from './safetensors.ts';
import type { StoredTensor } from './safetensors-header.ts';

/** The fields of a `config.json` that matter here, as {@link ggufConfig} gives them and as published models have them. */
export type HuggingFaceFields = Readonly<Record<string, unknown>>;

const ARCHITECTURE_OF: Readonly<Record<string, Architecture>> = {
  llama: 'llama',
  qwen2: 'qwen2',
  qwen3: 'qwen3',
  deepseek_v2: 'deepseek2',
  deepseek_v3: 'deepseek2',
};

/** The GGUF architecture of a Hugging Face `model_type`. @throws {Error} for one that has none here. */
export function architectureOf(config: HuggingFaceFields): Architecture {
  const type = String(config.model_type);
  const found = Object.hasOwn(ARCHITECTURE_OF, type) ? ARCHITECTURE_OF[type] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(ARCHITECTURE_OF).join(', ');
  throw new Error(`model_type ${JSON.stringify(type)} cannot be written as GGUF, only ${known}`);
}

/** `general.file_type` of llama.cpp: what most weights are. */
const FILE_TYPES: Readonly<Record<WritableType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 7,
  Q5_0: 8,
  Q5_1: 9,
  Q4_K: 15,
  Q5_K: 17,
  Q6_K: 18,
  BF16: 32,
  MXFP4: 38,
};

type Entry = readonly [string, GgufValue];

/** Collects metadata from the fields of a configuration; a field that is absent or null gives no key. */
class Metadata {
  readonly entries: Entry[] = [];
  readonly config: HuggingFaceFields;
  readonly architecture: Architecture;

  constructor(config: HuggingFaceFields, architecture: Architecture) {
    this.config = config;
    this.architecture = architecture;
  }

  add(key: string, type: 'uint32' | 'float32', value: unknown): void {
    if (value === undefined || value === null) return;
    if (typeof value !== 'number') throw new Error(`config.json: the value for ${key} is no number`);
    this.entries.push([`${this.architecture}.${key}`, { type, value }]);
  }

  field(key: string, type: 'uint32' | 'float32', name: string): void {
    this.add(key, type, this.config[name]);
  }

  needed(name: string): number {
    const value = this.config[name];
    if (typeof value !== 'number') throw new Error(`config.json: field ${name} is missing`);
    return value;
  }
}

/**
 * The metadata of a configuration, without a tokenizer: the inverse of {@link ggufConfig}. Multi-token prediction
 * modules are written as llama.cpp names them.
 * @throws {Error} for a model_type or a rotary scaling that GGUF cannot describe.
 */
export function ggufMetadata(config: HuggingFaceFields, fileType: WritableType): Entry[] {
  const architecture = architectureOf(config);
  const metadata = new Metadata(config, architecture);
  const predictions = Number(config.num_nextn_predict_layers ?? 0);
  metadata.add('block_count', 'uint32', metadata.needed('num_hidden_layers') + predictions);
  metadata.field('context_length', 'uint32', 'max_position_embeddings');
  metadata.field('embedding_length', 'uint32', 'hidden_size');
  metadata.field('feed_forward_length', 'uint32', 'intermediate_size');
  metadata.field('attention.head_count', 'uint32', 'num_attention_heads');
  metadata.field('attention.layer_norm_rms_epsilon', 'float32', 'rms_norm_eps');
  metadata.field('vocab_size', 'uint32', 'vocab_size');
  const scaling = (config.rope_scaling ?? config.rope_parameters ?? null) as HuggingFaceFields | null;
  metadata.add('rope.freq_base', 'float32', config.rope_theta ?? scaling?.rope_theta);
  if (architecture === 'deepseek2') addLatentAttention(metadata, predictions);
  else addGroupedQuery(metadata);
  if (scaling !== null) addScaling(metadata, scaling);
  return [
    ['general.architecture', { type: 'string', value: architecture }],
    ['general.file_type', { type: 'uint32', value: FILE_TYPES[fileType] }],
    ['general.quantization_version', { type: 'uint32', value: 2 }],
    ...metadata.entries,
  ];
}

function headDimOf(config: HuggingFaceFields): number {
  return Number(config.head_dim ?? Number(config.hidden_size) / Number(config.num_attention_heads));
}

function addGroupedQuery(metadata: Metadata): void {
  const headDim = headDimOf(metadata.config);
  metadata.add(
    'attention.head_count_kv',
    'uint32',
    metadata.config.num_key_value_heads ?? metadata.needed('num_attention_heads'),
  );
  for (const key of ['attention.key_length', 'attention.value_length', 'rope.dimension_count']) {
    metadata.add(key, 'uint32', headDim);
  }
}

/**
 * Without query compression llama.cpp wants no rank in models of 26 or 27 layers (V2-Lite and its relatives, which it
 * knows by that number) and 0 in all others.
 */
function queryRank(config: HuggingFaceFields, predictions: number): unknown {
  const layers = Number(config.num_hidden_layers) + predictions;
  return config.q_lora_rank ?? (layers === 26 || layers === 27 ? null : 0);
}

/** As llama.cpp's converter writes it: attention over the latent, one key head of latent and rotary part. */
function addLatentAttention(metadata: Metadata, predictions: number): void {
  const latent = metadata.needed('kv_lora_rank');
  const rope = metadata.needed('qk_rope_head_dim');
  metadata.add('attention.head_count_kv', 'uint32', 1);
  metadata.add('attention.key_length', 'uint32', latent + rope);
  metadata.add('attention.value_length', 'uint32', latent);
  metadata.add('attention.key_length_mla', 'uint32', metadata.needed('qk_nope_head_dim') + rope);
  metadata.field('attention.value_length_mla', 'uint32', 'v_head_dim');
  metadata.add('attention.q_lora_rank', 'uint32', queryRank(metadata.config, predictions));
  metadata.add('attention.kv_lora_rank', 'uint32', latent);
  metadata.add('rope.dimension_count', 'uint32', rope);
  if (predictions > 0) metadata.add('nextn_predict_layers', 'uint32', predictions);
  const { config } = metadata;
  if (config.rope_interleave === false) {
    throw new Error('config.json: GGUF readers rotate neighbouring numbers; rope_interleave false cannot be written');
  }
  const experts = Number(config.n_routed_experts ?? 0);
  const layers = metadata.needed('num_hidden_layers');
  if (experts > 0 && (config.moe_layer_freq ?? 1) !== 1) {
    throw new Error('config.json: GGUF cannot describe a moe_layer_freq other than 1');
  }
  metadata.add('leading_dense_block_count', 'uint32', experts > 0 ? (config.first_k_dense_replace ?? 0) : layers);
  metadata.add(
    'expert_feed_forward_length',
    'uint32',
    config.moe_intermediate_size ?? metadata.needed('intermediate_size'),
  );
  metadata.add('expert_shared_count', 'uint32', config.n_shared_experts ?? 0);
  if (experts === 0) return;
  const sigmoid = (config.scoring_func ?? (config.model_type === 'deepseek_v3' ? 'sigmoid' : 'softmax')) === 'sigmoid';
  metadata.add('expert_count', 'uint32', experts);
  metadata.field('expert_used_count', 'uint32', 'num_experts_per_tok');
  metadata.field('expert_group_count', 'uint32', 'n_group');
  metadata.field('expert_group_used_count', 'uint32', 'topk_group');
  metadata.field('expert_weights_scale', 'float32', 'routed_scaling_factor');
  metadata.add('expert_gating_func', 'uint32', sigmoid ? 2 : 1);
  const normed = Boolean(config.norm_topk_prob ?? sigmoid);
  metadata.entries.push(['deepseek2.expert_weights_norm', { type: 'bool', value: normed }]);
}

function addScaling(metadata: Metadata, scaling: HuggingFaceFields): void {
  const type = scaling.rope_type ?? scaling.type ?? 'default';
  // The factors of llama3 are a tensor, see ggufTensors.
  if (type === 'default' || (type === 'llama3' && metadata.architecture === 'llama')) return;
  if (type !== 'yarn' && type !== 'linear')
    throw new Error(`config.json: GGUF cannot describe rope_type ${JSON.stringify(type)} here`);
  metadata.entries.push([`${metadata.architecture}.rope.scaling.type`, { type: 'string', value: type }]);
  metadata.add('rope.scaling.factor', 'float32', scaling.factor);
  metadata.add('rope.scaling.original_context_length', 'uint32', scaling.original_max_position_embeddings);
  if (type === 'linear') return;
  metadata.add('rope.scaling.yarn_beta_fast', 'float32', scaling.beta_fast);
  metadata.add('rope.scaling.yarn_beta_slow', 'float32', scaling.beta_slow);
  metadata.add('rope.scaling.yarn_attn_factor', 'float32', scaling.attention_factor);
  if (metadata.architecture !== 'deepseek2') return;
  const both = scaling.mscale_all_dim;
  if (typeof both !== 'number' || both === 0) return;
  if (scaling.mscale !== both)
    throw new Error('config.json: GGUF keeps mscale_all_dim only; mscale has to be the same');
  metadata.add('rope.scaling.yarn_log_multiplier', 'float32', both / 10);
}

/** Chooses the type of a tensor of two or more axes; others stay F32, as llama.cpp wants norms and biases. */
export type ChooseType = (name: string, shape: readonly number[]) => WritableType;

/**
 * The tensors of a model as GGUF tensors, in the order of the source, for `writeGguf`: experts stacked, rotary rows of
 * `llama` interleaved, kv_b_proj split into transposed keys and values. Nothing is read before it is written, and of
 * stacks and heads one at a time.
 * @param source tensors under Hugging Face names, each readable as f32.
 * @param chooseType by GGUF name and row-major shape; routers stay F32 whatever it says.
 */
export function ggufTensors(
  source: TensorSource,
  config: HuggingFaceFields,
  chooseType: ChooseType,
): GgufTensorToWrite[] {
  const architecture = architectureOf(config);
  const result: GgufTensorToWrite[] = [];
  const add = (name: string, shape: readonly number[], data: () => AsyncIterable<Float32Array>) => {
    const plain = shape.length < 2 || name.endsWith('.ffn_gate_inp.weight');
    result.push({ name, shape, dtype: plain ? 'F32' : chooseType(name, shape), data });
  };
  for (const tensor of source.tensors.values()) {
    const { rule, layer, expert } = parseHuggingFaceName(architecture, tensor.name);
    const name = fillName(rule.gguf, layer);
    switch (rule.change) {
      case 'experts':
        if (expert === 0) addExperts(source, add, name, rule, layer, config);
        break;
      case 'latentKeys':
        addLatentUp(source, add, tensor, layer, config);
        break;
      case 'queryRows':
      case 'keyRows': {
        const heads = Number(
          rule.change === 'queryRows'
            ? config.num_attention_heads
            : (config.num_key_value_heads ?? config.num_attention_heads),
        );
        add(name, tensor.shape, () => interleaved(source, tensor, heads));
        break;
      }
      default:
        add(name, tensor.shape, () => whole(source, tensor));
    }
  }
  const scaling = (config.rope_scaling ?? config.rope_parameters ?? null) as HuggingFaceFields | null;
  if (architecture === 'llama' && scaling?.rope_type === 'llama3') {
    const other = Object.entries(LLAMA3).find(([field, value]) => scaling[field] !== value);
    if (other !== undefined) {
      const [field, value] = other;
      throw new Error(
        `config.json: GGUF readers know llama3 scaling only with ${field} ${value}, not ${String(scaling[field])}`,
      );
    }
    const factors = llama3Factors(
      Number(config.rope_theta ?? scaling.rope_theta),
      headDimOf(config),
      Number(scaling.factor),
    );
    result.push({ name: 'rope_freqs.weight', shape: [factors.length], dtype: 'F32', data: factors });
  }
  return result;
}

type Add = (name: string, shape: readonly number[], data: () => AsyncIterable<Float32Array>) => void;

async function readWhole(source: TensorSource, { name, elements }: StoredTensor): Promise<Float32Array> {
  const values = new Float32Array(elements);
  await source.read(name, values);
  return values;
}

/** Elements of a tensor that are read at a time, where rows can be read: 64 MiB. */
const READ_AT_ONCE = 1 << 24;

/** A tensor in pieces of whole rows: the embedding of a large model has gigabytes. */
export async function* whole(source: TensorSource, tensor: StoredTensor): AsyncGenerator<Float32Array> {
  const { name, elements, shape } = tensor;
  if (source.readRows === undefined || elements <= READ_AT_ONCE) {
    yield await readWhole(source, tensor);
    return;
  }
  const columns = shape.at(-1) ?? 1;
  const rows = elements / columns;
  const step = Math.max(1, Math.floor(READ_AT_ONCE / columns));
  for (let row = 0; row < rows; row += step) {
    const piece = new Float32Array(Math.min(step, rows - row) * columns);
    await source.readRows(name, row, piece);
    yield piece;
  }
}

async function* interleaved(source: TensorSource, tensor: StoredTensor, heads: number): AsyncGenerator<Float32Array> {
  const rows = tensor.shape[0] ?? 0;
  const headRows = rows / heads;
  if (!Number.isInteger(headRows / 2))
    throw new Error(`tensor ${tensor.name} of shape [${tensor.shape}] is not made of ${heads} heads`);
  const values = await readWhole(source, tensor);
  const columns = tensor.elements / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    result.set(values.subarray(row * columns, (row + 1) * columns), interleavedRow(row, headRows) * columns);
  }
  yield result;
}

function addExperts(
  source: TensorSource,
  add: Add,
  name: string,
  rule: NameRule,
  layer: number | null,
  config: HuggingFaceFields,
): void {
  const experts = Array.from({ length: Number(config.n_routed_experts) }, (_, expert) => {
    const wanted = fillName(rule.huggingFace, layer, expert);
    const tensor = source.tensors.get(wanted);
    if (tensor === undefined) throw new Error(`tensor ${wanted} is missing`);
    return tensor;
  });
  const [first] = experts;
  const odd = experts.find(({ shape }) => String(shape) !== String(first!.shape));
  if (odd !== undefined)
    throw new Error(`tensor ${odd.name} has shape [${odd.shape}], others of its layer [${first!.shape}]`);
  add(name, [experts.length, ...first!.shape], async function* () {
    for (const expert of experts) yield await readWhole(source, expert);
  });
}

function addLatentUp(
  source: TensorSource,
  add: Add,
  tensor: StoredTensor,
  layer: number | null,
  config: HuggingFaceFields,
): void {
  const [heads, nope, value] = [config.num_attention_heads, config.qk_nope_head_dim, config.v_head_dim].map(Number) as [
    number,
    number,
    number,
  ];
  const [rows, latent] = tensor.shape as [number, number];
  if (tensor.shape.length !== 2 || rows !== heads * (nope + value)) {
    throw new Error(
      `tensor ${tensor.name} of shape [${tensor.shape}] is not ${heads} heads of ${nope} + ${value} rows`,
    );
  }
  const headSize = (nope + value) * latent;
  add(`blk.${layer}.attn_k_b.weight`, [heads, latent, nope], async function* () {
    const values = await readWhole(source, tensor);
    const transposed = new Float32Array(heads * latent * nope);
    for (let head = 0, out = 0; head < heads; head += 1) {
      for (let i = 0; i < latent; i += 1) {
        for (let row = 0; row < nope; row += 1, out += 1) transposed[out] = values[head * headSize + row * latent + i]!;
      }
    }
    yield transposed;
  });
  add(`blk.${layer}.attn_v_b.weight`, [heads, value, latent], async function* () {
    const values = await readWhole(source, tensor);
    for (let head = 0; head < heads; head += 1) {
      yield values.slice(head * headSize + nope * latent, (head + 1) * headSize);
    }
  });
}
