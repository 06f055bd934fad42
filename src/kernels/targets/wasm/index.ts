import type { TargetInfo } from '../../ir.ts';
import { type Kernel, lowerKernel } from '../../kernel.ts';
import { emitFunction } from './emit.ts';
import { encodeModule, type MemoryImport, TYPE } from './encoder.ts';

export type { MemoryImport } from './encoder.ts';
export { type WasmFeatures, wasmFeatures } from './features.ts';

/** A compiled kernel: `run(arguments, worker, workers)`. */
export type KernelFunction = (argumentBlock: number, worker: number, workers: number) => void;

/**
 * `fusedVectors` is 2 where V8's `--experimental-wasm-revectorize` is on: it pairs adjacent 128-bit operations of long
 * unrolled loops into 256-bit ones, and kernels then use wider tiles.
 */
export function wasmTarget(options: { relaxed: boolean; fusedVectors?: number }): TargetInfo {
  return {
    name: options.relaxed ? 'wasm' : 'wasm-plain',
    lanes: 4,
    // Of the 16 registers of x86-64 and the 32 of ARM, V8 keeps one or two for itself.
    vectorRegisters: 15,
    transcendentals: false,
    halfConversions: [],
    bf16Pairs: false,
    fusedVectors: options.fusedVectors ?? 1,
    prefetches: false,
  };
}

/** The bytes of a module that exports the kernel as `run` over the imported memory `m.m`. */
export function encodeKernel(kernel: Kernel, target: TargetInfo, memory: MemoryImport): Uint8Array<ArrayBuffer> {
  const program = lowerKernel(kernel, target);
  const { locals, code } = emitFunction(program, {
    ...{ relaxed: target.name === 'wasm', wide: memory.wide, fusing: target.fusedVectors > 1 },
  });
  return encodeModule(memory, [TYPE.i32, TYPE.i32, TYPE.i32], locals, code);
}

export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunction {
  return new WebAssembly.Instance(module, { m: { m: memory } }).exports.run as KernelFunction;
}
