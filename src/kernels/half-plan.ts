import type { BlockArgument, BlockMatmulPlan, BlockMatmulShape } from './block-plan.ts';
import { evenTileRows } from './block-tile.ts';
import { expertHalfMatmul, groupedHalfMatmul, halfMatmul, headsHalfMatmul } from './half-matmul.ts';
import { type HalfFormat, halfRowBytes } from './half-panels.ts';
import { halfTileRows } from './half-tile.ts';
import type { TargetInfo } from './ir.ts';
import type { Kernel, Parameters } from './kernel.ts';

/** As `BlockMatmulShape`, with weights in 16-bit floats: K is a multiple of `placesTogether`. */
export interface HalfMatmulShape extends Omit<BlockMatmulShape, 'format'> {
  readonly format: HalfFormat;
}

/** The kernel call of a product with weights in 16-bit floats. It reads A as it lies, so that there is no scratch memory. */
export function planHalfMatmul(shape: HalfMatmulShape, target: TargetInfo): BlockMatmulPlan {
  const { format, rows, columns, inner, experts, heads } = shape;
  for (const [field, size] of Object.entries({ rows, columns, inner, heads: heads ?? 1 })) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new RangeError(`product with weights in ${format}: ${field} must be a whole number, got ${size}`);
    }
  }
  if (heads !== undefined && experts !== undefined) {
    throw new RangeError(`product with weights in ${format}: give heads or experts, not both`);
  }
  halfRowBytes(format, inner);
  const strides = { strideA: 'strideA', strideC: 'strideC' } as const;
  const sizes = { a: 'a', weights: 'weights', c: 'c', ...strides, columns, inner } as const;
  const variant = { format, tileRows: evenTileRows(rows, halfTileRows(target)) };
  if (heads !== undefined) return planOf(headsHalfMatmul(variant), { ...sizes, rows: 'rows', heads });
  if (experts === undefined) return planOf(halfMatmul(variant), { ...sizes, rows: 'rows' });
  if (experts.by === 'grouped') {
    return planOf(groupedHalfMatmul(variant), { ...sizes, offsets: 'offsets', groups: experts.count });
  }
  const pairs = { rowIds: 'rowIds', expertIds: 'expertIds', pairs: 'pairs' } as const;
  return planOf(expertHalfMatmul({ format }), { ...sizes, ...pairs });
}

function planOf<P extends Parameters>(
  kernel: Kernel<P>,
  args: { readonly [N in keyof P]: BlockArgument },
): BlockMatmulPlan {
  return { calls: [{ kernel: kernel as unknown as Kernel, args, quantisesA: false }], scratchBytes: 0 };
}
