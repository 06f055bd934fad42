import fc from 'fast-check';
import { expect } from 'vitest';
import type { TestArena, TestBuffer } from './testing.ts';

/** Matrices with row strides at misaligned places of a test arena, for the tests of kernels. */

const FILLER = -77.5;

/** A reusable piece of memory that holds one matrix at a time; what lies between and around its rows is watched. */
export class Sheet {
  readonly #buffer: TestBuffer;
  #rows: readonly (readonly number[])[] = [];
  #stride = 0;
  #offset = 0;

  constructor(arena: TestArena, elements = 1024) {
    this.#buffer = arena.f32(elements);
  }

  /** Writes the matrix and returns its address. */
  put(rows: readonly (readonly number[])[], shape: { stride?: number; offset?: number } = {}): number {
    this.#rows = rows;
    this.#stride = shape.stride ?? rows[0]?.length ?? 0;
    this.#offset = shape.offset ?? 0;
    const end = rows.length === 0 ? 0 : this.#at(rows.length - 1, rows[0]!.length);
    if (end > this.#buffer.length) throw new RangeError(`the sheet has no room for ${end} elements`);
    const content = new Array<number>(this.#buffer.length).fill(FILLER);
    rows.forEach((row, r) => {
      row.forEach((value, c) => {
        content[this.#at(r, c)] = value;
      });
    });
    this.#buffer.write(content);
    return this.#buffer.address + 4 * this.#offset;
  }

  /** Makes room for a matrix whose content does not matter. */
  room(rows: number, columns: number, shape: { stride?: number; offset?: number } = {}): number {
    return this.put(
      Array.from({ length: rows }, () => new Array<number>(columns).fill(9e9)),
      shape,
    );
  }

  /** The matrix now; fails if anything beside it was written. */
  get(): number[][] {
    const content = this.#buffer.read();
    const result = this.#rows.map((row, r) =>
      row.map((_, c) => {
        const at = this.#at(r, c);
        const value = content[at]!;
        content[at] = FILLER;
        return value;
      }),
    );
    const touched = content.findIndex((value) => value !== FILLER);
    if (touched >= 0) throw new Error(`element ${touched} beside the matrix was written: ${content[touched]}`);
    return result;
  }

  #at(row: number, column: number): number {
    return this.#offset + row * this.#stride + column;
  }
}

/** Numbers of one seed: roughly normal, rounded to f32 so that every target starts from the same values. */
export function randomRows(seed: number, rows: number, columns: number, spread = 1): number[][] {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround((next() + next() + next() - 1.5) * 2 * spread)),
  );
}

/** Shapes with remainders, zero rows, padded strides and misaligned starts. */
export const shapes = fc.record({
  rows: fc.integer({ min: 0, max: 5 }),
  columns: fc.integer({ min: 1, max: 70 }),
  padding: fc.integer({ min: 0, max: 3 }),
  offset: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(),
});

/** Runs with one, two and three workers, expects the same bits, and returns them. */
export function forAnyWorkers<T>(run: (workers: number) => T): T {
  const alone = run(1);
  for (const workers of [2, 3]) expect(run(workers)).toEqual(alone);
  return alone;
}

/**
 * Expects |actual − expected| ≤ bound · (|expected| + scale) for every element. A single bound is for f32 and divided by
 * a million on the target that computes in f64.
 */
export function expectClose(
  arena: TestArena,
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  bound: number | { readonly f32: number; readonly f64: number },
  scale = 1,
): void {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  const bounds = typeof bound === 'number' ? { f32: bound, f64: bound / 1e6 } : bound;
  const limit = arena.target === 'interpreter64' ? bounds.f64 : bounds.f32;
  expected.forEach((row, r) => {
    row.forEach((want, c) => {
      const value = actual[r]![c]!;
      if (Object.is(value, want) || value === want) return;
      if (!(Math.abs(value - want) <= limit * (Math.abs(want) + scale))) {
        throw new Error(`element ${r},${c}: ${value} instead of ${want} (allowed: ${limit} relative, scale ${scale})`);
      }
    });
  });
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
