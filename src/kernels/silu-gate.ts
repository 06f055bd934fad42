import type { Builder, VectorF32 } from './builder.ts';
import { matrix, strided } from './extents.ts';
import { onePlusExpOfNegative } from './intrinsics.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress, splitBlocks, vectorLoop } from './loops.ts';

/**
 * The gated activation of the feed-forward layers (SwiGLU without its products; Shazeer, 2020; `hidden_act: silu`).
 *
 *   y[r,c] = silu(gate[r,c]) · up[r,c],   silu(g) = g · σ(g),   σ(g) = 1 / (1 + e^−g)
 *
 * All are [rows, columns] f32 with row strides in elements. Gate and up may be halves of one row [rows, 2·columns]: pass
 * up = gate + columns elements and equal strides. y may be gate or up. A gate below −88.4 gives zero, as
 * e^−g is taken for infinity; −infinity gives NaN (−infinity / infinity).
 */
export const siluGate = defineKernel(
  'siluGate',
  {
    gate: 'in',
    up: 'in',
    y: 'out',
    rows: 'i32',
    columns: 'i32',
    gateStride: 'i32',
    upStride: 'i32',
    yStride: 'i32',
  },
  (b, p) => {
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const gate = rowAddress(b, p.gate, row, p.gateStride);
      const up = rowAddress(b, p.up, row, p.upStride);
      const y = rowAddress(b, p.y, row, p.yStride);
      vectorLoop(b, start, end, 2, (strips) => {
        const values = strips.map((strip) => gated(b, strip.load(gate), strip.load(up)));
        strips.forEach((strip, k) => {
          strip.store(y, values[k]!);
        });
      });
    });
  },
  {
    extents: (n) => ({
      gate: matrix(n.rows, n.columns, n.gateStride),
      up: matrix(n.rows, n.columns, n.upStride),
      y: matrix(n.rows, n.columns, n.yStride),
    }),
    sample: (draw) => strided(draw, 'gateStride', 'upStride', 'yStride'),
  },
);

/** silu(gate) · up. */
export function gated(b: Builder, gate: VectorF32, up: VectorF32): VectorF32 {
  return b.mul(b.div(gate, onePlusExpOfNegative(b, gate)), up);
}

/**
 * Gradients of both inputs from dy [rows, columns] and the inputs of the forward pass:
 *
 *   dup[r,c]   = dy[r,c] · silu(gate[r,c])
 *   dgate[r,c] = dy[r,c] · up[r,c] · σ(gate) · (1 + gate · (1 − σ(gate)))
 *
 * dgate may be gate, and dup may be up (in place).
 */
export const siluGateBackward = defineKernel(
  'siluGateBackward',
  {
    gate: 'in',
    up: 'in',
    dy: 'in',
    dgate: 'out',
    dup: 'out',
    rows: 'i32',
    columns: 'i32',
    gateStride: 'i32',
    upStride: 'i32',
    dyStride: 'i32',
    dgateStride: 'i32',
    dupStride: 'i32',
  },
  (b, p) => {
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const gate = rowAddress(b, p.gate, row, p.gateStride);
      const up = rowAddress(b, p.up, row, p.upStride);
      const dy = rowAddress(b, p.dy, row, p.dyStride);
      const dgate = rowAddress(b, p.dgate, row, p.dgateStride);
      const dup = rowAddress(b, p.dup, row, p.dupStride);
      vectorLoop(b, start, end, 2, (strips) => {
        const results = strips.map((strip) => {
          const g = strip.load(gate);
          const upstream = strip.load(dy);
          const sigmoid = b.div(1, onePlusExpOfNegative(b, g));
          const silu = b.mul(g, sigmoid);
          const slope = b.fma(silu, b.sub(1, sigmoid), sigmoid);
          return {
            dgate: b.mul(b.mul(upstream, strip.load(up)), slope),
            dup: b.mul(upstream, silu),
          };
        });
        strips.forEach((strip, k) => {
          strip.store(dgate, results[k]!.dgate);
          strip.store(dup, results[k]!.dup);
        });
      });
    });
  },
  {
    extents: (n) => ({
      gate: matrix(n.rows, n.columns, n.gateStride),
      up: matrix(n.rows, n.columns, n.upStride),
      dy: matrix(n.rows, n.columns, n.dyStride),
      dgate: matrix(n.rows, n.columns, n.dgateStride),
      dup: matrix(n.rows, n.columns, n.dupStride),
    }),
    sample: (draw) => strided(draw, 'gateStride', 'upStride', 'dyStride', 'dgateStride', 'dupStride'),
  },
);
