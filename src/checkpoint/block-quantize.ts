import { writeScale } from './block-scale.ts';
import { float32ToBf16, float32ToF16 } from './float-formats.ts';
import { GGML_TYPES, type GgmlType } from './ggml-types.ts';
import { quantizeQ4K, quantizeQ5K, quantizeQ6K } from './k-quantize.ts';

/**
 * The types that can be written from f32. Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 give the same bytes as the gguf Python package
 * and llama.cpp's reference code. Q4_K, Q5_K, Q6_K (see k-quantize.ts) and MXFP4 are our own search for scales, in the
 * same layout.
 */
const QUANTIZE = {
  F32: (source: Float32Array, target: Uint8Array) =>
    target.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength)),
  F16: (source: Float32Array, target: Uint8Array) => narrow(source, target, float32ToF16, 0x7c00),
  BF16: (source: Float32Array, target: Uint8Array) => narrow(source, target, float32ToBf16, 0x7f80),
  Q8_0: quantizeQ8_0,
  Q4_0: quantizeQ4_0,
  Q4_1: quantizeQ4_1,
  Q5_0: quantizeQ5_0,
  Q5_1: quantizeQ5_1,
  MXFP4: quantizeMxfp4,
  Q4_K: quantizeQ4K,
  Q5_K: quantizeQ5K,
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
    const { scale, by } = signedScale(source, at, 8);
    writeScale(target, out, scale);
    const number = (value: number) => Math.min(15, Math.trunc(Math.fround(Math.fround(value * by) + 8.5)));
    for (let i = 0; i < 16; i += 1) {
      target[out + 2 + i] = number(source[at + i]!) | (number(source[at + 16 + i]!) << 4);
    }
  }
}

function quantizeQ5_0(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 22) {
    const { scale, by } = signedScale(source, at, 16);
    writeScale(target, out, scale);
    const number = (value: number) => Math.min(31, Math.trunc(Math.fround(Math.fround(value * by) + 16.5)));
    writeFiveBits(source, at, target, out + 2, number);
  }
}

/** The scale for which the element of largest size becomes −`steps`, and its inverse. */
function signedScale(source: Float32Array, at: number, steps: number): { scale: number; by: number } {
  let largest = source[at]!;
  for (let i = 0; i < 32; i += 1) {
    const value = source[at + i]!;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  const scale = Math.fround(largest / -steps);
  return { scale, by: inverse(scale) };
}

function quantizeQ4_1(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 20) {
    const number = spanningScale(source, at, 15, target, out);
    for (let i = 0; i < 16; i += 1) {
      target[out + 4 + i] = number(source[at + i]!) | (number(source[at + 16 + i]!) << 4);
    }
  }
}

function quantizeQ5_1(source: Float32Array, target: Uint8Array): void {
  for (let at = 0, out = 0; at < source.length; at += 32, out += 24) {
    writeFiveBits(source, at, target, out + 4, spanningScale(source, at, 31, target, out));
  }
}

/** Writes scale and minimum for which `most` steps span all elements; gives the integer of an element. */
function spanningScale(source: Float32Array, at: number, most: number, target: Uint8Array, out: number) {
  let [low, high] = [source[at]!, source[at]!];
  for (let i = 0; i < 32; i += 1) {
    low = Math.min(low, source[at + i]!);
    high = Math.max(high, source[at + i]!);
  }
  const scale = Math.fround(Math.fround(high - low) / most);
  const by = inverse(scale);
  writeScale(target, out, scale);
  writeScale(target, out + 2, low);
  return (value: number) => Math.min(most, Math.trunc(Math.fround(Math.fround(Math.fround(value - low) * by) + 0.5)));
}

/** Four bytes of fifth bits, then 16 of low bits. */
function writeFiveBits(
  source: Float32Array,
  at: number,
  target: Uint8Array,
  out: number,
  number: (value: number) => number,
): void {
  target.fill(0, out, out + 4);
  for (let i = 0; i < 16; i += 1) {
    const [first, second] = [number(source[at + i]!), number(source[at + 16 + i]!)];
    target[out + 4 + i] = (first & 15) | ((second & 15) << 4);
    target[out + (i >> 3)]! |= (first >> 4) << (i & 7);
    target[out + 2 + (i >> 3)]! |= (second >> 4) << (i & 7);
  }
}

/** The sizes of e2m1 numbers, by code, and the borders between them: half-way, ties to the smaller as in gguf-py. */
const E2M1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
const BORDERS = E2M1.slice(1).map((size, at) => (size + E2M1[at]!) / 2);

/**
 * The exponent is the one of two with the smaller squared error: that for which the largest element lies between 4 and 8,
 * so that it may be cut down to 6 (the choice of the OCP specification and of gguf-py), or the next, with coarser steps.
 */
function quantizeMxfp4(source: Float32Array, target: Uint8Array): void {
  const [codes, others] = [new Uint8Array(32), new Uint8Array(32)];
  for (let at = 0, out = 0; at < source.length; at += 32, out += 17) {
    let largest = 0;
    for (let i = 0; i < 32; i += 1) largest = Math.max(largest, Math.abs(source[at + i]!));
    const exponent = largest === 0 ? 0 : Math.max(0, exponentOf(largest) + 125);
    const error = e2m1Codes(source, at, exponent, codes);
    const coarser = e2m1Codes(source, at, exponent + 1, others) < error;
    const chosen = coarser ? others : codes;
    target[out] = coarser ? exponent + 1 : exponent;
    for (let i = 0; i < 16; i += 1) target[out + 1 + i] = chosen[i]! | (chosen[16 + i]! << 4);
  }
}

/** floor(log2(value)) of a number above zero, by bits: Math.log2 may round up just below a power of two. */
function exponentOf(value: number): number {
  EXPONENT.setFloat64(0, value);
  return ((EXPONENT.getUint16(0) >> 4) & 0x7ff) - 1023;
}

const EXPONENT = new DataView(new ArrayBuffer(8));

/** The codes of a block for an exponent; returns the squared error. */
function e2m1Codes(source: Float32Array, at: number, exponent: number, codes: Uint8Array): number {
  const scale = 2 ** (exponent - 127);
  let error = 0;
  for (let i = 0; i < 32; i += 1) {
    const value = source[at + i]! / scale;
    const size = Math.abs(value);
    let code = 0;
    while (code < 7 && size > BORDERS[code]!) code += 1;
    error += (size - E2M1[code]!) ** 2;
    codes[i] = code !== 0 && value < 0 ? code | 8 : code;
  }
  return error * scale * scale;
}
