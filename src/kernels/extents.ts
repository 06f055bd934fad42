import type { MemoryType, TargetInfo } from './ir.ts';
import type { Parameters } from './kernel.ts';

/**
 * What kernels touch of memory, declared beside each kernel. Machine code checks nothing when it runs, so three things
 * rest on the declarations: a Program is recorded only if every extent lies within its tensor, what the host writes as
 * indices is checked before a replay, and self-test and fuzz call any kernel with random numbers of sizes it allows.
 */

/** How the bytes behind a pointer are to be read, and which numbers an index may be. */
export type Content =
  | { readonly kind: Exclude<MemoryType, 'bytes'> }
  /** f32 above zero: sums of squares, learning rates. */
  | { readonly kind: 'positive' }
  /** f32 above zero, some of them zero: weights of rows that may be left out. */
  | { readonly kind: 'weights' }
  /**
   * i32 in 0..below-1, also negative with `idle`. Where the f32 of the pointer `unlessZero` is zero, the index is not
   * read. `distinct`: no two are equal.
   */
  | {
      readonly kind: 'indices';
      readonly below: number;
      readonly idle?: boolean;
      readonly distinct?: boolean;
      readonly unlessZero?: string;
    }
  /** i32 that never fall, from at least 0 to at most `most`: bounds of groups. */
  | { readonly kind: 'bounds'; readonly most: number }
  /** i32, first row of each row's document: from t − longest + 1 to t. */
  | { readonly kind: 'starts'; readonly longest: number }
  /** i32, one past the last row of each row's document: from t + 1 to t + longest, at most the number of rows. */
  | { readonly kind: 'ends'; readonly longest: number }
  /** Records one behind the other, each with these numbers in turn. */
  | { readonly kind: 'records'; readonly parts: readonly Part[] };

/** Numbers of one kind in a record. */
export interface Part {
  readonly kind: Kind;
  readonly count: number;
}

/** The bytes from a pointer on that a kernel may read or write. */
export interface Extent {
  readonly bytes: number;
  readonly content: Content;
}

/** Sizes that only memory tells: they follow from the room behind a pointer when a Program is recorded. */
export interface Measured {
  /** Rows of a table, or elements of a row, that indices choose from. */
  readonly capacity: number;
  /** Entries of a list whose bounds stand in memory. */
  readonly entries: number;
  readonly sequences: number;
  readonly pages: number;
  readonly experts: number;
}

/** The numbers of a call by the names of its parameters, the number of workers, and the measured sizes. */
export type Sizes<P extends Parameters = Parameters> = { readonly [N in keyof P]: number } & {
  readonly workers: number;
} & Measured;

/** An integer from least to most. */
export type Draw = (least: number, most: number) => number;

export interface KernelMemory<P extends Parameters = Parameters> {
  /** What is touched behind each pointer. It must not shrink when a size that is known only at run time grows. */
  extents(sizes: Sizes<P>, target: TargetInfo): Readonly<Record<string, Extent>>;
  /** The measured sizes, from the bytes behind each pointer. */
  measure?(sizes: Sizes<P>, bytes: { readonly [N in keyof P]: number }, target: TargetInfo): Partial<Measured>;
  /** By how much results of two targets may differ, of numbers above 1 relatively; absent: by a few roundings of f32. */
  readonly tolerance?: number;
  /** Small sizes that fit together, for tests; f32 parameters that are not among them become any positive number. */
  sample(draw: Draw): Partial<Record<keyof P | keyof Measured, number>>;
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = { f16: 2, bf16: 2, u16: 2, u8: 1, i8: 1 };

/** Bytes of an element of some content, of records their largest; what alignment a kernel may count on. */
export function contentBytes(content: Content | Pick<Part, 'kind'>): number {
  if ('parts' in content) return Math.max(...content.parts.map(contentBytes));
  return ELEMENT_BYTES[content.kind] ?? 4;
}

export function recordBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.count * contentBytes(part), 0);
}

type Kind = Exclude<MemoryType, 'bytes'> | 'positive' | 'weights';

/** Nothing is touched. */
export const nothing: Extent = { bytes: 0, content: { kind: 'f32' } };

export function list(count: number, kind: Kind = 'f32'): Extent {
  const content = { kind };
  return { bytes: Math.max(0, count) * contentBytes(content), content };
}

/** Rows of `columns` elements, `stride` elements apart. */
export function matrix(rows: number, columns: number, stride: number, kind: Kind = 'f32'): Extent {
  return list(rows > 0 && columns > 0 ? (rows - 1) * stride + columns : 0, kind);
}

/** Rows of heads of `dim` elements each. */
export function headed(
  rows: number,
  rowStride: number,
  heads: number,
  headStride: number,
  dim: number,
  kind: Kind = 'f32',
): Extent {
  return matrix(rows, heads > 0 && dim > 0 ? (heads - 1) * headStride + dim : 0, rowStride, kind);
}

export function indices(
  count: number,
  below: number,
  options: { idle?: boolean; distinct?: boolean; unlessZero?: string } = {},
): Extent {
  return { bytes: 4 * Math.max(0, count), content: { kind: 'indices', below, ...options } };
}

export function records(count: number, parts: readonly Part[]): Extent {
  return { bytes: Math.max(0, count) * recordBytes(parts), content: { kind: 'records', parts } };
}

export function bounds(count: number, most: number): Extent {
  return { bytes: 4 * count, content: { kind: 'bounds', most } };
}

export function documents(kind: 'starts' | 'ends', rows: number, longest = rows): Extent {
  return { bytes: 4 * rows, content: { kind, longest } };
}

/** Rows of `columns` elements that have room in `bytes`. */
export function rowsWithin(bytes: number, columns: number, stride: number, elementBytes = 4): number {
  const elements = Math.floor(bytes / elementBytes);
  if (elements < columns) return 0;
  return stride === 0 ? 1 : Math.floor((elements - columns) / stride) + 1;
}

/** Rows, columns and a stride for each named matrix. */
export function strided<N extends string>(draw: Draw, ...strides: readonly N[]) {
  const columns = draw(1, 150);
  const padded = Object.fromEntries(strides.map((stride) => [stride, columns + draw(0, 3)])) as Record<N, number>;
  return { rows: draw(0, 5), columns, ...padded };
}
