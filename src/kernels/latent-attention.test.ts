import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCache } from './attention-paged.ts';
import { combinePieces, MOST_PIECES } from './attention-pieces.ts';
import { exactNumbers, quantised } from './cache-format.fixture.ts';
import { type CacheMemory, SCALE_BLOCK, scaleBlocks } from './cache-format.ts';
import {
  type LatentAttentionVariant,
  latentAttention,
  latentAttentionPieces,
  latentScratchElements,
} from './latent-attention.ts';
import { packedQueryElements, packQueries } from './latent-attention-queries.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

interface Problem {
  readonly variant: LatentAttentionVariant;
  /** Positions written of each sequence; one row for each asks at the position given by its share of them. */
  readonly lengths: readonly number[];
  readonly asking: readonly { readonly sequence: number; readonly position: number }[];
  readonly workers: number;
  readonly offset: number;
  readonly seed: number;
}

const SCALE = 0.375;

function build({ variant, lengths, asking, seed }: Problem) {
  const { heads, rank, ropeDim, pageSize, memory } = variant;
  const next = exactNumbers(seed);
  const array = (length: number) => Array.from({ length }, next);
  const keep = (row: number[]) => (memory === 'q8' ? quantised(row, SCALE_BLOCK) : row);
  const written = lengths.flatMap((length, sequence) =>
    Array.from({ length }, (_, position) => {
      const [latent, rope] = [array(rank), array(ropeDim)];
      return { sequence, position, latent, rope, kept: { latent: keep(latent), rope: keep(rope) } };
    }),
  );
  const pagesEach = Math.max(1, ...lengths.map((length) => Math.ceil(length / pageSize)));
  const pages = lengths.length * pagesEach;
  return {
    ...{ written, pagesEach, slots: pages * pageSize },
    table: Array.from({ length: pages }, (_, i) => pages - 1 - i),
    queries: asking.map(() => ({ nope: array(heads * rank), rope: array(heads * ropeDim) })),
  };
}

/** The formulas of the docstring in double precision, without pages. */
function reference({ variant, asking }: Problem, data: ReturnType<typeof build>): number[] {
  const { heads, rank, ropeDim } = variant;
  return asking.flatMap(({ sequence, position }, i) => {
    const rows = data.written.filter((entry) => entry.sequence === sequence && entry.position <= position);
    return Array.from({ length: heads }, (_, h) => {
      const scores = rows.map(({ kept }) => {
        let score = 0;
        for (let d = 0; d < rank; d++) score += data.queries[i]!.nope[h * rank + d]! * kept.latent[d]!;
        for (let d = 0; d < ropeDim; d++) score += data.queries[i]!.rope[h * ropeDim + d]! * kept.rope[d]!;
        return score * SCALE;
      });
      const highest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - highest));
      const sum = powers.reduce((a, b) => a + b, 0);
      return Array.from({ length: rank }, (_, d) =>
        rows.reduce((total, { kept }, s) => total + (powers[s]! / sum) * kept.latent[d]!, 0),
      );
    }).flat();
  });
}

function run(target: TestTarget, problem: Problem, data: ReturnType<typeof build>, form: 'whole' | 'pieces'): number[] {
  const { variant, asking, workers, offset } = problem;
  const { heads, rank, ropeDim, pageSize, memory } = variant;
  const arena = createArena({ target, bytes: 1 << 23 });
  const bytes = { f32: 4, f16: 2, bf16: 2, q8: 1 }[memory];
  const numbers = rank + ropeDim;
  const scalesAt = 2 * Math.ceil(numbers / 2);
  const slot = memory === 'q8' ? scalesAt + 2 * (scaleBlocks(rank) + scaleBlocks(ropeDim)) : numbers + 3;
  const size = data.slots * slot;
  const cache =
    memory === 'f32'
      ? arena.f32(new Array(size).fill(Number.NaN), { offset })
      : memory === 'q8'
        ? arena.bytes(new Array(size).fill(0xff), { offset: 2 * offset })
        : arena.u16(new Array(size).fill(0xffff), { offset });
  const rotaryKeys = cache.address + rank * bytes;
  const scales = { latent: cache.address + scalesAt, rope: cache.address + scalesAt + 2 * scaleBlocks(rank) };
  const common = { pageTable: arena.i32(data.table), tableStride: data.pagesEach };
  arena.run(
    writeCache({ pageSize, memory }),
    {
      ...common,
      sequences: arena.i32(data.written.map(({ sequence }) => sequence)),
      positions: arena.i32(data.written.map(({ position }) => position)),
      rows: data.written.length,
      ...{ first: cache, firstScales: scales.latent, firstWidth: rank, firstDim: rank, firstSlotStride: slot },
      ...{ second: rotaryKeys, secondScales: scales.rope, secondWidth: ropeDim, secondDim: Math.max(1, ropeDim) },
      ...{ secondSlotStride: slot, firstSourceRowStride: rank, secondSourceRowStride: ropeDim },
      firstSource: arena.f32(data.written.flatMap(({ latent }) => latent)),
      secondSource: arena.f32(data.written.flatMap(({ rope }) => rope)),
    },
    { workers },
  );
  const rows = asking.length;
  const packed = arena.f32(new Array(packedQueryElements(variant, rows)).fill(Number.NaN));
  arena.run(
    packQueries(variant),
    {
      packed,
      queryNope: arena.f32(
        data.queries.flatMap(({ nope }) => nope),
        { offset },
      ),
      queryRope: arena.f32(
        data.queries.flatMap(({ rope }) => rope),
        { offset },
      ),
      ...{ rows, scale: SCALE, queryNopeRowStride: heads * rank, queryNopeHeadStride: rank },
      ...{ queryRopeRowStride: heads * ropeDim, queryRopeHeadStride: ropeDim },
    },
    { workers },
  );
  const positions = arena.i32(asking.map(({ position }) => position));
  const input = {
    ...common,
    scratch: arena.f32(new Array(latentScratchElements(variant, workers)).fill(Number.NaN)),
    queries: packed,
    ...{ latents: cache, latentScales: scales.latent, latentSlotStride: slot },
    ...{ rotaryKeys, rotaryKeyScales: scales.rope, rotaryKeySlotStride: slot },
    sequences: arena.i32(asking.map(({ sequence }) => sequence)),
    positions,
    rows,
  };
  const output = arena.f32(rows * heads * rank, { offset });
  const outputRowStride = heads * rank;
  if (form === 'whole') {
    arena.run(latentAttention(variant), { ...input, output, outputRowStride }, { workers });
    return output.read();
  }
  const parts = rows * heads * MOST_PIECES;
  const partialOutput = arena.f32(new Array(parts * rank).fill(Number.NaN));
  const partialSums = arena.f32(new Array(parts * 2).fill(Number.NaN));
  arena.run(latentAttentionPieces(variant), { ...input, partialOutput, partialSums }, { workers });
  const combined = { output, partialOutput, partialSums, positions, rows, outputRowStride };
  arena.run(combinePieces({ heads, rank }), combined, { workers });
  return output.read();
}

/** Weights that are rounded to bf16 are off by 2⁻⁹ of themselves, in the sum of values of up to 1 and in their own sum. */
function toleranceOf(target: TestTarget, { products }: LatentAttentionVariant): number {
  const rounding = target === 'interpreter64' ? 1e-12 : 4e-6;
  return products === 'bf16' ? 2 * 2 ** -9 + 4e-6 : rounding;
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const errors = expected.map((value, i) => Math.abs(actual[i]! - value));
  // The largest is NaN if one is.
  expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(tolerance);
}

const formats: readonly Pick<LatentAttentionVariant, 'memory' | 'products'>[] = [
  ...(['f32', 'f16', 'bf16', 'q8'] as const satisfies CacheMemory[]).map(
    (memory) => ({ memory, products: 'f32' }) as const,
  ),
  { memory: 'bf16', products: 'bf16' },
];

const problems: fc.Arbitrary<Problem> = fc
  .record({
    heads: fc.constantFrom(1, 6, 12, 16, 20, 32, 70),
    rank: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 150)),
    ropeDim: fc.constantFrom(0, 2, 5, 16),
    pageSize: fc.constantFrom(1, 4, 16),
    format: fc.constantFrom(...formats),
    lengths: fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 90, max: 110 })), {
      minLength: 1,
      maxLength: 2,
    }),
    shares: fc.array(fc.record({ sequence: fc.nat(), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      maxLength: 2,
    }),
    workers: fc.integer({ min: 1, max: 3 }),
    offset: fc.integer({ min: 0, max: 3 }),
    seed: fc.integer(),
  })
  .map(({ heads, rank, ropeDim, pageSize, format, shares, ...rest }) => ({
    ...rest,
    variant: { heads, rank, ropeDim, pageSize, ...format },
    asking: shares.map(({ sequence, share }) => {
      const at = sequence % rest.lengths.length;
      return { sequence: at, position: Math.round(share * (rest.lengths[at]! - 1)) };
    }),
  }));
const forms = fc.constantFrom('whole', 'pieces' as const);

describe.each(allTargets)('attention over latents on %s', (target) => {
  const numRuns = target.startsWith('interpreter') ? 6 : 20;

  it('gives the weighted latents of each row, in one or in pieces', () => {
    fc.assert(
      fc.property(problems, forms, (problem, form) => {
        const data = build(problem);
        expectClose(run(target, problem, data, form), reference(problem, data), toleranceOf(target, problem.variant));
      }),
      { numRuns },
    );
  });

  it.each(formats)('takes long contexts in blocks and pieces: $memory, products in $products', (format) => {
    const variant = { heads: 12, rank: 33, ropeDim: 4, pageSize: 16, ...format };
    const lengths = target.startsWith('interpreter') ? [197] : [197, 1100];
    const asking = lengths.map((length, sequence) => ({ sequence, position: length - 1 }));
    const problem: Problem = { variant, lengths, asking, workers: 2, offset: 1, seed: 5 };
    const data = build(problem);
    const expected = reference(problem, data);
    for (const form of ['whole', 'pieces'] as const) {
      expectClose(run(target, problem, data, form), expected, toleranceOf(target, variant));
    }
  });

  it('gives the same bits whatever the number of workers', () => {
    fc.assert(
      fc.property(problems, forms, (problem, form) => {
        const data = build(problem);
        const alone = run(target, { ...problem, workers: 1 }, data, form);
        expect(run(target, { ...problem, workers: 3 }, data, form)).toEqual(alone);
      }),
      { numRuns: 3 },
    );
  });

  it('packs latents once for neighbouring rows, which have the same results as alone', () => {
    for (const format of formats) {
      const variant = { heads: 13, rank: 9, ropeDim: 3, pageSize: 8, ...format };
      // The first rows end before a block of 96 positions does, the last ones behind it; one asks for nothing.
      const asking = [
        ...Array.from({ length: 11 }, (_, i) => ({ sequence: 0, position: 91 + i })),
        ...Array.from({ length: 5 }, (_, i) => ({ sequence: 1, position: i })),
        { sequence: 1, position: -1 },
      ];
      const problem: Problem = { variant, lengths: [103, 6], asking, workers: 1, offset: 1, seed: 9 };
      const data = build(problem);
      const together = run(target, problem, data, 'whole');
      const expected = reference(problem, data).map((value) => (Number.isNaN(value) ? 0 : value));
      expectClose(together, expected, toleranceOf(target, variant));
      // So many workers leave one row to each task.
      expect(run(target, { ...problem, workers: 5 }, data, 'whole')).toEqual(together);
    }
  });

  it('yields zeros for a row without a position', () => {
    for (const format of formats) {
      const problem: Problem = {
        variant: { heads: 3, rank: 5, ropeDim: 2, pageSize: 4, ...format },
        lengths: [3],
        asking: [
          { sequence: 0, position: 2 },
          { sequence: 0, position: -1 },
        ],
        ...{ workers: 2, offset: 0, seed: 3 },
      };
      const data = build(problem);
      for (const form of ['whole', 'pieces'] as const) {
        const actual = run(target, problem, data, form);
        expectClose(actual.slice(0, 15), reference(problem, data).slice(0, 15), toleranceOf(target, problem.variant));
        expect(actual.slice(15)).toEqual(new Array<number>(15).fill(0));
      }
    }
  });
});

describe('products in bf16', () => {
  it('are refused for other caches', () => {
    const variant = { heads: 12, rank: 8, ropeDim: 0, pageSize: 4, memory: 'f16', products: 'bf16' } as const;
    const zeros = { queryNopeRowStride: 0, queryNopeHeadStride: 0, queryRopeRowStride: 0, queryRopeHeadStride: 0 };
    const run = () =>
      createArena({ target: 'wasm' }).run(packQueries(variant), {
        ...{ packed: 0, queryNope: 0, queryRope: 0, rows: 0, scale: 1, ...zeros },
      });
    expect(run).toThrow(/bf16 need a cache in bf16, got f16/);
  });
});
