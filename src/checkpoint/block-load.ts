import { type PanelFormat, packPanels, rowBytes } from '../kernels/panels.ts';

/** Bytes of a matrix that are read and packed at once. */
export const PIECE_BYTES = 4 << 20;

/** Some rows of a matrix: where they stand in files, and the panels that they become. */
export interface LoadJob {
  /** For messages. */
  readonly matrix: string;
  readonly firstRow: number;
  readonly format: PanelFormat;
  readonly lanes: number;
  /** Numbers in a row. */
  readonly inner: number;
  /** Bytes of the rows as the file has them. */
  readonly bytes: number;
  /** Parts of those bytes, one after another. */
  readonly parts: readonly { readonly path: string; readonly offset: number; readonly bytes: number }[];
  /** Place of the panels in the runtime's memory. */
  readonly address: number;
  readonly panelBytes: number;
}

/**
 * Packs rows that were read to the beginning of their own panels: the threads that read then wait for the system to commit
 * that memory, which takes as long as the packing. `buffer` has room for them.
 * @throws {Error} naming the matrix if its blocks are damaged
 */
export function packInPlace(
  { matrix, firstRow, format, lanes, inner }: Pick<LoadJob, 'matrix' | 'firstRow' | 'format' | 'lanes' | 'inner'>,
  panels: Uint8Array,
  bytes: number,
  buffer: Uint8Array,
): void {
  const source = buffer.subarray(0, bytes);
  source.set(panels.subarray(0, bytes));
  try {
    packPanels(format, lanes, { rows: bytes / rowBytes(format, inner), inner }, source, panels);
  } catch (error) {
    throw new Error(`weights ${matrix}, rows from ${firstRow}: ${(error as Error).message}`, { cause: error });
  }
}
