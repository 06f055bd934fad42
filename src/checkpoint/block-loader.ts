import { isNarrowFormat, scalesInRow } from '../kernels/narrow-panels.ts';
import { panelRowBytes, rowBytes } from '../kernels/panels.ts';
import type { BlockRows, BlockTensor, LinearMemory, Runtime } from '../tensor/index.ts';
import { type LoadJob, type LoadPart, type LoadWork, PIECE_BYTES, packRows, take } from './block-load.ts';
import { LoadThreads, WORTH_THREADS } from './load-threads.ts';
import type { ScaleGrid } from './scale-grid.ts';

/** Reads rows of weights as a file has them: as many as fill the target, from row `first` of its tensor on. */
export interface RowReader {
  (first: number, target: Uint8Array): Promise<void>;
  /** Where row 0 stands in a file, of rows that follow one another there: other threads can then read them. */
  readonly place?:
    | { readonly path: string; readonly offset: number; readonly scales?: ScaleGrid | undefined }
    | undefined;
  /** The scales of floats of 8 bits, [count, groups of 128 columns], from row `first` on. */
  readonly scales?: ((first: number, count: number) => Promise<Float32Array>) | undefined;
}

interface Segment {
  readonly rows: BlockRows;
  readonly firstInFile: number;
  readonly read: RowReader;
}

interface Piece {
  readonly matrix: BlockTensor;
  readonly segments: readonly Segment[];
  readonly first: number;
  readonly count: number;
}

interface FinishOptions {
  /** Ends the reading, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes from which other threads take part. */
  readonly threadsFrom?: number | undefined;
  /** Those threads where they run already; they are closed at the end. */
  readonly threads?: LoadThreads | undefined;
}

/** Pieces under way in the calling thread. */
const PIECES = 4;

/**
 * Reads weights in blocks or narrow floats from files and packs them in panels, straight into the memories where they lie.
 * Beyond these only a few pieces of some MiB are held; files are read while others are packed.
 */
export class BlockLoader {
  readonly #runtime: Runtime;
  readonly #onRead: (bytes: number) => void;
  /** By the memory and the address of their panels. */
  readonly #matrices = new Map<LinearMemory, Map<number, { matrix: BlockTensor; segments: Segment[] }>>();

  constructor(runtime: Runtime, onRead: (bytes: number) => void = () => {}) {
    this.#runtime = runtime;
    this.#onRead = onRead;
  }

  /** Notes that `rows` come from a tensor of a file, beginning with its row `firstInFile`. */
  add(rows: BlockRows, firstInFile: number, read: RowReader): void {
    const { matrix } = rows;
    const address = matrix.panels.storage.address! + matrix.panels.offset;
    const memory = this.#memoryOf(matrix);
    const matrices = this.#matrices.get(memory) ?? new Map();
    this.#matrices.set(memory, matrices);
    const entry = matrices.get(address) ?? { matrix, segments: [] };
    matrices.set(address, entry);
    entry.segments.push({ rows, firstInFile, read });
  }

  #memoryOf({ panels }: BlockTensor): LinearMemory {
    return panels.storage.memory ?? this.#runtime.memory;
  }

  /**
   * Reads all that was noted; what is much, together with threads of its own, which go on while the calling one does
   * something else.
   * @throws {Error} naming a matrix whose rows are not all there, or whose blocks are damaged
   */
  async finish({ signal, threadsFrom = WORTH_THREADS, threads: given }: FinishOptions = {}): Promise<void> {
    let threads = given;
    try {
      signal?.throwIfAborted();
      const memories = [...this.#matrices.keys()];
      const pieces = [...this.#pieces()].map((piece) => {
        return { piece, job: this.#job(piece, memories.indexOf(this.#memoryOf(piece.matrix))) };
      });
      this.#matrices.clear();
      const shared = memories.every((memory) => memory.shared);
      const jobs = pieces.flatMap(({ job }) => (job === undefined ? [] : [job]));
      const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
      if (shared && bytes >= threadsFrom) threads ??= new LoadThreads(this.#runtime.workers);
      if (threads === undefined || !shared) {
        await this.#here(pieces.map(({ piece }) => piece).values(), signal);
      } else {
        const work = { jobs, taken: new Int32Array(new SharedArrayBuffer(4)) };
        const wasm = memories.map((memory) => memory.wasm);
        await this.#together(pieces, work, threads, wasm, signal);
      }
    } catch (error) {
      // The memory and the files are the threads' own until they have ended.
      await threads?.close();
      throw error;
    }
    void threads?.close();
  }

  /** What others cannot do first, then what is left of the rest. */
  async #together(
    pieces: readonly { readonly piece: Piece; readonly job: LoadJob | undefined }[],
    work: LoadWork,
    threads: LoadThreads,
    memories: readonly WebAssembly.Memory[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const shared = pieces.filter(({ job }) => job !== undefined);
    function* waiting() {
      for (const { piece, job } of pieces) if (job === undefined) yield piece;
      for (const number of take(work)) yield shared[number]!.piece;
    }
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const parts = [threads.load(memories, work, this.#onRead, either), this.#here(waiting(), either)];
    try {
      await Promise.all(parts);
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(parts);
      throw error;
    }
  }

  /** Reads and packs in the calling thread. */
  async #here(waiting: IterableIterator<Piece>, signal: AbortSignal | undefined): Promise<void> {
    const one = async () => {
      let buffer = new Uint8Array(0);
      for (const { matrix, segments, first, count } of waiting) {
        signal?.throwIfAborted();
        const { name, format, lanes, columns: inner } = matrix;
        const perRow = rowBytes(format, inner);
        if (buffer.length < count * perRow) buffer = new Uint8Array(count * perRow);
        const rows = buffer.subarray(0, count * perRow);
        await fill(rows, perRow, segments, first, count);
        const scales = await scalesOf(matrix, segments, first, count);
        const panels = this.#panelsOf(matrix, first, count);
        packRows({ matrix: name, firstRow: first, format, lanes, inner }, rows, panels, scales);
        this.#onRead(rows.length);
      }
    };
    await Promise.all(Array.from({ length: PIECES }, one));
  }

  /** A piece as a job for another thread, where its rows stand in files as they are. */
  #job({ matrix, segments, first, count }: Piece, memory: number): LoadJob | undefined {
    const { name, format, lanes, columns: inner } = matrix;
    const perRow = rowBytes(format, inner);
    const parts: LoadPart[] = [];
    for (const { from, rows, read } of overlapping(segments, first, count)) {
      if (read.place === undefined) return undefined;
      const { path, offset, scales: grid } = read.place;
      const scales = grid && { grid, first: from };
      parts.push({ path, offset: offset + from * perRow, bytes: rows * perRow, scales });
    }
    const panels = this.#panelsOf(matrix, first, count);
    const place = { memory, address: panels.byteOffset, panelBytes: panels.length };
    return { matrix: name, firstRow: first, format, lanes, inner, bytes: count * perRow, parts, ...place };
  }

  /** Whole panels of each matrix, in the order of memory. */
  *#pieces(): Generator<Piece> {
    for (const { matrix, segments } of [...this.#matrices.values()].flatMap((matrices) => [...matrices.values()])) {
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
  #panelsOf({ format, columns, matrixRows, panels }: BlockTensor, first: number, rows: number): Uint8Array {
    const all = this.#runtime.view(panels) as Uint8Array;
    const perRow = panelRowBytes(format, columns);
    return all.subarray(first * perRow, first + rows === matrixRows ? all.length : (first + rows) * perRow);
  }
}

/** The rows first…first+count-1 of a matrix by the segments that hold them: from which row of the file, and how many. */
function* overlapping(segments: readonly Segment[], first: number, count: number) {
  for (const { rows, firstInFile, read } of segments) {
    const start = Math.max(first, rows.first);
    const end = Math.min(first + count, rows.first + rows.count);
    if (start < end) yield { at: start - first, from: firstInFile + start - rows.first, rows: end - start, read };
  }
}

/** Reads the rows first…first+count-1 of a matrix, in order. */
async function fill(target: Uint8Array, perRow: number, segments: readonly Segment[], first: number, count: number) {
  for (const { at, from, rows, read } of overlapping(segments, first, count)) {
    await read(from, target.subarray(at * perRow, (at + rows) * perRow));
  }
}

/** Scales of the rows first…first+count-1 of a matrix in 8-bit floats, in order; undefined for other formats. */
async function scalesOf(
  { format, columns }: BlockTensor,
  segments: readonly Segment[],
  first: number,
  count: number,
): Promise<Float32Array | undefined> {
  const groups = isNarrowFormat(format) ? scalesInRow(format, columns) : 0;
  if (groups === 0) return undefined;
  const scales = new Float32Array(count * groups);
  for (const { at, from, rows, read } of overlapping(segments, first, count)) {
    scales.set(await read.scales!(from, rows), at * groups);
  }
  return scales;
}
