import { ACTIVATION_BYTES, ACTIVATION_SCALE, halve, loadBlock, SMALLEST } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import type { Builder, Pointer, VectorF32, VectorI32 } from './builder.ts';

/**
 * As many blocks of activations as there are lanes, to the last bit as `quantiseBlock` makes them one by one. What a block
 * has one of, its largest number, its scales and its sums, is made for all of them in the lanes of a vector, so that a
 * block takes half the instructions. It is done in two steps, with something else in between where there is: the second
 * has to wait for what the first makes.
 */

/** Numbers of the scratch that both steps need: five vectors of any target. */
export const TOGETHER_ELEMENTS = 5 * 16;

/** What the sum of a block's second half is multiplied with to stand beside that of the first, at most 16·127. */
const HALVES_APART = 4096;

/** The blocks of 32 numbers that begin at `from`, one behind the other: makes their scales. */
export function scaleTogether(b: Builder, from: Pointer, scratch: Pointer): void {
  const largest = ofEachBlock(b, 'max', (block) =>
    halve(
      loadBlock(b, from, block * BLOCK * 4).map((value) => b.abs(value)),
      (x, y) => b.max<'vf32'>(x, y),
    ),
  );
  const counts = b.ge<'vf32'>(largest, SMALLEST);
  const bound = b.select<'vf32'>(counts, largest, 127);
  b.store(scratch, b.select<'vf32'>(counts, b.div<'vf32'>(127, bound), 0));
  b.store(scratch, b.select<'vf32'>(counts, b.div<'vf32'>(bound, 127), 0), b.lanes * 4);
}

/** The same blocks with these scales: writes them to `to`, one behind the other. */
export function roundTogether(b: Builder, from: Pointer, to: Pointer, scratch: Pointer): void {
  const plus = (x: VectorF32, y: VectorF32) => b.add<'vf32'>(x, y);
  const sums = ofEachBlock(b, 'add', (block) => {
    const inverse = b.loadSplat(scratch, block * 4);
    const rounded = loadBlock(b, from, block * BLOCK * 4).map((value, i) => {
      const { integer, number } = round(b, b.mul<'vf32'>(value, inverse));
      b.storeI32(to, integer, block * ACTIVATION_BYTES + i * b.lanes, 'u8');
      return number;
    });
    const middle = rounded.length / 2;
    const [first, second] = [halve(rounded.slice(0, middle), plus), halve(rounded.slice(middle), plus)];
    return b.fma<'vf32'>(second, HALVES_APART, first);
  });
  const second = round(b, b.mul<'vf32'>(sums, 1 / HALVES_APART)).number;
  const first = b.fma<'vf32'>(second, -HALVES_APART, sums);
  const all = plus(first, second);
  const negated = (sum: VectorF32) => b.toI32(b.neg(sum));
  const halves = b.or<'vi32'>(b.and<'vi32'>(negated(first), 0xffff), b.shiftLeft(negated(second), 16));
  const place = (i: number) => (1 + i) * b.lanes * 4;
  const scales = b.loadVector(scratch, place(0));
  b.storeI32(scratch, halves, place(1));
  b.store(scratch, b.mul<'vf32'>(scales, all), place(2));
  b.storeI32(scratch, negated(all), place(3));
  for (let block = 0; block < b.lanes; block++) {
    const words = [0, 1, 2, 3].map((i) => b.loadI32(scratch, place(i) + block * 4));
    for (const [i, word] of words.entries()) b.storeI32(to, word, block * ACTIVATION_BYTES + ACTIVATION_SCALE + i * 4);
  }
}

/** A vector whose lane i is what the lanes of `make(i)` give when they are added up, or the largest of them. */
function ofEachBlock(b: Builder, join: 'add' | 'max', make: (block: number) => VectorF32): VectorF32 {
  const joined = (first: number, count: number): VectorF32 => {
    if (count === 1) return make(first);
    const [x, y] = [joined(first, count / 2), joined(first + count / 2, count / 2)];
    if (count <= 4) return join === 'add' ? b.addPairs(x, y) : b.maxPairs(x, y);
    return join === 'add' ? b.addQuads(x, y) : b.maxQuads(x, y);
  };
  return joined(0, b.lanes);
}

/** 1.5·2²³: floats beside it are one apart, and an integer that is added stands in their lowest bits. */
const ROUNDING = 12582912;

/** A number below 2²² in magnitude rounded to nearest, ties to even: in the lowest byte of an integer, and as a float. */
function round(b: Builder, value: VectorF32): { integer: VectorI32; number: VectorF32 } {
  if (b.target.transcendentals) {
    const integer = b.toI32(b.nearest(value));
    return { integer, number: b.toF32(integer) };
  }
  const sum = b.add<'vf32'>(value, ROUNDING);
  return { integer: b.bitsOf(sum), number: b.sub<'vf32'>(sum, ROUNDING) };
}
