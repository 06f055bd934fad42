import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRmsNorm, rmsNorm, rmsNormBackwardInput, rmsNormBackwardWeight, rmsNormSaving } from './rmsnorm.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes, sum } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const EPS = Math.fround(1e-6);
const inverseOf = (row: number[]) => 1 / Math.sqrt(sum(row.map((x) => x * x)) / row.length + EPS);
const normalise = (x: number[][], weight: number[]) =>
  x.map((row) => row.map((value, c) => value * inverseOf(row) * weight[c]!));

function inputGradient(x: number[][], weight: number[], dy: number[][]): number[][] {
  return x.map((row, r) => {
    const inverse = inverseOf(row);
    const s = sum(row.map((value, c) => value * weight[c]! * dy[r]![c]!));
    return row.map((value, c) => inverse * dy[r]![c]! * weight[c]! - (value * inverse ** 3 * s) / row.length);
  });
}

describe.each(allTargets)('RMSNorm on %s', (target) => {
  const arena = createArena({ target });
  const [x, y, weight, inverse, other, target2] = Array.from({ length: 6 }, () => new Sheet(arena)) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];

  it('normalises rows', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const values = randomRows(seed, rows, columns, 3);
        const weights = randomRows(seed + 1, 1, columns);
        const expected = normalise(values, weights[0]!);
        const stride = columns + padding;
        const run = (workers: number, saving: boolean) => {
          const common = {
            x: x.put(values, { stride, offset }),
            weight: weight.put(weights, { offset: 1 }),
            y: y.room(rows, columns, { stride: columns + 1, offset: 2 }),
            ...{ rows, columns, xStride: stride, yStride: columns + 1, eps: EPS },
          };
          const inverseAddress = inverse.room(rows, 1);
          if (saving) arena.run(rmsNormSaving, { ...common, inverse: inverseAddress }, { workers });
          else arena.run(rmsNorm, common, { workers });
          return saving ? [y.get(), inverse.get()] : [y.get()];
        };
        const plain = forAnyWorkers((workers) => run(workers, false));
        const saved = forAnyWorkers((workers) => run(workers, true));
        expect(saved[0]).toEqual(plain[0]);
        const place = x.put(values, { stride, offset });
        const inPlace = { rows, columns, xStride: stride, yStride: stride, eps: EPS };
        arena.run(rmsNorm, { x: place, weight: weight.put(weights), y: place, ...inPlace });
        expect(x.get()).toEqual(plain[0]);
        expectClose(arena, plain[0]!, expected, 3e-6);
        expectClose(
          arena,
          saved[1]!,
          values.map((row) => [inverseOf(row)]),
          2e-6,
          0,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('adds a residual and normalises, in place too', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const a = randomRows(seed, rows, columns);
        const addend = randomRows(seed + 1, rows, columns);
        const weights = randomRows(seed + 2, 1, columns);
        const h = a.map((row, r) => row.map((value, c) => value + addend[r]![c]!));
        const stride = columns + padding;
        const [newA, newY] = forAnyWorkers((workers) => {
          const aAddress = x.put(a, { stride, offset });
          arena.run(
            addRmsNorm,
            {
              a: aAddress,
              addend: other.put(addend, { stride }),
              weight: weight.put(weights),
              h: aAddress,
              y: y.room(rows, columns),
              inverse: inverse.room(rows, 1),
              ...{ rows, columns, stride, yStride: columns, eps: EPS },
            },
            { workers },
          );
          return [x.get(), y.get()] as const;
        });
        expectClose(arena, newA, h, 1e-7);
        expectClose(arena, newY, normalise(h, weights[0]!), 4e-6);
      }),
      { numRuns: 20 },
    );
  });

  it('gives the gradients', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ rows, columns, padding, offset, seed }, accumulate) => {
        const values = randomRows(seed, rows, columns);
        const weights = randomRows(seed + 1, 1, columns);
        const dy = randomRows(seed + 2, rows, columns);
        const before = randomRows(seed + 3, rows, columns);
        const beforeWeight = randomRows(seed + 4, 1, columns);
        const inverses = values.map((row) => [Math.fround(inverseOf(row))]);
        const stride = columns + padding;
        const [dx, dweight] = forAnyWorkers((workers) => {
          const shared = {
            x: x.put(values, { stride, offset }),
            inverse: inverse.put(target === 'interpreter64' ? values.map((row) => [inverseOf(row)]) : inverses),
            dy: y.put(dy, { offset: 3 }),
            ...{ rows, columns, xStride: stride, dyStride: columns },
          };
          const dxAddress = other.put(before, { stride, offset: 1 });
          const dweightAddress = target2.put(beforeWeight, { offset });
          arena.run(
            rmsNormBackwardInput({ accumulate }),
            { ...shared, weight: weight.put(weights), dx: dxAddress, dxStride: stride },
            { workers },
          );
          arena.run(rmsNormBackwardWeight({ accumulate }), { ...shared, dweight: dweightAddress }, { workers });
          return [other.get(), target2.get()] as const;
        });
        if (!accumulate) {
          const place = y.put(dy);
          arena.run(rmsNormBackwardInput({ accumulate }), {
            ...{ x: x.put(values, { stride }), inverse: inverse.put(inverse.get()), weight: weight.put(weights) },
            ...{ dy: place, dx: place, rows, columns, xStride: stride, dyStride: columns, dxStride: columns },
          });
          expect(y.get()).toEqual(dx);
        }
        const add = (gradient: number[][], held: number[][]) =>
          gradient.map((row, r) => row.map((value, c) => value + (accumulate ? held[r]![c]! : 0)));
        const scale = 1 + Math.max(...inverses.flat(), 0);
        expectClose(arena, dx, add(inputGradient(values, weights[0]!, dy), before), 2e-5, scale);
        const forWeight = [
          weights[0]!.map((_, c) => sum(values.map((row, r) => dy[r]![c]! * row[c]! * inverseOf(row)))),
        ];
        expectClose(arena, dweight, add(forWeight, beforeWeight), 5e-6, scale);
      }),
      { numRuns: 20 },
    );
  });

  it('takes rows of zeros, denormals and NaN as the formula says', () => {
    const rows = [[0, 0, 0, 0, 0], [1e-40, -1e-40, 0, 1e-42, 0].map(Math.fround), [1, Number.NaN, 2, 3, 4]];
    const ones = [[1, 1, 1, 1, 1]];
    arena.run(rmsNorm, {
      x: x.put(rows),
      weight: weight.put(ones),
      y: y.room(3, 5),
      ...{ rows: 3, columns: 5, xStride: 5, yStride: 5, eps: EPS },
    });
    const [zeros, denormals, nans] = y.get() as [number[], number[], number[]];
    expect(zeros).toEqual([0, 0, 0, 0, 0]);
    expectClose(arena, [denormals], [rows[1]!.map((value) => value / Math.sqrt(EPS))], 1e-6, 1e-35);
    expect(nans.every(Number.isNaN)).toBe(true);
  });
});
