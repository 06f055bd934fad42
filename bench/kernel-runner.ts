import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { ARGUMENT_SLOT_BYTES, type TargetInfo } from '../src/kernels/ir.ts';
import { type Kernel, lowerKernel } from '../src/kernels/kernel.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from '../src/kernels/targets/wasm/index.ts';
import { emitKernel } from '../src/kernels/targets/x64/emit.ts';
import { RECORD, x64Target } from '../src/kernels/targets/x64/index.ts';
import { type NativeImage, platform } from '../src/platform/index.ts';
import { type NativeRecord, nativeFunction, nativeRecord } from '../src/tensor/native-call.ts';
import { judgeNative } from '../src/tensor/native-target.ts';
import { processorTime } from './processor-clock.ts';

/**
 * What kernels are compiled to: WebAssembly, the same with V8's fusing of vectors, or on a memory with 64-bit addresses,
 * or machine code.
 */
export const RUNNER_TARGETS = ['wasm', 'wasm-fused', 'wasm-wide', 'avx2', 'avx512'] as const;
export type RunnerTarget = (typeof RUNNER_TARGETS)[number];

const verdicts = {
  avx2: await judgeNative(platform(), 'avx2'),
  avx512: await judgeNative(platform(), 'avx512'),
};

/** Why this machine cannot run a target, in one sentence; undefined if it can. */
export function targetMissing(target: RunnerTarget): string | undefined {
  if (target === 'wasm' || target === 'wasm-wide') return undefined;
  if (target === 'wasm-fused') return process.arch === 'x64' ? undefined : 'V8 fuses vectors on x64 only';
  const verdict = verdicts[target];
  return 'reason' in verdict ? verdict.reason : undefined;
}

/** The best machine code of this machine, else WebAssembly, for cases that measure one target. */
export function bestTarget(): RunnerTarget {
  return (['avx512', 'avx2'] as const).find((target) => targetMissing(target) === undefined) ?? 'wasm-fused';
}

/** The target that a command line names; `missing` for none. Throws an error that lists the targets. */
export function targetNamed(name: string | undefined, missing: RunnerTarget): RunnerTarget {
  const found = name === undefined ? missing : RUNNER_TARGETS.find((target) => target === name);
  if (found === undefined) throw new Error(`there is no target '${name}'; there are ${RUNNER_TARGETS.join(', ')}`);
  return found;
}

/** A compiled kernel as other threads get it: a module to instantiate, or where its machine code lies. */
export type CompiledKernel = WebAssembly.Module | bigint;

/** Makes compiled kernels callable in the calling thread, on one memory. */
export class KernelLoader {
  readonly #memory: WebAssembly.Memory;
  #record: NativeRecord | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  load(compiled: CompiledKernel): KernelFunction {
    if (typeof compiled !== 'bigint') return instantiateKernel(compiled, this.#memory);
    const host = platform().native();
    if ('unavailable' in host) throw new Error(host.unavailable);
    this.#record ??= nativeRecord(host, this.#memory.buffer, RECORD);
    return nativeFunction(host, compiled, this.#record);
  }
}

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
 * Runs kernels in this thread and `workers - 1` others on one shared memory, for benchmarks. `wasm-fused` switches V8's
 * revectorization on, which must happen before the first compilation in the process and then holds for all of it: `wasm`
 * and `wasm-fused` are compared in processes of their own. Throws if the machine lacks the target (`targetMissing`).
 */
export class KernelRunner {
  readonly target: TargetInfo;
  readonly memory: WebAssembly.Memory;
  readonly workers: number;
  readonly #threads: Worker[] = [];
  readonly #functions = new Map<string, KernelFunction>();
  readonly #compile: (kernel: Kernel) => CompiledKernel;
  readonly #loader: KernelLoader;
  readonly #images: NativeImage[] = [];
  readonly #lists: { readonly run: KernelFunction; readonly block: number }[][] = [];
  readonly #pages: number;
  readonly #cells: Int32Array;
  #next = 1024;

  constructor(options: {
    workers: number;
    target: RunnerTarget;
    bytes?: number;
    /** Tile of matrix products to measure in place of the target's own. */
    productTile?: NonNullable<TargetInfo['productTile']>;
  }) {
    if (options.target === 'wasm-fused') setFlagsFromString('--experimental-wasm-revectorize');
    this.workers = options.workers;
    this.#pages = Math.ceil((options.bytes ?? 1 << 28) / 65536);
    const size =
      options.target === 'wasm-wide'
        ? { initial: BigInt(this.#pages), maximum: BigInt(this.#pages), address: 'i64' }
        : { initial: this.#pages, maximum: this.#pages };
    this.memory = new WebAssembly.Memory({ ...size, shared: true } as WebAssembly.MemoryDescriptor);
    this.#cells = new Int32Array(this.memory.buffer);
    this.#loader = new KernelLoader(this.memory);
    [this.target, this.#compile] = this.#compiler(options.target, options.productTile);
    for (let worker = 1; worker < options.workers; worker++) {
      const workerData = { memory: this.memory, worker, workers: options.workers };
      this.#threads.push(new Worker(new URL('./kernel-worker.ts', import.meta.url), { workerData }));
    }
  }

  #compiler(
    name: RunnerTarget,
    productTile: TargetInfo['productTile'],
  ): [TargetInfo, (kernel: Kernel) => CompiledKernel] {
    const more = productTile === undefined ? {} : { productTile };
    if (name === 'wasm' || name === 'wasm-fused' || name === 'wasm-wide') {
      const target = { ...wasmTarget({ relaxed: true, fusedVectors: name === 'wasm-fused' ? 2 : 1 }), ...more };
      const options = { shared: true, wide: name === 'wasm-wide', maximumPages: this.#pages };
      return [target, (kernel) => compileOptimised(encodeKernel(kernel, target, options))];
    }
    const native = verdicts[name];
    if ('reason' in native) throw new Error(native.reason);
    const { host, level, convention } = native;
    const target = { ...x64Target(level), ...more };
    const compile = (kernel: Kernel) => {
      const image = host.load(emitKernel(lowerKernel(kernel, target), level, convention));
      this.#images.push(image);
      return image.address;
    };
    return [target, compile];
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

  /** Reserves memory for numbers that are there: some between -0.5 and 0.5; returns its address. */
  reserveFloats(count: number): number {
    const address = this.reserve(count * 4);
    const values = this.floats(address, count);
    for (let i = 0; i < count; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;
    return address;
  }

  /** Reserves memory and writes these numbers there. */
  reserveIntegers(values: readonly number[]): number {
    const address = this.reserve(values.length * 4);
    new Int32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  /** Compiles the kernels of a list of calls in every thread; returns the list's number for `time`. */
  prepare(calls: readonly { readonly kernel: Kernel; readonly args: Readonly<Record<string, number>> }[]): number {
    const modules: [string, CompiledKernel][] = [];
    const view = new DataView(this.memory.buffer);
    const list = calls.map(({ kernel, args }) => {
      if (!this.#functions.has(kernel.key)) {
        const compiled = this.#compile(kernel);
        modules.push([kernel.key, compiled]);
        this.#functions.set(kernel.key, this.#loader.load(compiled));
      }
      const block = this.reserve(Object.keys(kernel.parameters).length * ARGUMENT_SLOT_BYTES);
      Object.entries(kernel.parameters).forEach(([name, kind], position) => {
        const at = block + position * ARGUMENT_SLOT_BYTES;
        if (kind === 'f32') view.setFloat32(at, args[name]!, true);
        else if (kind === 'i32') view.setInt32(at, args[name]!, true);
        else view.setBigUint64(at, BigInt(args[name]!), true);
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
    const once = this.time(index, 1);
    const repeats = Math.max(1, Math.round(seconds / once));
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < measurements; i++) least = Math.min(least, this.time(index, repeats));
    return least;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
    for (const image of this.#images) image.release();
  }
}
