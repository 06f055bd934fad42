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

/** A kernel as it was compiled for a target, and the memory that it works in. */
export interface ObservedKernel {
  readonly kernel: Kernel;
  readonly target: TargetInfo;
  readonly memory: LinearMemory;
}

/** Sees kernels as they are compiled, and may put a function of its own in the place of theirs. */
export interface KernelObserver {
  /** `describe` gives the program and what was made of it. */
  observe(made: ObservedKernel, run: KernelFunction, describe: () => string): KernelFunction;
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

/** What kernels were compiled to, by number; executors of several memories share it, and the workers of a pool get copies. */
export class CodeList<Code> {
  /** What the workers do not have yet, in the order of its numbers. */
  readonly undistributed: Uint8Array[] = [];
  readonly #codes: Code[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a kernel, compiled at first use: its code on this thread, and the bytes from which a worker has it. */
  number(kernel: Kernel, compile: () => { readonly code: Code; readonly bytes: Uint8Array }): number {
    const known = this.#numbers.get(kernel.key);
    if (known !== undefined) return known;
    const { code, bytes } = compile();
    const number = this.#codes.push(code) - 1;
    this.#numbers.set(kernel.key, number);
    this.undistributed.push(bytes);
    return number;
  }

  at(number: number): Code {
    return this.#codes[number]!;
  }
}

/** Makes functions in its memory of what kernels were compiled to, and hands that to the workers of a pool. */
export abstract class CompilingExecutor<Code = unknown> implements Executor {
  readonly target: TargetInfo;
  /** Those of kernels that this memory's Programs use. */
  readonly functions: KernelFunction[] = [];
  /** To be set before the first kernel is compiled. */
  observer: KernelObserver | undefined;
  protected readonly pool: WorkerPool | undefined;
  protected readonly codes: CodeList<Code>;
  readonly #memory: LinearMemory;

  constructor(memory: LinearMemory, target: TargetInfo, pool: WorkerPool | undefined, codes: CodeList<Code>) {
    this.#memory = memory;
    this.target = target;
    this.pool = pool;
    this.codes = codes;
  }

  protected abstract compile(kernel: Kernel): { readonly code: Code; readonly bytes: Uint8Array };
  /** The function of a kernel on this thread. */
  protected abstract functionOf(code: Code): KernelFunction;

  /** A kernel's program as text. */
  protected describe(kernel: Kernel): string {
    return describeProgram(lowerKernel(kernel, this.target));
  }

  kernelNumber(kernel: Kernel): number {
    const number = this.codes.number(kernel, () => this.compile(kernel));
    this.functions[number] ??= this.#observed(kernel, this.functionOf(this.codes.at(number)));
    return number;
  }

  #observed(kernel: Kernel, run: KernelFunction): KernelFunction {
    const { observer, target } = this;
    return observer?.observe({ kernel, target, memory: this.#memory }, run, () => this.describe(kernel)) ?? run;
  }

  abstract distribute(): void;
}

/** Most bytes of code that are handed over at once. */
const LOAD_BYTES = 1 << 18;

/** Runs kernels as WebAssembly, on the calling thread and the workers of a pool. */
export class WasmExecutor extends CompilingExecutor<WebAssembly.Module> {
  readonly #memory: LinearMemory;
  readonly #import: MemoryImport;

  /** @param codes what executors of other memories of the same pool compile to as well */
  constructor(
    memory: LinearMemory,
    target: TargetInfo,
    memoryImport: MemoryImport,
    pool: WorkerPool | undefined,
    codes = new CodeList<WebAssembly.Module>(),
  ) {
    super(memory, target, pool, codes);
    this.#memory = memory;
    this.#import = memoryImport;
  }

  protected compile(kernel: Kernel): { code: WebAssembly.Module; bytes: Uint8Array } {
    const bytes = encodeKernel(kernel, this.target, this.#import);
    try {
      return { code: new WebAssembly.Module(bytes), bytes };
    } catch (cause) {
      throw new Error(`kernel ${kernel.key} is not valid WebAssembly: ${(cause as Error).message}`, { cause });
    }
  }

  protected functionOf(module: WebAssembly.Module): KernelFunction {
    return instantiateKernel(module, this.#memory.wasm);
  }

  distribute(): void {
    const waiting = this.codes.undistributed;
    if (this.pool === undefined) waiting.length = 0;
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
