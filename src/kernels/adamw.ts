import type { F32 } from './builder.ts';
import { list } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { vectorLoop } from './loops.ts';

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), over a flat range of `count` f32 parameters:
 *
 *   g' = gradientScale · g
 *   m  = beta1 · m + (1 − beta1) · g'
 *   v  = beta2 · v + (1 − beta2) · g'²
 *   p  = p · (1 − learningRate · weightDecay) − learningRate · (m / correction1) / (sqrt(v / correction2) + eps)
 *
 * with correction1 = 1 − beta1^t and correction2 = 1 − beta2^t for step t = 1, 2, … All numbers come from a block in
 * memory, so that a recorded Program can change them at every step (see `ADAMW_BLOCK`).
 *
 * A gradientScale that is NaN or infinite (see `clipScale`) skips the step: nothing is changed.
 */
export const adamw = defineKernel(
  'adamw',
  { parameters: 'inout', gradients: 'in', m: 'inout', v: 'inout', hyperparameters: 'in', count: 'i32' },
  (b, p) => {
    const read = (field: AdamwField): F32 => b.load(p.hyperparameters, ADAMW_BLOCK.indexOf(field) * 4);
    const scale = read('gradientScale');
    b.if(b.eq(b.sub(scale, scale), 0), () => {
      const learningRate = read('learningRate');
      const beta1 = read('beta1');
      const beta2 = read('beta2');
      const gradientScale = b.splat(scale);
      const keep1 = b.splat(beta1);
      const take1 = b.splat(b.sub(1, beta1));
      const keep2 = b.splat(beta2);
      const take2 = b.splat(b.sub(1, beta2));
      const decay = b.splat(b.sub(1, b.mul(learningRate, read('weightDecay'))));
      const step = b.splat(b.neg(b.div(learningRate, read('correction1'))));
      const perCorrection2 = b.splat(b.div(1, read('correction2')));
      const eps = b.splat(read('eps'));
      b.split(p.count, 256, (start, end) => {
        vectorLoop(b, start, end, 2, (strips) => {
          const results = strips.map((strip) => {
            const g = b.mul(strip.load(p.gradients), gradientScale);
            const m = b.fma(strip.load(p.m), keep1, b.mul(g, take1));
            const v = b.fma(strip.load(p.v), keep2, b.mul(b.mul(g, g), take2));
            const root = b.add(b.sqrt(b.mul(v, perCorrection2)), eps);
            return { m, v, parameter: b.fma(strip.load(p.parameters), decay, b.div(b.mul(m, step), root)) };
          });
          strips.forEach((strip, k) => {
            strip.store(p.m, results[k]!.m);
            strip.store(p.v, results[k]!.v);
            strip.store(p.parameters, results[k]!.parameter);
          });
        });
      });
    });
  },
  {
    extents: (n) => ({
      parameters: list(n.count),
      gradients: list(n.count),
      m: list(n.count),
      v: list(n.count, 'positive'),
      hyperparameters: list(ADAMW_BLOCK.length, 'positive'),
    }),
    sample: (draw) => ({ count: draw(0, 600) }),
  },
);

/** The fields of AdamW's block of hyper-parameters, in the order of its f32 elements. */
export const ADAMW_BLOCK = [
  'learningRate',
  'beta1',
  'beta2',
  'eps',
  'weightDecay',
  'correction1',
  'correction2',
  'gradientScale',
] as const;
export type AdamwField = (typeof ADAMW_BLOCK)[number];

/** What the host chooses per step; the rest of the block follows from it. */
export interface AdamwSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Number of this step, from 1. */
  readonly step: number;
  /** Default 1; `clipScale` may write it later. */
  readonly gradientScale?: number;
}

/**
 * The block for one step. The corrections are those of the betas as f32 holds them: 1 − beta2 is small, and the rounding
 * of beta2 would otherwise show in the first steps.
 */
export function adamwBlock(settings: AdamwSettings): Float32Array {
  const { step, gradientScale = 1, ...numbers } = settings;
  if (!(Number.isInteger(step) && step >= 1)) throw new RangeError(`AdamW counts steps from 1, got step ${step}`);
  const correction1 = 1 - Math.fround(settings.beta1) ** step;
  const correction2 = 1 - Math.fround(settings.beta2) ** step;
  const values: Record<AdamwField, number> = { ...numbers, correction1, correction2, gradientScale };
  return Float32Array.from(ADAMW_BLOCK, (field) => values[field]);
}

/**
 * Clipping by global norm. From sumOfSquares[0] of the raw gradients, whose true gradients are baseScale times as large
 * (1 / number of accumulated micro-batches, say):
 *
 *   norm[0]  = baseScale · sqrt(sumOfSquares[0])
 *   result[0] = baseScale · min(1, maxNorm / norm[0])
 *
 * A norm that is NaN or infinite gives a result of NaN, on which optimiser kernels skip the step. `result` may be the
 * gradientScale element of an optimiser's block. One worker does it. baseScale and maxNorm are positive.
 */
export const clipScale = defineKernel(
  'clipScale',
  { sumOfSquares: 'in', result: 'out', norm: 'out', maxNorm: 'f32', baseScale: 'f32' },
  (b, p) => {
    b.if(b.eq(b.worker, 0), () => {
      const norm = b.mul(b.sqrt(b.load(p.sumOfSquares)), p.baseScale);
      b.store(p.norm, norm);
      const clipped = b.select<'f32'>(b.gt(norm, p.maxNorm), b.div(p.maxNorm, norm), 1);
      // norm − norm is 0 for numbers and NaN otherwise.
      b.store(p.result, b.mul(b.add(clipped, b.sub(norm, norm)), p.baseScale));
    });
  },
  { extents: () => ({ sumOfSquares: list(1, 'positive'), result: list(1), norm: list(1) }), sample: () => ({}) },
);
