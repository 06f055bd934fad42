import { E2M1, type Instruction, type Value } from '../../ir.ts';
import { TYPE } from './encoder.ts';
import type { FunctionWriter } from './function-writer.ts';
import { OPCODES, SIMD } from './opcodes.ts';

type Pure = Extract<Instruction, { op: 'pure' }>;

/**
 * Leaves on the stack what a pure instruction computes: one opcode, or a sequence of them.
 * @throws {Error} for an operation that the target does not know
 */
export function emitPure(w: FunctionWriter, { name, args }: Pure): void {
  if (shiftBytes(w, name, args)) return;
  const opcode = OPCODES[name];
  if (opcode !== undefined) {
    const fromStack = args[1] !== undefined && w.isStacked(args[1]);
    for (const value of fromStack ? args.toReversed() : args) w.get(value);
    if (typeof opcode === 'number') w.code.byte(opcode);
    else w.simd(opcode[1]);
    return;
  }
  const operation = name.slice(name.indexOf('.') + 1);
  const [a, b, c] = args as [Value, Value, Value];
  if (operation === 'select') return select(w, a, b, c);
  if (operation.startsWith('reduce_')) return reduce(w, name, a);
  switch (name) {
    case 'vf32.fma':
      if (w.options.relaxed) w.get(a).get(b).get(c).simd(SIMD.relaxedMadd);
      else w.get(a).get(b).simd(SIMD.mul).get(c).simd(SIMD.add);
      return;
    case 'f32.fma':
      w.get(a).get(b).code.byte(0x94);
      w.get(c).code.byte(0x92);
      return;
    case 'f32.to_i32':
      w.get(a).code.byte(0xfc, 0);
      return;
    case 'i32.min':
    case 'i32.max':
      w.get(a)
        .get(b)
        .get(a)
        .get(b)
        .code.byte(name === 'i32.min' ? 0x48 : 0x4a, 0x1b);
      return;
    case 'vf32.bits':
    case 'vi32.bits_f32':
      w.get(a);
      return;
    case 'vi32.lane_index':
      w.vectorConstant(Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]));
      return;
    case 'vi8.e2m1':
      w.table(Uint8Array.from(E2M1));
      w.get(a).simd(SIMD.swizzle);
      return;
    case 'f32.at_least':
    case 'f32.at_most':
      w.get(b)
        .get(a)
        .get(a)
        .get(b)
        .code.byte(name === 'f32.at_least' ? 0x5d : 0x5e, 0x1b);
      return;
    case 'vf32.add_pairs':
      return joinPairs(w, a, b, SIMD.add);
    case 'vf32.max_pairs':
      return joinPairs(w, a, b, SIMD.max);
    case 'vi8.dot':
      return dot(w, a, b, c);
    case 'vi8.dot_unsigned':
      return dotUnsigned(w, a, b, c);
    default:
      throw new Error(`kernel ${w.program.name}: the WebAssembly target does not know ${name}`);
  }
}

/**
 * Shifts of bytes by a constant as a shift of 16-bit lanes and a mask: what processors do anyway, and unlike a shift of
 * bytes V8 can pair it with its neighbour.
 */
function shiftBytes(w: FunctionWriter, name: string, [bytes, count, mask]: readonly Value[]): boolean {
  if (name !== 'vi8.shr_u' && name !== 'vi8.shl') return false;
  const shift = w.constants.get(count!.id);
  if (shift === undefined) return false;
  const right = name === 'vi8.shr_u';
  w.get(bytes!)
    .i32(shift)
    .simd(right ? SIMD.shiftRightUnsignedI16 : SIMD.shiftLeftI16);
  if (mask) w.get(mask);
  else w.table(new Uint8Array(16).fill(right ? 255 >> shift : (255 << shift) & 255));
  w.simd(SIMD.and);
  return true;
}

function select(w: FunctionWriter, condition: Value, a: Value, b: Value): void {
  const vector = w.wasmType(a.type) === TYPE.v128;
  // Masks clear lanes in one step, which V8 pairs; it does not pair lane selection.
  if (vector && w.isZero(b)) {
    w.get(a).get(condition).simd(SIMD.and);
    return;
  }
  if (vector && w.isZero(a)) {
    w.get(b).get(condition).simd(SIMD.andNot);
    return;
  }
  w.get(a).get(b).get(condition);
  if (vector) {
    // Masks of comparisons are all ones or all zeros per lane, which is what lane selection asks for.
    w.simd(w.options.relaxed && a.type !== 'vi8' ? SIMD.relaxedLaneSelectI32 : SIMD.bitselect);
  } else w.code.byte(0x1b);
}

/** Halving: lanes 0,1 with 2,3, then lane 0 with 1. */
function reduce(w: FunctionWriter, name: string, vector: Value): void {
  const operation = name.slice(name.indexOf('.') + 1);
  const float = name.startsWith('vf32');
  const combine = {
    reduce_add: float ? SIMD.add : SIMD.addI32,
    reduce_max: float ? SIMD.max : 184,
    reduce_min: 234,
  }[operation];
  if (combine === undefined) throw new Error(`kernel ${w.program.name}: no reduction ${name}`);
  const half = w.newLocal(TYPE.v128);
  w.get(vector).get(vector).get(vector);
  w.shuffleWords([2, 3, 2, 3]);
  w.simd(combine).local(0x22, half).local(0x20, half).local(0x20, half);
  w.shuffleWords([1, 1, 1, 1]);
  w.simd(combine)
    .simd(float ? SIMD.extractF32 : SIMD.extractI32)
    .code.byte(0);
}

/** Even lanes of both vectors with odd ones. */
function joinPairs(w: FunctionWriter, a: Value, b: Value, operation: number): void {
  w.get(a).get(b).shuffleWords([0, 2, 4, 6]);
  w.get(a).get(b).shuffleWords([1, 3, 5, 7]);
  w.simd(operation);
}

/** Without relaxed SIMD: 16-bit products of the low and high halves, summed in pairs twice. */
function dot(w: FunctionWriter, accumulator: Value, a: Value, b: Value): void {
  if (w.options.relaxed) {
    w.get(a).get(b).get(accumulator).simd(SIMD.relaxedDotAdd);
    return;
  }
  const ones = Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 0));
  const low = w.newLocal(TYPE.v128);
  const high = w.newLocal(TYPE.v128);
  w.get(a).get(b).simd(SIMD.extendMultiplyLowI8Signed).table(ones).simd(SIMD.dotI16).local(0x21, low);
  w.get(a).get(b).simd(SIMD.extendMultiplyHighI8Signed).table(ones).simd(SIMD.dotI16);
  w.local(0x21, high);
  for (const words of [
    [0, 2, 4, 6],
    [1, 3, 5, 7],
  ]) {
    w.local(0x20, low).local(0x20, high).shuffleWords(words);
  }
  w.simd(SIMD.addI32).get(accumulator).simd(SIMD.addI32);
}

/**
 * Even and odd bytes as 16-bit lanes, whose products are summed in pairs. V8 makes each of the four splits once per
 * operand, however many products it takes part in.
 */
function dotUnsigned(w: FunctionWriter, accumulator: Value, a: Value, b: Value): void {
  w.get(a).i32(8).simd(SIMD.shiftLeftI16).i32(8).simd(SIMD.shiftRightSignedI16);
  w.get(b).table(Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 255 : 0)));
  w.simd(SIMD.and).simd(SIMD.dotI16).get(accumulator).simd(SIMD.addI32);
  w.get(a).i32(8).simd(SIMD.shiftRightSignedI16);
  w.get(b).i32(8).simd(SIMD.shiftRightUnsignedI16).simd(SIMD.dotI16).simd(SIMD.addI32);
}
