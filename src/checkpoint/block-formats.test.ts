import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantize, READABLE_TYPES } from './block-formats.ts';
import { quantize, type WritableType } from './block-quantize.ts';
import { GGML_TYPES, type GgmlType, ggmlBytes, ggmlType } from './ggml-types.ts';

/** What the gguf Python package makes of the same bytes (scripts/goldens/gguf_blocks.py). */
const golden = JSON.parse(readFileSync(new URL('../../tests/goldens/gguf-blocks.json', import.meta.url), 'utf8')) as {
  dequantize: Record<string, { blocks: string; values: string }>;
  quantize: Record<string, string>;
};
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer);

function differences(actual: Float32Array, expected: Float32Array): number[] {
  const wrong: number[] = [];
  for (const [at, value] of expected.entries()) if (!Object.is(actual[at], value)) wrong.push(at);
  return wrong;
}

describe('dequantize equals the gguf package bit for bit', () => {
  it('for every type that is read', () => {
    expect([...Object.keys(golden.dequantize), 'F32'].sort()).toEqual([...READABLE_TYPES].sort());
  });

  it.each(Object.entries(golden.dequantize))('%s', (type, { blocks, values }) => {
    const source = bytesOf(blocks);
    const expected = floatsOf(values);
    const { elements, bytes } = GGML_TYPES[type as GgmlType];
    expect(expected.length).toBe((source.length / bytes) * elements);
    // From an odd place in a larger buffer into shared memory, as weights are read.
    const shifted = new Uint8Array(source.length + 1).subarray(1);
    shifted.set(source);
    const target = new Float32Array(new SharedArrayBuffer(expected.byteLength));
    dequantize(type as GgmlType, shifted, target);
    expect(differences(target, expected)).toEqual([]);
  });

  it('F32 is copied', () => {
    const values = Float32Array.of(1, -0, 3e38, Number.NaN);
    const target = new Float32Array(4);
    dequantize('F32', new Uint8Array(values.buffer), target);
    expect(differences(target, values)).toEqual([]);
  });
});

describe('quantize', () => {
  const input = floatsOf(golden.quantize.input!);

  it.each(['Q8_0', 'Q4_0', 'Q4_1', 'BF16'] as const)('%s equals the gguf package byte for byte', (type) => {
    const target = new Uint8Array(ggmlBytes(type, input.length));
    quantize(type, input, target);
    expect(Buffer.from(target).toString('base64')).toBe(golden.quantize[type]);
  });

  /** Values as weights have them: normal, with a scale of their own per row of 256. */
  const weights = Float32Array.from({ length: 64 * 256 }, (_, at) => normal(at) * 0.02 * (1 + ((at >> 8) % 5)));

  // Measured: 0.0041, 0.0843, 0.0806, 0.0653, 0.0174. llama.cpp states no bound; a normal distribution in n bits leaves
  // about half a step of its largest value, and the search for scales brings Q4_K below Q4_1 at the same 4.5 bits.
  it.each<[WritableType, number]>([
    ['F16', 3e-4],
    ['Q8_0', 0.006],
    ['Q4_0', 0.1],
    ['Q4_1', 0.1],
    ['Q4_K', 0.075],
    ['Q6_K', 0.02],
  ])('%s returns normal weights with a relative error below %f', (type, bound) => {
    const error = relativeError(type, weights);
    expect(error).toBeLessThan(bound);
    expect(error).toBeGreaterThan(bound / 5);
  });

  it.each(['Q4_K', 'Q6_K'] as const)('%s keeps what it can hold exactly', (type) => {
    // Integers times one step, the extremes present in every part, so that the best scale is that step.
    const exact = Float32Array.from({ length: 512 }, (_, at) =>
      type === 'Q6_K' ? ((at * 7) % 16 === 0 ? -32 : (at * 13) % 32) * 2 ** -7 : (((at * 7) % 16) - 4) * 2 ** -5,
    );
    expect(relativeError(type, exact)).toBeLessThan(2e-3);
    for (const same of [0, 1.5, -0.25]) {
      const flat = new Float32Array(256).fill(same);
      expect(relativeError(type, flat)).toBeLessThan(1e-3);
    }
  });

  it.each(['Q8_0', 'Q4_0', 'Q4_1', 'Q4_K', 'Q6_K'] as const)('%s refuses what is not finite', (type) => {
    for (const value of [Number.NaN, Infinity, -Infinity, 3e38]) {
      const values = new Float32Array(256).fill(0.5);
      values[77] = value;
      const target = new Uint8Array(ggmlBytes(type, 256));
      expect(() => quantize(type, values, target)).toThrow(/not finite|too large/);
    }
  });

  it('refuses what overflows 16 bits', () => {
    expect(() => quantize('F16', Float32Array.of(70000), new Uint8Array(2))).toThrow(/holds 70000/);
    expect(() => quantize('BF16', Float32Array.of(3.4e38), new Uint8Array(2))).toThrow(/too large for 16 bits/);
  });
});

it('types are found by number, and sizes have to agree', () => {
  for (const [name, { id }] of Object.entries(GGML_TYPES)) expect(ggmlType(id)).toBe(name);
  expect(ggmlType(4)).toBeUndefined();
  expect(() => dequantize('IQ1_S', new Uint8Array(50), new Float32Array(256))).toThrow(/IQ1_S cannot be read as f32/);
  expect(() => dequantize('Q8_0', new Uint8Array(35), new Float32Array(32))).toThrow(/35 bytes of Q8_0/);
  expect(() => dequantize('Q8_0', new Uint8Array(68), new Float32Array(32))).toThrow(/are not 32 elements/);
  expect(() => quantize('Q4_K', new Float32Array(32), new Uint8Array(18))).toThrow(/32 elements of Q4_K/);
});

function relativeError(type: WritableType, values: Float32Array): number {
  const bytes = new Uint8Array(ggmlBytes(type, values.length));
  quantize(type, values, bytes);
  const back = new Float32Array(values.length);
  dequantize(type, bytes, back);
  let [error, size] = [0, 0];
  for (const [at, value] of values.entries()) {
    error += (back[at]! - value) ** 2;
    size += value ** 2;
  }
  return size === 0 ? Math.sqrt(error) : Math.sqrt(error / size);
}

/** A fixed sequence of normal numbers: Box and Muller over a multiplicative hash. */
function normal(at: number): number {
  const uniform = (n: number) => ((Math.imul(n, 2654435761) ^ Math.imul(n + 17, 40503)) >>> 0) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(1 - uniform(2 * at))) * Math.cos(2 * Math.PI * uniform(2 * at + 1));
}
