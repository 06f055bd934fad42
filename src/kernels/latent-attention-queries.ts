import type { Builder, F32, I32, Pointer } from './builder.ts';
import { headed, list } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import {
  checkLatentVariant,
  HEAD_GROUP,
  headGroups,
  type LatentAttentionVariant,
  scoreSteps,
} from './latent-attention-layout.ts';

/** Bytes of packed queries are 4 times this. */
export function packedQueryElements(variant: LatentAttentionVariant, rows: number): number {
  return rows * scoreSteps(variant).all * headGroups(variant.heads) * HEAD_GROUP;
}

/** Numbers of a query that are packed in one turn of a loop, and those of every head of a group in one piece of work. */
const TURN = 8;
const PIECE = 32;
/** Bytes from a step to the next. */
const STEP = HEAD_GROUP * 4;

/**
 * Queries as attention over latents reads them, scaled: packed[row, head / 16, step, head % 16], where a step is a number,
 * or for products in bf16 a pair of numbers in 4 bytes (rounded to nearest even, a zero at an odd end), of queryNope
 * [rows, heads, rank] and then of queryRope [rows, heads, ropeDim]. Heads are filled up with zeros to a multiple of 16.
 * Work is split over rows, groups of 16 heads and steps: heads side by side share cache lines.
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
    checkLatentVariant(variant);
    const { heads, rank, ropeDim, products } = variant;
    const groups = headGroups(heads);
    const steps = scoreSteps(variant);
    const latentPieces = Math.ceil(rank / PIECE);
    const pieces = latentPieces + Math.ceil(ropeDim / PIECE);
    b.splitLoop(b.mul(p.rows, groups * pieces), (index) => {
      const all = b.divideUnsigned(index, pieces);
      const piece = b.sub(index, b.mul(all, pieces));
      const row = b.divideUnsigned(all, groups);
      const firstHead = b.mul(b.sub(all, b.mul(row, groups)), HEAD_GROUP);
      const to = b.offset(p.packed, all, steps.all * STEP);
      const part = { firstHead, heads, scale: p.scale, products };
      const rowOf = (from: Pointer, stride: I32) => b.offset(from, b.mul(row, stride));
      const latent = () => {
        const from = rowOf(p.queryNope, p.queryNopeRowStride);
        packPiece(b, { ...part, from, headStride: p.queryNopeHeadStride, dim: rank, to }, b.mul(piece, PIECE));
      };
      const rope = () => {
        const from = rowOf(p.queryRope, p.queryRopeRowStride);
        const place = b.offset(to, steps.latent, STEP);
        const start = b.mul(b.sub(piece, latentPieces), PIECE);
        packPiece(b, { ...part, from, headStride: p.queryRopeHeadStride, dim: ropeDim, to: place }, start);
      };
      if (ropeDim === 0) latent();
      else b.if(b.lt(piece, latentPieces), latent, rope);
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

interface QueryPart {
  /** The numbers of head 0, `dim` for each head, and the first of 16 heads that are packed; those from `heads` on are zeros. */
  readonly from: Pointer;
  readonly headStride: I32;
  readonly dim: number;
  readonly firstHead: I32;
  readonly heads: number;
  readonly scale: F32;
  /** Where the first number of the first head goes. */
  readonly to: Pointer;
  readonly products: LatentAttentionVariant['products'];
}

/** Numbers start…start + {@link PIECE} - 1 of 16 heads, or those that there are. */
function packPiece(b: Builder, part: QueryPart, start: I32): void {
  const { from, headStride, dim, firstHead, heads, scale, to, products } = part;
  const whole = b.i32(dim - (dim % TURN));
  const end = b.add(start, PIECE);
  b.loop(0, HEAD_GROUP, 1, (lane) => {
    const head = b.add(firstHead, lane);
    const source = b.offset(from, b.mul(head, headStride));
    const target = b.offset(to, lane);
    const all = (value: (d: I32, i: number) => F32) => {
      const some = (d: I32, count: number) => {
        const place = b.offset(target, d, products === 'f32' ? STEP : STEP / 2);
        if (products === 'bf16' && count % 2 === 1) b.storeI32(place, b.i32(0), Math.floor(count / 2) * STEP);
        for (let i = 0; i < count; i++) {
          if (products === 'f32') b.store(place, value(d, i), i * STEP);
          else b.store(place, value(d, i), Math.floor(i / 2) * STEP + (i % 2) * 2, 'bf16');
        }
      };
      b.loop(start, b.min(end, whole), TURN, (d) => some(d, TURN));
      if (dim % TURN > 0) b.if(b.ge(end, dim), () => some(whole, dim % TURN));
    };
    const scaled = (d: I32, i: number) => b.mul(b.load(b.offset(source, d), i * 4), scale);
    b.if(
      b.lt(head, heads),
      () => all(scaled),
      () => all(() => b.f32(0)),
    );
  });
}
