import type { Instruction, KernelProgram, Value } from '../../ir.ts';
import { emitAtomic, emitLoad, emitLoadPair, emitStore, type Load } from './emit-memory.ts';
import { emitPure } from './emit-values.ts';
import { TYPE } from './encoder.ts';
import { type EmitOptions, FunctionWriter } from './function-writer.ts';
import { areNeighbours } from './memory-lanes.ts';

/** The body of `run(arguments, worker, workers)` and the types of its locals. */
export function emitFunction(
  program: KernelProgram,
  options: EmitOptions,
): { readonly locals: readonly number[]; readonly code: Uint8Array } {
  const w = new FunctionWriter(program, options);
  w.parameters();
  block(w, program.body);
  return w.finish();
}

function block(w: FunctionWriter, instructions: readonly Instruction[]): void {
  for (let i = 0; i < instructions.length; i++) {
    const [first, second] = [instructions[i]!, instructions[i + 1]];
    if (w.options.fusing && second !== undefined && areNeighbours(first, second)) {
      emitLoadPair(w, first as Load, second as Load);
      i++;
    } else instruction(w, first);
  }
}

function instruction(w: FunctionWriter, instruction: Instruction): void {
  switch (instruction.op) {
    case 'const':
      return constant(w, instruction.result, instruction.value);
    case 'pure':
      emitPure(w, instruction);
      w.set(instruction.result);
      return;
    case 'offset':
      return offset(w, instruction);
    case 'load':
      return emitLoad(w, instruction);
    case 'store':
      return emitStore(w, instruction);
    case 'prefetch':
      // WebAssembly has no such hint.
      return;
    case 'atomic':
      return emitAtomic(w, instruction);
    case 'set':
      w.get(instruction.value).set(instruction.variable);
      return;
    case 'loop':
      return loop(w, instruction);
    case 'while': {
      w.code.byte(0x02, TYPE.void, 0x03, TYPE.void);
      block(w, instruction.test);
      w.get(instruction.condition).code.byte(0x45, 0x0d, 1);
      block(w, instruction.body);
      w.code.byte(0x0c, 0, 0x0b, 0x0b);
      return;
    }
    case 'if': {
      w.get(instruction.condition).code.byte(0x04, TYPE.void);
      block(w, instruction.body);
      if (instruction.otherwise.length > 0) {
        w.code.byte(0x05);
        block(w, instruction.otherwise);
      }
      w.code.byte(0x0b);
    }
  }
}

/** Tested at the bottom, so that an iteration has one branch. */
function loop(w: FunctionWriter, { index, start, end, step, body }: Extract<Instruction, { op: 'loop' }>): void {
  w.get(start).set(index).get(index).get(end);
  w.code.byte(0x48, 0x04, TYPE.void, 0x03, TYPE.void);
  block(w, body);
  w.get(index).i32(step).code.byte(0x6a);
  w.tee(index);
  w.get(end).code.byte(0x48, 0x0d, 0, 0x0b, 0x0b);
}

function constant(w: FunctionWriter, result: Value, value: number): void {
  w.constants.set(result.id, value);
  if (result.type === 'f32') w.code.byte(0x43).f32(value);
  else if (result.type === 'i32') w.i32(value);
  else {
    const bytes = new DataView(new ArrayBuffer(16));
    for (let i = 0; i < 16; i++) {
      if (result.type === 'vi8') bytes.setInt8(i, value);
      else if (i % 4 === 0 && result.type === 'vf32') bytes.setFloat32(i, value, true);
      else if (i % 4 === 0) bytes.setInt32(i, value, true);
    }
    w.vectorConstant(new Uint8Array(bytes.buffer));
  }
  w.set(result);
}

function offset(w: FunctionWriter, { result, base, index, scale }: Extract<Instruction, { op: 'offset' }>): void {
  w.get(base).get(index);
  const shift = Math.log2(scale);
  const byShift = scale > 0 && Number.isInteger(shift);
  if (w.options.wide) {
    w.code.byte(0xac, 0x42).signed(byShift ? shift : scale);
    w.code.byte(byShift ? 0x86 : 0x7e, 0x7c);
  } else {
    if (scale !== 1) w.i32(byShift ? shift : scale).code.byte(byShift ? 0x74 : 0x6c);
    w.code.byte(0x6a);
  }
  w.set(result);
}
