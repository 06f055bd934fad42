import type { Builder, F32, I32, Pointer, Strip, Variable, VectorF32 } from './builder.ts';

/**
 * Loops that several kernel families share. They decide only who computes an element and how far a loop is unrolled;
 * none lets the number of workers change a result.
 */

type ScalarMemory = 'f32' | 'f16' | 'bf16';

function stripAt(b: Builder, index: I32, vectorsBefore: number, count: I32 | undefined): Strip {
  const elementsBefore = vectorsBefore * b.lanes;
  const sizeOf = (memory: ScalarMemory) => (memory === 'f32' ? 4 : 2);
  const keep = (value: VectorF32, fill: number) =>
    count === undefined ? value : b.select<'vf32'>(b.lt(b.laneIndex(), b.splat(count)), value, fill);
  return {
    get index() {
      return elementsBefore === 0 ? index : b.add(index, elementsBefore);
    },
    count,
    keep,
    load: (base, memory = 'f32', fill = 0) => {
      const address = b.sharedOffset(base, index, sizeOf(memory));
      if (count === undefined) return b.loadVector(address, elementsBefore * sizeOf(memory), memory);
      const value = b.loadPartial(address, count, memory);
      return fill === 0 ? value : keep(value, fill);
    },
    loadI32: (base) => {
      const address = b.sharedOffset(base, index);
      return count === undefined ? b.loadVectorI32(address, elementsBefore * 4) : b.loadPartialI32(address, count);
    },
    store: (base, value, memory = 'f32') => {
      const address = b.sharedOffset(base, index, sizeOf(memory));
      if (count === undefined) b.store(address, value, elementsBefore * sizeOf(memory), memory);
      else b.storePartial(address, value, count, memory);
    },
    storeI32: (base, value) => {
      const address = b.sharedOffset(base, index);
      if (count === undefined) b.storeI32(address, value, elementsBefore * 4);
      else b.storePartialI32(address, value, count);
    },
  };
}

/**
 * Covers start..end-1: `unroll` whole vectors at a time, then whole vectors one by one, then what is left. `body`
 * receives the strips of one turn (`unroll` of them, or one).
 */
export function vectorLoop(
  b: Builder,
  start: I32,
  end: I32,
  unroll: number,
  body: (strips: readonly Strip[]) => void,
): void {
  const step = unroll * b.lanes;
  const count = b.sub(end, start);
  const unrolledEnd = b.add(start, b.sub(count, b.remainder(count, step)));
  b.loop(start, unrolledEnd, step, (index) => {
    body(Array.from({ length: unroll }, (_, vector) => stripAt(b, index, vector, undefined)));
  });
  const wholeEnd = b.add(start, b.sub(count, b.remainder(count, b.lanes)));
  if (unroll > 1) b.loop(unrolledEnd, wholeEnd, b.lanes, (index) => body([stripAt(b, index, 0, undefined)]));
  const left = b.sub(end, wholeEnd);
  b.if(b.gt(left, 0), () => body([stripAt(b, wholeEnd, 0, left)]));
}

/**
 * Folds the strips of start..end-1 into `chains` independent accumulators, so that one step need not wait for the
 * previous one. `step` must leave an accumulator alone in lanes past the end (see `Strip.keep`).
 */
export function foldVectors(
  b: Builder,
  start: I32,
  end: I32,
  chains: number,
  initial: number,
  step: (accumulator: VectorF32, strip: Strip) => VectorF32,
): VectorF32[] {
  const accumulators = Array.from({ length: chains }, () => b.variable(b.vectorF32(initial)));
  vectorLoop(b, start, end, chains, (strips) => {
    const next = strips.map((strip, chain) => step(accumulators[chain]!.get(), strip));
    next.forEach((value, chain) => {
      accumulators[chain]!.set(value);
    });
  });
  return accumulators.map((accumulator) => accumulator.get());
}

function pairwise(values: readonly VectorF32[], combine: (a: VectorF32, b: VectorF32) => VectorF32): VectorF32 {
  let level = [...values];
  while (level.length > 1) {
    const next: VectorF32[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      next.push(right === undefined ? level[i]! : combine(level[i]!, right));
    }
    level = next;
  }
  return level[0]!;
}

/** Σ over start..end-1 by `step(accumulator, strip)`, which adds the strip's terms to the accumulator. */
export function sumVectors(
  b: Builder,
  start: I32,
  end: I32,
  chains: number,
  step: (accumulator: VectorF32, strip: Strip) => VectorF32,
): F32 {
  const parts = foldVectors(b, start, end, chains, 0, step);
  return b.reduceAdd(pairwise(parts, (x, y) => b.add(x, y)));
}

/** Largest of `value(strip)` over start..end-1, at least -infinity; NaN elements leave the result open. */
export function maxVectors(b: Builder, start: I32, end: I32, chains: number, value: (strip: Strip) => VectorF32): F32 {
  const parts = foldVectors(b, start, end, chains, Number.NEGATIVE_INFINITY, (best, strip) =>
    b.max(best, strip.keep(value(strip), Number.NEGATIVE_INFINITY)),
  );
  return b.reduceMax(pairwise(parts, (x, y) => b.max(x, y)));
}

/** Elements of one row that a worker takes at once in `splitBlocks`. */
const BLOCK = 1024;

/**
 * Splits a matrix [rows, columns] among the workers by pieces of rows, so that one long row and many short rows both
 * spread. For kernels whose elements do not depend on each other.
 */
export function splitBlocks(b: Builder, rows: I32, columns: I32, body: (row: I32, start: I32, end: I32) => void): void {
  const blocks = b.divide(b.add(columns, BLOCK - 1), BLOCK);
  b.splitLoop(b.mul(rows, blocks), (unit) => {
    const row = b.divide(unit, blocks);
    const start = b.mul(b.sub(unit, b.mul(row, blocks)), BLOCK);
    body(row, start, b.min(b.add(start, BLOCK), columns));
  });
}

/** Gives row r to worker r mod workers: rows whose cost varies in long runs stay balanced. */
export function interleavedLoop(b: Builder, rows: I32, body: (row: I32) => void): void {
  const turns = b.divide(b.add(rows, b.sub(b.sub(b.workers, 1), b.worker)), b.workers);
  b.loop(0, turns, 1, (turn) => body(b.add(b.mul(turn, b.workers), b.worker)));
}

/**
 * Sums over rows, split by columns: for every column c of 0..columns-1, target[c] = Σ_r term(r)[c] in the order of rows
 * (with `accumulate`, on top of what target[c] holds). `step` adds row r's terms of a strip to the accumulator.
 */
export function columnFold(
  b: Builder,
  options: { rows: I32; columns: I32; target: Pointer; accumulate: boolean },
  step: (row: I32) => (accumulator: VectorF32, strip: Strip) => VectorF32,
): void {
  const { rows, columns, target, accumulate } = options;
  b.split(columns, 16, (start, end) => {
    vectorLoop(b, start, end, 4, (strips) => {
      const sums = strips.map(
        (strip): Variable<'vf32'> => b.variable(accumulate ? strip.load(target) : b.vectorF32(0)),
      );
      b.loop(0, rows, 1, (row) => {
        const add = step(row);
        const next = strips.map((strip, k) => add(sums[k]!.get(), strip));
        next.forEach((value, k) => {
          sums[k]!.set(value);
        });
      });
      strips.forEach((strip, k) => {
        strip.store(target, sums[k]!.get());
      });
    });
  });
}

/** Address of row `row` of a matrix of 4-byte elements (or `bytes`) whose rows are `stride` elements apart. */
export function rowAddress(b: Builder, base: Pointer, row: I32, stride: I32, bytes = 4): Pointer {
  return b.offset(base, b.mul(row, stride), bytes);
}
