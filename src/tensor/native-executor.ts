import type { Kernel, TargetInfo } from '../kernels/index.ts';
import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import { assembleKernel, x64Target } from '../kernels/targets/x64/index.ts';
import type { Executor } from './executor.ts';
import type { LinearMemory } from './memory.ts';
import { type NativeRecord, type NativeTarget, nativeFunction, nativeRecord } from './native-target.ts';
import type { WorkerPool } from './pool.ts';

/** Runs kernels as machine code, on the calling thread and the workers of a pool. */
export class NativeExecutor implements Executor {
  readonly target: TargetInfo;
  readonly functions: KernelFunction[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #native: NativeTarget;
  readonly #record: NativeRecord;
  readonly #pool: WorkerPool | undefined;
  readonly #undistributed: Uint8Array[] = [];

  constructor(memory: LinearMemory, native: NativeTarget, pool: WorkerPool | undefined) {
    this.target = x64Target(native.level);
    this.#native = native;
    this.#record = nativeRecord(native.host, memory.buffer);
    this.#pool = pool;
  }

  kernelNumber(kernel: Kernel): number {
    const known = this.#numbers.get(kernel.key);
    if (known !== undefined) return known;
    const { host, level, convention } = this.#native;
    const { address } = host.load(assembleKernel(kernel, level, convention));
    const number = this.functions.push(nativeFunction(host, address, this.#record)) - 1;
    this.#numbers.set(kernel.key, number);
    // Code lies at the same address for every thread: that is all the others need.
    if (this.#pool !== undefined) this.#undistributed.push(new Uint8Array(BigUint64Array.of(address).buffer));
    return number;
  }

  distribute(): void {
    if (this.#undistributed.length === 0) return;
    this.#pool!.loadKernels(this.#undistributed);
    this.#undistributed.length = 0;
  }
}
