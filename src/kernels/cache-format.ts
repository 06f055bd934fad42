import type { Builder, I32, Pointer, VectorF32, VectorI32 } from './builder.ts';
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

/**
 * What `loadVectors` gives numbers multiplied with, a power of two. Where a target does not widen f16 itself, shifting its
 * bits to their places is most of the way: the exponents' biases differ by 112, which whoever multiplies can make up for.
 */
export function loadedScale(b: Builder, memory: CacheMemory): number {
  return memory === 'f16' && !b.target.halfConversions.includes('f16') ? 2 ** -112 : 1;
}

/**
 * `vectors` vectors of numbers from `element` on, times `loadedScale`; with `count` one vector of the first `count` numbers
 * with zeros behind. They do not reach into another block of q8. Numbers of f16 must be finite, as `storeNumbers` writes
 * them. What is the same for all vectors is done for all in turn, so that V8 finds pairs of them.
 */
export function loadVectors(
  b: Builder,
  memory: CacheMemory,
  row: CacheRow,
  element: number,
  vectors: number,
  count?: I32,
): VectorF32[] {
  const bytes = CACHE_BYTES[memory];
  const places = Array.from({ length: vectors }, (_, v) => (element + v * b.lanes) * bytes);
  if (memory === 'f32' || (memory !== 'q8' && b.target.halfConversions.includes(memory))) {
    return places.map((place) =>
      count === undefined
        ? b.loadVector(row.values, place, memory)
        : b.loadPartial(b.offset(row.values, place, 1), count, memory),
    );
  }
  const narrow = memory === 'q8' ? 'i8' : 'u16';
  const integers = places.map((place) =>
    count === undefined
      ? b.loadVectorI32(row.values, place, narrow)
      : b.loadPartialI32(b.offset(row.values, place, 1), count, narrow),
  );
  if (memory === 'bf16') return integers.map((bits) => b.fromBits(b.shiftLeft(bits, 16)));
  if (memory === 'f16') return integers.map((bits) => b.fromBits(finiteF16Bits(b, bits)));
  const scale = b.splat(b.load(row.scales, Math.floor(element / SCALE_BLOCK) * SCALE_BYTES, 'bf16'));
  return integers.map((quants) => b.mul(b.toF32(quants), scale));
}

/** Sign, exponent and fraction of finite f16 numbers at their places in f32. */
function finiteF16Bits(b: Builder, bits: VectorI32): VectorI32 {
  // The shift back to the right fills what lies between sign and exponent with signs, which are then cleared.
  return b.and<'vi32'>(b.shiftRight(b.shiftLeft(bits, 16), 3), 0x8fffffff | 0);
}

/** A vector of numbers from `element` on, or their first `count` with zeros behind; they do not reach into another block. */
export function loadNumbers(b: Builder, memory: CacheMemory, row: CacheRow, element: number, count?: I32): VectorF32 {
  const scale = loadedScale(b, memory);
  const [numbers] = loadVectors(b, memory, row, element, 1, count) as [VectorF32];
  return scale === 1 ? numbers : b.mul<'vf32'>(numbers, 1 / scale);
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
