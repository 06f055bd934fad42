import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CacheMemory, scaleBlocks } from './cache-format.ts';
import { indexScoreColumns, indexScores, selectPositions } from './indexer.ts';
import { layerNorm } from './layernorm.ts';
import { allTargets, createArena } from './testing.ts';

function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    // Four bits: every cache type holds the numbers exactly, sums are exact, and equal scores are common.
    return (state >>> 28) / 8 - 1;
  };
}

const problems = fc.record({
  heads: fc.constantFrom(1, 3, 4, 5, 9),
  dim: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(64, 130)),
  pageSize: fc.constantFrom(1, 4, 16),
  memory: fc.constantFrom<CacheMemory>('f32', 'bf16', 'f16', 'q8'),
  lengths: fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 3 }),
  chosen: fc.constantFrom(1, 2, 7, 16, 64),
  offset: fc.integer({ min: 0, max: 3 }),
  padding: fc.constantFrom(0, 3),
  workers: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer(),
});

type Problem = typeof problems extends fc.Arbitrary<infer T> ? T : never;

const bf16Bits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
/** Of numbers with few bits, none subnormal. */
function f16Bits(value: number): number {
  if (value === 0) return 0;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 255) - 112) << 10) | ((bits >>> 13) & 0x3ff);
}

/** The keys as bytes of eighths, which they are, and behind each the scales. */
function quantisedKeys({ keys, slot }: { keys: readonly number[]; slot: number }, dim: number) {
  const scalesAt = 2 * Math.ceil(slot / 2);
  const scale = bf16Bits(1 / 8);
  const scales = Array.from({ length: scaleBlocks(dim) }, () => [scale & 0xff, scale >>> 8]).flat();
  const rows = Array.from({ length: keys.length / slot }, (_, row) => {
    const quants = keys.slice(row * slot, (row + 1) * slot).map((value) => (8 * value) & 0xff);
    return [...quants, ...new Array(scalesAt - slot).fill(0), ...scales];
  });
  return { rows: rows.flat(), scalesAt, stride: scalesAt + scales.length };
}

/** One row for each sequence, at its last position; -1 for an empty one. */
function build({ heads, dim, pageSize, lengths, seed, padding }: Problem) {
  const next = random(seed);
  const array = (length: number) => Array.from({ length }, next);
  const pagesEach = Math.max(1, ...lengths.map((length) => Math.ceil(length / pageSize)));
  const pages = lengths.length * pagesEach;
  const table = Array.from({ length: pages }, (_, i) => pages - 1 - i);
  const slotOf = (sequence: number, position: number) =>
    table[sequence * pagesEach + Math.floor(position / pageSize)]! * pageSize + (position % pageSize);
  const slot = dim + padding;
  const keys = array(pages * pageSize * slot);
  const query = lengths.map(() => array(heads * dim));
  const weights = lengths.map(() => array(heads));
  const scores = lengths.map((length, row) =>
    Array.from({ length }, (_, position) => {
      const at = slotOf(row, position) * slot;
      return weights[row]!.reduce((sum, weight, head) => {
        let product = 0;
        for (let d = 0; d < dim; d += 1) product += query[row]![head * dim + d]! * keys[at + d]!;
        return sum + weight * Math.max(0, product);
      }, 0);
    }),
  );
  return { pagesEach, table, slotOf, slot, keys, query, weights, scores };
}

function run(target: (typeof allTargets)[number], problem: Problem, data: ReturnType<typeof build>) {
  const { heads, dim, pageSize, memory, lengths, chosen, offset, padding, workers } = problem;
  const arena = createArena({ target, bytes: 1 << 21 });
  const bytes = memory === 'q8' ? quantisedKeys(data, dim) : undefined;
  const key =
    memory === 'f32'
      ? arena.f32(data.keys, { offset })
      : bytes !== undefined
        ? arena.bytes(bytes.rows, { offset: 2 * offset })
        : arena.u16(data.keys.map(memory === 'bf16' ? bf16Bits : f16Bits), { offset });
  const rows = lengths.length;
  const columns = indexScoreColumns(data.pagesEach * pageSize);
  const scores = arena.f32(new Array<number>(rows * columns).fill(Number.NaN), { offset });
  const padded = (values: number[][]) => values.flatMap((row) => [...row, ...new Array(padding).fill(Number.NaN)]);
  const common = {
    pageTable: arena.i32(data.table),
    sequences: arena.i32(lengths.map((_, row) => row)),
    positions: arena.i32(lengths.map((length) => length - 1)),
    rows,
    tableStride: data.pagesEach,
    scores,
    scoresStride: columns,
  };
  arena.run(
    indexScores({ heads, dim, pageSize, memory }),
    {
      ...common,
      query: arena.f32(padded(data.query), { offset }),
      weights: arena.f32(padded(data.weights), { offset }),
      key,
      keyScales: key.address + (bytes?.scalesAt ?? 0),
      queryRowStride: heads * dim + padding,
      weightsRowStride: heads + padding,
      keySlotStride: bytes?.stride ?? data.slot,
    },
    { workers },
  );
  const slots = arena.i32(new Array<number>(rows * chosen).fill(-7), { offset });
  const [tables, last] = [arena.i32(rows), arena.i32(rows)];
  arena.run(
    selectPositions({ chosen, pageSize }),
    { ...common, pages: Math.max(...data.table) + 1, slots, tables, last },
    { workers },
  );
  const found = scores.read();
  return {
    scores: lengths.map((length, row) => found.slice(row * columns, row * columns + length)),
    slots: last.read().map((end, row) => slots.read().slice(row * chosen, row * chosen + end + 1)),
    rest: last.read().flatMap((end, row) => slots.read().slice(row * chosen + end + 1, (row + 1) * chosen)),
    tables: tables.read(),
  };
}

/** The slots of the best positions, in the order of positions; of equal scores the earlier. */
function bestSlots(problem: Problem, data: ReturnType<typeof build>): number[][] {
  return data.scores.map((scores, row) =>
    scores
      .map((score, position) => ({ score, position }))
      .sort((a, b) => b.score - a.score || a.position - b.position)
      .slice(0, problem.chosen)
      .map(({ position }) => position)
      .sort((a, b) => a - b)
      .map((position) => data.slotOf(row, position)),
  );
}

describe.each(allTargets)('the lightning indexer on %s', (target) => {
  const numRuns = target.startsWith('wasm') ? 25 : 10;
  it('scores every position and chooses the best ones', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const data = build(problem);
        const { scores, slots, rest, tables } = run(target, problem, data);
        // All products and sums are exact in f32.
        expect(scores).toEqual(data.scores);
        expect(slots).toEqual(bestSlots(problem, data));
        expect(rest.every((slot) => slot === -7)).toBe(true);
        expect(tables).toEqual(problem.lengths.map((_, row) => row));
      }),
      { numRuns },
    );
  });

  it('chooses among scores that lie close together or far apart', () => {
    const count = 200;
    const next = random(9);
    for (const spread of [1e-38, 1e-6, 1, 1e30]) {
      const values = Array.from({ length: count }, (_, i) => Math.fround(next() * spread * (1 + i / 7)));
      if (target === 'interpreter64') values.forEach((value, i) => values.splice(i, 1, value * (1 + i * 1e-14)));
      const arena = createArena({ target });
      const [slots, tables, last] = [arena.i32(64), arena.i32(1), arena.i32(1)];
      arena.run(selectPositions({ chosen: 64, pageSize: 256 }), {
        slots,
        tables,
        last,
        scores: arena.f32(values),
        pageTable: arena.i32([0]),
        sequences: arena.i32([0]),
        positions: arena.i32([count - 1]),
        rows: 1,
        pages: 1,
        tableStride: 1,
        scoresStride: count,
      });
      const best = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, 64);
      expect(slots.read()).toEqual(best.sort((a, b) => a - b));
    }
  });

  it('never writes more than it may where scores are NaN', () => {
    const arena = createArena({ target });
    const [slots, tables, last] = [arena.i32(4), arena.i32(1), arena.i32(1)];
    arena.run(selectPositions({ chosen: 4, pageSize: 16 }), {
      slots,
      tables,
      last,
      scores: arena.f32(Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? Number.NaN : i))),
      pageTable: arena.i32([0]),
      sequences: arena.i32([0]),
      positions: arena.i32([15]),
      rows: 1,
      pages: 1,
      tableStride: 1,
      scoresStride: 16,
    });
    expect(last.read()[0]).toBeLessThanOrEqual(3);
  });
});

describe.each(allTargets)('layer normalisation on %s', (target) => {
  it('gives mean 0 and variance 1, then scales and shifts', () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      columns: fc.integer({ min: 1, max: 70 }),
      offset: fc.integer({ min: 0, max: 3 }),
      workers: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, ({ rows, columns, offset, workers, seed }) => {
        const next = random(seed);
        const array = (length: number) => Array.from({ length }, next);
        const [x, weight, bias] = [array(rows * (columns + 1)), array(columns), array(columns)];
        const arena = createArena({ target });
        const y = arena.f32(rows * columns, { offset });
        const sizes = { rows, columns, xStride: columns + 1, yStride: columns, eps: 0.25 };
        const inputs = { x: arena.f32(x, { offset }), weight: arena.f32(weight), bias: arena.f32(bias, { offset }) };
        arena.run(layerNorm, { ...inputs, y, ...sizes }, { workers });
        const expected = Array.from({ length: rows }, (_, r) => {
          const row = x.slice(r * (columns + 1), r * (columns + 1) + columns);
          const mean = row.reduce((sum, value) => sum + value, 0) / columns;
          const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
          return row.map((value, c) => ((value - mean) / Math.sqrt(variance + 0.25)) * weight[c]! + bias[c]!);
        }).flat();
        const error = Math.max(...y.read().map((value, i) => Math.abs(value - expected[i]!)));
        // Up to 8 deviations of size 1, each off by a few roundings.
        expect(error).toBeLessThan(target === 'interpreter64' ? 1e-13 : 3e-6);
      }),
      { numRuns: 20 },
    );
  });
});
