import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnSums, PARTIALS, type Reduction, reduceFinish, reducePartials, rowDots, rowSums } from './reduce.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes, sum } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const FACTOR = Math.fround(0.7);
const REDUCTIONS: Record<Reduction, (values: number[]) => number> = {
  sum,
  sumOfSquares: (values) => sum(values.map((value) => value * value)),
  maxAbs: (values) => values.reduce((best, value) => Math.max(best, Math.abs(value)), 0),
};

describe.each(allTargets)('reductions on %s', (target) => {
  const arena = createArena({ target });
  const [x, other, partials, y] = [new Sheet(arena, 5100), new Sheet(arena), new Sheet(arena), new Sheet(arena)];

  function reduce(values: number[], reduction: Reduction, options: { offset: number; before?: number }) {
    return forAnyWorkers((workers) => {
      const flat = x.put([values], { offset: options.offset });
      const between = partials.room(1, PARTIALS, { offset: 1 });
      arena.run(reducePartials({ reduction }), { x: flat, partials: between, count: values.length }, { workers });
      const accumulate = options.before !== undefined;
      const result = y.put([[options.before ?? 123]], { offset: 2 });
      arena.run(reduceFinish({ reduction, accumulate }), { partials: between, result, factor: FACTOR }, { workers });
      partials.get();
      return y.get()[0]![0]!;
    });
  }

  it.each(Object.keys(REDUCTIONS) as Reduction[])('%s of a flat array', (reduction) => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 900, max: 5000 })),
        fc.nat(3),
        fc.nat(),
        fc.option(fc.constant(1.5)),
        (count, offset, seed, before) => {
          const values = randomRows(seed, 1, count)[0]!;
          const value = reduce(values, reduction, before === null ? { offset } : { offset, before });
          const fresh = FACTOR * REDUCTIONS[reduction](values);
          const held = before ?? 0;
          const expected = reduction === 'maxAbs' ? Math.max(held, fresh) : held + fresh;
          expectClose(arena, [[value]], [[expected]], 1e-6, Math.sqrt(count) + 1);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each(Object.keys(REDUCTIONS) as Reduction[])('%s shows NaN and infinity wherever they are', (reduction) => {
    for (const at of [0, 3, 40, 1000, 1002]) {
      const values = new Array<number>(1003).fill(-1);
      values[at] = Number.NaN;
      expect(reduce(values, reduction, { offset: 1 })).toBeNaN();
      values[at] = Infinity;
      expect(reduce(values, reduction, { offset: 1 })).toBe(Infinity);
    }
  });

  it('sums columns, rows and products of rows', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ rows, columns, padding, offset, seed }, accumulate) => {
        const [a, b] = [randomRows(seed, rows, columns), randomRows(seed + 1, rows, columns)];
        const before = randomRows(seed + 2, 1, columns);
        const stride = columns + padding;
        const [perColumn, perRow, dots] = forAnyWorkers((workers) => {
          const matrix = { x: x.put(a, { stride, offset }), rows, columns, xStride: stride };
          arena.run(columnSums({ accumulate }), { ...matrix, y: y.put(before, { offset: 1 }) }, { workers });
          const first = y.get();
          arena.run(rowSums, { ...matrix, y: y.room(rows, 1), factor: FACTOR }, { workers });
          const second = y.get();
          const pair = { a: matrix.x, b: other.put(b), rows, columns, aStride: stride, bStride: columns };
          arena.run(rowDots, { ...pair, y: y.room(rows, 1) }, { workers });
          return [first, second, y.get()] as const;
        });
        const columnSum = (c: number) => sum(a.map((row) => row[c]!)) + (accumulate ? before[0]![c]! : 0);
        expectClose(arena, perColumn, [before[0]!.map((_, c) => columnSum(c))], 5e-7);
        expectClose(
          arena,
          perRow,
          a.map((row) => [FACTOR * sum(row)]),
          1e-6,
          10,
        );
        expectClose(
          arena,
          dots,
          a.map((row, r) => [sum(row.map((value, c) => value * b[r]![c]!))]),
          1e-6,
          10,
        );
      }),
      { numRuns: 20 },
    );
  });
});
