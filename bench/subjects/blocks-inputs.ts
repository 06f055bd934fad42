import { BLOCK, formatDetails, rowBytes } from '../../src/kernels/block-formats.ts';

/** The product that is compared: 8-bit activations [rows, inner] with 4-bit weights [columns, inner]. */
export const PRODUCT = { rows: 256, columns: 2048, inner: 2048 };
/** The product by head: latent attention of DeepSeek-V2-Lite, from latents to values, for a prompt. */
export const HEADS = { heads: 16, rows: 512, columns: 128, inner: 512 };
/** Sequences in step. */
export const FEW_ROWS = 4;
/** Every weight's scale: representable in f16. */
export const SCALE = 1 / 64;

export interface BlocksResult {
  /** GMAC/s of the product, quantisation of the activations included. */
  readonly product: number;
  /** Sum of some elements of the product, by which it is seen that all compute the same. */
  readonly check: number;
}

export function activations({ rows, inner }: { rows: number; inner: number }): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * inner }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.25);
}

/** The 4-bit quant of weight `k` of row `n`, 0…15. */
export function quant(n: number, k: number): number {
  return (n * 31 + k * 17 + ((n * k) % 101)) % 16;
}

/** The weights as rows of Q4_0 blocks. */
export function q4Rows({ columns, inner }: { columns: number; inner: number }): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(columns * rowBytes('q4_0', inner));
  const view = new DataView(rows.buffer);
  for (let n = 0, at = 0; n < columns; n++) {
    for (let k = 0; k < inner; k += BLOCK, at += formatDetails('q4_0').fileBytes) {
      view.setFloat16(at, SCALE, true);
      for (let j = 0; j < 16; j++) rows[at + 2 + j] = quant(n, k + j) | (quant(n, k + 16 + j) << 4);
    }
  }
  return rows;
}

export function sampleSum(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 97) sum += values[i]!;
  return sum;
}
