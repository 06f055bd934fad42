import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockArgument } from './block-plan.ts';
import { gatherHalfRows } from './half-matmul.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { type HalfFormat, halfRowBytes, packHalfPanels, placesTogether } from './half-panels.ts';
import { type HalfMatmulShape, planHalfMatmul } from './half-plan.ts';
import { panelsBytes } from './panels.ts';
import { allTargets, createArena, type TestBuffer, type TestTarget, targetInfo } from './testing.ts';

const formats: readonly HalfFormat[] = ['bf16', 'f16'];
const cases = allTargets.flatMap((target) => formats.map((format) => ({ target, format })));

/** Values with 12 bits in -1..1. */
const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => (((i + seed) * 7919 + ((i * i) % 613)) % 4096) / 2048 - 1);

/** The bits of weights with exponents of many sizes, denormals of the format among them, and their values. */
function weights(format: HalfFormat, length: number, seed: number) {
  const [narrow, widen] = format === 'bf16' ? [f32ToBf16, bf16ToF32] : [f32ToF16, f16ToF32];
  // Products with denormal bf16 numbers would be denormal too, which targets may replace by zero.
  const small = format === 'bf16' ? 2 ** -60 : 2 ** -16;
  const bits = Uint16Array.from(noise(length, seed), (value, i) => narrow(i % 11 === 0 ? value * small : value));
  return { bytes: new Uint8Array(bits.buffer), values: Float64Array.from(bits, widen) };
}

interface Problem {
  readonly shape: HalfMatmulShape;
  /** Rows that occur, at most those planned for. */
  readonly rows?: number;
  readonly offsets?: readonly number[];
  readonly rowIds?: readonly number[];
  readonly expertIds?: readonly number[];
  readonly matrices?: number;
  readonly slack?: number;
}

const MATRIX_SEED = 1000;

/** Panels of matrices one after the other. */
function panelsOf({ format, columns, inner }: HalfMatmulShape, lanes: number, matrices: number) {
  const bytes = panelsBytes(format, lanes, columns, inner);
  const panels = new Uint8Array(matrices * bytes);
  for (let m = 0; m < matrices; m++) {
    const source = weights(format, columns * inner, MATRIX_SEED * m).bytes;
    packHalfPanels(format, lanes, { rows: columns, inner }, source, panels.subarray(m * bytes, (m + 1) * bytes));
  }
  return panels;
}

/** Runs the planned calls; C row by row. Columns of C beyond the result keep what they held. */
function compute(target: TestTarget, problem: Problem, workers = 1): number[][] {
  const { shape, slack = 2 } = problem;
  const { columns, inner, heads = 1 } = shape;
  const info = targetInfo(target);
  const arena = createArena({ target });
  const rows = problem.rows ?? shape.rows;
  const resultRows = problem.rowIds?.length ?? rows;
  const [rowLength, resultLength] = [heads * inner, heads * columns];
  const [strideA, strideC] = [rowLength + slack, resultLength + slack];
  const c = arena.f32(new Array<number>(resultRows * strideC).fill(7), { offset: slack });
  const named: Readonly<Record<string, TestBuffer | number>> = {
    a: arena.f32(noise(rows * strideA, 1), { offset: slack }),
    weights: arena.bytes(panelsOf(shape, info.lanes, problem.matrices ?? heads), { offset: 4 * slack }),
    c,
    offsets: arena.i32(problem.offsets ?? []),
    rowIds: arena.i32(problem.rowIds ?? []),
    expertIds: arena.i32(problem.expertIds ?? []),
    ...{ strideA, strideC, rows, pairs: resultRows },
  };
  const resolve = (argument: BlockArgument) => (typeof argument === 'number' ? argument : named[argument as string]!);
  for (const { kernel, args } of planHalfMatmul(shape, info).calls) {
    const values = Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, resolve(argument)]));
    arena.run(kernel, values, { workers });
  }
  const held = c.read();
  return Array.from({ length: resultRows }, (_, r) => {
    const row = held.slice(r * strideC, (r + 1) * strideC);
    expect(row.slice(resultLength)).toEqual(new Array(slack).fill(7));
    return row.slice(0, resultLength);
  });
}

/** Holds each row to a product in f64 of `aRow(r)` of A, from column `first` on, with matrix `matrixOf(r)`. */
function check(
  { shape, slack = 2 }: Problem,
  result: readonly (readonly number[])[],
  matrixOf: (row: number) => number,
  { aRow = (r: number) => r, head = 0 } = {},
): void {
  const { format, columns, inner, heads = 1 } = shape;
  const strideA = heads * inner + slack;
  const a = noise((Math.max(...result.map((_, r) => aRow(r)), 0) + 1) * strideA, 1);
  for (const [r, row] of result.entries()) {
    const { values } = weights(format, columns * inner, MATRIX_SEED * matrixOf(r));
    for (let n = 0; n < columns; n++) {
      let [sum, magnitude] = [0, 0];
      for (let k = 0; k < inner; k++) {
        const term = a[aRow(r) * strideA + head * inner + k]! * values[n * inner + k]!;
        sum += term;
        magnitude += Math.abs(term);
      }
      expect(Math.abs(row[head * columns + n]! - sum)).toBeLessThanOrEqual((inner + 1) * 2 ** -24 * magnitude);
    }
  }
}

const sizes = fc.record({
  rows: fc.integer({ min: 0, max: 20 }),
  more: fc.integer({ min: 0, max: 30 }),
  columns: fc.integer({ min: 1, max: 140 }),
  steps: fc.integer({ min: 0, max: 20 }),
  slack: fc.integer({ min: 0, max: 3 }),
  workers: fc.integer({ min: 1, max: 4 }),
});

describe.each(cases)('products with $format weights on $target', ({ target, format }) => {
  const places = placesTogether(format);
  const inner = 22;
  // Each takes the interpreter tens of milliseconds.
  const runs = target.startsWith('interpreter') ? 5 : 10;

  it('match f64, for any sizes and any number of workers', () => {
    fc.assert(
      fc.property(sizes, ({ rows, more, columns, steps, slack, workers }) => {
        const shape = { format, rows: rows + more, columns, inner: places * steps };
        const problem = { shape, rows, slack };
        check(problem, compute(target, problem, workers), () => 0);
      }),
      { numRuns: runs },
    );
  });

  it('give a row the same bits whatever rows, workers and plan are beside it', () => {
    const shape = { format, rows: 1, columns: 77, inner };
    const [alone] = compute(target, { shape });
    for (const rows of [2, 3, 9, 17]) {
      for (const workers of [1, 3]) {
        expect(compute(target, { shape: { ...shape, rows }, rows: Math.max(1, rows - 1) }, workers)[0]).toEqual(alone);
      }
    }
  });

  it('go on along K where a pass ended', () => {
    const shape = { format, rows: 3, columns: 7, inner: 1024 + 10 };
    const result = compute(target, { shape }, 2);
    check({ shape }, result, () => 0);
    expect(compute(target, { shape: { ...shape, rows: 1 } })[0]).toEqual(result[0]);
  });

  it('by heads, groups of rows, and pairs of rows and experts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(7), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 3 }),
        (counts, columns, workers) => {
          const groups = counts.length;
          const offsets = [0];
          for (const count of counts) offsets.push(offsets.at(-1)! + count);
          const rows = offsets.at(-1)!;
          const heads: Problem = { shape: { format, rows: counts[0]!, columns, inner, heads: groups } };
          const byHead = compute(target, heads, workers);
          for (let head = 0; head < groups; head++) check(heads, byHead, () => head, { head });

          const grouped: Problem = {
            shape: { format, rows, columns, inner, experts: { by: 'grouped', count: groups } },
            ...{ offsets, matrices: groups },
          };
          const expertOf = (row: number) => offsets.findLastIndex((start) => start <= row);
          check(grouped, compute(target, grouped, workers), expertOf);

          const pairs: Problem = {
            shape: { format, rows: 10, columns, inner, experts: { by: 'pairs' } },
            ...{ rows: 10, rowIds: counts, expertIds: counts.map((_, i) => groups - 1 - i), matrices: groups },
          };
          check(pairs, compute(target, pairs, workers), (i) => groups - 1 - i, { aRow: (i) => counts[i]! });
        },
      ),
      { numRuns: runs },
    );
  });

  it('rows are those of the file', () => {
    const [rows, columns] = [75, 2 * 19];
    const { lanes } = targetInfo(target);
    const arena = createArena({ target });
    const ids = [74, 0, 31, 32, 0];
    const shape = { format, rows: 1, columns: rows, inner: columns };
    const y = arena.f32(new Array<number>(ids.length * (columns + 1)).fill(7));
    const table = arena.bytes(panelsOf(shape, lanes, 1), { offset: 4 });
    const args = { table, ids: arena.i32(ids), y, rows: ids.length, columns, yStride: columns + 1 };
    arena.run(gatherHalfRows({ format }), args, { workers: 3 });
    const { values } = weights(format, rows * columns, 0);
    const expected = ids.flatMap((id) => [...values.subarray(id * columns, (id + 1) * columns), 7]);
    expect(y.read()).toEqual(expected);
  });
});

describe.each(formats)('panels of %s', (format) => {
  it.each([4, 8, 16])('of %d lanes hold every number where the description says, and zeros behind', (lanes) => {
    const [rows, inner, width] = [2 * lanes + 3, 10, 2 * lanes];
    const { bytes } = weights(format, rows * inner, 5);
    const numbers = new Uint16Array(bytes.buffer);
    const panels = new Uint8Array(panelsBytes(format, lanes, rows, inner)).fill(0xa5);
    packHalfPanels(format, lanes, { rows, inner }, bytes, panels);
    expect(panels.length).toBe(2 * width * halfRowBytes(format, inner));
    const halves = new Uint16Array(panels.buffer);
    for (let row = 0; row < 2 * width; row++) {
      const panel = Math.floor(row / width) * width * inner;
      for (let k = 0; k < inner; k++) {
        const pair = panel + (2 * Math.floor(k / 2) * width + 2 * (row % width) + (k % 2));
        const at = format === 'bf16' ? pair : panel + k * width + (row % width);
        expect(halves[at]).toBe(row < rows ? numbers[row * inner + k] : 0);
      }
    }
  });

  it('may come from an odd address', () => {
    const { bytes } = weights(format, 40, 5);
    const moved = new Uint8Array(81).subarray(1);
    moved.set(bytes);
    const pack = (source: Uint8Array) => {
      const panels = new Uint8Array(panelsBytes(format, 4, 4, 10));
      packHalfPanels(format, 4, { rows: 4, inner: 10 }, source, panels);
      return panels;
    };
    expect(pack(moved)).toEqual(pack(bytes));
  });
});

it('refuses what does not fit', () => {
  const shape = { format: 'bf16', rows: 1, columns: 4, inner: 6 } as const;
  const plan = (more: Partial<HalfMatmulShape>) => () =>
    planHalfMatmul({ ...shape, ...more }, targetInfo('interpreter'));
  expect(plan({ rows: -1 })).toThrow(/rows must be a whole number/);
  expect(plan({ inner: 7 })).toThrow(/rows of bf16 weights have an even length, got 7/);
  expect(plan({ heads: 2, experts: { by: 'pairs' } })).toThrow(/heads or experts/);
  const size = { rows: 1, inner: 2 };
  expect(() => packHalfPanels('f16', 4, size, new Uint8Array(4), new Uint8Array(4))).toThrow(/in panels 32/);
  const infinite = Uint8Array.of(0, 0, 0, 0x7c);
  expect(() => packHalfPanels('f16', 4, size, infinite, new Uint8Array(32))).toThrow('number 1 of row 0 is not finite');
});
