import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../platform/random.ts';
import { fastExp } from './fast-exp.ts';
import { logProbabilities } from './log-probabilities.ts';
import { Sampler, SamplerScratch, type SamplingOptions } from './sampling.ts';
import { bestLogits } from './selection.ts';

const none = new Int32Array(0);

/** How often each token is drawn. */
function draws(logits: number[], options: SamplingOptions, count = 4000): number[] {
  const sampler = new Sampler({ seed: 'draws', ...options });
  const scratch = new SamplerScratch(logits.length);
  const values = Float32Array.from(logits);
  const counts = new Array(logits.length).fill(0);
  for (let i = 0; i < count; i++) counts[sampler.choose(scratch, values, 0, none, 0)]++;
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

  it('subtracts penalties from generated tokens, the frequency penalty each time', () => {
    const scratch = new SamplerScratch(3);
    const tokens = Int32Array.of(2, 0, 1, 1);
    const best = (options: SamplingOptions, logits: number[], promptLength: number, length = 4) =>
      new Sampler(options).choose(scratch, Float32Array.from(logits), 0, tokens, length, promptLength);
    expect(best({ presencePenalty: 1 }, [2.5, 2.25, 2], 1)).toBe(2);
    expect(best({ presencePenalty: 1 }, [2.5, 2.25, 2], 2)).toBe(0);
    expect(best({ presencePenalty: 0.25 }, [2.5, 2.25, 2], 1)).toBe(0);
    expect(best({ frequencyPenalty: 0.5 }, [2.5, 3.25, 1], 1)).toBe(1);
    expect(best({ frequencyPenalty: 0.75 }, [2.5, 3.25, 1], 1)).toBe(0);
    expect(best({ frequencyPenalty: 0.75 }, [2.5, 3.25, 1], 1, 3)).toBe(1);
    expect(best({ frequencyPenalty: 0.5, presencePenalty: 0.5 }, [2.5, 3.25, 1.6], 1)).toBe(1);
    expect(best({ frequencyPenalty: 0.5, presencePenalty: 0.5 }, [2.5, 3.05, 1.6], 1)).toBe(2);
    // Repetition first: 3 / 2 - 1 = 0.5, where (3 - 1) / 2 would be 1.
    expect(best({ repetitionPenalty: 2, presencePenalty: 1 }, [3, 0, 1.5], 1, 2)).toBe(2);
    expect(best({ presencePenalty: -2 }, [1, 0, 2], 1, 2)).toBe(0);
  });

  it('adds biases, and never draws what they forbid', () => {
    const scratch = new SamplerScratch(3);
    const choose = (logitBias: Record<number, number>) =>
      new Sampler({ logitBias }).choose(scratch, Float32Array.of(1, 2, 3), 0, none, 0);
    expect(choose({ 0: 2.5 })).toBe(0);
    expect(choose({ 1: 1.5, 2: -1 })).toBe(1);
    expect(choose({ 2: Number.NEGATIVE_INFINITY })).toBe(1);
    const forbidding = { temperature: 5, logitBias: { 1: Number.NEGATIVE_INFINITY } };
    for (const more of [{}, { topK: 2 }, { topP: 0.99 }, { minP: 0.01 }]) {
      expect(draws([0, 0, 0], { ...forbidding, ...more }, 500)[1]).toBe(0);
    }
  });

  it.each<SamplingOptions>([
    {},
    { topK: 50 },
    { topP: 0.9 },
    { topP: 0.999 },
    { minP: 0.02 },
    { topK: 150, topP: 0.95, minP: 0.01 },
  ])('a vocabulary of 500 fits its distribution with %j', (options) => {
    const random = new Random('logits');
    const logits = Array.from({ length: 500 }, () => Math.fround(2 * random.gaussian()));
    const rules = { temperature: 0.8, ...options };
    const probabilities = expected(logits, rules);
    const count = 20_000;
    const drawn = draws(logits, rules, count);
    let square = 0;
    let classes = 0;
    // Tokens that are expected fewer than 5 times stand together in one class.
    let rest = { wanted: 0, drawn: 0 };
    for (const [id, p] of probabilities.entries()) {
      if (p === 0 && drawn[id] !== 0) throw new Error(`token ${id} was drawn against the rules`);
      if (p * count < 5) rest = { wanted: rest.wanted + p * count, drawn: rest.drawn + drawn[id]! };
      else {
        square += (drawn[id]! - p * count) ** 2 / (p * count);
        classes++;
      }
    }
    if (rest.wanted >= 5) {
      square += (rest.drawn - rest.wanted) ** 2 / rest.wanted;
      classes++;
    }
    expect(classes).toBeGreaterThan(20);
    // Chi-square by Wilson and Hilferty: the cube root is nearly normal; 4 standard deviations, 3 in 100,000.
    const freedom = classes - 1;
    const z = (Math.cbrt(square / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
    expect(Math.abs(z)).toBeLessThan(4);
  });

  it('keeps exactly the tokens that reach top-p, also within one bucket and where all are equal', () => {
    const kept = (logits: number[], topP: number) =>
      draws(logits, { temperature: 1, topP }, 3000).flatMap((times, id) => (times > 0 ? [id] : []));
    expect(kept([0, 0, 0, 0], 0.5)).toEqual([0, 1]);
    expect(kept([0, 0, 0, 0], 0.51)).toEqual([0, 1, 2]);
    expect(kept([0, 0.001, 0.002, 0.003], 0.5)).toEqual([2, 3]);
    expect(kept([-100, 0, -100], 0.9999)).toEqual([1]);
    expect(kept([5, -40, 5, -40], 1 - 1e-12)).toEqual([0, 2]);
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
    for (const more of [{}, { topK: 1 }, { topK: 2 }, { topP: 0.5 }, { temperature: 1e-320 }]) {
      expect(draws([Number.POSITIVE_INFINITY, 0], { ...options, ...more }, 3)).toEqual([3, 0]);
      expect(draws([Number.NaN, Number.NaN], { ...options, ...more }, 3)).toEqual([3, 0]);
    }
  });

  it.each<[SamplingOptions, RegExp]>([
    [{ temperature: Number.NaN }, /temperature/],
    [{ topK: 1.5 }, /topK/],
    [{ topP: 0 }, /topP/],
    [{ minP: 1 }, /minP/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty/],
    [{ presencePenalty: Number.NaN }, /presencePenalty/],
    [{ frequencyPenalty: Number.POSITIVE_INFINITY }, /frequencyPenalty/],
    [{ logitBias: { 3: Number.NaN } }, /logitBias of token 3/],
    [{ logitBias: { [-1]: 0 } }, /logitBias names the token -1/],
  ])('refuses %j', (options, message) => {
    expect(() => new Sampler(options)).toThrow(message);
  });
});

describe('logProbabilities', () => {
  it("are the model's own, with the most probable tokens", () => {
    const logits = Float32Array.of(9, 1, 3, 2, Number.NEGATIVE_INFINITY, 3, Number.NaN);
    const scratch = new SamplerScratch(5);
    const sum = Math.exp(1) + 2 * Math.exp(3) + Math.exp(2);
    const { token, logProbability, top } = logProbabilities(scratch, logits, 1, 2, 3);
    expect([token, top.map((entry) => entry.token)]).toEqual([2, [1, 4, 2]]);
    expect(logProbability).toBeCloseTo(2 - Math.log(sum), 10);
    expect(top[0]!.logProbability).toBeCloseTo(3 - Math.log(sum), 10);
    expect(logProbabilities(scratch, logits, 1, 3, 0)).toEqual({
      token: 3,
      logProbability: Number.NEGATIVE_INFINITY,
      top: [],
    });
    expect(logProbabilities(scratch, logits, 1, 2, 99).top.map((entry) => entry.token)).toEqual([1, 4, 2, 0]);
  });
});

describe('bestLogits', () => {
  it('are the first of the sorted ones', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), { maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (list, most) => {
        const chosen = new Int32Array(12);
        const found = bestLogits(Float64Array.from([7, ...list]), 1, list.length, most, chosen);
        const sorted = [...list.keys()].filter((i) => !Number.isNaN(list[i]));
        sorted.sort((a, b) => list[b]! - list[a]! || a - b);
        expect([...chosen.subarray(0, found)]).toEqual(sorted.slice(0, most));
      }),
    );
  });
});

describe('fastExp', () => {
  it('is within 1e-12 of Math.exp, relatively', () => {
    const random = new Random('exp');
    for (let i = 0; i < 20_000; i++) {
      const x = -700 * random.next() ** 3;
      expect(Math.abs(fastExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-12);
    }
    expect([0, -701, Number.NEGATIVE_INFINITY, Number.NaN].map(fastExp)).toEqual([1, 0, 0, 0]);
  });
});
