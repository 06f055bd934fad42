import type { Builder, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import type { TargetInfo, Value } from './ir.ts';
import { type ProductTile, productTileFor } from './product-tiles.ts';

/**
 * How operands are multiplied; sums are f32. With `f32` a step along K is one number of each operand, with `bf16` a pair
 * of numbers that lie side by side in 4 bytes (see matmul-bf16.ts). Extents along K and strides count steps.
 */
export type Precision = 'f32' | 'bf16';

/** How C is cut: see {@link ProductTile}. A tile is the block of C that stays in registers while the product runs along K. */
export interface Tile extends ProductTile {
  /** Columns of C in one tile, and of B in one packed panel. The rows of a tile are those of a packed panel of A. */
  readonly columns: number;
}

/** The tile for a target and a precision. */
export function tileFor(target: TargetInfo, precision: Precision = 'f32'): Tile {
  const tile = productTileFor(target, precision === 'bf16' && !target.bf16Pairs ? 6 : 3);
  return { ...tile, columns: tile.vectors * target.lanes };
}

/** ⌈a / divisor⌉ for a ≥ 0. */
export function ceilDivide(b: Builder, a: I32, divisor: number): I32 {
  return b.divideUnsigned(b.add<'i32'>(a, divisor - 1), divisor);
}

/** Start and end of this worker's contiguous share of 0..total-1, equal to within one unit. */
export function workerShare(b: Builder, total: I32): { start: I32; end: I32 } {
  const quotient = b.divide(total, b.workers);
  const rest = b.sub<'i32'>(total, b.mul<'i32'>(quotient, b.workers));
  const start = b.add<'i32'>(b.mul<'i32'>(b.worker, quotient), b.min<'i32'>(b.worker, rest));
  const extra = b.lt<'i32'>(b.worker, rest);
  return { start, end: b.add<'i32'>(start, b.add<'i32'>(quotient, extra)) };
}

/**
 * Deals out `pairs` × `perPair` pieces in contiguous ranges, for products of rows with the experts they chose. `body`
 * gets a pair and the range of its pieces that this worker has.
 */
export function walkPairs(b: Builder, pairs: I32, perPair: I32, body: (pair: I32, first: I32, end: I32) => void): void {
  const share = workerShare(b, b.mul<'i32'>(pairs, perPair));
  const next = b.variable(share.start);
  b.while(
    () => b.lt<'i32'>(next.get(), share.end),
    () => {
      const now = next.get();
      const pair = b.divideUnsigned(now, perPair);
      const first = b.sub<'i32'>(now, b.mul<'i32'>(pair, perPair));
      const end = b.min<'i32'>(perPair, b.add<'i32'>(first, b.sub<'i32'>(share.end, now)));
      body(pair, first, end);
      next.set(b.add<'i32'>(now, b.sub<'i32'>(end, first)));
    },
  );
}

/**
 * Deals out the tiles of groups of rows offsets[e]…offsets[e+1]-1 in contiguous ranges. `body` gets a group, its first row,
 * its rows, and the range of its tiles that this worker has, which is not empty.
 */
export function walkGroups(
  b: Builder,
  { offsets, groups }: { readonly offsets: Pointer; readonly groups: I32 },
  tilesOf: (rows: I32) => I32,
  body: (group: I32, first: I32, rows: I32, range: { readonly start: I32; readonly end: I32 }) => void,
): void {
  const rowsOf = (group: I32) => {
    const pair = b.offset(offsets, group);
    const first = b.loadI32(pair);
    const rows = b.sub<'i32'>(b.loadI32(pair, 4), first);
    return { first, rows, tiles: tilesOf(rows) };
  };
  const total = b.variable(b.i32(0));
  b.loop(0, groups, 1, (group) => total.set(b.add<'i32'>(total.get(), rowsOf(group).tiles)));
  const share = workerShare(b, total.get());
  const before = b.variable(b.i32(0));
  b.loop(0, groups, 1, (group) => {
    const { first, rows, tiles } = rowsOf(group);
    const base = before.get();
    const start = b.max<'i32'>(b.sub<'i32'>(share.start, base), 0);
    const end = b.min<'i32'>(b.sub<'i32'>(share.end, base), tiles);
    b.if(b.lt<'i32'>(start, end), () => body(group, first, rows, { start, end }));
    before.set(b.add<'i32'>(base, tiles));
  });
}

/** How a product finds its operands and what it does with C. */
export interface ProductForm {
  /**
   * - `rows`: A[M, K] row-major, B in panels [⌈N/tile.columns⌉][depth][tile.columns]
   * - `panels`: B in panels, A in panels [⌈M/tile.rows⌉][depth][tile.rows]
   * - `columns`: A[K, M] and B[K, N] row-major as they are, but the last N mod tile.columns columns of B also as one
   *   panel [K][tile.columns] at `tail`
   */
  readonly operands: 'rows' | 'panels' | 'columns';
  readonly precision: Precision;
  /** C += A·B instead of C = A·B. */
  readonly accumulate: boolean;
}

/** C[rows, columns] (+)= A·B. */
export interface ProductOperands {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly tail: Pointer;
  readonly c: Pointer;
  /** Row stride; of an operand in panels their extent along K (at least `inner`). */
  readonly strideA: I32;
  readonly strideB: I32;
  readonly strideC: I32;
  readonly rows: I32;
  readonly columns: I32;
  readonly inner: I32;
}

/** Number of tiles of C. */
export function tileCount(b: Builder, tile: Tile, rows: I32, columns: I32): I32 {
  return b.mul<'i32'>(ceilDivide(b, rows, tile.rows), ceilDivide(b, columns, tile.columns));
}

/**
 * The band in which tile `index` lies, of tiles numbered band by band: its first row block, how many it has, and the tile's
 * place in it.
 */
export function bandOf(
  b: Builder,
  index: I32,
  { rowBlocks, panels, perBand }: { readonly rowBlocks: I32; readonly panels: I32; readonly perBand: number },
): { readonly firstBlock: I32; readonly height: I32; readonly inBand: I32 } {
  const bandTiles = b.mul<'i32'>(panels, perBand);
  const band = b.divideUnsigned(index, bandTiles);
  const firstBlock = b.mul<'i32'>(band, perBand);
  const height = b.min<'i32'>(b.sub<'i32'>(rowBlocks, firstBlock), perBand);
  return { firstBlock, height, inBand: b.sub<'i32'>(index, b.mul<'i32'>(band, bandTiles)) };
}

/**
 * Walks the tiles start..end-1 of `rowBlocks` × `panels`, numbered band by band (`perBand` row blocks), within a band
 * panel by panel, within a panel row block by row block. `body` gets a panel and a range of row blocks.
 */
export function walkTiles(
  b: Builder,
  grid: { readonly rowBlocks: I32; readonly panels: I32; readonly perBand: number },
  start: I32,
  end: I32,
  body: (panel: I32, firstBlock: I32, endBlock: I32) => void,
): void {
  const next = b.variable(start);
  b.while(
    () => b.lt<'i32'>(next.get(), end),
    () => {
      const now = next.get();
      const { firstBlock, height, inBand } = bandOf(b, now, grid);
      const panel = b.divideUnsigned(inBand, height);
      const block = b.sub<'i32'>(inBand, b.mul<'i32'>(panel, height));
      const blockEnd = b.min<'i32'>(height, b.add<'i32'>(block, b.sub<'i32'>(end, now)));
      body(panel, b.add<'i32'>(firstBlock, block), b.add<'i32'>(firstBlock, blockEnd));
      next.set(b.add<'i32'>(now, b.sub<'i32'>(blockEnd, block)));
    },
  );
}

/**
 * Computes the tiles start..end-1 of a product. Tiles are numbered band by band (`band` row blocks), within a
 * band panel by panel, within a panel row block by row block, so that any contiguous range walks the caches well and
 * workers can be given ranges that differ by at most one tile. A tile's value does not depend on the range.
 */
export function productTiles(b: Builder, form: ProductForm, operands: ProductOperands, start: I32, end: I32): void {
  const tile = tileFor(b.target, form.precision);
  const { rows, columns, inner } = operands;
  const blocks = ceilDivide(b, rows, tile.rows);
  const panels = ceilDivide(b, columns, tile.columns);
  // At least one pass, so that an empty sum still writes its zeros.
  const innerBlock = tile.steps[form.operands];
  b.loop(0, b.max<'i32'>(inner, 1), innerBlock, (innerStart) => {
    const steps = b.min<'i32'>(b.sub<'i32'>(inner, innerStart), innerBlock);
    walkTiles(b, { rowBlocks: blocks, panels, perBand: tile.band }, start, end, (panel, firstBlock, endBlock) => {
      const column = b.mul<'i32'>(panel, tile.columns);
      const panelB = findPanel(b, form, operands, panel, column, innerStart);
      b.loop(firstBlock, endBlock, 1, (rowBlock) => {
        const row = b.mul<'i32'>(rowBlock, tile.rows);
        const place = { rowBlock, row, column, innerStart, steps, panelB };
        const left = b.sub<'i32'>(rows, row);
        b.if(
          b.ge<'i32'>(left, tile.rows),
          () => oneTile(b, form, operands, place, tile, tile.rows),
          () => {
            for (let count = tile.rows - 1; count > 0; count--) {
              b.if(b.eq<'i32'>(left, count), () => oneTile(b, form, operands, place, tile, count));
            }
          },
        );
      });
    });
  });
}

/** Where a panel of B begins for a pass along K, and for operands that are not in panels the bytes from step to step. */
interface PanelB {
  readonly start: Pointer;
  readonly step?: I32;
}

function findPanel(
  b: Builder,
  form: ProductForm,
  operands: ProductOperands,
  panel: I32,
  column: I32,
  innerStart: I32,
): PanelB {
  const { columns } = tileFor(b.target, form.precision);
  if (form.operands !== 'columns') {
    const row = b.add<'i32'>(b.mul<'i32'>(panel, operands.strideB), innerStart);
    return { start: b.offset(operands.b, row, columns * 4) };
  }
  const isWhole = b.le<'i32'>(b.add<'i32'>(column, columns), operands.columns);
  const inMatrix = b.offset(operands.b, b.add<'i32'>(b.mul<'i32'>(innerStart, operands.strideB), column));
  return {
    start: b.select<'ptr'>(isWhole, inMatrix, b.offset(operands.tail, innerStart, columns * 4)),
    step: b.mul<'i32'>(b.select<'i32'>(isWhole, operands.strideB, columns), 4),
  };
}

interface Place {
  readonly rowBlock: I32;
  readonly row: I32;
  readonly column: I32;
  readonly innerStart: I32;
  readonly steps: I32;
  readonly panelB: PanelB;
}

/** One step along K of operands in a vector: a number or a pair in each lane. */
type Factor = Value<'vf32' | 'vi32'>;

/** What the precision of a product decides. */
interface Arithmetic {
  broadcast(address: Pointer, offset: number): Factor;
  load(address: Pointer, offset: number): Factor;
  multiplyAdd(a: Factor, b: Factor, sum: VectorF32): VectorF32;
}

function arithmeticOf(b: Builder, precision: Precision): Arithmetic {
  if (precision === 'f32') {
    return {
      broadcast: (address, offset) => b.loadSplat(address, offset),
      load: (address, offset) => b.loadVector(address, offset),
      multiplyAdd: (x, y, sum) => b.fma<'vf32'>(x as VectorF32, y as VectorF32, sum),
    };
  }
  return {
    broadcast: (address, offset) => b.loadSplatI32(address, offset),
    load: (address, offset) => b.loadVectorI32(address, offset),
    multiplyAdd: (x, y, sum) => b.dotPairs(sum, x as VectorI32, y as VectorI32),
  };
}

/** One step along K: broadcasts row `r` of A, and loads vector `v` of B. */
interface Step {
  a(r: number): Factor;
  b(v: number): Factor;
}
/** The steps of one turn of the inner loop that begins at K = `byteIndex` / 4. */
type Steps = (byteIndex: I32, count: number, each: (step: Step) => void) => void;

/**
 * Steps through panels of B with `count` rows of A. Positions along K are counted in bytes, 4 a step, so that a row
 * pointer takes one addition.
 */
function stepsInPanels(b: Builder, form: ProductForm, operands: ProductOperands, place: Place, count: number): Steps {
  const tile = tileFor(b.target, form.precision);
  const { broadcast, load } = arithmeticOf(b, form.precision);
  const packedA = form.operands === 'panels';
  const rowsA: Pointer[] = [];
  if (packedA) {
    const first = b.add<'i32'>(b.mul<'i32'>(place.rowBlock, operands.strideA), place.innerStart);
    rowsA.push(b.offset(operands.a, first, tile.rows * 4));
  } else {
    const first = b.add<'i32'>(b.mul<'i32'>(place.row, operands.strideA), place.innerStart);
    rowsA.push(b.offset(operands.a, first));
    while (rowsA.length < count) rowsA.push(b.offset(rowsA.at(-1)!, operands.strideA));
  }
  return (byteIndex, steps, each) => {
    const fromB = b.offset(place.panelB.start, byteIndex, tile.columns);
    const fromA = rowsA.map((row) => b.offset(row, byteIndex, packedA ? tile.rows : 1));
    for (let k = 0; k < steps; k++) {
      each({
        a: (r) => (packedA ? broadcast(fromA[0]!, (k * tile.rows + r) * 4) : broadcast(fromA[r]!, k * 4)),
        b: (v) => load(fromB, (k * tile.vectors + v) * b.lanes * 4),
      });
    }
  };
}

/** Steps through the rows of A[K, M] and B[K, N]. */
function stepsInRows(b: Builder, form: ProductForm, operands: ProductOperands, place: Place): Steps {
  const { broadcast, load } = arithmeticOf(b, form.precision);
  const first = b.add<'i32'>(b.mul<'i32'>(place.innerStart, operands.strideA), place.row);
  const rowA = b.variable(b.offset(operands.a, first));
  const rowB = b.variable(place.panelB.start);
  const stepA = b.mul<'i32'>(operands.strideA, 4);
  return (_byteIndex, steps, each) => {
    let [fromA, fromB] = [rowA.get(), rowB.get()];
    for (let k = 0; k < steps; k++) {
      const [a, row] = [fromA, fromB];
      each({ a: (r) => broadcast(a, r * 4), b: (v) => load(row, v * b.lanes * 4) });
      fromA = b.offset(fromA, stepA, 1);
      fromB = b.offset(fromB, place.panelB.step!, 1);
    }
    rowA.set(fromA);
    rowB.set(fromB);
  };
}

/** One tile of `count` rows: sums over `steps` of K in registers, then stored to (or added to) C. */
function oneTile(b: Builder, form: ProductForm, operands: ProductOperands, place: Place, tile: Tile, count: number) {
  const { vectors } = tile;
  const { multiplyAdd } = arithmeticOf(b, form.precision);
  const steps =
    form.operands === 'columns'
      ? stepsInRows(b, form, operands, place)
      : stepsInPanels(b, form, operands, place, count);
  const zero = b.vectorF32(0);
  const sums = Array.from({ length: count * vectors }, () => b.variable(zero));
  const turn = (byteIndex: I32, unroll: number) => {
    const values = sums.map((sum) => sum.get());
    steps(byteIndex, unroll, (step) => {
      const rowB = Array.from({ length: vectors }, (_, v) => step.b(v));
      for (let r = 0; r < count; r++) {
        const left = step.a(r);
        for (let v = 0; v < vectors; v++) {
          values[r * vectors + v] = multiplyAdd(left, rowB[v]!, values[r * vectors + v]!);
        }
      }
    });
    for (const [i, sum] of sums.entries()) sum.set(values[i]!);
  };
  const unroll = count === tile.rows ? tile.unroll : 2;
  const bytes = b.mul<'i32'>(place.steps, 4);
  const whole = b.sub<'i32'>(bytes, b.remainderUnsigned(bytes, 4 * unroll));
  b.loop(0, whole, 4 * unroll, (byteIndex) => turn(byteIndex, unroll));
  b.loop(whole, bytes, 4, (byteIndex) => turn(byteIndex, 1));
  storeTile(b, form, operands, place, tile, sums);
}

function storeTile(
  b: Builder,
  form: ProductForm,
  operands: ProductOperands,
  place: Place,
  tile: Tile,
  sums: readonly Variable<'vf32'>[],
): void {
  const { vectors } = tile;
  const first = b.add<'i32'>(b.mul<'i32'>(place.row, operands.strideC), place.column);
  const rows = [b.offset(operands.c, first)];
  while (rows.length * vectors < sums.length) rows.push(b.offset(rows.at(-1)!, operands.strideC));
  const each = (body: (pointer: Pointer, offset: number, sum: Variable<'vf32'>, vector: number) => void) => {
    for (const [i, sum] of sums.entries()) {
      const vector = i % vectors;
      body(rows[(i - vector) / vectors]!, vector * b.lanes * 4, sum, vector);
    }
  };
  // What C holds counts in later passes along K, and in the first one too if the product accumulates.
  const withOld = (body: () => void) => {
    if (form.accumulate) body();
    else b.if(b.gt<'i32'>(place.innerStart, 0), body);
  };
  const left = b.sub<'i32'>(operands.columns, place.column);
  b.if(
    b.ge<'i32'>(left, tile.columns),
    () => {
      withOld(() => each((p, at, sum) => sum.set(b.add<'vf32'>(b.loadVector(p, at), sum.get()))));
      each((p, at, sum) => b.store(p, sum.get(), at));
    },
    () => {
      const counts = Array.from({ length: vectors }, (_, v) =>
        b.min<'i32'>(b.max<'i32'>(b.sub<'i32'>(left, v * b.lanes), 0), b.lanes),
      );
      const address = (p: Pointer, at: number) => b.offset(p, at, 1);
      withOld(() =>
        each((p, at, sum, v) => sum.set(b.add<'vf32'>(b.loadPartial(address(p, at), counts[v]!), sum.get()))),
      );
      each((p, at, sum, v) => b.storePartial(address(p, at), sum.get(), counts[v]!));
    },
  );
}
