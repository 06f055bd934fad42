import { f16BitsOf, f16Table } from './float-formats.ts';

/** Writes `scale` as f16, little-endian. @throws {Error} where it is not finite there. */
export function writeScale(target: Uint8Array, at: number, scale: number): void {
  const bits = f16BitsOf(scale);
  if ((bits & 0x7c00) === 0x7c00) throw new Error('holds numbers too large for the scale of a block');
  target[at] = bits & 255;
  target[at + 1] = bits >> 8;
}

/** The f16 nearest to a finite `scale`, as a number. @throws {Error} where it is not finite there. */
export function roundedScale(scale: number): number {
  const bits = f16BitsOf(scale);
  if ((bits & 0x7c00) === 0x7c00) throw new Error('holds numbers too large for the scale of a block');
  return f16Table()[bits]!;
}
