import { f16Table } from './float-formats.ts';

/*
 * The K formats: blocks of 256 elements with f16 scales for the block and small integer scales for its parts. All sums
 * and products are rounded to f32, one by one.
 */

const word = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

/**
 * 256 elements in 84 bytes: 16 bytes of scales (low half-byte: scale, high: minimum, of 16 elements each), 64 bytes of
 * 2-bit numbers, f16 d, f16 dmin. Of each 32 bytes, bits 2k and 2k + 1 of byte i are element 32k + i of a half of 128.
 * The value is d × scale × q − dmin × minimum.
 */
export function dequantizeQ2K(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 84, out += 256) {
    const scale = half[word(source, at + 80)]!;
    const minimum = half[word(source, at + 82)]!;
    for (let part = 0; part < 16; part += 1) {
      const both = source[at + part]!;
      const step = Math.fround(scale * (both & 15));
      const offset = Math.fround(minimum * (both >> 4));
      const bytes = at + 16 + (part >> 3) * 32 + (part & 1) * 16;
      const shift = ((part >> 1) & 3) * 2;
      for (let i = 0; i < 16; i += 1) {
        target[out + part * 16 + i] = Math.fround(step * ((source[bytes + i]! >> shift) & 3)) - offset;
      }
    }
  }
}

/**
 * 256 elements in 110 bytes: 32 bytes of third bits (bit k of byte i: element 32k + i), 64 bytes of 2-bit numbers as in
 * Q2_K, 12 bytes with sixteen 6-bit scales, f16 d. Scales: four low bits in the half-bytes of the first 8 bytes, two high
 * bits in the last 4 (bits 2k and 2k + 1 of byte j: scale 4k + j). The value is d × (scale − 32) × (q − 4), where a
 * set third bit adds 4 to q.
 */
export function dequantizeQ3K(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 110, out += 256) {
    const scale = half[word(source, at + 108)]!;
    for (let part = 0; part < 16; part += 1) {
      const low = (source[at + 96 + (part & 7)]! >> (part < 8 ? 0 : 4)) & 15;
      const high = (source[at + 104 + (part & 3)]! >> (2 * (part >> 2))) & 3;
      const step = Math.fround(scale * ((low | (high << 4)) - 32));
      const column = (part & 1) * 16;
      const bytes = at + 32 + (part >> 3) * 32 + column;
      const shift = ((part >> 1) & 3) * 2;
      for (let i = 0; i < 16; i += 1) {
        const third = (source[at + column + i]! >> (part >> 1)) & 1;
        target[out + part * 16 + i] = step * (((source[bytes + i]! >> shift) & 3) - 4 * (1 - third));
      }
    }
  }
}

/**
 * Scale (low 6 bits of the result) and minimum (next 6 bits) of part j of the 12 bytes that Q4_K and Q5_K keep for eight
 * parts. Parts 0 to 3: low 6 bits of byte j and of byte j + 4. Parts 4 to 7: the half-bytes of byte j + 4, with the high
 * two bits of bytes j − 4 and j on top.
 */
function packedScale(source: Uint8Array, at: number, part: number): number {
  if (part < 4) return (source[at + part]! & 63) | ((source[at + part + 4]! & 63) << 6);
  const both = source[at + part + 4]!;
  const scale = (both & 15) | ((source[at + part - 4]! >> 6) << 4);
  const minimum = (both >> 4) | ((source[at + part]! >> 6) << 4);
  return scale | (minimum << 6);
}

/**
 * 256 elements in 144 bytes: f16 d, f16 dmin, 12 bytes of scales ({@link packedScale}), 128 bytes of 4-bit numbers: the
 * low half-bytes of each 32 bytes are one part of 32 elements, the high ones the next. The value is
 * d × scale × q − dmin × minimum.
 */
export function dequantizeQ4K(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 144, out += 256) {
    const scale = half[word(source, at)]!;
    const minimum = half[word(source, at + 2)]!;
    for (let part = 0; part < 8; part += 1) {
      const both = packedScale(source, at + 4, part);
      const step = Math.fround(scale * (both & 63));
      const offset = Math.fround(minimum * (both >> 6));
      const bytes = at + 16 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      for (let i = 0; i < 32; i += 1) {
        target[out + part * 32 + i] = Math.fround(step * ((source[bytes + i]! >> shift) & 15)) - offset;
      }
    }
  }
}

/**
 * 256 elements in 176 bytes: as Q4_K, with 32 bytes of fifth bits (bit k of byte i: element i of part k) between scales
 * and 4-bit numbers.
 */
export function dequantizeQ5K(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 176, out += 256) {
    const scale = half[word(source, at)]!;
    const minimum = half[word(source, at + 2)]!;
    for (let part = 0; part < 8; part += 1) {
      const both = packedScale(source, at + 4, part);
      const step = Math.fround(scale * (both & 63));
      const offset = Math.fround(minimum * (both >> 6));
      const bytes = at + 48 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      for (let i = 0; i < 32; i += 1) {
        const fifth = (source[at + 16 + i]! >> part) & 1;
        const number = ((source[bytes + i]! >> shift) & 15) | (fifth << 4);
        target[out + part * 32 + i] = Math.fround(step * number) - offset;
      }
    }
  }
}

/**
 * 256 elements in 210 bytes: 128 bytes of low four bits, 64 bytes of high two bits, 16 signed scales of 16 elements
 * each, f16 d. In a half of 128 elements, row k of 32 takes its low bits from bytes 32 (k mod 2) + i of the half's 64,
 * low half-bytes for k < 2 and high ones for k ≥ 2, and its high bits from bits 2k and 2k + 1 of byte i of the half's 32.
 * The value is d × scale × (q − 32).
 */
export function dequantizeQ6K(source: Uint8Array, target: Float32Array): void {
  const half = f16Table();
  for (let at = 0, out = 0; at < source.length; at += 210, out += 256) {
    const scale = half[word(source, at + 208)]!;
    for (let part = 0; part < 16; part += 1) {
      const step = Math.fround(scale * ((source[at + 192 + part]! << 24) >> 24));
      const row = (part >> 1) & 3;
      const column = (part & 1) * 16;
      const low = at + (part >> 3) * 64 + (row & 1) * 32 + column;
      const high = at + 128 + (part >> 3) * 32 + column;
      const shift = row < 2 ? 0 : 4;
      for (let i = 0; i < 16; i += 1) {
        const number = ((source[low + i]! >> shift) & 15) | (((source[high + i]! >> (2 * row)) & 3) << 4);
        target[out + part * 16 + i] = step * (number - 32);
      }
    }
  }
}
