import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADAMW_BLOCK, adamw, adamwBlock, clipScale } from './adamw.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const settings = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1 };

/** AdamW in f64 with the betas as f32 holds them. */
function reference(parameters: number[], gradients: number[][], scale: number) {
  const { learningRate, eps, weightDecay } = settings;
  const [beta1, beta2] = [Math.fround(settings.beta1), Math.fround(settings.beta2)];
  const p = [...parameters];
  const m = parameters.map(() => 0);
  const v = parameters.map(() => 0);
  gradients.forEach((row, index) => {
    row.forEach((raw, i) => {
      const g = raw * scale;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const root = Math.sqrt(v[i]! / (1 - beta2 ** (index + 1))) + eps;
      p[i] = p[i]! * (1 - learningRate * weightDecay) - (learningRate * (m[i]! / (1 - beta1 ** (index + 1)))) / root;
    });
  });
  return [p, m, v];
}

describe.each(allTargets)('AdamW on %s', (target) => {
  const arena = createArena({ target });
  const [p, g, m, v, block] = Array.from({ length: 5 }, () => new Sheet(arena)) as [Sheet, Sheet, Sheet, Sheet, Sheet];

  it('follows the formula over several steps', () => {
    const counts = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 800 }));
    fc.assert(
      fc.property(counts, fc.nat(3), fc.nat(), (count, offset, seed) => {
        const parameters = randomRows(seed, 1, count);
        const gradients = randomRows(seed + 1, 3, count, 2);
        const zeros = [new Array<number>(count).fill(0)];
        const result = forAnyWorkers((workers) => {
          const buffers = {
            parameters: p.put(parameters, { offset }),
            m: m.put(zeros, { offset: 1 }),
            v: v.put(zeros, { offset: 2 }),
          };
          gradients.forEach((row, index) => {
            const numbers = adamwBlock({ ...settings, step: index + 1, gradientScale: 0.5 });
            arena.run(
              adamw,
              { ...buffers, gradients: g.put([row]), hyperparameters: block.put([[...numbers]]), count },
              { workers },
            );
          });
          return [p.get()[0]!, m.get()[0]!, v.get()[0]!];
        });
        // The settings reach the kernel as f32 on every target, hence no tighter bound in f64.
        expectClose(arena, result, reference(parameters[0]!, gradients, 0.5), { f32: 2e-6, f64: 2e-6 }, 0.1);
      }),
      { numRuns: 15 },
    );
  });

  it('changes nothing when the gradient scale is not a number', () => {
    for (const gradientScale of [Number.NaN, Infinity]) {
      const buffers = { parameters: p.put([[1, 2]]), m: m.put([[3, 4]]), v: v.put([[5, 6]]) };
      const numbers = adamwBlock({ ...settings, step: 1, gradientScale });
      const gradients = g.put([[Number.NaN, Infinity]]);
      arena.run(adamw, { ...buffers, gradients, hyperparameters: block.put([[...numbers]]), count: 2 });
      expect([p.get(), m.get(), v.get()]).toEqual([[[1, 2]], [[3, 4]], [[5, 6]]]);
    }
  });

  it('clips by the global norm', () => {
    const clip = (sumOfSquares: number, maxNorm: number, baseScale: number) =>
      forAnyWorkers((workers) => {
        const input = { sumOfSquares: g.put([[sumOfSquares]]), maxNorm, baseScale };
        arena.run(clipScale, { ...input, result: m.room(1, 1), norm: v.room(1, 1) }, { workers });
        return [m.get()[0]![0]!, v.get()[0]![0]!] as const;
      });
    expect(clip(16, 1, 1)).toEqual([0.25, 4]);
    expect(clip(16, 4, 1)).toEqual([1, 4]);
    expect(clip(16, 8, 1)).toEqual([1, 4]);
    expect(clip(16, 1, 0.5)).toEqual([0.25, 2]);
    expect(clip(0, 1, 0.5)).toEqual([0.5, 0]);
    expect(clip(Infinity, 1, 1)).toEqual([Number.NaN, Infinity]);
    expect(clip(Number.NaN, 1, 1)).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('the block of AdamW', () => {
  it('holds the fields in their order', () => {
    const block = adamwBlock({ ...settings, step: 2 });
    expect([...block]).toEqual(
      [1e-2, 0.9, 0.999, 1e-8, 0.1, 1 - Math.fround(0.9) ** 2, 1 - Math.fround(0.999) ** 2, 1].map(Math.fround),
    );
    expect(ADAMW_BLOCK).toHaveLength(block.length);
    expect(() => adamwBlock({ ...settings, step: 0 })).toThrow('from 1');
  });
});
