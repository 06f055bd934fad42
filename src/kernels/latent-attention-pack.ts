import { sequencePages, slotOf } from './attention-paged-work.ts';
import type { Builder, I32, Pointer, VectorF32, VectorI32 } from './builder.ts';
import {
  CACHE_BYTES,
  type CacheRow,
  fromElement,
  loadedScale,
  loadNumbers,
  loadVectors,
  slotRow,
} from './cache-format.ts';
import { BLOCK, part, type Work } from './latent-attention-layout.ts';

/** Where latent and rotary key of a position stand in the cache. */
function positionRows(
  b: Builder,
  { p, variant, task: { row } }: Work,
  position: I32,
): { latent: CacheRow; rope: CacheRow } {
  const { memory, pageSize } = variant;
  const slot = slotOf(b, sequencePages(b, p, row), position, pageSize);
  return {
    latent: slotRow(b, memory, { values: p.latents, scales: p.latentScales }, slot, p.latentSlotStride),
    rope: slotRow(b, memory, { values: p.rotaryKeys, scales: p.rotaryKeyScales }, slot, p.rotaryKeySlotStride),
  };
}

const UNROLLED_VECTORS = 8;

/** Whole vectors of 0..count-1, some in one turn of a loop; then `rest` for what is left, if anything. */
function overVectors(
  b: Builder,
  count: number,
  whole: (first: I32, vectors: number) => void,
  rest: (first: number, left: number) => void,
): void {
  const turn = UNROLLED_VECTORS * b.lanes;
  const looped = count - (count % turn);
  if (looped > 0) b.loop(0, looped, turn, (first) => whole(first, UNROLLED_VECTORS));
  const vectors = Math.floor((count - looped) / b.lanes);
  if (vectors > 0) whole(b.i32(looped), vectors);
  const done = looped + vectors * b.lanes;
  if (done < count) rest(done, count - done);
}

/** Latents and rotary keys in f32. */
export function packNumbers(b: Builder, work: Work, from: I32, count: I32): void {
  const { variant, layout } = work;
  const { memory, rank, ropeDim } = variant;
  const keys = part(b, work, 'keys');
  const fused = b.target.fusedVectors;
  const loaded = loadedScale(b, memory);
  const whole = (numbers: VectorF32) => (loaded === 1 ? numbers : b.mul(numbers, 1 / loaded));
  b.loop(0, count, 1, (i) => {
    const { latent, rope } = positionRows(b, work, b.add(from, i));
    const to = b.offset(keys, i, layout.keyStride * 4);
    const copy = (row: CacheRow, target: Pointer, dim: number) =>
      overVectors(
        b,
        dim,
        (first, vectors) => {
          const source = fromElement(b, memory, row, first);
          const place = b.offset(target, first);
          for (let v = 0; v < vectors; v += fused) {
            const numbers = loadVectors(b, memory, source, v * b.lanes, Math.min(fused, vectors - v));
            numbers.map(whole).forEach((vector, u) => {
              b.store(place, vector, (v + u) * b.lanes * 4);
            });
          }
        },
        (first, left) => {
          const source = fromElement(b, memory, row, b.i32(first));
          b.store(target, loadNumbers(b, memory, source, 0, b.i32(left)), first * 4);
        },
      );
    copy(latent, to, rank);
    if (ropeDim > 0) copy(rope, b.offset(to, layout.ropeAt), ropeDim);
  });
}

/** Pairs along the dimensions as they stand in a cache of bf16, and pairs of neighbouring positions for the values. */
export function packPairs(b: Builder, work: Work, from: I32, count: I32): void {
  const { variant, layout } = work;
  const { rank, ropeDim } = variant;
  const [keys, values] = [part(b, work, 'keys'), part(b, work, 'values')];
  const last = b.sub(count, 1);
  b.loop(0, count, 2, (i) => {
    const rows = [i, b.min(b.add(i, 1), last)].map((each) => positionRows(b, work, b.add(from, each)));
    rows.forEach(({ latent, rope }, j) => {
      const to = b.offset(keys, b.add(i, j), layout.keyStride * 4);
      copyPairs(b, latent.values, to, rank);
      if (ropeDim > 0) copyPairs(b, rope.values, b.offset(to, layout.ropeAt), ropeDim);
    });
    const to = b.offset(values, b.shiftRightUnsigned(i, 1), layout.columns * 4);
    const [first, second] = rows.map(({ latent }) => latent.values) as [Pointer, Pointer];
    const both = (low: VectorI32, high: VectorI32) => b.or<'vi32'>(low, b.shiftLeft(high, 16));
    overVectors(
      b,
      rank,
      (column, vectors) => {
        const [low, high] = [first, second].map((row) => b.offset(row, column, 2)) as [Pointer, Pointer];
        const place = b.offset(to, column);
        for (let v = 0; v < vectors; v++) {
          const at = v * b.lanes;
          const pair = both(b.loadVectorI32(low, at * 2, 'u16'), b.loadVectorI32(high, at * 2, 'u16'));
          b.storeI32(place, pair, at * 4);
        }
      },
      (column, left) => {
        // Numbers behind the last column are not read: their sums are not, either.
        b.loop(column, column + left, 1, (each) => {
          const [low, high] = [first, second].map((row) => b.loadI32(b.offset(row, each, 2), 0, 'u16')) as [I32, I32];
          b.storeI32(b.offset(to, each), b.or<'i32'>(low, b.shiftLeft(high, 16)));
        });
      },
    );
  });
}

/** Copies bf16 numbers as pairs; with an odd number of them, the last has a zero beside it. */
function copyPairs(b: Builder, from: Pointer, to: Pointer, dim: number): void {
  const pairs = Math.floor(dim / 2);
  overVectors(
    b,
    pairs,
    (first, vectors) => {
      const [source, place] = [b.offset(from, first), b.offset(to, first)];
      for (let v = 0; v < vectors; v++) {
        b.storeI32(place, b.loadVectorI32(source, v * b.lanes * 4), v * b.lanes * 4);
      }
    },
    (first, left) => {
      b.loop(first, first + left, 1, (each) => {
        const [low, high] = [0, 2].map((byte) => b.loadI32(b.offset(from, each), byte, 'u16')) as [I32, I32];
        b.storeI32(b.offset(to, each), b.or<'i32'>(low, b.shiftLeft(high, 16)));
      });
    },
  );
  if (dim % 2 === 1) b.storeI32(to, b.loadI32(from, (dim - 1) * 2, 'u16'), pairs * 4);
}

/** Cache lines of 64 bytes. */
const LINE = 64;

/** As `readAhead` of attention over keys and values. */
export function readBlock(b: Builder, work: Work, from: I32, count: I32): void {
  if (b.target.prefetches) return;
  const { rank, ropeDim, memory } = work.variant;
  const bytes = CACHE_BYTES[memory];
  const seen = b.variable(b.i32(0));
  b.loop(0, count, 1, (i) => {
    const { latent, rope } = positionRows(b, work, b.add(from, i));
    const read = (place: Pointer, length: number) => {
      for (let line = 0; line < length; line += LINE) {
        seen.set(b.or<'i32'>(seen.get(), b.loadI32(place, line, 'u8')));
      }
    };
    read(latent.values, rank * bytes);
    read(rope.values, ropeDim * bytes);
    if (memory === 'q8') read(latent.scales, 1);
  });
  // Kept, so that no compiler leaves the loads out; weights are written here before they are read.
  b.storeI32(part(b, work, 'weights'), seen.get());
}

/** Fetches what this worker needs a block of positions later. */
export function fetchAhead(b: Builder, work: Work, position: I32, count: number): void {
  if (!b.target.prefetches) return;
  const { variant, task } = work;
  const bytes = CACHE_BYTES[variant.memory];
  for (let i = 0; i < count; i++) {
    const later = b.add(position, BLOCK + i);
    const beyond = b.add(task.next, b.sub(later, work.end));
    const within = b.select<'i32'>(b.lt(later, work.end), later, beyond);
    const { latent, rope } = positionRows(b, work, b.min(within, task.last));
    for (let line = 0; line < variant.rank * bytes; line += LINE) b.prefetch(latent.values, line);
    for (let line = 0; line < variant.ropeDim * bytes; line += LINE) b.prefetch(rope.values, line);
  }
}
