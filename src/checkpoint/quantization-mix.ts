import type { WritableType } from './block-quantize.ts';
import { GGML_TYPES } from './ggml-types.ts';

/** A mix: the type of most matrices, llama.cpp's number for it (`llama_ftype`), and which matrices get another type. */
interface Mix {
  readonly base: WritableType;
  readonly fileType: number;
  /** The type of output.weight, or of the embedding where it is also the head. */
  readonly head?: WritableType;
  readonly other?: (tensor: NamedTensor, model: MixedModel) => WritableType | undefined;
}

interface NamedTensor {
  /** Without `blk.N.` and `.weight`. */
  readonly role: string;
  readonly layer: number;
}

/** What a mix goes by. */
export interface MixedModel {
  /** All blocks, prediction modules among them. */
  readonly layers: number;
  /** Routed experts of a layer; 0 in dense models. */
  readonly experts: number;
  /** Whether the embedding is also the head. */
  readonly tied: boolean;
}

/** The first and last eighth of the layers and every third between them, as llama.cpp chooses. */
function getsMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

const isDown = (role: string) => role === 'ffn_down' || role === 'ffn_down_exps' || role === 'ffn_down_shexp';
const isExperts = (role: string) => role.endsWith('_exps');

/** More bits for values and down-projections of half the layers. */
const half =
  (more: WritableType) =>
  ({ role, layer }: NamedTensor, { layers }: MixedModel): WritableType | undefined =>
    (role === 'attn_v' || isDown(role)) && getsMoreBits(layer, layers) ? more : undefined;

function q4Small({ role, layer }: NamedTensor, { layers }: MixedModel): WritableType | undefined {
  const early = role === 'attn_v' ? layer < 4 : isDown(role) && layer < Math.floor(layers / 8);
  return early ? 'Q5_K' : undefined;
}

/** In models of eight experts (Mixtral's shape) attention is small beside them and keeps more. */
function eightExperts(other: NonNullable<Mix['other']>, base: WritableType): NonNullable<Mix['other']> {
  return (tensor, model) => {
    if (model.experts === 8) {
      if (tensor.role === 'attn_v' || tensor.role === 'attn_k') return 'Q8_0';
      if (tensor.role === 'attn_output' && base === 'Q4_K') return 'Q5_K';
    }
    return other(tensor, model);
  };
}

/**
 * The mixes by name. Their rules are those of llama.cpp (llama_model_quantize without an importance matrix; compared with
 * it in quantization-mix.test.ts), but mxfp4_moe leaves the stacked matrices of latent attention in Q8_0, which llama.cpp
 * takes for experts.
 */
const MIXES = {
  f32: { base: 'F32', fileType: 0 },
  f16: { base: 'F16', fileType: 1 },
  bf16: { base: 'BF16', fileType: 32 },
  q8_0: { base: 'Q8_0', fileType: 7 },
  q4_0: { base: 'Q4_0', fileType: 2, head: 'Q6_K' },
  q4_1: { base: 'Q4_1', fileType: 3, head: 'Q6_K' },
  q5_0: { base: 'Q5_0', fileType: 8, head: 'Q6_K' },
  q5_1: { base: 'Q5_1', fileType: 9, head: 'Q6_K' },
  q4_k_s: { base: 'Q4_K', fileType: 14, head: 'Q6_K', other: eightExperts(q4Small, 'Q4_K') },
  q4_k_m: { base: 'Q4_K', fileType: 15, head: 'Q6_K', other: eightExperts(half('Q6_K'), 'Q4_K') },
  q5_k_s: { base: 'Q5_K', fileType: 16, head: 'Q6_K', other: eightExperts(() => undefined, 'Q5_K') },
  q5_k_m: { base: 'Q5_K', fileType: 17, head: 'Q6_K', other: eightExperts(half('Q6_K'), 'Q5_K') },
  q6_k: { base: 'Q6_K', fileType: 18, other: eightExperts(() => undefined, 'Q6_K') },
  mxfp4_moe: { base: 'MXFP4', fileType: 38, head: 'Q8_0', other: ({ role }) => (isExperts(role) ? 'MXFP4' : 'Q8_0') },
} satisfies Record<string, Mix>;

export type MixName = keyof typeof MIXES;

export const MIX_NAMES = Object.keys(MIXES) as MixName[];

/** Other names of the mixes, as llama.cpp's command knows them. */
const ALIASES: Readonly<Record<string, MixName>> = { q4_k: 'q4_k_m', q5_k: 'q5_k_m', mxfp4: 'mxfp4_moe' };

/** The mix of a name in upper or lower case. @throws {Error} for a name that is none, with those that are. */
export function mixNamed(name: string): MixName {
  const lower = name.toLowerCase();
  if (Object.hasOwn(MIXES, lower)) return lower as MixName;
  const alias = Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined;
  if (alias !== undefined) return alias;
  const names = [...MIX_NAMES, ...Object.keys(ALIASES)].join(', ');
  throw new Error(`${JSON.stringify(name)} is no type that can be written; there are ${names}`);
}

/** `general.file_type` of a mix. */
export function mixFileType(mix: MixName): number {
  return MIXES[mix].fileType;
}

/** The type of most matrices of a mix. */
export function mixBase(mix: MixName): WritableType {
  return MIXES[mix].base;
}

/** Types for rows that are no whole blocks of 256, of about as many bits. */
const FOR_SHORT_ROWS: Partial<Record<WritableType, WritableType>> = { Q4_K: 'Q5_0', Q5_K: 'Q5_1', Q6_K: 'Q8_0' };

/**
 * Whether a tensor of a GGUF file may be kept in fewer bits: a matrix of weights that is not the router, whose rounding
 * would change which experts are chosen.
 */
export function isQuantizable(name: string, shape: readonly number[]): boolean {
  return shape.length >= 2 && /\.weight$/.test(name) && !/(_norm|ffn_gate_inp)\.weight$/.test(name);
}

/**
 * The type that a mix gives to each tensor that {@link isQuantizable}, by GGUF name and row-major shape.
 * @param pure every matrix gets the mix's base type.
 */
export function mixTypes(
  mix: MixName,
  model: MixedModel,
  pure = false,
): (name: string, shape: readonly number[]) => WritableType {
  const { base, head, other }: Mix = MIXES[mix];
  if (mix === 'mxfp4_moe' && model.experts === 0 && !pure) {
    throw new Error('mxfp4_moe keeps experts in MXFP4, and this model has none; --pure puts all matrices into MXFP4');
  }
  const headName = model.tied ? 'token_embd.weight' : 'output.weight';
  const wanted = (name: string): WritableType => {
    if (pure) return base;
    if (name === headName && head !== undefined) return head;
    const place = /^blk\.(\d+)\.(.*)\.weight$/.exec(name);
    const named = { role: place?.[2] ?? name, layer: Number(place?.[1] ?? -1) };
    return other?.(named, model) ?? base;
  };
  return (name, shape) => {
    const type = wanted(name);
    const row = shape.at(-1) ?? 1;
    if (row % GGML_TYPES[type].elements === 0) return type;
    const shorter = FOR_SHORT_ROWS[type];
    return shorter !== undefined && row % GGML_TYPES[shorter].elements === 0 ? shorter : 'F16';
  };
}
