import type { TargetInfo } from '../kernels/index.ts';
import { wasmFeatures, wasmTarget } from '../kernels/targets/wasm/index.ts';
import { RECORD } from '../kernels/targets/x64/index.ts';
import { type Platform, platform } from '../platform/index.ts';
import { DTYPE_BYTES, type DType } from './dtype.ts';
import { type CompilingExecutor, type Executor, InterpreterExecutor, WasmExecutor } from './executor.ts';
import { type FusingVerdict, judgeFusing } from './fusing-check.ts';
import { KernelWatch } from './kernel-watch.ts';
import { LinearMemory } from './memory.ts';
import { NativeExecutor } from './native-executor.ts';
import { judgeNative, type NativeTarget, type NativeWish } from './native-target.ts';
import { WorkerPool } from './pool.ts';
import { Tensor } from './tensor.ts';

export interface RuntimeOptions {
  /**
   * `native` (default) runs machine code where processor and host allow it and a self-test passes, else as `wasm`, which
   * uses what the engine offers; `avx2` and `avx512` insist on that machine code; `wasm-plain` avoids relaxed SIMD;
   * `interpreter` runs kernels in plain TypeScript; `interpreter64` does so in double precision, for gradient checks. The
   * environment variable JINGQI_TARGET (wasm, avx2 or avx512) changes the default.
   */
  readonly target?: 'native' | 'avx2' | 'avx512' | 'wasm' | 'wasm-plain' | 'interpreter' | 'interpreter64';
  /** Threads that execute Programs, the calling one included. Default: the host's processors; 1 without shared memory. */
  readonly workers?: number;
  /** Size of the one memory; reserved at once, committed by the system as it is used. Default 1 GiB. */
  readonly memoryBytes?: number;
  /** f32 lanes of the interpreter's vectors. Default 4. */
  readonly lanes?: number;
  /** Use 64-bit addresses. Needed above 4 GiB. */
  readonly wideMemory?: boolean;
  /** Whether to use V8's fusing of vector operations where it is on (see {@link Platform.fusesVectors}). Default true. */
  readonly fuseVectors?: boolean;
  /**
   * Keep each of several workers on a processor of its own, for measuring: a system that puts two spinning threads on one
   * processor makes steps take several times as long. The calling thread is kept from the first replay until the
   * runtime is closed, and threads that start in between begin on its processor, so load models before. Nothing
   * happens where the system does not allow it for all of them; `pool.pinned` tells. Default false.
   */
  readonly pinWorkers?: boolean;
}

/** One memory, the kernels compiled for it, and the threads that run them. Create with {@link createRuntime}. */
export class Runtime {
  readonly memory: LinearMemory;
  readonly executor: Executor;
  readonly pool: WorkerPool | undefined;
  readonly workers: number;
  /** What a user may want to know about how the runtime was set up, in whole sentences. */
  readonly notes: readonly string[];
  /** Resolves when all threads run, which Programs need and loading does not; rejects, the runtime closed, where one cannot. */
  readonly ready: Promise<void>;
  #watch: KernelWatch | undefined;

  constructor(
    memory: LinearMemory,
    executor: Executor,
    pool: WorkerPool | undefined,
    workers: number,
    { notes = [], ready = Promise.resolve() }: { notes?: readonly string[]; ready?: Promise<void> } = {},
  ) {
    this.notes = notes;
    this.ready = ready;
    // Whoever waits for it hears of it.
    ready.catch(() => {});
    this.memory = memory;
    this.executor = executor;
    this.pool = pool;
    this.workers = workers;
  }

  /** Watches the kernels that are compiled from now on; what they reached is printed when the runtime is closed. */
  watch(watch: KernelWatch): void {
    if (!('observer' in this.executor)) throw new Error('kernels of the interpreter cannot be watched');
    (this.executor as CompilingExecutor).observer = watch;
    this.#watch = watch;
  }

  get target(): TargetInfo {
    return this.executor.target;
  }

  /** A tensor that lives until {@link release}: parameters, caches, inputs. Zeroed. Throws OutOfMemoryError. */
  allocate(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    const bytes = shape.reduce((product, size) => product * size, 1) * DTYPE_BYTES[dtype];
    const address = this.memory.allocate(bytes, `tensor ${name} [${shape}]`);
    return new Tensor({ storage: { name, bytes, address, persistent: true }, dtype, shape });
  }

  release(tensor: Tensor): void {
    const { storage } = tensor;
    if (!storage.persistent || storage.address === undefined) {
      throw new Error(`tensor ${storage.name} is not one that can be released`);
    }
    this.memory.release(storage.address, storage.bytes);
    storage.address = undefined;
  }

  /** Writes all elements in row-major order. f16 and bf16 tensors take raw bits. */
  write(tensor: Tensor, values: ArrayLike<number>): void {
    if (values.length !== tensor.size) {
      throw new RangeError(`tensor ${tensor.name} has ${tensor.size} elements, got ${values.length}`);
    }
    this.#eachRow(tensor, (row, start) => {
      for (let i = 0; i < row.length; i++) row[i] = values[start + i]!;
    });
  }

  /** All elements in row-major order (f16 and bf16: raw bits). */
  read(tensor: Tensor): Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array {
    const doubles = tensor.dtype === 'f32' && this.memory.doubles !== undefined;
    const Result = doubles
      ? Float64Array
      : { f32: Float32Array, i32: Int32Array, u8: Uint8Array, f16: Uint16Array, bf16: Uint16Array }[tensor.dtype];
    const result = new Result(tensor.size);
    this.#eachRow(tensor, (row, start) => result.set(row, start));
    return result;
  }

  /** The elements of a contiguous tensor in place, without a copy. */
  view(tensor: Tensor): Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array {
    if (!tensor.contiguous) throw new Error(`tensor ${tensor.name} has gaps between its rows; use read or write`);
    return this.#rowAt(tensor, 0, tensor.size);
  }

  #rowAt(tensor: Tensor, row: number, length: number) {
    const { storage, offset, dtype } = tensor;
    if (storage.address === undefined) throw new Error(`tensor ${storage.name} has no memory (released, or temporary)`);
    const address = storage.address + (offset + row * tensor.stride) * DTYPE_BYTES[dtype];
    const { doubles } = this.memory;
    if (dtype === 'f32' && doubles !== undefined) return doubles.subarray(address / 4, address / 4 + length);
    return this.memory.array(dtype, address, length);
  }

  #eachRow(tensor: Tensor, visit: (row: ReturnType<Runtime['view']>, start: number) => void): void {
    const [rows, columns] = tensor.contiguous ? [1, tensor.size] : [tensor.rows, tensor.columns];
    for (let row = 0; row < rows; row++) {
      visit(this.#rowAt(tensor, row, columns), row * columns);
    }
  }

  /** Stops the threads. The runtime and its Programs cannot be used afterwards. */
  async close(): Promise<void> {
    this.#watch?.report(this.executor);
    this.#watch = undefined;
    await this.pool?.close();
  }
}

/**
 * Reserves the memory, picks the target and starts the threads. The environment variable JINGQI_DEBUG names kernels to
 * watch (see {@link KernelWatch}).
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const runtime = await startRuntime(options);
  await runtime.ready;
  return runtime;
}

/** As {@link createRuntime}, but returns while threads still come up: wait for `ready` before anything is run. */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const host = platform();
  const runtime = await openRuntime(host, options);
  const watch = KernelWatch.ofEnvironment(host, runtime.memory);
  if (watch !== undefined && 'observer' in runtime.executor) runtime.watch(watch);
  return runtime;
}

async function openRuntime(host: Platform, options: RuntimeOptions): Promise<Runtime> {
  const limitBytes = options.memoryBytes ?? 2 ** 30;
  const wide = options.wideMemory ?? limitBytes > 2 ** 32 - 65536;
  const kind = options.target ?? targetOfEnvironment(host) ?? 'native';
  if (kind === 'interpreter' || kind === 'interpreter64') {
    const memory = new LinearMemory({ limitBytes, shared: false, doubles: kind === 'interpreter64' });
    // Workers are played by the one thread in turn, so that work is split as it will be elsewhere.
    return new Runtime(memory, new InterpreterExecutor(memory, options.lanes ?? 4), undefined, options.workers ?? 1);
  }
  const features = wasmFeatures();
  if (!features.simd) throw new Error('this engine has no WebAssembly SIMD, which Jingqi needs');
  if (wide && !features.memory64) throw new Error('this engine has no 64-bit WebAssembly memory; stay below 4 GiB');
  const workers = options.workers ?? (host.sharedMemory && features.threads ? host.cores : 1);
  const shared = workers > 1;
  if (shared && !(host.sharedMemory && features.threads)) {
    const headers = 'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
    const hint = host.name === 'browser' ? `, or serve the page with ${headers}` : '';
    throw new Error(`several workers need shared memory, which this host does not offer; use workers: 1${hint}`);
  }
  const memory = new LinearMemory({ limitBytes, shared, wide });
  // They come up while the target is judged.
  const pool = shared ? WorkerPool.open(host, memory, workers, { pin: options.pinWorkers ?? false }) : undefined;
  try {
    const judged = await judgeTarget(host, kind, wide, options);
    if ('native' in judged) {
      const executor = new NativeExecutor(memory, judged.native, pool);
      return new Runtime(memory, executor, pool, workers, { ready: pool?.begin(RECORD) ?? Promise.resolve() });
    }
    const { target, notes } = judged;
    const executor = new WasmExecutor(
      memory,
      target,
      { shared, wide, maximumPages: Math.ceil(limitBytes / 65536) },
      pool,
    );
    return new Runtime(memory, executor, pool, workers, { notes, ready: pool?.begin() ?? Promise.resolve() });
  } catch (error) {
    await pool?.close();
    throw error;
  }
}

/** Machine code where it can be used, else WebAssembly with what is to be told. */
async function judgeTarget(
  host: Platform,
  kind: NonNullable<RuntimeOptions['target']>,
  wide: boolean,
  { fuseVectors = true }: RuntimeOptions,
): Promise<{ native: NativeTarget } | { target: TargetInfo; notes: readonly string[] }> {
  const native = kind.startsWith('wasm')
    ? undefined
    : await judgeNative(host, kind === 'native' ? 'best' : (kind as NativeWish));
  if (native !== undefined && 'host' in native) return { native };
  if (native !== undefined && kind !== 'native') throw new Error(`the target ${kind} cannot be used: ${native.reason}`);
  const { relaxed } = wasmFeatures();
  const mayFuse = kind !== 'wasm-plain' && !wide && relaxed && fuseVectors;
  const { fuses, note }: FusingVerdict = mayFuse ? judgeFusing(host) : { fuses: false };
  const target = wasmTarget({ relaxed: kind !== 'wasm-plain' && relaxed, fusedVectors: fuses ? 2 : 1 });
  const faults = native !== undefined && 'fault' in native ? [`No machine code: ${native.reason}.`] : [];
  return { target, notes: note === undefined ? faults : [...faults, note] };
}

/** What JINGQI_TARGET asks for. Throws on a target it does not know. */
function targetOfEnvironment(host: Platform): RuntimeOptions['target'] | undefined {
  const wish = host.environment('JINGQI_TARGET');
  if (wish === undefined || wish === '') return undefined;
  if (wish === 'native' || wish === 'wasm' || wish === 'avx2' || wish === 'avx512') return wish;
  throw new Error(`JINGQI_TARGET is '${wish}'; it may be native, wasm, avx2 or avx512`);
}
