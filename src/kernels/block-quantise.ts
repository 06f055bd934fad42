import { ACTIVATION_BYTES, ACTIVATION_SCALE, halve, loadBlock, quantiseBlock, SMALLEST } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import type { Builder, I32, Pointer, VectorF32, VectorI32 } from './builder.ts';
import { ceilDivide } from './matmul-tile.ts';

/**
 * As many blocks of activations as there are lanes, to the last bit as `quantiseBlock` makes them one by one. What a block
 * has one of, its largest number, its scales and its sums, is made for all of them in the lanes of a vector, so that a
 * block takes half the instructions. It is done in two steps, with something else in between where there is: the second
 * has to wait for what the first makes.
 */

/** Numbers of the scratch that both steps need: five vectors of any target. */
const TOGETHER_ELEMENTS = 5 * 16;

/** What the sum of a block's second half is multiplied with to stand beside that of the first, at most 16·127. */
const HALVES_APART = 4096;

/** The blocks of 32 numbers that begin at `from`, one behind the other: makes their scales. */
function scaleTogether(b: Builder, from: Pointer, scratch: Pointer): void {
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
function roundTogether(b: Builder, from: Pointer, to: Pointer, scratch: Pointer): void {
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

/** Blocks `first`… of a row. */
export interface Piece {
  readonly row: I32;
  readonly first: I32;
  readonly count: I32;
}

/** Blocks of a piece at most: the lanes of the widest target. */
const MOST_BLOCKS = 16;
const PIECE_BYTES = MOST_BLOCKS * BLOCK * 4;

/** Numbers of a worker's own that {@link quantisePieces} needs: a piece that is rounded, the next, and scales. */
export const PIECES_ELEMENTS = 2 * MOST_BLOCKS * BLOCK + TOGETHER_ELEMENTS;

/** Pieces of a row of so many blocks. */
export const piecesOf = (b: Builder, blocks: I32): I32 => ceilDivide(b, blocks, b.lanes);

/**
 * Rounds rows of `blocks` blocks each that do not go to memory: `write` puts the numbers of a piece to a place of the
 * worker's own. Pieces start…end - 1 of those of all rows, in order. Turn by turn a piece is rounded, and the next is
 * written while the rounding waits for its scales.
 */
export function quantisePieces(
  b: Builder,
  work: {
    readonly quantised: Pointer;
    readonly blocks: I32;
    /** PIECES_ELEMENTS floats. */
    readonly own: Pointer;
    readonly start: I32;
    readonly end: I32;
  },
  write: (piece: Piece, to: Pointer) => void,
): void {
  const { quantised, own, start, end } = work;
  const scratch = b.offset(own, 2 * PIECE_BYTES, 1);
  const numbers = (unit: I32) => b.offset(own, b.and<'i32'>(unit, 1), PIECE_BYTES);
  const pieces = piecesOf(b, work.blocks);
  const pieceOf = (unit: I32): Piece => {
    const row = b.divideUnsigned(unit, pieces);
    const first = b.mul<'i32'>(b.sub<'i32'>(unit, b.mul<'i32'>(row, pieces)), b.lanes);
    return { row, first, count: b.min<'i32'>(b.sub<'i32'>(work.blocks, first), b.lanes) };
  };
  b.loop(b.sub<'i32'>(start, 1), end, 1, (unit) => {
    const { row, first, count } = pieceOf(b.max<'i32'>(unit, 0));
    const blocks = b.select<'i32'>(b.ge<'i32'>(unit, start), count, 0);
    const whole = b.eq<'i32'>(blocks, b.lanes);
    b.if(whole, () => scaleTogether(b, numbers(unit), scratch));
    const next = b.add<'i32'>(unit, 1);
    b.if(b.lt<'i32'>(next, end), () => write(pieceOf(next), numbers(next)));
    const to = b.offset(quantised, b.add<'i32'>(b.mul<'i32'>(row, work.blocks), first), ACTIVATION_BYTES);
    b.if(
      whole,
      () => roundTogether(b, numbers(unit), to, scratch),
      () =>
        b.loop(0, blocks, 1, (block) => {
          const from = b.offset(numbers(unit), block, BLOCK * 4);
          quantiseBlock(b, loadBlock(b, from), b.offset(to, block, ACTIVATION_BYTES));
        }),
    );
  });
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
