import { attentionForward, attentionScratchElements, attentionScratchKeys } from '../kernels/attention.ts';
import { gatherRows } from '../kernels/embedding.ts';
import { ARGUMENT_SLOT_BYTES, type Kernel, type Parameters, type TargetInfo } from '../kernels/index.ts';
import { type Precision, planMatmul } from '../kernels/matmul-plan.ts';
import { rmsNorm } from '../kernels/rmsnorm.ts';
import { siluGate } from '../kernels/silu-gate.ts';

/** Calls of kernels of each kind on a little memory, by which a target is compared with another before it is used. */

/** A pointer argument: an address in the little memory of the check. */
interface Place {
  readonly address: number;
}
interface Call {
  readonly kernel: Kernel;
  readonly values: Readonly<Record<string, Place | number>>;
}

/** Memory that the calls need. */
export const CHECK_BYTES = 1 << 16;
const ARGUMENTS = 64;
/** Zeros for ids and bounds, then numbers. */
const ZEROS: Place = { address: 1024 };
const DATA = 1024 + 64;
/** Largest difference allowed, relative to the larger of 1 and the value: sums are taken in other orders. */
const TOLERANCE = 1e-4;

/** Calls with arguments, one after another on the same memory. */
function callsFor(target: TargetInfo): Call[] {
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
    ...products(target, place, 'f32'),
    ...products(target, place, 'bf16'),
  ];
}

function products(target: TargetInfo, place: (elements: number) => Place, precision: Precision): Call[] {
  const [rows, columns, inner] = [9, 37, 19];
  const plan = planMatmul({ layout: 'nt', rows, columns, inner, precision }, target);
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

/** A call of the check: writes its arguments into a memory and tells where they stand. */
export interface CheckCall {
  readonly kernel: Kernel;
  prepare(memory: DataView): number;
}

/** The calls for a target, one after another on the same memory of CHECK_BYTES filled by {@link fillNumbers}. */
export function checkCalls(target: TargetInfo): CheckCall[] {
  return callsFor(target).map((call) => ({
    kernel: call.kernel,
    prepare(memory) {
      writeArguments(memory, call);
      return ARGUMENTS;
    },
  }));
}

/** Fills the part of the memory that the calls work on. */
export function fillNumbers(memory: DataView): void {
  fill(numbersOf(memory));
}

const numbersOf = (memory: DataView): Float32Array => new Float32Array(memory.buffer, DATA);

/** Whether two memories hold the same numbers within rounding. */
export function sameNumbers(actual: DataView, expected: DataView): boolean {
  return same(numbersOf(actual), numbersOf(expected));
}

function same(actual: Float32Array, expected: Float32Array): boolean {
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (!(Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b)) || Object.is(a, b))) return false;
  }
  return true;
}
