import { platform, type ReadableFile, workerScope } from '../platform/index.ts';
import { type LoadJob, type LoadWork, packRows, take } from './block-load.ts';

/** What a thread is to load, together with others, and into which memory. */
export interface LoadRequest extends LoadWork {
  readonly memory: WebAssembly.Memory;
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

/** Returns the bytes that it has not told of. */
async function load(request: LoadRequest): Promise<number> {
  const files = new Map<string, Promise<ReadableFile>>();
  let loaded = 0;
  const one = async () => {
    let buffer = new Uint8Array(0);
    for (const number of take(request)) {
      const job = request.jobs[number]!;
      if (buffer.length < job.bytes) buffer = new Uint8Array(job.bytes);
      const rows = buffer.subarray(0, job.bytes);
      await read(job, rows, files);
      packRows(job, rows, new Uint8Array(request.memory.buffer, job.address, job.panelBytes));
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
    const opened = await Promise.allSettled(files.values());
    await Promise.all(opened.map((file) => (file.status === 'fulfilled' ? file.value.close() : undefined)));
  }
}

async function read({ parts }: LoadJob, rows: Uint8Array, files: Map<string, Promise<ReadableFile>>): Promise<void> {
  let at = 0;
  for (const { path, offset, bytes } of parts) {
    if (!files.has(path)) files.set(path, platform().files.open(path));
    const file = await files.get(path)!;
    await file.readInto(rows.subarray(at, at + bytes), offset);
    at += bytes;
  }
}
