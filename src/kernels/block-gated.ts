import { activationBlocks } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import { PIECES_ELEMENTS, piecesOf, quantisePieces } from './block-quantise.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { list, matrix } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress } from './loops.ts';
import { gated } from './silu-gate.ts';

/** Numbers of the scratch of {@link quantiseGated}. */
export function gatedScratchElements(workers: number): number {
  return workers * PIECES_ELEMENTS;
}

/** How far ahead of its use memory is fetched: processors alone begin too late with what is so soon done. */
const AHEAD = 4096;
const LINE = 64;

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
    const own = b.offset(p.scratch, b.mul<'i32'>(b.worker, PIECES_ELEMENTS));
    const { quantised, blocks } = p;
    b.split(b.mul<'i32'>(p.rows, piecesOf(b, blocks)), 1, (start, end) => {
      quantisePieces(b, { quantised, blocks, own, start, end }, ({ row, first, count }, to) => {
        const part = (from: Pointer, stride: I32) => b.offset(rowAddress(b, from, row, stride), first, BLOCK * 4);
        gatePiece(b, part(p.gate, p.gateStride), part(p.up, p.upStride), to, count);
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
