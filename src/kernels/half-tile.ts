import { PANEL_VECTORS, panelWidth } from './block-formats.ts';
import { storeTile } from './block-tile.ts';
import type { Builder, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { finiteF16 } from './half.ts';
import { type HalfFormat, placesTogether } from './half-panels.ts';
import type { TargetInfo } from './ir.ts';
import { ceilDivide, walkTiles } from './matmul-tile.ts';

/** C[rows, columns] = A·Wᵀ with A in f32 and W in panels of 16-bit floats (see half-panels.ts). */
export interface HalfOperands {
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

export type HalfVariant = {
  readonly format: HalfFormat;
  /** Rows of A in one tile. */
  readonly tileRows: number;
};

/** Row blocks that are multiplied with one panel before the next panel: their part of A stays in the second cache. */
const BLOCKS_PER_BAND = 16;
/** Places along K that one pass takes, so that the part of a panel stays in the nearest caches between row blocks. */
const INNER_BLOCK = 1024;
/** Places along K in one turn of the inner loop. */
const UNROLL = 8;
/** Most rows in a tile. More would lie in as many places of a cache that are the same where rows are 4 KiB apart. */
const MOST_ROWS = 8;

/**
 * Rows of A in one tile: as many as leave registers for a pair of places of two vectors, widened, one broadcast, and what
 * widening needs.
 */
export function halfTileRows(target: TargetInfo): number {
  const fits = Math.floor((target.vectorRegisters - 2 * PANEL_VECTORS - 2) / PANEL_VECTORS);
  return Math.max(1, Math.min(MOST_ROWS, fits));
}

/**
 * Panels that few rows take at once: so many sums that multiply-adds do not wait for each other. Memory is then read as
 * that many streams, each in order.
 */
function panelsAtOnce(rows: number): number {
  return rows === 1 ? 4 : rows === 2 ? 2 : 1;
}

/** Number of tiles of C of `tileRows` rows. */
export function halfTileCount(b: Builder, tileRows: number, rows: I32, columns: I32): I32 {
  return b.mul<'i32'>(ceilDivide(b, rows, tileRows), ceilDivide(b, columns, panelWidth(b.lanes)));
}

/**
 * Computes the tiles start…end-1 of a product, numbered as those of blocks: within a band of row blocks panel by panel. One
 * or two rows take several panels together. Each element of C is the sum along K in ascending order in f32, whatever the
 * tile and the range: |error| ≤ K·2⁻²⁴·Σ|a·w|, the weights being exact.
 */
export function halfTiles(b: Builder, variant: HalfVariant, operands: HalfOperands, start: I32, end: I32): void {
  const few = (count: number) => () => rowsByPanels(b, variant.format, operands, count, start, end);
  const many = () => manyRows(b, variant, operands, start, end);
  if (variant.tileRows < 2) b.if(b.gt<'i32'>(operands.rows, 1), many, few(1));
  else b.if(b.gt<'i32'>(operands.rows, 2), many, () => b.if(b.gt<'i32'>(operands.rows, 1), few(2), few(1)));
}

/** As `halfTiles` for exactly `count` rows, one or two. */
export function rowsByPanels(
  b: Builder,
  format: HalfFormat,
  operands: HalfOperands,
  count: number,
  start: I32,
  end: I32,
) {
  const together = panelsAtOnce(count);
  const tile = (panel: I32, panels: number) => {
    const place = { row: b.i32(0), panel, from: b.i32(0), to: operands.inner, continues: false };
    oneTile(b, format, operands, place, count, panels);
  };
  const whole = b.sub<'i32'>(end, b.remainderUnsigned(b.sub<'i32'>(end, start), together));
  b.loop(start, whole, together, (panel) => tile(panel, together));
  if (together > 1) b.loop(whole, end, 1, (panel) => tile(panel, 1));
}

function manyRows(b: Builder, { format, tileRows }: HalfVariant, operands: HalfOperands, start: I32, end: I32): void {
  const rowBlocks = ceilDivide(b, operands.rows, tileRows);
  const panels = ceilDivide(b, operands.columns, panelWidth(b.lanes));
  // At least one pass, so that an empty sum still writes its zeros.
  b.loop(0, b.max<'i32'>(operands.inner, 1), INNER_BLOCK, (from) => {
    const to = b.min<'i32'>(operands.inner, b.add<'i32'>(from, INNER_BLOCK));
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
  format: HalfFormat,
  operands: HalfOperands,
  place: Place,
  count: number,
  panels: number,
): void {
  const { row, panel, from, to } = place;
  const vectors = panels * PANEL_VECTORS;
  const sums = firstSums(b, operands, place, count, panels);
  const placeBytes = 2 * panelWidth(b.lanes);
  const rowsA = [b.offset(operands.a, b.add<'i32'>(b.mul<'i32'>(row, operands.strideA), from))];
  while (rowsA.length < count) rowsA.push(b.offset(rowsA.at(-1)!, operands.strideA));
  const first = b.add<'i32'>(b.mul<'i32'>(panel, operands.inner), from);
  const starts = [b.offset(operands.weights, first, placeBytes)];
  while (starts.length < panels) starts.push(b.offset(starts.at(-1)!, operands.inner, placeBytes));
  const together = placesTogether(format);
  const turn = (k: I32, places: number) => {
    const a = rowsA.map((pointer) => b.offset(pointer, k));
    const weights = starts.map((pointer) => b.offset(pointer, k, placeBytes));
    const values = sums.map((sum) => sum.get());
    const widen = (k: number, vector: number) => {
      const pointer = weights[Math.floor(vector / PANEL_VECTORS)]!;
      return loadWeights(b, format, pointer, k * placeBytes, vector % PANEL_VECTORS);
    };
    for (let k = 0; k < places; k += together) {
      // The side that has more vectors is read while the other stays in registers.
      const add = (r: number, vector: number, of: VectorF32, by: VectorF32) => {
        values[r * vectors + vector] = b.fma<'vf32'>(of, by, values[r * vectors + vector]!);
      };
      const broadcast = (r: number, i: number) => b.loadSplat(a[r]!, 4 * (k + i));
      const each = Array.from({ length: together }, (_, i) => i);
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
    for (const [i, sum] of sums.entries()) sum.set(values[i]!);
  };
  const places = b.sub<'i32'>(to, from);
  const whole = b.sub<'i32'>(places, b.remainderUnsigned(places, UNROLL));
  b.loop(0, whole, UNROLL, (k) => turn(k, UNROLL));
  b.loop(whole, places, together, (k) => turn(k, together));
  for (let p = 0; p < panels; p++) {
    const results = sums.filter((_, i) => Math.floor((i % vectors) / PANEL_VECTORS) === p);
    storeTile(b, operands, row, p === 0 ? panel : b.add<'i32'>(panel, p), results);
  }
}

/** One vector of a panel at the places that stand together at `offset`, in f32. */
function loadWeights(b: Builder, format: HalfFormat, pointer: Pointer, offset: number, vector: number): VectorF32[] {
  if (format === 'bf16') {
    const pairs = b.loadVectorI32(pointer, offset + vector * b.lanes * 4);
    return [b.fromBits(b.shiftLeft(pairs, 16)), b.fromBits(b.and<'vi32'>(pairs, 0xffff0000 | 0))];
  }
  const at = offset + vector * b.lanes * 2;
  if (b.target.halfConversions.includes('f16')) return [b.loadVector(pointer, at, 'f16')];
  return [finiteF16(b, b.loadVectorI32(pointer, at, 'u16'))];
}

/** The sums of the places before: zero, or what C holds. */
function firstSums(b: Builder, operands: HalfOperands, place: Place, count: number, panels: number) {
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
