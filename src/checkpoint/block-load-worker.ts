import { isNarrowFormat, scalesInRow } from '../kernels/narrow-panels.ts';
import { platform, type ReadableFile, workerScope } from '../platform/index.ts';
import { type LoadJob, type LoadPart, type LoadWork, packRows, take } from './block-load.ts';
import { decodeScales, scaleRowBytes, scaleRowsFor, scalesByGroup } from './scale-grid.ts';

/** What a thread is to load, together with others, and into which memories. */
export interface LoadRequest extends LoadWork {
  readonly memories: readonly WebAssembly.Memory[];
}
/** Bytes of files that are in place since the last answer, at last with the end; or why there is none. */
export type LoadAnswer = { readonly loaded: number; readonly done: boolean } | { readonly error: string };

/** Pieces under way: while one is packed, others are read. */
const UNDER_WAY = 2;
/** Bytes after which the thread tells of them. */
const TOLD_BYTES = 16 << 20;

const scope = workerScope();
scope.onMessage((message) => {
  load(message as LoadRequest).then(
    (loaded) => scope.post({ loaded, done: true } satisfies LoadAnswer),
    (error: Error) => scope.post({ error: error.message } satisfies LoadAnswer),
  );
});

/** Files by their paths, opened when they are first read. */
class Files {
  readonly #opened = new Map<string, Promise<ReadableFile>>();

  open(path: string): Promise<ReadableFile> {
    const opened = this.#opened.get(path) ?? platform().files.open(path);
    this.#opened.set(path, opened);
    return opened;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    await Promise.all(opened.map((file) => (file.status === 'fulfilled' ? file.value.close() : undefined)));
  }
}

/** Returns the bytes that it has not told of. */
async function load(request: LoadRequest): Promise<number> {
  const files = new Files();
  let loaded = 0;
  const one = async () => {
    let buffer = new Uint8Array(0);
    for (const number of take(request)) {
      const job = request.jobs[number]!;
      if (buffer.length < job.bytes) buffer = new Uint8Array(job.bytes);
      const rows = buffer.subarray(0, job.bytes);
      await read(job, rows, files);
      const scales = await scalesOf(job, files);
      const memory = request.memories[job.memory]!;
      packRows(job, rows, new Uint8Array(memory.buffer, job.address, job.panelBytes), scales);
      loaded += job.bytes;
      if (loaded < TOLD_BYTES) continue;
      scope.post({ loaded, done: false } satisfies LoadAnswer);
      loaded = 0;
    }
  };
  try {
    await Promise.all(Array.from({ length: UNDER_WAY }, one));
    return loaded;
  } finally {
    await files.close();
  }
}

async function read({ parts }: LoadJob, rows: Uint8Array, files: Files): Promise<void> {
  let at = 0;
  for (const { path, offset, bytes } of parts) {
    const file = await files.open(path);
    await file.readInto(rows.subarray(at, at + bytes), offset);
    at += bytes;
  }
}

/** Scales of the rows of a job in 8-bit floats, [rows, groups of 128 columns]; undefined for other formats. */
async function scalesOf({ format, inner, bytes, parts }: LoadJob, files: Files): Promise<Float32Array | undefined> {
  if (!isNarrowFormat(format) || scalesInRow(format, inner) === 0) return undefined;
  const groups = scalesInRow(format, inner);
  const scales = new Float32Array((bytes / inner) * groups);
  let row = 0;
  for (const part of parts) {
    const read = await partScales(part, inner, files);
    scales.set(read, row * groups);
    row += part.bytes / inner;
  }
  return scales;
}

async function partScales({ scales, bytes }: LoadPart, inner: number, files: Files) {
  const { grid, first } = scales!;
  const rows = { first, count: bytes / inner };
  const needed = scaleRowsFor(grid, first, rows.count);
  const perRow = scaleRowBytes(grid);
  const file = await files.open(grid.path);
  const read = await file.read(grid.offset + needed.first * perRow, needed.count * perRow);
  return scalesByGroup(grid, inner, rows, decodeScales(grid.dtype, read));
}
