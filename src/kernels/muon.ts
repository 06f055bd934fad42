import type { Builder, F32, I32, Pointer } from './builder.ts';
import { list, matrix } from './extents.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { sumVectors, vectorLoop } from './loops.ts';

/**
 * Muon (Jordan et al., 2024), which steps along the nearest orthogonal matrix of the momentum. Per matrix [rows, columns]:
 *
 *   1. `muonMomentum`          g' = gradientScale · g;  m = μ·m + (1 − μ)·g';  d = (1 − μ)·g' + μ·m (Nesterov) or m
 *   2. `frobeniusPartials`, `frobeniusNormalise`          X = d / max(‖d‖, eps)
 *   3. five times (quintic Newton–Schulz):  A = X·Xᵀ,  B = b·A + c·A²,  X = a·X + B·X
 *      with the matrix products and `linearCombination`; for rows > columns A = Xᵀ·X and X = a·X + X·B
 *   4. `muonUpdate`            p = p · (1 − learningRate · weightDecay) − learningRate · factor · X
 *
 * `factor` depends on the shape: sqrt(max(1, rows / columns)) in the original, 0.2 · sqrt(max(rows, columns)) to match
 * the size of AdamW's steps (Liu et al., Moonlight, 2025). Numbers that vary per step come from a block in memory (see
 * `MUON_BLOCK`). A gradientScale that is NaN or infinite skips the step: momentum and parameters keep their values.
 */

/** a, b, c of the Newton–Schulz quintic. */
export const NEWTON_SCHULZ = { a: 3.4445, b: -4.775, c: 2.0315 } as const;

/** The fields of Muon's block of hyper-parameters, in the order of its f32 elements. */
export const MUON_BLOCK = ['learningRate', 'momentum', 'weightDecay', 'gradientScale'] as const;
export type MuonField = (typeof MUON_BLOCK)[number];

const read = (b: Builder, block: Pointer, field: MuonField): F32 => b.load(block, MUON_BLOCK.indexOf(field) * 4);

/** 1 where the scale is a number, 0 where it is NaN or infinite. */
const usable = (b: Builder, scale: F32): I32 => b.eq(b.sub(scale, scale), 0);

/** Step 1 over `count` elements, momentum updated in place; a skipped step gives a direction of zeros. */
export const muonMomentum = defineKernelFamily(
  'muonMomentum',
  { gradients: 'in', momentum: 'inout', direction: 'out', hyperparameters: 'in', count: 'i32' },
  (b, p, variant: { nesterov: boolean }) => {
    const scale = read(b, p.hyperparameters, 'gradientScale');
    const momentum = read(b, p.hyperparameters, 'momentum');
    const keep = b.splat(momentum);
    const take = b.splat(b.sub(1, momentum));
    const gradientScale = b.splat(scale);
    b.split(p.count, 256, (start, end) => {
      b.if(
        usable(b, scale),
        () =>
          vectorLoop(b, start, end, 2, (strips) => {
            const results = strips.map((strip) => {
              const fresh = b.mul(b.mul(strip.load(p.gradients), gradientScale), take);
              const m = b.fma(strip.load(p.momentum), keep, fresh);
              return { m, direction: variant.nesterov ? b.fma(m, keep, fresh) : m };
            });
            strips.forEach((strip, k) => {
              strip.store(p.momentum, results[k]!.m);
              strip.store(p.direction, results[k]!.direction);
            });
          }),
        () =>
          vectorLoop(b, start, end, 2, (strips) => {
            const zero = b.vectorF32(0);
            for (const strip of strips) strip.store(p.direction, zero);
          }),
      );
    });
  },
  () => ({
    extents: (n) => ({
      gradients: list(n.count),
      momentum: list(n.count),
      direction: list(n.count),
      hyperparameters: list(MUON_BLOCK.length, 'positive'),
    }),
    sample: (draw) => ({ count: draw(0, 600) }),
  }),
);

/** Parts into which a matrix is cut for its norm, whatever the number of workers. */
export const FROBENIUS_PARTIALS = 16;

/**
 * Sums of squares: partials [matrices, FROBENIUS_PARTIALS] of matrices of `count` contiguous elements each, `stride`
 * elements apart.
 */
export const frobeniusPartials = defineKernel(
  'frobeniusPartials',
  { x: 'in', partials: 'out', matrices: 'i32', count: 'i32', stride: 'i32' },
  (b, p) => {
    const size = b.add(b.divide(p.count, FROBENIUS_PARTIALS), 1);
    b.splitLoop(b.mul(p.matrices, FROBENIUS_PARTIALS), (part) => {
      const matrix = b.divide(part, FROBENIUS_PARTIALS);
      const start = b.min(b.mul(b.remainder(part, FROBENIUS_PARTIALS), size), p.count);
      const x = b.offset(p.x, b.mul(matrix, p.stride));
      const sum = sumVectors(b, start, b.min(b.add(start, size), p.count), 4, (accumulator, strip) => {
        const value = strip.load(x);
        return b.fma(value, value, accumulator);
      });
      b.store(b.offset(p.partials, part), sum);
    });
  },
  {
    extents: (n) => ({ x: matrix(n.matrices, n.count, n.stride), partials: list(n.matrices * FROBENIUS_PARTIALS) }),
    sample: (draw) => ({ matrices: draw(0, 3), count: draw(1, 300), stride: 300 + draw(0, 2) }),
  },
);

/** y = x / max(‖x‖, eps) per matrix, from the partial sums; y has the stride of x and may be x. */
export const frobeniusNormalise = defineKernel(
  'frobeniusNormalise',
  { x: 'in', partials: 'in', y: 'out', matrices: 'i32', count: 'i32', stride: 'i32', eps: 'f32' },
  (b, p) => {
    b.loop(0, p.matrices, 1, (matrix) => {
      const partials = b.offset(p.partials, b.mul(matrix, FROBENIUS_PARTIALS));
      const total = b.variable(b.f32(0));
      b.loop(0, FROBENIUS_PARTIALS, 1, (part) => total.set(b.add(total.get(), b.load(b.offset(partials, part)))));
      const norm = b.sqrt(total.get());
      const factor = b.splat(b.div(1, b.select<'f32'>(b.lt(norm, p.eps), p.eps, norm)));
      const at = b.mul(matrix, p.stride);
      const [x, y] = [b.offset(p.x, at), b.offset(p.y, at)];
      b.split(p.count, 256, (start, end) => {
        vectorLoop(b, start, end, 4, (strips) => {
          const values = strips.map((strip) => b.mul(strip.load(x), factor));
          strips.forEach((strip, k) => {
            strip.store(y, values[k]!);
          });
        });
      });
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.matrices, n.count, n.stride),
      partials: list(n.matrices * FROBENIUS_PARTIALS, 'positive'),
      y: matrix(n.matrices, n.count, n.stride),
    }),
    sample: (draw) => ({ matrices: draw(0, 3), count: draw(1, 300), stride: 300 + draw(0, 2) }),
  },
);

/** Step 4 over `count` elements of matrices of one shape. */
export const muonUpdate = defineKernel(
  'muonUpdate',
  { parameters: 'inout', direction: 'in', hyperparameters: 'in', count: 'i32', factor: 'f32' },
  (b, p) => {
    b.if(usable(b, read(b, p.hyperparameters, 'gradientScale')), () => {
      const learningRate = read(b, p.hyperparameters, 'learningRate');
      const decay = b.splat(b.sub(1, b.mul(learningRate, read(b, p.hyperparameters, 'weightDecay'))));
      const step = b.splat(b.neg(b.mul(learningRate, p.factor)));
      b.split(p.count, 256, (start, end) => {
        vectorLoop(b, start, end, 4, (strips) => {
          const values = strips.map((strip) =>
            b.fma(strip.load(p.parameters), decay, b.mul(strip.load(p.direction), step)),
          );
          strips.forEach((strip, k) => {
            strip.store(p.parameters, values[k]!);
          });
        });
      });
    });
  },
  {
    extents: (n) => ({
      parameters: list(n.count),
      direction: list(n.count),
      hyperparameters: list(MUON_BLOCK.length, 'positive'),
    }),
    sample: (draw) => ({ count: draw(0, 600) }),
  },
);
