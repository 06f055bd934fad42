/**
 * Conversions between f32 and the two 16-bit float formats, by bits: bf16 is the upper half of an f32 (1 sign, 8
 * exponent, 7 fraction bits), f16 is IEEE 754 binary16 (1, 5, 10). Narrowing rounds to nearest, ties to even; NaN stays
 * NaN; what exceeds the range becomes infinity. Source and target must have one length and may lie in shared memory.
 */

/** @param source bit patterns. */
export function bf16ToFloat32(source: Uint16Array, target: Float32Array): void {
  const bits = bitsOf(target);
  for (let i = 0; i < source.length; i += 1) bits[i] = source[i]! << 16;
}

/** @param target bit patterns. */
export function float32ToBf16(source: Float32Array, target: Uint16Array): void {
  const bits = bitsOf(source);
  for (let i = 0; i < bits.length; i += 1) {
    const value = bits[i]!;
    const notANumber = (value & 0x7fffffff) > 0x7f800000;
    // The quiet bit keeps a NaN whose fraction lies in the lower half from turning into infinity.
    target[i] = notANumber ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
}

let f16Values: Float32Array | undefined;

/** The value of every f16 bit pattern, by pattern. */
export function f16Table(): Float32Array {
  f16Values ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => f16Value(bits));
  return f16Values;
}

/** @param source bit patterns. */
export function f16ToFloat32(source: Uint16Array, target: Float32Array): void {
  const values = f16Table();
  for (let i = 0; i < source.length; i += 1) target[i] = values[source[i]!]!;
}

function f16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** @param target bit patterns. */
export function float32ToF16(source: Float32Array, target: Uint16Array): void {
  const bits = bitsOf(source);
  for (let i = 0; i < bits.length; i += 1) target[i] = f16Bits(bits[i]!);
}

const oneValue = new Float32Array(1);
const oneBits = new Uint32Array(oneValue.buffer);

/** The f16 bit pattern nearest to `value`, which is rounded to f32 first. */
export function f16BitsOf(value: number): number {
  oneValue[0] = value;
  return f16Bits(oneBits[0]!);
}

function f16Bits(float32Bits: number): number {
  const sign = (float32Bits >>> 16) & 0x8000;
  const size = float32Bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x3ff);
  // 65,520 lies half-way between the largest f16 and the next power of two.
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size >= 0x38800000) {
    const rebiased = size - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // At most half of the smallest denormal, 2^-24.
  if (size <= 0x33000000) return sign;
  const significand = (size & 0x7fffff) | 0x800000;
  const shift = 126 - (size >>> 23);
  const quotient = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient);
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
