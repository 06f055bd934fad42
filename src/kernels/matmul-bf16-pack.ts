import type { Builder, I32, Pointer, VectorF32 } from './builder.ts';
import { bounds, type Draw, list, matrix, nothing, type Sizes } from './extents.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { splitBlocks, vectorLoop } from './loops.ts';
import { groupedPairs, pairStart, pairsOf, rowStride, rowStrideOf } from './matmul-bf16.ts';
import { eachRun, type PackedOperand, packParameters, panelWidth, transposeMatrices } from './matmul-pack.ts';

/**
 * Packing of f32 matrices as pairs of bf16 numbers along K, see matmul-bf16.ts. Rounds to nearest even; an odd extent
 * along K is filled up with a zero.
 */

/** Rows of ⌈inner / 2⌉ pairs, `rowStride(inner)` pairs apart. */
function rowsOfPairs(rows: number, inner: number) {
  return matrix(rows, 2 * groupedPairs(inner, 0), 2 * rowStride(inner), 'bf16');
}

/** Panels of `depth` rows of pairs that hold `across` columns. */
function panelsOfPairs(across: number, depth: number, operand: PackedOperand, target: TargetInfo) {
  const width = panelWidth({ target }, operand, 'bf16');
  return list(2 * Math.ceil(across / width) * width * depth, 'bf16');
}

/**
 * Rounds matrices [matrices][rows, inner], row-major with row stride `stride`, to bf16 rows `rowStride(inner)` pairs
 * apart. For operands whose rows run along K: A of NT and NN products, and B of NT products before it is transposed.
 */
export const roundRows = defineKernel(
  'matmul_bf16_round_rows',
  { source: 'in', packed: 'out', stride: 'i32', inner: 'i32', rows: 'i32', matrices: 'i32' },
  (b, p) => {
    const target = rowStrideOf(b, p.inner);
    const odd = b.and<'i32'>(p.inner, 1);
    splitBlocks(b, b.mul<'i32'>(p.rows, p.matrices), p.inner, (row, start, end) => {
      const from = b.offset(p.source, b.mul<'i32'>(row, p.stride));
      const to = b.offset(p.packed, b.mul<'i32'>(row, target));
      vectorLoop(b, start, end, 4, (strips) => {
        for (const strip of strips) strip.store(to, strip.load(from), 'bf16');
      });
      b.if(b.and<'i32'>(odd, b.eq<'i32'>(end, p.inner)), () => b.store(b.offset(to, end, 2), b.f32(0), 0, 'bf16'));
    });
  },
  {
    extents: (n) => ({
      source: matrix(n.rows * n.matrices, n.inner, n.stride),
      packed: rowsOfPairs(n.rows * n.matrices, n.inner),
    }),
    sample: (draw) => {
      const inner = draw(0, 150);
      return { inner, stride: inner + draw(0, 3), rows: draw(0, 5), matrices: draw(1, 2) };
    },
  },
);

/**
 * Transposes what `roundRows` wrote, matrices [groups][across][rowStride(inner)] of pairs, into panels
 * [groups][⌈across/width⌉][⌈inner/2⌉][width], zero beyond `across`.
 */
export const transposePairs = defineKernel(
  'matmul_bf16_transpose',
  { source: 'in', packed: 'out', inner: 'i32', across: 'i32', groups: 'i32' },
  (b, p) => {
    const matrices = { ...p, inner: pairsOf(b, p.inner), stride: rowStrideOf(b, p.inner) };
    transposeMatrices(b, matrices, panelWidth(b, 'b', 'bf16'), (to, toOffset, from, fromOffset) =>
      b.storeI32(to, from === undefined ? b.i32(0) : b.loadI32(from, fromOffset), toOffset),
    );
  },
  {
    extents: (n, target) => {
      const panels = panelsOfPairs(n.across, groupedPairs(n.inner, 0), 'b', target);
      return {
        source: rowsOfPairs(n.groups * n.across, n.inner),
        packed: { ...panels, bytes: n.groups * panels.bytes },
      };
    },
    sample: (draw) => ({ inner: draw(0, 70), across: draw(0, 70), groups: draw(1, 3) }),
  },
);

/** Pairs of rows that are packed together; see ROWS_TOGETHER of matmul-pack.ts. */
const PAIRS_TOGETHER = 4;

/** One matrix whose rows run across K, and where its panels go. */
interface Matrices {
  readonly source: Pointer;
  readonly packed: Pointer;
  readonly stride: I32;
  readonly inner: I32;
  readonly across: I32;
  readonly groups: I32;
  /** Rows of a panel; default the pairs of `inner`. */
  readonly depth?: I32;
}

function packPairedRows(b: Builder, p: Matrices, width: number): void {
  const pairs = pairsOf(b, p.inner);
  const wholePairs = b.shiftRightUnsigned(p.inner, 1);
  const matrices = { ...p, inner: pairs, depth: p.depth ?? pairs };
  eachRun(b, matrices, width, PAIRS_TOGETHER, (run) => {
    const matrix = b.offset(p.source, b.mul<'i32'>(run.group, b.mul<'i32'>(p.inner, p.stride)));
    /** `count` pairs of rows from pair `k` on; without `second` there is one row, which is paired with zeros. */
    const packRows = (k: I32, count: number, second: boolean) => {
      const rows = [b.offset(matrix, b.mul<'i32'>(b.shiftLeft(k, 1), p.stride))];
      while (rows.length < (second ? 2 * count : 1)) rows.push(b.offset(rows.at(-1)!, p.stride));
      const panel = (index: I32, columns: number | I32) => {
        const to = run.target(index, k);
        const column = b.mul<'i32'>(index, width);
        const from = rows.map((row) => b.offset(row, column));
        for (let i = 0; i < count; i++) {
          pairPanelRow(b, from[2 * i]!, from[2 * i + 1], b.offset(to, i * width), width, columns);
        }
      };
      b.loop(run.firstPanel, run.wholeEnd, 1, (index) => panel(index, width));
      b.loop(run.wholeEnd, run.panelEnd, 1, (index) => panel(index, run.left));
    };
    const end = b.min<'i32'>(run.end, wholePairs);
    b.if(
      b.eq<'i32'>(b.sub<'i32'>(end, run.start), PAIRS_TOGETHER),
      () => packRows(run.start, PAIRS_TOGETHER, true),
      () => {
        b.loop(run.start, end, 1, (k) => packRows(k, 1, true));
        b.loop(end, run.end, 1, (k) => packRows(k, 1, false));
      },
    );
  });
}

/** Pairs `columns` neighbours of one row with those of another (or with zeros); `width` pairs are written. */
function pairPanelRow(
  b: Builder,
  first: Pointer,
  second: Pointer | undefined,
  to: Pointer,
  width: number,
  columns: number | I32,
): void {
  for (let start = 0; start < width; start += b.lanes) {
    const places = Math.min(b.lanes, width - start);
    const load = (from: Pointer | undefined): VectorF32 => {
      if (from === undefined) return b.vectorF32(0);
      if (columns === width && places === b.lanes) return b.loadVector(from, start * 4);
      const left = typeof columns === 'number' ? b.i32(columns - start) : b.sub<'i32'>(columns, start);
      return b.loadPartial(b.offset(from, start), b.max<'i32'>(b.min<'i32'>(left, places), 0));
    };
    const pairs = b.pairs(load(first), load(second));
    if (places === b.lanes) b.storeI32(to, pairs, start * 4);
    else b.storePartialI32(b.offset(to, start), pairs, b.i32(places));
  }
}

const drawRows = (draw: Draw) => {
  const across = draw(0, 70);
  return { inner: draw(0, 40), across, stride: across + draw(0, 3), groups: draw(1, 3) };
};

/**
 * Packs matrices [groups][inner, across], row-major with row stride `stride`, into panels
 * [groups][⌈across/width⌉][⌈inner/2⌉][width] of pairs, zero beyond `across`. For operands whose rows run across K: B of
 * an NN product, A and B of a TN product.
 */
export const packPairs = defineKernelFamily(
  'matmul_bf16_pack',
  packParameters,
  (b, p, { operand }: { readonly operand: PackedOperand }) => packPairedRows(b, p, panelWidth(b, operand, 'bf16')),
  ({ operand }) => ({
    extents: (n, target) => {
      const source = matrix(n.inner, n.across, n.stride);
      const panels = panelsOfPairs(n.across, groupedPairs(n.inner, 0), operand, target);
      return {
        source: n.groups > 0 ? { ...source, bytes: source.bytes + 4 * (n.groups - 1) * n.inner * n.stride } : nothing,
        packed: { ...panels, bytes: n.groups * panels.bytes },
      };
    },
    sample: drawRows,
  }),
);

/**
 * As `packPairs` for one matrix whose K is divided in groups at `offsets`: panels [⌈across/width⌉][depth][width], in
 * which the pairs of group e begin at `pairStart`.
 */
export const packGroupedPairs = defineKernelFamily(
  'matmul_bf16_pack_groups',
  { ...packParameters, offsets: 'in' } as const,
  (b, p, { operand }: { readonly operand: PackedOperand }) => {
    const width = panelWidth(b, operand, 'bf16');
    const depth = pairStart(b, p.inner, p.groups);
    b.loop(0, p.groups, 1, (group) => {
      const pair = b.offset(p.offsets, group);
      const first = b.loadI32(pair);
      const matrix = {
        source: b.offset(p.source, b.mul<'i32'>(first, p.stride)),
        packed: b.offset(p.packed, pairStart(b, first, group), width * 4),
        stride: p.stride,
        inner: b.sub<'i32'>(b.loadI32(pair, 4), first),
        across: p.across,
        groups: b.i32(1),
        depth,
      };
      packPairedRows(b, matrix, width);
    });
  },
  ({ operand }) => ({
    extents: (n: Sizes<typeof packParameters>, target: TargetInfo) => ({
      source: matrix(n.inner, n.across, n.stride),
      packed: panelsOfPairs(n.across, groupedPairs(n.inner, n.groups), operand, target),
      offsets: bounds(n.groups + 1, n.inner),
    }),
    sample: drawRows,
  }),
);
