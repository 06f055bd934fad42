import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotary } from './rotary.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const cases = fc.record({
  layout: fc.constantFrom('interleaved' as const, 'halves' as const),
  rows: fc.integer({ min: 0, max: 5 }),
  heads: fc.integer({ min: 1, max: 3 }),
  half: fc.integer({ min: 1, max: 19 }),
  before: fc.integer({ min: 0, max: 3 }),
  after: fc.integer({ min: 0, max: 3 }),
  offset: fc.integer({ min: 0, max: 3 }),
  inPlace: fc.boolean(),
  bias: fc.boolean(),
  seed: fc.nat(),
});
const MAXIMUM = 9;

describe.each(allTargets)('rotary embedding on %s', (target) => {
  const arena = createArena({ target });
  const [x, y, cosines, sines, more] = Array.from({ length: 5 }, () => new Sheet(arena)) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];
  const positions = arena.i32(8);

  it('rotates slices of heads, and back', () => {
    fc.assert(
      fc.property(cases, ({ layout, rows, heads, half, before, after, offset, inPlace, bias, seed }) => {
        const headStride = before + 2 * half + after;
        const width = heads * headStride;
        const values = randomRows(seed, rows, width);
        const biases = randomRows(seed + 2, 1, width);
        const at = Array.from({ length: rows }, (_, r) => (seed + 5 * r) % MAXIMUM);
        positions.write([...at, ...new Array(8 - rows).fill(-1)]);
        const angles = randomRows(seed + 1, MAXIMUM, half, 3);
        const table = (f: (angle: number) => number) => angles.map((row) => row.map((angle) => Math.fround(f(angle))));
        const [cosineTable, sineTable] = [table(Math.cos), table(Math.sin)];

        const run = (inverse: boolean) =>
          forAnyWorkers((workers) => {
            const from = x.put(values, { stride: width + 1, offset });
            const to = inPlace ? from : y.put(values, { stride: width + 2 });
            arena.run(
              rotary({ layout, inverse, bias }),
              {
                ...{ x: from, y: to, positions, rows, heads, half },
                cosines: cosines.put(cosineTable),
                sines: sines.put(sineTable),
                bias: bias ? more.put(biases, { offset: 1 }) : 0,
                ...{ xRowStride: width + 1, xHeadStride: headStride, xOffset: before },
                ...{ yRowStride: width + (inPlace ? 1 : 2), yHeadStride: headStride, yOffset: before },
              },
              { workers },
            );
            const result = inPlace ? x.get() : y.get();
            if (!inPlace) expect(x.get()).toEqual(values);
            return result;
          });

        const expected = (sign: number) =>
          values.map((row, r) => {
            const out = [...row];
            for (let head = 0; head < heads; head++) {
              for (let i = 0; i < half; i++) {
                const start = head * headStride + before;
                const [p, q] = layout === 'halves' ? [start + i, start + i + half] : [start + 2 * i, start + 2 * i + 1];
                const cosine = cosineTable[at[r]!]![i]!;
                const sine = sign * sineTable[at[r]!]![i]!;
                const [u, v] = [p, q].map((at) => row[at]! + (bias ? biases[0]![at]! : 0)) as [number, number];
                out[p] = u * cosine - v * sine;
                out[q] = v * cosine + u * sine;
              }
            }
            return out;
          });
        expectClose(arena, run(false), expected(1), 5e-7, 2);
        expectClose(arena, run(true), expected(-1), 5e-7, 2);
      }),
      { numRuns: 30 },
    );
  });
});
