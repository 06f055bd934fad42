import { ACTIVATION_BYTES, activationBlocks, loadBlock, quantiseBlock } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import { list, matrix } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress, vectorLoop } from './loops.ts';
import { ceilDivide } from './matmul-tile.ts';
import { gated } from './silu-gate.ts';

/** Blocks whose gated numbers a worker has before it rounds them: enough that no block waits for the one before. */
const PIECE = 8;

/** Numbers of the scratch of {@link quantiseGated}. */
export function gatedScratchElements(workers: number): number {
  return workers * PIECE * BLOCK;
}

/**
 * silu(gate)·up in 8 bits (see `siluGate` and `quantiseRows`, to the last bit what they give one after the other): gate and
 * up [rows, 32·blocks] with row strides in elements, quantised as there, aligned to 4 bytes; scratch:
 * gatedScratchElements(workers) floats. The gated numbers themselves do not go to memory.
 */
export const quantiseGated = defineKernel(
  'quantise_gated',
  {
    gate: 'in',
    up: 'in',
    quantised: 'out',
    scratch: 'out',
    gateStride: 'i32',
    upStride: 'i32',
    rows: 'i32',
    blocks: 'i32',
  },
  (b, p) => {
    const own = b.offset(p.scratch, b.mul<'i32'>(b.worker, PIECE * BLOCK));
    const pieces = ceilDivide(b, p.blocks, PIECE);
    b.splitLoop(b.mul<'i32'>(p.rows, pieces), (unit) => {
      const row = b.divideUnsigned(unit, pieces);
      const first = b.mul<'i32'>(b.sub<'i32'>(unit, b.mul<'i32'>(row, pieces)), PIECE);
      const count = b.min<'i32'>(b.sub<'i32'>(p.blocks, first), PIECE);
      const gate = b.offset(rowAddress(b, p.gate, row, p.gateStride), first, BLOCK * 4);
      const up = b.offset(rowAddress(b, p.up, row, p.upStride), first, BLOCK * 4);
      vectorLoop(b, b.i32(0), b.mul<'i32'>(count, BLOCK), 2, (strips) => {
        const values = strips.map((strip) => gated(b, strip.load(gate), strip.load(up)));
        for (const [i, strip] of strips.entries()) strip.store(own, values[i]!);
      });
      const to = b.offset(p.quantised, b.add<'i32'>(b.mul<'i32'>(row, p.blocks), first), ACTIVATION_BYTES);
      b.loop(0, count, 1, (block) => {
        quantiseBlock(b, loadBlock(b, b.offset(own, block, BLOCK * 4)), b.offset(to, block, ACTIVATION_BYTES));
      });
    });
  },
  {
    extents: (n) => ({
      gate: matrix(n.rows, n.blocks * BLOCK, n.gateStride),
      up: matrix(n.rows, n.blocks * BLOCK, n.upStride),
      quantised: activationBlocks(n.rows * n.blocks),
      scratch: list(gatedScratchElements(n.workers)),
    }),
    sample: (draw) => {
      const blocks = draw(1, 11);
      const stride = () => blocks * BLOCK + draw(0, 3);
      return { rows: draw(0, 5), blocks, gateStride: stride(), upStride: stride() };
    },
  },
);
