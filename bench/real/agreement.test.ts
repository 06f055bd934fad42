import { expect, it } from 'vitest';
import { Agreement, divergence, Perplexity, scored } from './agreement.ts';

const row = (...probabilities: number[]) => scored(Float32Array.from(probabilities, (p) => Math.log(p) + 7));

it('gives the divergence of two distributions', () => {
  const expected = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  // Logits near 7 are rounded by up to 2⁻²² each.
  expect(divergence(row(0.5, 0.5), row(0.25, 0.75))).toBeCloseTo(expected, 6);
  expect(divergence(row(0.25, 0.75), row(0.25, 0.75))).toBe(0);
});

it('counts equal best tokens, and tells how near the others are', () => {
  const agreement = new Agreement();
  agreement.add(row(0.6, 0.3, 0.1), row(0.8, 0.1, 0.1));
  agreement.add(row(0.6, 0.3, 0.1), row(0.3, 0.6, 0.1));
  agreement.add(row(0.4, 0.36, 0.24), row(0.3, 0.4, 0.3));
  agreement.add(row(0.2, 0.2, 0.6), row(0.1, 0.1, 0.8));
  expect(agreement.sameBest).toBe(0.5);
  expect(agreement.largestGap).toBeCloseTo(Math.log(2), 6);
  expect(agreement.meanDivergence).toBeGreaterThan(0.05);
  expect(() => agreement.add(row(0.5, 0.5), row(0.3, 0.3, 0.4))).toThrow('vocabularies of 2 and 3 tokens');
});

it('gives the perplexity of a text', () => {
  const perplexity = new Perplexity();
  perplexity.add(row(0.5, 0.5), 0);
  perplexity.add(row(0.125, 0.875), 0);
  expect(perplexity.value).toBeCloseTo(4, 5);
});

it('refuses logits that are no numbers', () => {
  expect(() => scored(Float32Array.of(1, Number.NaN, 2))).toThrow('not finite');
  expect(() => scored(Float32Array.of(Number.NaN, 1))).toThrow('not finite');
  expect(() => scored(Float32Array.of(1, Number.POSITIVE_INFINITY))).toThrow('not finite');
});
