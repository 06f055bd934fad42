import type { TargetInfo } from '../kernels/index.ts';
import { wasmFeatures, wasmTarget } from '../kernels/targets/wasm/index.ts';
import { RECORD } from '../kernels/targets/x64/index.ts';
import { type Platform, platform } from '../platform/index.ts';
import { DTYPE_BYTES, type DType } from './dtype.ts';
import { CodeList, type CompilingExecutor, type Executor, InterpreterExecutor, WasmExecutor } from './executor.ts';
import { type FusingVerdict, judgeFusing } from './fusing-check.ts';
import { KernelWatch } from './kernel-watch.ts';
import { LinearMemory, PAGE_BYTES } from './memory.ts';
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

/**
 * One memory, the kernels compiled for it, and the threads that run them. Create with {@link createRuntime}, or several that
 * share their threads with {@link startRuntimes}.
 */
export class Runtime {
  readonly memory: LinearMemory;
  readonly executor: Executor;
  readonly pool: WorkerPool | undefined;
  readonly workers: number;
  /** Of the runtimes that share a pool, which one it is. */
  readonly number: number;
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
    {
      notes = [],
      ready = Promise.resolve(),
      number = 0,
    }: { notes?: readonly string[]; ready?: Promise<void> | undefined; number?: number } = {},
  ) {
    this.notes = notes;
    this.ready = ready;
    // Whoever waits for it hears of it.
    ready.catch(() => {});
    this.memory = memory;
    this.executor = executor;
    this.pool = pool;
    this.workers = workers;
    this.number = number;
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
    const { memory } = this;
    return new Tensor({ storage: { name, bytes, address, persistent: true, memory }, dtype, shape });
  }

  release(tensor: Tensor): void {
    const { storage } = tensor;
    if (!storage.persistent || storage.address === undefined) {
      throw new Error(`tensor ${storage.name} is not one that can be released`);
    }
    (storage.memory ?? this.memory).release(storage.address, storage.bytes);
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
    const memory = storage.memory ?? this.memory;
    const { doubles } = memory;
    if (dtype === 'f32' && doubles !== undefined) return doubles.subarray(address / 4, address / 4 + length);
    return memory.array(dtype, address, length);
  }

  #eachRow(tensor: Tensor, visit: (row: ReturnType<Runtime['view']>, start: number) => void): void {
    const [rows, columns] = tensor.contiguous ? [1, tensor.size] : [tensor.rows, tensor.columns];
    for (let row = 0; row < rows; row++) {
      visit(this.#rowAt(tensor, row, columns), row * columns);
    }
  }

  /** Stops the threads. The runtime and its Programs cannot be used afterwards. */
  async close(): Promise<void> {
    if (this.number === 0) this.#watch?.report(this.executor, this.memory);
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
  const [runtime] = await startRuntimes(options, () => [options.memoryBytes ?? 2 ** 30]);
  return runtime!;
}

/** How kernels are run. */
export type KernelForm = 'machine code' | 'WebAssembly' | 'interpreter';

/**
 * As {@link startRuntime}, with a runtime for each of several memories: their threads are the same, and their Programs run
 * in turn. Closing one ends them all.
 * @param memories bytes of each memory, in place of `memoryBytes`, once it is known how kernels are run; WebAssembly
 * addresses memories of up to {@link NARROW_BYTES} faster than larger ones, to machine code their size is all the same
 */
export async function startRuntimes(
  options: RuntimeOptions,
  memories: (form: KernelForm) => readonly number[],
): Promise<readonly Runtime[]> {
  const host = platform();
  const runtimes = await openRuntimes(host, options, memories);
  const watch = KernelWatch.ofEnvironment(host);
  if (watch !== undefined) for (const runtime of runtimes) if ('observer' in runtime.executor) runtime.watch(watch);
  return runtimes;
}

async function openRuntimes(
  host: Platform,
  options: RuntimeOptions,
  memories: (form: KernelForm) => readonly number[],
): Promise<readonly Runtime[]> {
  const kind = options.target ?? targetOfEnvironment(host) ?? 'native';
  if (kind === 'interpreter' || kind === 'interpreter64') {
    return memories('interpreter').map((limitBytes) => {
      const memory = new LinearMemory({ limitBytes, shared: false, doubles: kind === 'interpreter64' });
      // Workers are played by the one thread in turn, so that work is split as it will be elsewhere.
      return new Runtime(memory, new InterpreterExecutor(memory, options.lanes ?? 4), undefined, options.workers ?? 1);
    });
  }
  const features = wasmFeatures();
  if (!features.simd) throw new Error('this engine has no WebAssembly SIMD, which Jingqi needs');
  const workers = options.workers ?? (host.sharedMemory && features.threads ? host.cores : 1);
  const shared = workers > 1;
  if (shared && !(host.sharedMemory && features.threads)) {
    const headers = 'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
    const hint = host.name === 'browser' ? `, or serve the page with ${headers}` : '';
    throw new Error(`several workers need shared memory, which this host does not offer; use workers: 1${hint}`);
  }
  // They come up while the target is judged.
  const pool = shared ? WorkerPool.open(host, workers, { pin: options.pinWorkers ?? false }) : undefined;
  try {
    const native = await judgeMachineCode(host, kind);
    const form: KernelForm = 'host' in native ? 'machine code' : 'WebAssembly';
    const made = reserve(memories(form), { shared, wide: options.wideMemory });
    const codes = new CodeList<bigint>();
    const { executors, notes } =
      'host' in native
        ? { executors: made.map(({ memory }) => new NativeExecutor(memory, native, pool, codes)), notes: [] }
        : await wasmExecutors(host, { kind, made, pool, fuseVectors: options.fuseVectors ?? true });
    const ready = pool?.begin(
      made.map(({ memory }) => memory),
      'host' in native ? RECORD : undefined,
    );
    const told = { notes: 'fault' in native ? [native.fault, ...notes] : notes, ready };
    return made.map(
      ({ memory }, number) => new Runtime(memory, executors[number]!, pool, workers, { ...told, number }),
    );
  } catch (error) {
    await pool?.close();
    throw error;
  }
}

/** Most bytes of a memory with 32-bit addresses. */
export const NARROW_BYTES = 2 ** 32 - 65536;

interface Reserved {
  readonly memory: LinearMemory;
  readonly wide: boolean;
}

function reserve(sizes: readonly number[], options: { shared: boolean; wide: boolean | undefined }): Reserved[] {
  const { shared } = options;
  return sizes.map((limitBytes) => {
    const wide = options.wide ?? limitBytes > NARROW_BYTES;
    if (wide && !wasmFeatures().memory64) {
      throw new Error('this engine has no 64-bit WebAssembly memory; stay below 4 GiB');
    }
    return { memory: new LinearMemory({ limitBytes, shared, wide }), wide };
  });
}

/** Machine code where it can be used, else what is to be told of why not. */
async function judgeMachineCode(
  host: Platform,
  kind: NonNullable<RuntimeOptions['target']>,
): Promise<NativeTarget | { fault: string } | { none: true }> {
  if (kind.startsWith('wasm')) return { none: true };
  const native = await judgeNative(host, kind === 'native' ? 'best' : (kind as NativeWish));
  if ('host' in native) return native;
  if (kind !== 'native') throw new Error(`the target ${kind} cannot be used: ${native.reason}`);
  return 'fault' in native ? { fault: `No machine code: ${native.reason}.` } : { none: true };
}

/** Executors of memories that are addressed alike, with kernels in common. */
async function wasmExecutors(
  host: Platform,
  options: { kind: string; made: readonly Reserved[]; pool: WorkerPool | undefined; fuseVectors: boolean },
): Promise<{ executors: WasmExecutor[]; notes: readonly string[] }> {
  const { kind, made, pool, fuseVectors } = options;
  const relaxed = kind !== 'wasm-plain' && wasmFeatures().relaxed;
  // V8 fuses nothing in 64-bit memories.
  const mayFuse = relaxed && fuseVectors && made.every(({ wide }) => !wide);
  const { fuses, note }: FusingVerdict = mayFuse ? await judgeFusing(host) : { fuses: false };
  const target = wasmTarget({ relaxed, fusedVectors: fuses ? 2 : 1 });
  const [{ wide, memory }] = made as readonly [Reserved, ...Reserved[]];
  if (made.some((other) => other.wide !== wide)) throw new Error('memories of 32 and of 64 bits do not go together');
  const maximumPages = Math.max(...made.map(({ memory: { limitBytes } }) => limitBytes / PAGE_BYTES));
  const memoryImport = { shared: memory.shared, wide, maximumPages };
  const codes = new CodeList<WebAssembly.Module>();
  const executors = made.map(({ memory }) => new WasmExecutor(memory, target, memoryImport, pool, codes));
  return { executors, notes: note === undefined ? [] : [note] };
}

/** What JINGQI_TARGET asks for. Throws on a target it does not know. */
function targetOfEnvironment(host: Platform): RuntimeOptions['target'] | undefined {
  const wish = host.environment('JINGQI_TARGET');
  if (wish === undefined || wish === '') return undefined;
  if (wish === 'native' || wish === 'wasm' || wish === 'avx2' || wish === 'avx512') return wish;
  throw new Error(`JINGQI_TARGET is '${wish}'; it may be native, wasm, avx2 or avx512`);
}
