import { ACTIVATION_BYTES, activationBlocks, loadBlock, quantiseBlock } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import { roundTogether, scaleTogether, TOGETHER_ELEMENTS } from './block-quantise.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { list, matrix } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress } from './loops.ts';
import { ceilDivide } from './matmul-tile.ts';
import { gated } from './silu-gate.ts';

/** Blocks of a piece at most: the lanes of the widest target. */
const MOST_BLOCKS = 16;
const PIECE_BYTES = MOST_BLOCKS * BLOCK * 4;

/** A worker has two pieces of gated numbers at a time: one that it rounds, and the next. */
const OWN_ELEMENTS = 2 * MOST_BLOCKS * BLOCK + TOGETHER_ELEMENTS;

/** Numbers of the scratch of {@link quantiseGated}. */
export function gatedScratchElements(workers: number): number {
  return workers * OWN_ELEMENTS;
}

/** How far ahead of its use memory is fetched: processors alone begin too late with what is so soon done. */
const AHEAD = 4096;
const LINE = 64;

/** Blocks `first`… of a row. */
interface Piece {
  readonly row: I32;
  readonly first: I32;
  readonly count: I32;
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
    const own = b.offset(p.scratch, b.mul<'i32'>(b.worker, OWN_ELEMENTS));
    const scratch = b.offset(own, 2 * PIECE_BYTES, 1);
    const numbers = (unit: I32) => b.offset(own, b.and<'i32'>(unit, 1), PIECE_BYTES);
    const pieces = ceilDivide(b, p.blocks, b.lanes);
    const pieceOf = (unit: I32): Piece => {
      const row = b.divideUnsigned(unit, pieces);
      const first = b.mul<'i32'>(b.sub<'i32'>(unit, b.mul<'i32'>(row, pieces)), b.lanes);
      return { row, first, count: b.min<'i32'>(b.sub<'i32'>(p.blocks, first), b.lanes) };
    };
    b.split(b.mul<'i32'>(p.rows, pieces), 1, (start, end) => {
      // Turn by turn a piece is rounded, and the next is gated while the rounding waits for its scales.
      b.loop(b.sub<'i32'>(start, 1), end, 1, (unit) => {
        const { row, first, count } = pieceOf(b.max<'i32'>(unit, 0));
        const blocks = b.select<'i32'>(b.ge<'i32'>(unit, start), count, 0);
        const whole = b.eq<'i32'>(blocks, b.lanes);
        b.if(whole, () => scaleTogether(b, numbers(unit), scratch));
        const next = b.add<'i32'>(unit, 1);
        b.if(b.lt<'i32'>(next, end), () => {
          const piece = pieceOf(next);
          const part = (from: Pointer, stride: I32) =>
            b.offset(rowAddress(b, from, piece.row, stride), piece.first, BLOCK * 4);
          gatePiece(b, part(p.gate, p.gateStride), part(p.up, p.upStride), numbers(next), piece.count);
        });
        const to = b.offset(p.quantised, b.add<'i32'>(b.mul<'i32'>(row, p.blocks), first), ACTIVATION_BYTES);
        b.if(
          whole,
          () => roundTogether(b, numbers(unit), to, scratch),
          () =>
            b.loop(0, blocks, 1, (block) => {
              const from = b.offset(numbers(unit), block, BLOCK * 4);
              quantiseBlock(b, loadBlock(b, from), b.offset(to, block, ACTIVATION_BYTES));
            }),
        );
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
      const blocks = draw(1, 35);
      const stride = () => blocks * BLOCK + draw(0, 3);
      return { rows: draw(0, 4), blocks, gateStride: stride(), upStride: stride() };
    },
  },
);

/** Writes the gated numbers of some blocks to `to`, two vectors at a time, which V8 may fuse. */
function gatePiece(b: Builder, gate: Pointer, up: Pointer, to: Pointer, count: I32): void {
  b.loop(0, count, 1, (block) => {
    const [from, factors, target] = [gate, up, to].map((base) => b.offset(base, block, BLOCK * 4)) as [
      Pointer,
      Pointer,
      Pointer,
    ];
    for (let byte = 0; b.target.prefetches && byte < BLOCK * 4; byte += LINE) {
      b.prefetch(from, AHEAD + byte);
      b.prefetch(factors, AHEAD + byte);
    }
    const bytes = b.lanes * 4;
    for (let byte = 0; byte < BLOCK * 4; byte += 2 * bytes) {
      const values = [byte, byte + bytes].map((at) => gated(b, b.loadVector(from, at), b.loadVector(factors, at)));
      for (const [i, value] of values.entries()) b.store(target, value, byte + i * bytes);
    }
  });
}
