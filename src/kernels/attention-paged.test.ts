import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CacheMemory,
  type PagedAttentionVariant,
  pagedAttention,
  pagedAttentionPieces,
  pagedScratchElements,
  writeCache,
} from './attention-paged.ts';
import { combinePieces, MOST_PIECES } from './attention-pieces.ts';
import { exactNumbers, quantised } from './cache-format.fixture.ts';
import { SCALE_BLOCK, scaleBlocks } from './cache-format.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

interface Problem {
  readonly variant: PagedAttentionVariant;
  readonly keyHeads: number;
  /** Whether values are the first part of the keys, as the latents of absorbed MLA are. */
  readonly latent: boolean;
  /** Positions written so far of each sequence, and how many of the newest ones ask. */
  readonly sequences: readonly { readonly length: number; readonly asking: number }[];
  readonly workers: number;
  /** Whether the positions of a row are cut into pieces. */
  readonly pieces: boolean;
  readonly offset: number;
  readonly padding: number;
  readonly seed: number;
}

const SCALE = 0.375;

function layoutOf({ variant, keyHeads, latent, padding }: Problem) {
  const keyWidth = keyHeads * variant.nopeDim;
  const ropeWidth = variant.ropeDim;
  const valueWidth = latent ? 0 : keyHeads * variant.valueDim;
  const numbers = keyWidth + ropeWidth + valueWidth;
  if (variant.memory !== 'q8') return { keyWidth, ropeWidth, valueWidth, numbers, slot: numbers + padding };
  // Bytes, then two for each scale, all of it even.
  const start = 2 * Math.ceil((numbers + padding) / 2);
  const scalesAt = { key: start, rope: 0, value: 0 };
  scalesAt.rope = scalesAt.key + 2 * keyHeads * scaleBlocks(variant.nopeDim);
  scalesAt.value = scalesAt.rope + 2 * scaleBlocks(variant.ropeDim);
  const slot = scalesAt.value + (latent ? 0 : 2 * keyHeads * scaleBlocks(variant.valueDim));
  return { keyWidth, ropeWidth, valueWidth, numbers, slot, scalesAt };
}

/** A row's numbers as the cache keeps them. */
function kept(problem: Problem, row: readonly number[]): number[] {
  const { variant, keyHeads, latent } = problem;
  if (variant.memory !== 'q8') return [...row];
  const { keyWidth, ropeWidth } = layoutOf(problem);
  const heads = (from: number, count: number, dim: number) =>
    Array.from({ length: count }, (_, h) => quantised(row.slice(from + h * dim, from + (h + 1) * dim), SCALE_BLOCK));
  return [
    ...heads(0, keyHeads, variant.nopeDim),
    ...heads(keyWidth, variant.ropeDim === 0 ? 0 : 1, variant.ropeDim),
    ...heads(keyWidth + ropeWidth, latent ? 0 : keyHeads, variant.valueDim),
  ].flat();
}

function build(problem: Problem) {
  const { variant, keyHeads, sequences, seed } = problem;
  const heads = keyHeads * variant.group;
  const next = exactNumbers(seed);
  const { numbers } = layoutOf(problem);
  const array = (length: number) => Array.from({ length }, next);
  const written = sequences.flatMap(({ length }, sequence) =>
    Array.from({ length }, (_, position) => ({ sequence, position, row: array(numbers) })),
  );
  const asking = sequences.flatMap(({ length, asking }, sequence) =>
    Array.from({ length: Math.min(asking, length) }, (_, i) => ({ sequence, position: length - 1 - i })),
  );
  const pagesEach = Math.max(1, ...sequences.map(({ length }) => Math.ceil(length / variant.pageSize)));
  const pages = sequences.length * pagesEach;
  // Pages in an order that mixes the sequences.
  const table = Array.from({ length: pages }, (_, i) => (i * 7 + 3) % pages);
  const distinct = new Set(table).size === pages ? table : table.map((_, i) => pages - 1 - i);
  return {
    heads,
    written,
    asking,
    pagesEach,
    slots: pages * variant.pageSize,
    table: distinct,
    queryNope: array(asking.length * heads * variant.nopeDim),
    queryRope: array(asking.length * heads * variant.ropeDim),
  };
}

/** The formulas of the docstring in double precision, without pages. */
function reference(problem: Problem, data: ReturnType<typeof build>): number[] {
  const { variant, latent } = problem;
  const { nopeDim, ropeDim, valueDim, group } = variant;
  const { keyWidth, ropeWidth } = layoutOf(problem);
  const output: number[] = [];
  data.asking.forEach(({ sequence, position }, i) => {
    const rows = data.written
      .filter((entry) => entry.sequence === sequence && entry.position <= position)
      .map(({ row }) => ({ row: kept(problem, row) }));
    for (let h = 0; h < data.heads; h++) {
      const keyHead = Math.floor(h / group);
      const scores = rows.map(({ row }) => {
        let score = 0;
        for (let d = 0; d < nopeDim; d++) {
          score += data.queryNope[(i * data.heads + h) * nopeDim + d]! * row[keyHead * nopeDim + d]!;
        }
        for (let d = 0; d < ropeDim; d++) {
          score += data.queryRope[(i * data.heads + h) * ropeDim + d]! * row[keyWidth + d]!;
        }
        return score * SCALE;
      });
      const highest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - highest));
      const sum = powers.reduce((a, b) => a + b, 0);
      const valueStart = latent ? keyHead * nopeDim : keyWidth + ropeWidth + keyHead * valueDim;
      for (let d = 0; d < valueDim; d++) {
        output.push(rows.reduce((total, { row }, s) => total + (powers[s]! / sum) * row[valueStart + d]!, 0));
      }
    }
  });
  return output;
}

function run(target: TestTarget, problem: Problem, data: ReturnType<typeof build>): number[] {
  const { variant, latent, workers, offset, pieces } = problem;
  const { nopeDim, ropeDim, valueDim, group, pageSize, memory } = variant;
  const { keyWidth, ropeWidth, valueWidth, numbers, slot, scalesAt } = layoutOf(problem);
  const arena = createArena({ target, bytes: 1 << 24 });
  const bytes = { f32: 4, f16: 2, bf16: 2, q8: 1 }[memory];
  const empty = <T>(value: T) => new Array<T>(data.slots * slot).fill(value);
  const cache =
    memory === 'f32'
      ? arena.f32(empty(Number.NaN), { offset })
      : memory === 'q8'
        ? arena.bytes(empty(0xff), { offset: 2 * offset })
        : arena.u16(empty(0xffff), { offset });
  const at = (numbersBefore: number) => cache.address + numbersBefore * bytes;
  const scales = {
    key: cache.address + (scalesAt?.key ?? 0),
    rope: cache.address + (scalesAt?.rope ?? 0),
    value: cache.address + (scalesAt?.value ?? 0),
  };
  const pageTable = arena.i32(data.table);
  const source = arena.f32(
    data.written.flatMap(({ row }) => row),
    { offset },
  );
  const writing = {
    pageTable,
    sequences: arena.i32(data.written.map(({ sequence }) => sequence)),
    positions: arena.i32(data.written.map(({ position }) => position)),
    rows: data.written.length,
    tableStride: data.pagesEach,
  };
  const strides = {
    firstSlotStride: slot,
    secondSlotStride: slot,
    firstSourceRowStride: numbers,
    secondSourceRowStride: numbers,
  };
  arena.run(
    writeCache({ pageSize, memory }),
    {
      ...writing,
      ...strides,
      ...{ first: cache, firstScales: scales.key, firstSource: source, firstWidth: keyWidth, firstDim: nopeDim },
      ...{ second: at(keyWidth), secondScales: scales.rope, secondSource: source.address + keyWidth * 4 },
      ...{ secondWidth: ropeWidth, secondDim: Math.max(1, ropeDim) },
    },
    { workers },
  );
  const valueStart = keyWidth + ropeWidth;
  arena.run(
    writeCache({ pageSize, memory }),
    {
      ...writing,
      ...strides,
      ...{ first: at(valueStart), firstScales: scales.value, firstSource: source.address + valueStart * 4 },
      ...{ firstWidth: valueWidth, firstDim: valueDim },
      ...{ second: 0, secondScales: 0, secondSource: 0, secondWidth: 0, secondDim: 1 },
    },
    { workers },
  );
  const rows = data.asking.length;
  const output = arena.f32(rows * data.heads * valueDim, { offset });
  const common = {
    scratch: arena.f32(pagedScratchElements(variant, workers), { offset }),
    queryNope: arena.f32(data.queryNope, { offset }),
    queryRope: arena.f32(data.queryRope, { offset }),
    keyNope: cache,
    keyNopeScales: scales.key,
    keyRope: at(keyWidth),
    keyRopeScales: scales.rope,
    value: latent ? cache : at(keyWidth + ropeWidth),
    valueScales: latent ? scales.key : scales.value,
    pageTable,
    sequences: arena.i32(data.asking.map(({ sequence }) => sequence)),
    positions: arena.i32(data.asking.map(({ position }) => position)),
    rows,
    heads: data.heads,
    tableStride: data.pagesEach,
    scale: SCALE,
    queryNopeRowStride: data.heads * nopeDim,
    queryNopeHeadStride: nopeDim,
    queryRopeRowStride: data.heads * ropeDim,
    queryRopeHeadStride: ropeDim,
    keyNopeSlotStride: slot,
    keyNopeHeadStride: nopeDim,
    keyRopeSlotStride: slot,
    keyRopeHeadStride: 0,
    valueSlotStride: slot,
    valueHeadStride: latent ? nopeDim : valueDim,
  };
  const outputRowStride = data.heads * valueDim;
  if (pieces) {
    const parts = rows * data.heads * MOST_PIECES;
    const partials = { partialOutput: arena.f32(parts * valueDim), partialSums: arena.f32(2 * parts) };
    arena.run(pagedAttentionPieces(variant), { ...common, ...partials }, { workers });
    const combined = { output, ...partials, positions: common.positions, rows, outputRowStride };
    arena.run(combinePieces({ heads: data.heads, rank: valueDim }), combined, { workers });
  } else {
    arena.run(pagedAttention(variant), { ...common, output, outputRowStride }, { workers });
  }
  expect(group * problem.keyHeads).toBe(data.heads);
  return output.read();
}

function largestError(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((error, value, i) => Math.max(error, Math.abs(actual[i]! - value)), 0);
}

const problems: fc.Arbitrary<Problem> = fc
  .record({
    nopeDim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 150, 300)),
    ropeDim: fc.constantFrom(0, 2, 5, 16),
    valueDim: fc.integer({ min: 1, max: 70 }),
    group: fc.constantFrom(1, 2, 3, 4, 6, 7, 9, 19),
    pageSize: fc.constantFrom(1, 2, 8, 16),
    memory: fc.constantFrom<CacheMemory>('f32', 'bf16', 'f16', 'q8'),
    keyHeads: fc.constantFrom(1, 2, 3),
    latent: fc.boolean(),
    sequences: fc.array(
      fc.record({ length: fc.integer({ min: 1, max: 40 }), asking: fc.integer({ min: 0, max: 3 }) }),
      { maxLength: 3 },
    ),
    workers: fc.integer({ min: 1, max: 3 }),
    pieces: fc.boolean(),
    offset: fc.integer({ min: 0, max: 3 }),
    padding: fc.constantFrom(0, 3),
    seed: fc.integer(),
  })
  .map(({ nopeDim, ropeDim, valueDim, group, pageSize, memory, latent, ...rest }) => ({
    ...rest,
    latent,
    variant: { nopeDim, ropeDim, valueDim: latent ? nopeDim : valueDim, group, pageSize, memory },
  }));

describe.each(allTargets)('attention over a paged cache on %s', (target) => {
  const tolerance = target === 'interpreter64' ? 1e-12 : 4e-6;
  const numRuns = target.startsWith('wasm') ? 25 : 8;
  // Halves have no double-precision twin in the interpreter's memory, but they hold the test's numbers exactly.

  it('gives the weighted values of each row', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const data = build(problem);
        expect(largestError(run(target, problem, data), reference(problem, data))).toBeLessThan(tolerance);
      }),
      { numRuns },
    );
  });

  it('gives the same bits whatever the number of workers', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const data = build(problem);
        const alone = run(target, { ...problem, workers: 1 }, data);
        expect(run(target, { ...problem, workers: 3 }, data)).toEqual(alone);
      }),
      { numRuns: 4 },
    );
  });

  it('yields zeros for a row without a position, and does not write it to the cache', () => {
    const problem: Problem = {
      variant: { nopeDim: 5, ropeDim: 2, valueDim: 5, group: 2, pageSize: 4, memory: 'f32' },
      keyHeads: 1,
      latent: true,
      sequences: [{ length: 3, asking: 2 }],
      workers: 2,
      pieces: false,
      offset: 0,
      padding: 0,
      seed: 3,
    };
    const data = build(problem);
    const expected = reference(problem, data);
    const unused = { ...data, asking: [data.asking[0]!, { sequence: 0, position: -1 }] };
    const skipped = {
      ...unused,
      written: [...data.written, { sequence: 0, position: -1, row: [9, 9, 9, 9, 9, 9, 9] }],
    };
    for (const pieces of [false, true]) {
      const actual = run(target, { ...problem, pieces }, skipped);
      expect(largestError(actual.slice(0, 10), expected.slice(0, 10))).toBeLessThan(tolerance);
      expect(actual.slice(10)).toEqual(new Array<number>(10).fill(0));
    }
  });
});

describe.each(allTargets)('a long context on %s', (target) => {
  it('is taken in blocks, whose highest scores grow and fall', () => {
    // Pages of one position, of some, and longer than blocks.
    const shapes: readonly [group: number, length: number, memory: CacheMemory, pageSize: number][] = [
      [1, 300, 'f32', 128],
      [5, 97, 'bf16', 1],
      [18, 193, 'f32', 16],
      [3, 100, 'q8', 16],
      [6, 270, 'f16', 512],
    ];
    for (const [group, length, memory, pageSize] of shapes) {
      const problem: Problem = {
        variant: { nopeDim: 33, ropeDim: 4, valueDim: 33, group, pageSize, memory },
        keyHeads: 1,
        latent: true,
        sequences: [{ length, asking: 2 }],
        workers: 2,
        pieces: true,
        offset: 1,
        padding: 0,
        seed: length,
      };
      const data = build(problem);
      const expected = reference(problem, data);
      const tolerance = target === 'interpreter64' ? 1e-12 : 4e-6;
      expect(largestError(run(target, problem, data), expected)).toBeLessThan(tolerance);
      const whole = run(target, { ...problem, pieces: false }, data);
      expect(largestError(whole, expected)).toBeLessThan(tolerance);
    }
  });
});

describe.each(allTargets)('neighbouring rows on %s', (target) => {
  it('share blocks of their sequence, and have the same results as alone', () => {
    const tolerance = target === 'interpreter64' ? 1e-12 : 4e-6;
    for (const memory of ['f32', 'f16', 'bf16', 'q8'] as const) {
      const problem: Problem = {
        variant: { nopeDim: 9, ropeDim: 2, valueDim: 19, group: 2, pageSize: 8, memory },
        keyHeads: 2,
        latent: false,
        // The first rows of the first sequence end before a block of 256 positions does, the last ones behind it.
        sequences: [
          { length: 259, asking: 7 },
          { length: 2, asking: 2 },
          { length: 33, asking: 9 },
        ],
        workers: 1,
        pieces: false,
        offset: 1,
        padding: 0,
        seed: 5,
      };
      const data = build(problem);
      const together = run(target, problem, data);
      expect(largestError(together, reference(problem, data))).toBeLessThan(tolerance);
      // So many workers leave one row to each task.
      expect(run(target, { ...problem, workers: 5 }, data)).toEqual(together);
    }
  });
});

describe.each(allTargets)('large queries and small keys on %s', (target) => {
  it('give the scores of their products, down to denormals of f16', () => {
    const problem: Problem = {
      variant: { nopeDim: 24, ropeDim: 5, valueDim: 10, group: 3, pageSize: 8, memory: 'f16' },
      keyHeads: 2,
      latent: false,
      sequences: [{ length: 21, asking: 2 }],
      workers: 1,
      pieces: true,
      offset: 1,
      padding: 0,
      seed: 11,
    };
    const data = build(problem);
    const { keyWidth, ropeWidth } = layoutOf(problem);
    // Powers of two change nothing but the exponents; the smallest keys are the smallest denormals.
    const small = data.written.map(({ row, ...rest }) => ({
      ...rest,
      row: row.map((x, i) => (i < keyWidth + ropeWidth ? x * 2 ** -20 : x)),
    }));
    const large = (query: readonly number[]) => query.map((x) => x * 2 ** 20);
    const moved = { ...data, written: small, queryNope: large(data.queryNope), queryRope: large(data.queryRope) };
    const tolerance = target === 'interpreter64' ? 1e-12 : 4e-6;
    for (const pieces of [true, false]) {
      const actual = run(target, { ...problem, pieces }, moved);
      expect(largestError(actual, reference(problem, data))).toBeLessThan(tolerance);
    }
  });
});

describe('page size', () => {
  it('must be a power of two', () => {
    const variant = { nopeDim: 4, ropeDim: 0, valueDim: 4, group: 1, pageSize: 12, memory: 'f32' } as const;
    const arena = createArena({ target: 'wasm' });
    const names = Object.keys(pagedAttention(variant).parameters);
    const zeros = Object.fromEntries(names.map((name) => [name, 0])) as never;
    expect(() => arena.run(pagedAttention(variant), zeros)).toThrow(/power of two.*12/);
  });
});
