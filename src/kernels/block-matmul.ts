import { ACTIVATION_BYTES, activationBlocks } from './block-activations.ts';
import { BLOCK, type BlockFormat, formatDetails, groupLayout, panelWidth } from './block-formats.ts';
import { panelsOf, weightPanels } from './block-memory.ts';
import { blockTileCount, blockTiles, fileBlocks } from './block-tile.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { bounds, type Draw, indices, matrix, rowsWithin } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import { ceilDivide, walkGroups, walkPairs, workerShare } from './matmul-tile.ts';

/**
 * Products of activations in 8-bit blocks (`quantiseRows`) with weights in panels (block-formats.ts): C = A·Wᵀ, as it is,
 * by heads with a matrix each, by groups of rows with a matrix each (experts), and by pairs of a row and an expert. An
 * element of C does not depend on the number of workers, nor on the rows that are computed with it; see `blockTiles` for
 * its error.
 */
export type BlockVariant = {
  readonly format: BlockFormat;
  /** Rows of A in one tile. */
  readonly tileRows: number;
};

const sizes = { strideC: 'i32', columns: 'i32', /** Along K. */ blocks: 'i32' } as const;

/** Rows that have room in A and in C. */
function rowsWithinBoth(
  n: { readonly blocks: number; readonly columns: number; readonly strideC: number },
  bytes: { readonly a: number; readonly c: number },
): number {
  const rowBytes = n.blocks * ACTIVATION_BYTES;
  const rowsA = rowBytes === 0 ? Number.POSITIVE_INFINITY : Math.floor(bytes.a / rowBytes);
  return Math.min(rowsA, rowsWithin(bytes.c, n.columns, n.strideC));
}

const drawSizes = (draw: Draw, format: BlockFormat) => {
  const columns = draw(1, 70);
  return { columns, blocks: (draw(1, 3) * formatDetails(format).weights) / BLOCK, strideC: columns + draw(0, 3) };
};

/** C[rows, columns] = A·Wᵀ. */
export const blockMatmul = defineKernelFamily(
  'block_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', ...sizes },
  (b, p, variant: BlockVariant) => {
    const share = workerShare(b, blockTileCount(b, variant.tileRows, p.rows, p.columns));
    blockTiles(b, variant, p, share.start, share.end);
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: activationBlocks(n.rows * n.blocks),
      weights: weightPanels(target, format, panelsOf(target, n.columns), n.blocks),
      c: matrix(n.rows, n.columns, n.strideC),
    }),
    sample: (draw) => ({ ...drawSizes(draw, format), rows: draw(0, 2 * tileRows + 1) }),
  }),
);

/** Address of the panels of matrix `index` among matrices of `columns` rows of `blocks` blocks. */
function matrixAddress(
  b: Builder,
  format: BlockFormat,
  p: { readonly weights: Pointer; readonly columns: I32; readonly blocks: I32 },
  index: I32,
): Pointer {
  const panels = b.mul<'i32'>(index, ceilDivide(b, p.columns, panelWidth(b.lanes)));
  const { bytes } = groupLayout(format, panelWidth(b.lanes));
  return b.offset(p.weights, b.mul<'i32'>(panels, fileBlocks(b, format, p.blocks)), bytes);
}

/**
 * Every head of every row through that head's matrix: C[r, h·columns + j] = Σ A[r, h·inner + k]·W[h][j, k] for inner =
 * 32·blocks; a row of A has the blocks of all heads, the matrices stand one after the other. Absorbed latent attention
 * takes queries into the latent space and back so (DeepSeek-V2 §2.1.3; `attn_k_b` and `attn_v_b` of GGUF files). Workers
 * share the tiles of all heads, those of one head after those of the head before.
 */
export const headsBlockMatmul = defineKernelFamily(
  'heads_block_matmul',
  { a: 'in', weights: 'in', c: 'out', rows: 'i32', heads: 'i32', ...sizes },
  (b, p, variant: BlockVariant) => {
    const rowBlocks = b.mul<'i32'>(p.heads, p.blocks);
    const perHead = blockTileCount(b, variant.tileRows, p.rows, p.columns);
    walkPairs(b, p.heads, perHead, (head, start, end) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(head, p.blocks), ACTIVATION_BYTES),
        weights: matrixAddress(b, variant.format, p, head),
        c: b.offset(p.c, b.mul<'i32'>(head, p.columns)),
        rowBlocks,
      };
      blockTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: activationBlocks(n.rows * n.heads * n.blocks),
      weights: weightPanels(target, format, n.heads * panelsOf(target, n.columns), n.blocks),
      c: matrix(n.rows, n.heads * n.columns, n.strideC),
    }),
    sample: (draw) => {
      const [heads, { columns, blocks, strideC }] = [draw(1, 3), drawSizes(draw, format)];
      return { rows: draw(0, 2 * tileRows + 1), heads, columns, blocks, strideC: (heads - 1) * columns + strideC };
    },
  }),
);

/** For each group e of rows offsets[e]…offsets[e+1]-1 of A and C: C = A·W[e]ᵀ, the matrices one after the other. */
export const groupedBlockMatmul = defineKernelFamily(
  'grouped_block_matmul',
  { a: 'in', weights: 'in', c: 'out', offsets: 'in', groups: 'i32', ...sizes },
  (b, p, variant: BlockVariant) => {
    const tilesOf = (rows: I32) => blockTileCount(b, variant.tileRows, rows, p.columns);
    walkGroups(b, p, tilesOf, (group, first, rows, { start, end }) => {
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(first, p.blocks), ACTIVATION_BYTES),
        weights: matrixAddress(b, variant.format, p, group),
        c: b.offset(p.c, b.mul<'i32'>(first, p.strideC)),
        rows,
      };
      blockTiles(b, variant, operands, start, end);
    });
  },
  ({ format, tileRows }) => ({
    extents: (n, target) => ({
      a: activationBlocks(n.capacity * n.blocks),
      weights: weightPanels(target, format, n.groups * panelsOf(target, n.columns), n.blocks),
      c: matrix(n.capacity, n.columns, n.strideC),
      offsets: bounds(n.groups + 1, n.capacity),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithinBoth(n, bytes) }),
    sample: (draw) => ({ ...drawSizes(draw, format), groups: draw(1, 4), capacity: draw(0, 3 * tileRows) }),
  }),
);

/**
 * C[i,:] = A[rowIds[i],:]·W[expertIds[i]]ᵀ for i = 0…pairs-1: for decoding, where few tokens meet many experts. Workers
 * share the panels of all pairs.
 */
export const expertBlockMatmul = defineKernelFamily(
  'expert_block_matmul',
  { a: 'in', weights: 'in', c: 'out', rowIds: 'in', expertIds: 'in', pairs: 'i32', ...sizes },
  (b, p, { format }: { readonly format: BlockFormat }) => {
    const perPair = ceilDivide(b, p.columns, panelWidth(b.lanes));
    walkPairs(b, p.pairs, perPair, (pair, first, last) => {
      const row = b.loadI32(b.offset(p.rowIds, pair));
      const operands = {
        ...p,
        a: b.offset(p.a, b.mul<'i32'>(row, p.blocks), ACTIVATION_BYTES),
        weights: matrixAddress(b, format, p, b.loadI32(b.offset(p.expertIds, pair))),
        c: b.offset(p.c, b.mul<'i32'>(pair, p.strideC)),
        rows: b.i32(1),
      };
      blockTiles(b, { format, tileRows: 1 }, operands, first, last);
    });
  },
  ({ format }) => ({
    extents: (n, target) => ({
      a: activationBlocks(n.capacity * n.blocks),
      weights: weightPanels(target, format, n.experts * panelsOf(target, n.columns), n.blocks),
      c: matrix(n.pairs, n.columns, n.strideC),
      rowIds: indices(n.pairs, n.capacity),
      expertIds: indices(n.pairs, n.experts),
    }),
    measure: (n, bytes, target) => ({
      capacity: Math.floor(bytes.a / Math.max(1, n.blocks * ACTIVATION_BYTES)),
      experts: Math.floor(
        bytes.weights / Math.max(1, weightPanels(target, format, panelsOf(target, n.columns), n.blocks).bytes),
      ),
    }),
    sample: (draw) => ({ ...drawSizes(draw, format), pairs: draw(0, 6), capacity: draw(1, 4), experts: draw(1, 3) }),
  }),
);
