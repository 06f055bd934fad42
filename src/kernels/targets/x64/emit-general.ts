/** Integer and pointer instructions of the x86-64 code generator. */
import type { Instruction, Value } from '../../ir.ts';
import { Label } from './assembler.ts';
import type { Context, Pure } from './context.ts';
import { isCommutative } from './fold.ts';
import { CONDITION, type Condition, R } from './registers.ts';

const ALU: Readonly<Record<string, 'add' | 'sub' | 'and' | 'or' | 'xor'>> = {
  add: 'add',
  sub: 'sub',
  and: 'and',
  or: 'or',
  xor: 'xor',
};
const SHIFTS: Readonly<Record<string, 'left' | 'rightSigned' | 'rightUnsigned'>> = {
  shl: 'left',
  shr_s: 'rightSigned',
  shr_u: 'rightUnsigned',
};
const CONDITIONS: Readonly<Record<string, Condition>> = {
  eq: CONDITION.equal,
  ne: CONDITION.notEqual,
  lt: CONDITION.less,
  le: CONDITION.lessOrEqual,
  gt: CONDITION.greater,
  ge: CONDITION.greaterOrEqual,
  lt_u: CONDITION.below,
};
/** The condition that holds where this one does not. */
export const opposite = (condition: Condition): Condition => (condition ^ 1) as Condition;

/** Brings an i32 operand, constant or not, into a register; constants into `scratch`. */
export function integer(context: Context, value: Value, position: number, scratch: number): number {
  const constant = context.constantOf(value);
  if (constant === undefined) return context.read(value, position);
  context.assembler.movImmediate(scratch, constant | 0);
  return scratch;
}

/** Sets the flags by comparing two i32 and returns the condition under which the comparison holds. */
export function compareIntegers(context: Context, { name, args }: Pure, position: number): Condition {
  const { assembler } = context;
  const [a, b] = args as [Value, Value];
  const left = integer(context, a, position, R.rax);
  const right = context.constantOf(b);
  if (right === 0 && context.constantOf(a) === undefined && /eq|ne/.test(name)) assembler.test(left, left);
  else if (right !== undefined) assembler.aluImmediate('cmp', left, right | 0);
  else assembler.alu('cmp', left, context.read(b, position));
  return CONDITIONS[name.slice(4)]!;
}

/** Sets the flags by a condition value and returns the condition under which it is true. */
export function testCondition(context: Context, condition: Value, position: number): Condition {
  const folded = context.folded.get(condition.id);
  if (folded?.op === 'pure') return compareIntegers(context, folded, position);
  const register = integer(context, condition, position, R.rax);
  context.assembler.test(register, register);
  return CONDITION.notEqual;
}

function emitAlu(
  context: Context,
  operation: 'add' | 'sub' | 'and' | 'or' | 'xor',
  { args, result }: Pure,
  at: number,
) {
  const { assembler } = context;
  let [a, b] = args as [Value, Value];
  if (isCommutative(operation) && context.constantOf(a) !== undefined) [a, b] = [b, a];
  const to = context.target(result, at);
  const right = context.constantOf(b);
  const left = integer(context, a, at, R.rax);
  if (right !== undefined) {
    if (operation === 'add' && left !== to) assembler.lea(to, { base: left, displacement: right | 0 }, false);
    else {
      if (left !== to) assembler.mov32(to, left);
      assembler.aluImmediate(operation, to, right | 0);
    }
    return;
  }
  const other = context.read(b, at);
  if (to === other && to !== left) {
    if (isCommutative(operation)) assembler.alu(operation, to, left);
    else {
      if (left !== R.rax) assembler.mov32(R.rax, left);
      assembler.alu(operation, R.rax, other);
      assembler.mov32(to, R.rax);
    }
    return;
  }
  if (left !== to) assembler.mov32(to, left);
  assembler.alu(operation, to, other);
}

function emitMultiply(context: Context, { args, result }: Pure, position: number): void {
  const { assembler } = context;
  let [a, b] = args as [Value, Value];
  if (context.constantOf(a) !== undefined) [a, b] = [b, a];
  const to = context.target(result, position);
  const right = context.constantOf(b);
  const left = integer(context, a, position, R.rax);
  if (right !== undefined) {
    const shift = Math.log2(right);
    if (right > 0 && Number.isInteger(shift)) {
      if (left !== to) assembler.mov32(to, left);
      if (shift > 0) assembler.shiftImmediate('left', to, shift);
    } else assembler.multiplyImmediate(to, left, right | 0);
    return;
  }
  const other = context.read(b, position);
  if (to === other) assembler.multiply(to, left);
  else {
    if (left !== to) assembler.mov32(to, left);
    assembler.multiply(to, other);
  }
}

function emitShift(
  context: Context,
  kind: 'left' | 'rightSigned' | 'rightUnsigned',
  { args, result }: Pure,
  at: number,
) {
  const { assembler } = context;
  const [a, b] = args as [Value, Value];
  const to = context.target(result, at);
  const count = context.constantOf(b);
  const from = integer(context, a, at, R.rax);
  if (count === undefined) assembler.shift(kind, to, from, context.read(b, at));
  else {
    if (from !== to) assembler.mov32(to, from);
    if ((count & 31) !== 0) assembler.shiftImmediate(kind, to, count & 31);
  }
}

/** Quotients and remainders; by powers of two without the slow instruction. */
function emitDivision(context: Context, operation: string, { args, result }: Pure, position: number): void {
  const { assembler } = context;
  const [a, b] = args as [Value, Value];
  const signed = operation.endsWith('_s');
  const remainder = operation.startsWith('rem');
  const to = context.target(result, position);
  const divisor = context.constantOf(b);
  const from = integer(context, a, position, R.rax);
  if (from !== R.rax) assembler.mov32(R.rax, from);
  const shift = divisor === undefined ? Number.NaN : Math.log2(divisor);
  if (Number.isInteger(shift) && shift > 0) {
    const mask = divisor! - 1;
    if (signed) {
      // A negative dividend is moved up, so that the shift truncates towards zero.
      assembler.mov32(R.rdx, R.rax);
      assembler.shiftImmediate('rightSigned', R.rdx, 31);
      assembler.aluImmediate('and', R.rdx, mask);
      assembler.alu('add', R.rax, R.rdx);
    }
    if (remainder) {
      assembler.aluImmediate('and', R.rax, mask);
      if (signed) assembler.alu('sub', R.rax, R.rdx);
    } else assembler.shiftImmediate(signed ? 'rightSigned' : 'rightUnsigned', R.rax, shift);
    assembler.mov32(to, R.rax);
    return;
  }
  const by =
    divisor === undefined
      ? context.read(b, position)
      : assembler.constant(new Uint8Array(Int32Array.of(divisor).buffer));
  assembler.divide(by, signed);
  assembler.mov32(to, remainder ? R.rdx : R.rax);
}

function emitExtreme(context: Context, operation: 'min' | 'max', { args, result }: Pure, position: number): void {
  const { assembler } = context;
  const left = integer(context, args[0]!, position, R.rax);
  const right = integer(context, args[1]!, position, R.rdx);
  if (left !== R.rax) assembler.mov32(R.rax, left);
  assembler.alu('cmp', R.rax, right);
  assembler.moveIf(operation === 'min' ? CONDITION.greater : CONDITION.less, R.rax, right);
  assembler.mov32(context.target(result, position), R.rax);
}

/** An operation on i32 whose result is an i32. */
export function emitInteger(context: Context, pure: Pure, position: number): void {
  const operation = pure.name.slice(4);
  const alu = ALU[operation];
  const shift = SHIFTS[operation];
  if (alu !== undefined) emitAlu(context, alu, pure, position);
  else if (shift !== undefined) emitShift(context, shift, pure, position);
  else if (operation === 'mul') emitMultiply(context, pure, position);
  else if (operation === 'min' || operation === 'max') emitExtreme(context, operation, pure, position);
  else if (/^(div|rem)_/.test(operation)) emitDivision(context, operation, pure, position);
  else if (operation in CONDITIONS) {
    const condition = compareIntegers(context, pure, position);
    context.assembler.setCondition(condition, R.rax);
    context.assembler.mov32(context.target(pure.result, position), R.rax);
  } else context.fail(`the x86-64 target does not know ${pure.name}`);
}

/** `condition ? a : b` of integers and pointers. */
export function emitSelectGeneral(context: Context, { args, result }: Pure, position: number): void {
  const { assembler } = context;
  const [condition, a, b] = args as [Value, Value, Value];
  const wide = result.type === 'ptr';
  const holds = testCondition(context, condition, position);
  // From here on nothing may change the flags: constants are moved by instructions that leave them alone.
  const load = (value: Value, scratch: number): number => {
    const constant = context.constantOf(value);
    if (constant === undefined) return context.read(value, position);
    assembler.mov32(scratch, assembler.constant(new Uint8Array(Int32Array.of(constant).buffer)));
    return scratch;
  };
  const yes = load(a, R.rax);
  const no = load(b, R.rdx);
  if (no !== R.rdx) wide ? assembler.mov64(R.rdx, no) : assembler.mov32(R.rdx, no);
  assembler.moveIf(holds, R.rdx, yes, wide);
  const to = context.target(result, position);
  if (wide) assembler.mov64(to, R.rdx);
  else assembler.mov32(to, R.rdx);
}

/** `base + index * scale`. */
export function emitOffset(context: Context, instruction: Extract<Instruction, { op: 'offset' }>, position: number) {
  const { assembler } = context;
  const { result, base, index, scale } = instruction;
  const to = context.target(result, position);
  const from = context.read(base, position);
  const constant = context.constantOf(index);
  if (constant !== undefined) {
    assembler.lea(to, { base: from, displacement: constant * scale });
    return;
  }
  assembler.movsxd(R.rax, context.read(index, position));
  if (scale === 1 || scale === 2 || scale === 4 || scale === 8) {
    assembler.lea(to, { base: from, index: R.rax, scale, displacement: 0 });
    return;
  }
  assembler.multiplyImmediate(R.rax, R.rax, scale, true);
  assembler.lea(to, { base: from, index: R.rax, scale: 1, displacement: 0 });
}

export function emitAtomic(context: Context, instruction: Extract<Instruction, { op: 'atomic' }>, position: number) {
  const { assembler } = context;
  const { kind, result, address, value } = instruction;
  const place = { base: context.read(address, position), displacement: 0 };
  if (kind === 'load') {
    assembler.mov32(context.target(result!, position), place);
    return;
  }
  const register = integer(context, value!, position, R.rax);
  if (register !== R.rax) assembler.mov32(R.rax, register);
  if (kind === 'store') assembler.exchange(place, R.rax);
  else {
    assembler.lockExchangeAdd(place, R.rax);
    if (context.isRead(result!)) assembler.mov32(context.target(result!, position), R.rax);
  }
}

/** Runs `body` between a jump over it and its end. */
export function skipping(context: Context, condition: Condition, body: () => void): void {
  const end = new Label();
  context.assembler.jumpIf(condition, end);
  body();
  context.assembler.bind(end);
}
