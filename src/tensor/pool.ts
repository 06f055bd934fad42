import type { HostWorker, Platform } from '../platform/index.ts';
import type { LinearMemory } from './memory.ts';
import { announce, barrier, COMMAND, CONTROL } from './steps.ts';

/** What a worker receives when it starts; everything after that goes through shared memory. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly controlAddress: number;
  readonly worker: number;
  readonly workers: number;
}

/**
 * Worker threads that execute Programs together with the calling thread, which is worker 0. Commands and barriers go
 * through a control block in the shared memory, so that no message has to be delivered while a step runs. The calling
 * thread spins where it may not sleep (a page's main thread).
 */
export class WorkerPool {
  readonly workers: number;
  readonly control: Int32Array;
  /** Whether the calling thread may sleep at a barrier; the workers always may. */
  readonly canSleep: boolean;
  readonly #memory: LinearMemory;
  readonly #hostWorkers: readonly HostWorker[];
  #failure: Error | undefined;
  #closed = false;

  private constructor(
    memory: LinearMemory,
    hostWorkers: readonly HostWorker[],
    controlAddress: number,
    canSleep: boolean,
  ) {
    this.canSleep = canSleep;
    this.#memory = memory;
    this.#hostWorkers = hostWorkers;
    this.workers = hostWorkers.length + 1;
    this.control = memory.array('i32', controlAddress, CONTROL.words) as Int32Array;
  }

  /** Starts `workers - 1` threads and waits until they run. */
  static async start(platform: Platform, memory: LinearMemory, workers: number): Promise<WorkerPool> {
    const controlAddress = memory.allocate(4 * CONTROL.words, 'the control block of the workers');
    const url = platform.workerUrl('./worker', import.meta.url);
    const hostWorkers: HostWorker[] = [];
    const started: Promise<void>[] = [];
    let pool: WorkerPool | undefined;
    for (let worker = 1; worker < workers; worker++) {
      const host = platform.createWorker(url, `jingqi-worker-${worker}`, startWebWorker);
      hostWorkers.push(host);
      started.push(
        new Promise((resolve, reject) => {
          host.onMessage(() => resolve());
          host.onError((error) => {
            reject(error);
            pool?.fail(error);
          });
        }),
      );
      const start: WorkerStart = { memory: memory.wasm, controlAddress, worker, workers };
      host.post(start);
    }
    pool = new WorkerPool(memory, hostWorkers, controlAddress, platform.canSleep);
    try {
      await Promise.all(started);
    } catch (error) {
      await pool.close();
      throw error;
    }
    for (const host of hostWorkers) host.unref();
    return pool;
  }

  fail(error: Error): void {
    this.#failure = error;
    Atomics.store(this.control, CONTROL.failed, 1);
  }

  #command(command: number, first: number, second: number): void {
    if (this.#closed) throw new Error('the runtime is closed');
    const { control } = this;
    control[CONTROL.first] = first;
    control[CONTROL.second] = second;
    control[CONTROL.command] = command;
    announce(control, CONTROL.generation, (Atomics.load(control, CONTROL.generation) + 1) | 0);
  }

  /** Lets the workers run a step table; the caller runs it as worker 0, then calls {@link finish}. */
  begin(stepsAddress: number, words: number): void {
    this.#command(COMMAND.replay, stepsAddress, words);
  }

  /** Waits until every worker has finished the command. */
  finish(): void {
    barrier(this.control, this.workers, this.canSleep);
    const failed = Atomics.load(this.control, CONTROL.failed);
    if (failed !== 0) {
      throw new Error(`worker ${failed - 1} failed while a Program ran; the runtime cannot be used any more`, {
        cause: this.#failure,
      });
    }
  }

  /** Hands a module's bytes to every worker, which compiles it (engines keep one copy for all threads). */
  loadKernel(bytes: Uint8Array): void {
    const address = this.#memory.allocate(bytes.length, 'the code of a kernel');
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
    this.#command(COMMAND.load, address, bytes.length);
    this.finish();
    this.#memory.release(address, bytes.length);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#command(COMMAND.stop, 0, 0);
    this.#closed = true;
    await Promise.all(this.#hostWorkers.map((host) => host.terminate()));
  }
}

/** The form that bundlers know, see `Platform.createWorker`; they need the options written out as well. */
function startWebWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'jingqi-worker' });
}
