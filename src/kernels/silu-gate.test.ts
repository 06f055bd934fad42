import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes } from './sheets.fixture.ts';
import { siluGate, siluGateBackward } from './silu-gate.ts';
import { allTargets, createArena } from './testing.ts';

const sigmoid = (g: number) => 1 / (1 + Math.exp(-g));

describe.each(allTargets)('SiLU gate on %s', (target) => {
  const arena = createArena({ target });
  const [both, gateSheet, upSheet, y, dy, dgate, dup] = Array.from({ length: 7 }, () => new Sheet(arena, 4200)) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];

  const forward = (gate: number[][], up: number[][]) =>
    gate.map((row, r) => row.map((g, c) => g * sigmoid(g) * up[r]![c]!));

  function checkForward(shape: { rows: number; columns: number; padding: number; offset: number; seed: number }) {
    const { rows, columns, padding, offset, seed } = shape;
    const gate = randomRows(seed, rows, columns, 5);
    const up = randomRows(seed + 1, rows, columns);
    const separate = forAnyWorkers((workers) => {
      arena.run(
        siluGate,
        {
          gate: gateSheet.put(gate, { stride: columns + padding, offset }),
          up: upSheet.put(up),
          y: y.room(rows, columns, { stride: columns + 1, offset: 1 }),
          ...{ rows, columns, gateStride: columns + padding, upStride: columns, yStride: columns + 1 },
        },
        { workers },
      );
      return y.get();
    });
    expectClose(arena, separate, forward(gate, up), 1e-6);
    const address = both.put(gate.map((row, r) => [...row, ...up[r]!]));
    arena.run(siluGate, {
      ...{ gate: address, up: address + 4 * columns, y: y.room(rows, columns), rows, columns },
      ...{ gateStride: 2 * columns, upStride: 2 * columns, yStride: columns },
    });
    expect(y.get()).toEqual(separate);
  }

  it('multiplies silu(gate) by up, separate or halves of one row', () => {
    fc.assert(fc.property(shapes, checkForward), { numRuns: 20 });
    checkForward({ rows: 2, columns: 1031, padding: 1, offset: 3, seed: 7 });
  });

  it('gives both gradients, in place too', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const gate = randomRows(seed, rows, columns, 5);
        const up = randomRows(seed + 1, rows, columns);
        const upstream = randomRows(seed + 2, rows, columns);
        const stride = columns + padding;
        const strides = { rows, columns, gateStride: columns, upStride: stride, dyStride: columns };
        const apart = forAnyWorkers((workers) => {
          arena.run(
            siluGateBackward,
            {
              gate: gateSheet.put(gate, { offset: 2 }),
              up: upSheet.put(up, { stride, offset }),
              dy: dy.put(upstream),
              dgate: dgate.room(rows, columns, { stride }),
              dup: dup.room(rows, columns, { offset }),
              ...{ ...strides, dgateStride: stride, dupStride: columns },
            },
            { workers },
          );
          return [dgate.get(), dup.get()] as const;
        });
        const slope = (g: number) => sigmoid(g) * (1 + g * (1 - sigmoid(g)));
        const expectedGate = gate.map((row, r) => row.map((g, c) => upstream[r]![c]! * up[r]![c]! * slope(g)));
        expectClose(arena, apart[0], expectedGate, 2e-6);
        expectClose(arena, apart[1], forward(gate, upstream), 1e-6);
        const gateAddress = gateSheet.put(gate);
        const upAddress = upSheet.put(up, { stride });
        arena.run(siluGateBackward, {
          ...{ gate: gateAddress, up: upAddress, dy: dy.put(upstream), dgate: gateAddress, dup: upAddress },
          ...{ ...strides, dgateStride: columns, dupStride: stride },
        });
        expect([gateSheet.get(), upSheet.get()]).toEqual(apart);
      }),
      { numRuns: 20 },
    );
  });

  it('has a relative error below 4e-7 from -87 to 90', () => {
    const columns = 4000;
    const gate = [Array.from({ length: columns }, (_, i) => Math.fround((177 * i) / columns - 87))];
    arena.run(siluGate, {
      ...{ gate: gateSheet.put(gate), up: upSheet.put([new Array<number>(columns).fill(1)]), y: y.room(1, columns) },
      ...{ rows: 1, columns, gateStride: columns, upStride: columns, yStride: columns },
    });
    const expected = forward(gate, [new Array<number>(columns).fill(1)])[0]!;
    const worst = y.get()[0]!.reduce((error, value, i) => {
      return expected[i] === 0 ? error : Math.max(error, Math.abs(value / expected[i]! - 1));
    }, 0);
    expect(worst).toBeLessThan(4e-7);
  });

  it('saturates for large gates and passes NaN on', () => {
    const gate = [[-1000, -104, 1000, Infinity, Number.NaN, -0, Math.fround(1e-40)]];
    arena.run(siluGate, {
      gate: gateSheet.put(gate),
      up: upSheet.put([[1, 1, 1, 1, 1, 1, 2]]),
      y: y.room(1, 7),
      ...{ rows: 1, columns: 7, gateStride: 7, upStride: 7, yStride: 7 },
    });
    const result = y.get()[0]!;
    expect(Math.abs(result[0]!)).toBeLessThan(1e-37);
    expect(Math.abs(result[1]!)).toBeLessThan(1e-37);
    expect(result.slice(2, 4)).toEqual([1000, Infinity]);
    expect(result[4]).toBeNaN();
    expect(result[5]! + 0).toBe(0);
    expect(result[6]).toBeCloseTo(1e-40, 42);
  });
});
