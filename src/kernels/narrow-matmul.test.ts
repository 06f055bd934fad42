import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockArgument } from './block-plan.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { gatherNarrowRows } from './narrow-matmul.ts';
import { packNarrowPanels } from './narrow-pack.ts';
import { NARROW_FORMATS, type NarrowFormat, narrowDetails, narrowPanelRowBytes } from './narrow-panels.ts';
import { type NarrowMatmulShape, planNarrowMatmul } from './narrow-plan.ts';
import { panelsBytes } from './panels.ts';
import { allTargets, createArena, type TestBuffer, type TestTarget, targetInfo } from './testing.ts';

/** In doubles f32 scales in the bytes of panels cannot be read; e5m2 differs from e4m3 by two constants. */
const targetsOf = (format: NarrowFormat): readonly TestTarget[] => {
  if (format === 'f8_e5m2') return allTargets.filter((target) => ['interpreter', 'wasm', 'avx512'].includes(target));
  return narrowDetails(format).scaled ? allTargets.filter((target) => target !== 'interpreter64') : allTargets;
};
const cases = NARROW_FORMATS.flatMap((format) => targetsOf(format).map((target) => ({ target, format })));

/** Values with 12 bits in -1..1. */
const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => (((i + seed) * 7919 + ((i * i) % 613)) % 4096) / 2048 - 1);

interface Weights {
  readonly bytes: Uint8Array;
  /** Of numbers in 8 bits: [rows, groups of 128 along K]. */
  readonly scales?: Float32Array;
  /** In f32. */
  readonly values: Float64Array;
}

/** Weights with exponents of many sizes, denormals of the format among them. */
function weights(format: NarrowFormat, rows: number, inner: number, seed: number): Weights {
  if (format === 'f8_e4m3' || format === 'f8_e5m2') return scaledWeights(format, rows, inner, seed);
  const [narrow, widen] = format === 'bf16' ? [f32ToBf16, bf16ToF32] : [f32ToF16, f16ToF32];
  // Products with denormal bf16 numbers would be denormal too, which targets may replace by zero.
  const small = format === 'bf16' ? 2 ** -60 : 2 ** -16;
  const bits = Uint16Array.from(noise(rows * inner, seed), (value, i) => narrow(i % 11 === 0 ? value * small : value));
  return { bytes: new Uint8Array(bits.buffer), values: Float64Array.from(bits, widen) };
}

/** Every code that is a number, and scales of both signs, large and small ones and zeros among them. */
function scaledWeights(format: 'f8_e4m3' | 'f8_e5m2', rows: number, inner: number, seed: number): Weights {
  const sound = Array.from({ length: 256 }, (_, code) => code).filter((code) => Number.isFinite(float8(format, code)));
  const bytes = Uint8Array.from({ length: rows * inner }, (_, i) => sound[(i * 89 + seed + (i >> 5)) % sound.length]!);
  const groups = Math.ceil(inner / 128);
  const scales = noise(rows * groups, seed + 3).map((value, i) =>
    i % 7 === 0 ? 255.5 * value : i % 5 === 0 ? 2 ** -40 * value : i % 11 === 0 ? 0 : value / 64,
  );
  const scaleOf = (i: number) => scales[Math.floor(i / inner) * groups + Math.floor((i % inner) / 128)]!;
  const values = Float64Array.from(bytes, (code, i) => Math.fround(float8(format, code) * scaleOf(i)));
  return { bytes, scales, values };
}

/** What a code stands for, by the definition of its format. */
function float8(format: 'f8_e4m3' | 'f8_e5m2', code: number): number {
  const [fractionBits, bias] = format === 'f8_e4m3' ? [3, 7] : [2, 15];
  const magnitude = code & 127;
  if (format === 'f8_e4m3' ? magnitude === 127 : magnitude >= 124) return Number.NaN;
  const [exponent, fraction] = [magnitude >> fractionBits, magnitude % 2 ** fractionBits];
  const size = exponent === 0 ? fraction / 2 ** fractionBits : 1 + fraction / 2 ** fractionBits;
  return (code > 127 ? -1 : 1) * size * 2 ** (Math.max(exponent, 1) - bias);
}

interface Problem {
  readonly shape: NarrowMatmulShape;
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
function panelsOf({ format, columns, inner }: NarrowMatmulShape, lanes: number, matrices: number) {
  const bytes = panelsBytes(format, lanes, columns, inner);
  const panels = new Uint8Array(matrices * bytes);
  for (let m = 0; m < matrices; m++) {
    const { bytes: source, scales } = weights(format, columns, inner, MATRIX_SEED * m);
    const own = panels.subarray(m * bytes, (m + 1) * bytes);
    packNarrowPanels(format, lanes, { rows: columns, inner }, source, own, scales);
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
  for (const { kernel, args } of planNarrowMatmul(shape, info).calls) {
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
    const { values } = weights(format, columns, inner, MATRIX_SEED * matrixOf(r));
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
  groups: fc.integer({ min: 0, max: 2 }),
  slack: fc.integer({ min: 0, max: 3 }),
  workers: fc.integer({ min: 1, max: 4 }),
});

describe.each(cases)('products with $format weights on $target', ({ target, format }) => {
  const { together, scaled } = narrowDetails(format);
  // Several groups with scales, the last one cut short.
  const inner = scaled ? 2 * 128 + 12 : 22;
  // Each takes the interpreter tens of milliseconds.
  const runs = target.startsWith('interpreter') ? 5 : 10;

  it('match f64, for any sizes and any number of workers', () => {
    fc.assert(
      fc.property(sizes, ({ rows, more, columns, steps, groups, slack, workers }) => {
        const length = together * steps + (scaled ? 128 * groups : 0);
        const shape = { format, rows: rows + more, columns, inner: length };
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
    // More rows than a tile has: fewer are taken from end to end.
    const shape = { format, rows: 17, columns: 7, inner: 1024 + 8 + together };
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
    const [rows, columns] = [75, scaled ? 128 + 4 * 9 : 2 * 19];
    const { lanes } = targetInfo(target);
    const arena = createArena({ target });
    const ids = [74, 0, 31, 32, 0];
    const shape = { format, rows: 1, columns: rows, inner: columns };
    const y = arena.f32(new Array<number>(ids.length * (columns + 1)).fill(7));
    const table = arena.bytes(panelsOf(shape, lanes, 1), { offset: 4 });
    const args = { table, ids: arena.i32(ids), y, rows: ids.length, columns, yStride: columns + 1 };
    arena.run(gatherNarrowRows({ format }), args, { workers: 3 });
    const { values } = weights(format, rows, columns, 0);
    const expected = ids.flatMap((id) => [...values.subarray(id * columns, (id + 1) * columns), 7]);
    expect(y.read()).toEqual(expected);
  });
});

describe.each(NARROW_FORMATS)('panels of %s', (format) => {
  const { together, scaled, bytes: size } = narrowDetails(format);

  it.each([4, 8, 16])('of %d lanes hold every number where the description says, and zeros behind', (lanes) => {
    const [rows, inner, width] = [2 * lanes + 3, scaled ? 128 + 12 : 10, 2 * lanes];
    const { bytes, scales } = weights(format, rows, inner, 5);
    const panels = new Uint8Array(panelsBytes(format, lanes, rows, inner)).fill(0xa5);
    packNarrowPanels(format, lanes, { rows, inner }, bytes, panels, scales);
    const perRow = narrowPanelRowBytes(format, inner);
    expect(panels.length).toBe(2 * width * perRow);
    const view = new DataView(panels.buffer);
    for (let row = 0; row < 2 * width; row++) {
      const panel = Math.floor(row / width) * width * perRow;
      for (let k = 0; k < inner; k++) {
        const group = scaled ? Math.floor(k / 128) : 0;
        const inGroup = k - 128 * group;
        const start = panel + group * width * (4 + 128);
        if (scaled) expect(view.getFloat32(start + 4 * (row % width), true)).toBe(scales![row * 2 + group] ?? 0);
        const word = Math.floor(inGroup / together) * width + (row % width);
        const at = start + (scaled ? 4 * width : 0) + size * (together * word + (inGroup % together));
        const from = size * (row * inner + k);
        for (let byte = 0; byte < size; byte++) expect(panels[at + byte]).toBe(row < rows ? bytes[from + byte] : 0);
      }
    }
  });

  it('may come from an odd address', () => {
    const [rows, inner] = [4, 12];
    const { bytes, scales } = weights(format, rows, inner, 5);
    const moved = new Uint8Array(bytes.length + 1).subarray(1);
    moved.set(bytes);
    const pack = (source: Uint8Array) => {
      const panels = new Uint8Array(panelsBytes(format, 4, rows, inner));
      packNarrowPanels(format, 4, { rows, inner }, source, panels, scales);
      return panels;
    };
    expect(pack(moved)).toEqual(pack(bytes));
  });
});

it('refuses what does not fit', () => {
  const shape = { format: 'bf16', rows: 1, columns: 4, inner: 6 } as const;
  const plan = (more: Partial<NarrowMatmulShape>) => () =>
    planNarrowMatmul({ ...shape, ...more }, targetInfo('interpreter'));
  expect(plan({ rows: -1 })).toThrow(/rows must be a whole number/);
  expect(plan({ inner: 7 })).toThrow(/rows of bf16 weights are multiples of 2 long, got 7/);
  expect(plan({ format: 'f8_e4m3' })).toThrow(/rows of f8_e4m3 weights are multiples of 4 long, got 6/);
  expect(plan({ heads: 2, experts: { by: 'pairs' } })).toThrow(/heads or experts/);
  const size = { rows: 1, inner: 2 };
  const pack = (source: number[], panels: number) => () =>
    packNarrowPanels('f16', 4, size, Uint8Array.from(source), new Uint8Array(panels));
  expect(pack([0, 0, 0, 0], 4)).toThrow(/in panels 32/);
  expect(pack([0, 0, 0, 0x7c], 32)).toThrow('number 1 of row 0 is not finite');
});

describe('numbers of 8 bits', () => {
  const pack =
    (format: 'f8_e4m3' | 'f8_e5m2', codes: readonly number[], scales: readonly number[] | undefined) => () => {
      const [rows, inner] = [2, codes.length / 2];
      const panels = new Uint8Array(panelsBytes(format, 4, rows, inner));
      packNarrowPanels(format, 4, { rows, inner }, Uint8Array.from(codes), panels, scales && Float32Array.from(scales));
    };
  const codes = new Array<number>(8).fill(1);

  it.each([
    ['f8_e4m3', 0x7f],
    ['f8_e4m3', 0xff],
    ['f8_e5m2', 0x7c],
    ['f8_e5m2', 0xfd],
  ] as const)('of %s that are none, such as %d, are refused wherever they stand', (format, code) => {
    for (const at of codes.keys()) {
      const bad = pack(format, codes.with(at, code), [1, 1]);
      expect(bad).toThrow(`${format} weights: number ${at % 4} of row ${Math.floor(at / 4)} is not finite`);
    }
    expect(pack(format, codes.fill(code - 4), [1, 1])).not.toThrow();
  });

  it('have one finite scale for each row and group, in a range', () => {
    expect(pack('f8_e4m3', codes, undefined)).toThrow('have 2 scales, got none');
    expect(pack('f8_e4m3', codes, [1])).toThrow('have 2 scales, got 1');
    expect(pack('f8_e4m3', codes, [1, Number.NaN])).toThrow('the scale of row 1 from place 0 on is NaN');
    expect(pack('f8_e5m2', codes, [-1 / 0, 1])).toThrow('the scale of row 0 from place 0 on is -Infinity');
    expect(pack('f8_e4m3', codes, [-256, 1])).toThrow('the scale -256 of row 0 from place 0 on is too large');
    expect(pack('f8_e4m3', codes, [255.99998474121094, 0])).not.toThrow();
    expect(pack('f8_e5m2', codes, [65535, -65536])).toThrow('the scale -65536 of row 1');
  });
});
