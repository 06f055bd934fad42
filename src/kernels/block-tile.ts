import { ACTIVATION_BYTES, ACTIVATION_SCALE, ACTIVATION_SCALED_SUM, offsetSum } from './block-activations.ts';
import {
  BLOCK,
  type BlockFormat,
  type FormatDetails,
  formatDetails,
  type GroupLayout,
  groupLayout,
  PANEL_VECTORS,
  panelWidth,
} from './block-formats.ts';
import { walkTileRuns } from './block-walk.ts';
import type { Builder, I32, Pointer, Variable, VectorF32, VectorI8, VectorI32 } from './builder.ts';
import { finiteF16 } from './half.ts';
import type { TargetInfo } from './ir.ts';
import { ceilDivide } from './matmul-tile.ts';

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

const LINE = 64;
/**
 * Bytes that a panel is fetched ahead. Several rows do so much with a block that a processor does not look as far ahead by
 * itself as memory takes to answer: from memory, products of six rows were half as fast without, and with 2 KiB a quarter
 * slower than with 8.
 */
const FETCHED_AHEAD = 8192;

/**
 * Rows of A in one tile: as many as leave registers for the integer sums, a vector of quants each and its unpacked half,
 * and one broadcast. With 32 registers the sums in floats stay in registers too.
 */
export function blockTileRows(target: TargetInfo): number {
  return rowsThatFit(target, manyRegisters(target) ? 2 : 1);
}

function manyRegisters(target: TargetInfo): boolean {
  return target.vectorRegisters >= 28;
}

/** Most rows that one tile takes where the alternative is two: floats in memory cost less than unpacking twice. */
const MOST_ROWS = 8;

/**
 * Rows of a tile for at most `rows` rows: all, if they fit with the sums in floats in memory, or of about equal height.
 * Weights with minima touch these sums twice, so that two tiles are better.
 */
export function tileRowsFor(format: BlockFormat, rows: number, target: TargetInfo): number {
  const most = formatDetails(format).minimum ? 0 : Math.min(MOST_ROWS, rowsThatFit(target, 1));
  return rows <= most ? Math.max(1, rows) : evenTileRows(rows, blockTileRows(target));
}

function rowsThatFit(target: TargetInfo, registersPerSum: number): number {
  const left = target.vectorRegisters - 2 * PANEL_VECTORS - 1;
  return Math.max(1, Math.floor(left / (PANEL_VECTORS * registersPerSum)));
}

/** Rows of a tile, so that few rows fall into tiles of about equal height. */
export function evenTileRows(rows: number, most: number): number {
  return Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(rows / most))));
}

/** Number of tiles of C of `tileRows` rows. */
export function blockTileCount(b: Builder, tileRows: number, rows: I32, columns: I32): I32 {
  return b.mul<'i32'>(ceilDivide(b, rows, tileRows), ceilDivide(b, columns, panelWidth(b.lanes)));
}

/**
 * Computes the tiles start…end-1 of a product, numbered as {@link walkTileRuns} does. Each element of C is the sum over
 * its blocks in ascending order, whatever the tile and the range. With the terms that are added, one for each part of 16 or
 * 32 weights that has a factor of its own and one for each minimum: |error| ≤ (terms + 3)·2⁻²⁴·Σ |term|, where a term is
 * scales · Σ codes·q or minimum · scale·Σ q.
 */
export function blockTiles(
  b: Builder,
  { format, tileRows }: { readonly format: BlockFormat; readonly tileRows: number },
  operands: BlockOperands,
  start: I32,
  end: I32,
): void {
  const size = {
    rowBlocks: ceilDivide(b, operands.rows, tileRows),
    panels: ceilDivide(b, operands.columns, panelWidth(b.lanes)),
    blockBytes: b.mul<'i32'>(operands.blocks, tileRows * ACTIVATION_BYTES),
    panelBytes: b.mul<'i32'>(fileBlocks(b, format, operands.blocks), groupLayout(format, panelWidth(b.lanes)).bytes),
  };
  // Heights differ by one at most: a low tile at the end would unpack whole panels for few rows.
  const height = b.divideUnsigned(operands.rows, b.max<'i32'>(size.rowBlocks, 1));
  const higher = b.sub<'i32'>(operands.rows, b.mul<'i32'>(height, size.rowBlocks));
  const several = () =>
    walkTileRuns(b, size, start, end, ({ rowBlock, panel, tiles, rowStep, panelStep }) => {
      b.loop(0, tiles, 1, (i) => {
        const block = b.add<'i32'>(rowBlock, b.mul<'i32'>(i, rowStep));
        const row = b.add<'i32'>(b.mul<'i32'>(block, height), b.min<'i32'>(block, higher));
        const rows = b.select<'i32'>(b.lt<'i32'>(block, higher), b.add<'i32'>(height, 1), height);
        const choose = (count: number): void => {
          const tile = () =>
            oneTile(b, format, operands, row, [b.add<'i32'>(panel, b.mul<'i32'>(i, panelStep))], count);
          if (count === 1) tile();
          else b.if(b.ge<'i32'>(rows, count), tile, () => choose(count - 1));
        };
        choose(tileRows);
      });
    });
  b.if(b.eq<'i32'>(operands.rows, 1), () => oneRow(b, format, operands, start, end), several);
}

/** One row of A with two panels at once, so that memory is read as two long streams: in WebAssembly a fifth faster. */
function oneRow(b: Builder, format: BlockFormat, operands: BlockOperands, first: I32, end: I32): void {
  const row = b.i32(0);
  const half = b.shiftRightUnsigned(b.sub<'i32'>(end, first), 1);
  const middle = b.add<'i32'>(first, half);
  b.loop(first, middle, 1, (panel) => oneTile(b, format, operands, row, [panel, b.add<'i32'>(panel, half)], 1));
  b.loop(b.add<'i32'>(middle, half), end, 1, (panel) => oneTile(b, format, operands, row, [panel], 1));
}

/** `count` rows of A with each of some panels. */
function oneTile(
  b: Builder,
  format: BlockFormat,
  operands: BlockOperands,
  row: I32,
  panels: readonly I32[],
  count: number,
) {
  const details = formatDetails(format);
  const layout = groupLayout(format, panelWidth(b.lanes));
  const zero = b.vectorF32(0);
  const results = panels.map(() => Array.from({ length: count * PANEL_VECTORS }, () => b.variable(zero)));
  const { rowBlocks = operands.blocks } = operands;
  const rowsA = [b.offset(operands.a, b.mul<'i32'>(row, rowBlocks), ACTIVATION_BYTES)];
  while (rowsA.length < count) rowsA.push(b.offset(rowsA.at(-1)!, rowBlocks, ACTIVATION_BYTES));
  const perGroup = details.weights / BLOCK;
  const groups = fileBlocks(b, format, operands.blocks);
  const weights = panels.map((panel) =>
    b.variable(b.offset(operands.weights, b.mul<'i32'>(panel, groups), layout.bytes)),
  );
  const bytesA = b.mul<'i32'>(operands.blocks, ACTIVATION_BYTES);
  b.loop(0, bytesA, perGroup * ACTIVATION_BYTES, (start) => {
    const starts = weights.map((pointer) => pointer.get());
    const scales = starts.map((group) => groupScales(b, details, layout, group));
    const multiply = (byteIndex: I32, blocks: readonly Pointer[]) => {
      const a = rowsA.map((pointer) => b.offset(pointer, byteIndex, 1));
      const bytes = perGroup === 1 ? layout.bytes : layout.blockBytes;
      for (const block of blocks) {
        for (let line = 0; line < bytes; line += LINE) b.prefetch(block, FETCHED_AHEAD + line);
      }
      for (let part = 0; part < BLOCK / details.part; part++) {
        for (const [i, block] of blocks.entries()) {
          addPart(b, { details, layout, a, part, block }, scales[i]!, results[i]!);
        }
      }
    };
    const first = starts.map((group) => b.offset(group, layout.block, 1));
    if (perGroup === 1) multiply(start, first);
    else {
      const blocks = first.map((pointer) => b.variable(pointer));
      b.loop(start, b.add<'i32'>(start, perGroup * ACTIVATION_BYTES), ACTIVATION_BYTES, (byteIndex) => {
        multiply(
          byteIndex,
          blocks.map((block) => block.get()),
        );
        for (const block of blocks) block.set(b.offset(block.get(), layout.blockBytes, 1));
      });
    }
    for (const [i, pointer] of weights.entries()) pointer.set(b.offset(starts[i]!, layout.bytes, 1));
  });
  for (const [i, panel] of panels.entries()) storeTile(b, operands, row, panel, results[i]!);
}

/** Blocks along K as files have them, of `blocks` blocks of activations. */
export function fileBlocks(b: Builder, format: BlockFormat, blocks: I32): I32 {
  const { weights } = formatDetails(format);
  return weights === BLOCK ? blocks : b.divideUnsigned(blocks, weights / BLOCK);
}

/** Scales of a group, and its minima, by vector of the panel. */
interface GroupScales {
  scale(vector: number): VectorF32;
  minimum(vector: number): VectorF32;
}

/** Where 16-bit numbers are widened in several steps, once for a group; otherwise where they are used, to spare registers. */
function groupScales(
  b: Builder,
  { scale: kind, minimum }: FormatDetails,
  layout: GroupLayout,
  group: Pointer,
): GroupScales {
  const at = (offset: number) => (vector: number) => loadFinite(b, kind, group, offset + vector * b.lanes * 2);
  const loads = { scale: at(0), minimum: at(layout.minima) };
  if (b.target.halfConversions.includes(kind)) return loads;
  const once = (load: (vector: number) => VectorF32) => Array.from({ length: PANEL_VECTORS }, (_, v) => load(v));
  const scales = once(loads.scale);
  const minima = minimum ? once(loads.minimum) : [];
  return { scale: (vector) => scales[vector]!, minimum: (vector) => minima[vector]! };
}

interface Part {
  readonly details: FormatDetails;
  readonly layout: GroupLayout;
  /** The block of each row of A. */
  readonly a: readonly Pointer[];
  /** Index of the part within the block of activations. */
  readonly part: number;
  /** The 32 weights by which the block is multiplied. */
  readonly block: Pointer;
}

/**
 * Adds the products of one part of the weights to the results, [row][vector]. With registers to spare each row is scaled
 * right after its last integer products: a processor then still has products to do while it waits for a conversion. All
 * rows scaled at the end took 4 % longer with AVX-512.
 */
function addPart(b: Builder, part: Part, scales: GroupScales, results: readonly Variable<'vf32'>[]): void {
  const { details, layout, a, block } = part;
  const vectors = Array.from({ length: PANEL_VECTORS }, (_, v) => v);
  const times = (value: VectorF32, base: number, vector: number) => {
    if (!details.factors) return value;
    const offset = base + (part.part * PANEL_VECTORS + vector) * b.lanes;
    return b.mul<'vf32'>(value, b.toF32(b.loadVectorI32(block, offset, details.factors)));
  };
  const sums = offsetSums(b, part);
  const rowByRow = manyRegisters(b.target);
  const addRow = (row: number, factors: readonly VectorF32[]) => {
    const scaleA = b.loadSplat(a[row]!, ACTIVATION_SCALE);
    for (const [v, factor] of factors.entries()) {
      const [place, scale] = [row * PANEL_VECTORS + v, b.mul<'vf32'>(factor, scaleA)];
      results[place]!.set(b.fma<'vf32'>(b.toF32(sums[place]!), scale, results[place]!.get()));
    }
  };
  const addMinimum = (row: number, minima: readonly VectorF32[]) => {
    const scaledSum = b.loadSplat(a[row]!, ACTIVATION_SCALED_SUM);
    for (const [v, minimum] of minima.entries()) {
      const result = results[row * PANEL_VECTORS + v]!;
      result.set(b.fma<'vf32'>(minimum, scaledSum, result.get()));
    }
  };
  const factorsNow = () => vectors.map((v) => times(scales.scale(v), 0, v));
  const minimaNow = () => vectors.map((v) => times(scales.minimum(v), layout.minimumFactors, v));
  const steps = codeSteps(b, part);
  for (const [i, { weights, place }] of steps.entries()) {
    const codes = weights();
    const factors = rowByRow && i === steps.length - 1 ? factorsNow() : undefined;
    for (const [row, pointer] of a.entries()) {
      addProducts(b, details, sums, row, b.loadSplatBytes(pointer, place), codes);
      if (factors) addRow(row, factors);
    }
  }
  if (!rowByRow) {
    const factors = factorsNow();
    for (const row of a.keys()) addRow(row, factors);
  }
  if (details.minimum) {
    const minima = minimaNow();
    for (const row of a.keys()) addMinimum(row, minima);
  }
}

/** Where the integer sums of a part begin, for each row of A and vector of the panel: [row][vector]. */
function offsetSums(b: Builder, { details: { offset, part: length }, a, part }: Part): VectorI32[] {
  const places = length === BLOCK ? 'all' : part === 0 ? 'first' : 'second';
  return a.flatMap((pointer) => {
    const start = offset === 0 ? b.vectorI32(0) : offsetSum(b, pointer, places, offset);
    return Array.from({ length: PANEL_VECTORS }, () => start);
  });
}

/** Adds the products of four places along K to the sums of a row. */
function addProducts(
  b: Builder,
  { bits }: FormatDetails,
  sums: VectorI32[],
  row: number,
  four: VectorI8,
  codes: readonly VectorI8[],
): void {
  const product = bits === 8 ? 'dotUnsigned' : 'dot';
  for (const [v, code] of codes.entries()) {
    const sum = row * PANEL_VECTORS + v;
    sums[sum] = b[product](sums[sum]!, four, code);
  }
}

/** Four places along K: their codes by vector of the panel, and where their activations stand in a block of them. */
interface CodeStep {
  weights(): VectorI8[];
  readonly place: number;
}

/** The steps of one part, of which each loads and unpacks its codes when it is their turn, in this order. */
function codeSteps(b: Builder, { details, layout, part, block }: Part): CodeStep[] {
  const { bits, part: length, upperBits, codes } = details;
  const base = layout.codes + part * layout.partBytes;
  const word = 4 * b.lanes * PANEL_VECTORS;
  const load = (at: number) =>
    Array.from({ length: PANEL_VECTORS }, (_, v) => b.loadBytes(block, base + at + v * 4 * b.lanes));
  const at = (step: number, weights: () => VectorI8[]): CodeStep => ({ weights, place: part * length + 4 * step });
  if (bits === 8) return Array.from({ length: length / 4 }, (_, step) => at(step, () => load(step * word)));
  let upper: VectorI8[] | undefined;
  const whole = (nibbles: readonly VectorI8[], step: number) => {
    if (codes === 'e2m1') return nibbles.map((value) => b.doubledE2m1(value));
    upper ??= upperBits === 0 ? [] : load(-layout.upper);
    return nibbles.map((value, v) => withUpperBits(b, value, upper![v], upperBits, step));
  };
  return Array.from({ length: length / 8 }, (_, i) => {
    let both: VectorI8[] = [];
    const low = () => {
      both = load(i * word);
      return whole(
        both.map((value) => b.and<'vi8'>(value, 15)),
        i,
      );
    };
    const high = () =>
      whole(
        both.map((value) => b.moveBits(value, -4, 15)),
        length / 8 + i,
      );
    return [at(i, low), at(length / 8 + i, high)];
  }).flat();
}

/** Nibbles with the bits above them, which stand at `step` times their number in the bytes of `upper`. */
function withUpperBits(
  b: Builder,
  nibbles: VectorI8,
  upper: VectorI8 | undefined,
  bits: number,
  step: number,
): VectorI8 {
  if (upper === undefined) return nibbles;
  return b.or<'vi8'>(nibbles, b.moveBits(upper, 4 - bits * step, ((1 << bits) - 1) << 4));
}

/** Numbers of one vector of rows. They are finite, which spares targets that widen f16 step by step a few steps. */
function loadFinite(b: Builder, kind: FormatDetails['scale'], address: Pointer, offset: number): VectorF32 {
  if (kind === 'bf16') return b.loadVector(address, offset, kind);
  if (b.target.halfConversions.includes('f16')) return b.loadVector(address, offset, 'f16');
  return finiteF16(b, b.loadVectorI32(address, offset, 'u16'));
}

export function storeTile(
  b: Builder,
  operands: Pick<BlockOperands, 'c' | 'strideC' | 'columns'>,
  row: I32,
  panel: I32,
  results: readonly Variable<'vf32'>[],
) {
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
