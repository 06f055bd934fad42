import {
  ACTIVATION_BYTES,
  ACTIVATION_HALF_SUMS,
  ACTIVATION_SCALE,
  ACTIVATION_SCALED_SUM,
  ACTIVATION_SUM,
} from './block-activations.ts';
import { BLOCK, type BlockFormat, formatDetails, rowBytes } from './block-formats.ts';

/** Integers 0…range-1 that look random and repeat exactly. */
export function noise(index: number, range: number): number {
  let x = Math.imul(index + 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % range;
}

/** Where f16 numbers stand in a block of a file: its scale, and its minimum if it has one. */
function halvesIn(format: BlockFormat): number[] {
  if (format === 'mxfp4') return [];
  return format === 'q6_k' ? [208] : formatDetails(format).minimum ? [0, 2] : [0];
}

/**
 * Rows of blocks as a GGUF file has them, with every code and factor, scales and minima of both signs, zeros and denormal
 * ones among them, and minima that move a block far beyond what its codes span.
 */
export function fileRows(format: BlockFormat, rows: number, inner: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rows * rowBytes(format, inner));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = noise(seed + i, 256);
  for (let at = 0; at < bytes.length; at += formatDetails(format).fileBytes) {
    // Exponents near that of 1, and the two that are denormal once halved.
    if (format === 'mxfp4') bytes[at] = noise(seed + at, 7) < 2 ? noise(at, 2) : 117 + noise(seed - at, 20);
    for (const half of halvesIn(format)) {
      const kind = noise(seed + at + half, 11);
      const scale = kind === 0 ? 3 * 2 ** -24 : kind === 1 ? 0 : (noise(at + half - seed, 2047) - 1023) / 2 ** 15;
      view.setFloat16(at + half, scale * (half === 2 && kind === 2 ? 64 : 1), true);
    }
  }
  return bytes;
}

/** Weights, each the sum of a multiple of the scale and one of the minimum. */
export interface Decoded {
  readonly scaled: Float64Array;
  readonly minima: Float64Array;
  readonly weights: Float64Array;
}

/** The weights of blocks in a file, by the formats' definition, one by one in f64. */
export function decodeBlocks(format: BlockFormat, source: Uint8Array<ArrayBuffer>): Decoded {
  const { weights: length, fileBytes } = formatDetails(format);
  const count = (source.length / fileBytes) * length;
  const [scaled, minima] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const block = source.subarray(Math.floor(i / length) * fileBytes);
    [scaled[i], minima[i]] = WEIGHT[format](block, i % length) as [number, number];
  }
  return { scaled, minima, weights: scaled.map((value, i) => value + minima[i]!) };
}

const half = (block: Uint8Array, at: number) => new DataView(block.buffer, block.byteOffset).getFloat16(at, true);
/** The nibble of weight k in bytes where weight k and k + `apart` share one. */
const nibble = (block: Uint8Array, at: number, k: number, apart: number) =>
  (block[at + Math.floor(k / (2 * apart)) * apart + (k % apart)]! >> (k % (2 * apart) < apart ? 0 : 4)) & 15;
const bit = (block: Uint8Array, at: number, k: number) => (block[at + (k >> 3)]! >> (k & 7)) & 1;

/** Scale and minimum of part j of Q4_K and Q5_K, from bytes that begin at 4. */
function longFactors(block: Uint8Array, j: number): [number, number] {
  const byte = (i: number) => block[4 + i]!;
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) + ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) + ((byte(j) >> 6) << 4)];
}

function longWeight(block: Uint8Array, k: number, code: number): [number, number] {
  const [factor, minimum] = longFactors(block, k >> 5);
  return [half(block, 0) * factor * code, -half(block, 2) * minimum];
}

function sixBits(block: Uint8Array, k: number): number {
  const [row, within] = [(k >> 5) & 3, k & 31];
  const low = block[64 * (k >> 7) + 32 * (row & 1) + within]! >> (row < 2 ? 0 : 4);
  return (low & 15) + (((block[128 + 32 * (k >> 7) + within]! >> (2 * row)) & 3) << 4) - 32;
}

/** A 4-bit float: sign, two bits of exponent, one of mantissa. A zero has no sign, as in ggml. */
function e2m1(code: number): number {
  const [exponent, mantissa] = [(code >> 1) & 3, code & 1];
  const magnitude = exponent === 0 ? mantissa / 2 : (1 + mantissa / 2) * 2 ** (exponent - 1);
  return code > 8 ? -magnitude : magnitude;
}

/** No minimum: what leaves every number as it is when added, the sign of a zero too. */
const NONE = -0;

/** Weight k of a block: what its scale gives, and what its minimum adds. */
const WEIGHT: Readonly<Record<BlockFormat, (block: Uint8Array, k: number) => [number, number]>> = {
  q8_0: (block, k) => [half(block, 0) * ((block[2 + k]! << 24) >> 24), NONE],
  q4_0: (block, k) => [half(block, 0) * (nibble(block, 2, k, 16) - 8), NONE],
  q4_1: (block, k) => [half(block, 0) * nibble(block, 4, k, 16), half(block, 2)],
  q5_0: (block, k) => [half(block, 0) * (nibble(block, 6, k, 16) + 16 * bit(block, 2, k) - 16), NONE],
  q5_1: (block, k) => [half(block, 0) * (nibble(block, 8, k, 16) + 16 * bit(block, 4, k)), half(block, 2)],
  q4_k: (block, k) => longWeight(block, k, nibble(block, 16, k, 32)),
  q5_k: (block, k) => longWeight(block, k, nibble(block, 48, k, 32) + 16 * ((block[16 + (k & 31)]! >> (k >> 5)) & 1)),
  q6_k: (block, k) => [half(block, 208) * ((block[192 + (k >> 4)]! << 24) >> 24) * sixBits(block, k), NONE],
  mxfp4: (block, k) => [2 ** (block[0]! - 127) * e2m1(nibble(block, 1, k, 16)), NONE],
};

/** What `quantiseRows` makes of contiguous rows, step by step in f32. */
export function quantise(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const f32 = Math.fround;
  const result = new DataView(new ArrayBuffer((values.length / BLOCK) * ACTIVATION_BYTES));
  for (let block = 0; block < values.length / BLOCK; block++) {
    const some = Array.from({ length: BLOCK }, (_, k) => f32(values[block * BLOCK + k]!));
    const largest = Math.max(...some.map(Math.abs));
    const counts = largest >= 2 ** -100;
    const at = block * ACTIVATION_BYTES;
    const inverse = counts ? f32(127 / largest) : 0;
    const quants = some.map((value) => roundHalfToEven(f32(value * inverse)));
    for (const [k, quant] of quants.entries()) result.setInt8(at + k, quant);
    const scale = counts ? f32(largest / 127) : 0;
    const sum = (from: number, end: number) => quants.slice(from, end).reduce((total, quant) => total + quant, 0);
    result.setFloat32(at + ACTIVATION_SCALE, scale, true);
    result.setInt16(at + ACTIVATION_HALF_SUMS, -sum(0, BLOCK / 2), true);
    result.setInt16(at + ACTIVATION_HALF_SUMS + 2, -sum(BLOCK / 2, BLOCK), true);
    result.setFloat32(at + ACTIVATION_SCALED_SUM, scale * sum(0, BLOCK), true);
    result.setInt32(at + ACTIVATION_SUM, -sum(0, BLOCK), true);
  }
  return new Uint8Array(result.buffer);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest === 0.5 ? below + (Math.abs(below) % 2) : rest < 0.5 ? below : below + 1;
}
