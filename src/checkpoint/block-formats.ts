import { f16Table } from './float-formats.ts';
import { GGML_TYPES, type GgmlType } from './ggml-types.ts';
import { dequantizeQ2K, dequantizeQ3K, dequantizeQ4K, dequantizeQ5K, dequantizeQ6K } from './k-blocks.ts';

/**
 * Writes the values of whole blocks as f32.
 * @param source the blocks, one after another, starting at any byte.
 * @param target as many elements as the blocks hold; may lie in shared memory.
 */
export type Dequantize = (source: Uint8Array, target: Float32Array) => void;

/**
 * Every type that can be read as f32. All arithmetic is in f32 in the order that the layouts below give, so that results
 * equal those of the gguf Python package bit for bit.
 */
const DEQUANTIZE: Partial<Record<GgmlType, Dequantize>> = {
  F32: dequantizeF32,
  F16: dequantizeF16,
  BF16: dequantizeBf16,
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q5_0: dequantizeQ5_0,
  Q5_1: dequantizeQ5_1,
  Q8_0: dequantizeQ8_0,
  Q2_K: dequantizeQ2K,
  Q3_K: dequantizeQ3K,
  Q4_K: dequantizeQ4K,
  Q5_K: dequantizeQ5K,
  Q6_K: dequantizeQ6K,
  MXFP4: dequantizeMxfp4,
};

/** The types that {@link dequantize} reads. */
export const READABLE_TYPES: readonly GgmlType[] = Object.keys(DEQUANTIZE) as GgmlType[];

/** Converts whole blocks of `type` to f32. @throws {Error} for a type that is not among {@link READABLE_TYPES}. */
export function dequantize(type: GgmlType, source: Uint8Array, target: Float32Array): void {
  const convert = DEQUANTIZE[type];
  if (convert === undefined) {
    throw new Error(`type ${type} cannot be read as f32, only ${READABLE_TYPES.join(', ')} can`);
  }
  const { elements, bytes } = GGML_TYPES[type];
  if (source.length % bytes !== 0 || (source.length / bytes) * elements !== target.length) {
    throw new Error(`${source.length} bytes of ${type} are not ${target.length} elements`);
  }
  convert(source, target);
}

const word = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

function dequantizeF32(source: Uint8Array, target: Float32Array): void {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(source);
}

function dequantizeF16(source: Uint8Array, target: Float32Array): void {
  const values = f16Table();
  for (let i = 0; i < target.length; i += 1) target[i] = values[word(source, 2 * i)]!;
}

function dequantizeBf16(source: Uint8Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < bits.length; i += 1) bits[i] = word(source, 2 * i) << 16;
}

/**
 * 32 elements in 34 bytes: f16 scale d, then 32 signed bytes q. Element i is d × q[i].
 */
function dequantizeQ8_0(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 34, out += 32) {
    const scale = half[word(source, at)]!;
    for (let i = 0; i < 32; i += 1) target[out + i] = scale * ((source[at + 2 + i]! << 24) >> 24);
  }
}

/**
 * 32 elements in 18 bytes: f16 scale d, then 16 bytes. The low half-byte of byte i is element i, the high one element
 * i + 16; the value is d × (q − 8).
 */
function dequantizeQ4_0(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 18, out += 32) {
    const scale = half[word(source, at)]!;
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 2 + i]!;
      target[out + i] = scale * ((pair & 15) - 8);
      target[out + 16 + i] = scale * ((pair >> 4) - 8);
    }
  }
}

/**
 * 32 elements in 20 bytes: f16 scale d, f16 minimum m, then 16 bytes as in Q4_0; the value is d × q + m.
 */
function dequantizeQ4_1(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 20, out += 32) {
    const scale = half[word(source, at)]!;
    const minimum = half[word(source, at + 2)]!;
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 4 + i]!;
      target[out + i] = Math.fround(scale * (pair & 15)) + minimum;
      target[out + 16 + i] = Math.fround(scale * (pair >> 4)) + minimum;
    }
  }
}

const fifthBits = (bytes: Uint8Array, at: number): number => word(bytes, at) | (word(bytes, at + 2) << 16);

/**
 * 32 elements in 22 bytes: f16 scale d, 32 bits of which bit i is the fifth bit of element i, then 16 bytes with the low
 * four bits as in Q4_0; the value is d × (q − 16).
 */
function dequantizeQ5_0(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 22, out += 32) {
    const scale = half[word(source, at)]!;
    const high = fifthBits(source, at + 2);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 6 + i]!;
      target[out + i] = scale * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16);
      target[out + 16 + i] = scale * (((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
    }
  }
}

/**
 * 32 elements in 24 bytes: f16 scale d, f16 minimum m, fifth bits and low bits as in Q5_0; the value is d × q + m.
 */
function dequantizeQ5_1(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 24, out += 32) {
    const scale = half[word(source, at)]!;
    const minimum = half[word(source, at + 2)]!;
    const high = fifthBits(source, at + 4);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 8 + i]!;
      const first = (pair & 15) | (((high >>> i) & 1) << 4);
      const second = (pair >> 4) | (((high >>> (i + 16)) & 1) << 4);
      target[out + i] = Math.fround(scale * first) + minimum;
      target[out + 16 + i] = Math.fround(scale * second) + minimum;
    }
  }
}

/** Twice the values of the 4-bit float e2m1 (OCP Microscaling Formats v1.0, table 5), by code. */
const DOUBLED_E2M1 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/**
 * 32 elements in 17 bytes: an exponent e (e8m0: 2^(e − 127)), then 16 bytes of 4-bit floats in the order of Q4_0; the
 * value is 2^(e − 127) × e2m1. A zero has no sign, as in ggml.
 */
function dequantizeMxfp4(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; at < source.length; at += 17, out += 32) {
    const halfScale = 2 ** (source[at]! - 128);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 1 + i]!;
      target[out + i] = halfScale * DOUBLED_E2M1[pair & 15]!;
      target[out + 16 + i] = halfScale * DOUBLED_E2M1[pair >> 4]!;
    }
  }
}
