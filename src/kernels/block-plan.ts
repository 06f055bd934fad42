import { ACTIVATION_BYTES, quantiseRows } from './block-activations.ts';
import { BLOCK, type BlockFormat, formatDetails } from './block-formats.ts';
import { blockMatmul, expertBlockMatmul, groupedBlockMatmul, headsBlockMatmul } from './block-matmul.ts';
import { tileRowsFor } from './block-tile.ts';
import type { TargetInfo } from './ir.ts';
import type { Kernel, Parameters } from './kernel.ts';

/**
 * A product of f32 rows with weights in blocks: C[M, N] = A[M, K]·W[N, K]ᵀ, A quantised to 8 bits. `rows` is the most that
 * will occur and may be smaller when the product runs; K is a multiple of the weights in a block of the format.
 */
export interface BlockMatmulShape {
  readonly format: BlockFormat;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /**
   * Through experts, whose matrices stand one after the other: `grouped`, where rows offsets[e]…offsets[e+1]-1 of A and C
   * belong to expert e; or by `pairs` of rowIds[i] and expertIds[i], which give row i of C. Absent for one matrix.
   */
  readonly experts?: { readonly by: 'grouped'; readonly count: number } | { readonly by: 'pairs' };
  /**
   * Heads, each with a matrix [N, K] of its own: A is [M, heads·K], C is [M, heads·N], and the matrices stand one after
   * the other. Absent for one matrix; not together with experts.
   */
  readonly heads?: number;
}

/** A pointer, size or stride the caller knows by name, a place in the scratch memory (64-byte aligned), or a number. */
export type BlockArgument =
  | 'a'
  | 'weights'
  | 'c'
  | 'offsets'
  | 'rowIds'
  | 'expertIds'
  | 'strideA'
  | 'strideC'
  | 'rows'
  | 'pairs'
  | { readonly scratch: number }
  | number;

export interface BlockMatmulCall {
  readonly kernel: Kernel;
  readonly args: Readonly<Record<string, BlockArgument>>;
  /**
   * Whether the call only quantises A. Products of the same A with several matrices need it once, if they share the
   * scratch memory.
   */
  readonly quantisesA: boolean;
}

export interface BlockMatmulPlan {
  /** The calls, each depending on the ones before. */
  readonly calls: readonly BlockMatmulCall[];
  readonly scratchBytes: number;
}

/** The kernel calls of a product for a target, and the scratch memory they share. */
export function planBlockMatmul(shape: BlockMatmulShape, target: TargetInfo): BlockMatmulPlan {
  const { format, rows, columns, inner, experts, heads = 1 } = shape;
  for (const [field, size] of Object.entries({ rows, columns, inner, heads })) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new RangeError(`product with weights in blocks: ${field} must be a whole number, got ${size}`);
    }
  }
  if (shape.heads !== undefined && experts !== undefined) {
    throw new RangeError('product with weights in blocks: give heads or experts, not both');
  }
  const { weights } = formatDetails(format);
  if (inner % weights !== 0) {
    throw new RangeError(`product with ${format} weights: inner must be a multiple of ${weights}, got ${inner}`);
  }
  const blocks = inner / BLOCK;
  const quantised = { scratch: 0 };
  const rowBlocks = heads * blocks;
  const quantise = call(quantiseRows, { a: 'a', quantised, strideA: 'strideA', rows: 'rows', blocks: rowBlocks }, true);
  const sizes = { a: quantised, weights: 'weights', c: 'c', strideC: 'strideC', columns, blocks } as const;
  const variant = { format, tileRows: tileRowsFor(format, rows, target) };
  const product =
    experts === undefined
      ? shape.heads === undefined
        ? call(blockMatmul(variant), { ...sizes, rows: 'rows' })
        : call(headsBlockMatmul(variant), { ...sizes, rows: 'rows', heads })
      : experts.by === 'grouped'
        ? call(groupedBlockMatmul(variant), { ...sizes, offsets: 'offsets', groups: experts.count })
        : call(expertBlockMatmul({ format }), { ...sizes, rowIds: 'rowIds', expertIds: 'expertIds', pairs: 'pairs' });
  return { calls: [quantise, product], scratchBytes: rows * rowBlocks * ACTIVATION_BYTES };
}

function call<P extends Parameters>(
  kernel: Kernel<P>,
  args: { readonly [N in keyof P]: BlockArgument },
  quantisesA = false,
): BlockMatmulCall {
  return { kernel: kernel as unknown as Kernel, args, quantisesA };
}
