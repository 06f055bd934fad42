import { attentionForward, attentionScratchElements, attentionScratchKeys } from '../kernels/attention.ts';
import { gatherRows } from '../kernels/embedding.ts';
import { ARGUMENT_SLOT_BYTES, type Kernel, lowerKernel, type Parameters, type TargetInfo } from '../kernels/index.ts';
import { planMatmul } from '../kernels/matmul-plan.ts';
import { rmsNorm } from '../kernels/rmsnorm.ts';
import { siluGate } from '../kernels/silu-gate.ts';
import { interpreterTarget, interpretKernel } from '../kernels/targets/interpreter.ts';
import { encodeKernel, instantiateKernel, type KernelFunction, wasmTarget } from '../kernels/targets/wasm/index.ts';
import type { Platform } from '../platform/index.ts';

/**
 * V8's fusing of vector operations is an experiment of the engine's. Before it is relied on, kernels of each kind are
 * compiled with it and compared with the interpreter.
 */

/** A pointer argument: an address in the little memory of the check. */
interface Place {
  readonly address: number;
}
interface Call {
  readonly kernel: Kernel;
  readonly values: Readonly<Record<string, Place | number>>;
}

const PAGES = 1;
const ARGUMENTS = 64;
/** Zeros for ids and bounds, then numbers. */
const ZEROS: Place = { address: 1024 };
const DATA = 1024 + 64;
/** Largest difference allowed, relative to the larger of 1 and the value: sums are taken in other orders. */
const TOLERANCE = 1e-4;

/** A matrix product in the smallest tile that fusing works on; larger ones only repeat it. */
function targets(): { fused: TargetInfo; plain: TargetInfo } {
  const registers = { vectorRegisters: 7, fusedVectors: 2 };
  return {
    fused: { ...wasmTarget({ relaxed: true }), ...registers },
    plain: { ...interpreterTarget(4), ...registers },
  };
}

/** Calls with arguments, one after another on the same memory. */
function calls(fused: TargetInfo): Call[] {
  let next = DATA;
  const place = (elements: number): Place => {
    const address = next;
    next += Math.ceil(elements / 16) * 64;
    return { address };
  };
  const call = <P extends Parameters>(
    kernel: Kernel<P>,
    values: { readonly [N in keyof P]: Place | number },
  ): Call => ({
    kernel: kernel as unknown as Kernel,
    values,
  });
  const [rows, columns, stride] = [5, 45, 47];
  const [x, weight, y] = [place(rows * stride * 2), place(columns), place(rows * stride)];
  const sizes = { rows, columns, xStride: stride, yStride: stride };
  const attention = { nopeDim: 12, ropeDim: 4, valueDim: 12, group: 1 };
  return [
    call(gatherRows({ memory: 'bf16' }), {
      table: x,
      ids: ZEROS,
      y,
      rows,
      columns,
      tableStride: stride,
      yStride: stride,
    }),
    call(rmsNorm, { x, weight, y, ...sizes, eps: 1e-6 }),
    call(siluGate, { gate: x, up: x, y, rows, columns, gateStride: stride, upStride: stride, yStride: stride }),
    call(attentionForward(attention), {
      output: place(rows * 24),
      logSumExp: place(rows * 2),
      scratch: place(attentionScratchElements(rows, 1)),
      queryNope: x,
      queryRope: x,
      packedKeyNope: place(2 * 12 * 64),
      packedKeyRope: place(4 * 64),
      value: x,
      start: ZEROS,
      rows,
      heads: 2,
      scratchKeys: attentionScratchKeys(rows),
      scale: 0.3,
      queryNopeRowStride: stride,
      queryNopeHeadStride: 12,
      queryRopeRowStride: stride,
      queryRopeHeadStride: 4,
      valueRowStride: stride,
      valueHeadStride: 12,
      outputRowStride: 24,
    }),
    ...products(fused, place),
  ];
}

function products(fused: TargetInfo, place: (elements: number) => Place): Call[] {
  const [rows, columns, inner] = [9, 37, 19];
  const plan = planMatmul({ layout: 'nt', rows, columns, inner }, fused);
  const scratch = place(plan.scratchBytes / 4);
  const known = {
    a: place(rows * inner),
    b: place(columns * inner),
    c: place(rows * columns),
    offsets: 0,
    strideA: inner,
    strideB: inner,
    strideC: columns,
    rows,
    columns,
    inner,
  };
  return plan.calls.map(({ kernel, args }) => ({
    kernel,
    values: Object.fromEntries(
      Object.entries(args).map(([name, value]) => {
        if (typeof value === 'string') return [name, known[value]];
        return [name, typeof value === 'number' ? value : { address: scratch.address + value.scratch }];
      }),
    ),
  }));
}

/** Numbers between -2 and 2. */
function fill(numbers: Float32Array): void {
  let state = 12345;
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    numbers[i] = state / 2 ** 30;
  }
}

function writeArguments(memory: DataView, { kernel, values }: Call): void {
  Object.entries(kernel.parameters).forEach(([name, kind], position) => {
    const value = values[name]!;
    const at = ARGUMENTS + position * ARGUMENT_SLOT_BYTES;
    if (typeof value === 'object') memory.setBigUint64(at, BigInt(value.address), true);
    else if (kind === 'f32') memory.setFloat32(at, value, true);
    else if (kind === 'i32') memory.setInt32(at, value, true);
    else memory.setBigUint64(at, BigInt(value), true);
  });
}

/**
 * Compiles kernels with fusing and compares them with the interpreter. Returns the key of the first kernel whose results
 * differ, undefined if none does. `host.fusesVectors()` must have been asked before. Takes some 50 milliseconds.
 */
export function findFusingFault(host: Platform, compile: Compile = compileFused): string | undefined {
  const { fused, plain } = targets();
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const actual = new DataView(memory.buffer);
  const expected = new DataView(new ArrayBuffer(memory.buffer.byteLength));
  const numbers = new Float32Array(memory.buffer, DATA);
  const expectedNumbers = new Float32Array(expected.buffer, DATA);
  fill(numbers);
  expectedNumbers.set(numbers);
  for (const call of calls(fused)) {
    writeArguments(actual, call);
    writeArguments(expected, call);
    compile(host, call.kernel, fused, memory)(ARGUMENTS, 0, 1);
    interpretKernel(lowerKernel(call.kernel, plain), { bytes: expected })(ARGUMENTS, 0, 1);
    if (!same(numbers, expectedNumbers)) return call.kernel.key;
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

function same(actual: Float32Array, expected: Float32Array): boolean {
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (!(Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b)) || Object.is(a, b))) return false;
  }
  return true;
}
