import { packPanels, panelRowBytes, rowBytes } from '../kernels/panels.ts';
import type { BlockRows, BlockTensor, Runtime } from '../tensor/index.ts';

/** Reads rows of weights as a file has them: as many as fill the target, from row `first` of its tensor on. */
export type RowReader = (first: number, target: Uint8Array) => Promise<void>;

interface Segment {
  readonly rows: BlockRows;
  readonly firstInFile: number;
  readonly read: RowReader;
}

/** Bytes of a matrix that are read and packed at once, and how many such pieces are under way. */
const PIECE_BYTES = 4 << 20;
const PIECES = 4;

/**
 * Reads weights in blocks or 16-bit floats from files and packs them in panels, straight into the memory of a runtime.
 * Beyond that memory only a few pieces of some MiB are held; files are read while others are packed.
 */
export class BlockLoader {
  readonly #runtime: Runtime;
  readonly #onRead: (bytes: number) => void;
  readonly #matrices = new Map<number, { readonly matrix: BlockTensor; readonly segments: Segment[] }>();

  constructor(runtime: Runtime, onRead: (bytes: number) => void = () => {}) {
    this.#runtime = runtime;
    this.#onRead = onRead;
  }

  /** Notes that `rows` come from a tensor of a file, beginning with its row `firstInFile`. */
  add(rows: BlockRows, firstInFile: number, read: RowReader): void {
    const { matrix } = rows;
    const address = matrix.panels.storage.address! + matrix.panels.offset;
    const entry = this.#matrices.get(address) ?? { matrix, segments: [] };
    this.#matrices.set(address, entry);
    entry.segments.push({ rows, firstInFile, read });
  }

  /**
   * Reads all that was noted.
   * @throws {Error} naming a matrix whose rows are not all there, or whose blocks are damaged
   */
  async finish(): Promise<void> {
    const pieces = this.#pieces();
    const buffers = Array.from({ length: PIECES }, () => ({ bytes: new Uint8Array(0) }));
    await Promise.all(
      buffers.map(async (buffer) => {
        for (const { matrix, segments, first, count } of pieces) {
          const perRow = rowBytes(matrix.format, matrix.columns);
          if (buffer.bytes.length < count * perRow) buffer.bytes = new Uint8Array(count * perRow);
          const source = buffer.bytes.subarray(0, count * perRow);
          const target = this.#targetOf(matrix, first, count);
          // The bytes go through the place of the panels, so that the threads that read are the ones to wait for the
          // system to commit its memory, which takes as long as the packing.
          const read = target.subarray(0, source.length);
          await fill(read, perRow, segments, first, count);
          source.set(read);
          this.#pack(matrix, first, source, target);
          this.#onRead(source.length);
        }
      }),
    );
    this.#matrices.clear();
  }

  /** Whole panels of each matrix, in the order of memory; shared by all who take from it. */
  *#pieces() {
    for (const { matrix, segments } of this.#matrices.values()) {
      const { matrixRows: rows, lanes, format, columns } = matrix;
      const sorted = segments.sort((a, b) => a.rows.first - b.rows.first);
      let covered = 0;
      for (const { rows: segment } of sorted) covered = segment.first === covered ? covered + segment.count : -1;
      if (covered !== rows) throw new Error(`weights ${matrix.name}: not all of their ${rows} rows are in the file`);
      const panel = 2 * lanes;
      const step = Math.max(1, Math.floor(PIECE_BYTES / (panel * rowBytes(format, columns)))) * panel;
      for (let first = 0; first < rows; first += step) {
        yield { matrix, segments: sorted, first, count: Math.min(step, rows - first) };
      }
    }
  }

  /** The panels of whole pieces, with what fills up the last one. */
  #targetOf({ format, columns, matrixRows, panels }: BlockTensor, first: number, rows: number): Uint8Array {
    const all = this.#runtime.view(panels) as Uint8Array;
    const perRow = panelRowBytes(format, columns);
    return all.subarray(first * perRow, first + rows === matrixRows ? all.length : (first + rows) * perRow);
  }

  #pack({ name, format, lanes, columns: inner }: BlockTensor, first: number, source: Uint8Array, target: Uint8Array) {
    const rows = source.length / rowBytes(format, inner);
    try {
      packPanels(format, lanes, { rows, inner }, source, target);
    } catch (error) {
      throw new Error(`weights ${name}, rows from ${first}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Rows first…first+count-1 of a matrix from the segments that hold them, in order. */
async function fill(target: Uint8Array, perRow: number, segments: readonly Segment[], first: number, count: number) {
  for (const { rows, firstInFile, read } of segments) {
    const start = Math.max(first, rows.first);
    const end = Math.min(first + count, rows.first + rows.count);
    if (start >= end) continue;
    await read(firstInFile + start - rows.first, target.subarray((start - first) * perRow, (end - first) * perRow));
  }
}
