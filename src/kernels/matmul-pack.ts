import type { Builder, I32, Pointer } from './builder.ts';
import { type Draw, list, matrix, nothing, type Sizes } from './extents.ts';
import type { TargetInfo } from './ir.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { ceilDivide, type Precision, tileFor, workerShare } from './matmul-tile.ts';

/** Which operand a panel belongs to: A's panels are as wide as the tile is high, B's as wide as the tile. */
export type PackedOperand = 'a' | 'b';

export const packParameters = {
  source: 'in',
  packed: 'out',
  /** Row stride of the source in elements. */
  stride: 'i32',
  /** Extent along K. */
  inner: 'i32',
  /** Extent across K: rows of A or columns of C. */
  across: 'i32',
  /** Number of matrices, which follow each other without a gap. */
  groups: 'i32',
} as const;

/** Width in elements of the panels of an operand. */
export function panelWidth(
  { target }: { readonly target: TargetInfo },
  operand: PackedOperand,
  precision: Precision = 'f32',
): number {
  const tile = tileFor(target, precision);
  return operand === 'a' ? tile.rows : tile.columns;
}

/** The memory of packing matrices of `rows` rows of `length` elements each. */
const packMemory = (
  operand: PackedOperand,
  shapeOf: (n: Sizes<typeof packParameters>) => { rows: number; length: number },
) => ({
  extents: (n: Sizes<typeof packParameters>, target: TargetInfo) => {
    const { rows, length } = shapeOf(n);
    const width = panelWidth({ target }, operand);
    const last = matrix(rows, length, n.stride);
    return {
      source: n.groups > 0 ? { ...last, bytes: last.bytes + 4 * (n.groups - 1) * rows * n.stride } : nothing,
      packed: list(n.groups * Math.ceil(n.across / width) * width * n.inner),
    };
  },
  sample: (draw: Draw) => ({
    ...{ stride: 70 + draw(0, 3), inner: draw(0, 70), across: draw(0, 70), groups: draw(1, 3) },
  }),
});

/** Neighbouring panels of one matrix, over one chunk of K. */
interface Run {
  readonly group: I32;
  /** Steps start…end-1 along K. */
  readonly start: I32;
  readonly end: I32;
  readonly firstPanel: I32;
  /** End of the panels whose columns all exist, and end of all panels: the same, or one more. */
  readonly wholeEnd: I32;
  readonly panelEnd: I32;
  /** Columns that exist in a panel that is not whole; the rest are filled with zeros. */
  readonly left: I32;
  /** Row `k` of a panel in the packed array. */
  target(panel: I32, k: I32): Pointer;
}

/** Divides the packing of all matrices into chunks of `chunk` steps along K and hands this worker its runs of panels. */
export function eachRun(
  b: Builder,
  p: { packed: Pointer; inner: I32; across: I32; groups: I32 /** Rows of a panel; default `inner`. */; depth?: I32 },
  width: number,
  chunk: number,
  body: (run: Run) => void,
): void {
  const panels = ceilDivide(b, p.across, width);
  const whole = b.divideUnsigned(p.across, width);
  const left = b.sub<'i32'>(p.across, b.mul<'i32'>(whole, width));
  const chunks = ceilDivide(b, p.inner, chunk);
  const share = workerShare(b, b.mul<'i32'>(b.mul<'i32'>(panels, chunks), p.groups));
  const next = b.variable(share.start);
  b.while(
    () => b.lt<'i32'>(next.get(), share.end),
    () => {
      const now = next.get();
      const chunkIndex = b.divideUnsigned(now, panels);
      const firstPanel = b.sub<'i32'>(now, b.mul<'i32'>(chunkIndex, panels));
      const panelEnd = b.min<'i32'>(panels, b.add<'i32'>(firstPanel, b.sub<'i32'>(share.end, now)));
      const group = b.divideUnsigned(chunkIndex, chunks);
      const start = b.mul<'i32'>(b.sub<'i32'>(chunkIndex, b.mul<'i32'>(group, chunks)), chunk);
      const end = b.min<'i32'>(b.add<'i32'>(start, chunk), p.inner);
      const groupPanels = b.mul<'i32'>(group, panels);
      const target = (panel: I32, k: I32) => {
        const row = b.add<'i32'>(b.mul<'i32'>(b.add<'i32'>(groupPanels, panel), p.depth ?? p.inner), k);
        return b.offset(p.packed, row, width * 4);
      };
      body({ group, start, end, firstPanel, wholeEnd: b.min<'i32'>(whole, panelEnd), panelEnd, left, target });
      next.set(b.add<'i32'>(now, b.sub<'i32'>(panelEnd, firstPanel)));
    },
  );
}

/** Copies `width` contiguous floats with whole vectors where they fit; the last one may overlap the one before. */
function copyFloats(b: Builder, from: Pointer, to: Pointer, width: number, offset: number): void {
  if (width < b.lanes) {
    for (let i = 0; i < width; i++) b.store(to, b.load(from, i * 4), offset + i * 4);
    return;
  }
  const places: number[] = [];
  for (let i = 0; i + b.lanes <= width; i += b.lanes) places.push(i);
  if (width % b.lanes !== 0) places.push(width - b.lanes);
  const values = places.map((i) => b.loadVector(from, i * 4));
  for (const [n, i] of places.entries()) b.store(to, values[n]!, offset + i * 4);
}

/** Rows copied together: so few that rows which lie a power of two apart stay in the cache until the next panel. */
const ROWS_TOGETHER = 8;

/**
 * Copies matrices [groups][inner, across], row-major with row stride `stride`, into panels
 * [groups][⌈across/width⌉][inner][width], zero beyond `across`. For operands whose rows run across K: B of an NN
 * product, A and B of a TN product.
 */
export const packRows = defineKernelFamily(
  'matmul_pack_rows',
  packParameters,
  (b, p, variant: { readonly operand: PackedOperand }) => {
    const width = panelWidth(b, variant.operand);
    eachRun(b, p, width, ROWS_TOGETHER, (run) => {
      const matrix = b.offset(p.source, b.mul<'i32'>(run.group, b.mul<'i32'>(p.inner, p.stride)));
      const copyRows = (k: I32, rows: number) => {
        const sources = [b.offset(matrix, b.mul<'i32'>(k, p.stride))];
        while (sources.length < rows) sources.push(b.offset(sources.at(-1)!, p.stride));
        b.loop(run.firstPanel, run.wholeEnd, 1, (panel) => {
          const to = run.target(panel, k);
          const column = b.mul<'i32'>(panel, width);
          for (const [i, source] of sources.entries()) {
            copyFloats(b, b.offset(source, column), to, width, i * width * 4);
          }
        });
        b.loop(run.wholeEnd, run.panelEnd, 1, (panel) => {
          const column = b.mul<'i32'>(panel, width);
          for (const [i, source] of sources.entries()) {
            const from = b.offset(source, column);
            const to = b.offset(run.target(panel, k), i * width);
            b.loop(0, run.left, 1, (n) => b.store(b.offset(to, n), b.load(b.offset(from, n))));
            b.loop(run.left, width, 1, (n) => b.store(b.offset(to, n), b.f32(0)));
          }
        });
      };
      b.if(
        b.eq<'i32'>(b.sub<'i32'>(run.end, run.start), ROWS_TOGETHER),
        () => copyRows(run.start, ROWS_TOGETHER),
        () => b.loop(run.start, run.end, 1, (k) => copyRows(k, 1)),
      );
    });
  },
  ({ operand }) => packMemory(operand, (n) => ({ rows: n.inner, length: n.across })),
);

/** Steps along K that are transposed together: of 64 alone, memory fetches nothing in advance. */
const STEPS_TOGETHER = 128;
/** Rows transposed together: so few that their pointers stay in registers. */
const ROWS_TRANSPOSED = 4;

/**
 * Transposes matrices [groups][across, inner], row-major with row stride `stride`, into panels
 * [groups][⌈across/width⌉][inner][width], zero beyond `across`. For operands whose rows run along K: B of an NT product.
 */
export const packTransposed = defineKernelFamily(
  'matmul_pack_transposed',
  packParameters,
  (b, p, variant: { readonly operand: PackedOperand }) => {
    transposeMatrices(b, p, panelWidth(b, variant.operand), copyFloat(b));
  },
  ({ operand }) => packMemory(operand, (n) => ({ rows: n.across, length: n.inner })),
);

/** Copies one element of 4 bytes, or zero without a source. */
export type CopyElement = (to: Pointer, toOffset: number, from?: Pointer, fromOffset?: number) => void;

const copyFloat =
  (b: Builder): CopyElement =>
  (to, toOffset, from, fromOffset) =>
    b.store(to, from === undefined ? b.f32(0) : b.load(from, fromOffset), toOffset);

/** See {@link packTransposed}; elements are what `copy` copies. */
export function transposeMatrices(
  b: Builder,
  p: { source: Pointer; packed: Pointer; stride: I32; inner: I32; across: I32; groups: I32 },
  width: number,
  copy: CopyElement,
): void {
  eachRun(b, p, width, STEPS_TOGETHER, (run) => {
    const matrix = b.offset(p.source, b.mul<'i32'>(run.group, b.mul<'i32'>(p.across, p.stride)));
    const steps = b.sub<'i32'>(run.end, run.start);
    const source = (panel: I32) => {
      const row = b.mul<'i32'>(b.mul<'i32'>(panel, width), p.stride);
      return b.offset(matrix, b.add<'i32'>(row, run.start));
    };
    b.loop(run.firstPanel, run.wholeEnd, 1, (panel) => {
      transposeWhole(b, source(panel), p.stride, run.target(panel, run.start), steps, width, copy);
    });
    b.loop(run.wholeEnd, run.panelEnd, 1, (panel) => {
      const to = run.target(panel, run.start);
      const from = source(panel);
      b.loop(0, steps, 1, (k) => {
        const row = b.offset(to, k, width * 4);
        const column = b.offset(from, k);
        b.loop(0, run.left, 1, (n) => copy(b.offset(row, n), 0, b.offset(column, b.mul<'i32'>(n, p.stride)), 0));
        b.loop(run.left, width, 1, (n) => copy(b.offset(row, n), 0));
      });
    });
  });
}

/** Transposes `width` rows of `steps` elements, a few rows at a time. */
function transposeWhole(
  b: Builder,
  first: Pointer,
  stride: I32,
  target: Pointer,
  steps: I32,
  width: number,
  copy: CopyElement,
): void {
  for (let start = 0; start < width; start += ROWS_TRANSPOSED) {
    const rows = Math.min(ROWS_TRANSPOSED, width - start);
    const pointers = [b.offset(first, b.mul<'i32'>(stride, start))];
    while (pointers.length < rows) pointers.push(b.offset(pointers.at(-1)!, stride));
    const turn = (k: I32, unroll: number) => {
      const to = b.offset(target, k, width * 4);
      const from = pointers.map((pointer) => b.offset(pointer, k));
      for (let u = 0; u < unroll; u++) {
        for (const [i, pointer] of from.entries()) copy(to, (u * width + start + i) * 4, pointer, u * 4);
      }
    };
    const whole = b.sub<'i32'>(steps, b.remainderUnsigned(steps, 4));
    b.loop(0, whole, 4, (k) => turn(k, 4));
    b.loop(whole, steps, 1, (k) => turn(k, 1));
  }
}

/**
 * Copies the last `across` mod width columns of a matrix [inner, across] into one panel [inner][width], filled up with
 * zeros: what remains of B of a TN product whose operands are read as they are. Nothing if there is no remainder.
 */
export const packTail = defineKernel(
  'matmul_pack_tail',
  { source: 'in', packed: 'out', stride: 'i32', inner: 'i32', across: 'i32' },
  (b, p) => {
    const width = panelWidth(b, 'b');
    const left = b.remainderUnsigned(p.across, width);
    const first = b.offset(p.source, b.sub<'i32'>(p.across, left));
    const share = workerShare(b, b.select<'i32'>(b.gt<'i32'>(left, 0), p.inner, 0));
    b.loop(share.start, share.end, 1, (k) => {
      const from = b.offset(first, b.mul<'i32'>(k, p.stride));
      const to = b.offset(p.packed, k, width * 4);
      b.loop(0, left, 1, (n) => b.store(b.offset(to, n), b.load(b.offset(from, n))));
      b.loop(left, width, 1, (n) => b.store(b.offset(to, n), b.f32(0)));
    });
  },
  {
    extents: (n, target) => {
      const width = panelWidth({ target }, 'b');
      return {
        source: matrix(n.inner, n.across, n.stride),
        packed: n.across % width === 0 ? nothing : list(n.inner * width),
      };
    },
    sample: (draw) => ({ stride: 70 + draw(0, 3), inner: draw(0, 40), across: draw(1, 70) }),
  },
);
