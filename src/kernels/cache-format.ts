import type { Builder, I32, Pointer, VectorF32 } from './builder.ts';
import { type Extent, headed, nothing } from './extents.ts';
import { maxVectors } from './loops.ts';

/**
 * How the numbers of a cache are kept: as f32, as 16-bit floats, or as `q8`: signed bytes with a bf16 scale for every 32
 * of them (fewer at the end of a head), number = byte · scale. A scale of bf16 has the range of f32 and costs a shift to
 * widen; as the bytes are chosen for the rounded scale, its few bits cost no accuracy.
 */
export type CacheMemory = 'f32' | 'bf16' | 'f16' | 'q8';

/** Bytes of a number, of q8 without its scale. */
export const CACHE_BYTES: Readonly<Record<CacheMemory, number>> = { f32: 4, bf16: 2, f16: 2, q8: 1 };

/** Numbers that share a scale. */
export const SCALE_BLOCK = 32;
export const SCALE_BYTES = 2;

/** Scales of a head of `dim` numbers. */
export const scaleBlocks = (dim: number): number => Math.ceil(dim / SCALE_BLOCK);

/** Where numbers of one slot or head begin, and their scales, which only q8 has. */
export interface CacheRow {
  readonly values: Pointer;
  readonly scales: Pointer;
}

/** A slot. Its stride is in elements of the values; with q8 the scales of a slot lie among its bytes. */
export function slotRow(b: Builder, memory: CacheMemory, cache: CacheRow, slot: I32, slotStride: I32): CacheRow {
  const elements = b.mul(slot, slotStride);
  return {
    values: b.offset(cache.values, elements, CACHE_BYTES[memory]),
    scales: memory === 'q8' ? b.offset(cache.scales, elements, 1) : cache.scales,
  };
}

/**
 * Where the numbers of a head begin in every slot; heads of `dim` numbers are `headStride` elements apart, and with 0 all
 * have the same.
 */
export function headRow(
  b: Builder,
  memory: CacheMemory,
  cache: CacheRow,
  head: I32,
  { headStride, dim }: { readonly headStride: I32; readonly dim: number },
): CacheRow {
  return {
    values: b.offset(cache.values, b.mul(head, headStride), CACHE_BYTES[memory]),
    scales:
      memory === 'q8'
        ? b.offset(cache.scales, b.select<'i32'>(b.ne(headStride, 0), head, 0), scaleBlocks(dim) * SCALE_BYTES)
        : cache.scales,
  };
}

/** The same slot from an element on, which for q8 is the first of a block. */
export function fromElement(b: Builder, memory: CacheMemory, row: CacheRow, element: I32): CacheRow {
  return {
    values: b.offset(row.values, element, CACHE_BYTES[memory]),
    scales:
      memory === 'q8'
        ? b.offset(row.scales, b.shiftRightUnsigned(element, Math.log2(SCALE_BLOCK)), SCALE_BYTES)
        : row.scales,
  };
}

/** A vector of numbers from `element` on, or their first `count` with zeros behind; they do not reach into another block. */
export function loadNumbers(b: Builder, memory: CacheMemory, row: CacheRow, element: number, count?: I32): VectorF32 {
  if (memory !== 'q8') {
    const bytes = element * CACHE_BYTES[memory];
    if (count === undefined) return b.loadVector(row.values, bytes, memory);
    return b.loadPartial(b.offset(row.values, bytes, 1), count, memory);
  }
  const quants =
    count === undefined
      ? b.loadVectorI32(row.values, element, 'i8')
      : b.loadPartialI32(b.offset(row.values, element, 1), count, 'i8');
  const scale = b.load(row.scales, Math.floor(element / SCALE_BLOCK) * SCALE_BYTES, 'bf16');
  return b.mul(b.toF32(quants), b.splat(scale));
}

/** Largest finite number of f16. */
const F16_LARGEST = 65504;
/** Scales below this are taken for zero: their inverse would leave the range of f32. */
const SMALLEST_SCALE = 2 ** -100;

/**
 * Writes `heads` heads of `dim` numbers each, f32 one behind the other at `source`, into a slot: rounded to nearest even,
 * beyond the range of f16 to its largest number. For q8, with m the largest magnitude of a block: scale = m/127 rounded to
 * bf16, byte = number / scale rounded to nearest even; blocks with a scale below 2⁻¹⁰⁰ become zeros.
 */
export function storeNumbers(
  b: Builder,
  memory: CacheMemory,
  row: CacheRow,
  source: Pointer,
  { heads, dim }: { readonly heads: I32; readonly dim: I32 },
): void {
  if (memory !== 'q8') {
    b.strips(b.mul(heads, dim), (strip) => {
      const value = strip.load(source);
      const kept = memory === 'f16' ? b.max<'vf32'>(b.min<'vf32'>(value, F16_LARGEST), -F16_LARGEST) : value;
      strip.store(row.values, kept, memory);
    });
    return;
  }
  const blocks = b.divideUnsigned(b.add(dim, SCALE_BLOCK - 1), SCALE_BLOCK);
  b.loop(0, heads, 1, (head) => {
    b.loop(0, blocks, 1, (block) => {
      const first = b.mul(block, SCALE_BLOCK);
      const at = b.add(b.mul(head, dim), first);
      const scale = b.offset(row.scales, b.add(b.mul(head, blocks), block), SCALE_BYTES);
      storeBlock(b, b.offset(row.values, at, 1), scale, b.offset(source, at), b.min(b.sub(dim, first), SCALE_BLOCK));
    });
  });
}

function storeBlock(b: Builder, to: Pointer, scale: Pointer, from: Pointer, count: I32): void {
  const largest = maxVectors(b, b.i32(0), count, 1, (strip) => b.abs(strip.load(from)));
  b.store(scale, b.mul<'f32'>(largest, 1 / 127), 0, 'bf16');
  const rounded = b.load(scale, 0, 'bf16');
  const counts = b.ge<'f32'>(rounded, SMALLEST_SCALE);
  const inverse = b.select<'f32'>(counts, b.div<'f32'>(1, b.select<'f32'>(counts, rounded, 1)), 0);
  const whole = b.and(count, -b.lanes);
  b.loop(0, whole, b.lanes, (i) => {
    const quants = b.toI32(b.nearest(b.mul(b.loadVector(b.offset(from, i)), b.splat(inverse))));
    b.storeI32(b.offset(to, i, 1), quants, 0, 'u8');
  });
  b.loop(whole, count, 1, (i) => {
    b.storeI32(b.offset(to, i, 1), b.toI32(b.nearest(b.mul(b.load(b.offset(from, i)), inverse))), 0, 'u8');
  });
}

/** Memory of `heads` heads in `slots` slots. */
export function cacheExtent(
  memory: CacheMemory,
  slots: number,
  slotStride: number,
  heads: number,
  headStride: number,
  dim: number,
): Extent {
  return headed(slots, slotStride, heads, headStride, dim, memory === 'q8' ? 'i8' : memory);
}

/** Memory of their scales; the stride of slots is in bytes. */
export function scalesExtent(
  memory: CacheMemory,
  slots: number,
  slotBytes: number,
  heads: number,
  dim: number,
): Extent {
  if (memory !== 'q8' || dim === 0) return nothing;
  const blocks = scaleBlocks(dim);
  return headed(slots, slotBytes / SCALE_BYTES, heads, blocks, blocks, 'bf16');
}

/** A stride that a cache may have: whole scales of q8. */
export const strideOf = (memory: CacheMemory, elements: number): number =>
  memory === 'q8' ? Math.ceil(elements / SCALE_BYTES) * SCALE_BYTES : elements;
