import { type NativeHost, nativeHost } from '../platform/native.ts';
import { ARGUMENT_SLOT_BYTES, type TargetInfo } from './ir.ts';
import { type Kernel, lowerKernel, type Parameters } from './kernel.ts';
import { interpreterTarget, interpretKernel } from './targets/interpreter.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from './targets/wasm/index.ts';
import {
  assembleKernel,
  bestLevel,
  conventionOf,
  detectFeatures,
  RECORD,
  type X64Level,
  x64Target,
} from './targets/x64/index.ts';

/**
 * A small memory with a bump allocator to run single kernels in tests. `interpreter64` keeps f32 arrays in double
 * precision; `wasm-plain` avoids relaxed SIMD; `wasm64` uses 64-bit addresses; `wasm-fused` has V8's optimising compiler
 * pair vectors, as programs run on x86-64.
 */
export type TestTarget =
  | 'interpreter'
  | 'interpreter8'
  | 'interpreter16'
  | 'interpreter64'
  | 'wasm'
  | 'wasm-plain'
  | 'wasm64'
  | 'wasm-fused'
  | 'avx2'
  | 'avx512'
  | 'avx512-plain';

const native = nativeHost();
const convention = conventionOf(process.platform);

/** The levels of x86-64 that this machine has; `avx512-plain` goes without products of bytes and bf16 pairs. */
const levels: ReadonlyMap<TestTarget, X64Level> = (() => {
  const found = new Map<TestTarget, X64Level>();
  if ('unavailable' in native) return found;
  const features = detectFeatures(native, convention);
  const [narrow, wide] = [bestLevel(features, 'avx2'), bestLevel(features, 'avx512')];
  if (narrow !== undefined) found.set('avx2', narrow);
  if (wide !== undefined) found.set('avx512', wide).set('avx512-plain', { ...wide, vnni: false, bf16: false });
  return found;
})();

/** The levels of machine code that this machine can run, by their names. */
export const nativeLevels = (): ReadonlyMap<string, X64Level> => levels;

/**
 * Targets on which every kernel must agree (within rounding). The interpreter also runs with 8 and 16 lanes; machine
 * code is tested where the machine can run it.
 */
export const allTargets: readonly TestTarget[] = [
  'interpreter',
  'interpreter8',
  'interpreter16',
  'interpreter64',
  'wasm',
  'wasm-plain',
  'wasm64',
  'wasm-fused',
  ...levels.keys(),
];

/** What a kernel is built for on a target. */
export function targetInfo(target: TestTarget): TargetInfo {
  const level = levels.get(target);
  if (level !== undefined) return x64Target(level);
  if (target.startsWith('wasm')) {
    return wasmTarget({ relaxed: target !== 'wasm-plain', fusedVectors: target === 'wasm-fused' ? 2 : 1 });
  }
  return interpreterTarget(target === 'interpreter8' ? 8 : target === 'interpreter16' ? 16 : 4);
}

export interface TestBuffer {
  readonly address: number;
  readonly length: number;
  read(): number[];
  write(values: ArrayLike<number>): void;
}

type Arguments<P extends Parameters> = { readonly [N in keyof P]: number | TestBuffer };

export interface TestArena {
  readonly target: TestTarget;
  /** An f32 array at an address that is a multiple of 64 plus `offset` elements; NaN-filled guard words surround it. */
  f32(values: ArrayLike<number> | number, options?: { offset?: number }): TestBuffer;
  i32(values: ArrayLike<number> | number, options?: { offset?: number }): TestBuffer;
  bytes(values: ArrayLike<number> | number, options?: { offset?: number }): TestBuffer;
  u16(values: ArrayLike<number> | number, options?: { offset?: number }): TestBuffer;
  /** Runs the kernel once for each worker in turn, then checks that no guard word was overwritten. */
  run<P extends Parameters>(kernel: Kernel<P>, values: Arguments<P>, options?: { workers?: number }): void;
}

const GUARD_BYTES = 64;
const GUARD = 0xa5;

export function createArena(options: { target: TestTarget; bytes?: number }): TestArena {
  const size = options.bytes ?? 1 << 20;
  const pages = Math.ceil(size / 65536);
  const wide = options.target === 'wasm64';
  const memory = new WebAssembly.Memory(
    (wide
      ? { initial: BigInt(pages), maximum: BigInt(pages), address: 'i64' }
      : { initial: pages, maximum: pages }) as WebAssembly.MemoryDescriptor,
  );
  return new Arena(options.target, memory, pages);
}

class Arena implements TestArena {
  readonly target: TestTarget;
  readonly #memory: WebAssembly.Memory;
  readonly #view: DataView;
  readonly #doubles: Float64Array | undefined;
  readonly #functions = new Map<string, KernelFunction>();
  readonly #guards: number[] = [];
  readonly #pages: number;
  #next = 1024;

  constructor(target: TestTarget, memory: WebAssembly.Memory, pages: number) {
    this.target = target;
    this.#memory = memory;
    this.#pages = pages;
    this.#view = new DataView(memory.buffer);
    if (target === 'interpreter64') this.#doubles = new Float64Array(memory.buffer.byteLength / 4);
  }

  #allocate(bytes: number, misalignment: number): number {
    const address = Math.ceil((this.#next + GUARD_BYTES) / 64) * 64 + misalignment;
    this.#next = address + bytes + GUARD_BYTES;
    if (this.#next > this.#view.byteLength) throw new RangeError('the test arena is full; create it with more bytes');
    for (const start of [address - GUARD_BYTES, address + bytes]) {
      for (let i = 0; i < GUARD_BYTES; i++) this.#view.setUint8(start + i, GUARD);
      this.#guards.push(start);
    }
    return address;
  }

  #buffer(
    values: ArrayLike<number> | number,
    elementBytes: number,
    offset: number,
    get: (address: number) => number,
    set: (address: number, value: number) => void,
  ): TestBuffer {
    const length = typeof values === 'number' ? values : values.length;
    const address = this.#allocate(length * elementBytes, offset * elementBytes);
    const buffer: TestBuffer = {
      address,
      length,
      read: () => Array.from({ length }, (_, i) => get(address + i * elementBytes)),
      write: (content) => {
        for (let i = 0; i < length; i++) set(address + i * elementBytes, content[i]!);
      },
    };
    if (typeof values !== 'number') buffer.write(values);
    return buffer;
  }

  f32(values: ArrayLike<number> | number, { offset = 0 } = {}): TestBuffer {
    const doubles = this.#doubles;
    return this.#buffer(
      values,
      4,
      offset,
      (address) => (doubles ? doubles[address / 4]! : this.#view.getFloat32(address, true)),
      (address, value) => {
        if (doubles) doubles[address / 4] = value;
        else this.#view.setFloat32(address, value, true);
      },
    );
  }
  i32(values: ArrayLike<number> | number, { offset = 0 } = {}): TestBuffer {
    const view = this.#view;
    return this.#buffer(
      values,
      4,
      offset,
      (a) => view.getInt32(a, true),
      (a, v) => view.setInt32(a, v, true),
    );
  }
  u16(values: ArrayLike<number> | number, { offset = 0 } = {}): TestBuffer {
    const view = this.#view;
    return this.#buffer(
      values,
      2,
      offset,
      (a) => view.getUint16(a, true),
      (a, v) => view.setUint16(a, v, true),
    );
  }
  bytes(values: ArrayLike<number> | number, { offset = 0 } = {}): TestBuffer {
    const view = this.#view;
    return this.#buffer(
      values,
      1,
      offset,
      (a) => view.getUint8(a),
      (a, v) => view.setUint8(a, v),
    );
  }

  run<P extends Parameters>(kernel: Kernel<P>, values: Arguments<P>, { workers = 1 } = {}): void {
    const block = 64;
    Object.entries(kernel.parameters).forEach(([name, kind], position) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`kernel ${kernel.name}: argument ${name} is missing`);
      const at = block + position * ARGUMENT_SLOT_BYTES;
      if (typeof value === 'object') this.#view.setBigUint64(at, BigInt(value.address), true);
      else if (kind === 'f32') this.#view.setFloat32(at, value, true);
      else if (kind === 'i32') this.#view.setInt32(at, value, true);
      else this.#view.setBigUint64(at, BigInt(value), true);
    });
    const run = this.#compile(kernel as unknown as Kernel);
    for (let worker = 0; worker < workers; worker++) run(block, worker, workers);
    for (const start of this.#guards) {
      for (let i = 0; i < GUARD_BYTES; i++) {
        if (this.#view.getUint8(start + i) !== GUARD) {
          throw new Error(`kernel ${kernel.key} wrote outside its buffers, at ${start + i}`);
        }
      }
    }
  }

  #compile(kernel: Kernel): KernelFunction {
    let run = this.#functions.get(kernel.key);
    if (run === undefined) {
      if (levels.has(this.target)) run = this.#assemble(kernel);
      else run = this.target.startsWith('interpreter') ? this.#interpret(kernel) : this.#compileWasm(kernel);
      this.#functions.set(kernel.key, run);
    }
    return run;
  }

  #interpret(kernel: Kernel): KernelFunction {
    const memory = { bytes: this.#view, ...(this.#doubles ? { doubles: this.#doubles } : {}) };
    return interpretKernel(lowerKernel(kernel, targetInfo(this.target)), memory);
  }

  #assemble(kernel: Kernel): KernelFunction {
    const host = native as NativeHost;
    const known = images.get(kernel) ?? new Map<string, (record: bigint) => void>();
    images.set(kernel, known);
    let call = known.get(this.target);
    if (call === undefined) {
      call = host.caller(host.load(assembleKernel(kernel, levels.get(this.target)!, convention)).address);
      known.set(this.target, call);
    }
    const record = new DataView(new ArrayBuffer(RECORD.bytes));
    const [at, base] = [host.addressOf(record.buffer), host.addressOf(this.#memory.buffer)];
    return (argumentBlock, worker, workers) => {
      record.setBigUint64(RECORD.memory, base, true);
      record.setBigUint64(RECORD.arguments, BigInt(argumentBlock), true);
      record.setInt32(RECORD.worker, worker, true);
      record.setInt32(RECORD.workers, workers, true);
      call(at);
    };
  }

  #compileWasm(kernel: Kernel): KernelFunction {
    const compiled = modules.get(kernel) ?? new Map<string, WebAssembly.Module>();
    modules.set(kernel, compiled);
    const key = `${this.target} ${this.#pages}`;
    let module = compiled.get(key);
    if (module === undefined) {
      const wide = this.target === 'wasm64';
      const memory = { shared: false, wide, maximumPages: this.#pages };
      const bytes = encodeKernel(kernel, targetInfo(this.target), memory);
      module = this.target === 'wasm-fused' ? compileFused(bytes) : new WebAssembly.Module(bytes);
      compiled.set(key, module);
    }
    return instantiateKernel(module, this.#memory);
  }
}

/** Machine code by kernel, then by target. */
const images = new WeakMap<Kernel, Map<string, (record: bigint) => void>>();

/** Modules by kernel, then by target and memory size: properties run the same kernels many times. */
const modules = new WeakMap<Kernel, Map<string, WebAssembly.Module>>();

/**
 * Compiles at once with V8's optimising compiler, which pairs vectors; the quick compiler that tests otherwise meet does
 * not. The compiler flags are put back, because V8 crashes when it recompiles a module begun under other flags.
 */
function compileFused(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  if (process.arch === 'x64') setFlagsFromString('--experimental-wasm-revectorize');
  for (const flag of ['--no-liftoff', '--no-wasm-lazy-compilation']) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const flag of ['--liftoff', '--wasm-lazy-compilation']) setFlagsFromString(flag);
  }
}
