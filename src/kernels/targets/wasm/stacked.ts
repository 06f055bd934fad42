import type { Instruction, KernelProgram, Value } from '../../ir.ts';
import { innerBlocks, valuesRead, valueWritten, visitAll } from '../x64/simplify.ts';
import { OPCODES } from './opcodes.ts';

const COMMUTATIVE = /^(vf32|vi32|i32)\.(add|mul|and|or|xor)$/;

/**
 * Values that are read once, by the instruction right behind, which takes them first: they need no local. To the engine's
 * code this makes no difference, but V8 counts every local that is written in a loop against fusing vectors there, so that
 * long computations on a few vectors would never be fused.
 */
export function findStacked(program: KernelProgram): ReadonlySet<number> {
  const reads = new Int32Array(program.values.length);
  const writes = new Int32Array(program.values.length);
  visitAll(program.body, (instruction) => {
    for (const { id } of valuesRead(instruction)) reads[id]!++;
    const written = valueWritten(instruction);
    if (written !== undefined) writes[written.id]!++;
  });
  const stacked = new Set<number>();
  const block = (instructions: readonly Instruction[]): void => {
    instructions.forEach((instruction, i) => {
      for (const inner of innerBlocks(instruction)) block(inner);
      const made = leavesOnStack(instruction);
      if (made === undefined || reads[made.id] !== 1 || writes[made.id] !== 1) return;
      const next = instructions[i + 1];
      if (next !== undefined && takesFirst(next, made)) stacked.add(made.id);
    });
  };
  block(program.body);
  return stacked;
}

/** The value of an instruction that ends with it on the stack; loads of a few elements put them into a local one by one. */
function leavesOnStack(instruction: Instruction): Value | undefined {
  if (instruction.op === 'load') return instruction.count === undefined ? instruction.result : undefined;
  return instruction.op === 'pure' ? instruction.result : undefined;
}

/** Whether an instruction's code begins with taking a value, or may: the operands of some can be exchanged. */
function takesFirst(instruction: Instruction, value: Value): boolean {
  if (instruction.op === 'set') return instruction.value.id === value.id;
  if (instruction.op !== 'pure') return false;
  const { name, args } = instruction;
  if (OPCODES[name] === undefined && name !== 'vf32.fma' && !/\.bits(_f32)?$/.test(name)) return false;
  return args[0]!.id === value.id || (args[1]?.id === value.id && COMMUTATIVE.test(name));
}
