import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherRows, scatterAddRows, scatterRows } from './embedding.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const VOCABULARY = 7;

describe.each(allTargets)('rows by index on %s', (target) => {
  const arena = createArena({ target });
  const [tableSheet, y] = [new Sheet(arena, 4600), new Sheet(arena, 4600)];
  const ids = arena.i32(8);
  const halves = arena.u16(1024);

  const putIds = (values: number[]) => {
    ids.write([...values, ...new Array(8 - values.length).fill(-1)]);
    return ids;
  };

  function checkGather(shape: { rows: number; columns: number; padding: number; offset: number; seed: number }) {
    const { rows, columns, padding, offset, seed } = shape;
    const table = randomRows(seed, 3, columns);
    const chosen = Array.from({ length: rows }, (_, r) => (seed + r * r) % 3);
    const stride = columns + padding;
    const result = forAnyWorkers((workers) => {
      arena.run(
        gatherRows({ memory: 'f32' }),
        {
          table: tableSheet.put(table, { stride, offset }),
          ids: putIds(chosen),
          y: y.room(rows, columns, { offset: 1 }),
          ...{ rows, columns, tableStride: stride, yStride: columns },
        },
        { workers },
      );
      return y.get();
    });
    expect(result).toEqual(chosen.map((id) => table[id]));
  }

  it('gathers', () => {
    fc.assert(fc.property(shapes, checkGather), { numRuns: 20 });
    checkGather({ rows: 2, columns: 1500, padding: 1, offset: 3, seed: 5 });
  });

  it.each([
    ['bf16', f32ToBf16, bf16ToF32],
    ['f16', f32ToF16, f16ToF32],
  ] as const)('gathers from a %s table', (memory, narrow, widen) => {
    const columns = 21;
    const table = randomRows(3, 4, columns).map((row) => row.map(narrow));
    halves.write([...table.flat(), ...new Array(1024 - 4 * columns).fill(0)]);
    arena.run(gatherRows({ memory }), {
      ...{ table: halves, ids: putIds([3, 0, 2]), y: y.room(3, columns) },
      ...{ rows: 3, columns, tableStride: columns, yStride: columns },
    });
    expect(y.get()).toEqual([3, 0, 2].map((id) => table[id]!.map(widen)));
  });

  it('scatters to distinct rows', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const before = randomRows(seed, VOCABULARY, columns);
        const x = randomRows(seed + 1, rows, columns);
        const places = Array.from({ length: rows }, (_, r) => (seed + 3 * r) % VOCABULARY);
        const stride = columns + padding;
        const result = forAnyWorkers((workers) => {
          arena.run(
            scatterRows,
            {
              ...{ x: y.put(x, { offset: 2 }), ids: putIds(places), y: tableSheet.put(before, { stride, offset }) },
              ...{ rows, columns, xStride: columns, yStride: stride },
            },
            { workers },
          );
          return tableSheet.get();
        });
        expect(result).toEqual(before.map((row, id) => (places.includes(id) ? x[places.indexOf(id)] : row)));
      }),
      { numRuns: 20 },
    );
  });

  it('adds gradients into the table, repeated ids in order of rows', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const before = randomRows(seed, VOCABULARY, columns);
        const x = randomRows(seed + 1, rows, columns);
        const chosen = Array.from({ length: rows }, (_, r) => (seed + r * r) % VOCABULARY);
        const stride = columns + padding;
        const result = forAnyWorkers((workers) => {
          arena.run(
            scatterAddRows,
            {
              ...{ x: y.put(x, { stride }), ids: putIds(chosen), table: tableSheet.put(before, { stride, offset }) },
              ...{ rows, columns, xStride: stride, tableStride: stride },
            },
            { workers },
          );
          return tableSheet.get();
        });
        const expected = before.map((row) => [...row]);
        chosen.forEach((id, r) => {
          x[r]!.forEach((value, c) => {
            expected[id]![c]! += value;
          });
        });
        expectClose(arena, result, expected, 5e-7);
      }),
      { numRuns: 20 },
    );
  });
});
