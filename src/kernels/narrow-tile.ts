import { PANEL_VECTORS, panelWidth } from './block-formats.ts';
import { storeTile } from './block-tile.ts';
import type { Builder, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import { type Float8, float8OfWord, float8Unit } from './float8.ts';
import { finiteF16, halvesOfPairs } from './half.ts';
import type { TargetInfo } from './ir.ts';
import { ceilDivide, walkTiles } from './matmul-tile.ts';
import { type NarrowFormat, narrowDetails, SCALE_GROUP } from './narrow-panels.ts';

/** C[rows, columns] = A·Wᵀ with A in f32 and W in panels of floats of 16 or 8 bits (see narrow-panels.ts). */
export interface NarrowOperands {
  readonly a: Pointer;
  readonly weights: Pointer;
  readonly c: Pointer;
  /** Row strides in elements. */
  readonly strideA: I32;
  readonly strideC: I32;
  readonly rows: I32;
  readonly columns: I32;
  readonly inner: I32;
}

export type NarrowVariant = {
  readonly format: NarrowFormat;
  /** Rows of A in one tile. */
  readonly tileRows: number;
};

/** Row blocks that are multiplied with one panel before the next panel: their part of A stays in the second cache. */
const BLOCKS_PER_BAND = 16;
/**
 * Places along K that one pass takes, a multiple of {@link SCALE_GROUP}, so that the part of a panel stays in the nearest
 * caches between row blocks.
 */
const INNER_BLOCK = 1024;
/** Places along K in one turn of the inner loop. */
const UNROLL = 8;
/** Most rows in a tile. More would lie in as many places of a cache that are the same where rows are 4 KiB apart. */
const MOST_ROWS = 8;
/**
 * How far ahead panels are fetched where arithmetic, not memory, sets the pace: the processor by itself fetches too late
 * then.
 */
const AHEAD_BYTES = 6144;
/** Bytes that are fetched together. */
const LINE = 64;

/**
 * Rows of A in one tile: as many as leave registers for a pair of places of two vectors, widened, one broadcast, and what
 * widening needs.
 */
export function narrowTileRows(target: TargetInfo): number {
  const fits = Math.floor((target.vectorRegisters - 2 * PANEL_VECTORS - 2) / PANEL_VECTORS);
  return Math.max(1, Math.min(MOST_ROWS, fits));
}

/**
 * Panels that few rows take at once: so many sums that multiply-adds do not wait for each other. Memory is then read as
 * that many streams, each in order. Sums, scales and widened numbers of 8 bits fill the 16 registers of AVX2 sooner.
 */
function panelsAtOnce(b: Builder, format: NarrowFormat, rows: number): number {
  const most = narrowDetails(format).scaled && b.lanes === 8 ? 2 : 4;
  return rows <= 2 ? most / rows : 1;
}

/** Bytes of what {@link panelUnits} counts: a number of each row of a panel. */
function unitBytes(b: Builder, format: NarrowFormat): number {
  return narrowDetails(format).bytes * panelWidth(b.lanes);
}

/** Numbers of a row in a panel, a scale counted as the bytes that it takes. */
function panelUnits(b: Builder, format: NarrowFormat, inner: I32): I32 {
  if (!narrowDetails(format).scaled) return inner;
  return b.add<'i32'>(inner, b.shiftLeft(b.shiftRightUnsigned(b.add<'i32'>(inner, SCALE_GROUP - 1), 7), 2));
}

/** Address of panel `panel` of matrices of `inner` places along K, or of the group in it that begins at place `from`. */
export function panelAddress(
  b: Builder,
  format: NarrowFormat,
  weights: Pointer,
  inner: I32,
  panel: I32,
  from?: I32,
): Pointer {
  const units = b.mul<'i32'>(panel, panelUnits(b, format, inner));
  const before = from && (narrowDetails(format).scaled ? panelUnits(b, format, from) : from);
  return b.offset(weights, before ? b.add<'i32'>(units, before) : units, unitBytes(b, format));
}

/** Number of tiles of C of `tileRows` rows. */
export function narrowTileCount(b: Builder, tileRows: number, rows: I32, columns: I32): I32 {
  return b.mul<'i32'>(ceilDivide(b, rows, tileRows), ceilDivide(b, columns, panelWidth(b.lanes)));
}

/**
 * Computes the tiles start…end-1 of a product, numbered as those of blocks: within a band of row blocks panel by panel. One
 * or two rows take several panels together. Each element of C is the sum along K in ascending order in f32, whatever the
 * tile and the range: |error| ≤ K·2⁻²⁴·Σ|a·w|, the weights being exact.
 */
export function narrowTiles(b: Builder, variant: NarrowVariant, operands: NarrowOperands, start: I32, end: I32): void {
  const few = (count: number) => () => rowsByPanels(b, variant.format, operands, count, start, end);
  const many = () => manyRows(b, variant, operands, start, end);
  if (variant.tileRows < 2) b.if(b.gt<'i32'>(operands.rows, 1), many, few(1));
  else b.if(b.gt<'i32'>(operands.rows, 2), many, () => b.if(b.gt<'i32'>(operands.rows, 1), few(2), few(1)));
}

/** As `narrowTiles` for exactly `count` rows, one or two. */
export function rowsByPanels(
  b: Builder,
  format: NarrowFormat,
  operands: NarrowOperands,
  count: number,
  start: I32,
  end: I32,
) {
  const together = panelsAtOnce(b, format, count);
  const tile = (panel: I32, panels: number) => {
    const place = { row: b.i32(0), panel, from: b.i32(0), to: operands.inner, continues: false };
    oneTile(b, format, operands, place, count, panels);
  };
  const whole = b.sub<'i32'>(end, b.remainderUnsigned(b.sub<'i32'>(end, start), together));
  b.loop(start, whole, together, (panel) => tile(panel, together));
  if (together > 1) b.loop(whole, end, 1, (panel) => tile(panel, 1));
}

function manyRows(
  b: Builder,
  { format, tileRows }: NarrowVariant,
  operands: NarrowOperands,
  start: I32,
  end: I32,
): void {
  const rowBlocks = ceilDivide(b, operands.rows, tileRows);
  const panels = ceilDivide(b, operands.columns, panelWidth(b.lanes));
  // A part of a panel is read again only by further row blocks; by one, panels are read from end to end.
  const single = b.le<'i32'>(rowBlocks, 1);
  // At least one pass, so that an empty sum still writes its zeros.
  const passes = b.select<'i32'>(single, 1, b.max<'i32'>(ceilDivide(b, operands.inner, INNER_BLOCK), 1));
  b.loop(0, passes, 1, (pass) => {
    const from = b.mul<'i32'>(pass, INNER_BLOCK);
    const rest = b.sub<'i32'>(operands.inner, from);
    const to = b.add<'i32'>(from, b.select<'i32'>(single, rest, b.min<'i32'>(rest, INNER_BLOCK)));
    walkTiles(b, { rowBlocks, panels, perBand: BLOCKS_PER_BAND }, start, end, (panel, firstBlock, endBlock) => {
      b.loop(firstBlock, endBlock, 1, (rowBlock) => {
        const row = b.mul<'i32'>(rowBlock, tileRows);
        const left = b.sub<'i32'>(operands.rows, row);
        const choose = (count: number): void => {
          const tile = () => oneTile(b, format, operands, { row, panel, from, to, continues: true }, count, 1);
          if (count === 1) tile();
          else b.if(b.ge<'i32'>(left, count), tile, () => choose(count - 1));
        };
        choose(tileRows);
      });
    });
  });
}

interface Place {
  readonly row: I32;
  readonly panel: I32;
  /** Places along K. */
  readonly from: I32;
  readonly to: I32;
  /** Whether sums of the places before `from` stand in C. */
  readonly continues: boolean;
}

/** `count` rows of A with `panels` panels. */
function oneTile(
  b: Builder,
  format: NarrowFormat,
  operands: NarrowOperands,
  place: Place,
  count: number,
  panels: number,
): void {
  const { row, panel, from, to } = place;
  const vectors = panels * PANEL_VECTORS;
  const sums = firstSums(b, operands, place, count, panels);
  const rows = [b.offset(operands.a, b.add<'i32'>(b.mul<'i32'>(row, operands.strideA), from))];
  while (rows.length < count) rows.push(b.offset(rows.at(-1)!, operands.strideA));
  const weights = [panelAddress(b, format, operands.weights, operands.inner, panel, from)];
  const perPanel = panelUnits(b, format, operands.inner);
  while (weights.length < panels) weights.push(b.offset(weights.at(-1)!, perPanel, unitBytes(b, format)));
  const { scaled } = narrowDetails(format);
  const places = b.sub<'i32'>(to, from);
  if (scaled) addGroups(b, format as Float8, { rows, weights, sums }, places);
  else addHalves(b, format as 'bf16' | 'f16', { rows, weights, sums }, places);
  for (let p = 0; p < panels; p++) {
    const results = sums.filter((_, i) => Math.floor((i % vectors) / PANEL_VECTORS) === p);
    storeTile(b, operands, row, p === 0 ? panel : b.add<'i32'>(panel, p), results);
  }
}

/** Where a tile goes on along K: the place in each row of A and in each panel, and the sums [row][vector of a panel]. */
interface Tile {
  readonly rows: readonly Pointer[];
  readonly weights: readonly Pointer[];
  readonly sums: readonly Variable<'vf32'>[];
}

/**
 * Turns of some places, then of those that stand together, over 0…places-1; a turn adds to the values of the sums. With
 * 16-bit weights a single row waits for memory alone, which then gives no more for asking ahead.
 */
function turns(
  b: Builder,
  format: NarrowFormat,
  { rows, weights, sums }: Tile,
  places: I32,
  turn: (a: readonly Pointer[], weights: readonly Pointer[], places: number, values: VectorF32[]) => void,
): void {
  const { together, scaled } = narrowDetails(format);
  const placeBytes = unitBytes(b, format);
  const ahead = scaled || rows.length > 1;
  const one = (k: I32, count: number) => {
    const values: VectorF32[] = sums.map((sum) => sum.get());
    const panels = weights.map((pointer) => b.offset(pointer, k, placeBytes));
    if (ahead && count === UNROLL) {
      for (const panel of panels) {
        for (let line = 0; line < count * placeBytes; line += LINE) b.prefetch(panel, AHEAD_BYTES + line);
      }
    }
    turn(
      rows.map((pointer) => b.offset(pointer, k)),
      panels,
      count,
      values,
    );
    for (const [i, sum] of sums.entries()) sum.set(values[i]!);
  };
  const whole = b.sub<'i32'>(places, b.remainderUnsigned(places, UNROLL));
  b.loop(0, whole, UNROLL, (k) => one(k, UNROLL));
  b.loop(whole, places, together, (k) => one(k, together));
}

/** Adds `places` products with weights in 16 bits. */
function addHalves(b: Builder, format: 'bf16' | 'f16', tile: Tile, places: I32): void {
  const { together } = narrowDetails(format);
  const [count, vectors] = [tile.rows.length, tile.weights.length * PANEL_VECTORS];
  const placeBytes = unitBytes(b, format);
  const each = Array.from({ length: together }, (_, i) => i);
  turns(b, format, tile, places, (a, weights, unrolled, values) => {
    const add = (r: number, vector: number, of: VectorF32, by: VectorF32) => {
      values[r * vectors + vector] = b.fma<'vf32'>(of, by, values[r * vectors + vector]!);
    };
    const widen = (k: number, vector: number) => {
      const pointer = weights[Math.floor(vector / PANEL_VECTORS)]!;
      return loadHalves(b, format, pointer, k * placeBytes, vector % PANEL_VECTORS);
    };
    for (let k = 0; k < unrolled; k += together) {
      const broadcast = (r: number, i: number) => b.loadSplat(a[r]!, 4 * (k + i));
      // The side that has more vectors is read while the other stays in registers.
      if (count > vectors) {
        const held = Array.from({ length: vectors }, (_, vector) => widen(k, vector));
        for (let r = 0; r < count; r++) {
          for (const i of each) {
            const of = broadcast(r, i);
            for (const [vector, by] of held.entries()) add(r, vector, of, by[i]!);
          }
        }
      } else {
        const held = a.map((_, r) => each.map((i) => broadcast(r, i)));
        for (let vector = 0; vector < vectors; vector++) {
          const by = widen(k, vector);
          for (const i of each) {
            for (const [r, of] of held.entries()) add(r, vector, of[i]!, by[i]!);
          }
        }
      }
    }
  });
}

/** One vector of a panel at the places that stand together at `offset`, in f32. */
function loadHalves(
  b: Builder,
  format: 'bf16' | 'f16',
  pointer: Pointer,
  offset: number,
  vector: number,
): readonly VectorF32[] {
  if (format === 'bf16') return halvesOfPairs(b, b.loadVectorI32(pointer, offset + vector * b.lanes * 4));
  const at = offset + vector * b.lanes * 2;
  if (b.target.halfConversions.includes('f16')) return [b.loadVector(pointer, at, 'f16')];
  return [finiteF16(b, b.loadVectorI32(pointer, at, 'u16'))];
}

/** Adds `places` products with weights in 8 bits, group by group: scales of all rows of a panel, then words of codes. */
function addGroups(b: Builder, format: Float8, { rows, weights, sums }: Tile, places: I32): void {
  const width = panelWidth(b.lanes);
  const groupBytes = width * (4 + SCALE_GROUP);
  b.loop(0, places, SCALE_GROUP, (first) => {
    const groups = weights.map((pointer) => b.offset(pointer, b.shiftRightUnsigned(first, 7), groupBytes));
    const scales = groups.flatMap((group) =>
      Array.from({ length: PANEL_VECTORS }, (_, vector) =>
        b.mul<'vf32'>(b.loadVector(group, vector * b.lanes * 4), float8Unit(format)),
      ),
    );
    const group: Tile = {
      rows: rows.map((pointer) => b.offset(pointer, first)),
      weights: groups.map((pointer) => b.offset(pointer, 4 * width, 1)),
      sums,
    };
    addBytes(b, format, group, scales, b.min<'i32'>(b.sub<'i32'>(places, first), SCALE_GROUP));
  });
}

/** Adds the products of a group, whose scales are given by vector. */
function addBytes(b: Builder, format: Float8, tile: Tile, scales: readonly VectorF32[], places: I32): void {
  const { together } = narrowDetails(format);
  const [count, vectors] = [tile.rows.length, scales.length];
  const placeBytes = unitBytes(b, format);
  const each = Array.from({ length: together }, (_, i) => i);
  turns(b, format, tile, places, (a, weights, unrolled, values) => {
    const word = (k: number, vector: number) =>
      b.loadVectorI32(
        weights[Math.floor(vector / PANEL_VECTORS)]!,
        k * placeBytes + (vector % PANEL_VECTORS) * b.lanes * 4,
      );
    const widen = (of: VectorI32, i: number, vector: number) =>
      b.mul<'vf32'>(float8OfWord(b, format, of, i), scales[vector]!);
    const add = (r: number, vector: number, of: VectorF32, by: VectorF32) => {
      values[r * vectors + vector] = b.fma<'vf32'>(of, by, values[r * vectors + vector]!);
    };
    for (let k = 0; k < unrolled; k += together) {
      const broadcast = (r: number, i: number) => b.loadSplat(a[r]!, 4 * (k + i));
      if (count === 1) {
        const held = each.map((i) => broadcast(0, i));
        for (let vector = 0; vector < vectors; vector++) {
          const four = word(k, vector);
          for (const i of each) add(0, vector, held[i]!, widen(four, i, vector));
        }
        continue;
      }
      const fours = scales.map((_, vector) => word(k, vector));
      for (const i of each) {
        const held = fours.map((four, vector) => widen(four, i, vector));
        for (let r = 0; r < count; r++) {
          const of = broadcast(r, i);
          for (const [vector, by] of held.entries()) add(r, vector, of, by);
        }
      }
    }
  });
}

/** The sums of the places before: zero, or what C holds. */
function firstSums(b: Builder, operands: NarrowOperands, place: Place, count: number, panels: number) {
  const zero = b.vectorF32(0);
  const vectors = panels * PANEL_VECTORS;
  const sums: Variable<'vf32'>[] = Array.from({ length: count * vectors }, () => b.variable(zero));
  if (!place.continues) return sums;
  b.if(b.gt<'i32'>(place.from, 0), () => {
    const column = b.mul<'i32'>(place.panel, panelWidth(b.lanes));
    const rows = [b.offset(operands.c, b.add<'i32'>(b.mul<'i32'>(place.row, operands.strideC), column))];
    while (rows.length < count) rows.push(b.offset(rows.at(-1)!, operands.strideC));
    const left = b.sub<'i32'>(operands.columns, column);
    const each = (load: (row: Pointer, vector: number) => VectorF32) => {
      for (const [i, sum] of sums.entries()) sum.set(load(rows[Math.floor(i / vectors)]!, i % vectors));
    };
    b.if(
      b.ge<'i32'>(left, panelWidth(b.lanes)),
      () => each((row, vector) => b.loadVector(row, vector * b.lanes * 4)),
      () =>
        each((row, vector) => {
          const some = b.min<'i32'>(b.max<'i32'>(b.sub<'i32'>(left, vector * b.lanes), 0), b.lanes);
          return b.loadPartial(b.offset(row, vector * b.lanes), some);
        }),
    );
  });
  return sums;
}
