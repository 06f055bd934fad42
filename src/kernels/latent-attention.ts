import { MOST_PIECES, pieceLength } from './attention-pieces.ts';
import type { I32, Pointer } from './builder.ts';
import { CACHE_BYTES, cacheExtent, scalesExtent, strideOf } from './cache-format.ts';
import { type Draw, headed, indices, list, rowsWithin, type Sizes } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import {
  dealOutHeads,
  HEAD_GROUP,
  headGroups,
  LATENT_PARAMETERS,
  type LatentAttentionVariant,
  latentScratchElements,
  scoreSteps,
} from './latent-attention-layout.ts';
import { latentTask } from './latent-attention-task.ts';

export { type LatentAttentionVariant, latentScratchElements } from './latent-attention-layout.ts';

/** Bytes of packed queries are 4 times this. */
export function packedQueryElements(variant: LatentAttentionVariant, rows: number): number {
  return rows * scoreSteps(variant).all * headGroups(variant.heads) * HEAD_GROUP;
}

function checkVariant({ heads, rank, ropeDim, pageSize, memory, products }: LatentAttentionVariant): void {
  if (heads < 1 || rank < 1 || ropeDim < 0) {
    throw new RangeError(
      `attention over latents needs heads and rank of at least 1 and ropeDim of at least 0, got heads=${heads}, ` +
        `rank=${rank}, ropeDim=${ropeDim}`,
    );
  }
  if (!(pageSize >= 1 && Number.isInteger(Math.log2(pageSize)))) {
    throw new RangeError(`a page must have a power of two of positions, got ${pageSize}`);
  }
  if (products === 'bf16' && memory !== 'bf16') {
    throw new RangeError(`products in bf16 need a cache in bf16, got ${memory}`);
  }
}

/** Numbers of a query that are packed in one turn of a loop. */
const QUERY_STEPS = 8;

/**
 * Queries as attention over latents reads them, scaled: packed[row, head / 16, step, head % 16], where a step is a number, or for products in bf16 a pair of numbers in 4 bytes (rounded to nearest even, a zero at an odd end), of
 * queryNope [rows, heads, rank] and then of queryRope [rows, heads, ropeDim]. Heads are filled up with zeros to a multiple
 * of 16. Work is split over rows and heads.
 */
export const packQueries = defineKernelFamily(
  'packQueries',
  {
    packed: 'out',
    queryNope: 'in',
    queryRope: 'in',
    rows: 'i32',
    scale: 'f32',
    queryNopeRowStride: 'i32',
    queryNopeHeadStride: 'i32',
    queryRopeRowStride: 'i32',
    queryRopeHeadStride: 'i32',
  },
  (b, p, variant: LatentAttentionVariant) => {
    checkVariant(variant);
    const { heads, rank, ropeDim, products } = variant;
    const steps = scoreSteps(variant);
    const all = headGroups(heads) * HEAD_GROUP;
    const step = HEAD_GROUP * 4;
    b.splitLoop(b.mul(p.rows, all), (index) => {
      const row = b.divideUnsigned(index, all);
      const head = b.sub(index, b.mul(row, all));
      const group = b.divideUnsigned(index, HEAD_GROUP);
      const to = b.offset(b.offset(p.packed, group, steps.all * step), b.and(index, HEAD_GROUP - 1));
      const pack = (from: Pointer, rowStride: I32, headStride: I32, dim: number, first: number) => {
        const source = b.offset(b.offset(from, b.mul(row, rowStride)), b.mul(head, headStride));
        const target = b.offset(to, first * step, 1);
        if (products === 'bf16' && dim % 2 === 1) b.storeI32(target, b.i32(0), Math.floor(dim / 2) * step);
        const some = (d: I32, count: number) => {
          const [source1, target1] = [b.offset(source, d), b.offset(target, d, products === 'f32' ? step : step / 2)];
          for (let i = 0; i < count; i++) {
            const value = b.mul(b.load(source1, i * 4), p.scale);
            if (products === 'f32') b.store(target1, value, i * step);
            else b.store(target1, value, Math.floor(i / 2) * step + (i % 2) * 2, 'bf16');
          }
        };
        // An even number, so that a turn begins with a pair.
        const whole = dim - (dim % QUERY_STEPS);
        if (whole > 0) b.loop(0, whole, QUERY_STEPS, (d) => some(d, QUERY_STEPS));
        if (whole < dim) some(b.i32(whole), dim - whole);
      };
      b.if(
        b.lt(head, heads),
        () => {
          pack(p.queryNope, p.queryNopeRowStride, p.queryNopeHeadStride, rank, 0);
          if (ropeDim > 0) pack(p.queryRope, p.queryRopeRowStride, p.queryRopeHeadStride, ropeDim, steps.latent);
        },
        () =>
          b.loop(0, steps.all, 1, (each) => {
            const place = b.offset(to, each, step);
            if (products === 'f32') b.store(place, b.f32(0));
            else b.storeI32(place, b.i32(0));
          }),
      );
    });
  },
  (variant) => {
    const { heads, rank, ropeDim, products } = variant;
    return {
      extents: (n) => ({
        packed: list(packedQueryElements(variant, n.rows) * (products === 'bf16' ? 2 : 1), products),
        queryNope: headed(n.rows, n.queryNopeRowStride, heads, n.queryNopeHeadStride, rank),
        queryRope: headed(n.rows, n.queryRopeRowStride, heads, n.queryRopeHeadStride, ropeDim),
      }),
      sample: (draw) => {
        const [nope, rope] = [rank + draw(0, 2), ropeDim + draw(0, 2)];
        return {
          ...{ rows: draw(0, 3), queryNopeHeadStride: nope, queryRopeHeadStride: rope },
          ...{ queryNopeRowStride: heads * nope + draw(0, 2), queryRopeRowStride: heads * rope + draw(0, 2) },
        };
      },
    };
  },
);

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
    checkVariant(variant);
    const { rank } = variant;
    dealOutHeads(b, variant, p.rows, 1, (row, _piece, heads) => {
      const to = b.offset(p.output, b.mul(row, p.outputRowStride));
      const end = b.add(b.loadI32(b.offset(p.positions, row)), 1);
      latentTask(b, p, variant, {
        row,
        ...{ first: b.i32(0), end, next: end, last: b.sub(end, 1) },
        ...heads,
        finish: (head, from, { sum }) => {
          const inverse = b.splat(b.select<'f32'>(b.eq(sum, 0), 0, b.div<'f32'>(1, sum)));
          const place = b.offset(to, head, rank * 4);
          b.strips(rank, (strip) => strip.store(place, b.mul(strip.load(from), inverse)));
        },
      });
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
    checkVariant(variant);
    const { rank, heads: allHeads } = variant;
    dealOutHeads(b, variant, p.rows, MOST_PIECES, (row, piece, heads) => {
      const length = b.add(b.loadI32(b.offset(p.positions, row)), 1);
      const size = pieceLength(b, length);
      const first = b.mul(piece, size);
      b.if(b.lt(first, length), () => {
        latentTask(b, p, variant, {
          row,
          ...{ first, end: b.min(length, b.add(first, size)) },
          // Whoever has this piece has that one too, where there is one block of heads.
          ...{ next: b.add(first, b.mul(size, b.workers)), last: b.sub(length, 1) },
          ...heads,
          finish: (head, from, { highest, sum }) => {
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
