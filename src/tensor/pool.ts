import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import type { HostWorker, Platform } from '../platform/index.ts';
import type { LinearMemory } from './memory.ts';
import type { RecordLayout } from './native-call.ts';
import { pinThread, processorsFor, unpinThread } from './pinning.ts';
import {
  barrier,
  COMMAND,
  CONTROL,
  command,
  reportedFailure,
  reportFailure,
  roundUp,
  runSteps,
  STEP_WORDS,
} from './steps.ts';

/** What a worker receives when it starts; everything after that goes through shared memory. */
export interface WorkerStart {
  readonly memories: readonly WebAssembly.Memory[];
  /** Where the threads meet, see `CONTROL`. */
  readonly control: SharedArrayBuffer;
  readonly worker: number;
  readonly workers: number;
  /** What machine code is called with, where kernels come as its addresses; undefined where as WebAssembly modules. */
  readonly native: RecordLayout | undefined;
  /** The logical processor that the thread is to stay on; absent where it may move. */
  readonly processor?: number | undefined;
}

/** What a worker answers when it has started. */
export interface WorkerReady {
  /** Whether it stays on the processor it was given. */
  readonly pinned: boolean;
}

/**
 * Turns of a spinning thread before it sleeps. Long (some 150 microseconds here): waking a thread takes 30 microseconds
 * and more, and two threads that sleep in turn on one processor are never spread to two. Short: for when processors are
 * so busy with other work that threads sleep all the time anyway; then spinning only keeps the awaited thread waiting.
 */
const PATIENCE = { long: 20_000, short: 200 } as const;
/** Most replays with short patience before long patience is tried again. */
const LONGEST_RETREAT = 16;

const NOT_BEGUN = 'the threads of the runtime are not there yet: wait for its `ready` first';

/**
 * The pool whose calling thread is pinned. Threads begin with the processors of the thread that starts them, so it is
 * let go before another pool starts its own; a replay pins it again.
 */
let pinnedPool: WorkerPool | undefined;

/**
 * Worker threads that execute Programs together with the calling thread, which is worker 0. Commands and barriers go
 * through a control block in shared memory, so that no message has to be delivered while a step runs. The calling thread
 * spins where it may not sleep (a page's main thread). A Program runs in one memory; those of several memories run in turn.
 */
export class WorkerPool {
  readonly workers: number;
  readonly #control: Int32Array<SharedArrayBuffer>;
  #memories: readonly LinearMemory[] = [];
  readonly #hostWorkers: HostWorker[] = [];
  readonly #started: Promise<WorkerReady>[] = [];
  #begun = false;
  /** Whether the calling thread may sleep at a barrier; the workers always may. */
  readonly #canSleep: boolean;
  readonly #platform: Platform;
  #closed = false;
  /** A processor for each thread, where they are to be pinned. */
  readonly #processors: readonly number[] | undefined;
  /** Where the calling thread is to stay, from the first replay on; undefined if no thread is pinned. */
  #processor: number | undefined;
  /** Replays left with short patience, and how many there were at the last retreat. */
  #retreat = 0;
  #lastRetreat = 0;

  private constructor(platform: Platform, workers: number, processors?: readonly number[]) {
    this.#platform = platform;
    this.#canSleep = platform.canSleep;
    this.#processors = processors;
    this.workers = workers;
    this.#control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.words));
    this.#control[CONTROL.patience] = PATIENCE.long;
    const url = platform.workerUrl('./worker', import.meta.url);
    for (let worker = 1; worker < workers; worker++) {
      const host = platform.createWorker(url, `jingqi-worker-${worker}`, startWebWorker);
      this.#hostWorkers.push(host);
      const ready = new Promise<WorkerReady>((resolve, reject) => {
        host.onMessage((answer) => resolve(answer as WorkerReady));
        host.onError((error) => {
          reject(error);
          reportFailure(this.#control, worker, -1, error);
        });
      });
      // Heard of in `begin`.
      ready.catch(() => {});
      this.#started.push(ready);
    }
  }

  /**
   * Starts `workers - 1` threads and returns while they come up; nothing can be run before `begin`. With `pin` each thread
   * stays on a processor of its own where the system allows that for all of them, the calling one from the first replay
   * until `close`.
   */
  static open(platform: Platform, workers: number, { pin = false } = {}): WorkerPool {
    if (pinnedPool !== undefined) pinnedPool.#letGo();
    return new WorkerPool(platform, workers, pin ? processorsFor(platform, workers) : undefined);
  }

  /**
   * Tells the threads what they are to run, in which memories, and waits until they do. Closes the pool where one cannot.
   * @param native see WorkerStart
   */
  async begin(memories: readonly LinearMemory[], native?: RecordLayout): Promise<void> {
    const { workers } = this;
    this.#memories = memories;
    for (const [index, host] of this.#hostWorkers.entries()) {
      const worker = index + 1;
      const processor = this.#processors?.[worker];
      host.post({
        memories: memories.map(({ wasm }) => wasm),
        control: this.#control.buffer,
        worker,
        workers,
        native,
        processor,
      } satisfies WorkerStart);
    }
    try {
      const ready = await Promise.all(this.#started);
      if (ready.every(({ pinned }) => pinned)) this.#processor = this.#processors?.[0];
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#begun = true;
    for (const host of this.#hostWorkers) host.unref();
  }

  /** Whether every thread stays on a processor of its own; the calling one from the first replay on. */
  get pinned(): boolean {
    return this.#processor !== undefined;
  }

  #pinCaller(): void {
    if (pinThread(this.#platform, this.#processor!)) pinnedPool = this;
    else this.#processor = undefined;
  }

  #letGo(): void {
    unpinThread(this.#platform);
    pinnedPool = undefined;
  }

  #command(kind: number, first: number, end: number, memory = 0): void {
    if (this.#closed) throw new Error('the runtime is closed');
    if (!this.#begun) throw new Error(NOT_BEGUN);
    this.#throwIfFailed();
    command(this.#control, kind, first, end, memory);
  }

  #throwIfFailed(): void {
    const failure = reportedFailure(this.#control);
    if (failure !== undefined) throw failure;
  }

  /**
   * Runs the steps in words first…end-1 of a memory on all workers and returns when they are done. Throws a StepError
   * if a kernel failed on any of them; the pool cannot be used afterwards.
   * @param functions the calling thread's, for that memory
   * @param memory its number among those of `begin`
   */
  replay(functions: readonly KernelFunction[], first: number, end: number, memory = 0): void {
    if (this.#processor !== undefined && pinnedPool !== this) this.#pinCaller();
    this.#choosePatience((end - first) / STEP_WORDS);
    this.#command(COMMAND.replay, first, end, memory);
    const { words } = this.#memories[memory]!;
    runSteps(functions, words, first, end, this.#control, 0, this.workers, this.#canSleep);
    this.#finish();
  }

  /** Spins less for a while when threads slept at many barriers of the last replay. */
  #choosePatience(steps: number): void {
    const control = this.#control;
    if (this.#retreat > 0) {
      this.#retreat--;
      if (this.#retreat === 0) control[CONTROL.patience] = PATIENCE.long;
    } else if (control[CONTROL.sleeps]! > 2 + (steps >> 3)) {
      this.#lastRetreat = Math.min(LONGEST_RETREAT, 2 * this.#lastRetreat + 1);
      this.#retreat = this.#lastRetreat;
      control[CONTROL.patience] = PATIENCE.short;
    } else this.#lastRetreat = 0;
    control[CONTROL.sleeps] = 0;
  }

  /** Waits until every worker has finished the command. */
  #finish(): void {
    barrier(this.#control, this.workers, this.#canSleep);
    this.#throwIfFailed();
  }

  /**
   * Hands modules, or addresses of machine code, to every worker, which compiles modules (engines keep one copy for all
   * threads) and makes functions of them for every memory. Throws OutOfMemoryError when there is no room to pass them.
   */
  loadKernels(modules: readonly Uint8Array[]): void {
    const [memory] = this.#memories;
    if (memory === undefined) throw new Error(NOT_BEGUN);
    const bytes = modules.reduce((sum, { length }) => sum + 4 + roundUp(length), 0);
    const address = memory.allocate(bytes, 'the code of kernels');
    try {
      let at = address;
      for (const module of modules) {
        memory.words[at / 4] = module.length;
        new Uint8Array(memory.buffer, at + 4, module.length).set(module);
        at += 4 + roundUp(module.length);
      }
      this.#command(COMMAND.load, address / 4, at / 4);
      this.#finish();
    } finally {
      memory.release(address, bytes);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (pinnedPool === this) this.#letGo();
    command(this.#control, COMMAND.stop, 0, 0);
    await Promise.all(this.#hostWorkers.map((host) => host.terminate()));
  }
}

/** The form that bundlers know, see `Platform.createWorker`; they need the options written out as well. */
function startWebWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'jingqi-worker' });
}
