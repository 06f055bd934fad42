import type { Builder, I32 } from './builder.ts';
import { bounds, type Draw, type KernelMemory, list, matrix, nothing, type Sizes } from './extents.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernelFamily, type Kernel, type ParameterValues } from './kernel.ts';
import {
  ceilDivide,
  type ProductForm,
  productTiles,
  tileCount,
  tileFor,
  walkGroups,
  workerShare,
} from './matmul-tile.ts';

/**
 * Matrix products on packed operands. Three layouts are composed from these kernels and those of matmul-pack.ts (see
 * matmul-plan.ts):
 * - NT: C[M,N] = A[M,K]·B[N,K]ᵀ  (a linear layer forward, B its weights [out, in])
 * - NN: C[M,N] = A[M,K]·B[K,N]   (its input gradient)
 * - TN: C[M,N] = A[K,M]ᵀ·B[K,N]  (its weight gradient)
 *
 * Each element of C is a sum along K in ascending order, in passes of so many `steps` (product-tiles.ts) whose sums are added one after
 * the other: |error| ≤ (K + K/steps + 1)·2⁻²⁴·Σ|a·b|. An empty sum (K = 0) is zero. What C holds beyond column N
 * of a row stays as it is.
 */
export type ProductVariant = { readonly [N in keyof ProductForm]: ProductForm[N] };
/** Variants whose operands lie in some of the ways that there are. */
export type ProductOf<O extends ProductForm['operands']> = ProductVariant & { readonly operands: O };

const sizes = {
  /** Row strides in elements; of an operand in panels their extent along K. */
  strideA: 'i32',
  strideB: 'i32',
  strideC: 'i32',
  rows: 'i32',
  columns: 'i32',
  inner: 'i32',
} as const;

/** `tail` is read by products of form `columns` only. */
export const denseParameters = { a: 'in', b: 'in', tail: 'in', c: 'out', ...sizes } as const;
export const denseUpdateParameters = { ...denseParameters, c: 'inout' } as const;
const groupParameters = { offsets: 'in', groups: 'i32' } as const;
export const groupedParameters = { ...denseParameters, ...groupParameters } as const;
export const groupedUpdateParameters = { ...groupedParameters, c: 'inout' } as const;

type Pointers = Record<string, 'in' | 'out' | 'inout' | 'i32' | 'f32'>;
type Build<P extends Pointers, V extends ProductVariant = ProductVariant> = Parameters<
  typeof defineKernelFamily<P, V>
>[2];

/** C = A·B, or with `accumulate` C += A·B. */
export const buildDense: Build<typeof denseParameters> = (b, p, form) => {
  const tile = tileFor(b.target, form.precision);
  const share = workerShare(b, tileCount(b, tile, p.rows, p.columns));
  productTiles(b, form, p, share.start, share.end);
};

/**
 * For each group e, rows offsets[e]…offsets[e+1]-1 of A and C: C = A·B[e], B packed group by group. `rows` is not read:
 * the offsets say it all. A is not in panels, in which the rows of a group would begin anywhere.
 */
export const buildGroupedRows: Build<typeof groupedParameters, ProductOf<'rows'>> = (b, p, form) => {
  const tile = tileFor(b.target, form.precision);
  const panels = ceilDivide(b, p.columns, tile.columns);
  const groupSize = b.mul<'i32'>(b.mul<'i32'>(panels, p.strideB), tile.columns);
  const tilesOf = (rows: I32) => tileCount(b, tile, rows, p.columns);
  walkGroups(b, p, tilesOf, (group, first, rows, { start, end }) => {
    const operands = {
      ...p,
      a: b.offset(p.a, b.mul<'i32'>(first, p.strideA)),
      b: b.offset(p.b, b.mul<'i32'>(group, groupSize)),
      c: b.offset(p.c, b.mul<'i32'>(first, p.strideC)),
      rows,
    };
    productTiles(b, form, operands, start, end);
  });
};

/**
 * For each group e: C[e] = A_eᵀ·B_e over the group's rows offsets[e]…offsets[e+1]-1 of A and B. Panels hold all groups
 * as one matrix of `inner` rows. A group without rows gives zero (or leaves C[e] as it is if accumulating). C is
 * [groups][rows, columns]; every worker takes its share of each group's tiles.
 */
const buildGroupedInner: Build<typeof groupedParameters, ProductOf<'panels' | 'columns'>> = (b, p, form) => {
  groupsOfInner(b, p, form, (group) => {
    const pair = b.offset(p.offsets, group);
    const first = b.loadI32(pair);
    return { first, steps: b.sub<'i32'>(b.loadI32(pair, 4), first) };
  });
};

/** As `buildGroupedInner`, with the steps along K of each group given by `stepsOf`. */
export function groupsOfInner(
  b: Builder,
  p: ParameterValues<typeof groupedParameters>,
  form: ProductForm,
  stepsOf: (group: I32) => { first: I32; steps: I32 },
): void {
  const tile = tileFor(b.target, form.precision);
  const share = workerShare(b, tileCount(b, tile, p.rows, p.columns));
  const matrix = b.mul<'i32'>(p.rows, p.strideC);
  b.loop(0, p.groups, 1, (group) => {
    const { first, steps } = stepsOf(group);
    const inPanels = form.operands === 'panels';
    const operands = {
      ...p,
      a: b.offset(p.a, b.mul<'i32'>(first, inPanels ? tile.rows : p.strideA)),
      b: b.offset(p.b, b.mul<'i32'>(first, inPanels ? tile.columns : p.strideB)),
      tail: b.offset(p.tail, first, tile.columns * 4),
      c: b.offset(p.c, b.mul<'i32'>(group, matrix)),
      inner: steps,
    };
    productTiles(b, form, operands, share.start, share.end);
  });
}

/** Elements of `across` columns (or rows) in panels of `width` whose extent along K is `stride`. */
function panelled(across: number, width: number, stride: number, inner: number) {
  const panels = Math.ceil(across / width);
  return list(panels > 0 && inner > 0 ? ((panels - 1) * stride + inner) * width : 0);
}

/** Memory of the operands of one product, or of all groups seen as one. */
function operandExtents(n: Sizes<typeof denseParameters>, form: ProductForm, target: TargetInfo) {
  const tile = tileFor(target, form.precision);
  if (form.operands === 'columns') {
    const left = n.columns % tile.columns;
    return {
      a: matrix(n.inner, n.rows, n.strideA),
      b: matrix(n.inner, n.columns - left, n.strideB),
      tail: left === 0 ? nothing : list(n.inner * tile.columns),
    };
  }
  const packedA = panelled(n.rows, tile.rows, n.strideA, n.inner);
  return {
    a: form.operands === 'panels' ? packedA : matrix(n.rows, n.inner, n.strideA),
    b: panelled(n.columns, tile.columns, n.strideB, n.inner),
    tail: nothing,
  };
}

export const drawProduct = (draw: Draw) => {
  const [rows, columns, inner] = [draw(0, 33), draw(0, 70), draw(0, 40)];
  // Enough for rows of either operand, whichever way they run.
  return { rows, columns, inner, strideA: 70 + draw(0, 3), strideB: 70 + draw(0, 3), strideC: columns + draw(0, 3) };
};

export const denseMemory = (form: ProductVariant) => ({
  extents: (n: Sizes<typeof denseParameters>, target: TargetInfo) => ({
    ...operandExtents(n, form, target),
    c: matrix(n.rows, n.columns, n.strideC),
  }),
  sample: drawProduct,
});

export const groupedRowsMemory = (form: ProductVariant) => ({
  extents: (n: Sizes<typeof groupedParameters>, target: TargetInfo) => {
    const { columns } = tileFor(target, form.precision);
    const { a, b, tail } = operandExtents(n, form, target);
    const matrixBytes = 4 * Math.ceil(n.columns / columns) * columns * n.strideB;
    return {
      ...{ a, tail, offsets: bounds(n.groups + 1, n.rows) },
      b: n.groups > 0 ? { ...b, bytes: b.bytes + (n.groups - 1) * matrixBytes } : nothing,
      c: matrix(n.rows, n.columns, n.strideC),
    };
  },
  sample: (draw: Draw) => ({ ...drawProduct(draw), groups: draw(1, 4) }),
});

export const groupedInnerMemory = (form: ProductVariant) => ({
  extents: (n: Sizes<typeof groupedParameters>, target: TargetInfo) => ({
    ...operandExtents(n, form, target),
    offsets: bounds(n.groups + 1, n.inner),
    c: matrix(n.groups * n.rows, n.columns, n.strideC),
  }),
  sample: (draw: Draw) => ({ ...drawProduct(draw), groups: draw(1, 4) }),
});

/** A pair of families, for C written only and for C updated, which differ in what they declare about C. */
export function product<P extends Pointers, V extends ProductVariant>(
  name: string,
  parameters: P,
  updateParameters: { readonly [N in keyof P]: P[N] | 'inout' },
  build: Build<P, V>,
  memory: (variant: V) => KernelMemory<P>,
) {
  const write = defineKernelFamily(name, parameters, build, memory);
  const update = defineKernelFamily(`${name}_accumulate`, updateParameters, build as never, memory as never);
  return (variant: V): Kernel<P> => (variant.accumulate ? (update(variant) as unknown as Kernel<P>) : write(variant));
}

/** One product; see `buildDense`. */
export const matmul = product('matmul', denseParameters, denseUpdateParameters, buildDense, denseMemory);

/** Groups of rows, each with its own B (NT and NN over experts); see `buildGroupedRows`. */
export const groupedMatmulRows = product(
  'grouped_matmul_rows',
  groupedParameters,
  groupedUpdateParameters,
  buildGroupedRows,
  groupedRowsMemory,
);

/** Groups along K, each with its own C (TN over experts); see `buildGroupedInner`. */
export const groupedMatmulInner = product(
  'grouped_matmul_inner',
  groupedParameters,
  groupedUpdateParameters,
  buildGroupedInner,
  groupedInnerMemory,
);
