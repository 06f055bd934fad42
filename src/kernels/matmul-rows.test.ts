import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expertRowsMatmul, fewRowsMatmul } from './matmul-rows.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

/** Values with 12 bits in -1..1. */
const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => (((i + seed) * 7919 + ((i * i) % 613)) % 4096) / 2048 - 1);

const size = fc.record({
  rows: fc.integer({ min: 0, max: 8 }),
  columns: fc.integer({ min: 1, max: 30 }),
  inner: fc.integer({ min: 0, max: 150 }),
  accumulate: fc.boolean(),
  slack: fc.integer({ min: 0, max: 3 }),
  workers: fc.integer({ min: 1, max: 4 }),
});
type Size = typeof size extends fc.Arbitrary<infer T> ? T : never;

function dot(a: ArrayLike<number>, startA: number, b: ArrayLike<number>, startB: number, inner: number) {
  let sum = 0;
  let magnitude = 0;
  for (let k = 0; k < inner; k++) {
    sum += a[startA + k]! * b[startB + k]!;
    magnitude += Math.abs(a[startA + k]! * b[startB + k]!);
  }
  return { sum, magnitude };
}

function runFewRows(target: TestTarget, test: Size, maxRows: number) {
  const { rows, columns, inner, accumulate, slack, workers } = test;
  const arena = createArena({ target });
  const [strideA, strideC] = [inner + slack, columns + slack];
  const initial = noise(Math.max(rows, 1) * strideC, 3);
  const c = arena.f32(initial, { offset: slack });
  const b = noise(columns * strideA, 2);
  arena.run(
    fewRowsMatmul({ maxRows, accumulate }),
    {
      a: arena.f32(noise(rows * strideA, 1), { offset: slack }),
      b: arena.f32(b, { offset: slack }),
      c,
      ...{ strideA, strideB: strideA, strideC, rows, columns, inner },
    },
    { workers },
  );
  return { c: c.read(), initial, b };
}

describe.each(allTargets)('matrix product of few rows on %s', (target) => {
  it('matches f64', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 8 }), (test, more) => {
        const { rows, columns, inner, accumulate, slack } = test;
        const { c, initial, b } = runFewRows(target, test, Math.min(8, Math.max(1, rows) + more));
        const stride = inner + slack;
        const a = noise(rows * stride, 1);
        for (const [at, value] of c.entries()) {
          const [m, n] = [Math.floor(at / (columns + slack)), at % (columns + slack)];
          if (m >= rows || n >= columns) {
            expect(value).toBe(initial[at]);
            continue;
          }
          const before = accumulate ? initial[at]! : 0;
          const { sum, magnitude } = dot(a, m * stride, b, n * stride, inner);
          const bound = (inner + 4) * 2 ** -24 * (magnitude + Math.abs(before));
          expect(Math.abs(value - before - sum)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives a row the same bits whatever rows, workers and limit are beside it', () => {
    const test = { rows: 1, columns: 21, inner: 133, accumulate: false, slack: 0, workers: 1 };
    const alone = runFewRows(target, test, 1).c;
    for (const rows of [2, 3, 5, 8]) {
      for (const workers of [1, 2, 4]) {
        expect(runFewRows(target, { ...test, rows, workers }, 8).c.slice(0, 21)).toEqual(alone);
      }
    }
  });

  it('takes each pair of row and expert through its weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 9 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 70 }),
        fc.constantFrom(1, 2, 3),
        (pairs, columns, inner, workers) => {
          const arena = createArena({ target });
          const stride = inner + 1;
          const a = noise(4 * stride, 1);
          const b = noise(5 * columns * stride, 2);
          const c = arena.f32(pairs.length * columns);
          arena.run(
            expertRowsMatmul,
            {
              a: arena.f32(a, { offset: 1 }),
              b: arena.f32(b, { offset: 2 }),
              c,
              rowIds: arena.i32(pairs.map(([row]) => row)),
              expertIds: arena.i32(pairs.map(([, expert]) => expert)),
              ...{ strideA: stride, strideB: stride, strideC: columns, pairs: pairs.length, columns, inner },
            },
            { workers },
          );
          for (const [at, value] of c.read().entries()) {
            const [row, expert] = pairs[Math.floor(at / columns)]!;
            const { sum, magnitude } = dot(a, row * stride, b, (expert * columns + (at % columns)) * stride, inner);
            expect(Math.abs(value - sum)).toBeLessThanOrEqual((inner + 4) * 2 ** -24 * magnitude);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
