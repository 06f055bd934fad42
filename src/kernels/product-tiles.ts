import type { TargetInfo } from './ir.ts';

/** How a matrix product is cut for the registers and caches of a target. */
export interface ProductTile {
  /** Rows of C in registers, and vectors of each. */
  readonly rows: number;
  readonly vectors: number;
  /** Steps along K in one turn of the inner loop. */
  readonly unroll: number;
  /**
   * Steps along K that one pass takes, by how operands lie (see ProductForm), so that a panel of B stays in the nearest
   * caches between row blocks. Operands that are not in panels take fewer: their rows lie far apart and compete for the
   * same places in the caches.
   */
  readonly steps: { readonly rows: number; readonly panels: number; readonly columns: number };
  /** Row blocks that are multiplied with one panel of B before the next: their part of A stays in the second cache. */
  readonly band: number;
}

const CACHED = { steps: { rows: 1024, panels: 1024, columns: 256 }, band: 16 } as const;

/**
 * What `npm run bench -- tiles --workers 1 --target …` derives; it says whether the line in use still holds, that is
 * whether it reaches 95 % of the best. Two (fused) vectors leave registers for them and one broadcast of A.
 */
export const PRODUCT_TILES = {
  avx512: { rows: 13, vectors: 2, unroll: 4, ...CACHED },
  avx2: { rows: 5, vectors: 2, unroll: 4, ...CACHED },
  wasm: { rows: 6, vectors: 2, unroll: 4, ...CACHED },
  'wasm-fused': { rows: 6, vectors: 4, unroll: 16, ...CACHED },
} as const satisfies Record<string, ProductTile>;

/** The table's line for a target; undefined for targets that nobody measures (the interpreter, tests). */
function lineOf({ name, fusedVectors, vectorRegisters }: TargetInfo): ProductTile | undefined {
  if (name.startsWith('x64-avx512')) return PRODUCT_TILES.avx512;
  if (name.startsWith('x64-avx2')) return PRODUCT_TILES.avx2;
  // With fewer registers than it has, WebAssembly is asked for a small tile.
  if (!name.startsWith('wasm') || vectorRegisters < 15) return undefined;
  return fusedVectors > 1 ? PRODUCT_TILES['wasm-fused'] : PRODUCT_TILES.wasm;
}

/**
 * The cut of a product on a target. `operands`: registers that the two vectors of B and the broadcast of A take, 3, or 6
 * where pairs of bf16 numbers have to be taken apart, which leaves room for fewer rows.
 */
export function productTileFor(target: TargetInfo, operands: 3 | 6): ProductTile {
  const line = target.productTile ?? lineOf(target);
  if (line !== undefined && operands === 3) return line;
  const rows = Math.max(1, Math.min(14, Math.floor((target.vectorRegisters - operands) / 2)));
  const shape = { vectors: 2 * target.fusedVectors, unroll: target.fusedVectors > 1 ? 16 : 4, ...CACHED };
  return { ...shape, ...line, rows: Math.min(rows, line?.rows ?? rows) };
}
