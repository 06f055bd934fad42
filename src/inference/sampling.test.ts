import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sampler, SamplerScratch, type SamplingOptions } from './sampling.ts';

const none = new Int32Array(0);

/** How often each token is drawn. */
function draws(logits: number[], options: SamplingOptions, count = 4000): number[] {
  const sampler = new Sampler({ seed: 'draws', ...options });
  const scratch = new SamplerScratch(logits.length);
  const counts = new Array(logits.length).fill(0);
  for (let i = 0; i < count; i++) counts[sampler.choose(scratch, Float32Array.from(logits), 0, none, 0)]++;
  return counts;
}

/** Probabilities by the rules of the docstring, written plainly. */
function expected(logits: number[], { temperature = 1, topK = 0, topP = 1, minP = 0 }: SamplingOptions): number[] {
  const highest = Math.max(...logits);
  let kept = logits.map((logit, id) => ({ id, weight: Math.exp((logit - highest) / temperature) }));
  kept = kept.filter(({ weight }) => weight >= minP).sort((a, b) => b.weight - a.weight || a.id - b.id);
  if (topK > 0) kept = kept.slice(0, topK);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  kept = kept.filter(({ weight }) => {
    const needed = before < topP * total;
    before += weight;
    return needed;
  });
  const left = kept.reduce((sum, { weight }) => sum + weight, 0);
  const result = new Array(logits.length).fill(0);
  for (const { id, weight } of kept) result[id] = weight / left;
  return result;
}

describe('Sampler', () => {
  it('takes the first of the best tokens at temperature 0', () => {
    const scratch = new SamplerScratch(4);
    const logits = Float32Array.of(9, 9, 1, 3, 3, 2, Number.NaN);
    expect(new Sampler().choose(scratch, logits, 2, none, 0)).toBe(1);
    expect(new Sampler().choose(new SamplerScratch(3), logits, 4, none, 0)).toBe(0);
  });

  it('draws with the probabilities that the rules leave', () => {
    const logits = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 12 });
    const options = fc.record({
      temperature: fc.constantFrom(0.5, 1, 2),
      topK: fc.constantFrom(0, 1, 3, 5, 40),
      topP: fc.constantFrom(1, 0.9, 0.5, 0.01),
      minP: fc.constantFrom(0, 0.1, 0.6),
    });
    fc.assert(
      fc.property(logits, options, (values, rules) => {
        const count = 3000;
        const probabilities = expected(values, rules);
        draws(values, rules, count).forEach((drawn, id) => {
          const p = probabilities[id]!;
          // Five standard deviations; a token that the rules exclude must never come.
          expect(Math.abs(drawn / count - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / count));
        });
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('lowers tokens that have occurred, once however often they did', () => {
    const scratch = new SamplerScratch(3);
    const sampler = new Sampler({ repetitionPenalty: 2 });
    const seen = Int32Array.of(0, 0, 2, 1);
    expect(sampler.choose(scratch, Float32Array.of(3, 1, 2), 0, seen, 2)).toBe(2);
    expect(sampler.choose(scratch, Float32Array.of(3, 1, 2), 0, seen, 3)).toBe(0);
    expect(sampler.choose(scratch, Float32Array.of(-3, -4, -5), 0, seen, 2)).toBe(1);
  });

  it('draws the same for the same seed and differently for another', () => {
    const logits = [0, 0, 0, 0, 0, 0, 0, 0];
    const series = (seed: number) => {
      const sampler = new Sampler({ temperature: 1, seed });
      const scratch = new SamplerScratch(8);
      return Array.from({ length: 20 }, () => sampler.choose(scratch, Float32Array.from(logits), 0, none, 0));
    };
    expect(series(1)).toEqual(series(1));
    expect(series(1)).not.toEqual(series(2));
  });

  it('never draws what is not a number, and does not fail where nothing is', () => {
    const options = { temperature: 1 };
    expect(draws([Number.NaN, 0, Number.NEGATIVE_INFINITY, 0], options, 500)).toEqual([
      0,
      expect.any(Number),
      0,
      expect.any(Number),
    ]);
    for (const more of [{}, { topK: 2 }, { topP: 0.5 }]) {
      expect(draws([Number.NaN, Number.NaN], { ...options, ...more }, 3)).toEqual([3, 0]);
    }
  });

  it.each<[SamplingOptions, RegExp]>([
    [{ temperature: Number.NaN }, /temperature/],
    [{ topK: 1.5 }, /topK/],
    [{ topP: 0 }, /topP/],
    [{ minP: 1 }, /minP/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty/],
  ])('refuses %j', (options, message) => {
    expect(() => new Sampler(options)).toThrow(message);
  });
});
