import { describeProgram } from '../kernels/describe-program.ts';
import { type Kernel, lowerKernel, type TargetInfo } from '../kernels/index.ts';
import { interpreterTarget, interpretKernel } from '../kernels/targets/interpreter.ts';
import {
  encodeKernel,
  instantiateKernel,
  type KernelFunction,
  type MemoryImport,
} from '../kernels/targets/wasm/index.ts';
import type { LinearMemory } from './memory.ts';
import type { WorkerPool } from './pool.ts';

/** Compiles kernels for one target and calls them. A step names a kernel by the number it gets here. */
export interface Executor {
  readonly target: TargetInfo;
  /** The number of a kernel, compiled at first use. */
  kernelNumber(kernel: Kernel): number;
  /** Hands the kernels that got numbers since the last call to all workers. Throws OutOfMemoryError. */
  distribute(): void;
  /** Functions by kernel number, on the calling thread. */
  readonly functions: readonly KernelFunction[];
}

/** Sees kernels as they are compiled, and may put a function of its own in the place of theirs. */
export interface KernelObserver {
  /** `describe` gives the program and what was made of it. */
  observe(kernel: Kernel, target: TargetInfo, run: KernelFunction, describe: () => string): KernelFunction;
}

/** Runs kernels in the interpreter, on the calling thread. */
export class InterpreterExecutor implements Executor {
  readonly target: TargetInfo;
  readonly functions: KernelFunction[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #memory: LinearMemory;

  constructor(memory: LinearMemory, lanes: number) {
    this.#memory = memory;
    this.target = interpreterTarget(lanes);
  }

  kernelNumber(kernel: Kernel): number {
    let number = this.#numbers.get(kernel.key);
    if (number === undefined) {
      const { view, doubles } = this.#memory;
      number =
        this.functions.push(
          interpretKernel(lowerKernel(kernel, this.target), { bytes: view, ...(doubles ? { doubles } : {}) }),
        ) - 1;
      this.#numbers.set(kernel.key, number);
    }
    return number;
  }

  distribute(): void {}
}

/** Numbers the kernels that it compiles, and keeps what the workers of a pool have yet to receive. */
export abstract class CompilingExecutor implements Executor {
  readonly target: TargetInfo;
  readonly functions: KernelFunction[] = [];
  /** To be set before the first kernel is compiled. */
  observer: KernelObserver | undefined;
  protected readonly pool: WorkerPool | undefined;
  /** What the workers do not have yet, in the order of its numbers. */
  protected readonly undistributed: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(target: TargetInfo, pool: WorkerPool | undefined) {
    this.target = target;
    this.pool = pool;
  }

  /** The function of a kernel on this thread, and the bytes from which a worker makes its own. */
  protected abstract compile(kernel: Kernel): { run: KernelFunction; bytes: Uint8Array };

  /** A kernel's program as text. */
  protected describe(kernel: Kernel): string {
    return describeProgram(lowerKernel(kernel, this.target));
  }

  kernelNumber(kernel: Kernel): number {
    const known = this.#numbers.get(kernel.key);
    if (known !== undefined) return known;
    const { run, bytes } = this.compile(kernel);
    const seen = this.observer?.observe(kernel, this.target, run, () => this.describe(kernel));
    const number = this.functions.push(seen ?? run) - 1;
    this.#numbers.set(kernel.key, number);
    if (this.pool !== undefined) this.undistributed.push(bytes);
    return number;
  }

  abstract distribute(): void;
}

/** Most bytes of code that are handed over at once. */
const LOAD_BYTES = 1 << 18;

/** Runs kernels as WebAssembly, on the calling thread and the workers of a pool. */
export class WasmExecutor extends CompilingExecutor {
  readonly #memory: LinearMemory;
  readonly #import: MemoryImport;

  constructor(memory: LinearMemory, target: TargetInfo, memoryImport: MemoryImport, pool: WorkerPool | undefined) {
    super(target, pool);
    this.#memory = memory;
    this.#import = memoryImport;
  }

  protected compile(kernel: Kernel): { run: KernelFunction; bytes: Uint8Array } {
    const bytes = encodeKernel(kernel, this.target, this.#import);
    let module: WebAssembly.Module;
    try {
      module = new WebAssembly.Module(bytes);
    } catch (cause) {
      throw new Error(`kernel ${kernel.key} is not valid WebAssembly: ${(cause as Error).message}`, { cause });
    }
    return { run: instantiateKernel(module, this.#memory.wasm), bytes };
  }

  distribute(): void {
    const waiting = this.undistributed;
    while (waiting.length > 0) {
      let [count, size] = [0, 0];
      while (count < waiting.length && (count === 0 || size + waiting[count]!.length <= LOAD_BYTES)) {
        size += waiting[count++]!.length;
      }
      // Where there is no room they stay in line, so that the numbers agree on all workers.
      this.pool!.loadKernels(waiting.slice(0, count));
      waiting.splice(0, count);
    }
  }
}
