import type { Kernel } from '../kernels/index.ts';
import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import { describeCode } from '../kernels/targets/x64/describe-code.ts';
import { assembleKernel, RECORD, x64Target } from '../kernels/targets/x64/index.ts';
import { CompilingExecutor } from './executor.ts';
import type { LinearMemory } from './memory.ts';
import { type NativeRecord, nativeFunction, nativeRecord } from './native-call.ts';
import { checkOnce, type NativeTarget } from './native-target.ts';
import type { WorkerPool } from './pool.ts';

/** Runs kernels as machine code, on the calling thread and the workers of a pool. */
export class NativeExecutor extends CompilingExecutor {
  readonly #native: NativeTarget;
  readonly #record: NativeRecord;

  constructor(memory: LinearMemory, native: NativeTarget, pool: WorkerPool | undefined) {
    super(x64Target(native.level), pool);
    this.#native = native;
    this.#record = nativeRecord(native.host, memory.buffer, RECORD);
  }

  /** Code lies at the same address for every thread: that is all the workers need. */
  protected compile(kernel: Kernel): { run: KernelFunction; bytes: Uint8Array } {
    const { host, level, convention } = this.#native;
    const code = assembleKernel(kernel, level, convention);
    checkOnce(this.#native, kernel, code);
    const { address } = host.load(code);
    const bytes = new Uint8Array(BigUint64Array.of(address).buffer);
    return { run: nativeFunction(host, address, this.#record), bytes };
  }

  protected override describe(kernel: Kernel): string {
    const { level, convention } = this.#native;
    return `${super.describe(kernel)}\n\n${describeCode(kernel, level, convention)}`;
  }

  distribute(): void {
    void this.#native.checked.save();
    if (this.undistributed.length === 0) return;
    this.pool!.loadKernels(this.undistributed);
    this.undistributed.length = 0;
  }
}
