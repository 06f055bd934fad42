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

  it.each(['Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'BF16'] as const)(
    '%s equals the gguf package byte for byte',
    (type) => {
      const target = new Uint8Array(ggmlBytes(type, input.length));
      quantize(type, input, target);
      expect(Buffer.from(target).toString('base64')).toBe(golden.quantize[type]);
    },
  );

  /** Values as weights have them: normal, with a scale of their own per row of 256. */
  const weights = Float32Array.from({ length: 64 * 256 }, (_, at) => normal(at) * 0.02 * (1 + ((at >> 8) % 5)));

  // Measured: 0.0041, 0.0843, 0.0806, 0.0653, 0.0174. llama.cpp states no bound; a normal distribution in n bits leaves
  // about half a step of its largest value, and the search for scales brings Q4_K below Q4_1 at the same 4.5 bits.
  it.each<[WritableType, number]>([
    ['F16', 3e-4],
    ['Q8_0', 0.006],
    ['Q4_0', 0.1],
    ['Q4_1', 0.1],
    ['Q5_0', 0.05],
    ['Q5_1', 0.05],
    ['MXFP4', 0.13],
    ['Q4_K', 0.075],
    ['Q5_K', 0.04],
    ['Q6_K', 0.02],
  ])('%s returns normal weights with a relative error below %f', (type, bound) => {
    const error = relativeError(type, weights);
    expect(error).toBeLessThan(bound);
    expect(error).toBeGreaterThan(bound / 5);
  });

  it.each(['Q4_K', 'Q5_K', 'Q6_K'] as const)('%s keeps what it can hold exactly', (type) => {
    // Integers times one step, the extremes present in every part, so that the best scale is that step.
    const exact = Float32Array.from({ length: 512 }, (_, at) =>
      type === 'Q6_K'
        ? ((at * 7) % 16 === 0 ? -32 : (at * 13) % 32) * 2 ** -7
        : (((at * 7) % (type === 'Q4_K' ? 16 : 32)) - 4) * 2 ** -5,
    );
    expect(relativeError(type, exact)).toBeLessThan(2e-3);
    for (const same of [0, 1.5, -0.25]) {
      const flat = new Float32Array(256).fill(same);
      expect(relativeError(type, flat)).toBeLessThan(1e-3);
    }
  });

  it.each(['Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q5_K', 'Q6_K'] as const)(
    '%s refuses what is not finite',
    (type) => {
      for (const value of [Number.NaN, Infinity, -Infinity, 3e38]) {
        const values = new Float32Array(256).fill(0.5);
        values[77] = value;
        const target = new Uint8Array(ggmlBytes(type, 256));
        expect(() => quantize(type, values, target)).toThrow(/not finite|too large/);
      }
    },
  );

  it('MXFP4 refuses what is not finite, and holds what no other block can', () => {
    const target = new Uint8Array(17);
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      expect(() => quantize('MXFP4', new Float32Array(32).fill(value), target)).toThrow(/not finite/);
    }
    for (const size of [2 ** 127, 2 ** -126, 6, 1.5 * 2 ** 40, 0]) {
      const values = Float32Array.from({ length: 32 }, (_, at) => (at % 2 === 0 ? size : -size / 2));
      expect(relativeError('MXFP4', values)).toBe(0);
    }
  });

  it('MXFP4 chooses exponents of no larger error than the gguf package', () => {
    const bytes = bytesOf(golden.quantize.MXFP4!);
    const theirs = new Float32Array(input.length);
    dequantize('MXFP4', bytes, theirs);
    const ours = roundTrip('MXFP4', input);
    let better = 0;
    for (let at = 0; at < input.length; at += 32) {
      const [a, b] = [squaredError(ours, input, at), squaredError(theirs, input, at)];
      expect(a).toBeLessThanOrEqual(b);
      if (a < b) better += 1;
    }
    expect(better).toBeGreaterThan(3);
  });

  it('refuses what overflows 16 bits', () => {
    expect(() => quantize('F16', Float32Array.of(70000), new Uint8Array(2))).toThrow(/holds 70000/);
    expect(() => quantize('BF16', Float32Array.of(3.4e38), new Uint8Array(2))).toThrow(/too large for 16 bits/);
  });
});

describe('errors beside those of llama.cpp (scripts/goldens/llama_quantize.py)', () => {
  const llama = JSON.parse(
    readFileSync(new URL('../../tests/goldens/llama-quantize.json', import.meta.url), 'utf8'),
  ) as {
    input: Record<string, string>;
    errors: Record<string, Record<string, { plain: number; weighted: number }>>;
  };
  const kinds = Object.entries(llama.input).map(([kind, text]) => [kind, floatsOf(text)] as const);

  it.each(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0'] as const)('%s: equal', (type) => {
    for (const [kind, values] of kinds) {
      const { plain, weighted } = relativeErrors(type, values);
      expect(plain / llama.errors[type]![kind]!.plain, kind).toBeCloseTo(1, 5);
      expect(weighted / llama.errors[type]![kind]!.weighted, kind).toBeCloseTo(1, 5);
    }
  });

  // Measured, plain: Q4_K 0.98 to 1.00, Q5_K 0.93 to 0.98, Q6_K 0.84 to 0.99, MXFP4 0.89 to 1.
  it.each(['Q4_K', 'Q5_K', 'Q6_K', 'MXFP4'] as const)('%s: not larger', (type) => {
    for (const [kind, values] of kinds) {
      const { plain, weighted } = relativeErrors(type, values);
      expect(plain / llama.errors[type]![kind]!.plain, kind).toBeLessThanOrEqual(1 + 1e-6);
      // Q6_K and MXFP4 are chosen for the plain error.
      const bound = type === 'Q6_K' || type === 'MXFP4' ? 1.02 : 1;
      expect(weighted / llama.errors[type]![kind]!.weighted, kind).toBeLessThanOrEqual(bound);
    }
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

function roundTrip(type: WritableType, values: Float32Array): Float32Array {
  const bytes = new Uint8Array(ggmlBytes(type, values.length));
  quantize(type, values, bytes);
  const back = new Float32Array(values.length);
  dequantize(type, bytes, back);
  return back;
}

function squaredError(back: Float32Array, values: Float32Array, from: number): number {
  let error = 0;
  for (let at = from; at < from + 32; at += 1) error += (back[at]! - values[at]!) ** 2;
  return error;
}

function relativeError(type: WritableType, values: Float32Array): number {
  const size = values.reduce((sum, value) => sum + value ** 2, 0);
  const back = roundTrip(type, values);
  const error = back.reduce((sum, value, at) => sum + (value - values[at]!) ** 2, 0);
  return size === 0 ? Math.sqrt(error) : Math.sqrt(error / size);
}

/** Squared errors relative to squares, as the script has them: plain, and with larger weights counting for more. */
function relativeErrors(type: WritableType, values: Float32Array): { plain: number; weighted: number } {
  const back = roundTrip(type, values);
  const sums = { error: 0, size: 0, weightedError: 0, weightedSize: 0 };
  for (let at = 0; at < values.length; at += 32) {
    const typical = Math.sqrt(values.subarray(at, at + 32).reduce((sum, value) => sum + value ** 2, 0) / 32);
    for (let i = at; i < at + 32; i += 1) {
      const [size, error] = [values[i]! ** 2, (back[i]! - values[i]!) ** 2];
      const weight = typical + Math.abs(values[i]!);
      sums.error += error;
      sums.size += size;
      sums.weightedError += weight * error;
      sums.weightedSize += weight * size;
    }
  }
  return { plain: sums.error / sums.size, weighted: sums.weightedError / sums.weightedSize };
}

/** A fixed sequence of normal numbers: Box and Muller over a multiplicative hash. */
function normal(at: number): number {
  const uniform = (n: number) => ((Math.imul(n, 2654435761) ^ Math.imul(n + 17, 40503)) >>> 0) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(1 - uniform(2 * at))) * Math.cos(2 * Math.PI * uniform(2 * at + 1));
}
