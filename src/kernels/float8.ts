import type { Builder } from './builder.ts';
import type { Value } from './ir.ts';

/**
 * Floats of 8 bits (OCP 8-bit Floating Point Specification v1.0) in vectors: e4m3 has 4 exponent and 3 fraction bits, e5m2
 * 5 and 2. Their bits below the sign, moved to where an f32 has exponent and fraction, are the value times a power of two
 * that the biases differ by; that holds for denormals too, which a multiplication makes normal. So a number is widened
 * and scaled by one multiplication with scale times that power, which rounds once. Infinities and NaNs would come out as
 * numbers, and weights that have them are refused when they are packed.
 */
export type Float8 = 'f8_e4m3' | 'f8_e5m2';

interface Placement {
  /** How far the sign of a byte at the top of a word is from where the exponent of an f32 has its first bit in use. */
  readonly shift: number;
  /** Sign, exponent and fraction. */
  readonly mask: number;
  /** By what the f32 is too small. */
  readonly unit: number;
}

const PLACEMENT: Readonly<Record<Float8, Placement>> = {
  f8_e4m3: { shift: 4, mask: 0x87f00000 | 0, unit: 2 ** 120 },
  f8_e5m2: { shift: 3, mask: 0x8fe00000 | 0, unit: 2 ** 112 },
};

/** What a scale is multiplied by before {@link float8OfWord} is multiplied with it. */
export function float8Unit(format: Float8): number {
  return PLACEMENT[format].unit;
}

/** The largest scale that stays finite in that: just below 2^8 and 2^16. */
export function largestScale(format: Float8): number {
  return ((2 - 2 ** -23) * 2 ** 127) / PLACEMENT[format].unit;
}

/** Number 0…3 of the bytes of a word, from its lowest on, divided by {@link float8Unit}. */
export function float8OfWord<T extends 'i32' | 'vi32'>(
  b: Builder,
  format: Float8,
  word: Value<T>,
  index: number,
): Value<T extends 'i32' ? 'f32' : 'vf32'> {
  const { shift, mask } = PLACEMENT[format];
  const top = index === 3 ? word : b.shiftLeft<T>(word, 24 - 8 * index);
  // The shift back to the right fills what lies between sign and exponent with signs, which are then cleared.
  return b.fromBits(b.and<T>(b.shiftRight<T>(top, shift), mask));
}
