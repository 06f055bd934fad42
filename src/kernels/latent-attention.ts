import { overSequences, rowsTogether } from './attention-paged-work.ts';
import { MOST_PIECES, pieceLength } from './attention-pieces.ts';
import type { I32 } from './builder.ts';
import { CACHE_BYTES, cacheExtent, scalesExtent, strideOf } from './cache-format.ts';
import { type Draw, headed, indices, list, rowsWithin, type Sizes } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import {
  checkLatentVariant,
  dealOutHeads,
  LATENT_PARAMETERS,
  type LatentAttentionVariant,
  latentScratchElements,
  mostLatentRows,
} from './latent-attention-layout.ts';
import { packedQueryElements } from './latent-attention-queries.ts';
import { latentTask } from './latent-attention-task.ts';

export { type LatentAttentionVariant, latentScratchElements } from './latent-attention-layout.ts';

type LatentSizes = Sizes<typeof LATENT_PARAMETERS>;

/** Memory of what attention over whole contexts and over pieces share. */
function latentExtents(n: LatentSizes, variant: LatentAttentionVariant) {
  const { rank, ropeDim, pageSize, memory, products } = variant;
  const slots = n.pages * pageSize;
  return {
    scratch: list(latentScratchElements(variant, n.workers)),
    queries: list(packedQueryElements(variant, n.rows) * (products === 'bf16' ? 2 : 1), products),
    latents: cacheExtent(memory, slots, n.latentSlotStride, 1, 0, rank),
    latentScales: scalesExtent(memory, slots, n.latentSlotStride, 1, rank),
    rotaryKeys: cacheExtent(memory, slots, n.rotaryKeySlotStride, 1, 0, ropeDim),
    rotaryKeyScales: scalesExtent(memory, slots, n.rotaryKeySlotStride, 1, ropeDim),
    pageTable: indices(n.sequences * n.tableStride, n.pages),
    sequences: indices(n.rows, n.sequences),
    positions: indices(n.rows, n.tableStride * pageSize, { idle: true }),
  };
}

function measureLatents(
  n: LatentSizes,
  bytes: { latents: number; rotaryKeys: number; pageTable: number },
  { rank, ropeDim, pageSize, memory }: LatentAttentionVariant,
) {
  const slots = (room: number, dim: number, stride: number) =>
    dim === 0 ? Number.POSITIVE_INFINITY : rowsWithin(room, dim, stride, CACHE_BYTES[memory]);
  const least = Math.min(
    slots(bytes.latents, rank, n.latentSlotStride),
    slots(bytes.rotaryKeys, ropeDim, n.rotaryKeySlotStride),
  );
  return { pages: Math.floor(least / pageSize), sequences: Math.floor(bytes.pageTable / 4 / n.tableStride) };
}

function sampleLatents(draw: Draw, { rank, ropeDim, memory }: LatentAttentionVariant) {
  return {
    ...{ rows: draw(0, 3), tableStride: draw(1, 4), pages: draw(1, 6), sequences: draw(1, 3) },
    latentSlotStride: strideOf(memory, rank + draw(0, 4)),
    rotaryKeySlotStride: strideOf(memory, ropeDim + draw(0, 4)),
  };
}

/** By how much the numbers of a result may differ where a weight can be rounded to either of two neighbours in bf16. */
const toleranceOf = ({ products }: LatentAttentionVariant) => (products === 'bf16' ? { tolerance: 2 ** -6 } : {});

/**
 * Absorbed latent attention (DeepSeek-V2 §2.1.3) of query rows over latents and rotary keys in pages, for many heads.
 * Rows, sequences, positions and pages are those of `pagedAttention`, which does the same for few heads:
 *
 *   score(i, p, h) = queryNope[i, h]·latent[slot] + queryRope[i, h]·rotaryKey[slot]
 *   output[i, h] = Σ_p softmax_p(score) · latent[slot]
 *
 * queries: what `packQueries` has made; output [rows, heads, rank] with a row stride; latents and rotary keys with a slot
 * stride in elements of their memory type; scratch: latentScratchElements(…) floats. A row whose position is negative
 * yields zeros. Work is dealt out by (row, block of heads); every result is computed in one order whatever the number of
 * workers. With products in bf16, queries and weights are rounded to it, and the sums are f32.
 */
export const latentAttention = defineKernelFamily(
  'latentAttention',
  { output: 'out', ...LATENT_PARAMETERS, outputRowStride: 'i32' },
  (b, p, variant: LatentAttentionVariant) => {
    checkLatentVariant(variant);
    const { rank } = variant;
    const endOf = (row: I32) => b.add(b.loadI32(b.offset(p.positions, row)), 1);
    const attend = (rows: { row: I32; rowCount?: I32 }, heads: { firstHead: I32; headCount: I32 }) => {
      const end = endOf(rows.row);
      latentTask(b, p, variant, {
        ...{ ...rows, ...heads, end: endOf, first: b.i32(0), next: end, last: b.sub(end, 1) },
        finish: (row, head, from, { sum }) => {
          const to = b.offset(p.output, b.mul(row, p.outputRowStride));
          const inverse = b.splat(b.select<'f32'>(b.eq(sum, 0), 0, b.div<'f32'>(1, sum)));
          const place = b.offset(to, head, rank * 4);
          b.strips(rank, (strip) => strip.store(place, b.mul(strip.load(from), inverse)));
        },
      });
    };
    const most = mostLatentRows(variant.heads);
    if (most === 1) {
      dealOutHeads(b, variant, p.rows, 1, (row, _piece, heads) => attend({ row }, heads));
      return;
    }
    const together = rowsTogether(b, p.rows, most);
    const tiles = b.divideUnsigned(b.add(p.rows, b.sub(together, 1)), together);
    dealOutHeads(b, variant, tiles, 1, (tile, _piece, heads) => {
      const start = b.mul(tile, together);
      const end = b.min(b.add(start, together), p.rows);
      overSequences(b, p.sequences, { start, end }, (rows) => attend(rows, heads));
    });
  },
  (variant) => ({
    extents: (n) => ({
      output: headed(n.rows, n.outputRowStride, variant.heads, variant.rank, variant.rank),
      ...latentExtents(n, variant),
    }),
    measure: (n, bytes) => measureLatents(n, bytes, variant),
    sample: (draw) => ({
      ...sampleLatents(draw, variant),
      // Enough rows that one worker takes some of them together.
      ...(variant.heads * variant.rank <= 1024 ? { rows: draw(0, 12) } : {}),
      outputRowStride: variant.heads * variant.rank + draw(0, 3),
    }),
    ...toleranceOf(variant),
  }),
);

/**
 * As `latentAttention`, for few rows: the positions of a row are cut into up to MOST_PIECES pieces (flash-decoding: Dao and
 * others, 2023), and work is dealt out by (row, piece, block of heads), so that every latent is read by one worker. Piece c
 * writes Σ e^(score - highest of the piece) · latent to partialOutput [rows, heads, MOST_PIECES, rank] and [highest, sum of
 * the weights] to partialSums [rows, heads, MOST_PIECES, 2]; `combinePieces` finishes the work.
 */
export const latentAttentionPieces = defineKernelFamily(
  'latentAttentionPieces',
  { partialOutput: 'out', partialSums: 'out', ...LATENT_PARAMETERS },
  (b, p, variant: LatentAttentionVariant) => {
    checkLatentVariant(variant);
    const { rank, heads: allHeads } = variant;
    dealOutHeads(b, variant, p.rows, MOST_PIECES, (row, piece, heads) => {
      const length = b.add(b.loadI32(b.offset(p.positions, row)), 1);
      const size = pieceLength(b, length);
      const first = b.mul(piece, size);
      b.if(b.lt(first, length), () => {
        latentTask(b, p, variant, {
          row,
          ...{ first, end: () => b.min(length, b.add(first, size)) },
          // Whoever has this piece has that one too, where there is one block of heads.
          ...{ next: b.add(first, b.mul(size, b.workers)), last: b.sub(length, 1) },
          ...heads,
          finish: (_row, head, from, { highest, sum }) => {
            const place = b.add(b.mul(b.add(b.mul(row, allHeads), head), MOST_PIECES), piece);
            const to = b.offset(p.partialOutput, place, rank * 4);
            b.strips(rank, (strip) => strip.store(to, strip.load(from)));
            const sums = b.offset(p.partialSums, place, 8);
            b.store(sums, highest);
            b.store(sums, sum, 4);
          },
        });
      });
    });
  },
  (variant) => ({
    extents: (n) => {
      const parts = n.rows * variant.heads * MOST_PIECES;
      return {
        ...{ partialOutput: list(parts * variant.rank), partialSums: list(2 * parts) },
        ...latentExtents(n, variant),
      };
    },
    measure: (n, bytes) => measureLatents(n, bytes, variant),
    sample: (draw) => sampleLatents(draw, variant),
    ...toleranceOf(variant),
  }),
);
