import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parseBlockScaling, type ScaledReader, withBlockScales } from './block-scales.ts';
import { openCheckpoint } from './checkpoint.ts';
import { fp8Table, isFp8Type } from './fp8.ts';
import { openSafetensors } from './safetensors.ts';

/** What torch makes of the same bytes (scripts/goldens/fp8.py). */
const place = new URL('../../tests/goldens/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('fp8.json', place), 'utf8')) as {
  codes: Record<string, string>;
  scaled: Record<string, { f32: string; bf16: string }>;
};
const floats = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
const halves = (text: string) => new Uint16Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

it.each(Object.entries(golden.codes))('all 256 codes of %s are as torch has them', (type, values) => {
  if (!isFp8Type(type)) throw new Error(type);
  const expected = [...floats(values)];
  expect([...fp8Table(type)].findIndex((value, code) => !Object.is(value, expected[code]))).toBe(-1);
  expect(expected.length).toBe(256);
});

describe('weights with block scales', () => {
  let reader: ScaledReader | undefined;
  afterEach(() => reader?.close());
  const open = async () => {
    const path = fileURLToPath(new URL('fp8-blocks.safetensors', place));
    reader = withBlockScales(await openSafetensors(path), { block: [128, 128] });
    return reader;
  };

  it.each(Object.entries(golden.scaled))('%s is as torch has it', async (name, { f32, bf16 }) => {
    const weights = await open();
    const { shape, elements } = weights.tensors.get(name)!;
    const whole = new Float32Array(new SharedArrayBuffer(4 * elements));
    await weights.read(name, whole);
    const columns = shape[1]!;
    const expected = floats(f32);
    const firstRow = (elements - expected.length) / columns;
    expect(firstRow).toBe(name === 'odd.weight' ? 126 : 0);
    expect([...whole.subarray(firstRow * columns)]).toEqual([...expected]);
    // Rows one by one: from the middle of a block, and over the border of two.
    for (let row = 0; row < shape[0]!; row += row === 0 ? 120 : 1) {
      const count = Math.min(2, shape[0]! - row);
      const rows = new Float32Array(count * columns);
      await weights.readRows(name, row, rows);
      expect([...rows]).toEqual([...whole.subarray(row * columns, (row + count) * columns)]);
    }
    const narrow = new Uint16Array(elements);
    await weights.readRowsBf16(name, 0, narrow);
    expect(narrow).toEqual(halves(bf16));
  });

  it('hide their scales and leave other tensors alone', async () => {
    const weights = await open();
    expect([...weights.tensors.keys()].sort()).toEqual([...Object.keys(golden.scaled), 'norm.weight'].sort());
    const norm = new Float32Array(4);
    await weights.read('norm.weight', norm);
    expect([...norm]).toEqual([1, 1, 1, 1]);
    expect((await weights.readRaw('row.weight')).length).toBe(257);
    await expect(weights.read('row.weight_scale_inv', new Float32Array(3))).rejects.toThrow(/is the scale of a weight/);
    await expect(weights.read('row.weight', new Float32Array(3))).rejects.toThrow(/has 257 elements, the target 3/);
    await expect(weights.readRows('row.weight', 1, new Float32Array(257))).rejects.toThrow(/has 1 rows of 257/);
    await weights.readRows('norm.weight', 0, norm.fill(0));
    expect([...norm]).toEqual([1, 1, 1, 1]);
    await expect(weights.readRows('row.weight_scale_inv', 0, norm)).rejects.toThrow(/is the scale of a weight/);
  });
});

describe('damaged scales', () => {
  const codes = { dtype: 'F8_E4M3', shape: [130, 2], data_offsets: [0, 260] };
  const scale = { dtype: 'F32', shape: [2, 1], data_offsets: [260, 268] };
  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ['missing', { w: codes }, 260, /tensor w has type F8_E4M3, but its scale w_scale_inv is missing/],
    [
      'of another shape',
      { w: codes, w_scale_inv: { ...scale, shape: [1, 2] } },
      268,
      /w_scale_inv has shape \[1,2\].*needs \[2,1\]/,
    ],
    [
      'of another type',
      { w: codes, w_scale_inv: { ...scale, dtype: 'I32' } },
      268,
      /has type I32, scales are F32 or F8_E8M0/,
    ],
    ['of a vector', { w: { ...codes, shape: [260] } }, 260, /has shape \[260\], only matrices have block scales/],
    [
      'without a weight',
      { w: { ...codes, dtype: 'BF16', shape: [130] }, v_scale_inv: scale },
      268,
      /v_scale_inv scales a weight.*no such weight/,
    ],
    [
      'of a wide weight',
      { w: { ...codes, dtype: 'BF16', shape: [130] }, w_scale_inv: scale },
      268,
      /that weight has type BF16/,
    ],
  ])('%s are refused', async (_, entries, bytes, message) => {
    const directory = await mkdtemp(join(tmpdir(), 'jingqi-fp8-'));
    try {
      const text = Buffer.from(JSON.stringify(entries));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      const path = join(directory, 'w.safetensors');
      await writeFile(path, Buffer.concat([length, text, Buffer.alloc(bytes, 1)]));
      const reader = await openSafetensors(path);
      expect(() => withBlockScales(reader, { block: [128, 128] })).toThrow(message);
      await reader.close();
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('a directory in FP8', () => {
  /** The golden model with every projection in codes of 1 and one scale, 2^-layer, as V3 is published. */
  const write = async (directory: string, quantization: unknown) => {
    const from = fileURLToPath(new URL('v3-plain/', place));
    const source = await openSafetensors(join(from, 'model.safetensors'));
    const header: Record<string, unknown> = {};
    const data: Uint8Array[] = [];
    let end = 0;
    const add = (name: string, dtype: string, shape: readonly number[], bytes: Uint8Array) => {
      header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
      end += bytes.length;
      data.push(bytes);
    };
    for (const { name, dtype, shape, elements } of source.tensors.values()) {
      const layer = /layers\.(\d).*_proj/.exec(name)?.[1];
      if (layer === undefined) add(name, dtype, shape, await source.readRaw(name));
      else {
        add(name, 'F8_E4M3', shape, new Uint8Array(elements).fill(0x38));
        add(`${name}_scale_inv`, 'F32', [1, 1], new Uint8Array(Float32Array.of(2 ** -Number(layer)).buffer));
      }
    }
    await source.close();
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    await writeFile(join(directory, 'model.safetensors'), Buffer.concat([length, text, ...data]));
    const config = JSON.parse(readFileSync(join(from, 'config.json'), 'utf8')) as object;
    await writeFile(join(directory, 'config.json'), JSON.stringify({ ...config, quantization_config: quantization }));
    return end;
  };

  it('is opened as a checkpoint, with its weights as numbers', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'jingqi-fp8-'));
    try {
      const bytes = await write(directory, { quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [128, 128] });
      const checkpoint = await openCheckpoint(directory);
      expect(checkpoint.totalBytes).toBe(bytes);
      const name = 'model.layers.1.self_attn.o_proj.weight';
      const values = new Float32Array(checkpoint.tensors.get(name)!.elements);
      await checkpoint.read(name, values);
      expect(values.every((value) => value === 0.5)).toBe(true);
      await checkpoint.close();
      await write(directory, undefined);
      await expect(openCheckpoint(directory)).rejects.toThrow(
        /has type F8_E4M3, only F32, F16, BF16 are supported here/,
      );
      await write(directory, { quant_method: 'gptq' });
      await expect(openCheckpoint(directory)).rejects.toThrow(
        `${directory}/config.json: field quantization_config.quant_method`,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('quantization_config', () => {
  const v3 = { activation_scheme: 'dynamic', fmt: 'e4m3', quant_method: 'fp8', weight_block_size: [128, 128] };
  it('of DeepSeek-V3 and V3.1 is understood', () => {
    expect(parseBlockScaling('c', v3)).toEqual({ block: [128, 128] });
    expect(parseBlockScaling('c', { ...v3, scale_fmt: 'ue8m0' })).toEqual({ block: [128, 128] });
  });
  it.each<[unknown, RegExp]>([
    [{ ...v3, quant_method: 'awq' }, /^c: field quantization_config.quant_method is "awq", only "fp8"/],
    [{ ...v3, fmt: 'e5m2' }, /fmt is "e5m2"/],
    [{ ...v3, weight_block_size: null }, /weight_block_size is null/],
    [{ ...v3, weight_block_size: [128, 0] }, /weight_block_size is \[128,0\]/],
    [{ ...v3, scale_fmt: 3 }, /scale_fmt is 3/],
    [{ ...v3, activation_scheme: 'static' }, /activation_scheme is "static"/],
    [{ ...v3, modules_to_not_convert: [] }, /quantization_config.modules_to_not_convert is not understood/],
    [[], /quantization_config is \[\], not an object/],
  ])('%j is refused', (json, message) => expect(() => parseBlockScaling('c', json)).toThrow(message));
});
