import { ARGUMENT_SLOT_BYTES, type Instruction, type KernelProgram, type Value } from '../../ir.ts';
import { Assembler, Label } from './assembler.ts';
import { Context, type Convention, WORK_BYTES } from './context.ts';
import {
  emitAtomic,
  emitInteger,
  emitOffset,
  emitSelectGeneral,
  opposite,
  skipping,
  testCondition,
} from './emit-general.ts';
import { emitLoad, emitStore } from './emit-memory.ts';
import { emitVector } from './emit-vector.ts';
import type { X64Level } from './levels.ts';
import { CONDITION, type MemoryOperand, R } from './registers.ts';
import { V } from './vector-opcodes.ts';

/**
 * What a kernel gets: the address of a record with the address of the linear memory, the place of the arguments in it
 * (both 64 bits), this worker's index and the number of workers (32 bits).
 */
export const RECORD = { memory: 0, arguments: 8, worker: 16, workers: 20, bytes: 24 } as const;

/** Registers that a function must leave as it found them. */
const SAVED: Readonly<Record<Convention, { general: readonly number[]; vector: readonly number[] }>> = {
  systemv: { general: [R.rbx, R.rbp, R.r12, R.r13, R.r14, R.r15], vector: [] },
  windows: {
    general: [R.rbx, R.rbp, R.rsi, R.rdi, R.r12, R.r13, R.r14, R.r15],
    vector: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
};
/** Stack that Windows lets a function take without touching every page. */
const LARGEST_FRAME = 4096;

class Emitter {
  readonly #context: Context;
  readonly #convention: Convention;
  readonly #saved: { general: readonly number[]; vector: readonly number[] };
  readonly #frameBytes: number;

  constructor(program: KernelProgram, level: X64Level, convention: Convention, assembler: Assembler) {
    const context = new Context(program, level, assembler);
    this.#context = context;
    this.#convention = convention;
    const { used, frameBytes } = context.allocation;
    this.#saved = {
      general: SAVED[convention].general.filter((register) => used.general.has(register)),
      vector: SAVED[convention].vector.filter((r) => used.vector.has(r) || context.scratch.includes(r)),
    };
    const bytes = WORK_BYTES + frameBytes + 16 * this.#saved.vector.length;
    this.#frameBytes = Math.ceil(bytes / 16) * 16;
    if (this.#frameBytes > LARGEST_FRAME) context.fail(`its values need a frame of ${this.#frameBytes} bytes`);
  }

  emit(): Uint8Array<ArrayBuffer> {
    const { assembler, body } = this.#context;
    this.#enter();
    this.#block(body);
    this.#leave();
    return assembler.finish();
  }

  #vectorPlace(index: number): MemoryOperand {
    return { base: R.rsp, displacement: this.#frameBytes - 16 * (index + 1) };
  }

  #enter(): void {
    const { assembler } = this.#context;
    for (const register of this.#saved.general) assembler.push(register);
    assembler.aluImmediate('sub', R.rsp, this.#frameBytes, true);
    this.#saved.vector.forEach((register, i) => {
      assembler.vector(V.movupsStore, register, 0, this.#vectorPlace(i), { width: 128 });
    });
    assembler.mov64(R.rax, this.#convention === 'windows' ? R.rcx : R.rdi);
    this.#receive();
  }

  /** Loads what is read into its registers; values that live in the frame pass through a register while all are free. */
  #receive(): void {
    const { assembler, program } = this.#context;
    const given = [
      ...program.parameters.map(({ value }, i) => ({ value, slot: i * ARGUMENT_SLOT_BYTES })),
      { value: program.worker, record: RECORD.worker },
      { value: program.workers, record: RECORD.workers },
    ].filter(({ value }) => this.#context.isRead(value));
    const inFrame = given.filter(({ value }) => this.#context.home(value) !== undefined);
    const inRegister = given.filter(({ value }) => this.#context.home(value) === undefined);
    const all = [...inFrame, ...inRegister];
    assembler.mov64(R.rdx, { base: R.rax, displacement: RECORD.memory });
    for (const each of all) if ('record' in each) this.#fetch(each.value, each.record);
    assembler.mov64(R.rax, { base: R.rax, displacement: RECORD.arguments });
    assembler.alu('add', R.rax, R.rdx, true);
    for (const each of all) if ('slot' in each) this.#fetch(each.value, each.slot);
  }

  #fetch(value: Value, displacement: number): void {
    const { assembler, scratch } = this.#context;
    const home = this.#context.home(value);
    const from = { base: R.rax, displacement };
    if (value.type === 'f32') {
      const register = home === undefined ? this.#context.allocation.register(value, 0) : scratch[0];
      assembler.vector(V.movss, register, 0, from, { width: 128 });
      if (home !== undefined) assembler.vector(V.movupsStore, register, 0, home, { width: 128 });
      return;
    }
    const register = home === undefined ? this.#context.allocation.register(value, 0) : this.#freeRegister();
    if (value.type === 'i32') assembler.mov32(register, from);
    else {
      assembler.mov64(register, from);
      assembler.alu('add', register, R.rdx, true);
    }
    if (home === undefined) return;
    if (value.type === 'i32') assembler.store32(home, register);
    else assembler.store64(home, register);
  }

  /** A register that no value of the beginning has. */
  #freeRegister(): number {
    const { program, allocation } = this.#context;
    const taken = new Set<number>();
    for (const value of [...program.parameters.map((each) => each.value), program.worker, program.workers]) {
      if (value.type === 'f32' || !this.#context.isRead(value) || this.#context.home(value) !== undefined) continue;
      taken.add(allocation.register(value, 0));
    }
    const free = [...allocation.used.general].find((register) => !taken.has(register));
    return free ?? this.#context.fail('no register is free at the beginning');
  }

  #leave(): void {
    const { assembler } = this.#context;
    this.#saved.vector.forEach((register, i) => {
      assembler.vector(V.movups, register, 0, this.#vectorPlace(i), { width: 128 });
    });
    assembler.zeroUpper();
    assembler.aluImmediate('add', R.rsp, this.#frameBytes, true);
    for (const register of this.#saved.general.toReversed()) assembler.pop(register);
    assembler.ret();
  }

  #block(instructions: readonly Instruction[]): void {
    for (const instruction of instructions) {
      if (!this.#context.skips(instruction)) this.#instruction(instruction);
    }
  }

  #instruction(instruction: Instruction): void {
    const context = this.#context;
    const position = context.allocation.position(instruction);
    switch (instruction.op) {
      case 'const':
        return;
      case 'pure':
        this.#pure(instruction, position);
        context.written(instruction.result, position);
        return;
      case 'offset':
        emitOffset(context, instruction, position);
        context.written(instruction.result, position);
        return;
      case 'load':
        emitLoad(context, instruction, position);
        context.written(instruction.result, position);
        return;
      case 'store':
        emitStore(context, instruction, position);
        return;
      case 'prefetch':
        context.assembler.prefetch(
          { base: context.read(instruction.address, position), displacement: instruction.offset },
          't0',
        );
        return;
      case 'atomic':
        emitAtomic(context, instruction, position);
        if (instruction.result !== undefined) context.written(instruction.result, position);
        return;
      case 'set':
        this.#copy(instruction.variable, instruction.value, position);
        context.written(instruction.variable, position);
        return;
      case 'loop':
        return this.#loop(instruction);
      case 'while':
        return this.#while(instruction, position);
      case 'if':
        return this.#if(instruction, position);
    }
  }

  #pure(instruction: Extract<Instruction, { op: 'pure' }>, position: number): void {
    const { name, result } = instruction;
    const general = result.type === 'i32' || result.type === 'ptr';
    if (general && name.endsWith('.select')) emitSelectGeneral(this.#context, instruction, position);
    else if (general && name.startsWith('i32.')) emitInteger(this.#context, instruction, position);
    else emitVector(this.#context, instruction, position);
  }

  #copy(to: Value, from: Value, position: number): void {
    const context = this.#context;
    const { assembler } = context;
    const register = context.target(to, position);
    if (to.type !== 'i32' && to.type !== 'ptr') {
      if (context.constantOf(from) !== undefined && context.wordOf(from) === 0) {
        // Processors clear a register without computing or loading anything.
        assembler.vector(V.pxor, register, register, register, { width: context.widthOf(to) });
      } else context.move(register, context.operand(from, position), context.widthOf(to));
      return;
    }
    const constant = context.constantOf(from);
    if (constant !== undefined) assembler.movImmediate(register, constant | 0);
    else {
      const source = context.read(from, position);
      if (source === register) return;
      if (to.type === 'ptr') assembler.mov64(register, source);
      else assembler.mov32(register, source);
    }
  }

  // ---- control ------------------------------------------------------------------------------------------------------

  /** Where an i32 stands between instructions: its register, or its place in the frame. */
  #standing(value: Value): number | MemoryOperand {
    return this.#context.home(value) ?? this.#context.allocation.register(value, 0);
  }

  #loadStanding(value: Value, scratch: number): number {
    const { assembler } = this.#context;
    const constant = this.#context.constantOf(value);
    if (constant !== undefined) {
      assembler.movImmediate(scratch, constant | 0);
      return scratch;
    }
    const place = this.#standing(value);
    if (typeof place === 'number') return place;
    assembler.mov32(scratch, place);
    return scratch;
  }

  /** Compares a register with the end of a loop. */
  #compareWithEnd(index: number, end: Value): void {
    const { assembler } = this.#context;
    const constant = this.#context.constantOf(end);
    if (constant !== undefined) assembler.aluImmediate('cmp', index, constant | 0);
    else assembler.alu('cmp', index, this.#standing(end));
  }

  /** Tested at the bottom, so that a turn has one jump. */
  #loop({ index, start, end, step, body }: Extract<Instruction, { op: 'loop' }>): void {
    const { assembler } = this.#context;
    const [again, done] = [new Label(), new Label()];
    const place = this.#standing(index);
    const register = typeof place === 'number' ? place : R.rax;
    const from = this.#loadStanding(start, register);
    if (from !== register) assembler.mov32(register, from);
    if (typeof place !== 'number') assembler.store32(place, register);
    this.#compareWithEnd(register, end);
    assembler.jumpIf(CONDITION.greaterOrEqual, done);
    assembler.bind(again);
    this.#block(body);
    if (typeof place !== 'number') assembler.mov32(register, place);
    assembler.aluImmediate('add', register, step);
    if (typeof place !== 'number') assembler.store32(place, register);
    this.#compareWithEnd(register, end);
    assembler.jumpIf(CONDITION.less, again);
    assembler.bind(done);
  }

  #while({ test, condition, body }: Extract<Instruction, { op: 'while' }>, position: number): void {
    const { assembler } = this.#context;
    const [again, done] = [new Label(), new Label()];
    assembler.bind(again);
    this.#block(test);
    assembler.jumpIf(opposite(testCondition(this.#context, condition, position)), done);
    this.#block(body);
    assembler.jump(again);
    assembler.bind(done);
  }

  #if({ condition, body, otherwise }: Extract<Instruction, { op: 'if' }>, position: number): void {
    const { assembler } = this.#context;
    const not = opposite(testCondition(this.#context, condition, position));
    if (otherwise.length === 0) {
      skipping(this.#context, not, () => this.#block(body));
      return;
    }
    const end = new Label();
    skipping(this.#context, not, () => {
      this.#block(body);
      assembler.jump(end);
    });
    this.#block(otherwise);
    assembler.bind(end);
  }
}

/** The machine code of a kernel with its constants: position independent, entered at its first byte. */
export function emitKernel(
  program: KernelProgram,
  level: X64Level,
  convention: Convention,
  assembler = new Assembler(),
): Uint8Array<ArrayBuffer> {
  return new Emitter(program, level, convention, assembler).emit();
}
