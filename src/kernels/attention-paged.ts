import { PAGED_PARAMETERS, type PagedAttentionVariant } from './attention-paged-layout.ts';
import { measurePages, pagedExtents, samplePages } from './attention-paged-memory.ts';
import { pagedTask } from './attention-paged-tiles.ts';
import { dealOutKeyHeads, dealOutRows, sequencePages, slotOf } from './attention-paged-work.ts';
import { MOST_PIECES, pieceLength } from './attention-pieces.ts';
import type { I32, Pointer } from './builder.ts';
import {
  CACHE_BYTES,
  type CacheMemory,
  cacheExtent,
  scalesExtent,
  slotRow,
  storeNumbers,
  strideOf,
} from './cache-format.ts';
import { headed, indices, list, matrix, rowsWithin } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';

export { type PagedAttentionVariant, pagedScratchElements } from './attention-paged-layout.ts';
export type { CacheMemory } from './cache-format.ts';

function checkVariant({ nopeDim, ropeDim, valueDim, group, pageSize }: PagedAttentionVariant): void {
  if (nopeDim < 1 || ropeDim < 0 || valueDim < 1 || group < 1) {
    throw new RangeError(
      `paged attention needs nopeDim, valueDim and group of at least 1 and ropeDim of at least 0, got ` +
        `nopeDim=${nopeDim}, ropeDim=${ropeDim}, valueDim=${valueDim}, group=${group}`,
    );
  }
  checkPageSize(pageSize);
}

function checkPageSize(pageSize: number): void {
  if (!(pageSize >= 1 && Number.isInteger(Math.log2(pageSize)))) {
    throw new RangeError(`a page must have a power of two of positions, got ${pageSize}`);
  }
}

/**
 * Attention of query rows over keys and values in pages, decode and prefill alike. Row i belongs to sequence
 * sequences[i] and attends to its positions 0..positions[i]; position p of sequence q is in slot
 * pageTable[q, p / pageSize]·pageSize + p % pageSize.
 *
 *   score(i, p, h) = scale · (queryNope[i, h]·keyNope[slot, h/group] + queryRope[i, h]·keyRope[slot, h/group])
 *   output[i, h] = Σ_p softmax_p(score) · value[slot, h/group]
 *
 * - absorbed MLA (DeepSeek-V2 §2.1.3): group = heads; keyNope and value are the latents of kv_lora_rank, keyRope the
 *   rotary key behind them; queryNope has been multiplied by the key's up-projection, and the output, [rows, heads,
 *   kv_lora_rank], has yet to be multiplied by the value's
 * - naive MLA: group = 1, expanded keys and values per head; keyRopeHeadStride 0, as all heads share the rotary key
 * - grouped-query attention: ropeDim 0 (queryRope and keyRope are not read), keys with their rotation as keyNope
 *
 * Shapes: queryNope [rows, heads, nopeDim], queryRope [rows, heads, ropeDim], output [rows, heads, valueDim] with a row
 * stride; caches of slots × heads/group with a slot and a head stride in elements of their memory type; pageTable i32
 * [sequences, tableStride], sequences and positions i32 [rows]. scratch: pagedScratchElements(…) floats. A row whose
 * position is negative yields zeros. Work is dealt out by (row, some heads of keys); every result is computed in one order
 * whatever the number of workers.
 */
export const pagedAttention = defineKernelFamily(
  'pagedAttention',
  { output: 'out', ...PAGED_PARAMETERS, outputRowStride: 'i32' },
  (b, p, variant: PagedAttentionVariant) => {
    checkVariant(variant);
    const { valueDim } = variant;
    dealOutRows(b, p, variant, (rows, keyHeads) => {
      pagedTask(b, p, variant, {
        ...{ ...rows, keyHeads, first: b.i32(0) },
        end: (row) => b.add(b.loadI32(b.offset(p.positions, row)), 1),
        place: (row, head) => b.offset(b.offset(p.output, b.mul(row, p.outputRowStride)), head, valueDim * 4),
        headBytes: valueDim * 4,
        finish: (_row, _head, place, { sum }) => {
          const inverse = b.splat(b.select<'f32'>(b.eq(sum, 0), 0, b.div<'f32'>(1, sum)));
          b.strips(valueDim, (strip) => {
            // A row without positions has nothing in its place yet, not even numbers.
            const old = b.select<'vf32'>(b.lt<'vf32'>(0, inverse), strip.load(place), 0);
            strip.store(place, b.mul(old, inverse));
          });
        },
      });
    });
  },
  (variant) => ({
    extents: (n) => ({
      output: headed(n.rows, n.outputRowStride, n.heads, variant.valueDim, variant.valueDim),
      ...pagedExtents(n, variant),
    }),
    measure: (n, bytes) => measurePages(n, bytes, variant),
    sample: (draw) => {
      // Enough rows that one worker takes some of them together.
      const sizes = samplePages(draw, variant, variant.group > 8 ? 3 : 12);
      return { ...sizes, outputRowStride: sizes.heads * variant.valueDim + draw(0, 3) };
    },
  }),
);

/**
 * As `pagedAttention`, for few rows: the positions of a row are cut into up to MOST_PIECES pieces (flash-decoding: Dao and
 * others, 2023), and work is dealt out by (row, piece, some heads of
 * keys). Piece c writes Σ e^(score - highest of the piece) ·
 * value to partialOutput [rows, heads, MOST_PIECES, valueDim] and [highest, sum of the weights] to partialSums [rows,
 * heads, MOST_PIECES, 2]; `combinePieces` finishes the work.
 */
export const pagedAttentionPieces = defineKernelFamily(
  'pagedAttentionPieces',
  { partialOutput: 'out', partialSums: 'out', ...PAGED_PARAMETERS },
  (b, p, variant: PagedAttentionVariant) => {
    checkVariant(variant);
    const { valueDim } = variant;
    dealOutKeyHeads(b, p, variant, MOST_PIECES, (row, inRow, at) => {
      const { piece, keyHeads } = at(inRow);
      const after = at(b.add(inRow, b.workers));
      const length = b.add(b.loadI32(b.offset(p.positions, row)), 1);
      const size = pieceLength(b, length);
      const first = b.mul(piece, size);
      b.if(b.lt(first, length), () => {
        const placeOf = (head: I32) => b.add(b.mul(b.add(b.mul(row, p.heads), head), MOST_PIECES), piece);
        pagedTask(b, p, variant, {
          ...{ row, keyHeads, first },
          end: () => b.min(length, b.add(first, size)),
          cold: b.lt(inRow, b.workers),
          next: { keyHeads: after.keyHeads, first: b.mul(after.piece, size), last: b.sub(length, 1) },
          place: (_row, head) => b.offset(p.partialOutput, placeOf(head), valueDim * 4),
          headBytes: MOST_PIECES * valueDim * 4,
          finish: (_row, head, _place, { highest, sum }) => {
            const sums = b.offset(p.partialSums, placeOf(head), 8);
            b.store(sums, highest);
            b.store(sums, sum, 4);
          },
        });
      });
    });
  },
  (variant) => ({
    extents: (n) => {
      const parts = n.rows * n.heads * MOST_PIECES;
      return {
        ...{ partialOutput: list(parts * variant.valueDim), partialSums: list(2 * parts) },
        ...pagedExtents(n, variant),
      };
    },
    measure: (n, bytes) => measurePages(n, bytes, variant),
    sample: (draw) => samplePages(draw, variant, variant.group > 8 ? 2 : 3),
  }),
);

/**
 * Writes rows into the slots of their positions: first[slot, 0..firstWidth-1] = firstSource[row, …] and likewise the
 * second part, as {@link storeNumbers} has it. For MLA the latent and the rotary key (second = first + kv_lora_rank
 * elements), else keys and values. Sources are f32 with a row stride, caches have a slot stride; slots as in
 * `pagedAttention`; a row with a negative position is skipped. secondWidth may be 0. Only q8 asks for the sizes of heads,
 * which its blocks begin with, firstDim and secondDim (at least 1), and writes the scales.
 */
export const writeCache = defineKernelFamily(
  'writeCache',
  {
    first: 'inout',
    firstScales: 'inout',
    second: 'inout',
    secondScales: 'inout',
    firstSource: 'in',
    secondSource: 'in',
    pageTable: 'in',
    sequences: 'in',
    positions: 'in',
    rows: 'i32',
    tableStride: 'i32',
    firstWidth: 'i32',
    firstDim: 'i32',
    secondWidth: 'i32',
    secondDim: 'i32',
    firstSlotStride: 'i32',
    secondSlotStride: 'i32',
    firstSourceRowStride: 'i32',
    secondSourceRowStride: 'i32',
  },
  (b, p, { pageSize, memory }: { pageSize: number; memory: CacheMemory }) => {
    checkPageSize(pageSize);
    b.splitLoop(p.rows, (row) => {
      const position = b.loadI32(b.offset(p.positions, row));
      b.if(b.ge(position, 0), () => {
        const slot = slotOf(b, sequencePages(b, p, row), position, pageSize);
        const write = (part: 'first' | 'second', source: Pointer, rowStride: I32) => {
          const cache = { values: p[part], scales: p[`${part}Scales`] };
          const from = b.offset(source, b.mul(row, rowStride));
          const dim = memory === 'q8' ? p[`${part}Dim`] : p[`${part}Width`];
          const heads = memory === 'q8' ? b.divide(p[`${part}Width`], dim) : b.i32(1);
          storeNumbers(b, memory, slotRow(b, memory, cache, slot, p[`${part}SlotStride`]), from, { heads, dim });
        };
        write('first', p.firstSource, p.firstSourceRowStride);
        write('second', p.secondSource, p.secondSourceRowStride);
      });
    });
  },
  ({ pageSize, memory }) => ({
    extents: (n) => {
      const slots = n.pages * pageSize;
      const part = (width: number, dim: number, stride: number) => ({
        values: cacheExtent(memory, slots, stride, 1, 0, width),
        scales: scalesExtent(memory, width === 0 ? 0 : slots, stride, Math.floor(width / dim), dim),
      });
      const first = part(n.firstWidth, n.firstDim, n.firstSlotStride);
      const second = part(n.secondWidth, n.secondDim, n.secondSlotStride);
      return {
        ...{ first: first.values, firstScales: first.scales, second: second.values, secondScales: second.scales },
        firstSource: matrix(n.rows, n.firstWidth, n.firstSourceRowStride),
        secondSource: matrix(n.rows, n.secondWidth, n.secondSourceRowStride),
        pageTable: indices(n.sequences * n.tableStride, n.pages),
        sequences: indices(n.rows, n.sequences),
        positions: indices(n.rows, n.tableStride * pageSize, { idle: true }),
      };
    },
    measure: (n, bytes) => {
      const slots = (room: number, width: number, stride: number) =>
        width === 0 ? Number.POSITIVE_INFINITY : rowsWithin(room, width, stride, CACHE_BYTES[memory]);
      const [first, second] = [
        slots(bytes.first, n.firstWidth, n.firstSlotStride),
        slots(bytes.second, n.secondWidth, n.secondSlotStride),
      ];
      const pages = Math.floor(Math.min(first, second) / pageSize);
      return { pages, sequences: Math.floor(bytes.pageTable / 4 / n.tableStride) };
    },
    sample: (draw) => {
      const [firstDim, secondDim] = [draw(1, 40), draw(1, 20)];
      const [firstWidth, secondWidth] = [firstDim * draw(1, 2), secondDim * draw(0, 2)];
      const padded = (width: number) => width + draw(0, 3);
      const slot = (width: number) => strideOf(memory, padded(width) + (memory === 'q8' ? 8 : 0));
      return {
        ...{ rows: draw(0, 4), tableStride: draw(1, 3), pages: draw(1, 5), sequences: draw(1, 3) },
        ...{ firstWidth, firstDim, secondWidth, secondDim },
        ...{ firstSlotStride: slot(firstWidth), secondSlotStride: slot(secondWidth) },
        ...{ firstSourceRowStride: padded(firstWidth), secondSourceRowStride: padded(secondWidth) },
      };
    },
  }),
);
