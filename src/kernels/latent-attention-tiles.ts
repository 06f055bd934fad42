import type { Builder, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import { expNonPositive } from './intrinsics.ts';
import { BLOCK, LANES, part, partOfRow, type RowWork } from './latent-attention-layout.ts';
import { fetchAhead } from './latent-attention-pack.ts';

/** Positions by vectors of heads of a tile of scores: as many sums as registers allow beside the operands. */
function scoreTile(b: Builder): { readonly positions: number; readonly vectors: number } {
  const wide = b.target.vectorRegisters >= 28;
  return { positions: wide ? 24 : 6, vectors: Math.min(2 * b.target.fusedVectors, LANES / b.lanes) };
}

const STEPS_PER_TURN = 4;
/** Steps between two fetches at least. */
const STEPS_PER_FETCH = 8;

/**
 * How the fetching of as many latents as a tile has positions is spread over the steps of its sums: one at a time if it can
 * be, as processors wait when too much is under way.
 */
function fetchSteps(steps: number, positions: number) {
  const even = Math.floor(steps / positions / STEPS_PER_TURN) * STEPS_PER_TURN;
  const apart = Math.max(STEPS_PER_FETCH, even);
  const times = Math.min(positions, Math.floor(steps / apart));
  return { apart, times, positionsEach: Math.ceil(positions / Math.max(times, 1)) };
}

/** Scores of all heads for a block of positions; some behind the last are those of numbers left from before. */
export function scores(b: Builder, work: RowWork, from: I32, count: I32): void {
  const { layout, queries, groups } = work;
  const [keys, to] = [part(b, work, 'keys'), part(b, work, 'weights')];
  const { positions, vectors } = scoreTile(b);
  const tile = (position: I32, group: I32, lane: I32, rows: number, fetches: boolean) => {
    const sums = grid(b, rows, vectors);
    const row = b.offset(keys, position, layout.keyStride * 4);
    const columns = b.offset(b.offset(queries, group, layout.steps.all * LANES * 4), lane);
    const turn = (key: Pointer, query: Pointer, step: I32, count: number) => {
      const [keysNow, queriesNow] = [b.offset(key, step), b.offset(query, step, LANES * 4)];
      for (let s = 0; s < count; s++) {
        multiplyTile(b, layout.pairs, sums, {
          columns: { at: queriesNow, places: sums[0]!.map((_, v) => (s * LANES + v * b.lanes) * 4) },
          rows: { at: keysNow, places: sums.map((_, j) => (j * layout.keyStride + s) * 4) },
        });
      }
    };
    const multiply = (key: Pointer, query: Pointer, steps: number, first: number) => {
      const looped = steps - ((steps - first) % STEPS_PER_TURN);
      if (looped > first) {
        b.loop(first, looped, STEPS_PER_TURN, (step) => turn(key, query, step, STEPS_PER_TURN));
      }
      if (looped < steps) turn(key, query, b.i32(looped), steps - looped);
    };
    const { apart, times, positionsEach } = fetchSteps(layout.steps.latent, rows);
    const fetched = fetches ? times : 0;
    b.loop(0, fetched, 1, (time) => {
      fetchAhead(b, work, b.add(from, b.add(position, b.mul(time, positionsEach))), positionsEach);
      const first = b.mul(time, apart);
      b.loop(0, apart, STEPS_PER_TURN, (step) => turn(row, columns, b.add(first, step), STEPS_PER_TURN));
    });
    multiply(row, columns, layout.steps.latent, fetched * apart);
    const rotary = b.offset(columns, layout.steps.latent * LANES);
    multiply(b.offset(row, layout.ropeAt), rotary, layout.steps.rope, 0);
    const place = b.offset(b.offset(to, b.add(b.mul(group, BLOCK), position), LANES * 4), lane);
    sums.forEach((row, j) => {
      row.forEach((sum, v) => {
        b.store(place, sum.get(), (j * LANES + v * b.lanes) * 4);
      });
    });
  };
  const few = positions / 3;
  const whole = b.mul(b.divideUnsigned(count, positions), positions);
  b.loop(0, groups, 1, (group) => {
    b.loop(0, LANES, vectors * b.lanes, (lane) => {
      // What comes next is fetched once, beside the first heads of the first row.
      b.if(
        b.eq(b.or<'i32'>(b.or<'i32'>(group, lane), work.rowInTask), 0),
        () => b.loop(0, whole, positions, (position) => tile(position, group, lane, positions, true)),
        () => b.loop(0, whole, positions, (position) => tile(position, group, lane, positions, false)),
      );
      b.loop(whole, count, few, (position) => tile(position, group, lane, few, false));
    });
  });
}

type Grid = readonly (readonly Variable<'vf32'>[])[];

function grid(b: Builder, rows: number, vectors: number): Grid {
  return Array.from({ length: rows }, () => Array.from({ length: vectors }, () => b.variable(b.vectorF32(0))));
}

/** Places in bytes behind a pointer. */
interface Places {
  readonly at: Pointer;
  readonly places: readonly number[];
}

/** sums[i][v] += rows[i] · columns[v]: numbers of 4 bytes in every lane times vectors, or the same with pairs. */
function multiplyTile(
  b: Builder,
  pairs: boolean,
  sums: Grid,
  { columns, rows }: { readonly columns: Places; readonly rows: Places },
): void {
  if (pairs) {
    const vectors = columns.places.map((place) => b.loadVectorI32(columns.at, place));
    sums.forEach((row, i) => {
      const factor = b.loadSplatI32(rows.at, rows.places[i]!);
      row.forEach((sum, v) => sum.set(b.dotPairs(sum.get(), vectors[v]!, factor)));
    });
    return;
  }
  const vectors = columns.places.map((place) => b.loadVector(columns.at, place));
  sums.forEach((row, i) => {
    const factor = b.loadSplat(rows.at, rows.places[i]!);
    row.forEach((sum, v) => sum.set(b.fma(vectors[v]!, factor, sum.get())));
  });
}

/**
 * Turns the scores of a block into weights e^(score - highest so far), adds them to the heads' sums, and keeps for each
 * head the factor e^(highest before - highest now) of what was summed up before. Pairs of weights take the place of the
 * first of two positions, and the sums are those of the rounded weights.
 */
export function weigh(b: Builder, work: RowWork, count: I32): void {
  const { layout, groups } = work;
  const weights = part(b, work, 'weights');
  const stride = LANES * 4;
  b.loop(0, b.mul(groups, LANES), b.lanes, (head) => {
    const group = b.divideUnsigned(head, LANES);
    const column = b.offset(b.offset(weights, group, BLOCK * stride), b.and(head, LANES - 1));
    if (layout.pairs) {
      // One more position without weight makes the last pair whole.
      b.if(b.and(count, 1), () => b.store(b.offset(column, count, stride), b.vectorF32(Number.NEGATIVE_INFINITY)));
    }
    const [highest, sums] = (['highest', 'sums'] as const).map((name) => b.offset(partOfRow(b, work, name), head)) as [
      Pointer,
      Pointer,
    ];
    const corrections = b.offset(part(b, work, 'corrections'), head);
    const before = b.loadVector(highest);
    const top = b.variable(before);
    b.loop(0, count, 1, (position) => top.set(b.max(top.get(), b.loadVector(b.offset(column, position, stride)))));
    const now = top.get();
    const sum = b.variable(b.vectorF32(0));
    const weightAt = (row: Pointer, at: number) => expNonPositive(b, b.sub(b.loadVector(row, at), now));
    if (layout.pairs) {
      b.loop(0, count, 2, (position) => {
        const row = b.offset(column, position, stride);
        const pair = b.pairs(weightAt(row, 0), weightAt(row, stride));
        b.storeI32(b.offset(column, b.shiftRightUnsigned(position, 1), stride), pair);
        sum.set(sumOfPair(b, sum.get(), pair));
      });
    } else {
      b.loop(0, count, 1, (position) => {
        const row = b.offset(column, position, stride);
        const weight = weightAt(row, 0);
        b.store(row, weight);
        sum.set(b.add(sum.get(), weight));
      });
    }
    const correction = b.exp(b.sub(before, now));
    b.store(highest, now);
    b.store(sums, b.fma(b.loadVector(sums), correction, sum.get()));
    b.store(corrections, correction);
  });
}

/** Both numbers of each pair added to a sum: their products with one. */
function sumOfPair(b: Builder, sum: VectorF32, pair: VectorI32): VectorF32 {
  return b.dotPairs(sum, pair, b.vectorI32(0x3f803f80));
}

/** Heads by vectors of columns of a tile of weighted latents. */
function valueTile(b: Builder): { readonly heads: number; readonly vectors: number } {
  if (b.target.vectorRegisters >= 28) return { heads: 8, vectors: 3 };
  return { heads: 4, vectors: 2 * b.target.fusedVectors };
}

/** Adds weight · latent over a block of positions to what the heads have summed up, some columns at a time. */
export function addValues(b: Builder, work: RowWork, count: I32): void {
  const { layout, groups } = work;
  const { pairs, columns, keyStride } = layout;
  const heads = b.mul(groups, LANES);
  const [corrections, weights] = (['corrections', 'weights'] as const).map((name) => part(b, work, name)) as [
    Pointer,
    Pointer,
  ];
  const output = partOfRow(b, work, 'output');
  const values = part(b, work, pairs ? 'values' : 'keys');
  const valueStride = pairs ? columns : keyStride;
  const steps = pairs ? b.shiftRightUnsigned(b.add(count, 1), 1) : count;
  const tile = valueTile(b);
  const addTile = (head: I32, column: I32, vectors: number) => {
    const places = Array.from({ length: vectors }, (_, v) => v * b.lanes * 4);
    const sums = grid(b, tile.heads, vectors);
    const to = b.offset(b.offset(output, head, columns * 4), column);
    const factors = b.offset(corrections, head);
    sums.forEach((row, i) => {
      const correction = b.loadSplat(factors, i * 4);
      row.forEach((sum, v) => sum.set(b.mul(b.loadVector(to, i * columns * 4 + places[v]!), correction)));
    });
    const group = b.offset(weights, b.divideUnsigned(head, LANES), BLOCK * LANES * 4);
    const [from, by] = [b.offset(values, column), b.offset(group, b.and(head, LANES - 1))];
    b.loop(0, steps, 1, (step) => {
      multiplyTile(b, pairs, sums, {
        columns: { at: b.offset(from, step, valueStride * 4), places },
        rows: { at: b.offset(by, step, LANES * 4), places: sums.map((_, i) => i * 4) },
      });
    });
    sums.forEach((row, i) => {
      row.forEach((sum, v) => {
        b.store(to, sum.get(), i * columns * 4 + places[v]!);
      });
    });
  };
  const width = tile.vectors * b.lanes;
  const looped = columns - (columns % width);
  const rest = (columns - looped) / b.lanes;
  if (looped > 0) {
    b.loop(0, looped, width, (column) => b.loop(0, heads, tile.heads, (head) => addTile(head, column, tile.vectors)));
  }
  if (rest > 0) b.loop(0, heads, tile.heads, (head) => addTile(head, b.i32(looped), rest));
}
