import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bf16ToFloat32, f16ToFloat32, float32ToBf16, float32ToF16 } from './float-formats.ts';

interface Format {
  readonly name: string;
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly narrow: (source: Float32Array, target: Uint16Array) => void;
  readonly widen: (source: Uint16Array, target: Float32Array) => void;
}

const formats: Format[] = [
  { name: 'bf16', exponentBits: 8, fractionBits: 7, narrow: float32ToBf16, widen: bf16ToFloat32 },
  { name: 'f16', exponentBits: 5, fractionBits: 10, narrow: float32ToF16, widen: f16ToFloat32 },
];

const narrowOne = (format: Format, value: number) => {
  const target = new Uint16Array(1);
  format.narrow(Float32Array.of(value), target);
  return target[0]!;
};

/** The value of a bit pattern by the definition of IEEE 754 formats. */
function valueOfBits({ exponentBits, fractionBits }: Format, bits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = Math.floor(bits / 2 ** 15) === 1 ? -1 : 1;
  const exponent = Math.floor(bits / 2 ** fractionBits) % 2 ** exponentBits;
  const fraction = (bits % 2 ** fractionBits) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** Nearest pattern by search: the neighbours below and above, infinity counting as the next power of two. */
function nearest(format: Format, value: number): number {
  const sign = Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  const infinity = (2 ** format.exponentBits - 1) * 2 ** format.fractionBits;
  if (size === Infinity) return sign + infinity;
  let [low, high] = [0, infinity];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (valueOfBits(format, middle) <= size) low = middle;
    else high = middle;
  }
  const limit = 2 ** (2 ** (format.exponentBits - 1));
  const below = size - valueOfBits(format, low);
  const above = (high === infinity ? limit : valueOfBits(format, high)) - size;
  const up = above < below || (above === below && low % 2 === 1);
  return sign + (up ? high : low);
}

describe.each(formats)('$name', (format) => {
  it('widens every bit pattern to its value', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const values = new Float32Array(65536);
    format.widen(patterns, values);
    let wrong = 0;
    for (const bits of patterns) if (!Object.is(values[bits], valueOfBits(format, bits))) wrong += 1;
    expect(wrong).toBe(0);
  });

  it('returns every number that is not NaN to its bit pattern', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const values = new Float32Array(65536);
    format.widen(patterns, values);
    const back = new Uint16Array(65536);
    format.narrow(values, back);
    let wrong = 0;
    for (const bits of patterns) {
      const notANumber = Number.isNaN(valueOfBits(format, bits));
      if (notANumber ? !Number.isNaN(valueOfBits(format, back[bits]!)) : back[bits] !== bits) wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  it('rounds to the nearest, ties to even, for any f32 bits', () => {
    const word = new Uint32Array(1);
    const float = new Float32Array(word.buffer);
    const check = (bits: number) => {
      word[0] = bits;
      const target = new Uint16Array(1);
      format.narrow(float, target);
      const value = float[0]!;
      if (Number.isNaN(value)) expect(valueOfBits(format, target[0]!)).toBeNaN();
      else expect(target[0]).toBe(nearest(format, value));
    };
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), check), { numRuns: 2000 });
    // Around every half-way point, where rounding is decided.
    const around = fc.tuple(fc.integer({ min: 0, max: 65534 }), fc.integer({ min: -1, max: 1 }));
    const nearHalf = ([pattern, step]: [number, number]) => {
      const middle = (valueOfBits(format, pattern) + valueOfBits(format, pattern + 1)) / 2;
      if (!Number.isFinite(middle)) return;
      float[0] = middle;
      check((word[0]! + step) >>> 0);
    };
    fc.assert(fc.property(around, nearHalf), { numRuns: 4000 });
  });

  it('keeps signs of zero, turns what is too large to infinity and what is too small to zero', () => {
    expect(narrowOne(format, 0)).toBe(0);
    expect(narrowOne(format, -0)).toBe(0x8000);
    expect(valueOfBits(format, narrowOne(format, 3.4028234663852886e38))).toBe(Infinity);
    expect(valueOfBits(format, narrowOne(format, -3.4028234663852886e38))).toBe(-Infinity);
    expect(narrowOne(format, 2 ** -149)).toBe(0);
  });
});

it('f16 is at its limits as IEEE 754 has it', () => {
  const f16 = formats[1]!;
  expect([65504, 65519.99609375, 65520].map((value) => narrowOne(f16, value))).toEqual([0x7bff, 0x7bff, 0x7c00]);
  expect([2 ** -24, 2 ** -25, 2 ** -25 * 1.0001, 2 ** -24 * 1.5, 2 ** -14].map((v) => narrowOne(f16, v))).toEqual([
    1, 0, 1, 2, 0x400,
  ]);
});
