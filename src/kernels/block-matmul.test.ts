import { describe, expect, it } from 'vitest';
import { BLOCK, BLOCK_FORMATS, formatDetails, panelsBytes } from './block-formats.ts';
import { packPanels } from './block-pack.ts';
import { type BlockArgument, type BlockMatmulShape, planBlockMatmul } from './block-plan.ts';
import { decodeBlocks, fileRows, noise } from './blocks.fixture.ts';
import { allTargets, createArena, type TestBuffer, type TestTarget, targetInfo } from './testing.ts';

const cases = allTargets.flatMap((target) => BLOCK_FORMATS.map((format) => ({ target, format })));
/** How products through experts and by heads find their matrices depends on whether blocks are short or long alone. */
const ways = cases.filter(({ format }) => format === 'q4_0' || format === 'q6_k');

/** Rows that 8 bits hold exactly: integers to ±127, the largest among them, times a power of two per block. */
function exactRows(rows: number, inner: number): number[] {
  return Array.from({ length: rows * inner }, (_, i) => {
    const quant = i % BLOCK === noise(Math.floor(i / BLOCK), BLOCK) ? -127 : noise(i, 255) - 127;
    return quant * 2 ** (noise(Math.floor(i / BLOCK) + 3, 9) - 6);
  });
}

interface Problem {
  readonly shape: BlockMatmulShape;
  /** Rows that occur, at most those planned for. */
  readonly rows?: number;
  readonly offsets?: readonly number[];
  readonly rowIds?: readonly number[];
  readonly expertIds?: readonly number[];
  readonly experts?: number;
}

const STRIDE_MORE = 5;

/** Runs the planned calls; what C holds, row by row. */
function compute(target: TestTarget, problem: Problem, a: readonly number[], workers: number): number[][] {
  const { format, columns, inner, heads = 1 } = problem.shape;
  const info = targetInfo(target);
  const rows = problem.rows ?? problem.shape.rows;
  const resultRows = problem.rowIds?.length ?? rows;
  const [rowLength, resultLength] = [heads * inner, heads * columns];
  const matrices = problem.experts ?? heads;
  const plan = planBlockMatmul(problem.shape, info);
  const arena = createArena({ target });
  const bytes = panelsBytes(format, info.lanes, columns, inner);
  const panels = new Uint8Array(matrices * bytes);
  for (let e = 0; e < matrices; e++) {
    packPanels(
      format,
      info.lanes,
      { rows: columns, inner },
      weightsOf(problem, e),
      panels.subarray(e * bytes, (e + 1) * bytes),
    );
  }
  const strideC = resultLength + STRIDE_MORE;
  const strideA = rowLength + 1;
  const held = new Array<number>(rows * strideA).fill(9);
  for (let i = 0; i < rows * rowLength; i++) held[Math.floor(i / rowLength) * strideA + (i % rowLength)] = a[i]!;
  const c = arena.f32(new Array<number>(resultRows * strideC).fill(1e30), { offset: 1 });
  const scratch = arena.bytes(plan.scratchBytes);
  const named: Readonly<Record<string, TestBuffer | number>> = {
    a: arena.f32(held, { offset: 3 }),
    weights: arena.bytes(panels, { offset: 1 }),
    c,
    offsets: arena.i32(problem.offsets ?? []),
    rowIds: arena.i32(problem.rowIds ?? []),
    expertIds: arena.i32(problem.expertIds ?? []),
    strideA,
    strideC,
    rows,
    pairs: resultRows,
  };
  const resolve = (argument: BlockArgument) =>
    typeof argument === 'number'
      ? argument
      : typeof argument === 'object'
        ? scratch.address + argument.scratch
        : named[argument]!;
  for (const { kernel, args } of plan.calls) {
    const values = Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, resolve(argument)]));
    arena.run(kernel, values, { workers });
  }
  const result = c.read();
  const row = (r: number) => result.slice(r * strideC, (r + 1) * strideC);
  return Array.from({ length: resultRows }, (_, r) => {
    expect(row(r).slice(resultLength)).toEqual(
      new Array<number>(STRIDE_MORE).fill(target === 'interpreter64' ? 1e30 : Math.fround(1e30)),
    );
    return row(r).slice(0, resultLength);
  });
}

function weightsOf({ shape }: Problem, expert: number): Uint8Array<ArrayBuffer> {
  return fileRows(shape.format, shape.columns, shape.inner, 1000 * expert + 11);
}

/** Compares rows with A·Wᵀ in f64: the integers are exact, so that only scales and sums over blocks are rounded. */
function check(result: readonly number[][], problem: Problem, a: readonly number[], expertOf: (row: number) => number) {
  const { format, columns, inner } = problem.shape;
  const { part, minimum } = formatDetails(format);
  const decoded = Array.from({ length: problem.experts ?? 1 }, (_, e) => decodeBlocks(format, weightsOf(problem, e)));
  const terms = inner / part + (minimum ? inner / BLOCK : 0);
  for (const [i, row] of result.entries()) {
    const [source, { scaled, minima }] = [problem.rowIds?.[i] ?? i, decoded[expertOf(i)]!];
    for (let j = 0; j < columns; j++) {
      let [expected, magnitude] = [0, 0];
      for (let from = 0; from < inner; from += part) {
        let [sum, lowest] = [0, 0];
        for (let k = from; k < from + part; k++) {
          sum += a[source * inner + k]! * scaled[j * inner + k]!;
          lowest += a[source * inner + k]! * minima[j * inner + k]!;
        }
        expected += sum + lowest;
        magnitude += Math.abs(sum) + Math.abs(lowest);
      }
      expect(Math.abs(row[j]! - expected)).toBeLessThanOrEqual((terms + 3) * 2 ** -24 * magnitude);
    }
  }
}

// The last panel has part of its first vector, or of its second; the most rows take more than one band of row blocks.
describe.each(cases)('products of 8-bit rows with $format weights on $target', ({ target, format }) => {
  const { lanes } = targetInfo(target);
  const { weights } = formatDetails(format);

  it.each([
    { rows: 1, more: 3, blocks: 3, workers: 1 },
    { rows: 2, more: lanes + 1, blocks: 2, workers: 3 },
    { rows: 5, more: 1, blocks: 2, workers: 2 },
    { rows: 8, more: lanes, blocks: 1, workers: 1 },
    { rows: 31, more: 2 * lanes - 1, blocks: 1, workers: 3 },
    ...(format === 'q4_0' ? [{ rows: 230, more: 3, blocks: 1, workers: 3 }] : []),
  ])('$rows rows, $workers workers', ({ rows, more, blocks, workers }) => {
    const problem = { shape: { format, rows, columns: 2 * lanes + more, inner: blocks * weights } };
    const a = exactRows(rows, problem.shape.inner);
    check(compute(target, problem, a, workers), problem, a, () => 0);
  });
});

describe.each(ways)('ways to multiply 8-bit rows with $format weights on $target', ({ target, format }) => {
  const { lanes } = targetInfo(target);
  const { weights } = formatDetails(format);
  const inner = (weights === BLOCK ? 3 : 1) * weights;
  const columns = 2 * lanes + 3;
  const perHead = (weights === BLOCK ? 2 : 1) * weights;

  it('give the same result whatever runs with it', () => {
    const a = exactRows(15, inner);
    const shape = { format, rows: 15, columns: 4 * lanes, inner };
    const together = compute(target, { shape }, a, 1);
    expect(compute(target, { shape }, a, 3)).toEqual(together);
    expect(compute(target, { shape: { ...shape, rows: 40 }, rows: 15 }, a, 2)).toEqual(together);
    for (const r of [0, 7, 14]) {
      const alone = compute(target, { shape: { ...shape, rows: 1 } }, a.slice(r * inner, (r + 1) * inner), 1);
      expect(alone[0]).toEqual(together[r]);
    }
  });

  it('grouped by experts, one of them without rows', () => {
    const offsets = [0, 3, 3, 4, 19];
    const problem = {
      shape: { format, rows: 19, columns, inner, experts: { by: 'grouped', count: 4 } },
      offsets,
      experts: 4,
    } as const;
    const a = exactRows(19, inner);
    const expertOf = (row: number) => offsets.findLastIndex((start) => start <= row);
    const once = compute(target, problem, a, 1);
    check(once, problem, a, expertOf);
    expect(compute(target, problem, a, 3)).toEqual(once);
  });

  it('by pairs of rows and experts', () => {
    const [rowIds, expertIds] = [
      [2, 0, 2, 1, 0],
      [1, 0, 2, 2, 2],
    ];
    const problem = {
      shape: { format, rows: 3, columns, inner, experts: { by: 'pairs' } },
      rowIds,
      expertIds,
      experts: 3,
    } as const;
    const a = exactRows(3, inner);
    const once = compute(target, problem, a, 1);
    check(once, problem, a, (pair) => expertIds[pair]!);
    expect(compute(target, problem, a, 2)).toEqual(once);
  });

  it.each([
    { rows: 1, heads: 3, columns: 2 * lanes, workers: 1 },
    { rows: 2, heads: 5, columns: lanes - 1, workers: 2 },
    { rows: 9, heads: 2, columns: 4 * lanes + 3, workers: 3 },
    { rows: 70, heads: 3, columns: 1, workers: 2 },
  ])('by heads: $rows rows, $heads heads of $columns columns, $workers workers', ({ workers, ...sizes }) => {
    const { rows, heads } = sizes;
    const problem = { shape: { format, inner: perHead, ...sizes } };
    const a = exactRows(rows, heads * problem.shape.inner);
    const result = compute(target, problem, a, workers);
    // What a head gives is what its matrix alone gives for its part of the rows.
    for (let head = 0; head < heads; head++) {
      const part = Array.from({ length: rows * perHead }, (_, i) => {
        const row = Math.floor(i / perHead);
        return a[(row * heads + head) * perHead + (i % perHead)]!;
      });
      const rowsOfHead = result.map((row) => row.slice(head * sizes.columns, (head + 1) * sizes.columns));
      check(rowsOfHead, { ...problem, experts: heads }, part, () => head);
    }
    expect(compute(target, problem, a, 1)).toEqual(result);
    const first = compute(target, { shape: { ...problem.shape, rows: 1 } }, a.slice(0, heads * perHead), 2);
    expect(first[0]).toEqual(result[0]);
  });

  it('are zero for no weights along K, and nothing for no rows', () => {
    const empty = { shape: { format, rows: 2, columns, inner: 0 } };
    expect(compute(target, empty, [], 2)).toEqual([0, 1].map(() => new Array<number>(columns).fill(0)));
    expect(compute(target, { shape: { format, rows: 2, columns, inner }, rows: 0 }, [], 2)).toEqual([]);
  });
});

it('refuses sizes that make no sense', () => {
  const shape = { format: 'q4_0', rows: 1, columns: 4, inner: 48 } as const;
  expect(() => planBlockMatmul(shape, targetInfo('interpreter'))).toThrow(/multiple of 32/);
  expect(() => planBlockMatmul({ ...shape, rows: -1 }, targetInfo('interpreter'))).toThrow(/rows/);
  const blocks = { ...shape, inner: 64 };
  expect(() => planBlockMatmul({ ...blocks, heads: 1.5 }, targetInfo('interpreter'))).toThrow(/heads/);
  const both = { ...blocks, heads: 2, experts: { by: 'pairs' } } as const;
  expect(() => planBlockMatmul(both, targetInfo('interpreter'))).toThrow(/heads or experts/);
  expect(() => planBlockMatmul({ ...blocks, format: 'q6_k' }, targetInfo('interpreter'))).toThrow(/multiple of 256/);
});
