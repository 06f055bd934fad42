/** The architectures of GGUF files that are understood, by `general.architecture`. */
export const ARCHITECTURES = ['llama', 'qwen2', 'qwen3', 'deepseek2'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/**
 * How a tensor differs between the two.
 * - same: not at all.
 * - queryRows, keyRows: llama.cpp turns neighbouring rows of a head of `llama`, Hugging Face rows that are half a head
 *   apart, so the converter interleaves the two halves of every head. Biases likewise.
 * - experts: one matrix an expert against all experts of a layer stacked.
 * - gateThenUp: the same, with gate and up of each expert stacked too.
 * - latentKeys, latentValues: the two parts of kv_b_proj. Keys are transposed: head × latent × nope.
 */
export type NameChange = 'same' | 'queryRows' | 'keyRows' | 'experts' | 'gateThenUp' | 'latentKeys' | 'latentValues';

/** `{l}` stands for a layer, `{e}` for an expert. */
export interface NameRule {
  readonly huggingFace: string;
  readonly gguf: string;
  readonly change: NameChange;
}

const LAYER = 'model.layers.{l}';

const rule = (huggingFace: string, gguf: string, change: NameChange = 'same'): NameRule => ({
  huggingFace,
  gguf,
  change,
});

const inLayer = (huggingFace: string, gguf: string, change: NameChange = 'same'): NameRule =>
  rule(`${LAYER}.${huggingFace}`, `blk.{l}.${gguf}`, change);

const SHARED: readonly NameRule[] = [
  rule('model.embed_tokens.weight', 'token_embd.weight'),
  rule('model.norm.weight', 'output_norm.weight'),
  rule('lm_head.weight', 'output.weight'),
  inLayer('input_layernorm.weight', 'attn_norm.weight'),
  inLayer('post_attention_layernorm.weight', 'ffn_norm.weight'),
  inLayer('self_attn.o_proj.weight', 'attn_output.weight'),
  inLayer('mlp.gate_proj.weight', 'ffn_gate.weight'),
  inLayer('mlp.up_proj.weight', 'ffn_up.weight'),
  inLayer('mlp.down_proj.weight', 'ffn_down.weight'),
];

const groupedQuery = (query: NameChange, key: NameChange): readonly NameRule[] => [
  inLayer('self_attn.q_proj.weight', 'attn_q.weight', query),
  inLayer('self_attn.k_proj.weight', 'attn_k.weight', key),
  inLayer('self_attn.v_proj.weight', 'attn_v.weight'),
];

const biases = (query: NameChange, key: NameChange): readonly NameRule[] => [
  inLayer('self_attn.q_proj.bias', 'attn_q.bias', query),
  inLayer('self_attn.k_proj.bias', 'attn_k.bias', key),
  inLayer('self_attn.v_proj.bias', 'attn_v.bias'),
];

/** The names of each architecture (gguf-py, tensor_mapping.py and constants.py; llama.cpp, conversion/). */
export const NAME_RULES: Readonly<Record<Architecture, readonly NameRule[]>> = {
  llama: [
    ...SHARED,
    ...groupedQuery('queryRows', 'keyRows'),
    ...biases('queryRows', 'keyRows'),
    inLayer('self_attn.o_proj.bias', 'attn_output.bias'),
  ],
  qwen2: [...SHARED, ...groupedQuery('same', 'same'), ...biases('same', 'same')],
  qwen3: [
    ...SHARED,
    ...groupedQuery('same', 'same'),
    ...biases('same', 'same'),
    inLayer('self_attn.q_norm.weight', 'attn_q_norm.weight'),
    inLayer('self_attn.k_norm.weight', 'attn_k_norm.weight'),
  ],
  deepseek2: [
    ...SHARED,
    inLayer('self_attn.q_proj.weight', 'attn_q.weight'),
    inLayer('self_attn.q_a_proj.weight', 'attn_q_a.weight'),
    inLayer('self_attn.q_a_layernorm.weight', 'attn_q_a_norm.weight'),
    inLayer('self_attn.q_b_proj.weight', 'attn_q_b.weight'),
    inLayer('self_attn.kv_a_proj_with_mqa.weight', 'attn_kv_a_mqa.weight'),
    inLayer('self_attn.kv_a_layernorm.weight', 'attn_kv_a_norm.weight'),
    inLayer('self_attn.kv_b_proj.weight', 'attn_kv_b.weight'),
    inLayer('self_attn.kv_b_proj.weight', 'attn_k_b.weight', 'latentKeys'),
    inLayer('self_attn.kv_b_proj.weight', 'attn_v_b.weight', 'latentValues'),
    inLayer('mlp.gate.weight', 'ffn_gate_inp.weight'),
    inLayer('mlp.gate.e_score_correction_bias', 'exp_probs_b.bias'),
    inLayer('mlp.experts.{e}.gate_proj.weight', 'ffn_gate_exps.weight', 'experts'),
    inLayer('mlp.experts.{e}.up_proj.weight', 'ffn_up_exps.weight', 'experts'),
    inLayer('mlp.experts.{e}.down_proj.weight', 'ffn_down_exps.weight', 'experts'),
    inLayer('mlp.experts.{e}.gate_proj.weight', 'ffn_gate_up_exps.weight', 'gateThenUp'),
    inLayer('mlp.shared_experts.gate_proj.weight', 'ffn_gate_shexp.weight'),
    inLayer('mlp.shared_experts.up_proj.weight', 'ffn_up_shexp.weight'),
    inLayer('mlp.shared_experts.down_proj.weight', 'ffn_down_shexp.weight'),
    inLayer('eh_proj.weight', 'nextn.eh_proj.weight'),
    inLayer('enorm.weight', 'nextn.enorm.weight'),
    inLayer('hnorm.weight', 'nextn.hnorm.weight'),
    inLayer('embed_tokens.weight', 'nextn.embed_tokens.weight'),
    inLayer('shared_head.head.weight', 'nextn.shared_head_head.weight'),
    inLayer('shared_head.norm.weight', 'nextn.shared_head_norm.weight'),
  ],
};

/** Tensors that a converter adds and that no Hugging Face tensor stands for; the configuration tells the same. */
const DERIVED = new Set(['rope_freqs.weight']);

/** A GGUF name taken apart; undefined for tensors that follow from the configuration. */
export interface GgufName {
  readonly rule: NameRule;
  readonly layer: number | null;
}

/** @throws {Error} for a name that the architecture does not have. */
export function parseGgufName(architecture: Architecture, name: string): GgufName | undefined {
  if (DERIVED.has(name)) return undefined;
  const place = /^blk\.(0|[1-9]\d{0,5})\.(.*)$/s.exec(name);
  const pattern = place === null ? name : `blk.{l}.${place[2]}`;
  const found = NAME_RULES[architecture].find(({ gguf }) => gguf === pattern);
  if (found === undefined)
    throw new Error(`tensor ${JSON.stringify(name)} is not part of a model of architecture ${architecture}`);
  return { rule: found, layer: place === null ? null : Number(place[1]) };
}

/** A Hugging Face name taken apart. */
export interface HuggingFaceName {
  readonly rule: NameRule;
  readonly layer: number | null;
  readonly expert: number | null;
}

/**
 * The rule that writes a tensor with this Hugging Face name; of kv_b_proj that of its keys, of an expert that of its own
 * stack. @throws {Error} for a name that the architecture does not have.
 */
export function parseHuggingFaceName(architecture: Architecture, name: string): HuggingFaceName {
  let layer: number | null = null;
  let expert: number | null = null;
  const pattern = name
    .replace(/^model\.layers\.(0|[1-9]\d{0,5})\./, (_, digits: string) => {
      layer = Number(digits);
      return `${LAYER}.`;
    })
    .replace(/\.experts\.(0|[1-9]\d{0,5})\./, (_, digits: string) => {
      expert = Number(digits);
      return '.experts.{e}.';
    });
  const found = NAME_RULES[architecture].filter(({ huggingFace }) => huggingFace === pattern);
  const chosen = found.find(({ change }) => change === 'latentKeys') ?? found[0];
  if (chosen === undefined) {
    throw new Error(`tensor ${JSON.stringify(name)} has no name in GGUF files of architecture ${architecture}`);
  }
  return { rule: chosen, layer, expert };
}

/** A pattern of a rule with layer and expert filled in. */
export function fillName(pattern: string, layer: number | null, expert: number | null = null): string {
  return pattern.replace('{l}', String(layer)).replace('{e}', String(expert));
}

/** `general.architecture` of a file, if it is understood. @throws {Error} naming the file and what it is instead. */
export function checkArchitecture(path: string, name: unknown): Architecture {
  const found = ARCHITECTURES.find((known) => known === name);
  if (found !== undefined) return found;
  const what = typeof name === 'string' ? `architecture ${JSON.stringify(name.slice(0, 80))}` : 'no architecture';
  throw new Error(`${path}: has ${what}; only ${ARCHITECTURES.join(', ')} are supported`);
}

/**
 * Row of the GGUF tensor that holds row `row` of the Hugging Face tensor, of heads of `length` rows each; see
 * `queryRows` in {@link NameChange}.
 */
export function interleavedRow(row: number, length: number): number {
  const inHead = row % length;
  const half = length / 2;
  return row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
}
