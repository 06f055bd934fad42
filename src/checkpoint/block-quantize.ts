import { writeScale } from './block-scale.ts';
import { float32ToBf16, float32ToF16 } from './float-formats.ts';
import { GGML_TYPES, type GgmlType } from './ggml-types.ts';
import { quantizeQ4K, quantizeQ6K } from './k-quantize.ts';

/**
 * The types that can be written from f32. Q8_0, Q4_0 and Q4_1 give the same bytes as the gguf Python package and
 * llama.cpp's reference code. Q4_K and Q6_K are our own search for scales (see k-quantize.ts), in the same layout.
 */
const QUANTIZE = {
  F32: (source: Float32Array, target: Uint8Array) =>
    target.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength)),
  F16: (source: Float32Array, target: Uint8Array) => narrow(source, target, float32ToF16, 0x7c00),
  BF16: (source: Float32Array, target: Uint8Array) => narrow(source, target, float32ToBf16, 0x7f80),
  Q8_0: quantizeQ8_0,
  Q4_0: quantizeQ4_0,
  Q4_1: quantizeQ4_1,
  Q4_K: quantizeQ4K,
  Q6_K: quantizeQ6K,
} satisfies Partial<Record<GgmlType, (source: Float32Array, target: Uint8Array) => void>>;

export type WritableType = keyof typeof QUANTIZE;

/** The types that {@link quantize} writes. */
export const WRITABLE_TYPES = Object.keys(QUANTIZE) as WritableType[];

export function isWritableType(type: string): type is WritableType {
  return Object.hasOwn(QUANTIZE, type);
}

/**
 * Converts f32 to whole blocks of `type`.
 * @param source a multiple of the block's elements.
 * @param target exactly the bytes of those blocks.
 * @throws {Error} where a number cannot be held: infinities and NaN in blocks, or a scale beyond f16's 65,504.
 */
export function quantize(type: WritableType, source: Float32Array, target: Uint8Array): void {
  const { elements, bytes } = GGML_TYPES[type];
  if (source.length % elements !== 0 || (source.length / elements) * bytes !== target.length) {
    throw new Error(`${source.length} elements of ${type} are not ${target.length} bytes`);
  }
  // The searches for the largest element would step over a NaN.
  if (elements > 1 && !source.every((value) => Number.isFinite(value))) {
    throw new Error('holds numbers that are not finite');
  }
  QUANTIZE[type](source, target);
}

function narrow(
  source: Float32Array,
  target: Uint8Array,
  convert: (source: Float32Array, target: Uint16Array) => void,
  infinity: number,
): void {
  const bits = new Uint16Array(source.length);
  convert(source, bits);
  const lost = bits.findIndex((pattern, at) => (pattern & 0x7fff) === infinity && Number.isFinite(source[at]));
  if (lost >= 0) throw new Error(`holds ${source[lost]}, which is too large for 16 bits`);
  target.set(new Uint8Array(bits.buffer));
}

/** 1 / scale in f32. Below f32's reach the block counts as zeros, which is what its f16 scale makes of it. */
function inverse(scale: number): number {
  const value = Math.fround(1 / scale);
  return Number.isFinite(value) ? value : 0;
}

/** Half away from zero, as C's roundf. */
function roundHalfAway(value: number): number {
  const size = Math.abs(value);
  const floor = Math.floor(size);
  return Math.sign(value) * (floor + Math.floor(2 * (size - floor)));
}

function quantizeQ8_0(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 34) {
    let largest = 0;
    for (let i = 0; i < 32; i += 1) largest = Math.max(largest, Math.abs(source[at + i]!));
    const scale = Math.fround(largest / 127);
    const by = inverse(scale);
    writeScale(target, out, scale);
    for (let i = 0; i < 32; i += 1) target[out + 2 + i] = roundHalfAway(Math.fround(source[at + i]! * by));
  }
}

function quantizeQ4_0(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 18) {
    let largest = source[at]!;
    for (let i = 0; i < 32; i += 1) {
      const value = source[at + i]!;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    const scale = Math.fround(largest / -8);
    const by = inverse(scale);
    writeScale(target, out, scale);
    const number = (value: number) => Math.min(15, Math.trunc(Math.fround(Math.fround(value * by) + 8.5)));
    for (let i = 0; i < 16; i += 1) {
      target[out + 2 + i] = number(source[at + i]!) | (number(source[at + 16 + i]!) << 4);
    }
  }
}

function quantizeQ4_1(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 20) {
    let [low, high] = [source[at]!, source[at]!];
    for (let i = 0; i < 32; i += 1) {
      low = Math.min(low, source[at + i]!);
      high = Math.max(high, source[at + i]!);
    }
    const scale = Math.fround(Math.fround(high - low) / 15);
    const by = inverse(scale);
    writeScale(target, out, scale);
    writeScale(target, out + 2, low);
    const number = (value: number) =>
      Math.min(15, Math.trunc(Math.fround(Math.fround(Math.fround(value - low) * by) + 0.5)));
    for (let i = 0; i < 16; i += 1) {
      target[out + 4 + i] = number(source[at + i]!) | (number(source[at + 16 + i]!) << 4);
    }
  }
}
