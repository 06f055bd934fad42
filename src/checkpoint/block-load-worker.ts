import { platform, type ReadableFile, workerScope } from '../platform/index.ts';
import { type LoadJob, packInPlace } from './block-load.ts';

/** All that a thread is to load, and where. */
export interface LoadRequest {
  readonly memory: WebAssembly.Memory;
  readonly jobs: readonly LoadJob[];
}
/** Bytes of a file that are in place, the end, or why there is none. */
export type LoadAnswer = { readonly loaded: number } | { readonly done: true } | { readonly error: string };

/** Jobs under way: while one is packed, others are read. */
const UNDER_WAY = 3;

const scope = workerScope();
scope.onMessage((message) => {
  load(message as LoadRequest).then(
    () => scope.post({ done: true } satisfies LoadAnswer),
    (error: Error) => scope.post({ error: error.message } satisfies LoadAnswer),
  );
});

async function load({ memory, jobs }: LoadRequest): Promise<void> {
  const files = new Map<string, ReadableFile>();
  try {
    for (const path of new Set(jobs.flatMap(({ parts }) => parts.map((part) => part.path)))) {
      files.set(path, await platform().files.open(path));
    }
    const buffer = new Uint8Array(Math.max(...jobs.map(({ bytes }) => bytes)));
    const waiting = jobs.values();
    const one = async () => {
      for (const job of waiting) {
        const panels = new Uint8Array(memory.buffer, job.address, job.panelBytes);
        let at = 0;
        for (const { path, offset, bytes } of job.parts) {
          await files.get(path)!.readInto(panels.subarray(at, at + bytes), offset);
          at += bytes;
        }
        packInPlace(job, panels, job.bytes, buffer);
        scope.post({ loaded: job.bytes } satisfies LoadAnswer);
      }
    };
    await Promise.all(Array.from({ length: UNDER_WAY }, one));
  } finally {
    await Promise.all([...files.values()].map((file) => file.close()));
  }
}
