import { attentionForward } from '../kernels/attention.ts';
import { pagedAttention } from '../kernels/attention-paged.ts';
import { gatherRows } from '../kernels/embedding.ts';
import type { Kernel, TargetInfo } from '../kernels/index.ts';
import { matmul } from '../kernels/matmul.ts';
import { packTransposed } from '../kernels/matmul-pack.ts';
import { rmsNorm } from '../kernels/rmsnorm.ts';
import { findDifference, SAMPLE_BYTES, seeded } from '../kernels/sample-call.ts';
import { siluGate } from '../kernels/silu-gate.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from '../kernels/targets/wasm/index.ts';
import type { Platform } from '../platform/index.ts';
import { version } from '../version.ts';
import { CheckedCode } from './checked-code.ts';

/**
 * V8's fusing of vector operations is an experiment of the engine's. Before it is relied on, kernels of each kind are
 * compiled with it and compared with the interpreter, once with each version of the engine and of this package.
 */

const PAGES = SAMPLE_BYTES / 65536;

/** A matrix product in the smallest tile that fusing works on; larger ones only repeat it. */
const fusedTarget = (): TargetInfo => ({ ...wasmTarget({ relaxed: true }), vectorRegisters: 7, fusedVectors: 2 });

const kernels = (): Kernel[] =>
  [
    gatherRows({ memory: 'bf16' }),
    rmsNorm,
    siluGate,
    attentionForward({ nopeDim: 12, ropeDim: 4, valueDim: 12, group: 1 }),
    pagedAttention({ nopeDim: 16, ropeDim: 0, valueDim: 16, group: 2, pageSize: 4, memory: 'f16' }),
    packTransposed({ operand: 'b' }),
    matmul({ operands: 'rows', precision: 'f32', accumulate: false }),
  ].map((kernel) => kernel as unknown as Kernel);

/**
 * Compiles kernels with fusing and compares them with the interpreter. Returns the key of the first kernel whose results
 * differ, undefined if none does. `host.fusesVectors()` must have been asked before. Takes some 50 milliseconds.
 */
export function findFusingFault(host: Platform, compile: Compile = compileFused): string | undefined {
  const target = fusedTarget();
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  return kernels().find((kernel) => {
    const run = compile(host, kernel, target, memory);
    return findDifference({ kernel, target, memory: memory.buffer, run, random: seeded(1), large: true }) !== undefined;
  })?.key;
}

/** Whether fusing is on and gives the right results, and what to tell if it does not. */
export interface FusingVerdict {
  readonly fuses: boolean;
  readonly note?: string;
}

let verdict: Promise<FusingVerdict> | undefined;

/** Turns fusing on if the host has it and it passes the check, whose outcome is remembered; else off. */
export function judgeFusing(host: Platform, findFault = findFusingFault): Promise<FusingVerdict> {
  verdict ??= judge(host, findFault);
  return verdict;
}

async function judge(host: Platform, findFault: typeof findFusingFault): Promise<FusingVerdict> {
  if (!host.fusesVectors()) return { fuses: false };
  const checked = await CheckedCode.open(host, `${version} ${host.engine()}`, 'fusing');
  if (!checked.complete && checked.fault === undefined) {
    checked.finish(findFault(host));
    void checked.save();
  }
  const { fault } = checked;
  if (fault === undefined) return { fuses: true };
  host.stopFusingVectors();
  const note = `The engine's fusing of vector operations gives wrong results in kernel ${fault}; it is off, and matrix products run at half speed.`;
  return { fuses: false, note };
}

type Compile = (host: Platform, kernel: Kernel, target: TargetInfo, memory: WebAssembly.Memory) => KernelFunction;

/** The engine fuses in its optimising compiler only. */
export const compileFused: Compile = (host, kernel, target, memory) => {
  const bytes = encodeKernel(kernel, target, { shared: false, wide: false, maximumPages: PAGES });
  const run = instantiateKernel(new WebAssembly.Module(bytes), memory);
  host.optimize(run);
  return run;
};
