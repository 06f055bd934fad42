import { ACTIVATION_BYTES, ACTIVATION_SCALE, ACTIVATION_SUM } from './block-activations.ts';
import {
  BLOCK,
  type BlockFormat,
  blockBytes,
  formatDetails,
  PANEL_VECTORS,
  panelScaleBytes,
  panelWidth,
} from './block-formats.ts';
import type { Builder, I32, Pointer, Variable, VectorF32, VectorI8, VectorI32 } from './builder.ts';
import { finiteF16 } from './half.ts';
import type { TargetInfo } from './ir.ts';
import { ceilDivide, walkTiles } from './matmul-tile.ts';

/** C[rows, columns] = A·Wᵀ with A in 8-bit blocks (see `quantiseRows`) and W in panels (see block-formats.ts). */
export interface BlockOperands {
  readonly a: Pointer;
  readonly weights: Pointer;
  readonly c: Pointer;
  /** Row stride of C in elements. */
  readonly strideC: I32;
  readonly rows: I32;
  readonly columns: I32;
  /** Blocks along K. */
  readonly blocks: I32;
  /** Blocks of a whole row of A, of which `blocks` are multiplied; `blocks` if absent. */
  readonly rowBlocks?: I32;
}

/** Row blocks that are multiplied with one panel before the next panel: their part of A stays in the second cache. */
const BLOCKS_PER_BAND = 32;

/**
 * Rows of A in one tile: as many as leave registers for the integer sums, a vector of quants each and its unpacked half,
 * and one broadcast. With 32 registers the sums in floats stay in registers too.
 */
export function blockTileRows(target: TargetInfo): number {
  const perRow = PANEL_VECTORS * (target.vectorRegisters >= 28 ? 2 : 1);
  return Math.max(1, Math.floor((target.vectorRegisters - 2 * PANEL_VECTORS - 1) / perRow));
}

/** Number of tiles of C of `tileRows` rows. */
export function blockTileCount(b: Builder, tileRows: number, rows: I32, columns: I32): I32 {
  return b.mul<'i32'>(ceilDivide(b, rows, tileRows), ceilDivide(b, columns, panelWidth(b.lanes)));
}

/**
 * Computes the tiles start…end-1 of a product. Within a band of row blocks tiles are numbered panel by panel, so that a
 * panel comes from memory once for all of them. Each element of C is the sum over its blocks in ascending order, whatever
 * the tile and the range: |error| ≤ (blocks + 3)·2⁻²⁴·Σ over blocks |scales · Σ q·q|.
 */
export function blockTiles(
  b: Builder,
  variant: { readonly format: BlockFormat; readonly tileRows: number },
  operands: BlockOperands,
  start: I32,
  end: I32,
): void {
  const { format, tileRows } = variant;
  const rowBlocks = ceilDivide(b, operands.rows, tileRows);
  const panels = ceilDivide(b, operands.columns, panelWidth(b.lanes));
  walkTiles(b, { rowBlocks, panels, perBand: BLOCKS_PER_BAND }, start, end, (panel, firstBlock, endBlock) => {
    b.loop(firstBlock, endBlock, 1, (rowBlock) => {
      const row = b.mul<'i32'>(rowBlock, tileRows);
      const left = b.sub<'i32'>(operands.rows, row);
      const choose = (count: number): void => {
        if (count === 1) oneTile(b, format, operands, row, panel, 1);
        else {
          b.if(
            b.ge<'i32'>(left, count),
            () => oneTile(b, format, operands, row, panel, count),
            () => choose(count - 1),
          );
        }
      };
      choose(tileRows);
    });
  });
}

/** `count` rows of A with one panel. */
function oneTile(b: Builder, format: BlockFormat, operands: BlockOperands, row: I32, panel: I32, count: number): void {
  const perBlock = panelWidth(b.lanes) * blockBytes(format);
  const { offset } = formatDetails(format);
  const zero = b.vectorF32(0);
  const results = Array.from({ length: count * PANEL_VECTORS }, () => b.variable(zero));
  const weights = b.variable(b.offset(operands.weights, b.mul<'i32'>(panel, operands.blocks), perBlock));
  const bytesA = b.mul<'i32'>(operands.blocks, ACTIVATION_BYTES);
  const { rowBlocks = operands.blocks } = operands;
  const rowsA = [b.offset(operands.a, b.mul<'i32'>(row, rowBlocks), ACTIVATION_BYTES)];
  while (rowsA.length < count) rowsA.push(b.offset(rowsA.at(-1)!, rowBlocks, ACTIVATION_BYTES));
  b.loop(0, bytesA, ACTIVATION_BYTES, (byteIndex) => {
    const block = weights.get();
    const a = rowsA.map((pointer) => b.offset(pointer, byteIndex, 1));
    const sums = integerSums(b, format, a, b.offset(block, panelScaleBytes(b.lanes), 1), -offset);
    const scales = Array.from({ length: PANEL_VECTORS }, (_, v) => loadScales(b, block, v * b.lanes * 2));
    for (const [r, pointer] of a.entries()) {
      const scaleA = b.loadSplat(pointer, ACTIVATION_SCALE);
      for (const [v, scale] of scales.entries()) {
        const result = results[r * PANEL_VECTORS + v]!;
        const factor = b.mul<'vf32'>(scale, scaleA);
        result.set(b.fma<'vf32'>(b.toF32(sums[r * PANEL_VECTORS + v]!), factor, result.get()));
      }
    }
    weights.set(b.offset(block, perBlock, 1));
  });
  storeTile(b, operands, row, panel, results);
}

/** Σ (q - offset)·a over one block, for each row of A and vector of the panel: [row][vector]. */
function integerSums(b: Builder, format: BlockFormat, a: readonly Pointer[], quants: Pointer, factor: number) {
  const sums = a.flatMap((pointer) => {
    const start = b.splat(b.mul<'i32'>(b.loadI32(pointer, ACTIVATION_SUM), factor));
    return Array.from({ length: PANEL_VECTORS }, () => start);
  });
  const place = 4 * b.lanes * PANEL_VECTORS;
  const load = (step: number) =>
    Array.from({ length: PANEL_VECTORS }, (_, v) => b.loadBytes(quants, step * place + v * 4 * b.lanes));
  const multiply = (weights: readonly VectorI8[], k: number, into: VectorI32[], product: 'dot' | 'dotUnsigned') => {
    for (const [r, pointer] of a.entries()) {
      const four = b.loadSplatBytes(pointer, k);
      for (const [v, w] of weights.entries()) {
        into[r * PANEL_VECTORS + v] = b[product](into[r * PANEL_VECTORS + v]!, four, w);
      }
    }
  };
  if (formatDetails(format).bits === 8) {
    for (let step = 0; step < BLOCK / 4; step++) multiply(load(step), 4 * step, sums, 'dotUnsigned');
    return sums;
  }
  for (let step = 0; step < BLOCK / 8; step++) {
    const both = load(step);
    const low = both.map((value) => b.and<'vi8'>(value, 15));
    multiply(low, 4 * step, sums, 'dot');
    const high = both.map((value) => b.shiftRightUnsigned(value, 4));
    multiply(high, BLOCK / 2 + 4 * step, sums, 'dot');
  }
  return sums;
}

/** Scales of one vector of rows. They are finite, which spares targets that widen f16 step by step a few steps. */
function loadScales(b: Builder, address: Pointer, offset: number): VectorF32 {
  if (b.target.halfConversions.includes('f16')) return b.loadVector(address, offset, 'f16');
  return finiteF16(b, b.loadVectorI32(address, offset, 'u16'));
}

function storeTile(b: Builder, operands: BlockOperands, row: I32, panel: I32, results: readonly Variable<'vf32'>[]) {
  const column = b.mul<'i32'>(panel, panelWidth(b.lanes));
  const rows = [b.offset(operands.c, b.add<'i32'>(b.mul<'i32'>(row, operands.strideC), column))];
  while (rows.length * PANEL_VECTORS < results.length) rows.push(b.offset(rows.at(-1)!, operands.strideC));
  const left = b.sub<'i32'>(operands.columns, column);
  const each = (body: (to: Pointer, vector: number, result: VectorF32) => void) => {
    for (const [i, result] of results.entries()) {
      const vector = i % PANEL_VECTORS;
      body(rows[(i - vector) / PANEL_VECTORS]!, vector, result.get());
    }
  };
  b.if(
    b.ge<'i32'>(left, panelWidth(b.lanes)),
    () => each((to, vector, result) => b.store(to, result, vector * b.lanes * 4)),
    () => {
      const counts = Array.from({ length: PANEL_VECTORS }, (_, v) =>
        b.min<'i32'>(b.max<'i32'>(b.sub<'i32'>(left, v * b.lanes), 0), b.lanes),
      );
      each((to, vector, result) => b.storePartial(b.offset(to, vector * b.lanes), result, counts[vector]!));
    },
  );
}
