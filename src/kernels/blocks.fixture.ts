import { ACTIVATION_BYTES, ACTIVATION_SCALE, ACTIVATION_SUM } from './block-activations.ts';
import { BLOCK, type BlockFormat, blockBytes, rowBytes } from './block-formats.ts';

/** Integers 0…range-1 that look random and repeat exactly. */
export function noise(index: number, range: number): number {
  let x = Math.imul(index + 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % range;
}

/** Rows of blocks as a GGUF file has them, with every quant and scales of both signs, denormal ones among them. */
export function fileRows(format: BlockFormat, rows: number, inner: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rows * rowBytes(format, inner));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = noise(seed + i, 256);
  for (let at = 0; at < bytes.length; at += blockBytes(format)) {
    const kind = noise(seed + at, 11);
    const scale = kind === 0 ? 3 * 2 ** -24 : (noise(at - seed, 2047) - 1023) / 2 ** 15;
    view.setFloat16(at, scale, true);
  }
  return bytes;
}

/** The weights of blocks in a file, by the formats' definition: f16 scale, then 32 int8 or 16 bytes of two nibbles. */
export function decodeBlocks(format: BlockFormat, source: Uint8Array<ArrayBuffer>): Float64Array {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  const blocks = source.length / blockBytes(format);
  const weights = new Float64Array(blocks * BLOCK);
  for (let block = 0; block < blocks; block++) {
    const at = block * blockBytes(format);
    const scale = view.getFloat16(at, true);
    for (let k = 0; k < BLOCK; k++) {
      const nibbles = format === 'q4_0' ? source[at + 2 + (k % 16)]! : 0;
      const quant = format === 'q8_0' ? view.getInt8(at + 2 + k) : (k < 16 ? nibbles & 15 : nibbles >> 4) - 8;
      weights[block * BLOCK + k] = scale * quant;
    }
  }
  return weights;
}

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
    result.setFloat32(at + ACTIVATION_SCALE, counts ? f32(largest / 127) : 0, true);
    result.setInt32(
      at + ACTIVATION_SUM,
      quants.reduce((sum, quant) => sum + quant, 0),
      true,
    );
  }
  return new Uint8Array(result.buffer);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest === 0.5 ? below + (Math.abs(below) % 2) : rest < 0.5 ? below : below + 1;
}
