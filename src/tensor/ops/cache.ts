import { type CacheMemory, SCALE_BYTES, scaleBlocks } from '../../kernels/cache-format.ts';
import type { DType } from '../dtype.ts';
import { Tensor } from '../tensor.ts';

/** How the numbers of a cache are kept; see kernels/cache-format.ts. */
export type CacheFormat = CacheMemory;
export const CACHE_FORMATS: readonly CacheFormat[] = ['f32', 'f16', 'bf16', 'q8'];

/** A part of a cache's row: heads of `dim` numbers one behind the other. */
export interface CachePartShape {
  readonly heads: number;
  readonly dim: number;
}

/** A part of the rows of a cache, by slot. */
export interface CachePart {
  readonly values: Tensor;
  /** bf16 [slots, heads · ⌈dim / 32⌉], of q8 only. */
  readonly scales: Tensor | undefined;
  readonly shape: CachePartShape;
}

/** The dtype of a cache's tensor. A row of q8 is the bytes of all parts, then their scales. */
export const cacheDType = (format: CacheFormat): DType => (format === 'q8' ? 'u8' : format);

/** How the elements of a cache are kept. */
export function cacheFormatOf(cache: Tensor): CacheFormat {
  return cache.dtype === 'u8' ? 'q8' : (cache.dtype as CacheFormat);
}

const numbersOf = ({ heads, dim }: CachePartShape): number => heads * dim;
const scalesOf = ({ heads, dim }: CachePartShape): number => heads * scaleBlocks(dim);
const sum = (parts: readonly CachePartShape[], of: (part: CachePartShape) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

/** Where the scales of a q8 row begin, in bytes. */
const scalesStart = (parts: readonly CachePartShape[]): number =>
  Math.ceil(sum(parts, numbersOf) / SCALE_BYTES) * SCALE_BYTES;

/** Columns of a cache's tensor. */
export function cacheColumns(format: CacheFormat, parts: readonly CachePartShape[]): number {
  return format === 'q8' ? scalesStart(parts) + SCALE_BYTES * sum(parts, scalesOf) : sum(parts, numbersOf);
}

/** Part `index` of a cache whose rows have the given parts, [slots, heads · dim]. */
export function cachePart(cache: Tensor, parts: readonly CachePartShape[], index: number): CachePart {
  const shape = parts[index]!;
  const before = parts.slice(0, index);
  const values = cache.slice(sum(before, numbersOf), numbersOf(shape));
  if (cacheFormatOf(cache) !== 'q8') return { values, scales: undefined, shape };
  const start = (cache.offset + scalesStart(parts)) / SCALE_BYTES + sum(before, scalesOf);
  const scales = new Tensor({
    storage: cache.storage,
    dtype: 'bf16',
    shape: [cache.rows, scalesOf(shape)],
    stride: cache.stride / SCALE_BYTES,
    offset: start,
  });
  return { values, scales, shape };
}

/** All parts of a tensor that is a single part of heads in f32, as expanded keys and values are. */
export function plainPart(values: Tensor, shape: CachePartShape): CachePart {
  return { values, scales: undefined, shape };
}
