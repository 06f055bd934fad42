/** Floating-point and vector instructions of the x86-64 code generator. */
import type { Value } from '../../ir.ts';
import { Label } from './assembler.ts';
import type { Context, Pure } from './context.ts';
import { testCondition } from './emit-general.ts';
import { emitDot, emitDotPairs, emitDotUnsigned, emitE2m1, emitPairs } from './emit-products.ts';
import { isCommutative, isComparison } from './fold.ts';
import { R, type Width } from './registers.ts';
import { V, type VectorOpcode } from './vector-opcodes.ts';

const FLOAT: Readonly<Record<string, readonly [packed: VectorOpcode, scalar: VectorOpcode]>> = {
  add: [V.addps, V.addss],
  sub: [V.subps, V.subss],
  mul: [V.mulps, V.mulss],
  div: [V.divps, V.divss],
  min: [V.minps, V.minss],
  max: [V.maxps, V.maxss],
};
const INTEGER: Readonly<Record<string, VectorOpcode>> = {
  'vi32.add': V.paddd,
  'vi32.sub': V.psubd,
  'vi32.mul': V.pmulld,
  'vi32.min': V.pminsd,
  'vi32.max': V.pmaxsd,
  'vi32.and': V.pand,
  'vi32.or': V.por,
  'vi32.xor': V.pxor,
  'vi8.and': V.pand,
  'vi8.or': V.por,
  'vi8.add': V.paddb,
  'vi8.sub': V.psubb,
};
/** Predicates of `cmpps` (ordered and quiet, but "not equal" holds for NaN) and of `pcmpd`. */
const PREDICATE: Readonly<Record<string, readonly [float: number, integer: number]>> = {
  eq: [0, 0],
  lt: [17, 1],
  le: [18, 2],
  ne: [4, 4],
  ge: [29, 5],
  gt: [30, 6],
};
const ORDERED = 7;
/** Rounding modes of `roundps`, without raising an exception. */
const ROUNDING = { nearest: 8, floor: 9 } as const;
const SIGN = 0x80000000 | 0;

/** The mask register of comparisons. */
const MASK = 1;

const operationOf = ({ name }: Pure): string => name.slice(name.indexOf('.') + 1);

/** An operation whose result or operands are floats or vectors. */
export function emitVector(context: Context, pure: Pure, position: number): void {
  const operation = operationOf(pure);
  const type = pure.name.slice(0, pure.name.indexOf('.'));
  const float = type === 'f32' || type === 'vf32';
  if (operation === 'fma') emitMultiplyAdd(context, pure, position);
  else if (float && FLOAT[operation] !== undefined) {
    const [packed, scalar] = FLOAT[operation]!;
    emitBinary(context, type === 'f32' ? scalar : packed, pure, position);
  } else if (INTEGER[pure.name] !== undefined) emitBinary(context, INTEGER[pure.name]!, pure, position);
  else if (isComparison(pure)) emitCompare(context, pure, position);
  else if (/^sh/.test(operation)) emitShift(context, pure, position);
  else if (operation === 'select') emitSelect(context, pure, position);
  else if (operation.startsWith('reduce_')) emitReduce(context, pure, position);
  else if (/_(pairs|quads)$/.test(operation)) emitJoinNeighbours(context, pure, position);
  else if (operation === 'at_least' || operation === 'at_most') emitBound(context, pure, position);
  else if (operation === 'dot') emitDot(context, pure, position);
  else if (operation === 'dot_unsigned') emitDotUnsigned(context, pure, position);
  else if (operation === 'dot_bf16') emitDotPairs(context, pure, position);
  else if (operation === 'e2m1') emitE2m1(context, pure, position);
  else if (operation === 'pair_bf16') emitPairs(context, pure, position);
  else emitUnary(context, pure, operation, position);
}

function emitBinary(context: Context, op: VectorOpcode, { name, args, result }: Pure, position: number): void {
  let [a, b] = args as [Value, Value];
  const operation = name.slice(name.indexOf('.') + 1);
  if (isCommutative(operation) && context.isMemoryOperand(a) && !context.isMemoryOperand(b)) [a, b] = [b, a];
  const bytes = name.startsWith('vi8') && (operation === 'add' || operation === 'sub');
  const left = context.inRegister(a, position, 0);
  const right = context.operand(b, position, bytes);
  context.vector(op, context.target(result, position), left, right, { width: context.widthOf(result) });
}

/** The instructions give their second operand if either is NaN or both are zeros: the value that is bounded. */
function emitBound(context: Context, { name, args, result }: Pure, position: number): void {
  const [packed, scalar] = FLOAT[name.endsWith('at_least') ? 'max' : 'min']!;
  const [value, bound] = args as [Value, Value];
  const left = context.inRegister(bound, position, 0);
  const right = context.operand(value, position);
  const to = context.target(result, position);
  context.vector(result.type === 'f32' ? scalar : packed, to, left, right, { width: context.widthOf(result) });
}

/**
 * a·b + c in one of three forms, by which operand the result overwrites: 231 adds to c, 213 multiplies into a, 132 into a
 * with the other factor in memory.
 */
function emitMultiplyAdd(context: Context, { args, result }: Pure, position: number): void {
  const scalar = result.type === 'f32';
  const options = { width: context.widthOf(result) };
  const forms = scalar
    ? { add: V.fmadd231ss, multiply: V.fmadd213ss, factor: V.fmadd132ss }
    : { add: V.fmadd231ps, multiply: V.fmadd213ps, factor: V.fmadd132ps };
  let [a, b] = args as [Value, Value, Value];
  const c = args[2]!;
  if (context.isMemoryOperand(a)) [a, b] = [b, a];
  const left = context.inRegister(a, position, 0);
  const sum = context.operand(c, position);
  const to = context.target(result, position);
  if (context.isMemoryOperand(b)) {
    const factor = context.operand(b, position);
    if (typeof sum.operand === 'object') {
      context.move(context.scratch[1], sum, options.width);
      context.vector(forms.add, context.scratch[1], left, factor, options);
      context.move(to, { operand: context.scratch[1], broadcast: false }, options.width);
    } else if (to === left && to !== sum.operand) context.vector(forms.factor, to, sum.operand, factor, options);
    else {
      context.move(to, sum, options.width);
      context.vector(forms.add, to, left, factor, options);
    }
    return;
  }
  const right = context.inRegister(b, position, 1);
  if (to === sum.operand) context.vector(forms.add, to, left, right, options);
  else if (to === left) context.vector(forms.multiply, to, right, sum, options);
  else if (to === right) context.vector(forms.multiply, to, left, sum, options);
  else if (typeof sum.operand === 'object') {
    context.move(to, { operand: left, broadcast: false }, options.width);
    context.vector(forms.multiply, to, right, sum, options);
  } else {
    context.move(to, sum, options.width);
    context.vector(forms.add, to, left, right, options);
  }
}

function emitUnary(context: Context, pure: Pure, operation: string, position: number): void {
  const { assembler, scratch } = context;
  const { name, args, result } = pure;
  const scalar = name.startsWith('f32');
  const width: Width = scalar ? 128 : context.width;
  const from = args[0];
  if (operation === 'lane_index') {
    assembler.vector(V.movups, context.target(result, position), 0, context.laneNumbers(), { width });
  } else if (operation === 'splat' || operation === 'splat4') emitSplat(context, pure, position);
  else if (name === 'i32.to_f32') {
    const register = context.read(from!, position);
    // The conversion keeps the upper part of its first operand: a cleared one avoids waiting for an old value.
    assembler.vector(V.pxor, scratch[0], scratch[0], scratch[0], { width: 128 });
    assembler.vector(V.cvtsi2ss, context.target(result, position), scratch[0], register, { width: 128 });
  } else if (name === 'i32.bits_f32') {
    assembler.vector(V.vmovd, context.target(result, position), 0, context.read(from!, position), { width: 128 });
  } else if (name === 'f32.bits') {
    assembler.vector(V.vmovdStore, context.inRegister(from!, position, 0), 0, context.target(result, position), {
      width: 128,
    });
  } else if (operation === 'bits' || operation === 'bits_f32') {
    context.move(context.target(result, position), context.operand(from!, position), width);
  } else if (operation === 'to_i32') emitToInteger(context, pure, position, width);
  else emitFloatUnary(context, pure, operation, position, width);
}

function emitFloatUnary(context: Context, { name, args, result }: Pure, operation: string, at: number, width: Width) {
  const scalar = name.startsWith('f32');
  const from = context.inRegister(args[0]!, at, 0);
  const to = context.target(result, at);
  switch (operation) {
    case 'neg':
      context.vector(V.pxor, to, from, context.repeated(SIGN, width), { width });
      return;
    case 'abs':
      context.vector(V.pand, to, from, context.repeated(~SIGN, width), { width });
      return;
    case 'sqrt':
      context.vector(scalar ? V.sqrtss : V.sqrtps, to, scalar ? from : 0, from, { width });
      return;
    case 'floor':
    case 'nearest':
      context.vector(scalar ? V.roundss : V.roundps, to, scalar ? from : 0, from, {
        width,
        immediate: ROUNDING[operation],
      });
      return;
    case 'to_f32':
      context.vector(V.cvtdq2ps, to, 0, from, { width });
      return;
    default:
      context.fail(`the x86-64 target does not know ${name}`);
  }
}

/** Truncates and saturates: the instruction gives the least integer for NaN and whatever does not fit. */
function emitToInteger(context: Context, { args, result }: Pure, position: number, width: Width): void {
  const { assembler, scratch, level } = context;
  const scalar = result.type === 'i32';
  const from = context.inRegister(args[0]!, position, 0);
  const tooLarge = context.repeated(0x4f000000, width);
  // The operand may stand in scratch 0, the result in a general register: work in scratch 1 and at last in `to`.
  const work = scratch[1];
  const to = scalar ? scratch[0] : context.target(result, position);
  if (level.avx512) {
    context.vector(V.cvttps2dq, work, 0, from, { width });
    context.vector(V.cmpps, MASK, from, tooLarge, { width, immediate: PREDICATE.ge![0], evex: true });
    context.vector(V.blendmps, work, work, context.repeated(0x7fffffff, width), { width, mask: MASK });
    context.vector(V.cmpps, MASK, from, from, { width, immediate: ORDERED, evex: true });
    context.vector(V.movaps, to, 0, work, { width, mask: MASK, zero: true });
  } else {
    // The least integer turned over by the comparison's ones is the largest; NaN is masked away.
    const memory = { base: R.rsp, displacement: 0 };
    assembler.vector(V.movupsStore, from, 0, memory, { width });
    context.vector(V.cmpps, work, from, tooLarge, { width, immediate: PREDICATE.ge![0] });
    assembler.vector(V.cvttps2dq, scratch[0], 0, memory, { width });
    assembler.vector(V.pxor, work, work, scratch[0], { width });
    assembler.vector(V.movups, scratch[0], 0, memory, { width });
    assembler.vector(V.cmpps, scratch[0], scratch[0], memory, { width, immediate: ORDERED });
    assembler.vector(V.pand, to, work, scratch[0], { width });
  }
  if (scalar) assembler.vector(V.vmovdStore, to, 0, context.target(result, position), { width: 128 });
}

function emitSplat(context: Context, { name, args, result }: Pure, position: number): void {
  const { assembler, level, width } = context;
  const to = context.target(result, position);
  if (name === 'vf32.splat') {
    const { operand } = context.operand(args[0]!, position);
    assembler.vector(V.broadcastss, to, 0, operand, { width });
    return;
  }
  const constant = context.constantOf(args[0]!);
  if (constant !== undefined) {
    context.move(to, context.repeated(constant | 0, width), width);
    return;
  }
  const from = context.read(args[0]!, position);
  if (level.avx512) assembler.vector(V.pbroadcastdGeneral, to, 0, from, { width });
  else {
    assembler.vector(V.vmovd, to, 0, from, { width: 128 });
    assembler.vector(V.pbroadcastd, to, 0, to, { width });
  }
}

function emitShift(context: Context, { name, args, result }: Pure, position: number): void {
  if (name.startsWith('vi8')) {
    emitByteShift(context, name === 'vi8.shr_u', args, context.target(result, position), position);
    return;
  }
  const { scratch, width, assembler } = context;
  const from = context.inRegister(args[0]!, position, 0);
  const count = context.constantOf(args[1]!);
  const to = context.target(result, position);
  const [byCount, immediate] = {
    'vi32.shl': [V.pslld, V.pslldImmediate],
    'vi32.shr_s': [V.psrad, V.psradImmediate],
    'vi32.shr_u': [V.psrld, V.psrldImmediate],
  }[name as 'vi32.shl'] as [VectorOpcode, VectorOpcode];
  if (count !== undefined) context.vector(immediate, to, 0, from, { width, immediate: count & 31 });
  else {
    assembler.vector(V.vmovd, scratch[1], 0, context.read(args[1]!, position), { width: 128 });
    context.vector(byCount, to, from, scratch[1], { width });
  }
}

/** Bytes are shifted as words of 16 bits, and what came from the neighbour is masked away. */
function emitByteShift(context: Context, right: boolean, args: readonly Value[], to: number, position: number): void {
  const { assembler, scratch, width } = context;
  const from = context.inRegister(args[0]!, position, 0);
  const count = context.constantOf(args[1]!);
  if (count !== undefined) {
    const mask = args[2] && context.constantOf(args[2]);
    const kept = mask ?? (right ? 255 >> count : (255 << count) & 255);
    context.vector(right ? V.psrlwImmediate : V.psllwImmediate, to, 0, from, { width, immediate: count });
    context.vector(V.pand, to, to, context.repeated(Math.imul(kept, 0x01010101), width), { width });
    return;
  }
  const register = context.read(args[1]!, position);
  assembler.vector(V.vmovd, scratch[1], 0, register, { width: 128 });
  context.vector(right ? V.psrlw : V.psllw, scratch[0], from, scratch[1], { width });
  assembler.movImmediate(R.rax, 255);
  assembler.shift(right ? 'rightUnsigned' : 'left', R.rax, R.rax, register);
  assembler.aluImmediate('and', R.rax, 255);
  assembler.multiplyImmediate(R.rax, R.rax, 0x01010101);
  assembler.vector(V.vmovd, scratch[1], 0, R.rax, { width: 128 });
  assembler.vector(V.pbroadcastd, scratch[1], 0, scratch[1], { width });
  context.vector(V.pand, to, scratch[0], scratch[1], { width });
}

// ---- comparisons and selection --------------------------------------------------------------------------------------

/** Compares into the mask register (AVX-512). */
function compareToMask(context: Context, { name, args }: Pure, position: number): void {
  const scalar = name.startsWith('f32');
  const predicate = PREDICATE[name.slice(name.indexOf('.') + 1)]!;
  const left = context.inRegister(args[0]!, position, 0);
  const right = context.operand(args[1]!, position);
  const width: Width = scalar ? 128 : context.width;
  if (name.startsWith('vi32'))
    context.vector(V.pcmpd, MASK, left, right, { width, immediate: predicate[1], evex: true });
  else context.vector(scalar ? V.cmpss : V.cmpps, MASK, left, right, { width, immediate: predicate[0], evex: true });
}

function emitCompare(context: Context, pure: Pure, position: number): void {
  const { assembler, level, width, scratch } = context;
  const to = context.target(pure.result, position);
  const scalar = pure.name.startsWith('f32');
  if (level.avx512) {
    compareToMask(context, pure, position);
    if (scalar) assembler.generalFromMask(to, MASK);
    else assembler.vector(V.pmovm2d, to, 0, MASK, { width });
    return;
  }
  if (pure.name.startsWith('vi32')) {
    compareIntegers(context, pure, to, position);
    return;
  }
  const left = context.inRegister(pure.args[0]!, position, 0);
  const right = context.operand(pure.args[1]!, position);
  const immediate = PREDICATE[operationOf(pure)]![0];
  if (scalar) {
    context.vector(V.cmpss, scratch[1], left, right, { width: 128, immediate });
    assembler.vector(V.vmovdStore, scratch[1], 0, to, { width: 128 });
    assembler.aluImmediate('and', to, 1);
  } else context.vector(V.cmpps, to, left, right, { width, immediate });
}

/** AVX2 knows only equal and greater; the others swap the operands or turn the result over. */
function compareIntegers(context: Context, pure: Pure, to: number, position: number): void {
  const { width } = context;
  const operation = operationOf(pure);
  const [a, b] = [0, 1].map((i) => context.inRegister(pure.args[i]!, position, i as 0 | 1)) as [number, number];
  const turned = operation === 'ne' || operation === 'le' || operation === 'ge';
  const swapped = operation === 'lt' || operation === 'ge';
  const op = operation === 'eq' || operation === 'ne' ? V.pcmpeqd : V.pcmpgtd;
  context.vector(op, to, swapped ? b : a, swapped ? a : b, { width });
  if (turned) context.vector(V.pxor, to, to, context.repeated(-1, width), { width });
}

function emitSelect(context: Context, { name, args, result }: Pure, position: number): void {
  const { level, width } = context;
  const [condition, a, b] = args as [Value, Value, Value];
  const to = context.target(result, position);
  if (name === 'f32.select') {
    emitScalarSelect(context, condition, a, b, to, position);
    return;
  }
  const folded = context.folded.get(condition.id);
  if (folded?.op === 'pure') {
    compareToMask(context, folded, position);
    const no = context.inRegister(b, position, 0);
    context.vector(V.blendmps, to, no, context.operand(a, position), { width, mask: MASK });
    return;
  }
  const mask = context.inRegister(condition, position, 0);
  if (level.avx512) {
    context.assembler.vector(V.pmovd2m, MASK, 0, mask, { width });
    const no = context.inRegister(b, position, 0);
    context.vector(V.blendmps, to, no, context.operand(a, position), { width, mask: MASK });
    return;
  }
  const no = context.inRegister(b, position, 1);
  const yes = context.operand(a, position);
  context.vector(V.blendvps, to, no, yes, { width, immediate: mask << 4 });
}

function emitScalarSelect(context: Context, condition: Value, a: Value, b: Value, to: number, position: number): void {
  const { assembler } = context;
  const yes = context.inRegister(a, position, 0);
  const no = context.inRegister(b, position, 1);
  const holds = testCondition(context, condition, position);
  const [first, second] = [new Label(), new Label()];
  assembler.jumpIf(holds, first);
  if (no !== to) assembler.vector(V.movaps, to, 0, no, { width: 128 });
  assembler.jump(second);
  assembler.bind(first);
  if (yes !== to) assembler.vector(V.movaps, to, 0, yes, { width: 128 });
  assembler.bind(second);
}

// ---- across lanes ---------------------------------------------------------------------------------------------------

/** By halving: the upper half of the lanes onto the lower, until one is left. */
function emitReduce(context: Context, { name, args, result }: Pure, position: number): void {
  const { assembler, scratch, level } = context;
  const [work, half] = scratch;
  const op = {
    'vf32.reduce_add': V.addps,
    'vf32.reduce_max': V.maxps,
    'vf32.reduce_min': V.minps,
    'vi32.reduce_add': V.paddd,
    'vi32.reduce_max': V.pmaxsd,
  }[name as 'vf32.reduce_add'];
  if (op === undefined) context.fail(`the x86-64 target does not know ${name}`);
  let from = context.inRegister(args[0]!, position, 0);
  const fold = (width: Width) => {
    assembler.vector(op, work, from, half, { width });
    from = work;
  };
  if (level.avx512) {
    assembler.vector(V.extractf64x4, from, 0, half, { width: 512, immediate: 1 });
    fold(256);
  }
  assembler.vector(V.extractf128, from, 0, half, { width: 256, immediate: 1 });
  fold(128);
  for (const immediate of [0xee, 0x55]) {
    assembler.vector(V.pshufd, half, 0, from, { width: 128, immediate });
    fold(128);
  }
  const to = context.target(result, position);
  if (result.type === 'f32') assembler.vector(V.movaps, to, 0, work, { width: 128 });
  else assembler.vector(V.vmovdStore, work, 0, to, { width: 128 });
}

/** Even and odd lanes of groups of four, or even and odd groups, of both operands side by side, added or compared. */
function emitJoinNeighbours(context: Context, { name, args, result }: Pure, position: number): void {
  const { assembler, scratch, level, width } = context;
  const [a, b] = [0, 1].map((i) => context.inRegister(args[i]!, position, i as 0 | 1)) as [number, number];
  const to = context.target(result, position);
  const free = [to, ...scratch].find((register) => register !== a && register !== b)!;
  const last = free === to ? scratch[0] : to;
  const [op, even, odd] = name.endsWith('pairs')
    ? [V.shufps, 0x88, 0xdd]
    : level.avx512
      ? [V.shuff32x4, 0x88, 0xdd]
      : [V.perm2f128, 0x20, 0x31];
  assembler.vector(op, free, a, b, { width, immediate: even });
  assembler.vector(op, last, a, b, { width, immediate: odd });
  assembler.vector(name.startsWith('vf32.max') ? V.maxps : V.addps, to, free, last, { width });
}
