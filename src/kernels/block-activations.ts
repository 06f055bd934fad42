import { BLOCK } from './block-formats.ts';
import type { Builder, I32, Pointer, VectorF32, VectorI32 } from './builder.ts';
import { type Extent, matrix, records } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress } from './loops.ts';

/**
 * One block of activations: 32 signed bytes, their scale in f32, the sums of the first 16 and of the last 16 bytes as i16,
 * negated, the scale times the sum of all, rounded, in f32, and the sum of all as i32, negated. Weights with a minimum need
 * the scaled sum, weights less an offset the sums of integers: with their offset they are where a product begins.
 */
export const ACTIVATION_BYTES = BLOCK + 16;
export const ACTIVATION_SCALE = BLOCK;
export const ACTIVATION_HALF_SUMS = BLOCK + 4;
export const ACTIVATION_SCALED_SUM = BLOCK + 8;
export const ACTIVATION_SUM = BLOCK + 12;

/** Memory of blocks of activations. */
export function activationBlocks(count: number): Extent {
  return records(count, [
    { kind: 'i8', count: BLOCK },
    { kind: 'f32', count: 1 },
    { kind: 'i32', count: 1 },
    { kind: 'f32', count: 1 },
    { kind: 'i32', count: 1 },
  ]);
}

/**
 * `-offset` times the sum of the integers of a block, or of one of its halves, in every lane. V8 fuses a repeated scalar and
 * not a repeated load, so that the product of all is made before it is repeated there.
 */
export function offsetSum(b: Builder, block: Pointer, of: 'all' | 'first' | 'second', offset: number): VectorI32 {
  if (of === 'all' && b.target.fusedVectors > 1) return b.splat(b.mul<'i32'>(b.loadI32(block, ACTIVATION_SUM), offset));
  const shift = Math.log2(offset);
  const times = (sum: VectorI32) => (Number.isInteger(shift) ? b.shiftLeft(sum, shift) : b.mul<'vi32'>(sum, offset));
  if (of === 'all') return times(b.loadSplatI32(block, ACTIVATION_SUM));
  const both = b.loadSplatI32(block, ACTIVATION_HALF_SUMS);
  if (of === 'second') return times(b.shiftRight(both, 16));
  const first = b.shiftLeft(both, 16);
  return Number.isInteger(shift) ? b.shiftRight(first, 16 - shift) : times(b.shiftRight(first, 16));
}

/** Blocks whose magnitudes all stay below this become zeros: the inverse of their scale would leave the range of f32. */
export const SMALLEST = 2 ** -100;

/**
 * Rows of A[rows, 32·blocks] (row stride `strideA`) in 8 bits, by blocks of 32 along K: quantised[rows][blocks] of
 * {@link ACTIVATION_BYTES}. With m the largest magnitude of a block, in f32 and each step rounded: scale = m / 127,
 * q = a · (127 / m) rounded to the nearest integer, ties to even. Blocks with m < 2⁻¹⁰⁰ get scale and q zero. What a block
 * with NaN or infinity gives is unspecified. `quantised` is aligned to 4 bytes.
 */
export const quantiseRows = defineKernel(
  'quantise_rows',
  { a: 'in', quantised: 'out', strideA: 'i32', rows: 'i32', blocks: 'i32' },
  (b, p) => {
    b.splitLoop(b.mul<'i32'>(p.rows, p.blocks), (unit) => {
      const row = b.divideUnsigned(unit, p.blocks);
      const block = b.sub<'i32'>(unit, b.mul<'i32'>(row, p.blocks));
      const from = b.offset(rowAddress(b, p.a, row, p.strideA), block, BLOCK * 4);
      quantiseBlock(b, loadBlock(b, from), b.offset(p.quantised, unit, ACTIVATION_BYTES));
    });
  },
  {
    extents: (n) => ({
      a: matrix(n.rows, n.blocks * BLOCK, n.strideA),
      quantised: activationBlocks(n.rows * n.blocks),
    }),
    sample: (draw) => {
      const blocks = draw(1, 4);
      return { rows: draw(0, 5), blocks, strideA: blocks * BLOCK + draw(0, 3) };
    },
  },
);

/** The vectors of a block. */
export function loadBlock(b: Builder, from: Pointer, offset = 0): VectorF32[] {
  return Array.from({ length: BLOCK / b.lanes }, (_, i) => b.loadVector(from, offset + i * b.lanes * 4));
}

/** Writes a block of activations. */
export function quantiseBlock(b: Builder, values: readonly VectorF32[], to: Pointer): void {
  const largest = b.reduceMax(
    halve(
      values.map((value) => b.abs(value)),
      (x, y) => b.max<'vf32'>(x, y),
    ),
  );
  const counts = b.ge<'f32'>(largest, SMALLEST);
  const bound = b.select<'f32'>(counts, largest, 127);
  const inverse = b.splat(b.select<'f32'>(counts, b.div<'f32'>(127, bound), 0));
  const quants = values.map((value) => roundedToI32(b, b.mul<'vf32'>(value, inverse)));
  for (const [i, quant] of quants.entries()) b.storeI32(to, quant, i * b.lanes, 'u8');
  const scale = b.select<'f32'>(counts, b.div<'f32'>(bound, 127), 0);
  const [first, second] = sumsOfHalves(b, quants);
  const all = b.add<'i32'>(first, second);
  const [negatedFirst, negatedSecond] = [b.sub<'i32'>(0, first), b.sub<'i32'>(0, second)];
  b.store(to, scale, ACTIVATION_SCALE);
  b.storeI32(to, b.or<'i32'>(b.and<'i32'>(negatedFirst, 0xffff), b.shiftLeft(negatedSecond, 16)), ACTIVATION_HALF_SUMS);
  b.store(to, b.mul<'f32'>(scale, b.toF32(all)), ACTIVATION_SCALED_SUM);
  b.storeI32(to, b.sub<'i32'>(0, all), ACTIVATION_SUM);
}

/** 1.5·2²³: floats beside it are one apart. */
const ROUNDING = 12582912;
const ROUNDING_BITS = 0x4b400000;

/**
 * The nearest integers of numbers below 2²² in magnitude, ties to even. Added to {@link ROUNDING} a number is rounded, and
 * its integer stands in the lowest bits: two operations where `nearest` and `toI32` with its limits take eight.
 */
function roundedToI32(b: Builder, value: VectorF32): VectorI32 {
  if (b.target.transcendentals) return b.toI32(b.nearest(value));
  return b.sub<'vi32'>(b.bitsOf(b.add<'vf32'>(value, ROUNDING)), ROUNDING_BITS);
}

/** The sums of the first and of the last quants of a block, side by side in one lane until they are whole. */
function sumsOfHalves(b: Builder, quants: readonly VectorI32[]): [I32, I32] {
  const add = (x: VectorI32, y: VectorI32) => b.add<'vi32'>(x, y);
  const [low, high] = [0, 1].map((half) => {
    const length = quants.length / 2;
    return halve(quants.slice(half * length, (half + 1) * length), add);
  }) as [VectorI32, VectorI32];
  const both = b.reduceAdd(add(low, b.shiftLeft(high, 16)));
  const first = b.shiftRight(b.shiftLeft(both, 16), 16);
  return [first, b.shiftRight(b.sub<'i32'>(both, first), 16)];
}

/** Combines the first half of the vectors with the second until one is left. */
export function halve<T extends VectorF32 | VectorI32>(vectors: readonly T[], combine: (x: T, y: T) => T): T {
  const half = vectors.length / 2;
  if (half < 1) return vectors[0]!;
  return halve(
    vectors.slice(0, half).map((vector, i) => combine(vector, vectors[half + i]!)),
    combine,
  );
}
