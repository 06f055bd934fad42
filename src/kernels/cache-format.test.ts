import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCache } from './attention-paged.ts';
import { quantised } from './cache-format.fixture.ts';
import { type CacheMemory, loadedScale, loadVectors, SCALE_BLOCK, scaleBlocks } from './cache-format.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { defineKernelFamily } from './kernel.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

/** Writes one row of heads and gives back what the cache holds of it. */
function written(target: TestTarget, memory: CacheMemory, heads: number, dim: number, row: readonly number[]) {
  const arena = createArena({ target });
  const width = heads * dim;
  const even = 2 * Math.ceil(width / 2);
  const blocks = heads * scaleBlocks(dim);
  const stride = memory === 'q8' ? even + 2 * blocks : width;
  const cache =
    memory === 'f32' ? arena.f32(2 * stride) : memory === 'q8' ? arena.bytes(2 * stride) : arena.u16(2 * stride);
  arena.run(writeCache({ pageSize: 1, memory }), {
    ...{ first: cache, firstScales: cache.address + even, firstSource: arena.f32(row) },
    ...{ second: 0, secondScales: 0, secondSource: 0 },
    ...{ pageTable: arena.i32([1]), sequences: arena.i32([0]), positions: arena.i32([0]) },
    ...{ rows: 1, tableStride: 1, firstWidth: width, firstDim: dim, secondWidth: 0, secondDim: 1 },
    ...{ firstSlotStride: stride, secondSlotStride: 0, firstSourceRowStride: width, secondSourceRowStride: 0 },
  });
  const slot = cache.read().slice(stride);
  if (memory === 'f32') return slot;
  if (memory !== 'q8') return slot.map(memory === 'f16' ? f16ToF32 : bf16ToF32);
  const scales = Array.from({ length: blocks }, (_, i) =>
    bf16ToF32(slot[even + 2 * i]! + 256 * slot[even + 2 * i + 1]!),
  );
  return slot.slice(0, width).map((byte, i) => {
    const [head, place] = [Math.floor(i / dim), i % dim];
    return ((byte << 24) >> 24) * scales[head * scaleBlocks(dim) + Math.floor(place / SCALE_BLOCK)]!;
  });
}

const numbers = (count: number, largest = 1e6) =>
  fc.array(fc.float({ min: Math.fround(-largest), max: Math.fround(largest), noNaN: true }), {
    minLength: count,
    maxLength: count,
  });

const rows = fc
  .record({ heads: fc.integer({ min: 1, max: 3 }), dim: fc.integer({ min: 1, max: 70 }) })
  .chain(({ heads, dim }) =>
    fc.record({ heads: fc.constant(heads), dim: fc.constant(dim), row: numbers(heads * dim) }),
  );

describe.each(allTargets)('numbers of a cache on %s', (target) => {
  const numRuns = target.startsWith('wasm') ? 25 : 10;

  it('are rounded to the nearest, in f16 within its range', () => {
    fc.assert(
      fc.property(rows, ({ heads, dim, row }) => {
        expect(written(target, 'bf16', heads, dim, row)).toEqual(row.map((x) => bf16ToF32(f32ToBf16(x))));
        const bounded = row.map((x) => f16ToF32(f32ToF16(Math.min(Math.max(x, -65504), 65504))));
        expect(written(target, 'f16', heads, dim, row)).toEqual(bounded);
      }),
      { numRuns },
    );
  });

  it('share a scale in q8, by which none is more than half a step away', () => {
    fc.assert(
      fc.property(rows, ({ heads, dim, row }) => {
        const got = written(target, 'q8', heads, dim, row);
        for (let start = 0; start < heads * dim; start++) {
          const inHead = start % dim;
          if (inHead % SCALE_BLOCK !== 0) continue;
          const end = start + Math.min(SCALE_BLOCK, dim - inHead);
          const block = row.slice(start, end);
          const largest = Math.max(...block.map(Math.abs));
          // The scale is at most 2⁻⁹ above largest/127 (bf16), or all are zeros; a rounding of f32 on top.
          const half = largest < 2 ** -92 ? largest : (0.5 * largest * (1 + 2 ** -9)) / 127;
          block.forEach((x, i) => {
            expect(Math.abs(got[start + i]! - x)).toBeLessThanOrEqual(half * (1 + 2 ** -20));
          });
        }
      }),
      { numRuns },
    );
  });

  it('are in q8 exactly those of the formulas', () => {
    if (target === 'interpreter64') return;
    fc.assert(
      fc.property(rows, ({ heads, dim, row }) => {
        const expected = Array.from({ length: heads }, (_, h) => quantised(row.slice(h * dim, (h + 1) * dim), 32));
        const got = written(target, 'q8', heads, dim, row);
        expect(got.map((x) => Math.fround(x) + 0)).toEqual(expected.flat().map((x) => x + 0));
      }),
      { numRuns },
    );
  });
});

/** Loads vectors, several at a time, and stores the numbers without their scale. */
const loaded = defineKernelFamily(
  'loadedNumbers',
  { result: 'out', values: 'in', scales: 'in', count: 'i32' },
  (b, p, { memory, vectors }: { memory: CacheMemory; vectors: number }) => {
    const turn = vectors * b.lanes;
    b.loop(0, p.count, turn, (i) => {
      const row = { values: b.offset(p.values, i, memory === 'f32' ? 4 : memory === 'q8' ? 1 : 2), scales: p.scales };
      const found = loadVectors(b, memory, row, 0, vectors);
      found.forEach((vector, v) => {
        b.store(b.offset(p.result, i), b.mul<'vf32'>(vector, 1 / loadedScale(b, memory)), v * b.lanes * 4);
      });
    });
  },
);

describe.each(allTargets)('vectors of a cache on %s', (target) => {
  const vectors = target === 'interpreter16' || target.startsWith('avx512') ? 1 : 2;

  it.each([1, vectors])('are loaded %d at a time: every finite f16, and bf16', (together) => {
    const count = 8192;
    const arena = createArena({ target, bytes: 1 << 17 });
    const [bits, result] = [arena.u16(count, { offset: 1 }), arena.f32(count)];
    for (const memory of ['f16', 'bf16'] as const) {
      const decode = memory === 'f16' ? f16ToF32 : bf16ToF32;
      for (let start = 0; start < 65536; start += count) {
        const all = Array.from({ length: count }, (_, i) => start + i);
        const finite = all.map((each) => (Number.isFinite(decode(each)) ? each : 0));
        bits.write(finite);
        arena.run(loaded({ memory, vectors: together }), { result, values: bits, scales: 0, count });
        expect(result.read()).toEqual(finite.map(decode));
      }
    }
  });

  it('are loaded in q8 with their scale', () => {
    const arena = createArena({ target });
    const bytes = Array.from({ length: 32 }, (_, i) => (i * 89 + 128) & 0xff);
    const [values, result] = [arena.bytes(bytes, { offset: 3 }), arena.f32(32)];
    const scales = arena.u16([f32ToBf16(0.375)]);
    arena.run(loaded({ memory: 'q8', vectors }), { result, values, scales, count: 32 });
    expect(result.read()).toEqual(bytes.map((byte) => ((byte << 24) >> 24) * 0.375));
  });
});
