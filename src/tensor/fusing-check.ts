import { type Kernel, lowerKernel, type TargetInfo } from '../kernels/index.ts';
import { interpreterTarget, interpretKernel } from '../kernels/targets/interpreter.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from '../kernels/targets/wasm/index.ts';
import type { Platform } from '../platform/index.ts';
import { CHECK_BYTES, checkCalls, fillNumbers, sameNumbers } from './self-test.ts';

/**
 * V8's fusing of vector operations is an experiment of the engine's. Before it is relied on, kernels of each kind are
 * compiled with it and compared with the interpreter.
 */

const PAGES = CHECK_BYTES / 65536;

/** A matrix product in the smallest tile that fusing works on; larger ones only repeat it. */
function targets(): { fused: TargetInfo; plain: TargetInfo } {
  const registers = { vectorRegisters: 7, fusedVectors: 2 };
  return {
    fused: { ...wasmTarget({ relaxed: true }), ...registers },
    plain: { ...interpreterTarget(4), ...registers },
  };
}

/**
 * Compiles kernels with fusing and compares them with the interpreter. Returns the key of the first kernel whose results
 * differ, undefined if none does. `host.fusesVectors()` must have been asked before. Takes some 50 milliseconds.
 */
export function findFusingFault(host: Platform, compile: Compile = compileFused): string | undefined {
  const { fused, plain } = targets();
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const actual = new DataView(memory.buffer);
  const expected = new DataView(new ArrayBuffer(CHECK_BYTES));
  fillNumbers(actual);
  fillNumbers(expected);
  for (const { kernel, prepare } of checkCalls(fused)) {
    const argumentBlock = prepare(actual);
    prepare(expected);
    compile(host, kernel, fused, memory)(argumentBlock, 0, 1);
    interpretKernel(lowerKernel(kernel, plain), { bytes: expected })(argumentBlock, 0, 1);
    if (!sameNumbers(actual, expected)) return kernel.key;
  }
  return undefined;
}

/** Whether fusing is on and gives the right results, and what to tell if it does not. */
export interface FusingVerdict {
  readonly fuses: boolean;
  readonly note?: string;
}

let verdict: FusingVerdict | undefined;

/** Turns fusing on if the host has it and it passes the check, which runs once in a process; else off. */
export function judgeFusing(host: Platform, findFault = findFusingFault): FusingVerdict {
  if (verdict === undefined) {
    const fault = host.fusesVectors() ? findFault(host) : undefined;
    if (fault === undefined) verdict = { fuses: host.fusesVectors() };
    else {
      host.stopFusingVectors();
      const note = `The engine's fusing of vector operations gives wrong results in kernel ${fault}; it is off, and matrix products run at half speed.`;
      verdict = { fuses: false, note };
    }
  }
  return verdict;
}

type Compile = (host: Platform, kernel: Kernel, target: TargetInfo, memory: WebAssembly.Memory) => KernelFunction;

/** The engine fuses in its optimising compiler only. */
export const compileFused: Compile = (host, kernel, target, memory) => {
  const bytes = encodeKernel(kernel, target, { shared: false, wide: false, maximumPages: PAGES });
  const run = instantiateKernel(new WebAssembly.Module(bytes), memory);
  host.optimize(run);
  return run;
};
