import {
  type AttentionVariant,
  at,
  attentionScratchKeys,
  checkVariant,
  keyBlocks,
  longestDocument,
  ownScratch,
  packedKeysElements,
  QUERY_BLOCK,
  rowsOf,
  type ScorePart,
  scoreTile,
  scratchExtent,
  tileStart,
  visibleKeys,
  weightedRows,
} from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer } from './builder.ts';
import { documents, headed, list } from './extents.ts';
import { expNonPositive } from './intrinsics.ts';
import { defineKernelFamily } from './kernel.ts';

export { attentionBackward, sumKeyRopePartials } from './attention-backward.ts';
export {
  type AttentionVariant,
  attentionScratchElements,
  attentionScratchKeys,
  packedKeysElements,
  packKeys,
} from './attention-tiles.ts';

/**
 * Causal attention over packed rows: several documents one after another, row t attends to rows start[t]..t.
 *
 *   score(t, s, h) = scale · (queryNope[t, h]·keyNope[s, h/group] + queryRope[t, h]·keyRope[s])
 *   logSumExp[t, h] = log Σ_s e^score,  output[t, h] = Σ_s e^(score - logSumExp) · value[s, h/group]
 *
 * The rotary key is shared by all heads (DeepSeek-V2 §2.1.3); without a rotary part (ropeDim 0) this is multi-head or
 * grouped-query attention, and `queryRope` and `packedKeyRope` are not read.
 *
 * Shapes: queryNope [rows, heads, nopeDim], queryRope [rows, heads, ropeDim], value [rows, heads/group, valueDim], all
 * with a row and a head stride; output [rows, heads, valueDim] with a row stride; logSumExp [rows, heads]; start i32
 * [rows], non-decreasing, start[t] ≤ t. Keys come packed: packedKeyNope = packKeys of [rows, heads/group, nopeDim],
 * packedKeyRope = packKeys of [rows, 1, ropeDim]. scratch: attentionScratchElements(…) floats, of which each worker
 * uses its own part; scratchKeys: attentionScratchKeys(…).
 *
 * Work is split over (head, block of 4 rows). Within a block, values of rows that are masked take part with weight 0,
 * so an infinite or NaN value can spread NaN to up to 3 rows before it or after its document; queries and keys spread
 * nothing.
 */
export const attentionForward = defineKernelFamily(
  'attentionForward',
  {
    output: 'out',
    logSumExp: 'out',
    scratch: 'out',
    queryNope: 'in',
    queryRope: 'in',
    packedKeyNope: 'in',
    packedKeyRope: 'in',
    value: 'in',
    start: 'in',
    rows: 'i32',
    heads: 'i32',
    scratchKeys: 'i32',
    scale: 'f32',
    queryNopeRowStride: 'i32',
    queryNopeHeadStride: 'i32',
    queryRopeRowStride: 'i32',
    queryRopeHeadStride: 'i32',
    valueRowStride: 'i32',
    valueHeadStride: 'i32',
    outputRowStride: 'i32',
  },
  (b, p, variant: AttentionVariant) => {
    checkVariant(variant);
    const { nopeDim, ropeDim, valueDim, group } = variant;
    const blocks = b.divide(b.add(p.rows, QUERY_BLOCK - 1), QUERY_BLOCK);
    const packedBlocks = keyBlocks(b, p.rows);
    const own = ownScratch(b, p.scratch, p.scratchKeys);
    const weights = rowsOf(QUERY_BLOCK).map((i) => b.offset(own, b.mul(p.scratchKeys, i)));
    b.splitLoop(b.mul(p.heads, blocks), (index) => {
      const head = b.divide(index, blocks);
      const keyHead = group === 1 ? head : b.divide(head, group);
      const first = b.mul(b.sub(index, b.mul(head, blocks)), QUERY_BLOCK);
      const lastRow = b.sub(p.rows, 1);
      // Past the last row the block repeats it; those results are not stored.
      const rows = rowsOf(QUERY_BLOCK).map((i) => (i === 0 ? first : b.min(b.add(first, i), lastRow)));
      const starts = rows.map((row) => b.loadI32(b.offset(p.start, row)));
      const end = b.add(rows[QUERY_BLOCK - 1]!, 1);
      const parts: ScorePart[] = [
        {
          dim: nopeDim,
          queries: rows.map((row) => at(b, p.queryNope, row, p.queryNopeRowStride, head, p.queryNopeHeadStride)),
          packed: b.offset(p.packedKeyNope, b.mul(keyHead, packedBlocks), nopeDim * 128),
        },
      ];
      if (ropeDim > 0) {
        parts.push({
          dim: ropeDim,
          queries: rows.map((row) => at(b, p.queryRope, row, p.queryRopeRowStride, head, p.queryRopeHeadStride)),
          packed: p.packedKeyRope,
        });
      }
      const from = tileStart(b, starts[0]!);
      const maxima = rows.map(() => b.variable(b.vectorF32(Number.NEGATIVE_INFINITY)));
      b.loop(from, end, 2 * b.lanes, (key) => {
        scoreTile(b, parts, key).forEach((tile, i) => {
          tile.forEach((score, j) => {
            const visible = visibleKeys(b, b.add(key, j * b.lanes), starts[i]!, rows[i]!);
            const scaled = b.mul(score, b.splat(p.scale));
            const masked = b.select<'vf32'>(visible, scaled, Number.NEGATIVE_INFINITY);
            b.store(b.offset(weights[i]!, b.sub(key, from)), masked, j * b.lanes * 4);
            maxima[i]!.set(b.max(maxima[i]!.get(), masked));
          });
        });
      });
      const highest = maxima.map((maximum) => b.reduceMax(maximum.get()));
      const sums = exponentials(b, weights, highest, b.sub(end, from));
      const inverses = sums.map((sum) => b.div<'f32'>(1, sum));
      const shift = b.sub(starts[0]!, from);
      const range = { first: starts[0]!, end, weights: weights.map((row) => b.offset(row, shift)) };
      const values = b.offset(p.value, b.mul(keyHead, p.valueHeadStride));
      const inBlock = b.sub(p.rows, first);
      weightedRows(b, range, values, p.valueRowStride, valueDim, (i, vectors, put) => {
        b.if(b.lt(b.i32(i), inBlock), () => {
          const to = b.offset(b.offset(p.output, b.mul(rows[i]!, p.outputRowStride)), head, valueDim * 4);
          put(
            to,
            vectors.map((vector) => b.mul(vector, b.splat(inverses[i]!))),
          );
        });
      });
      rows.forEach((row, i) => {
        b.if(b.lt(b.i32(i), inBlock), () => {
          const value = b.add(highest[i]!, b.log(sums[i]!));
          b.store(b.offset(p.logSumExp, b.add(b.mul(row, p.heads), head)), value);
        });
      });
    });
  },
  ({ nopeDim, ropeDim, valueDim, group }) => ({
    extents: (n) => {
      const keyHeads = Math.floor(n.heads / group);
      const headsOf = (rowStride: number, headStride: number, dim: number, heads = n.heads) =>
        headed(n.rows, rowStride, heads, headStride, dim);
      return {
        output: headsOf(n.outputRowStride, valueDim, valueDim),
        logSumExp: list(n.rows * n.heads),
        scratch: scratchExtent(n),
        queryNope: headsOf(n.queryNopeRowStride, n.queryNopeHeadStride, nopeDim),
        queryRope: headsOf(n.queryRopeRowStride, n.queryRopeHeadStride, ropeDim),
        packedKeyNope: list(packedKeysElements(n.rows, keyHeads, nopeDim)),
        packedKeyRope: list(packedKeysElements(n.rows, 1, ropeDim)),
        value: headsOf(n.valueRowStride, n.valueHeadStride, valueDim, keyHeads),
        start: documents('starts', n.rows, longestDocument(n.scratchKeys)),
      };
    },
    sample: (draw) => {
      const [rows, heads, longest] = [draw(0, 40), group * draw(1, 2), draw(1, 12)];
      const [queryNopeHeadStride, queryRopeHeadStride] = [nopeDim + draw(0, 2), ropeDim + draw(0, 2)];
      const valueHeadStride = valueDim + draw(0, 2);
      return {
        ...{ rows, heads, scratchKeys: attentionScratchKeys(longest) },
        ...{ queryNopeHeadStride, queryRopeHeadStride, valueHeadStride },
        queryNopeRowStride: heads * queryNopeHeadStride + draw(0, 2),
        queryRopeRowStride: heads * queryRopeHeadStride + draw(0, 2),
        valueRowStride: heads * valueHeadStride + draw(0, 2),
        outputRowStride: heads * valueDim + draw(0, 2),
      };
    },
  }),
);

/** Replaces the scores by e^(score - highest) and yields their sums; `count` is rounded up to whole tiles. */
function exponentials(b: Builder, weights: readonly Pointer[], highest: readonly F32[], count: I32): F32[] {
  const sums = weights.map(() => b.variable(b.vectorF32(0)));
  const shifts = highest.map((value) => b.splat(value));
  b.loop(0, count, b.lanes, (s) => {
    weights.forEach((row, i) => {
      const address = b.offset(row, s);
      const weight = expNonPositive(b, b.sub(b.loadVector(address), shifts[i]!));
      b.store(address, weight);
      sums[i]!.set(b.add(sums[i]!.get(), weight));
    });
  });
  return sums.map((sum) => b.reduceAdd(sum.get()));
}
