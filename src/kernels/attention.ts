import {
  addOuterProducts,
  dotProduct,
  keyBlocks,
  QUERY_BLOCK,
  type ScorePart,
  scoreTile,
  weightedRows,
} from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, Variable, VectorI32 } from './builder.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';

export { packedKeysElements, packKeys } from './attention-tiles.ts';

/** Shapes of one head, compile-time constants of the attention kernels. */
export type AttentionVariant = {
  /** Size of the part of query and key without rotation (DeepSeek: qk_nope_head_dim; elsewhere head_dim). */
  readonly nopeDim: number;
  /** Size of the rotary part whose key all heads share (qk_rope_head_dim); 0 if there is none. */
  readonly ropeDim: number;
  /** Size of a value (v_head_dim). */
  readonly valueDim: number;
  /** Query heads per head of keys and values: 1, or more for grouped-query attention. */
  readonly group: number;
};

/** Elements of the scratch of one row of scores, for documents of at most `longestDocument` rows. */
export function attentionScratchKeys(longestDocument: number): number {
  // The key range is widened to whole tiles at both ends (at most 2·31) and a query block may reach past a document
  // by three rows. The odd multiple of 16 keeps the rows of scores apart in the cache's sets.
  return Math.ceil((longestDocument + 3 + 62) / 32) * 32 + 16;
}

/** Elements of the scratch buffer of `attentionForward` and `attentionBackward`. */
export function attentionScratchElements(longestDocument: number, workers: number): number {
  return workers * 2 * QUERY_BLOCK * attentionScratchKeys(longestDocument);
}

function checkVariant({ nopeDim, ropeDim, valueDim, group }: AttentionVariant): void {
  if (nopeDim < 1 || ropeDim < 0 || valueDim < 1 || group < 1) {
    throw new RangeError(
      `attention needs nopeDim, valueDim and group of at least 1 and ropeDim of at least 0, got ` +
        `nopeDim=${nopeDim}, ropeDim=${ropeDim}, valueDim=${valueDim}, group=${group}`,
    );
  }
}

function at(b: Builder, base: Pointer, row: I32, rowStride: I32, head: I32, headStride: I32): Pointer {
  return b.offset(b.offset(base, b.mul(row, rowStride)), b.mul(head, headStride));
}

function rowsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

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
 * Work is split over (head, block of 4 rows). Values of masked rows next to a row take part with weight 0, so an
 * infinite value can spread a NaN to at most 3 rows before it.
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
    const weights = scratchRows(b, p.scratch, p.scratchKeys, 0);
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
);

/** This worker's rows of scratch, `skip` rows in. */
function scratchRows(b: Builder, scratch: Pointer, keys: I32, skip: number): Pointer[] {
  const own = b.offset(scratch, b.mul(b.mul(b.worker, keys), 2 * QUERY_BLOCK));
  return rowsOf(QUERY_BLOCK).map((i) => b.offset(own, b.mul(keys, skip + i)));
}

/** The first key of the tile that `key` is in. */
function tileStart(b: Builder, key: I32): I32 {
  return b.and(key, -2 * b.lanes);
}

/** Lanes of the keys key, key + 1, … that lie in start..row. */
function visibleKeys(b: Builder, key: I32, start: I32, row: I32): VectorI32 {
  const keys = b.add(b.laneIndex(), b.splat(key));
  return b.and(b.ge(keys, b.splat(start)), b.le(keys, b.splat(row)));
}

/** Replaces the scores by e^(score - highest) and yields their sums; `count` is rounded up to whole tiles. */
function exponentials(b: Builder, weights: readonly Pointer[], highest: readonly F32[], count: I32): F32[] {
  const sums = weights.map(() => b.variable(b.vectorF32(0)));
  const shifts = highest.map((value) => b.splat(value));
  b.loop(0, count, b.lanes, (s) => {
    weights.forEach((row, i) => {
      const address = b.offset(row, s);
      const weight = b.exp(b.sub(b.loadVector(address), shifts[i]!));
      b.store(address, weight);
      sums[i]!.set(b.add(sums[i]!.get(), weight));
    });
  });
  return sums.map((sum) => b.reduceAdd(sum.get()));
}

/**
 * Gradients of `attentionForward`, whole documents at a time. With P = e^(score - logSumExp) and
 * delta[t, h] = output[t, h]·outputGradient[t, h] (both recomputed here):
 *
 *   dScore[t, s, h] = scale · P · (outputGradient[t, h]·value[s] - delta)
 *   queryNopeGradient[t, h] = Σ_s dScore · keyNope[s]      queryRopeGradient[t, h] = Σ_s dScore · keyRope[s]
 *   keyNopeGradient[s, h/group] = Σ_t,h dScore · queryNope[t, h]
 *   valueGradient[s, h/group] = Σ_t,h P · outputGradient[t, h]
 *   keyRopePartials[h/group, s] = Σ_t,h dScore · queryRope[t, h], summed over heads by `sumKeyRopePartials`
 *
 * All gradients are overwritten. Shapes and strides as in `attentionForward`; outputGradient [rows, heads, valueDim]
 * with a row stride; each gradient has the strides of what it is the gradient of, except where it has its own below.
 * packedValue = packKeys of value (dim valueDim). end i32 [rows]: one past the last row of row t's document.
 * keyRopePartials [heads/group, rows, ropeDim] contiguous; without a rotary part the rotary pointers are not used.
 *
 * Work is split over (head of keys, document); a document's queries are added in ascending order, heads of a group one
 * after another.
 */
export const attentionBackward = defineKernelFamily(
  'attentionBackward',
  {
    queryNopeGradient: 'out',
    queryRopeGradient: 'out',
    keyNopeGradient: 'out',
    keyRopePartials: 'out',
    valueGradient: 'out',
    scratch: 'out',
    outputGradient: 'in',
    output: 'in',
    logSumExp: 'in',
    queryNope: 'in',
    queryRope: 'in',
    keyNope: 'in',
    keyRope: 'in',
    packedKeyNope: 'in',
    packedKeyRope: 'in',
    packedValue: 'in',
    start: 'in',
    end: 'in',
    rows: 'i32',
    heads: 'i32',
    scratchKeys: 'i32',
    scale: 'f32',
    queryNopeRowStride: 'i32',
    queryNopeHeadStride: 'i32',
    queryRopeRowStride: 'i32',
    queryRopeHeadStride: 'i32',
    keyNopeRowStride: 'i32',
    keyNopeHeadStride: 'i32',
    keyRopeRowStride: 'i32',
    outputRowStride: 'i32',
    outputGradientRowStride: 'i32',
    queryNopeGradientRowStride: 'i32',
    queryNopeGradientHeadStride: 'i32',
    queryRopeGradientRowStride: 'i32',
    queryRopeGradientHeadStride: 'i32',
    keyNopeGradientRowStride: 'i32',
    keyNopeGradientHeadStride: 'i32',
    valueGradientRowStride: 'i32',
    valueGradientHeadStride: 'i32',
  },
  (b, p, variant: AttentionVariant) => {
    checkVariant(variant);
    const { nopeDim, ropeDim, valueDim, group } = variant;
    const packedBlocks = keyBlocks(b, p.rows);
    const probabilities = scratchRows(b, p.scratch, p.scratchKeys, 0);
    const scoreGradients = scratchRows(b, p.scratch, p.scratchKeys, QUERY_BLOCK);

    const queryBlock = (head: I32, keyHead: I32, keys: KeyRows, first: I32, documentStart: I32, documentEnd: I32) => {
      const lastRow = b.sub(documentEnd, 1);
      const inBlock = b.sub(documentEnd, first);
      const rows = rowsOf(QUERY_BLOCK).map((i) => (i === 0 ? first : b.min(b.add(first, i), lastRow)));
      const queries = rows.map((row) => at(b, p.queryNope, row, p.queryNopeRowStride, head, p.queryNopeHeadStride));
      const rotary =
        ropeDim === 0
          ? []
          : rows.map((row) => at(b, p.queryRope, row, p.queryRopeRowStride, head, p.queryRopeHeadStride));
      const gradients = rows.map((row) =>
        b.offset(b.offset(p.outputGradient, b.mul(row, p.outputGradientRowStride)), head, valueDim * 4),
      );
      const deltas = rows.map((row, i) => {
        const output = b.offset(b.offset(p.output, b.mul(row, p.outputRowStride)), head, valueDim * 4);
        return b.splat(dotProduct(b, gradients[i]!, output, valueDim));
      });
      const normalizers = rows.map((row) => b.splat(b.load(b.offset(p.logSumExp, b.add(b.mul(row, p.heads), head)))));
      const end = b.add(rows[QUERY_BLOCK - 1]!, 1);
      const from = tileStart(b, documentStart);
      const parts: ScorePart[] = [
        { dim: nopeDim, queries, packed: b.offset(p.packedKeyNope, b.mul(keyHead, packedBlocks), nopeDim * 128) },
      ];
      if (ropeDim > 0) parts.push({ dim: ropeDim, queries: rotary, packed: p.packedKeyRope });
      const packedValue = b.offset(p.packedValue, b.mul(keyHead, packedBlocks), valueDim * 128);
      // Rows that only pad the block see no key, so they add nothing to the gradients of keys and values.
      const starts = rows.map((_, i) => b.select<'i32'>(b.lt(b.i32(i), inBlock), documentStart, end));

      b.loop(from, end, 2 * b.lanes, (key) => {
        const place = b.sub(key, from);
        scoreTile(b, parts, key).forEach((tile, i) => {
          tile.forEach((score, j) => {
            const visible = visibleKeys(b, b.add(key, j * b.lanes), starts[i]!, rows[i]!);
            const exponent = b.fma(score, b.splat(p.scale), b.neg(normalizers[i]!));
            const masked = b.select<'vf32'>(visible, exponent, Number.NEGATIVE_INFINITY);
            b.store(b.offset(probabilities[i]!, place), b.exp(masked), j * b.lanes * 4);
          });
        });
        scoreTile(b, [{ dim: valueDim, queries: gradients, packed: packedValue }], key).forEach((tile, i) => {
          tile.forEach((product, j) => {
            const probability = b.loadVector(b.offset(probabilities[i]!, place), j * b.lanes * 4);
            const scaled = b.mul(b.mul(probability, b.sub(product, deltas[i]!)), b.splat(p.scale));
            b.store(b.offset(scoreGradients[i]!, place), scaled, j * b.lanes * 4);
          });
        });
      });

      const shift = b.sub(documentStart, from);
      const range = { first: documentStart, end, weights: scoreGradients.map((row) => b.offset(row, shift)) };
      const weighted = { ...range, weights: probabilities.map((row) => b.offset(row, shift)) };
      const store = (dim: number, source: Pointer, rowStride: I32, target: (row: I32) => Pointer) => {
        weightedRows(b, range, source, rowStride, dim, (i, vectors, put) => {
          b.if(b.lt(b.i32(i), inBlock), () => put(target(rows[i]!), vectors));
        });
      };
      store(nopeDim, keys.nope, p.keyNopeRowStride, (row) =>
        at(b, p.queryNopeGradient, row, p.queryNopeGradientRowStride, head, p.queryNopeGradientHeadStride),
      );
      addOuterProducts(b, range, queries, keys.nopeGradient, p.keyNopeGradientRowStride, nopeDim);
      if (ropeDim > 0) {
        store(ropeDim, p.keyRope, p.keyRopeRowStride, (row) =>
          at(b, p.queryRopeGradient, row, p.queryRopeGradientRowStride, head, p.queryRopeGradientHeadStride),
        );
        addOuterProducts(b, range, rotary, keys.ropePartials, b.i32(ropeDim), ropeDim);
      }
      addOuterProducts(b, weighted, gradients, keys.valueGradient, p.valueGradientRowStride, valueDim);
    };

    const keyHeads = group === 1 ? p.heads : b.divide(p.heads, group);
    b.split(b.mul(keyHeads, p.rows), 1, (begin, stop) => {
      const index = b.variable(begin);
      b.while(
        () => b.lt(index.get(), stop),
        () => {
          const keyHead = b.divide(index.get(), p.rows);
          const headStart = b.mul(keyHead, p.rows);
          const row = b.sub(index.get(), headStart);
          const documentEnd = b.loadI32(b.offset(p.end, row));
          // A document belongs to the worker whose range holds its first row.
          b.if(b.eq(b.loadI32(b.offset(p.start, row)), row), () => {
            const keys: KeyRows = {
              nope: b.offset(p.keyNope, b.mul(keyHead, p.keyNopeHeadStride)),
              nopeGradient: b.offset(p.keyNopeGradient, b.mul(keyHead, p.keyNopeGradientHeadStride)),
              ropePartials: b.offset(p.keyRopePartials, headStart, ropeDim * 4),
              valueGradient: b.offset(p.valueGradient, b.mul(keyHead, p.valueGradientHeadStride)),
            };
            b.loop(row, documentEnd, 1, (s) => {
              clear(b, b.offset(keys.nopeGradient, b.mul(s, p.keyNopeGradientRowStride)), nopeDim);
              if (ropeDim > 0) clear(b, b.offset(keys.ropePartials, s, ropeDim * 4), ropeDim);
              clear(b, b.offset(keys.valueGradient, b.mul(s, p.valueGradientRowStride)), valueDim);
            });
            const firstHead = b.mul(keyHead, group);
            b.loop(firstHead, b.add(firstHead, group), 1, (head) => {
              b.loop(row, documentEnd, QUERY_BLOCK, (first) =>
                queryBlock(head, keyHead, keys, first, row, documentEnd),
              );
            });
          });
          index.set(b.add(headStart, documentEnd));
        },
      );
    });
  },
);

/** Row 0 of a head of keys and values, and of their gradients. */
interface KeyRows {
  readonly nope: Pointer;
  readonly nopeGradient: Pointer;
  readonly ropePartials: Pointer;
  readonly valueGradient: Pointer;
}

function clear(b: Builder, row: Pointer, dim: number): void {
  b.strips(dim, (strip) => strip.store(row, b.vectorF32(0)));
}

/**
 * keyRopeGradient[s] = Σ_h partials[h, s], heads in ascending order; partials [heads, rows, ropeDim] contiguous,
 * keyRopeGradient [rows, ropeDim] with a row stride.
 */
export const sumKeyRopePartials = defineKernel(
  'sumKeyRopePartials',
  { keyRopeGradient: 'out', partials: 'in', rows: 'i32', heads: 'i32', ropeDim: 'i32', rowStride: 'i32' },
  (b, p) => {
    const headStride = b.mul(p.rows, p.ropeDim);
    b.splitLoop(p.rows, (row) => {
      const from = b.offset(p.partials, b.mul(row, p.ropeDim));
      const to = b.offset(p.keyRopeGradient, b.mul(row, p.rowStride));
      b.strips(p.ropeDim, (strip) => {
        const sum: Variable<'vf32'> = b.variable(b.vectorF32(0));
        b.loop(0, p.heads, 1, (head) => {
          sum.set(b.add(sum.get(), strip.load(b.offset(from, b.mul(head, headStride)))));
        });
        strip.store(to, sum.get());
      });
    });
  },
);
