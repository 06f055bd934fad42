import { activationBlocks } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import { PIECES_ELEMENTS, piecesOf, quantisePieces } from './block-quantise.ts';
import { list, matrix } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress } from './loops.ts';
import { addedInverseRms } from './rmsnorm.ts';

/** Numbers of the scratch of {@link addRmsNormQuantised}. */
export function normScratchElements(workers: number): number {
  return workers * PIECES_ELEMENTS;
}

/**
 * `addRmsNorm` in 8 bits: h = a + addend, and what `quantiseRows` makes of h normalised, to the last bit. The normalised
 * numbers themselves do not go to memory. a, addend and h are [rows, 32·blocks] with one row stride in elements, h may be a
 * or addend; weight [32·blocks]; scratch: normScratchElements(workers) floats. Rows are split among the workers.
 */
export const addRmsNormQuantised = defineKernel(
  'add_rms_norm_quantised',
  {
    a: 'in',
    addend: 'in',
    weight: 'in',
    h: 'out',
    quantised: 'out',
    scratch: 'out',
    rows: 'i32',
    blocks: 'i32',
    stride: 'i32',
    eps: 'f32',
  },
  (b, p) => {
    const own = b.offset(p.scratch, b.mul<'i32'>(b.worker, PIECES_ELEMENTS));
    const { quantised, blocks } = p;
    const pieces = piecesOf(b, blocks);
    const factor = b.variable(b.vectorF32(0));
    b.split(p.rows, 1, (firstRow, endRow) => {
      const [start, end] = [b.mul<'i32'>(firstRow, pieces), b.mul<'i32'>(endRow, pieces)];
      quantisePieces(b, { quantised, blocks, own, start, end }, ({ row, first, count }, to) => {
        const h = rowAddress(b, p.h, row, p.stride);
        b.if(b.eq<'i32'>(first, 0), () => {
          const [a, addend] = [rowAddress(b, p.a, row, p.stride), rowAddress(b, p.addend, row, p.stride)];
          factor.set(b.splat(addedInverseRms(b, { a, addend, h }, b.mul<'i32'>(blocks, BLOCK), p.eps)));
        });
        const [from, weight] = [b.offset(h, first, BLOCK * 4), b.offset(p.weight, first, BLOCK * 4)];
        const inverse = factor.get();
        b.loop(0, b.mul<'i32'>(count, BLOCK), 2 * b.lanes, (at) => {
          const [source, weights, target] = [b.offset(from, at), b.offset(weight, at), b.offset(to, at)];
          const values = [0, b.lanes * 4].map((byte) =>
            b.mul<'vf32'>(b.mul<'vf32'>(b.loadVector(source, byte), inverse), b.loadVector(weights, byte)),
          );
          for (const [i, value] of values.entries()) b.store(target, value, i * b.lanes * 4);
        });
      });
    });
  },
  {
    extents: (n) => {
      const rows = matrix(n.rows, n.blocks * BLOCK, n.stride);
      return {
        ...{ a: rows, addend: rows, h: rows, weight: list(n.blocks * BLOCK) },
        ...{ quantised: activationBlocks(n.rows * n.blocks), scratch: list(normScratchElements(n.workers)) },
      };
    },
    sample: (draw) => {
      const blocks = draw(1, 35);
      return { rows: draw(0, 4), blocks, stride: blocks * BLOCK + draw(0, 3) };
    },
  },
);
