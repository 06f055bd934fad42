import { encodeModule, TYPE } from './encoder.ts';

/** What this engine's WebAssembly can do beyond the base. */
export interface WasmFeatures {
  /** SIMD128: required; without it there is no WebAssembly target. */
  readonly simd: boolean;
  /** Relaxed SIMD: fused multiply-add and the 8-bit dot product. */
  readonly relaxed: boolean;
  /** Shared memory and atomics. */
  readonly threads: boolean;
  /** 64-bit addresses. */
  readonly memory64: boolean;
}

function validates(code: number[], memory = { shared: false, wide: false }): boolean {
  try {
    return WebAssembly.validate(encodeModule({ ...memory, maximumPages: 1 }, [], [TYPE.v128], Uint8Array.from(code)));
  } catch {
    return false;
  }
}

let detected: WasmFeatures | undefined;

/** Detects by validating tiny modules; cached. */
export function wasmFeatures(): WasmFeatures {
  const v = [0x20, 0x00];
  detected ??= {
    simd: validates([...v, ...v, 0xfd, 0xe4, 0x01, 0x1a]),
    relaxed:
      validates([...v, ...v, ...v, 0xfd, 0x85, 0x02, 0x1a]) && validates([...v, ...v, ...v, 0xfd, 0x93, 0x02, 0x1a]),
    threads: typeof SharedArrayBuffer !== 'undefined' && validates([], { shared: true, wide: false }),
    memory64: validates([], { shared: false, wide: true }),
  };
  return detected;
}
