import type { Kernel } from '../kernels/index.ts';
import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import { describeCode } from '../kernels/targets/x64/describe-code.ts';
import { assembleKernel, RECORD, x64Target } from '../kernels/targets/x64/index.ts';
import { CodeList, CompilingExecutor } from './executor.ts';
import type { LinearMemory } from './memory.ts';
import { type NativeRecord, nativeFunction, nativeRecord } from './native-call.ts';
import { checkOnce, type NativeTarget } from './native-target.ts';
import type { WorkerPool } from './pool.ts';

/** Runs kernels as machine code, on the calling thread and the workers of a pool. */
export class NativeExecutor extends CompilingExecutor<bigint> {
  readonly #native: NativeTarget;
  readonly #record: NativeRecord;

  /** @param codes what executors of other memories of the same pool compile to as well */
  constructor(
    memory: LinearMemory,
    native: NativeTarget,
    pool: WorkerPool | undefined,
    codes = new CodeList<bigint>(),
  ) {
    super(memory, x64Target(native.level), pool, codes);
    this.#native = native;
    this.#record = nativeRecord(native.host, memory.buffer, RECORD);
  }

  /** Code lies at the same address for every thread: that is all the workers need. */
  protected compile(kernel: Kernel): { code: bigint; bytes: Uint8Array } {
    const { host, level, convention } = this.#native;
    const code = assembleKernel(kernel, level, convention);
    checkOnce(this.#native, kernel, code);
    const { address } = host.load(code);
    return { code: address, bytes: new Uint8Array(BigUint64Array.of(address).buffer) };
  }

  protected functionOf(address: bigint): KernelFunction {
    return nativeFunction(this.#native.host, address, this.#record);
  }

  protected override describe(kernel: Kernel): string {
    const { level, convention } = this.#native;
    return `${super.describe(kernel)}\n\n${describeCode(kernel, level, convention)}`;
  }

  distribute(): void {
    void this.#native.checked.save();
    const { undistributed } = this.codes;
    if (this.pool !== undefined && undistributed.length > 0) this.pool.loadKernels(undistributed);
    undistributed.length = 0;
  }
}
