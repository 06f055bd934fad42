import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK_FORMATS, type BlockFormat, formatDetails } from '../kernels/block-formats.ts';
import { packPanels } from '../kernels/block-pack.ts';
import { noise } from '../kernels/blocks.fixture.ts';
import {
  allocateParameters,
  allocateRotaryTable,
  decodeDocuments,
  parseModelConfig,
  vocabularyLogits,
} from '../model/index.ts';
import { allocateBlockTensor, BlockTensor, createRuntime, embedding, type Runtime, record } from '../tensor/index.ts';
import { dequantize } from './block-formats.ts';
import type { GgmlType } from './ggml-types.ts';
import { openGgufCheckpoint } from './gguf-checkpoint.ts';
import { ggufMetadata } from './gguf-export.ts';
import { type GgufTensorToWrite, writeGguf } from './gguf-write.ts';
import { loadWeights, type WeightSource } from './model-weights.ts';
import { weightFormats } from './weight-formats.ts';

let directory = '';
let runtime: Runtime;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-blocks-'));
  runtime = await createRuntime({ memoryBytes: 2 ** 26, workers: 1 });
});
afterAll(async () => {
  await runtime.close();
  await rm(directory, { recursive: true, force: true });
});

const typeOf = (format: BlockFormat) => format.toUpperCase() as GgmlType;

/** What the gguf Python package makes of the same bytes (scripts/goldens/gguf_blocks.py). */
const golden: Record<string, { blocks: string; values: string }> = JSON.parse(
  readFileSync(new URL('../../tests/goldens/gguf-blocks.json', import.meta.url), 'utf8'),
).dequantize;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

describe.each(BLOCK_FORMATS)('rows of an embedding in %s', (format) => {
  it('are those that the gguf package gives, bit for bit', () => {
    const { blocks, values } = golden[typeOf(format)]!;
    const { weights, fileBytes } = formatDetails(format);
    // Blocks with a scale that is not finite are refused, so that these are left out.
    const all = new Float32Array(bytesOf(values).buffer);
    const sound = Array.from({ length: all.length / weights }, (_, row) => row).filter((row) =>
      all.subarray(row * weights, (row + 1) * weights).every((value) => Number.isFinite(value)),
    );
    expect(sound.length).toBeGreaterThan(4);
    const pick = <T>(values: { slice(from: number, end: number): Iterable<T> }, length: number) =>
      sound.flatMap((row) => [...values.slice(row * length, (row + 1) * length)]);
    const source = Uint8Array.from(pick(bytesOf(blocks), fileBytes));
    const expected = Float32Array.from(pick(all, weights));
    const shape = { rows: expected.length / weights, inner: weights };
    const table = allocateBlockTensor(runtime, 'table', [shape.rows, shape.inner], format);
    packPanels(format, table.lanes, shape, source, runtime.view(table.panels) as Uint8Array);
    const ids = runtime.allocate('ids', [shape.rows], 'i32');
    runtime.write(
      ids,
      Int32Array.from({ length: shape.rows }, (_, row) => row),
    );
    const program = record(runtime, () => ({ rows: embedding(table, ids, shape.rows) }));
    program.replay();
    const found = runtime.read(program.outputs.rows) as Float32Array;
    program.release();
    for (const tensor of [ids, table.panels]) runtime.release(tensor);
    expect(new Int32Array(Float32Array.from(found).buffer)).toEqual(new Int32Array(expected.buffer));
  });
});

/** A model whose every row of weights is one or two blocks of 256. */
const config = {
  model_type: 'llama',
  vocab_size: 77,
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
};

/** Blocks of random codes and factors, their weights about even between -0.06 and 0.06. */
function randomBlocks(format: BlockFormat, weights: number, seed: number): Uint8Array {
  const { fileBytes, weights: length, factors, minimum, upperBits, bits } = formatDetails(format);
  const bytes = Uint8Array.from({ length: (weights / length) * fileBytes }, (_, i) => noise(seed + i, 256));
  const view = new DataView(bytes.buffer);
  // Factors are 32 on average, signed ones up to 128.
  const [step, least] = [0.12 / 2 ** (bits + upperBits), format === 'q4_1' || format === 'q5_1' ? -0.06 : 0.06 / 32];
  for (let at = 0; at < bytes.length; at += fileBytes) {
    if (format === 'mxfp4') bytes[at] = 127 - 7;
    else view.setFloat16(format === 'q6_k' ? at + 208 : at, factors ? step / (factors === 'i8' ? 64 : 32) : step, true);
    if (minimum) view.setFloat16(at + 2, least, true);
  }
  return bytes;
}

function tensorsIn(format: BlockFormat): GgufTensorToWrite[] {
  const { hidden_size: hidden, intermediate_size: wide } = config;
  let seed = 1;
  const matrix = (name: string, rows: number, columns: number): GgufTensorToWrite => {
    seed += 100_003;
    const raw = () => randomBlocks(format, rows * columns, seed + name.length);
    return { name: `${name}.weight`, shape: [rows, columns], dtype: typeOf(format), raw: raw() };
  };
  const norm = (name: string): GgufTensorToWrite => ({
    name: `${name}.weight`,
    shape: [hidden],
    dtype: 'F32',
    data: Float32Array.from({ length: hidden }, (_, i) => 0.5 + noise(i + name.length, 100) / 100),
  });
  const layer = (at: string) => [
    norm(`${at}.attn_norm`),
    matrix(`${at}.attn_q`, hidden, hidden),
    matrix(`${at}.attn_k`, hidden / 2, hidden),
    matrix(`${at}.attn_v`, hidden / 2, hidden),
    matrix(`${at}.attn_output`, hidden, hidden),
    norm(`${at}.ffn_norm`),
    matrix(`${at}.ffn_gate`, wide, hidden),
    matrix(`${at}.ffn_up`, wide, hidden),
    matrix(`${at}.ffn_down`, hidden, wide),
  ];
  return [matrix('token_embd', config.vocab_size, hidden), norm('output_norm'), ...layer('blk.0'), ...layer('blk.1')];
}

const TOKENS = Array.from({ length: 24 }, (_, i) => noise(i, config.vocab_size));

async function logitsOf(source: WeightSource, inBlocks: boolean): Promise<Float32Array> {
  const own = await createRuntime({ memoryBytes: 2 ** 26, workers: 1 });
  try {
    const formats = inBlocks ? weightFormats(source) : new Map();
    const parameters = allocateParameters(own, source.config, formats);
    await loadWeights(own, source, parameters);
    expect(parameters.head).toBe(parameters.embedding);
    expect(parameters.embedding instanceof BlockTensor).toBe(inBlocks);
    if (inBlocks) expect(parameters.all.map(({ kind }) => kind)).toEqual(new Array(5).fill('norm'));
    const rows = TOKENS.length;
    const input = (name: string, value: (at: number) => number) => {
      const tensor = own.allocate(name, [rows], 'i32');
      own.write(
        tensor,
        Int32Array.from({ length: rows }, (_, at) => value(at)),
      );
      return tensor;
    };
    const [ids, positions] = [input('ids', (at) => TOKENS[at]!), input('positions', (at) => at)];
    const documents = { start: input('start', () => 0), end: input('end', () => rows), longest: rows };
    const rotary = { positions, table: allocateRotaryTable(own, source.config, rows) };
    const program = record(own, () => {
      const { hidden } = decodeDocuments({ ids, rotary, rows, documents }, parameters, source.config);
      return { logits: vocabularyLogits(hidden, parameters) };
    });
    program.replay();
    return Float32Array.from(own.read(program.outputs.logits));
  } finally {
    await own.close();
  }
}

const rootMeanSquare = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/**
 * Rounding a block x of 32 activations to 8 bits leaves errors of 1/√12 of a step on the average, and a step is
 * max|x| / 127 ≤ √32·rms(x) / 127. Weights that know nothing of the errors pass them on with the result: no product adds
 * more than this share of what it gives. Of two layers with four products one after another and the head, the shares add
 * up like independent errors.
 */
const SHARE = Math.sqrt(32 / 12) / 127;
const BOUND = Math.sqrt(2 * 4 + 1) * SHARE;

describe.each(BLOCK_FORMATS)('a GGUF model in %s', (format) => {
  it('stays in its blocks, and gives what its widened weights give but for the rounding of activations', async () => {
    const path = join(directory, `${format}.gguf`);
    await writeGguf(path, { metadata: ggufMetadata(config, 'Q8_0'), tensors: tensorsIn(format) });
    const file = await openGgufCheckpoint(path);
    try {
      const source = { ...file, config: parseModelConfig(file.config) };
      const [blocks, widened] = [await logitsOf(source, true), await logitsOf(source, false)];
      const difference = rootMeanSquare(blocks.map((value, i) => value - widened[i]!)) / rootMeanSquare(widened);
      expect(difference).toBeLessThan(BOUND);
      expect(difference).toBeGreaterThan(SHARE / 100);
    } finally {
      await file.close();
    }
  });
});

it('blocks of the test have weights as models have them', () => {
  for (const format of BLOCK_FORMATS) {
    const { weights, fileBytes } = formatDetails(format);
    const values = new Float32Array(512 * weights);
    dequantize(typeOf(format), randomBlocks(format, values.length, 3).subarray(0, 512 * fileBytes), values);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean), format).toBeLessThan(0.01);
    expect(rootMeanSquare(values), format).toBeGreaterThan(0.015);
    expect(rootMeanSquare(values), format).toBeLessThan(0.07);
  }
});
