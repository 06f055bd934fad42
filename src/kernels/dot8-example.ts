import type { Builder, I32, Pointer } from './builder.ts';
import { list } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import { ceilDivide, workerShare } from './matmul-tile.ts';

/**
 * Products of 4-bit weights with 8-bit activations, to show that the language expresses them at full speed. They serve
 * tests and benchmarks only; nothing in the product uses them.
 *
 * Weights W[N, K] stand in blocks of 32 along K: w = scale·(q - 8), q in 0..15. Panels of 4·lanes rows are stored block
 * by block: the scales of the rows (f32 or f16), then for every 8 steps of K and every vector of rows 4·lanes bytes,
 * whose low nibbles are steps 0..3 of each row and whose high nibbles are steps 4..7. N is a multiple of 4·lanes.
 *
 * Activations A[M, K] are 8-bit with one scale per block of 32: a = scale·q. `corrections` holds -8·Σq of each block,
 * from which the sums start, so that the inner loop needs no offset.
 */
export const BLOCK = 32;

export interface Dot8Variant extends Readonly<Record<string, number | string>> {
  /** Rows of A and vectors of W's rows in one tile: 1 × 4 for a matrix-vector product, 4 × 2 for a matrix product. */
  readonly rows: number;
  readonly vectors: 1 | 2 | 4;
  readonly scale: 'f32' | 'f16';
}

/** Bytes of one block of a panel. */
export function panelBlockBytes(lanes: number, scale: 'f32' | 'f16'): number {
  return 4 * lanes * (scale === 'f32' ? 4 : 2) + 4 * lanes * (BLOCK / 2);
}

/** C[M, N] = A·Wᵀ for M a multiple of the tile's rows. */
export const dot8Matmul = defineKernelFamily(
  'dot8_matmul',
  {
    a: 'in',
    scalesA: 'in',
    corrections: 'in',
    weights: 'in',
    c: 'out',
    rows: 'i32',
    columns: 'i32',
    /** Blocks of 32 along K. */
    blocks: 'i32',
  },
  (b, p, variant: Dot8Variant) => {
    const parts = 4 / variant.vectors;
    const panels = b.mul<'i32'>(ceilDivide(b, p.columns, 4 * b.lanes), parts);
    const rowBlocks = b.divide(p.rows, variant.rows);
    const share = workerShare(b, b.mul<'i32'>(panels, rowBlocks));
    const next = b.variable(share.start);
    b.while(
      () => b.lt<'i32'>(next.get(), share.end),
      () => {
        const now = next.get();
        const part = b.divideUnsigned(now, rowBlocks);
        const first = b.sub<'i32'>(now, b.mul<'i32'>(part, rowBlocks));
        const last = b.min<'i32'>(rowBlocks, b.add<'i32'>(first, b.sub<'i32'>(share.end, now)));
        b.loop(first, last, 1, (rowBlock) => oneTile(b, p, variant, b.mul<'i32'>(rowBlock, variant.rows), part));
        next.set(b.add<'i32'>(now, b.sub<'i32'>(last, first)));
      },
    );
  },
  ({ rows: tileRows, scale }) => ({
    extents: (n, target) => ({
      a: list(n.rows * n.blocks * BLOCK, 'i8'),
      scalesA: list(n.rows * n.blocks),
      corrections: list(n.rows * n.blocks, 'i32'),
      weights: list(Math.ceil(n.columns / (4 * target.lanes)) * n.blocks * panelBlockBytes(target.lanes, scale), 'u8'),
      c: list(n.rows * n.columns),
    }),
    sample: (draw) => ({ rows: tileRows * draw(0, 2), columns: 64 * draw(1, 2), blocks: draw(1, 2) }),
  }),
);

interface Operands {
  readonly a: Pointer;
  readonly scalesA: Pointer;
  readonly corrections: Pointer;
  readonly weights: Pointer;
  readonly c: Pointer;
  readonly columns: I32;
  readonly blocks: I32;
}

function oneTile(b: Builder, p: Operands, { rows, vectors, scale }: Dot8Variant, row: I32, part: I32): void {
  const parts = 4 / vectors;
  const panel = b.divideUnsigned(part, parts);
  const inPanel = b.remainderUnsigned(part, parts);
  const blockBytes = panelBlockBytes(b.lanes, scale);
  const scaleBytes = scale === 'f32' ? 4 : 2;
  const panelStart = b.offset(p.weights, b.mul<'i32'>(panel, p.blocks), blockBytes);
  // Both parts of a block shift with the vectors that this tile takes of the panel.
  const scales = b.offset(panelStart, inPanel, vectors * b.lanes * scaleBytes);
  const nibbles = b.offset(panelStart, inPanel, vectors * 4 * b.lanes);
  const nibblesAt = 4 * b.lanes * scaleBytes;
  const startRow = b.mul<'i32'>(row, p.blocks);
  const rowsOf = (base: Pointer, bytes: number) =>
    Array.from({ length: rows }, (_, r) => b.offset(b.offset(base, startRow, bytes), b.mul<'i32'>(p.blocks, r), bytes));
  const [activations, scalesA, corrections] = [
    rowsOf(p.a, BLOCK),
    rowsOf(p.scalesA, 4),
    rowsOf(p.corrections, 4),
  ] as const;
  const zero = b.vectorF32(0);
  const results = Array.from({ length: rows * vectors }, () => b.variable(zero));
  b.loop(0, p.blocks, 1, (block) => {
    const weights = b.offset(nibbles, block, blockBytes);
    const row8 = activations.map((pointer) => b.offset(pointer, block, BLOCK));
    const sums = corrections.flatMap((pointer) => {
      const start = b.splat(b.loadI32(b.offset(pointer, block)));
      return Array.from({ length: vectors }, () => start);
    });
    for (let step = 0; step < BLOCK / 8; step++) {
      const bytes = Array.from({ length: vectors }, (_, v) =>
        b.loadBytes(weights, nibblesAt + (step * 4 + v) * 4 * b.lanes),
      );
      const low = bytes.map((value) => b.and<'vi8'>(value, 15));
      const high = bytes.map((value) => b.shiftRightUnsigned(value, 4));
      for (const [half, quants] of [low, high].entries()) {
        for (const [r, pointer] of row8.entries()) {
          const a = b.loadSplatBytes(pointer, step * 8 + half * 4);
          for (const [v, w] of quants.entries()) {
            sums[r * vectors + v] = b.dot(sums[r * vectors + v]!, a, w);
          }
        }
      }
    }
    const scalesW = b.offset(scales, block, blockBytes);
    for (let v = 0; v < vectors; v++) {
      const scaleW = b.loadVector(scalesW, v * b.lanes * scaleBytes, scale);
      for (const [r, pointer] of scalesA.entries()) {
        const result = results[r * vectors + v]!;
        const factor = b.mul<'vf32'>(scaleW, b.loadSplat(b.offset(pointer, block)));
        result.set(b.fma<'vf32'>(b.toF32(sums[r * vectors + v]!), factor, result.get()));
      }
    }
  });
  const column = b.mul<'i32'>(part, vectors * b.lanes);
  for (let r = 0; r < rows; r++) {
    const to = b.offset(p.c, b.add<'i32'>(b.mul<'i32'>(b.add<'i32'>(row, r), p.columns), column));
    for (let v = 0; v < vectors; v++) b.store(to, results[r * vectors + v]!.get(), v * b.lanes * 4);
  }
}

/** Weights for a panel layout, with their values, from integers and scales in row-major order. */
export function packWeights(
  quants: Uint8Array,
  scales: Float32Array,
  columns: number,
  inner: number,
  lanes: number,
  scale: 'f32' | 'f16',
): Uint8Array<ArrayBuffer> {
  const blocks = inner / BLOCK;
  const wide = 4 * lanes;
  const blockBytes = panelBlockBytes(lanes, scale);
  const packed = new Uint8Array((columns / wide) * blocks * blockBytes);
  const view = new DataView(packed.buffer);
  for (let n = 0; n < columns; n++) {
    const [panel, inPanel] = [Math.floor(n / wide), n % wide];
    const [vector, lane] = [Math.floor(inPanel / lanes), inPanel % lanes];
    for (let block = 0; block < blocks; block++) {
      const at = (panel * blocks + block) * blockBytes;
      const value = scales[n * blocks + block]!;
      if (scale === 'f32') view.setFloat32(at + inPanel * 4, value, true);
      else view.setFloat16(at + inPanel * 2, value, true);
      const start = at + wide * (scale === 'f32' ? 4 : 2);
      for (let k = 0; k < BLOCK; k++) {
        const [step, inStep] = [Math.floor(k / 8), k % 8];
        const byte = start + (step * 4 + vector) * wide + lane * 4 + (inStep % 4);
        packed[byte] = packed[byte]! | (quants[n * inner + block * BLOCK + k]! << (inStep < 4 ? 0 : 4));
      }
    }
  }
  return packed;
}

/** Activations in 8 bits with one scale per block of 32, and the corrections for the weights' offset of 8. */
export function quantiseActivations(values: ArrayLike<number>): {
  quants: Int8Array;
  scales: Float32Array;
  corrections: Int32Array;
} {
  const blocks = values.length / BLOCK;
  const quants = new Int8Array(values.length);
  const scales = new Float32Array(blocks);
  const corrections = new Int32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let k = 0; k < BLOCK; k++) largest = Math.max(largest, Math.abs(values[block * BLOCK + k]!));
    scales[block] = largest / 127;
    for (let k = 0; k < BLOCK; k++) {
      const q = largest === 0 ? 0 : Math.round(values[block * BLOCK + k]! / scales[block]!);
      quants[block * BLOCK + k] = q;
      corrections[block]! -= 8 * q;
    }
  }
  return { quants, scales, corrections };
}
