import {
  type AttentionVariant,
  addTransposed,
  at,
  attentionScratchKeys,
  checkVariant,
  dotProduct,
  KEY_BLOCK,
  keyBlocks,
  longestDocument,
  ownScratch,
  type Panel,
  packedKeysElements,
  QUERY_BLOCK,
  QUERY_PANEL,
  rowsOf,
  type ScorePart,
  scoreTile,
  scratchExtent,
  tileStart,
  visibleKeys,
  weightedRows,
} from './attention-tiles.ts';
import type { Builder, F32, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { documents, headed, list, matrix } from './extents.ts';
import { expNonPositive } from './intrinsics.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';

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
    const own = ownScratch(b, p.scratch, p.scratchKeys);
    const probabilities = { row: own, stride: p.scratchKeys };
    const scoreGradients = { row: b.offset(own, b.mul(p.scratchKeys, QUERY_PANEL)), stride: p.scratchKeys };

    /** Up to QUERY_PANEL rows of one head: gradients of the queries, then what the rows add to keys and values. */
    const queryPanel = (head: I32, keyHead: I32, keys: KeyRows, first: I32, begin: I32, documentEnd: I32) => {
      const end = b.min(b.add(first, QUERY_PANEL), documentEnd);
      const from = tileStart(b, begin);
      const parts = [
        { dim: nopeDim, row: b.offset(p.queryNope, b.mul(head, p.queryNopeHeadStride)), stride: p.queryNopeRowStride },
        { dim: ropeDim, row: b.offset(p.queryRope, b.mul(head, p.queryRopeHeadStride)), stride: p.queryRopeRowStride },
      ].slice(0, ropeDim > 0 ? 2 : 1);
      const packed = [
        b.offset(p.packedKeyNope, b.mul(keyHead, packedBlocks), nopeDim * KEY_BLOCK * 4),
        p.packedKeyRope,
      ];
      const packedValue = b.offset(p.packedValue, b.mul(keyHead, packedBlocks), valueDim * KEY_BLOCK * 4);
      const outputGradient = b.offset(p.outputGradient, head, valueDim * 4);

      b.loop(first, end, QUERY_BLOCK, (blockFirst) => {
        const lastRow = b.sub(documentEnd, 1);
        const rows = rowsOf(QUERY_BLOCK).map((i) => (i === 0 ? blockFirst : b.min(b.add(blockFirst, i), lastRow)));
        const gradients = rows.map((row) => b.offset(outputGradient, b.mul(row, p.outputGradientRowStride)));
        const block: QueryBlock = {
          rows,
          begin,
          from,
          end: b.add(rows[QUERY_BLOCK - 1]!, 1),
          panelEnd: end,
          parts: parts.map(({ dim, row, stride }, part) => ({
            dim,
            queries: rows.map((t) => b.offset(row, b.mul(t, stride))),
            packed: packed[part]!,
          })),
          values: { dim: valueDim, queries: gradients, packed: packedValue },
          normalizers: rows.map((row) => b.splat(b.load(b.offset(p.logSumExp, b.add(b.mul(row, p.heads), head))))),
          deltas: rows.map((row, i) => {
            const output = b.offset(b.offset(p.output, b.mul(row, p.outputRowStride)), head, valueDim * 4);
            return b.splat(dotProduct(b, gradients[i]!, output, valueDim));
          }),
          probabilities: panelRows(b, probabilities, b.sub(blockFirst, first)),
          scoreGradients: panelRows(b, scoreGradients, b.sub(blockFirst, first)),
        };
        scoreGradientsOf(b, block, p.scale);
        const shift = b.sub(begin, from);
        const range = {
          first: begin,
          end: block.end,
          weights: block.scoreGradients.map((row) => b.offset(row, shift)),
        };
        const store = (dim: number, source: Pointer, rowStride: I32, target: (row: I32) => Pointer) => {
          weightedRows(b, range, source, rowStride, dim, (i, vectors, put) => {
            b.if(b.lt(b.add(blockFirst, i), documentEnd), () => put(target(rows[i]!), vectors));
          });
        };
        store(nopeDim, keys.nope, p.keyNopeRowStride, (row) =>
          at(b, p.queryNopeGradient, row, p.queryNopeGradientRowStride, head, p.queryNopeGradientHeadStride),
        );
        if (ropeDim > 0) {
          store(ropeDim, p.keyRope, p.keyRopeRowStride, (row) =>
            at(b, p.queryRopeGradient, row, p.queryRopeGradientRowStride, head, p.queryRopeGradientHeadStride),
          );
        }
      });

      const panel = { first: begin, end, rows: b.sub(end, first), weightStride: p.scratchKeys };
      const shift = b.sub(begin, from);
      const ofScores: Panel = { ...panel, weights: b.offset(scoreGradients.row, shift) };
      const ofValues: Panel = { ...panel, weights: b.offset(probabilities.row, shift) };
      const add = (weights: Panel, source: Pointer, stride: I32, target: Pointer, targetStride: I32, dim: number) =>
        addTransposed(b, weights, b.offset(source, b.mul(first, stride)), stride, target, targetStride, dim);
      const [nope, rope] = parts;
      add(ofScores, nope!.row, nope!.stride, keys.nopeGradient, p.keyNopeGradientRowStride, nopeDim);
      if (rope) add(ofScores, rope.row, rope.stride, keys.ropePartials, b.i32(ropeDim), ropeDim);
      add(ofValues, outputGradient, p.outputGradientRowStride, keys.valueGradient, p.valueGradientRowStride, valueDim);
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
              b.loop(row, documentEnd, QUERY_PANEL, (first) =>
                queryPanel(head, keyHead, keys, first, row, documentEnd),
              );
            });
          });
          index.set(b.add(headStart, documentEnd));
        },
      );
    });
  },
  ({ nopeDim, ropeDim, valueDim, group }) => ({
    extents: (n) => {
      const keyHeads = Math.floor(n.heads / group);
      const headsOf = (rowStride: number, headStride: number, dim: number, heads = n.heads) =>
        headed(n.rows, rowStride, heads, headStride, dim);
      const longest = longestDocument(n.scratchKeys);
      return {
        queryNopeGradient: headsOf(n.queryNopeGradientRowStride, n.queryNopeGradientHeadStride, nopeDim),
        queryRopeGradient: headsOf(n.queryRopeGradientRowStride, n.queryRopeGradientHeadStride, ropeDim),
        keyNopeGradient: headsOf(n.keyNopeGradientRowStride, n.keyNopeGradientHeadStride, nopeDim, keyHeads),
        keyRopePartials: list(keyHeads * n.rows * ropeDim),
        valueGradient: headsOf(n.valueGradientRowStride, n.valueGradientHeadStride, valueDim, keyHeads),
        scratch: scratchExtent(n),
        outputGradient: headsOf(n.outputGradientRowStride, valueDim, valueDim),
        output: headsOf(n.outputRowStride, valueDim, valueDim),
        logSumExp: list(n.rows * n.heads),
        queryNope: headsOf(n.queryNopeRowStride, n.queryNopeHeadStride, nopeDim),
        queryRope: headsOf(n.queryRopeRowStride, n.queryRopeHeadStride, ropeDim),
        keyNope: headsOf(n.keyNopeRowStride, n.keyNopeHeadStride, nopeDim, keyHeads),
        keyRope: matrix(n.rows, ropeDim, n.keyRopeRowStride),
        packedKeyNope: list(packedKeysElements(n.rows, keyHeads, nopeDim)),
        packedKeyRope: list(packedKeysElements(n.rows, 1, ropeDim)),
        packedValue: list(packedKeysElements(n.rows, keyHeads, valueDim)),
        start: documents('starts', n.rows, longest),
        end: documents('ends', n.rows, longest),
      };
    },
    sample: (draw) => {
      const [rows, heads, longest] = [draw(1, 40), group * draw(1, 2), draw(1, 20)];
      const of = (dim: number) => ({ head: dim + draw(0, 2), row: heads * (dim + 2) + draw(0, 2) });
      const [query, key, rope] = [of(nopeDim), of(nopeDim), of(ropeDim)];
      const [queryGradient, keyGradient, ropeGradient] = [of(nopeDim), of(nopeDim), of(ropeDim)];
      const value = of(valueDim);
      return {
        ...{ rows, heads, scratchKeys: attentionScratchKeys(longest) },
        ...{ queryNopeRowStride: query.row, queryNopeHeadStride: query.head },
        ...{ queryRopeRowStride: rope.row, queryRopeHeadStride: rope.head },
        ...{ keyNopeRowStride: key.row, keyNopeHeadStride: key.head, keyRopeRowStride: ropeDim + draw(0, 2) },
        ...{ outputRowStride: heads * valueDim + draw(0, 2), outputGradientRowStride: heads * valueDim + draw(0, 2) },
        ...{ queryNopeGradientRowStride: queryGradient.row, queryNopeGradientHeadStride: queryGradient.head },
        ...{ queryRopeGradientRowStride: ropeGradient.row, queryRopeGradientHeadStride: ropeGradient.head },
        ...{ keyNopeGradientRowStride: keyGradient.row, keyNopeGradientHeadStride: keyGradient.head },
        ...{ valueGradientRowStride: value.row, valueGradientHeadStride: value.head },
      };
    },
  }),
);

/** QUERY_BLOCK rows of one head and document. */
interface QueryBlock {
  readonly rows: readonly I32[];
  /** First key, the tile it is in, one past the last key, and one past the last key of the panel. */
  readonly begin: I32;
  readonly from: I32;
  readonly end: I32;
  readonly panelEnd: I32;
  readonly parts: readonly ScorePart[];
  /** Gradients of the output against packed values. */
  readonly values: ScorePart;
  readonly normalizers: readonly VectorF32[];
  readonly deltas: readonly VectorF32[];
  /** Rows of scratch whose element 0 belongs to key `from`. */
  readonly probabilities: readonly Pointer[];
  readonly scoreGradients: readonly Pointer[];
}

/** Rows `first`, first + 1, … of a panel in the scratch. */
function panelRows(b: Builder, panel: { row: Pointer; stride: I32 }, first: I32): Pointer[] {
  return rowsOf(QUERY_BLOCK).map((i) => b.offset(panel.row, b.mul(b.add(first, i), panel.stride)));
}

/** Fills a block's rows of probabilities and of gradients of the scores, with zeros up to the end of the panel. */
function scoreGradientsOf(b: Builder, block: QueryBlock, scale: F32): void {
  const { rows, begin, from, end, probabilities, scoreGradients } = block;
  const factor = b.splat(scale);
  const filled = b.variable(from);
  b.loop(from, end, 2 * b.lanes, (key) => {
    const place = b.sub(key, from);
    scoreTile(b, block.parts, key).forEach((tile, i) => {
      tile.forEach((score, j) => {
        const visible = visibleKeys(b, b.add(key, j * b.lanes), begin, rows[i]!);
        const exponent = b.fma(score, factor, b.neg(block.normalizers[i]!));
        const masked = b.select<'vf32'>(visible, exponent, Number.NEGATIVE_INFINITY);
        b.store(b.offset(probabilities[i]!, place), expNonPositive(b, masked), j * b.lanes * 4);
      });
    });
    scoreTile(b, [block.values], key).forEach((tile, i) => {
      tile.forEach((product, j) => {
        const probability = b.loadVector(b.offset(probabilities[i]!, place), j * b.lanes * 4);
        const scaled = b.mul(b.mul(probability, b.sub(product, block.deltas[i]!)), factor);
        b.store(b.offset(scoreGradients[i]!, place), scaled, j * b.lanes * 4);
      });
    });
    filled.set(b.add(key, 2 * b.lanes));
  });
  b.loop(filled.get(), block.panelEnd, b.lanes, (key) => {
    for (const row of [...probabilities, ...scoreGradients]) {
      b.store(b.offset(row, b.sub(key, from)), b.vectorF32(0));
    }
  });
}

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
  {
    extents: (n) => ({
      keyRopeGradient: matrix(n.rows, n.ropeDim, n.rowStride),
      partials: list(n.heads * n.rows * n.ropeDim),
    }),
    sample: (draw) => {
      const ropeDim = draw(1, 40);
      return { rows: draw(0, 9), heads: draw(1, 4), ropeDim, rowStride: ropeDim + draw(0, 3) };
    },
  },
);
