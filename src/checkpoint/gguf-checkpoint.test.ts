import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseModelConfig } from '../model/config.ts';
import type { WritableType } from './block-quantize.ts';
import { type GgufCheckpoint, openGgufCheckpoint } from './gguf-checkpoint.ts';
import { llama3Factors, shortest } from './gguf-config.ts';
import { ggufMetadata, ggufTensors, type HuggingFaceFields } from './gguf-export.ts';
import type { GgufValue } from './gguf-metadata.ts';
import { ARCHITECTURES, interleavedRow, NAME_RULES, parseGgufName, parseHuggingFaceName } from './gguf-names.ts';
import { type GgufTensorToWrite, writeGguf } from './gguf-write.ts';
import { openModelTensors, type TensorSource } from './safetensors.ts';

let directory = '';
let path = '';
let opened: GgufCheckpoint | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-gguf-'));
  path = join(directory, 'model.gguf');
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  await rm(directory, { recursive: true, force: true });
});
const open = async () => {
  opened = await openGgufCheckpoint(path);
  return opened;
};

const write = (source: TensorSource, config: HuggingFaceFields, type: WritableType = 'F32') =>
  writeGguf(path, { metadata: ggufMetadata(config, type), tensors: ggufTensors(source, config, () => type) });

async function read(source: TensorSource, name: string): Promise<Float32Array> {
  const values = new Float32Array(source.tensors.get(name)!.elements);
  await source.read(name, values);
  return values;
}

/** Tensors made up on the spot: every element is a number of its own. */
function madeUp(shapes: Record<string, number[]>): TensorSource {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape], at) => {
      const elements = shape.reduce((a, b) => a * b, 1);
      return [name, { name, shape, elements, dtype: 'F32', bytes: 4 * elements, offset: at, path: 'made up' }];
    }),
  );
  return {
    tensors,
    read: async (name, target) => target.set(target.map((_, at) => tensors.get(name)!.offset * 4096 + at)),
    readRaw: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
  };
}

describe.each([
  'v2-greedy',
  'v2-group-limited',
  'v2-query-compression-yarn',
  'v3-plain',
  'v3-yarn',
  'v3-group-limited',
  'v3-mtp',
  'v3-tied-embeddings',
  'v3-no-query-compression',
])('deepseek2: %s', (name) => {
  const place = fileURLToPath(new URL(`../../tests/goldens/${name}`, import.meta.url));
  it('goes through GGUF and back, configuration and weights alike', async () => {
    const config = JSON.parse(await readFile(join(place, 'config.json'), 'utf8')) as HuggingFaceFields;
    const source = await openModelTensors(place);
    await write(source, config);
    const view = await open();
    expect(view.notes).toEqual([]);
    expect(view.architecture).toBe('deepseek2');
    const { bosTokenId, eosTokenIds, padTokenId, ...expected } = parseModelConfig(config);
    expect(parseModelConfig(view.config)).toMatchObject(expected);
    expect([...view.tensors.keys()].sort()).toEqual([...source.tensors.keys()].sort());
    for (const [as, tensor] of source.tensors) {
      expect(view.tensors.get(as)!.shape, as).toEqual(tensor.shape);
      const [ours, theirs] = [await read(view, as), await read(source, as)];
      expect(Buffer.compare(Buffer.from(ours.buffer), Buffer.from(theirs.buffer)), as).toBe(0);
      const { source: rows } = view.tensors.get(as)!;
      if (rows.kind === 'latentUp') await expect(view.readRaw(as)).rejects.toThrow(/keys and values apart/);
      else expect(Buffer.compare(await view.readRaw(as), Buffer.from(theirs.buffer)), as).toBe(0);
    }
    await source.close();
  });
});

describe('what stands in a file', () => {
  const named = (file: GgufTensorToWrite[]) =>
    Object.fromEntries(file.map(({ name, shape, dtype }) => [name, [dtype, ...shape]]));
  const mla = {
    model_type: 'deepseek_v3',
    num_attention_heads: 2,
    qk_nope_head_dim: 2,
    v_head_dim: 3,
    n_routed_experts: 2,
  };

  it('deepseek2: keys and values of the latent, stacked experts, the router in F32', () => {
    const source = madeUp({
      'model.layers.1.self_attn.kv_b_proj.weight': [10, 32],
      'model.layers.1.mlp.gate.weight': [2, 32],
      'model.layers.1.mlp.gate.e_score_correction_bias': [2],
      'model.layers.1.mlp.experts.0.down_proj.weight': [32, 64],
      'model.layers.1.mlp.experts.1.down_proj.weight': [32, 64],
    });
    expect(named(ggufTensors(source, mla, (name) => (name.includes('attn_k_b') ? 'F16' : 'Q8_0')))).toEqual({
      'blk.1.attn_k_b.weight': ['F16', 2, 32, 2],
      'blk.1.attn_v_b.weight': ['Q8_0', 2, 3, 32],
      'blk.1.ffn_gate_inp.weight': ['F32', 2, 32],
      'blk.1.exp_probs_b.bias': ['F32', 2],
      'blk.1.ffn_down_exps.weight': ['Q8_0', 2, 32, 64],
    });
  });

  it.each([
    [8, null, 0],
    [27, null, undefined],
    [26, null, undefined],
    [27, 96, 96],
  ])('deepseek2 of %d layers with a query rank of %s is written with %s', (layers, rank, written) => {
    const config = { ...mla, num_hidden_layers: layers, q_lora_rank: rank, kv_lora_rank: 4, qk_rope_head_dim: 2 };
    const metadata = new Map(ggufMetadata({ ...config, intermediate_size: 8 }, 'F32'));
    expect(metadata.get('deepseek2.attention.q_lora_rank')?.value).toBe(written);
  });

  it('deepseek2 keys are transposed, head by head', async () => {
    const source = madeUp({ 'model.layers.0.self_attn.kv_b_proj.weight': [10, 3] });
    const [keys] = ggufTensors(source, mla, () => 'F32');
    const pieces: number[] = [];
    if (keys !== undefined && 'data' in keys && typeof keys.data === 'function') {
      for await (const piece of (await keys.data()) as AsyncIterable<Float32Array>) pieces.push(...piece);
    }
    // Rows 0, 1 and 5, 6 of three columns are the keys of the two heads.
    expect(pieces).toEqual([0, 3, 1, 4, 2, 5, 15, 18, 16, 19, 17, 20]);
  });

  const llama = { model_type: 'llama', num_attention_heads: 2, num_key_value_heads: 1, hidden_size: 8 };
  it('llama: the halves of each head are interleaved, and put back', async () => {
    const shapes = {
      'model.embed_tokens.weight': [5, 8],
      'model.layers.0.self_attn.q_proj.weight': [8, 8],
      'model.layers.0.self_attn.k_proj.weight': [4, 8],
      'model.layers.0.self_attn.v_proj.weight': [4, 8],
      'model.layers.0.self_attn.q_proj.bias': [8],
      'model.layers.0.self_attn.k_proj.bias': [4],
      'model.layers.0.self_attn.o_proj.bias': [8],
    };
    const source = madeUp(shapes);
    const config = {
      ...llama,
      num_hidden_layers: 1,
      intermediate_size: 8,
      max_position_embeddings: 16,
      rms_norm_eps: 1e-5,
      rope_theta: 5e5,
    };
    await write(source, config);
    const view = await open();
    for (const name of Object.keys(shapes)) expect(await read(view, name), name).toEqual(await read(source, name));
    const rows = new Uint8Array(2 * 32);
    await view.readRawRows('model.layers.0.self_attn.q_proj.weight', 3, rows);
    expect(new Float32Array(rows.buffer)).toEqual(
      (await read(source, 'model.layers.0.self_attn.q_proj.weight')).slice(24, 40),
    );
    await expect(view.readRawRows('model.layers.0.self_attn.q_proj.weight', 7, rows)).rejects.toThrow(
      /has 8 rows of 32 bytes/,
    );
    // In the file itself: rows 0, 2, 1, 3 of each head of four.
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => interleavedRow(row, 4))).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect(view.config).toMatchObject({
      ...config,
      attention_bias: true,
      head_dim: 4,
      tie_word_embeddings: true,
      rope_scaling: null,
    });
  });

  it('gate and up of experts may be one tensor', async () => {
    const base = JSON.parse(
      await readFile(new URL('../../tests/goldens/v2-greedy/config.json', import.meta.url), 'utf8'),
    ) as HuggingFaceFields;
    const data = Float32Array.from({ length: 2 * 6 * 4 }, (_, at) => at);
    const tensors: GgufTensorToWrite[] = [
      { name: 'token_embd.weight', shape: [2, 4], dtype: 'F32', data: new Float32Array(8) },
      { name: 'blk.1.ffn_gate_up_exps.weight', shape: [2, 6, 4], dtype: 'F32', data },
    ];
    await writeGguf(path, { metadata: ggufMetadata(base, 'F32'), tensors });
    const view = await open();
    expect([...(await read(view, 'model.layers.1.mlp.experts.1.gate_proj.weight'))]).toEqual([
      ...data.subarray(24, 36),
    ]);
    expect([...(await read(view, 'model.layers.1.mlp.experts.1.up_proj.weight'))]).toEqual([...data.subarray(36)]);
  });

  it('refuses tensors that do not fit', () => {
    const shape = (shapes: Record<string, number[]>, config: HuggingFaceFields) => () =>
      ggufTensors(madeUp(shapes), config, () => 'F32');
    expect(shape({ 'model.layers.0.self_attn.kv_b_proj.weight': [9, 4] }, mla)).toThrow(
      /\[9,4\] is not 2 heads of 2 \+ 3 rows/,
    );
    expect(shape({ 'model.layers.0.mlp.experts.0.up_proj.weight': [4, 4] }, mla)).toThrow(
      /experts.1.up_proj.weight is missing/,
    );
    expect(shape({ 'model.layers.0.self_attn.rotary.weight': [4, 4] }, llama)).toThrow(
      /has no name in GGUF files of architecture llama/,
    );
    expect(shape({}, { model_type: 'gpt2' })).toThrow(/model_type "gpt2" cannot be written as GGUF/);
  });
});

describe('names', () => {
  it.each(ARCHITECTURES)('of %s are unique and found both ways', (architecture) => {
    const rules = NAME_RULES[architecture];
    expect(new Set(rules.map(({ gguf }) => gguf)).size).toBe(rules.length);
    for (const rule of rules) {
      const gguf = rule.gguf.replace('{l}', '12');
      const layer = rule.gguf.includes('{l}') ? 12 : null;
      expect(parseGgufName(architecture, gguf)).toEqual({ rule, layer });
      const back = parseHuggingFaceName(architecture, rule.huggingFace.replace('{l}', '12').replace('{e}', '3'));
      expect(back).toMatchObject({ layer, rule: { huggingFace: rule.huggingFace } });
      expect(back.expert).toBe(rule.huggingFace.includes('{e}') ? 3 : null);
    }
  });

  // Converted by llama.cpp: one name of each kind, from the listings of published files.
  it.each<[(typeof ARCHITECTURES)[number], string, string]>([
    ['llama', 'blk.31.ffn_norm.weight', 'model.layers.31.post_attention_layernorm.weight'],
    ['qwen2', 'blk.0.attn_k.bias', 'model.layers.0.self_attn.k_proj.bias'],
    ['qwen3', 'blk.7.attn_q_norm.weight', 'model.layers.7.self_attn.q_norm.weight'],
    ['deepseek2', 'blk.3.attn_kv_a_mqa.weight', 'model.layers.3.self_attn.kv_a_proj_with_mqa.weight'],
    ['deepseek2', 'blk.3.exp_probs_b.bias', 'model.layers.3.mlp.gate.e_score_correction_bias'],
    ['deepseek2', 'blk.3.ffn_up_shexp.weight', 'model.layers.3.mlp.shared_experts.up_proj.weight'],
    ['deepseek2', 'output_norm.weight', 'model.norm.weight'],
  ])('%s: %s', (architecture, gguf, huggingFace) => {
    expect(parseHuggingFaceName(architecture, huggingFace).rule).toBe(parseGgufName(architecture, gguf)?.rule);
  });

  it('unknown ones are errors, derived ones are passed over', () => {
    expect(parseGgufName('llama', 'rope_freqs.weight')).toBeUndefined();
    for (const name of [
      'blk.0.attn_q_norm.weight',
      'blk.01.attn_q.weight',
      'blk.x.attn_q.weight',
      'constructor',
      'output.weight\n',
    ]) {
      expect(() => parseGgufName('llama', name)).toThrow(/is not part of a model of architecture llama/);
    }
  });
});

describe('configurations', () => {
  type Entries = Record<string, GgufValue>;
  const u32 = (value: number): GgufValue => ({ type: 'uint32', value });
  const f32 = (value: number): GgufValue => ({ type: 'float32', value });
  const text = (value: string): GgufValue => ({ type: 'string', value });
  const config = async (architecture: string, entries: Entries, tensors: Record<string, Float32Array> = {}) => {
    const all: Entries = {
      'general.architecture': text(architecture),
      ...Object.fromEntries(
        Object.entries(entries).map(([key, value]) => [
          key.includes(':') ? key.slice(1) : `${architecture}.${key}`,
          value,
        ]),
      ),
    };
    const written = Object.entries({ 'token_embd.weight': new Float32Array(6), ...tensors }).map(
      ([name, data]): GgufTensorToWrite => ({
        name,
        shape: name === 'token_embd.weight' ? [3, 2] : [data.length],
        dtype: 'F32',
        data,
      }),
    );
    await writeGguf(path, { metadata: Object.entries(all), tensors: written });
    return open();
  };
  const base: Entries = {
    block_count: u32(2),
    context_length: u32(131072),
    embedding_length: u32(2048),
    feed_forward_length: u32(5504),
    'attention.head_count': u32(16),
    'attention.layer_norm_rms_epsilon': f32(1e-6),
  };

  it('qwen3, as llama.cpp writes it', async () => {
    const entries = {
      ...base,
      'attention.head_count_kv': u32(8),
      'attention.key_length': u32(128),
      'attention.value_length': u32(128),
      'rope.freq_base': f32(1e6),
      ':tokenizer.ggml.eos_token_id': u32(2),
    };
    expect((await config('qwen3', entries)).config).toEqual({
      model_type: 'qwen3',
      vocab_size: 3,
      hidden_size: 2048,
      intermediate_size: 5504,
      num_hidden_layers: 2,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 131072,
      rms_norm_eps: 1e-6,
      rope_theta: 1e6,
      rope_scaling: null,
      hidden_act: 'silu',
      tie_word_embeddings: true,
      attention_bias: false,
      bos_token_id: null,
      eos_token_id: 2,
      pad_token_id: null,
    });
  });

  it('llama 3.1: the factors of its frequencies are recognised', async () => {
    const entries = { ...base, 'rope.freq_base': f32(5e5) };
    const factors = llama3Factors(5e5, 128, 8);
    // Pairs 0 to 28 keep their frequency, from 36 on it is an eighth (computed with transformers' formula).
    expect([factors[0], factors[28], factors[36], factors[63]]).toEqual([1, 1, 8, 8]);
    const found = await config('llama', entries, { 'rope_freqs.weight': factors });
    expect(found.config.rope_scaling).toEqual({
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
    await found.close();
    factors[40] = 7;
    await expect(config('llama', entries, { 'rope_freqs.weight': factors })).rejects.toThrow(
      /rope_freqs.weight holds other factors/,
    );
  });

  const v3: Entries = {
    ...base,
    block_count: u32(61),
    embedding_length: u32(7168),
    'attention.head_count': u32(128),
    'attention.head_count_kv': u32(128),
    'attention.key_length': u32(192),
    'attention.value_length': u32(128),
    'attention.q_lora_rank': u32(1536),
    'attention.kv_lora_rank': u32(512),
    'rope.dimension_count': u32(64),
    'rope.scaling.type': text('yarn'),
    'rope.scaling.factor': f32(40),
    'rope.scaling.original_context_length': u32(4096),
    'rope.scaling.yarn_log_multiplier': f32(0.1),
    leading_dense_block_count: u32(3),
    expert_count: u32(256),
    expert_used_count: u32(8),
    expert_shared_count: u32(1),
    expert_feed_forward_length: u32(2048),
    expert_weights_scale: f32(2.5),
    expert_weights_norm: { type: 'bool', value: true },
    expert_gating_func: u32(2),
  };

  it('deepseek2 of early 2025: R1 without groups and with plain head lengths', async () => {
    const found = await config('deepseek2', v3);
    expect(found.notes).toEqual([expect.stringMatching(/one of DeepSeek-V3, R1 and V3.1: n_group 8, topk_group 4/)]);
    expect(parseModelConfig(found.config)).toMatchObject({
      modelType: 'deepseek_v3',
      layers: 61,
      attention: { qkNopeHeadDim: 128, qkRopeHeadDim: 64, vHeadDim: 128 },
      groups: 8,
      topkGroups: 4,
      scoring: 'sigmoid',
      topkMethod: 'noaux_tc',
      normTopkProb: true,
      routedScalingFactor: 2.5,
      mtpLayers: 0,
      ropeScaling: { kind: 'yarn', factor: 40, originalMaxPositions: 4096, mscale: 1, mscaleAllDim: 1 },
    });
  });

  it('deepseek2 of late 2025: lengths of the latent, groups, prediction layers', async () => {
    const late = {
      ...v3,
      block_count: u32(62),
      nextn_predict_layers: u32(1),
      'attention.head_count_kv': u32(1),
      'attention.key_length': u32(576),
      'attention.value_length': u32(512),
      'attention.key_length_mla': u32(192),
      'attention.value_length_mla': u32(128),
      expert_group_count: u32(1),
      expert_group_used_count: u32(1),
    };
    const found = await config('deepseek2', late);
    expect(found.notes).toEqual([]);
    expect(parseModelConfig(found.config)).toMatchObject({
      layers: 61,
      mtpLayers: 1,
      attention: { qkNopeHeadDim: 128, vHeadDim: 128 },
      groups: 1,
      topkGroups: 1,
    });
  });

  it('deepseek2 of 2024: V2-Lite without a gating function', async () => {
    const { 'attention.q_lora_rank': _rank, expert_gating_func: _gating, expert_weights_norm: _norm, ...rest } = v3;
    const lite = {
      ...rest,
      expert_count: u32(64),
      expert_used_count: u32(6),
      expert_shared_count: u32(2),
      expert_weights_scale: f32(1),
      'rope.scaling.yarn_log_multiplier': f32(0.0707),
    };
    expect(parseModelConfig((await config('deepseek2', lite)).config)).toMatchObject({
      modelType: 'deepseek_v2',
      attention: { queryLoraRank: null },
      scoring: 'softmax',
      topkMethod: 'greedy',
      normTopkProb: false,
      ropeScaling: { kind: 'yarn', mscale: 707 / 1000, mscaleAllDim: 707 / 1000 },
    });
  });

  it.each<[string, string, Entries, RegExp]>([
    [
      'an unknown architecture',
      'gemma3',
      base,
      /has architecture "gemma3"; only llama, qwen2, qwen3, deepseek2 are supported/,
    ],
    [
      'a key that is not understood',
      'llama',
      { ...base, 'attention.sliding_window': u32(4) },
      /"llama.attention.sliding_window" is not understood/,
    ],
    ['experts in llama', 'llama', { ...base, expert_count: u32(8) }, /"llama.expert_count" is not understood/],
    ['a missing count', 'llama', { block_count: u32(2) }, /"llama.embedding_length" is missing/],
    [
      'a text for a number',
      'llama',
      { ...base, block_count: text('2') },
      /"llama.block_count" is of type string, not a finite number/,
    ],
    [
      'NaN',
      'llama',
      { ...base, 'rope.freq_base': f32(Number.NaN) },
      /"llama.rope.freq_base" is of type float32, not a finite number/,
    ],
    ['a fraction', 'llama', { ...base, block_count: f32(1.5) }, /"llama.block_count" is 1.5, not a count/],
    [
      'heads that differ by layer',
      'llama',
      { ...base, 'attention.head_count_kv': { type: 'array', elementType: 'int32', value: Int32Array.of(4, 8) } },
      /head_count_kv" is of type array/,
    ],
    [
      'a partial rotation',
      'qwen2',
      { ...base, 'rope.dimension_count': u32(64) },
      /"qwen2.rope.dimension_count" is 64, but heads have 128/,
    ],
    [
      'an unknown rotary scaling',
      'qwen2',
      { ...base, 'rope.scaling.type': text('longrope') },
      /"qwen2.rope.scaling.type" is "longrope"/,
    ],
    ['an unknown gating', 'deepseek2', { ...v3, expert_gating_func: u32(4) }, /"deepseek2.expert_gating_func" is 4/],
  ])('with %s are refused', async (_, architecture, entries, message) => {
    const error = await config(architecture, entries).then(
      () => new Error('it was opened'),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
  });

  it('say numbers as people write them', () => {
    for (const value of [1e-6, 1e-5, 0.1, 0.0707, 2.5, 1e6, 5e5, 40]) expect(shortest(Math.fround(value))).toBe(value);
  });
});
