import { panelRowBytes, rowBytes } from '../kernels/panels.ts';
import { platform } from '../platform/index.ts';
import type { BlockRows, BlockTensor, Runtime } from '../tensor/index.ts';
import { type LoadJob, PIECE_BYTES, packInPlace } from './block-load.ts';
import type { LoadAnswer, LoadRequest } from './block-load-worker.ts';

/** Reads rows of weights as a file has them: as many as fill the target, from row `first` of its tensor on. */
export interface RowReader {
  (first: number, target: Uint8Array): Promise<void>;
  /** Where row 0 stands in a file, of rows that follow one another there: other threads can then read them. */
  readonly place?: { readonly path: string; readonly offset: number } | undefined;
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
  /** Bytes from which threads of their own read. */
  readonly threadsFrom?: number | undefined;
}

/** Pieces under way in the calling thread. */
const PIECES = 4;

/** Bytes from which threads pay that only load, and most of them. */
const WORTH_THREADS = 128 << 20;
const MOST_THREADS = 8;

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
   * Reads all that was noted; what is much, in threads of its own, which go on while the calling one does something else.
   * @throws {Error} naming a matrix whose rows are not all there, or whose blocks are damaged
   */
  async finish({ signal, threadsFrom = WORTH_THREADS }: FinishOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const pieces = [...this.#pieces()];
    this.#matrices.clear();
    const jobs = pieces.map((piece) => this.#job(piece));
    const bytes = jobs.reduce((sum, job) => sum + (job?.bytes ?? 0), 0);
    const { wasm, shared } = this.#runtime.memory;
    if (!shared || bytes < threadsFrom) {
      await this.#here(pieces, signal);
      return;
    }
    const others = pieces.filter((_, at) => jobs[at] === undefined);
    const elsewhere = jobs.filter((job) => job !== undefined);
    await Promise.all([
      this.#elsewhere(wasm, elsewhere, Math.min(this.#runtime.workers, MOST_THREADS), signal),
      this.#here(others, signal),
    ]);
  }

  /** Reads and packs in the calling thread. */
  async #here(pieces: readonly Piece[], signal: AbortSignal | undefined): Promise<void> {
    const waiting = pieces.values();
    let buffer = new Uint8Array(0);
    const one = async () => {
      for (const { matrix, segments, first, count } of waiting) {
        signal?.throwIfAborted();
        const { name, format, lanes, columns: inner } = matrix;
        const bytes = count * rowBytes(format, inner);
        if (buffer.length < bytes) buffer = new Uint8Array(bytes);
        const panels = this.#panelsOf(matrix, first, count);
        await fill(panels.subarray(0, bytes), rowBytes(format, inner), segments, first, count);
        packInPlace({ matrix: name, firstRow: first, format, lanes, inner }, panels, bytes, buffer);
        this.#onRead(bytes);
      }
    };
    await Promise.all(Array.from({ length: PIECES }, one));
  }

  /** The same in threads, each with its share of the jobs. */
  async #elsewhere(memory: WebAssembly.Memory, jobs: readonly LoadJob[], threads: number, signal?: AbortSignal) {
    const url = platform().workerUrl('./block-load-worker', import.meta.url);
    const workers = Array.from({ length: threads }, (_, thread) => {
      const worker = platform().createWorker(url, `load ${thread + 1}`);
      const done = new Promise<void>((resolve, reject) => {
        worker.onError(reject);
        worker.onMessage((message) => {
          const answer = message as LoadAnswer;
          if ('error' in answer) reject(new Error(answer.error));
          else if ('done' in answer) resolve();
          else this.#onRead(answer.loaded);
        });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      const mine = jobs.filter((_job, at) => at % threads === thread);
      worker.post({ memory, jobs: mine } satisfies LoadRequest);
      return { worker, done };
    });
    try {
      await Promise.all(workers.map(({ done }) => done));
    } finally {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    }
  }

  /** A piece as a job for another thread, where its rows stand in files as they are. */
  #job({ matrix, segments, first, count }: Piece): LoadJob | undefined {
    const { name, format, lanes, columns: inner } = matrix;
    const perRow = rowBytes(format, inner);
    const parts: LoadJob['parts'][number][] = [];
    for (const { from, rows, read } of overlapping(segments, first, count)) {
      if (read.place === undefined) return undefined;
      const { path, offset } = read.place;
      parts.push({ path, offset: offset + from * perRow, bytes: rows * perRow });
    }
    const panels = this.#panelsOf(matrix, first, count);
    const place = { address: panels.byteOffset, panelBytes: panels.length };
    return { matrix: name, firstRow: first, format, lanes, inner, bytes: count * perRow, parts, ...place };
  }

  /** Whole panels of each matrix, in the order of memory. */
  *#pieces(): Generator<Piece> {
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
