import type { Builder, I32 } from './builder.ts';
import { bounds, type Extent, type Sizes } from './extents.ts';
import type { TargetInfo } from './ir.ts';
import type { ParameterValues } from './kernel.ts';
import {
  buildDense,
  buildGroupedRows,
  denseMemory,
  denseParameters,
  denseUpdateParameters,
  groupedInnerMemory,
  groupedParameters,
  groupedRowsMemory,
  groupedUpdateParameters,
  groupsOfInner,
  type ProductOf,
  product,
} from './matmul.ts';

/**
 * Matrix products of bf16 operands with f32 sums, in the layouts of matmul.ts. Operands are f32 in memory and become
 * bf16 while they are packed (matmul-bf16-pack.ts).
 *
 * Their shape differs from that of the f32 products in what a step along K is: the instruction of AVX512_BF16 multiplies
 * two neighbours along K at once, so operands are stored as pairs along K in 4 bytes, with a zero at an odd end. Hence
 * all of A is rewritten too, and `columns`, which reads both operands as they are, has no counterpart. From there on the
 * tiles are walked as those of f32, with half as many steps.
 *
 * With operands rounded to bf16 (2⁻⁹ relative, denormals possibly zero), each element of C is a sum along K as in f32:
 * |error| ≤ (K + K/(2·steps) + 1)·2⁻²⁴·Σ|a·b|, where the two sums of a pair may be taken in either order.
 */

/** Pairs along an extent of K: ⌈inner / 2⌉. */
export function pairsOf(b: Builder, inner: I32): I32 {
  return b.shiftRightUnsigned(b.add<'i32'>(inner, 1), 1);
}

/** 4-byte elements in a cache line. */
const LINE = 16;

/**
 * Distance in pairs of the rows of A (and of B before it is transposed), for `inner` numbers: an odd number of cache
 * lines, so that the rows of a tile do not compete for the same places in the cache.
 */
export function rowStride(inner: number): number {
  return (Math.ceil(Math.ceil(inner / 2) / LINE) | 1) * LINE;
}

/** {@link rowStride} of a number that is known at run time. */
export function rowStrideOf(b: Builder, inner: I32): I32 {
  const lines = b.shiftRightUnsigned(b.add<'i32'>(pairsOf(b, inner), LINE - 1), Math.log2(LINE));
  return b.mul<'i32'>(b.or<'i32'>(lines, 1), LINE);
}

/**
 * Where the pairs of a group begin when groups divide K at `offsets`: every group begins with a pair of its own. The
 * places leave room for each group's ⌈rows/2⌉ pairs and need no running sum. `offsets[groups]` and `groups` give the
 * number of pairs of all.
 */
export function pairStart(b: Builder, first: I32, group: I32): I32 {
  return b.shiftRightUnsigned(b.add<'i32'>(b.add<'i32'>(first, group), 1), 1);
}

/** Most pairs of `inner` numbers along K in `groups` groups; see {@link pairStart}. */
export function groupedPairs(inner: number, groups: number): number {
  return (inner + groups + 1) >> 1;
}

type Dense = ParameterValues<typeof denseParameters>;
/** `strideA` and `strideB` are those of the packed operands. */
function inPairs<P extends Dense>(b: Builder, p: P, operands: 'rows' | 'panels'): P {
  const pairs = pairsOf(b, p.inner);
  const strideA = operands === 'rows' ? rowStrideOf(b, p.inner) : pairs;
  return { ...p, inner: pairs, strideA, strideB: pairs };
}

/** {@link inPairs} of the sizes of a call. */
function sizesInPairs<S extends Sizes<typeof denseParameters>>(n: S, operands: 'rows' | 'panels'): S {
  const pairs = groupedPairs(n.inner, 0);
  const strideA = operands === 'rows' ? rowStride(n.inner) : pairs;
  return { ...n, inner: pairs, strideA, strideB: pairs };
}

/** The extents of a product whose steps along K have the size of an f32, with their true content. */
function withPairs<E extends { readonly a: Extent; readonly b: Extent }>(extents: E): E {
  const content = { kind: 'bf16' } as const;
  return { ...extents, a: { ...extents.a, content }, b: { ...extents.b, content } };
}

/** C = A·B, or with `accumulate` C += A·B. Strides of A and B are not read: `inner` decides how they are packed. */
export const bf16Matmul = product(
  'matmul_bf16',
  denseParameters,
  denseUpdateParameters,
  (b, p, form: ProductOf<'rows' | 'panels'>) => buildDense(b, inPairs(b, p, form.operands), form),
  (form) => {
    const { extents, sample } = denseMemory(form);
    return { extents: (n, target) => withPairs(extents(sizesInPairs(n, form.operands), target)), sample };
  },
);

/** Groups of rows, each with its own B, as `groupedMatmulRows`. */
export const groupedBf16MatmulRows = product(
  'grouped_matmul_bf16_rows',
  groupedParameters,
  groupedUpdateParameters,
  (b, p, form: ProductOf<'rows'>) => buildGroupedRows(b, inPairs(b, p, form.operands), form),
  (form) => {
    const { extents, sample } = groupedRowsMemory(form);
    return { extents: (n, target) => withPairs(extents(sizesInPairs(n, form.operands), target)), sample };
  },
);

/** Groups along K, each with its own C, as `groupedMatmulInner`; panels hold the pairs of all groups. */
export const groupedBf16MatmulInner = product(
  'grouped_matmul_bf16_inner',
  groupedParameters,
  groupedUpdateParameters,
  (b, p, form: ProductOf<'panels'>) => {
    const depth = pairStart(b, p.inner, p.groups);
    groupsOfInner(b, { ...p, strideA: depth, strideB: depth }, form, (group) => {
      const pair = b.offset(p.offsets, group);
      const first = b.loadI32(pair);
      return { first: pairStart(b, first, group), steps: pairsOf(b, b.sub<'i32'>(b.loadI32(pair, 4), first)) };
    });
  },
  (form) => {
    const { extents, sample } = groupedInnerMemory(form);
    return {
      extents: (n: Sizes<typeof groupedParameters>, target: TargetInfo) => {
        const depth = groupedPairs(n.inner, n.groups);
        const whole = withPairs(extents({ ...n, inner: depth, strideA: depth, strideB: depth }, target));
        return { ...whole, offsets: bounds(n.groups + 1, n.inner) };
      },
      sample,
    };
  },
);
