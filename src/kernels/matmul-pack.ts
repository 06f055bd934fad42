import type { Builder, F32, I32, Pointer } from './builder.ts';
import { defineKernelFamily } from './kernel.ts';
import { ceilDivide, tileFor, workerShare } from './matmul-tile.ts';

/** Steps along K that one worker packs at a time. */
const CHUNK = 64;

/** Which operand a panel belongs to: A's panels are as wide as the tile is high, B's as wide as the tile. */
export type PackedOperand = 'a' | 'b';

const packParameters = {
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
function panelWidth(b: Builder, operand: PackedOperand): number {
  const tile = tileFor(b.target);
  return operand === 'a' ? tile.rows : tile.columns;
}

interface Chunk {
  readonly group: I32;
  readonly panel: I32;
  /** Range along K. */
  readonly start: I32;
  readonly end: I32;
  /** The panel's row `start` in the packed array. */
  readonly target: Pointer;
  /** Columns of the panel that exist; the rest are filled with zeros. */
  readonly valid: I32;
}

/** Hands this worker's chunks (group, part of K, panel) to `body`. */
function eachChunk(
  b: Builder,
  p: { packed: Pointer; inner: I32; across: I32; groups: I32 },
  width: number,
  body: (chunk: Chunk) => void,
): void {
  const panels = ceilDivide(b, p.across, width);
  const perGroup = b.mul<'i32'>(panels, ceilDivide(b, p.inner, CHUNK));
  const share = workerShare(b, b.mul<'i32'>(perGroup, p.groups));
  b.loop(share.start, share.end, 1, (index) => {
    const group = b.divideUnsigned(index, perGroup);
    const inGroup = b.sub<'i32'>(index, b.mul<'i32'>(group, perGroup));
    const part = b.divideUnsigned(inGroup, panels);
    const panel = b.sub<'i32'>(inGroup, b.mul<'i32'>(part, panels));
    const start = b.mul<'i32'>(part, CHUNK);
    const end = b.min<'i32'>(b.add<'i32'>(start, CHUNK), p.inner);
    const panelIndex = b.add<'i32'>(b.mul<'i32'>(group, panels), panel);
    const row = b.add<'i32'>(b.mul<'i32'>(panelIndex, p.inner), start);
    const target = b.offset(p.packed, b.mul<'i32'>(row, width));
    const valid = b.min<'i32'>(b.sub<'i32'>(p.across, b.mul<'i32'>(panel, width)), width);
    body({ group, panel, start, end, target, valid });
  });
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
    eachChunk(b, p, width, ({ group, panel, start, end, target, valid }) => {
      const matrix = b.offset(p.source, b.mul<'i32'>(group, b.mul<'i32'>(p.inner, p.stride)));
      const first = b.offset(matrix, b.add<'i32'>(b.mul<'i32'>(start, p.stride), b.mul<'i32'>(panel, width)));
      const count = b.sub<'i32'>(end, start);
      const row = (k: I32) => ({
        from: b.offset(first, b.mul<'i32'>(k, p.stride)),
        to: b.offset(target, k, width * 4),
      });
      b.if(
        b.eq<'i32'>(valid, width),
        () =>
          b.loop(0, count, 1, (k) => {
            const { from, to } = row(k);
            copyFloats(b, from, to, width, 0);
          }),
        () =>
          b.loop(0, count, 1, (k) => {
            const { from, to } = row(k);
            b.loop(0, valid, 1, (i) => b.store(b.offset(to, i), b.load(b.offset(from, i))));
            b.loop(valid, width, 1, (i) => b.store(b.offset(to, i), b.f32(0)));
          }),
      );
    });
  },
);

/**
 * Transposes matrices [groups][across, inner], row-major with row stride `stride`, into panels
 * [groups][⌈across/width⌉][inner][width], zero beyond `across`. For operands whose rows run along K: B of an NT product.
 */
export const packTransposed = defineKernelFamily(
  'matmul_pack_transposed',
  packParameters,
  (b, p, variant: { readonly operand: PackedOperand }) => {
    const width = panelWidth(b, variant.operand);
    eachChunk(b, p, width, ({ group, panel, start, end, target, valid }) => {
      const matrix = b.offset(p.source, b.mul<'i32'>(group, b.mul<'i32'>(p.across, p.stride)));
      const firstRow = b.mul<'i32'>(b.mul<'i32'>(panel, width), p.stride);
      const first = b.offset(matrix, b.add<'i32'>(firstRow, start));
      const count = b.sub<'i32'>(end, start);
      b.if(
        b.eq<'i32'>(valid, width),
        () => transposeWhole(b, first, p.stride, target, count, width),
        () => {
          b.loop(0, width, 1, (i) => {
            const from = b.offset(first, b.mul<'i32'>(i, p.stride));
            const to = b.offset(target, i);
            const copy = (value: (k: I32) => F32) =>
              b.loop(0, count, 1, (k) => b.store(b.offset(to, k, width * 4), value(k)));
            b.if(
              b.lt<'i32'>(i, valid),
              () => copy((k) => b.load(b.offset(from, k))),
              () => copy(() => b.f32(0)),
            );
          });
        },
      );
    });
  },
);

/** Transposes `width` rows of `count` floats, a few rows at a time so that their pointers stay in registers. */
function transposeWhole(b: Builder, first: Pointer, stride: I32, target: Pointer, count: I32, width: number): void {
  const step = 4;
  for (let start = 0; start < width; start += step) {
    const rows = Math.min(step, width - start);
    const pointers = [b.offset(first, b.mul<'i32'>(stride, start))];
    while (pointers.length < rows) pointers.push(b.offset(pointers.at(-1)!, stride));
    b.loop(0, count, 1, (k) => {
      const to = b.offset(target, k, width * 4);
      for (const [i, pointer] of pointers.entries()) b.store(to, b.load(b.offset(pointer, k)), (start + i) * 4);
    });
  }
}
