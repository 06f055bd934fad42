import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RouterVariant, routeTokens, routeTokensBackward, sequenceBalance } from './router.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

const SCALE = 2.5;
const EPSILON = 1e-20;

function scoresOf(variant: Pick<RouterVariant, 'scoring'>, logits: readonly number[]): number[] {
  if (variant.scoring === 'sigmoid') return logits.map((value) => 1 / (1 + Math.exp(-value)));
  const highest = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** Order of choice by sorting: descending value, ascending index. */
function best(values: readonly number[], count: number): number[] {
  return values
    .map((_, i) => i)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}

function choose(variant: RouterVariant, scores: readonly number[], bias: readonly number[]): number[] {
  const selection = scores.map((score, e) => (variant.bias ? Math.fround(score + bias[e]!) : score));
  const size = variant.experts / variant.groups;
  const groupScores = Array.from({ length: variant.groups }, (_, g) => {
    const sorted = selection.slice(g * size, (g + 1) * size).sort((a, b) => b - a);
    return variant.groupScore === 'max' ? sorted[0]! : Math.fround(sorted[0]! + (sorted[1] ?? 0));
  });
  const kept = new Set(best(groupScores, variant.chosenGroups));
  const masked = selection.map((value, e) => (kept.has(Math.floor(e / size)) ? value : Number.NEGATIVE_INFINITY));
  return best(masked, variant.chosen);
}

function weightsOf(variant: RouterVariant, scores: readonly number[], indices: readonly number[]): number[] {
  const raw = indices.map((e) => scores[e]!);
  const sum = variant.normalize ? raw.reduce((a, b) => a + b, 0) + EPSILON : 1;
  return raw.map((score) => (SCALE * score) / sum);
}

function route(
  target: TestTarget,
  variant: RouterVariant,
  logits: readonly number[][],
  bias: readonly number[],
  { workers = 1, offset = 0, padding = 0 } = {},
) {
  const arena = createArena({ target });
  const tokens = logits.length;
  const { experts, chosen } = variant;
  const rows = logits.flatMap((row) => [...row, ...new Array<number>(padding).fill(Number.NaN)]);
  const scores = arena.f32(tokens * experts, { offset });
  const indices = arena.i32(tokens * chosen, { offset });
  const weights = arena.f32(tokens * chosen, { offset });
  arena.run(
    routeTokens(variant),
    {
      scores,
      indices,
      weights,
      logits: arena.f32(rows, { offset }),
      bias: arena.f32(bias, { offset }),
      tokens,
      logitsRowStride: experts + padding,
      scale: SCALE,
    },
    { workers },
  );
  const split = (values: number[], width: number) => logits.map((_, t) => values.slice(t * width, (t + 1) * width));
  return {
    scores: split(scores.read(), experts),
    indices: split(indices.read(), chosen),
    weights: split(weights.read(), chosen),
  };
}

const variants: fc.Arbitrary<RouterVariant> = fc
  .record({
    groups: fc.integer({ min: 1, max: 4 }),
    size: fc.integer({ min: 2, max: 9 }),
    scoring: fc.constantFrom('sigmoid' as const, 'softmax' as const),
    groupScore: fc.constantFrom('max' as const, 'top2' as const),
    bias: fc.boolean(),
    normalize: fc.boolean(),
    groupPick: fc.nat(),
    pick: fc.nat(),
  })
  .map(({ groups, size, groupPick, pick, ...rest }) => {
    const chosenGroups = 1 + (groupPick % groups);
    return {
      ...rest,
      groups,
      experts: groups * size,
      chosenGroups,
      chosen: 1 + (pick % Math.min(6, chosenGroups * size)),
    };
  });

/** Logits in coarse steps, so that equal scores are common. */
const coarse = fc.integer({ min: -12, max: 12 }).map((n) => n / 4);

const problems = variants.chain((variant) =>
  fc.record({
    variant: fc.constant(variant),
    logits: fc.array(fc.array(coarse, { minLength: variant.experts, maxLength: variant.experts }), { maxLength: 5 }),
    bias: fc.array(coarse, { minLength: variant.experts, maxLength: variant.experts }),
    workers: fc.integer({ min: 1, max: 3 }),
    offset: fc.integer({ min: 0, max: 3 }),
    padding: fc.constantFrom(0, 2),
  }),
);

const plain: RouterVariant = {
  experts: 10,
  chosen: 3,
  scoring: 'sigmoid',
  groups: 1,
  chosenGroups: 1,
  groupScore: 'max',
  bias: false,
  normalize: true,
};

describe.each(allTargets)('expert routing on %s', (target) => {
  it('scores, chooses and weighs as the formulas say', () => {
    fc.assert(
      fc.property(problems, ({ variant, logits, bias, ...layout }) => {
        const actual = route(target, variant, logits, bias, layout);
        logits.forEach((row, t) => {
          const exact = scoresOf(variant, row);
          actual.scores[t]!.forEach((score, e) => {
            expect(Math.abs(score - exact[e]!)).toBeLessThan(5e-7);
          });
          // The choice is checked against the scores as computed, so that rounding cannot excuse a wrong choice.
          if (target !== 'interpreter64') {
            expect(actual.indices[t]).toEqual(choose(variant, actual.scores[t]!, bias));
          }
          weightsOf(variant, exact, actual.indices[t]!).forEach((weight, k) => {
            expect(Math.abs(actual.weights[t]![k]! - weight)).toBeLessThan(4e-6);
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('prefers the lower index among equals and keeps out masked groups even with negative selection scores', () => {
    const equal = route(target, plain, [new Array<number>(10).fill(1)], []);
    expect(equal.indices[0]).toEqual([0, 1, 2]);
    const grouped: RouterVariant = {
      ...plain,
      experts: 4,
      chosen: 2,
      groups: 2,
      chosenGroups: 1,
      groupScore: 'top2',
      bias: true,
    };
    // Selection scores -2.5, -2.5 | 0.5, -9.5: sums -5 and -9, so the first group is chosen and both of its experts.
    const chosen = route(target, grouped, [[0, 0, 0, 0]], [-3, -3, 0, -10]);
    expect(chosen.indices[0]).toEqual([0, 1]);
    const tied: RouterVariant = { ...plain, experts: 4, chosen: 2, groups: 2, chosenGroups: 1 };
    expect(route(target, tied, [[1, 0, 1, 0.5]], []).indices[0]).toEqual([0, 1]);
  });

  it('handles infinite logits, and keeps indices in range where logits are NaN', () => {
    const extreme = new Array<number>(10).fill(0);
    extreme[7] = Number.POSITIVE_INFINITY;
    extreme[2] = Number.NEGATIVE_INFINITY;
    const infinite = route(target, plain, [extreme], []);
    expect(infinite.indices[0]![0]).toBe(7);
    expect(infinite.scores[0]![7]).toBe(1);
    expect(infinite.scores[0]![2]).toBe(0);
    for (const scoring of ['sigmoid', 'softmax'] as const) {
      const lost = route(target, { ...plain, scoring }, [new Array<number>(10).fill(Number.NaN)], []);
      for (const index of lost.indices[0]!) expect(index >= 0 && index < 10).toBe(true);
    }
  });
});

describe('gradient of expert routing', () => {
  it('agrees with central differences of the weights, with and without a gradient of the scores', () => {
    fc.assert(
      fc.property(problems, fc.boolean(), ({ variant, logits, bias, workers }, addScoresGradient) => {
        const { experts, chosen } = variant;
        const tokens = logits.length;
        const { scores, indices, weights } = route('interpreter64', variant, logits, bias);
        const outer = (count: number, seed: number) =>
          Array.from({ length: count }, (_, i) => Math.fround(Math.sin(seed + i * 1.7)));
        const weightsGradient = outer(tokens * chosen, 1);
        const scoresGradient = outer(tokens * experts, 2);
        const arena = createArena({ target: 'interpreter64' });
        const logitsGradient = arena.f32(tokens * experts);
        arena.run(
          routeTokensBackward({
            experts,
            chosen,
            scoring: variant.scoring,
            normalize: variant.normalize,
            addScoresGradient,
          }),
          {
            logitsGradient,
            weightsGradient: arena.f32(weightsGradient),
            scoresGradient: arena.f32(scoresGradient),
            weights: arena.f32(weights.flat()),
            indices: arena.i32(indices.flat()),
            scores: arena.f32(scores.flat()),
            tokens,
            logitsGradientRowStride: experts,
            scale: SCALE,
          },
          { workers },
        );
        const actual = logitsGradient.read();
        logits.forEach((row, t) => {
          const loss = (changed: readonly number[]) => {
            const changedScores = scoresOf(variant, changed);
            let sum = 0;
            weightsOf(variant, changedScores, indices[t]!).forEach((weight, k) => {
              sum += weight * weightsGradient[t * chosen + k]!;
            });
            if (addScoresGradient) {
              changedScores.forEach((score, e) => {
                sum += score * scoresGradient[t * experts + e]!;
              });
            }
            return sum;
          };
          row.forEach((value, e) => {
            const estimate = (loss(row.with(e, value + 1e-5)) - loss(row.with(e, value - 1e-5))) / 2e-5;
            expect(Math.abs(actual[t * experts + e]! - estimate)).toBeLessThan(1e-8);
          });
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(allTargets)('sequence-wise balance loss on %s', (target) => {
  const experts = 7;
  const chosen = 2;
  const alpha = 0.5;

  function reference(indices: readonly number[][], lengths: readonly number[]) {
    const frequencies: number[][] = [];
    let first = 0;
    for (const length of lengths) {
      const f = new Array<number>(experts).fill(0);
      for (const e of indices.slice(first, first + length).flat()) f[e]! += experts / (chosen * length);
      for (let i = 0; i < length; i++) frequencies.push(f);
      first += length;
    }
    const lengthOf = lengths.flatMap((length) => new Array<number>(length).fill(length));
    return (changed: readonly number[][]) =>
      changed.map((row, t) => {
        const sum = row.reduce((a, b) => a + b, 0);
        return (alpha / lengthOf[t]!) * row.reduce((total, score, e) => total + (frequencies[t]![e]! * score) / sum, 0);
      });
  }

  it('gives loss and gradient of the formulas', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 1000 }),
        (lengths, workers, seed) => {
          const tokens = lengths.reduce((a, b) => a + b, 0);
          const row = (t: number) =>
            Array.from({ length: experts }, (_, e) => Math.fround(0.5 + 0.4 * Math.sin(seed + t * 3.1 + e * 1.3)));
          const scores = Array.from({ length: tokens }, (_, t) => row(t));
          const indices = scores.map((values) => best(values, chosen));
          const start: number[] = [];
          const end: number[] = [];
          for (const length of lengths) {
            const first = start.length;
            for (let i = 0; i < length; i++) {
              start.push(first);
              end.push(first + length);
            }
          }
          const arena = createArena({ target });
          const scoresGradient = arena.f32(tokens * experts, { offset: 1 });
          const loss = arena.f32(tokens);
          arena.run(
            sequenceBalance({ experts, chosen }),
            {
              scoresGradient,
              loss,
              scores: arena.f32(scores.flat()),
              indices: arena.i32(indices.flat()),
              start: arena.i32(start),
              end: arena.i32(end),
              tokens,
              alpha,
            },
            { workers },
          );
          const losses = reference(indices, lengths);
          losses(scores).forEach((value, t) => {
            expect(Math.abs(loss.read()[t]! - value)).toBeLessThan(1e-6);
          });
          const gradient = scoresGradient.read();
          scores.forEach((values, t) => {
            values.forEach((value, e) => {
              const moved = (by: number) => losses(scores.with(t, values.with(e, value + by)))[t]!;
              const estimate = (moved(1e-5) - moved(-1e-5)) / 2e-5;
              expect(Math.abs(gradient[t * experts + e]! - estimate)).toBeLessThan(
                target === 'interpreter64' ? 1e-9 : 1e-6,
              );
            });
          });
        },
      ),
      { numRuns: 20 },
    );
  });
});
