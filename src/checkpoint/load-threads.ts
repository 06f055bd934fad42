import { type HostWorker, platform } from '../platform/index.ts';
import type { LoadWork } from './block-load.ts';
import type { LoadAnswer, LoadRequest } from './block-load-worker.ts';

/** Most threads that load, the calling one included. */
const MOST_THREADS = 8;

/** Bytes of files from which threads pay that only load. */
export const WORTH_THREADS = 128 << 20;

/**
 * Threads that read weights and pack them beside the calling one. They may be started before it is known what there is to
 * load: to come up takes them a tenth of a second of a processor.
 */
export class LoadThreads {
  readonly #workers: readonly HostWorker[];
  #fail: (error: Error) => void = () => {};
  #onLoaded: (bytes: number) => void = () => {};
  #onDone: () => void = () => {};
  #failure: Error | undefined;

  /** @param threads that are to load together, the calling one included */
  constructor(threads: number) {
    const url = platform().workerUrl('./block-load-worker', import.meta.url);
    this.#workers = Array.from({ length: Math.min(threads, MOST_THREADS) - 1 }, (_, thread) => {
      const worker = platform().createWorker(url, `load ${thread + 1}`, startWebWorker);
      worker.onError((error) => this.#failed(error));
      worker.onMessage((message) => {
        const answer = message as LoadAnswer;
        if ('error' in answer) this.#failed(new Error(answer.error));
        else {
          this.#onLoaded(answer.loaded);
          if (answer.done) this.#onDone();
        }
      });
      return worker;
    });
  }

  /** Threads for a file of so many bytes, and a runtime of so many workers, on this host; none where they would not pay. */
  static for(bytes: number, workers = platform().cores): LoadThreads | undefined {
    return bytes >= WORTH_THREADS && workers > 1 && platform().sharedMemory ? new LoadThreads(workers) : undefined;
  }

  /**
   * Does work that the calling thread does as well, once; resolves when no job is left.
   * @param onLoaded called with bytes of files that are in place
   * @param signal ends the waiting; the threads go on until they are closed
   * @throws {Error} naming the matrix whose blocks are damaged, or the file that cannot be read
   */
  async load(
    memories: readonly WebAssembly.Memory[],
    { jobs, taken }: LoadWork,
    onLoaded: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let waiting = this.#workers.length;
    await new Promise<void>((resolve, reject) => {
      this.#onLoaded = onLoaded;
      this.#fail = reject;
      this.#onDone = () => {
        waiting -= 1;
        if (waiting === 0) resolve();
      };
      if (this.#failure !== undefined) reject(this.#failure);
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      for (const worker of this.#workers) worker.post({ memories, jobs, taken } satisfies LoadRequest);
      if (waiting === 0) resolve();
    });
  }

  #failed(error: Error): void {
    this.#failure ??= error;
    this.#fail(error);
  }

  /** Ends the threads, also in the midst of their work. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** The form that bundlers know, see `Platform.createWorker`; they need the options written out as well. */
function startWebWorker(): Worker {
  return new Worker(new URL('./block-load-worker.ts', import.meta.url), { type: 'module', name: 'jingqi-load' });
}
