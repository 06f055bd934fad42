import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Schedule, scheduleFactor } from './schedule.ts';

const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    steps: fc.integer({ min: 10, max: 500 }),
    warmupShare: fc.double({ min: 0, max: 0.3, noNaN: true }),
    decayShare: fc.double({ min: 0, max: 0.7, noNaN: true }),
    decay: fc.constantFrom('linear' as const, 'cosine' as const),
    finalFraction: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ warmupShare, ...schedule }) => ({ ...schedule, warmupSteps: Math.floor(warmupShare * schedule.steps) }));

describe('scheduleFactor', () => {
  it('rises to 1, stays there, and falls to its final fraction at the last step', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const { steps, warmupSteps, decayShare, finalFraction } = schedule;
        const decaySteps = Math.round(steps * decayShare);
        const factors = Array.from({ length: steps }, (_, at) => scheduleFactor(schedule, at + 1));
        const wrong = factors.flatMap((factor, at) => {
          const step = at + 1;
          const next = factors[step] ?? factor;
          const holds =
            step < warmupSteps
              ? next > factor
              : step <= steps - decaySteps
                ? factor === 1
                : next <= factor && factor <= 1;
          return holds && factor >= 0 ? [] : [step];
        });
        expect(wrong).toEqual([]);
        expect(factors.at(-1)).toBeCloseTo(decaySteps === 0 ? 1 : finalFraction, 12);
      }),
      { numRuns: 200 },
    );
  });

  it('halves the way down in the middle of the decay, linear or cosine', () => {
    const schedule = { steps: 100, warmupSteps: 10, decayShare: 0.4, finalFraction: 0.2 };
    for (const decay of ['linear', 'cosine'] as const) {
      expect(scheduleFactor({ ...schedule, decay }, 80)).toBeCloseTo(0.6, 12);
    }
    expect(scheduleFactor({ ...schedule, decay: 'linear' }, 70)).toBeCloseTo(0.8, 12);
    expect(scheduleFactor({ ...schedule, decay: 'cosine' }, 70)).toBeCloseTo(0.2 + 0.8 * 0.5 * (1 + Math.SQRT1_2), 12);
    expect(scheduleFactor({ ...schedule, decay: 'linear' }, 5)).toBeCloseTo(0.5, 12);
  });
});
