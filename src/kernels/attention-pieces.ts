import type { Builder, I32 } from './builder.ts';
import { headed, indices, list } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';

/** Most pieces into which the positions of a row are cut. */
export const MOST_PIECES = 16;
/** Pieces are at least about so long, as far as there are more than two. */
const PIECE = 256;

/** Positions of a piece of a row with `length` positions: by the length alone, so that results do not depend on workers. */
export function pieceLength(b: Builder, length: I32): I32 {
  // An even number of pieces of one size is fair to two workers and to more.
  const even = b.mul(b.divideUnsigned(length, 2 * PIECE), 2);
  const pieces = b.min(b.max(even, 2), MOST_PIECES);
  const share = b.divideUnsigned(b.add(length, b.sub(pieces, 1)), pieces);
  return b.and(b.add(share, 7), -8);
}

/**
 * Joins the pieces of `latentAttentionPieces` and `pagedAttentionPieces`: with the highest score m over the row's pieces,
 * output[i, h] = Σ_c e^(highest_c - m) · partialOutput_c / Σ_c e^(highest_c - m) · sum_c, pieces in order. Shapes as
 * there, rank being the size of a value; output [rows, heads, rank] with a row stride. A row whose position is negative yields zeros.
 */
export const combinePieces = defineKernelFamily(
  'combinePieces',
  {
    output: 'out',
    partialOutput: 'in',
    partialSums: 'in',
    positions: 'in',
    rows: 'i32',
    outputRowStride: 'i32',
  },
  (b, p, { heads, rank }: { heads: number; rank: number }) => {
    b.splitLoop(b.mul(p.rows, heads), (index) => {
      const row = b.divideUnsigned(index, heads);
      const head = b.sub(index, b.mul(row, heads));
      const length = b.max(b.add(b.loadI32(b.offset(p.positions, row)), 1), 0);
      const size = b.max(pieceLength(b, length), 1);
      const count = b.divideUnsigned(b.add(length, b.sub(size, 1)), size);
      const partials = b.offset(p.partialOutput, index, MOST_PIECES * rank * 4);
      const stats = b.offset(p.partialSums, index, MOST_PIECES * 8);
      const highest = b.variable(b.f32(Number.NEGATIVE_INFINITY));
      b.loop(0, count, 1, (piece) => highest.set(b.max(highest.get(), b.load(b.offset(stats, piece, 8)))));
      const to = b.offset(b.offset(p.output, b.mul(row, p.outputRowStride)), head, rank * 4);
      b.strips(rank, (strip) => strip.store(to, b.vectorF32(0)));
      const total = b.variable(b.f32(0));
      b.loop(0, count, 1, (piece) => {
        const place = b.offset(stats, piece, 8);
        const factor = b.exp(b.sub(b.load(place), highest.get()));
        total.set(b.fma(factor, b.load(place, 4), total.get()));
        const weight = b.splat(factor);
        const from = b.offset(partials, piece, rank * 4);
        b.strips(rank, (strip) => strip.store(to, b.fma(weight, strip.load(from), strip.load(to))));
      });
      b.if(b.gt(count, 0), () => {
        const inverse = b.splat(b.div<'f32'>(1, total.get()));
        b.strips(rank, (strip) => strip.store(to, b.mul(strip.load(to), inverse)));
      });
    });
  },
  ({ heads, rank }) => ({
    extents: (n) => ({
      output: headed(n.rows, n.outputRowStride, heads, rank, rank),
      partialOutput: list(n.rows * heads * MOST_PIECES * rank),
      partialSums: list(2 * n.rows * heads * MOST_PIECES, 'positive'),
      positions: indices(n.rows, 2 ** 30, { idle: true }),
    }),
    sample: (draw) => ({ rows: draw(0, 2), outputRowStride: heads * rank + draw(0, 3) }),
  }),
);
