import { BLOCK, type BlockFormat, formatDetails, groupLayout, panelWidth } from './block-formats.ts';
import { panelsOf, weightPanels } from './block-memory.ts';
import type { Builder, F32, I32, Pointer, VectorI32 } from './builder.ts';
import { indices, matrix } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import { rowAddress } from './loops.ts';

/** Weights that lie side by side in a row of a panel: the bytes of a word. */
const WORD = 4;

/**
 * y[r,:] = table[ids[r],:] from a table in panels (block-formats.ts), widened to f32: the embedding where it stays in its
 * blocks. `blocks` counts blocks of 32 columns, y [rows, 32·blocks]. Each weight is rounded once at most, where a minimum
 * is added, and so equals what widening the blocks of the file gives, to the last bit. Ids are checked by the host.
 */
export const gatherBlockRows = defineKernelFamily(
  'gather_block_rows',
  { table: 'in', ids: 'in', y: 'out', rows: 'i32', blocks: 'i32', yStride: 'i32' },
  (b, p, { format }: { readonly format: BlockFormat }) => {
    const { weights } = formatDetails(format);
    const width = panelWidth(b.lanes);
    const layout = groupLayout(format, width);
    const groups = weights === BLOCK ? p.blocks : b.divideUnsigned(p.blocks, weights / BLOCK);
    b.splitLoop(b.mul<'i32'>(p.rows, groups), (unit) => {
      const row = b.divideUnsigned(unit, groups);
      const group = b.sub<'i32'>(unit, b.mul<'i32'>(row, groups));
      const id = b.loadI32(b.offset(p.ids, row));
      const panel = b.divideUnsigned(id, width);
      const place = b.sub<'i32'>(id, b.mul<'i32'>(panel, width));
      const from = b.offset(p.table, b.add<'i32'>(b.mul<'i32'>(panel, groups), group), layout.bytes);
      widenGroup(b, format, from, place, b.offset(rowAddress(b, p.y, row, p.yStride), group, 4 * weights));
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      table: weightPanels(target, format, panelsOf(target, n.capacity), n.blocks),
      ids: indices(n.rows, n.capacity),
      y: matrix(n.rows, n.blocks * BLOCK, n.yStride),
    }),
    measure: (n, bytes, target) => {
      const panel = weightPanels(target, format, 1, n.blocks).bytes;
      return { capacity: Math.floor(bytes.table / Math.max(1, panel)) * panelWidth(target.lanes) };
    },
    sample: (draw) => {
      const blocks = (draw(1, 3) * formatDetails(format).weights) / BLOCK;
      return { rows: draw(0, 5), blocks, yStride: blocks * BLOCK + draw(0, 3), capacity: draw(1, 40) };
    },
  }),
);

/** Row `place` of a group of blocks, to f32 numbers at `to`. */
function widenGroup(b: Builder, format: BlockFormat, group: Pointer, place: I32, to: Pointer): void {
  const { weights, part: length, scale: kind, factors, minimum } = formatDetails(format);
  const width = panelWidth(b.lanes);
  const layout = groupLayout(format, width);
  const halves = b.offset(group, place, 2);
  const scale = b.load(halves, 0, kind);
  const lowest = minimum ? b.load(halves, layout.minima, kind) : undefined;
  const widen = (block: Pointer, out: Pointer) => {
    const bytes = b.offset(block, place, 1);
    const words = b.offset(block, place, WORD);
    for (let part = 0; part < BLOCK / length; part++) {
      const factor = (value: F32, base: number): F32 =>
        factors ? b.mul<'f32'>(value, b.toF32(b.loadI32(bytes, base + part * width, factors))) : value;
      const by = { step: factor(scale, 0), low: lowest && factor(lowest, layout.minimumFactors) };
      const codes = layout.codes + part * layout.partBytes;
      widenPart(b, format, b.offset(words, codes, 1), by, b.offset(out, part * length));
    }
  };
  const first = b.offset(group, layout.block, 1);
  if (weights === BLOCK) widen(first, to);
  else {
    b.loop(0, weights / BLOCK, 1, (block) =>
      widen(b.offset(first, block, layout.blockBytes), b.offset(to, block, 4 * BLOCK)),
    );
  }
}

function widenPart(
  b: Builder,
  format: BlockFormat,
  words: Pointer,
  by: { step: F32; low: F32 | undefined },
  to: Pointer,
) {
  const { bits, upperBits, codes: kind, offset, part: length } = formatDetails(format);
  const width = panelWidth(b.lanes);
  const layout = groupLayout(format, width);
  const step = b.splat(by.step);
  const low = by.low && b.splat(by.low);
  const upper = upperBits === 0 ? undefined : loadWord(b, b.offset(words, -layout.upper, 1), 0);
  const four = (codes: VectorI32, index: number) => {
    let whole = codes;
    if (upper) {
      const above = b.and<'vi32'>(b.shiftRightUnsigned(upper, index * upperBits), (1 << upperBits) - 1);
      whole = b.or<'vi32'>(codes, b.shiftLeft(above, 4));
    }
    const numbers = b.toF32(
      kind === 'e2m1' ? doubledE2m1(b, whole) : offset === 0 ? whole : b.sub<'vi32'>(whole, offset),
    );
    const address = b.offset(to, WORD * index);
    const values = low ? b.fma<'vf32'>(numbers, step, low) : b.mul<'vf32'>(numbers, step);
    if (b.lanes === WORD) b.store(address, values);
    else b.storePartial(address, values, b.i32(WORD));
  };
  const perWord = 8 / bits;
  for (let word = 0; word < length / WORD / perWord; word++) {
    const codes = loadWord(b, words, word * WORD * width);
    if (bits === 8) four(codes, word);
    else {
      four(b.and<'vi32'>(codes, 15), word);
      four(b.shiftRightUnsigned(codes, 4), length / 8 + word);
    }
  }
}

/** Twice the values of 4-bit floats: 0, 1, 2, 3, 4, 6, 8, 12 and their negatives. */
function doubledE2m1(b: Builder, codes: VectorI32): VectorI32 {
  const magnitude = b.and<'vi32'>(codes, 7);
  const above = (least: number) => b.max<'vi32'>(b.sub<'vi32'>(magnitude, least), 0);
  const doubled = b.add<'vi32'>(b.add<'vi32'>(magnitude, above(4)), b.shiftLeft(above(6), 1));
  return b.select<'vi32'>(b.gt<'vi32'>(codes, 7), b.sub<'vi32'>(0, doubled), doubled);
}

/** The four bytes of a word, one in each of the first lanes. */
function loadWord(b: Builder, words: Pointer, offset: number): VectorI32 {
  if (b.lanes === WORD) return b.loadVectorI32(words, offset, 'u8');
  return b.loadPartialI32(b.offset(words, offset, 1), b.i32(WORD), 'u8');
}
