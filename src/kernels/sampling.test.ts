import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLogitBias, argmaxRows, logSumExpRows, tokenLogProbabilities, topCandidates } from './sampling.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes, sum } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

/** Few distinct values, so that ties are common, and some masked ones. */
const coarse = (seed: number, rows: number, columns: number) =>
  randomRows(seed, rows, columns).map((row) =>
    row.map((value) => (value < -1.5 ? -Infinity : Math.round(value * 2) / 2 + 0)),
  );

describe.each(allTargets)('sampling helpers on %s', (target) => {
  const arena = createArena({ target });
  const [logits, values, scales, normalisers] = Array.from({ length: 4 }, () => new Sheet(arena)) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];
  const ids = arena.i32(64);
  const starts = arena.i32(8);

  it('finds the first of the largest, and the k largest in order', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 9 }), ({ rows, columns, padding, offset, seed }, k) => {
        const x = coarse(seed, rows, columns);
        const stride = columns + padding;
        const [first, top, topIds] = forAnyWorkers((workers) => {
          const shape = { logits: logits.put(x, { stride, offset }), rows, columns, stride };
          ids.write(new Array(64).fill(-9));
          arena.run(argmaxRows, { ...shape, ids }, { workers });
          const best = ids.read();
          ids.write(new Array(64).fill(-9));
          arena.run(topCandidates, { ...shape, values: values.room(rows, k, { offset: 1 }), ids, k }, { workers });
          return [best, values.get(), ids.read()] as const;
        });
        expect(first).toEqual([...x.map((row) => row.indexOf(Math.max(...row))), ...new Array(64 - rows).fill(-9)]);
        const ranked = x.map((row) => {
          const real = row.map((value, id) => ({ value, id })).filter(({ value }) => value > -Infinity);
          real.sort((a, b) => b.value - a.value || a.id - b.id);
          return Array.from({ length: k }, (_, place) => real[place] ?? { value: -Infinity, id: -1 });
        });
        expect(top).toEqual(ranked.map((row) => row.map(({ value }) => value)));
        expect(topIds.slice(0, rows * k)).toEqual(ranked.flatMap((row) => row.map(({ id }) => id)));
      }),
      { numRuns: 25 },
    );
  });

  it('never chooses NaN', () => {
    const rows = [
      [Number.NaN, 1, Number.NaN, 3, 3, 2],
      new Array(6).fill(Number.NaN),
      new Array(6).fill(-Infinity),
      [0, 0, Infinity, 0, 0, Infinity],
    ];
    arena.run(argmaxRows, { logits: logits.put(rows), ids, rows: 4, columns: 6, stride: 6 });
    expect(ids.read().slice(0, 4)).toEqual([3, 0, 0, 2]);
    const shape = { logits: logits.put(rows), rows: 4, columns: 6, stride: 6, k: 4 };
    arena.run(topCandidates, { ...shape, values: values.room(4, 4), ids });
    expect(ids.read().slice(0, 16)).toEqual([3, 4, 5, 1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 0, 1]);
  });

  it('gives log-probabilities of tokens at a temperature per row', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 4 }), ({ rows, columns, padding, offset, seed }, perRow) => {
        const x = randomRows(seed, rows, columns, 4);
        const perTemperature = randomRows(seed + 1, rows, 1).map(([value]) => [Math.fround(Math.abs(value!) + 0.1)]);
        const chosen = Array.from({ length: rows * perRow }, (_, i) => (seed + 11 * i) % columns);
        const stride = columns + padding;
        const [z, result] = forAnyWorkers((workers) => {
          const shape = { logits: logits.put(x, { stride, offset }), rows, stride, scale: scales.put(perTemperature) };
          ids.write([...chosen, ...new Array(64 - chosen.length).fill(-1)]);
          const logSumExp = normalisers.room(rows, 1);
          arena.run(logSumExpRows, { ...shape, logSumExp, columns }, { workers });
          const out = values.room(rows, perRow, { offset: 1 });
          arena.run(tokenLogProbabilities, { ...shape, logSumExp, ids, out, perRow }, { workers });
          return [normalisers.get(), values.get()] as const;
        });
        const normaliser = x.map((row, r) =>
          Math.log(sum(row.map((value) => Math.exp(perTemperature[r]![0]! * value)))),
        );
        expectClose(
          arena,
          z,
          normaliser.map((value) => [value]),
          1e-6,
          4,
        );
        const expected = x.map((row, r) =>
          Array.from(
            { length: perRow },
            (_, j) => perTemperature[r]![0]! * row[chosen[r * perRow + j]!]! - normaliser[r]!,
          ),
        );
        expectClose(arena, result, expected, 1e-6, 10);
      }),
      { numRuns: 20 },
    );
  });

  it('adds biases to single logits, in order', () => {
    const x = randomRows(5, 3, 7);
    const result = forAnyWorkers((workers) => {
      starts.write([0, 2, 2, 5, 0, 0, 0, 0]);
      ids.write([6, 0, 3, 3, 2, ...new Array(59).fill(-1)]);
      const shape = { logits: logits.put(x, { stride: 8, offset: 1 }), rows: 3, stride: 8 };
      arena.run(addLogitBias, { ...shape, starts, ids, biases: values.put([[1, -1, 2, 2, -Infinity]]) }, { workers });
      return logits.get();
    });
    const expected = x.map((row) => [...row]);
    for (const [row, id, bias] of [
      [0, 6, 1],
      [0, 0, -1],
      [2, 3, 2],
      [2, 3, 2],
      [2, 2, -Infinity],
    ] as const) {
      expected[row]![id] = expected[row]![id]! + bias;
    }
    expectClose(arena, result, expected, 2e-7);
  });
});
