import type { BlockArgument, BlockMatmulPlan, BlockMatmulShape } from './block-plan.ts';
import { evenTileRows } from './block-tile.ts';
import type { TargetInfo } from './ir.ts';
import type { Kernel, Parameters } from './kernel.ts';
import { expertNarrowMatmul, groupedNarrowMatmul, headsNarrowMatmul, narrowMatmul } from './narrow-matmul.ts';
import { type NarrowFormat, narrowRowBytes } from './narrow-panels.ts';
import { narrowTileRows } from './narrow-tile.ts';

/** As `BlockMatmulShape`, with weights in floats of 16 or 8 bits: K is a multiple of `together` in `narrowDetails`. */
export interface NarrowMatmulShape extends Omit<BlockMatmulShape, 'format'> {
  readonly format: NarrowFormat;
}

/** The kernel call of a product with weights in floats of 16 or 8 bits. It reads A as it lies, so that there is no scratch memory. */
export function planNarrowMatmul(shape: NarrowMatmulShape, target: TargetInfo): BlockMatmulPlan {
  const { format, rows, columns, inner, experts, heads } = shape;
  for (const [field, size] of Object.entries({ rows, columns, inner, heads: heads ?? 1 })) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new RangeError(`product with weights in ${format}: ${field} must be a whole number, got ${size}`);
    }
  }
  if (heads !== undefined && experts !== undefined) {
    throw new RangeError(`product with weights in ${format}: give heads or experts, not both`);
  }
  narrowRowBytes(format, inner);
  const strides = { strideA: 'strideA', strideC: 'strideC' } as const;
  const sizes = { a: 'a', weights: 'weights', c: 'c', ...strides, columns, inner } as const;
  const variant = { format, tileRows: evenTileRows(rows, narrowTileRows(target)) };
  if (heads !== undefined) return planOf(headsNarrowMatmul(variant), { ...sizes, rows: 'rows', heads });
  if (experts === undefined) return planOf(narrowMatmul(variant), { ...sizes, rows: 'rows' });
  if (experts.by === 'grouped') {
    return planOf(groupedNarrowMatmul(variant), { ...sizes, offsets: 'offsets', groups: experts.count });
  }
  const pairs = { rowIds: 'rowIds', expertIds: 'expertIds', pairs: 'pairs' } as const;
  return planOf(expertNarrowMatmul({ format }), { ...sizes, ...pairs });
}

function planOf<P extends Parameters>(
  kernel: Kernel<P>,
  args: { readonly [N in keyof P]: BlockArgument },
): BlockMatmulPlan {
  return { calls: [{ kernel: kernel as unknown as Kernel, args, quantisesA: false }], scratchBytes: 0 };
}
