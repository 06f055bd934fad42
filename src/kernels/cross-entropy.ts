import type { Builder, F32, I32, Pointer } from './builder.ts';
import { indices, list, matrix, strided } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { interleavedLoop, rowAddress, vectorLoop } from './loops.ts';
import { rowStatistics } from './softmax.ts';

/**
 * Cross-entropy of rows of logits against one target each, with an optional penalty on the normaliser (z-loss; de
 * Brébisson and Vincent, 2016).
 *
 *   z[r]    = log Σ_c e^logits[r,c]
 *   loss[r] = weight[r] · (z[r] − logits[r, target[r]] + zCoefficient · z[r]²)
 *   dlogits[r,c] = weight[r] · scale[r·scaleStride] · (p[r,c] · (1 + 2·zCoefficient·z[r]) − [c = target[r]])
 *
 * with p the softmax. logits and dlogits are [rows, columns] f32 with row strides in elements; targets [rows] i32 within
 * 0..columns-1 (checked by the host), weights, losses, logSumExp [rows] f32. `scale` is the upstream gradient: one
 * number for all rows (scaleStride 0) or one per row (scaleStride 1). dlogits may be logits.
 *
 * A row of weight 0 is skipped: its loss, normaliser and gradient are zero, and neither its target nor its logits are
 * read. A logit of −infinity has probability 0; NaN and +infinity make the row NaN.
 */

const CHAINS = 4;

/** What all three kernels read, and their losses. */
const shared = (n: { rows: number; columns: number; logitsStride: number }) => ({
  logits: matrix(n.rows, n.columns, n.logitsStride),
  targets: indices(n.rows, n.columns, { unlessZero: 'weights' }),
  weights: list(n.rows, 'weights'),
  logSumExp: list(n.rows),
});

interface LossInputs {
  readonly weight: F32;
  readonly targetLogit: F32;
  readonly normaliser: F32;
  readonly zCoefficient: F32;
}

function rowLoss(b: Builder, row: LossInputs): F32 {
  // In this order a coefficient of 0 gives 0 where the square would overflow.
  const penalty = b.mul(b.mul(row.zCoefficient, row.normaliser), row.normaliser);
  return b.mul(row.weight, b.add(b.sub(row.normaliser, row.targetLogit), penalty));
}

/** losses and logSumExp from logits. */
export const crossEntropy = defineKernel(
  'crossEntropy',
  {
    logits: 'in',
    targets: 'in',
    weights: 'in',
    losses: 'out',
    logSumExp: 'out',
    rows: 'i32',
    columns: 'i32',
    logitsStride: 'i32',
    zCoefficient: 'f32',
  },
  (b, p) => {
    interleavedLoop(b, p.rows, (row) => {
      const weight = b.load(b.offset(p.weights, row));
      const write = (loss: F32, normaliser: F32) => {
        b.store(b.offset(p.losses, row), loss);
        b.store(b.offset(p.logSumExp, row), normaliser);
      };
      b.if(
        b.eq(weight, 0),
        () => write(b.f32(0), b.f32(0)),
        () => {
          const logits = rowAddress(b, p.logits, row, p.logitsStride);
          const { maximum, sum } = rowStatistics(b, logits, p.columns);
          const normaliser = b.add(maximum, b.log(sum));
          const targetLogit = b.load(b.offset(logits, b.loadI32(b.offset(p.targets, row))));
          write(rowLoss(b, { weight, targetLogit, normaliser, zCoefficient: p.zCoefficient }), normaliser);
        },
      );
    });
  },
  { extents: (n) => ({ ...shared(n), losses: list(n.rows) }), sample: (draw) => strided(draw, 'logitsStride') },
);

/** dlogits from logits and the logSumExp of the forward pass. */
export const crossEntropyBackward = defineKernel(
  'crossEntropyBackward',
  {
    logits: 'in',
    targets: 'in',
    weights: 'in',
    logSumExp: 'in',
    scale: 'in',
    dlogits: 'out',
    rows: 'i32',
    columns: 'i32',
    logitsStride: 'i32',
    dlogitsStride: 'i32',
    scaleStride: 'i32',
    zCoefficient: 'f32',
  },
  (b, p) => {
    interleavedLoop(b, p.rows, (row) => {
      const weight = b.load(b.offset(p.weights, row));
      const dlogits = rowAddress(b, p.dlogits, row, p.dlogitsStride);
      b.if(
        b.eq(weight, 0),
        () => zeroRow(b, dlogits, p.columns),
        () => {
          const logits = rowAddress(b, p.logits, row, p.logitsStride);
          const normaliser = b.load(b.offset(p.logSumExp, row));
          const upstream = b.mul(weight, b.load(rowAddress(b, p.scale, row, p.scaleStride)));
          const factor = b.splat(b.mul(upstream, penaltySlope(b, p.zCoefficient, normaliser)));
          const shift = b.splat(normaliser);
          vectorLoop(b, b.i32(0), p.columns, 2, (strips) => {
            const values = strips.map((strip) => b.mul(b.exp(b.sub(strip.load(logits), shift)), factor));
            strips.forEach((strip, k) => {
              strip.store(dlogits, values[k]!);
            });
          });
          subtractAtTarget(b, dlogits, b.loadI32(b.offset(p.targets, row)), upstream);
        },
      );
    });
  },
  {
    extents: (n) => ({
      ...shared(n),
      scale: matrix(n.rows, 1, n.scaleStride),
      dlogits: matrix(n.rows, n.columns, n.dlogitsStride),
    }),
    sample: (draw) => ({ ...strided(draw, 'logitsStride', 'dlogitsStride'), scaleStride: draw(0, 1) }),
  },
);

/**
 * Losses, logSumExp and dlogits in one call: each logit is exponentiated once and stays in the cache between the passes
 * over its row.
 */
export const crossEntropyWithGradient = defineKernel(
  'crossEntropyWithGradient',
  {
    logits: 'in',
    targets: 'in',
    weights: 'in',
    scale: 'in',
    losses: 'out',
    logSumExp: 'out',
    dlogits: 'out',
    rows: 'i32',
    columns: 'i32',
    logitsStride: 'i32',
    dlogitsStride: 'i32',
    scaleStride: 'i32',
    zCoefficient: 'f32',
  },
  (b, p) => {
    interleavedLoop(b, p.rows, (row) => {
      const weight = b.load(b.offset(p.weights, row));
      const dlogits = rowAddress(b, p.dlogits, row, p.dlogitsStride);
      const write = (loss: F32, normaliser: F32) => {
        b.store(b.offset(p.losses, row), loss);
        b.store(b.offset(p.logSumExp, row), normaliser);
      };
      b.if(
        b.eq(weight, 0),
        () => {
          write(b.f32(0), b.f32(0));
          zeroRow(b, dlogits, p.columns);
        },
        () => {
          const logits = rowAddress(b, p.logits, row, p.logitsStride);
          const target = b.loadI32(b.offset(p.targets, row));
          // Read before the row is overwritten, which dlogits = logits allows.
          const targetLogit = b.load(b.offset(logits, target));
          const { maximum, sum } = rowStatistics(b, logits, p.columns, { keep: dlogits });
          const normaliser = b.add(maximum, b.log(sum));
          write(rowLoss(b, { weight, targetLogit, normaliser, zCoefficient: p.zCoefficient }), normaliser);
          const upstream = b.mul(weight, b.load(rowAddress(b, p.scale, row, p.scaleStride)));
          const factor = b.div(b.mul(upstream, penaltySlope(b, p.zCoefficient, normaliser)), sum);
          scaleRow(b, dlogits, p.columns, factor);
          subtractAtTarget(b, dlogits, target, upstream);
        },
      );
    });
  },
  {
    extents: (n) => ({
      ...shared(n),
      scale: matrix(n.rows, 1, n.scaleStride),
      dlogits: matrix(n.rows, n.columns, n.dlogitsStride),
      losses: list(n.rows),
    }),
    sample: (draw) => ({ ...strided(draw, 'logitsStride', 'dlogitsStride'), scaleStride: draw(0, 1) }),
  },
);

/** 1 + 2·zCoefficient·z */
function penaltySlope(b: Builder, zCoefficient: F32, normaliser: F32): F32 {
  return b.fma(b.mul(zCoefficient, 2), normaliser, 1);
}

function subtractAtTarget(b: Builder, dlogits: Pointer, target: I32, upstream: F32): void {
  const address = b.offset(dlogits, target);
  b.store(address, b.sub(b.load(address), upstream));
}

function zeroRow(b: Builder, row: Pointer, columns: I32): void {
  const zero = b.vectorF32(0);
  vectorLoop(b, b.i32(0), columns, CHAINS, (strips) => {
    for (const strip of strips) strip.store(row, zero);
  });
}

function scaleRow(b: Builder, row: Pointer, columns: I32, factor: F32): void {
  const factors = b.splat(factor);
  vectorLoop(b, b.i32(0), columns, CHAINS, (strips) => {
    const values = strips.map((strip) => b.mul(strip.load(row), factors));
    strips.forEach((strip, k) => {
      strip.store(row, values[k]!);
    });
  });
}
