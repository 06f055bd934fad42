import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ggufMetadata, ggufTensors, type HuggingFaceFields } from '../src/checkpoint/gguf-export.ts';
import { readGgufHeader } from '../src/checkpoint/gguf-header.ts';
import type { GgufValue } from '../src/checkpoint/gguf-metadata.ts';
import { type GgufTensorToWrite, writeGguf } from '../src/checkpoint/gguf-write.ts';
import { ggmlBytes, type StoredTensor, type TensorSource, tensorSpecs } from '../src/checkpoint/index.ts';
import { parseModelConfig } from '../src/model/index.ts';
import { platform } from '../src/platform/index.ts';
import { BYTE_CHARACTERS } from '../src/text/byte-alphabet.ts';
import { type FilledType, type Filling, randomTensor } from './random-blocks.ts';

/*
 * GGUF files with the shape of a real model and random weights, for measuring speed and memory where no real weights are
 * at hand. Names, order and splitting of tensors are those of our own export, which llama.cpp reads; the types are those
 * that llama-quantize chooses.
 */

/** Raised when files of the same name would have other content. */
const RECIPE = 1;

interface Shape {
  readonly title: string;
  readonly config: HuggingFaceFields;
  /** Of llama.cpp's pre-tokenizers. */
  readonly cuts: string;
}

const SHAPES = {
  /** DeepSeek-V2-Lite: 15.7 billion parameters. */
  'v2-lite': {
    title: 'DeepSeek-V2-Lite',
    cuts: 'deepseek-llm',
    config: {
      model_type: 'deepseek_v2',
      vocab_size: 102400,
      hidden_size: 2048,
      intermediate_size: 10944,
      moe_intermediate_size: 1408,
      num_hidden_layers: 27,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      n_shared_experts: 2,
      n_routed_experts: 64,
      num_experts_per_tok: 6,
      routed_scaling_factor: 1,
      kv_lora_rank: 512,
      q_lora_rank: null,
      qk_rope_head_dim: 64,
      v_head_dim: 128,
      qk_nope_head_dim: 128,
      topk_method: 'greedy',
      n_group: 1,
      topk_group: 1,
      moe_layer_freq: 1,
      first_k_dense_replace: 1,
      norm_topk_prob: false,
      scoring_func: 'softmax',
      hidden_act: 'silu',
      max_position_embeddings: 163840,
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
      rope_scaling: {
        type: 'yarn',
        factor: 40,
        original_max_position_embeddings: 4096,
        beta_fast: 32,
        beta_slow: 1,
        mscale: 707 / 1000,
        mscale_all_dim: 707 / 1000,
      },
      attention_bias: false,
      tie_word_embeddings: false,
    },
  },
  'qwen2-1.5b': {
    title: 'Qwen2-1.5B',
    cuts: 'qwen2',
    config: {
      model_type: 'qwen2',
      vocab_size: 151936,
      hidden_size: 1536,
      intermediate_size: 8960,
      num_hidden_layers: 28,
      num_attention_heads: 12,
      num_key_value_heads: 2,
      hidden_act: 'silu',
      max_position_embeddings: 131072,
      rms_norm_eps: 1e-6,
      rope_theta: 1e6,
      tie_word_embeddings: true,
    },
  },
} satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];

/** As llama-quantize names them. */
export type Quantisation = 'Q4_0' | 'Q4_K_M';

export interface SyntheticModel {
  readonly shape: ShapeName;
  readonly quantisation: Quantisation;
  /** Default: those of the real model. */
  readonly layers?: number | undefined;
}

function shapeOf({ shape, layers }: SyntheticModel): Shape {
  const { title, config, cuts } = SHAPES[shape];
  return { title, cuts, config: { ...config, num_hidden_layers: layers ?? config.num_hidden_layers } };
}

/** Such as `v2-lite-27-q4_0`. */
export function syntheticName(model: SyntheticModel): string {
  return `${model.shape}-${shapeOf(model).config.num_hidden_layers}-${model.quantisation.toLowerCase()}`;
}

/** `DeepSeek-V2-Lite shape, 27 layers, Q4_0`. */
export function syntheticTitle(model: SyntheticModel): string {
  const { title, config } = shapeOf(model);
  return `${title} shape, ${config.num_hidden_layers} layers, ${model.quantisation}`;
}

/** Where files are kept if nobody says otherwise. */
export function defaultDirectory(): string {
  return path.join(tmpdir(), 'jingqi-bench');
}

interface Written {
  readonly metadata: readonly (readonly [string, GgufValue])[];
  readonly tensors: readonly (GgufTensorToWrite & { readonly dtype: FilledType })[];
}

/**
 * The path of the model's file in a directory, written first where it is not there or was written by another recipe.
 * @throws {Error} where the disk has no room for it.
 */
export async function ensureSyntheticGguf(
  model: SyntheticModel,
  directory: string,
  progress: (text: string) => void,
): Promise<string> {
  const file = path.join(directory, `${syntheticName(model)}.gguf`);
  const content = describe(model);
  const bytes = content.tensors.reduce((sum, { dtype, shape }) => sum + ggmlBytes(dtype, product(shape)), 0);
  if (await isCurrent(file, model, bytes)) return file;
  mkdirSync(directory, { recursive: true });
  checkRoom(directory, bytes, existsSync(file) ? statSync(file).size : 0);
  if (existsSync(file)) await platform().files.remove(file);
  const { written, tensors } = counted(content.tensors);
  const gigabytes = (count: number) => (count / 1e9).toFixed(1);
  const ticker = setInterval(
    () => progress(`writing ${file}, ${gigabytes(written())} of ${gigabytes(bytes)} GB`),
    1000,
  );
  try {
    await writeGguf(file, { metadata: content.metadata, tensors });
  } finally {
    clearInterval(ticker);
  }
  return file;
}

/** What one token reads of the weights: all but the experts not chosen and the other rows of an embedding not tied. */
export function weightBytesPerToken(model: SyntheticModel): number {
  const { config } = shapeOf(model);
  const chosen = Number(config.num_experts_per_tok ?? 1) / Number(config.n_routed_experts ?? 1);
  return describe(model).tensors.reduce((sum, { name, dtype, shape }) => {
    const share = name.includes('_exps.')
      ? chosen
      : name === 'token_embd.weight' && config.tie_word_embeddings !== true
        ? 1 / shape[0]!
        : 1;
    return sum + share * ggmlBytes(dtype, product(shape));
  }, 0);
}

async function isCurrent(file: string, model: SyntheticModel, tensorBytes: number): Promise<boolean> {
  if (!existsSync(file)) return false;
  try {
    const opened = await platform().files.open(file);
    try {
      const { metadata } = await readGgufHeader(opened);
      return opened.size > tensorBytes && metadata.get('general.description')?.value === description(model);
    } finally {
      await opened.close();
    }
  } catch {
    return false;
  }
}

function description(model: SyntheticModel): string {
  return `random weights for benchmarks: ${syntheticName(model)}, recipe ${RECIPE}`;
}

function checkRoom(directory: string, bytes: number, freed: number): void {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize + freed;
  if (free < 1.02 * bytes + 1e8) {
    const gigabytes = (count: number) => (count / 1e9).toFixed(1);
    throw new Error(
      `${directory} has ${gigabytes(free)} GB free, and the model takes ${gigabytes(bytes)} GB: name another directory with --directory`,
    );
  }
}

function describe(model: SyntheticModel): Written {
  const { title, config, cuts } = shapeOf(model);
  const parsed = parseModelConfig(config);
  const stored = new Map<string, StoredTensor>();
  for (const { name, shape, optional } of tensorSpecs(parsed)) {
    if (optional) continue;
    stored.set(name, { name, shape, dtype: 'F32', elements: product(shape), bytes: 0, offset: 0, path: '' });
  }
  const unread = () => Promise.reject(new Error('a synthetic model has no numbers to read'));
  const source: TensorSource = { tensors: stored, read: unread, readRaw: unread, close: async () => {} };
  const layers = Number(config.num_hidden_layers);
  const tied = config.tie_word_embeddings === true;
  const choose = (name: string) => typeOf(name, model.quantisation, layers, tied);
  const tensors = ggufTensors(source, config, choose).map(({ name, shape, dtype }) => {
    const filling = fillingOf(name, shape, tied);
    const type = dtype as FilledType;
    const raw = () => randomTensor(type, product(shape), filling, `${syntheticName(model)}/${name}`);
    return { name, shape, dtype: type, raw };
  });
  const general = ggufMetadata(config, model.quantisation === 'Q4_0' ? 'Q4_0' : 'Q4_K');
  return {
    tensors,
    metadata: [
      ...general,
      ['general.name', { type: 'string', value: `${title} shape, random weights` }],
      ['general.description', { type: 'string', value: description(model) }],
      ...vocabulary(cuts, Number(config.vocab_size)),
    ],
  };
}

/**
 * What llama-quantize takes for a matrix (llama.cpp, src/llama-quant.cpp): the output in Q6_K, also where it is the
 * embedding; in Q4_K_M also values and down-projections of the first and last eighth of the layers and of every third
 * between.
 */
function typeOf(name: string, quantisation: Quantisation, layers: number, tied: boolean): FilledType {
  if (name === (tied ? 'token_embd.weight' : 'output.weight')) return 'Q6_K';
  if (quantisation === 'Q4_0') return 'Q4_0';
  const layer = Number(/^blk\.(\d+)\.(attn_v|ffn_down(_exps|_shexp)?)\.weight$/.exec(name)?.[1] ?? Number.NaN);
  const eighth = Math.floor(layers / 8);
  const precise = layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
  return precise ? 'Q6_K' : 'Q4_K';
}

/** So that every product gives numbers of about the size that it is given. */
function fillingOf(name: string, shape: readonly number[], tied: boolean): Filling {
  if (name.endsWith('norm.weight')) return { value: 1 };
  if (shape.length === 1) return { deviation: 0.1 };
  if (name === 'token_embd.weight' && !tied) return { deviation: 1 };
  // Latent keys lie transposed, their products sum over the axis before the last.
  const summed = name.endsWith('attn_k_b.weight') ? shape.at(-2)! : shape.at(-1)!;
  return { deviation: 1 / Math.sqrt(summed) };
}

/** Byte-level BPE: the bytes, one merge (readers want to see one), fillers, and two special tokens at the end. */
function vocabulary(cuts: string, count: number): (readonly [string, GgufValue])[] {
  const special = ['<begin>', '<end>'];
  const tokens = [...BYTE_CHARACTERS, 'th'];
  while (tokens.length < count - special.length) tokens.push(`filler${tokens.length}`);
  tokens.push(...special);
  const NORMAL = 1;
  const CONTROL = 3;
  const types = new Int32Array(count).fill(NORMAL).fill(CONTROL, count - special.length);
  const id = (name: string, value: number) =>
    [`tokenizer.ggml.${name}_token_id`, { type: 'uint32', value }] as readonly [string, GgufValue];
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: cuts }],
    ['tokenizer.ggml.tokens', { type: 'array', elementType: 'string', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', elementType: 'int32', value: types }],
    ['tokenizer.ggml.merges', { type: 'array', elementType: 'string', value: ['t h'] }],
    id('bos', count - 2),
    id('eos', count - 1),
    id('padding', count - 1),
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
}

/** The tensors with a count of the bytes that have been made of them. */
function counted(tensors: Written['tensors']) {
  let bytes = 0;
  const watched = tensors.map((tensor) => ({
    ...tensor,
    *raw() {
      for (const piece of (tensor as { raw: () => Iterable<Uint8Array> }).raw()) {
        bytes += piece.length;
        yield piece;
      }
    },
  }));
  return { written: () => bytes, tensors: watched as GgufTensorToWrite[] };
}

function product(shape: readonly number[]): number {
  return shape.reduce((result, length) => result * length, 1);
}

/** Files that a run of the benchmark needs; also for `node bench/synthetic-gguf.ts DIRECTORY`. */
export const REAL_MODELS: readonly SyntheticModel[] = [
  { shape: 'v2-lite', quantisation: 'Q4_0' },
  { shape: 'qwen2-1.5b', quantisation: 'Q4_0' },
  { shape: 'qwen2-1.5b', quantisation: 'Q4_K_M' },
];

if (import.meta.main) {
  const [directory = defaultDirectory(), layers] = process.argv.slice(2);
  for (const model of REAL_MODELS) {
    const start = performance.now();
    const sized = { ...model, layers: layers === undefined ? undefined : Number(layers) };
    const file = await ensureSyntheticGguf(sized, directory, (text) => console.error(text));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const perToken = (weightBytesPerToken(sized) / 1e6).toFixed(0);
    console.log(`${file}: ${(statSync(file).size / 1e9).toFixed(2)} GB, ${perToken} MB a token, ${seconds} s`);
  }
}
