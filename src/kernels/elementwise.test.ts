import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  convert,
  copy,
  fill,
  fillFromMemory,
  linearCombination,
  multiply,
  multiplyAccumulate,
  multiplyRows,
  scale,
  subtract,
} from './elementwise.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const FACTOR = Math.fround(0.3);
const BETA = Math.fround(-1.7);
const zip = (a: number[][], b: number[][], combine: (x: number, z: number) => number) =>
  a.map((row, r) => row.map((value, c) => combine(value, b[r]![c]!)));

describe.each(allTargets)('elementwise kernels on %s', (target) => {
  const arena = createArena({ target });
  const [a, b, y] = [new Sheet(arena, 2200), new Sheet(arena), new Sheet(arena, 2200)];
  const factors = new Sheet(arena);
  const halves = arena.u16(512);

  it.each([
    ['add', add, (x: number, z: number) => x + z],
    ['subtract', subtract, (x: number, z: number) => x - z],
    ['multiply', multiply, (x: number, z: number) => x * z],
  ] as const)('%s', (_, kernel, combine) => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const [left, right] = [randomRows(seed, rows, columns), randomRows(seed + 1, rows, columns)];
        const stride = columns + padding;
        const strides = { rows, columns, aStride: stride, bStride: columns };
        const result = forAnyWorkers((workers) => {
          const addresses = {
            a: a.put(left, { stride, offset }),
            b: b.put(right),
            y: y.room(rows, columns, { stride, offset: 1 }),
          };
          arena.run(kernel, { ...addresses, ...strides, yStride: stride }, { workers });
          return y.get();
        });
        expectClose(arena, result, zip(left, right, combine), 1e-7, 1e-6);
        const place = a.put(left, { stride, offset });
        arena.run(kernel, { a: place, b: b.put(right), y: place, ...strides, yStride: stride });
        expect(a.get()).toEqual(result);
      }),
      { numRuns: 20 },
    );
  });

  it('scales, accumulates and combines', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const [left, right] = [randomRows(seed, rows, columns), randomRows(seed + 1, rows, columns)];
        const stride = columns + padding;
        const shape = { rows, columns, xStride: columns, yStride: stride, factor: FACTOR };
        const [scaled, accumulated, combined] = forAnyWorkers((workers) => {
          const x = a.put(left, { offset: 1 });
          arena.run(scale, { x, y: y.room(rows, columns, { stride, offset }), ...shape }, { workers });
          const first = y.get();
          arena.run(multiplyAccumulate, { x, y: y.put(right, { stride, offset }), ...shape }, { workers });
          const second = y.get();
          arena.run(
            linearCombination,
            {
              ...{ a: x, b: b.put(right), y: y.room(rows, columns), alpha: FACTOR, beta: BETA },
              ...{ rows, columns, aStride: columns, bStride: columns, yStride: columns },
            },
            { workers },
          );
          return [first, second, y.get()] as const;
        });
        expectClose(
          arena,
          scaled,
          zip(left, left, (x) => x * FACTOR),
          1e-7,
          1e-6,
        );
        expectClose(
          arena,
          accumulated,
          zip(left, right, (x, z) => x * FACTOR + z),
          2e-7,
        );
        expectClose(
          arena,
          combined,
          zip(left, right, (x, z) => x * FACTOR + z * BETA),
          3e-7,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('multiplies rows by a number each', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ rows, columns, padding, offset, seed }, accumulate) => {
        const [x, before] = [randomRows(seed, rows, columns), randomRows(seed + 1, rows, columns)];
        const perRow = randomRows(seed + 2, rows, 1);
        const stride = columns + padding;
        const result = forAnyWorkers((workers) => {
          arena.run(
            multiplyRows({ accumulate }),
            {
              x: a.put(x, { stride, offset }),
              factors: factors.put(perRow),
              y: y.put(before, { offset: 3 }),
              ...{ rows, columns, xStride: stride, yStride: columns },
            },
            { workers },
          );
          return y.get();
        });
        const expected = x.map((row, r) =>
          row.map((value, c) => value * perRow[r]![0]! + (accumulate ? before[r]![c]! : 0)),
        );
        expectClose(arena, result, expected, 2e-7);
      }),
      { numRuns: 20 },
    );
  });

  it('copies slices and fills', () => {
    const check = ({
      rows,
      columns,
      padding,
      offset,
      seed,
    }: typeof shapes extends fc.Arbitrary<infer S> ? S : never) => {
      const x = randomRows(seed, rows, columns);
      const stride = columns + padding;
      const [copied, filled, fromMemory] = forAnyWorkers((workers) => {
        const from = a.put(x, { stride, offset });
        const shape = { rows, columns, yStride: columns };
        arena.run(copy, { x: from, y: y.room(rows, columns, { offset: 1 }), xStride: stride, ...shape }, { workers });
        const first = y.get();
        arena.run(fill, { y: y.room(rows, columns, { offset }), value: FACTOR, ...shape }, { workers });
        const second = y.get();
        const value = factors.put([[3]]);
        arena.run(fillFromMemory, { value, factor: FACTOR, y: y.room(rows, columns), ...shape }, { workers });
        return [first, second, y.get()] as const;
      });
      expect(copied).toEqual(x);
      expect(filled).toEqual(x.map((row) => row.map(() => FACTOR)));
      expectClose(
        arena,
        fromMemory,
        x.map((row) => row.map(() => 3 * FACTOR)),
        1e-7,
      );
    };
    fc.assert(fc.property(shapes, check), { numRuns: 20 });
    check({ rows: 2, columns: 1031, padding: 2, offset: 1, seed: 1 });
    check({ rows: 1, columns: 1024, padding: 0, offset: 1, seed: 1 });
  });

  it.each([
    ['bf16', f32ToBf16, bf16ToF32],
    ['f16', f32ToF16, f16ToF32],
  ] as const)('converts to %s and back', (memory, narrow, widen) => {
    const special = [0, -0, 1, Infinity, -Infinity, Number.NaN, 70000, 3.4e38, 1e-40, 6e-8, -6.1e-5, 1.0009765625];
    fc.assert(
      fc.property(shapes, ({ rows, columns, padding, offset, seed }) => {
        const x = randomRows(seed, rows, columns, 10).map((row) =>
          row.map((value, c) => Math.fround(c % 5 === 4 ? special[(seed + c) % special.length]! : value)),
        );
        const stride = columns + padding;
        const [bits, back] = forAnyWorkers((workers) => {
          halves.write(new Array(512).fill(7));
          const shape = { rows, columns, xStride: columns, yStride: stride };
          const to = halves.address + 2 * offset;
          arena.run(convert({ from: 'f32', to: memory }), { x: a.put(x), y: to, ...shape }, { workers });
          const stored = halves.read();
          const turned = { ...shape, xStride: stride, yStride: columns };
          arena.run(convert({ from: memory, to: 'f32' }), { x: to, y: y.room(rows, columns), ...turned }, { workers });
          return [stored, y.get()] as const;
        });
        const expected = new Array(512).fill(7);
        x.forEach((row, r) => {
          row.forEach((value, c) => {
            expected[offset + r * stride + c] = narrow(value);
          });
        });
        const plain = (word: number) => (Number.isNaN(widen(word)) ? Number.NaN : word);
        expect(bits.map(plain)).toEqual(expected.map(plain));
        expect(back).toEqual(x.map((row) => row.map((value) => widen(narrow(value)))));
      }),
      { numRuns: 20 },
    );
  });
});
