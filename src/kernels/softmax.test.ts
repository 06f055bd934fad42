import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes, sum } from './sheets.fixture.ts';
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from './softmax.ts';
import { allTargets, createArena } from './testing.ts';

const SCALE = Math.fround(0.8);

function logProbabilities(x: number[][], scale: number): number[][] {
  return x.map((row) => {
    const maximum = Math.max(...row);
    const z = scale * maximum + Math.log(sum(row.map((value) => Math.exp(scale * (value - maximum)))));
    return row.map((value) => scale * value - z);
  });
}

describe.each(allTargets)('softmax on %s', (target) => {
  const arena = createArena({ target });
  const [x, y, dy, dx] = [new Sheet(arena), new Sheet(arena), new Sheet(arena), new Sheet(arena)];

  it('gives probabilities and their logarithms, in place too', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const values = randomRows(seed, rows, columns, 4);
        const stride = columns + padding;
        const shape = { rows, columns, xStride: stride, yStride: stride, scale: SCALE };
        const logs = logProbabilities(values, SCALE);
        for (const [kernel, expected] of [
          [softmax, logs.map((row) => row.map(Math.exp))],
          [logSoftmax, logs],
        ] as const) {
          const result = forAnyWorkers((workers) => {
            const to = y.room(rows, columns, { stride, offset: 1 });
            arena.run(kernel, { x: x.put(values, { stride, offset }), y: to, ...shape }, { workers });
            return y.get();
          });
          expectClose(arena, result, expected, 1e-6);
          const place = x.put(values, { stride, offset });
          arena.run(kernel, { x: place, y: place, ...shape });
          expect(x.get()).toEqual(result);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives both gradients', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ rows, columns, padding, offset, seed }, accumulate) => {
        const logs = logProbabilities(randomRows(seed, rows, columns, 2), SCALE).map((row) => row.map(Math.fround));
        const upstream = randomRows(seed + 1, rows, columns);
        const before = randomRows(seed + 2, rows, columns);
        const stride = columns + padding;
        const run = (
          kernel: ReturnType<typeof softmaxBackward> | ReturnType<typeof logSoftmaxBackward>,
          forward: number[][],
        ) =>
          forAnyWorkers((workers) => {
            arena.run(
              kernel,
              {
                y: y.put(forward, { stride, offset }),
                dy: dy.put(upstream),
                dx: dx.put(before, { offset: 2 }),
                ...{ rows, columns, yStride: stride, dyStride: columns, dxStride: columns, scale: SCALE },
              },
              { workers },
            );
            return dx.get();
          });
        const held = (r: number, c: number) => (accumulate ? before[r]![c]! : 0);
        const p = logs.map((row) => row.map((value) => Math.fround(Math.exp(value))));
        const dots = p.map((row, r) => sum(row.map((value, c) => value * upstream[r]![c]!)));
        const expectedPlain = p.map((row, r) =>
          row.map((value, c) => held(r, c) + SCALE * value * (upstream[r]![c]! - dots[r]!)),
        );
        expectClose(arena, run(softmaxBackward({ accumulate }), p), expectedPlain, 1e-6);
        const expectedLog = logs.map((row, r) =>
          row.map((value, c) => held(r, c) + SCALE * (upstream[r]![c]! - Math.exp(value) * sum(upstream[r]!))),
        );
        expectClose(arena, run(logSoftmaxBackward({ accumulate }), logs), expectedLog, 2e-6);
      }),
      { numRuns: 20 },
    );
  });

  it('bears rows far below zero, at any remainder', () => {
    for (let columns = 1; columns <= 21; columns++) {
      const row = Array.from({ length: columns }, (_, c) => -1000 - (c % 3));
      const shape = { rows: 1, columns, xStride: columns, yStride: columns, scale: 1 };
      arena.run(logSoftmax, { x: x.put([row]), y: y.room(1, columns), ...shape });
      expectClose(arena, y.get(), logProbabilities([row], 1), { f32: 1e-6, f64: 1e-12 });
    }
  });

  it('bears masked and huge values', () => {
    const big = Math.fround(3e38);
    const rows = [
      [-Infinity, 0, -Infinity, 0, -Infinity, -Infinity],
      [big, -big, 0, 0, 0, big],
      [0, Number.NaN, 0, 0, 0, 0],
      new Array(6).fill(-Infinity),
    ];
    const shape = { rows: 4, columns: 6, xStride: 6, yStride: 6, scale: 1 };
    arena.run(softmax, { x: x.put(rows), y: y.room(4, 6), ...shape });
    const result = y.get();
    expectClose(arena, result.slice(0, 1), [[0, 0.5, 0, 0.5, 0, 0]], 1e-6);
    expectClose(arena, result.slice(1, 2), [[0.5, 0, 0, 0, 0, 0.5]], 1e-6);
    expect(result[2]!.every(Number.isNaN)).toBe(true);
    expect(result[3]!.every(Number.isNaN)).toBe(true);
  });
});
