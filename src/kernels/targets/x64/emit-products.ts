/** Dot products of bytes and of bf16 pairs, of the x86-64 code generator. */
import type { Value } from '../../ir.ts';
import type { Context, Pure, VectorOperand } from './context.ts';
import { V, type VectorOpcode } from './vector-opcodes.ts';

/** Sums of four products of bytes, the first operand signed, the second below 128. */
export function emitDot(context: Context, { args, result }: Pure, position: number): void {
  const { level, width, scratch } = context;
  const [accumulator, a, b] = args as [Value, Value, Value];
  const to = context.target(result, position);
  const unsigned = context.inRegister(b, position, 0);
  const signed = context.operand(a, position, true);
  if (!level.vnni) {
    context.vector(V.pmaddubsw, scratch[0], unsigned, signed, { width });
    context.vector(V.pmaddwd, scratch[0], scratch[0], context.wordPairs(), { width });
    context.vector(V.paddd, to, scratch[0], context.operand(accumulator, position), { width });
    return;
  }
  addProducts(context, V.pdpbusd, accumulator, unsigned, signed, to, position);
}

/**
 * The same for a second operand below 256. Without an instruction for it the lower seven bits and the highest one, which
 * counts 128, are multiplied apart: their sums of pairs fit in 16 bits.
 */
export function emitDotUnsigned(context: Context, pure: Pure, position: number): void {
  const { level, width, scratch } = context;
  if (level.vnni) {
    emitDot(context, pure, position);
    return;
  }
  const [work, high] = scratch;
  const [accumulator, a, b] = pure.args as [Value, Value, Value];
  const to = context.target(pure.result, position);
  const unsigned = context.inRegister(b, position, 0);
  const signed = context.operand(a, position, true);
  context.vector(V.psrlwImmediate, high, 0, unsigned, { width, immediate: 7 });
  context.vector(V.pand, high, high, context.repeated(0x01010101, width), { width });
  context.vector(V.pmaddubsw, high, high, signed, { width });
  context.vector(V.pmaddwd, high, high, context.wordPairs(128), { width });
  context.vector(V.pand, work, unsigned, context.repeated(0x7f7f7f7f, width), { width });
  context.vector(V.pmaddubsw, work, work, signed, { width });
  context.vector(V.pmaddwd, work, work, context.wordPairs(), { width });
  context.vector(V.paddd, work, work, high, { width });
  context.vector(V.paddd, to, work, context.operand(accumulator, position), { width });
}

/** Sums of two products of bf16 numbers (AVX512_BF16). */
export function emitDotPairs(context: Context, { args, result }: Pure, position: number): void {
  const accumulator = args[0]!;
  let [a, b] = args.slice(1) as [Value, Value];
  if (context.isMemoryOperand(a)) [a, b] = [b, a];
  const left = context.inRegister(a, position, 0);
  const to = context.target(result, position);
  addProducts(context, V.dpbf16ps, accumulator, left, context.operand(b, position), to, position);
}

/** An instruction that adds products to its destination, which may be another register than the sum before. */
function addProducts(
  context: Context,
  op: VectorOpcode,
  accumulator: Value,
  left: number,
  right: VectorOperand,
  to: number,
  position: number,
): void {
  const { scratch, width } = context;
  const sum = context.operand(accumulator, position);
  // The sum moves to its place at once, unless a factor stands there.
  const free = to === sum.operand || (to !== left && to !== right.operand);
  const work = free ? to : scratch[1];
  context.move(work, sum, width);
  context.vector(op, work, left, right, { width });
  context.move(to, { operand: work, broadcast: false }, width);
}

/** The instruction puts the numbers of one vector behind those of the other; a permutation then pairs them. */
export function emitPairs(context: Context, { args, result }: Pure, position: number): void {
  const { assembler, scratch, width } = context;
  const second = context.inRegister(args[1]!, position, 0);
  context.vector(V.cvtne2ps2bf16, scratch[0], second, context.operand(args[0]!, position), { width });
  assembler.vector(V.movups, scratch[1], 0, context.pairOrder(), { width });
  assembler.vector(V.permw, context.target(result, position), scratch[1], scratch[0], { width });
}

/** The table in every 16 bytes of a register, from which the codes choose. */
export function emitE2m1(context: Context, { args, result }: Pure, position: number): void {
  const { scratch, width } = context;
  const codes = context.inRegister(args[0]!, position, 0);
  context.move(scratch[1], { operand: context.e2m1Table(), broadcast: false }, width);
  context.vector(V.pshufb, context.target(result, position), scratch[1], codes, { width });
}
