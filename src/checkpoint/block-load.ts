import { type PanelFormat, packPanels, rowBytes } from '../kernels/panels.ts';
import type { ScaleGrid } from './scale-grid.ts';

/**
 * Bytes of a matrix that are read and packed at once. A piece that was just read still lies in the second cache when it is
 * packed.
 */
export const PIECE_BYTES = 1 << 20;

/** Rows that follow one another in a file. */
export interface LoadPart {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Of floats of 8 bits: the scales of their tensor, in which these rows begin with row `first`. */
  readonly scales?: { readonly grid: ScaleGrid; readonly first: number } | undefined;
}

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
  readonly parts: readonly LoadPart[];
  /** Place of the panels: which of the memories, and where in it. */
  readonly memory: number;
  readonly address: number;
  readonly panelBytes: number;
}

/** What several threads load together: each takes the next job until none is left. */
export interface LoadWork {
  readonly jobs: readonly LoadJob[];
  /** One word of shared memory, the number of jobs taken. */
  readonly taken: Int32Array;
}

/** The numbers of the jobs that a thread gets of work that others do too. */
export function* take({ jobs, taken }: LoadWork): Generator<number> {
  for (let next = Atomics.add(taken, 0, 1); next < jobs.length; next = Atomics.add(taken, 0, 1)) yield next;
}

/**
 * Packs rows as a file has them into their panels.
 * @param scales of floats of 8 bits, [rows, groups of 128 columns]
 * @throws {Error} naming the matrix if its blocks are damaged
 */
export function packRows(
  { matrix, firstRow, format, lanes, inner }: Pick<LoadJob, 'matrix' | 'firstRow' | 'format' | 'lanes' | 'inner'>,
  source: Uint8Array,
  panels: Uint8Array,
  scales?: Float32Array,
): void {
  try {
    packPanels(format, lanes, { rows: source.length / rowBytes(format, inner), inner }, source, panels, scales);
  } catch (error) {
    throw new Error(`weights ${matrix}, rows from ${firstRow}: ${(error as Error).message}`, { cause: error });
  }
}
