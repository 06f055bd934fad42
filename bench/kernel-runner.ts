import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { ARGUMENT_SLOT_BYTES, type TargetInfo } from '../src/kernels/ir.ts';
import type { Kernel } from '../src/kernels/kernel.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from '../src/kernels/targets/wasm/index.ts';

/** Kernel calls of one run: the compiled kernel's key and the address of its argument block. */
export type CallList = readonly { readonly key: string; readonly block: number }[];
export interface RunRequest {
  readonly index: number;
  readonly repeats: number;
}

const BARRIER_CELL = 16;

/** Returns when all workers have called it. Spins: a step of a benchmark is shorter than a sleep. */
function barrier(cells: Int32Array, workers: number): void {
  if (workers === 1) return;
  const generation = Atomics.load(cells, BARRIER_CELL + 1);
  if (Atomics.add(cells, BARRIER_CELL, 1) === workers - 1) {
    Atomics.store(cells, BARRIER_CELL, 0);
    Atomics.add(cells, BARRIER_CELL + 1, 1);
  } else {
    while (Atomics.load(cells, BARRIER_CELL + 1) === generation);
  }
}

export function runCalls(
  cells: Int32Array,
  calls: readonly { readonly run: KernelFunction; readonly block: number }[],
  worker: number,
  workers: number,
  repeats: number,
): void {
  barrier(cells, workers);
  for (let i = 0; i < repeats; i++) {
    for (const { run, block } of calls) {
      run(block, worker, workers);
      barrier(cells, workers);
    }
  }
}

/** Seconds of processor time that this thread has used. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/**
 * Compiles with V8's optimising compiler at once. The flags are put back afterwards: left on, they crash V8 when it
 * later recompiles a module that it began under the other setting (Node's own type stripper is one).
 */
function compileOptimised(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const flag of ['--no-liftoff', '--no-wasm-lazy-compilation']) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const flag of ['--liftoff', '--wasm-lazy-compilation']) setFlagsFromString(flag);
  }
}

/**
 * Runs kernels in this thread and `workers - 1` others on one shared memory, for benchmarks. With `fused`, V8's
 * revectorization is switched on, which must happen before the first compilation in the process.
 */
export class KernelRunner {
  readonly target: TargetInfo;
  readonly memory: WebAssembly.Memory;
  readonly workers: number;
  readonly #threads: Worker[] = [];
  readonly #functions = new Map<string, KernelFunction>();
  readonly #lists: { readonly run: KernelFunction; readonly block: number }[][] = [];
  readonly #pages: number;
  readonly #cells: Int32Array;
  #next = 1024;

  constructor(options: { workers: number; fused?: boolean; bytes?: number }) {
    if (options.fused) setFlagsFromString('--experimental-wasm-revectorize');
    this.workers = options.workers;
    this.target = wasmTarget({ relaxed: true, fusedVectors: options.fused ? 2 : 1 });
    this.#pages = Math.ceil((options.bytes ?? 1 << 28) / 65536);
    this.memory = new WebAssembly.Memory({ initial: this.#pages, maximum: this.#pages, shared: true });
    this.#cells = new Int32Array(this.memory.buffer);
    for (let worker = 1; worker < options.workers; worker++) {
      const workerData = { memory: this.memory, worker, workers: options.workers };
      this.#threads.push(new Worker(new URL('./kernel-worker.ts', import.meta.url), { workerData }));
    }
  }

  /** Resolves when the other threads listen; call it before `prepare`. */
  async ready(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
  }

  /** Reserves memory, 64-byte aligned, and returns its address. */
  reserve(bytes: number): number {
    const address = this.#next;
    this.#next = Math.ceil((address + bytes) / 64) * 64;
    if (this.#next > this.memory.buffer.byteLength) throw new RangeError('the benchmark needs a larger memory');
    return address;
  }

  /** Forgets all reservations; lists prepared before must not be run any more. */
  clear(): void {
    this.#next = 1024;
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** Compiles the kernels of a list of calls in every thread; returns the list's number for `time`. */
  prepare(calls: readonly { readonly kernel: Kernel; readonly args: Readonly<Record<string, number>> }[]): number {
    const modules: [string, WebAssembly.Module][] = [];
    const view = new DataView(this.memory.buffer);
    const list = calls.map(({ kernel, args }) => {
      if (!this.#functions.has(kernel.key)) {
        const options = { shared: true, wide: false, maximumPages: this.#pages };
        const module = compileOptimised(encodeKernel(kernel, this.target, options));
        modules.push([kernel.key, module]);
        this.#functions.set(kernel.key, instantiateKernel(module, this.memory));
      }
      const block = this.reserve(Object.keys(kernel.parameters).length * ARGUMENT_SLOT_BYTES);
      Object.entries(kernel.parameters).forEach(([name, kind], position) => {
        const at = block + position * ARGUMENT_SLOT_BYTES;
        if (kind === 'f32') view.setFloat32(at, args[name]!, true);
        else view.setInt32(at, args[name]!, true);
      });
      return { key: kernel.key, block };
    });
    for (const thread of this.#threads) thread.postMessage({ modules, list });
    this.#lists.push(list.map(({ key, block }) => ({ run: this.#functions.get(key)!, block })));
    return this.#lists.length - 1;
  }

  /**
   * Seconds per repetition of a list, this thread being worker 0. With one worker it is the thread's processor time,
   * which other load on the machine disturbs less.
   */
  time(index: number, repeats: number): number {
    for (const thread of this.#threads) thread.postMessage({ index, repeats } satisfies RunRequest);
    const calls = this.#lists[index]!;
    barrier(this.#cells, this.workers);
    const now = this.workers === 1 ? processorTime : () => performance.now() / 1000;
    const start = now();
    for (let i = 0; i < repeats; i++) {
      for (const { run, block } of calls) {
        run(block, 0, this.workers);
        barrier(this.#cells, this.workers);
      }
    }
    return (now() - start) / repeats;
  }

  /** The least time of several measurements, each of about `seconds`. */
  best(index: number, seconds = 0.3, measurements = 4): number {
    const start = performance.now();
    this.time(index, 1);
    const once = (performance.now() - start) / 1000;
    const repeats = Math.max(1, Math.round(seconds / once));
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < measurements; i++) least = Math.min(least, this.time(index, repeats));
    return least;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
