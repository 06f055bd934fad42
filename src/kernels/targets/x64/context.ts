import { E2M1, type Instruction, type KernelProgram, type Value } from '../../ir.ts';
import { type Allocation, allocate, classOf } from './allocate.ts';
import { Assembler, type VectorOptions } from './assembler.ts';
import { type Folded, findFolded, operandsOf } from './fold.ts';
import { lanesOf, SCRATCH_VECTORS, type X64Level } from './levels.ts';
import { type MemoryOperand, R, type RegisterOrMemory, type Width } from './registers.ts';
import { simplify, visitAll } from './simplify.ts';
import { V, type VectorOpcode } from './vector-opcodes.ts';

export type Pure = Extract<Instruction, { op: 'pure' }>;
export type Load = Extract<Instruction, { op: 'load' }>;

/** How C functions take their arguments: System V (Linux, macOS) or Microsoft's. */
export type Convention = 'systemv' | 'windows';

/** General registers that values may have; rax and rdx serve divisions and addresses, rsp the frame. */
const GENERAL = [R.rcx, R.rbx, R.rsi, R.rdi, R.rbp, R.r8, R.r9, R.r10, R.r11, R.r12, R.r13, R.r14, R.r15];

/** Bytes at the bottom of the frame for vectors that are taken apart. */
export const WORK_BYTES = 64;

/** An operand of a vector instruction: a register, memory, or one element in memory for all lanes. */
export interface VectorOperand {
  readonly operand: RegisterOrMemory;
  readonly broadcast: boolean;
}

/** What the parts of the code generator share: the assembler, where values stand, and the processor's level. */
export class Context {
  readonly assembler: Assembler;
  readonly program: KernelProgram;
  readonly level: X64Level;
  readonly body: readonly Instruction[];
  readonly constants = new Map<number, number>();
  readonly folded: Folded;
  readonly allocation: Allocation;
  /** Width of whole vectors. */
  readonly width: Width;
  /** Two vector registers that no value ever has. */
  readonly scratch: readonly [number, number];
  /** Values that anything reads. */
  readonly #read = new Set<number>();

  constructor(program: KernelProgram, level: X64Level, assembler = new Assembler()) {
    this.assembler = assembler;
    if (program.lanes !== lanesOf(level)) {
      throw new Error(`this level has vectors of ${lanesOf(level)} lanes, the kernel was built for ${program.lanes}`);
    }
    this.program = program;
    this.level = level;
    this.width = level.avx512 ? 512 : 256;
    const registers = level.avx512 ? 32 : 16;
    this.scratch = [registers - 1, registers - 2];
    this.body = simplify(program.body, program.values.length);
    visitAll(this.body, (instruction) => {
      if (instruction.op === 'const') this.constants.set(instruction.result.id, instruction.value);
    });
    const isConstant = (value: Value) => this.constants.has(value.id);
    this.folded = findFolded(this.body, program.values.length, {
      broadcasts: level.avx512,
      dotBroadcasts: level.avx512 && level.vnni,
      isConstant,
    });
    const operands = (instruction: Instruction) => operandsOf(instruction, this.folded, isConstant);
    visitAll(this.body, (instruction) => {
      if (instruction.op === 'loop') for (const { id } of [instruction.start, instruction.end]) this.#read.add(id);
      else for (const { id } of operands(instruction)) this.#read.add(id);
    });
    this.allocation = allocate({
      body: this.body,
      values: program.values,
      given: [...program.parameters.map(({ value }) => value), program.worker, program.workers].filter((value) =>
        this.isRead(value),
      ),
      registers: { general: GENERAL, vector: Array.from({ length: registers - SCRATCH_VECTORS }, (_, i) => i) },
      vectorBytes: this.width / 8,
      operands,
      isConstant,
      skipped: (instruction) => this.skips(instruction),
    });
  }

  isRead({ id }: Value): boolean {
    return this.#read.has(id);
  }

  /** Whether an instruction makes no code where it stands. */
  skips(instruction: Instruction): boolean {
    if (instruction.op === 'const') return true;
    return (
      (instruction.op === 'load' || instruction.op === 'pure') && this.folded.get(instruction.result.id) === instruction
    );
  }

  /** A temporary problem report that names the kernel. */
  fail(what: string): never {
    throw new Error(`kernel ${this.program.name}: ${what}`);
  }

  // ---- where values stand -------------------------------------------------------------------------------------------

  /** Place in the frame of a value that lives there. */
  home(value: Value): MemoryOperand | undefined {
    const slot = this.allocation.slot(value);
    return slot === undefined ? undefined : { base: R.rsp, displacement: WORK_BYTES + slot };
  }

  /** The register of an operand, loaded from the frame if the value lives there. */
  read(value: Value, position: number): number {
    const register = this.allocation.register(value, position);
    const home = this.home(value);
    if (home !== undefined) {
      if (value.type === 'ptr') this.assembler.mov64(register, home);
      else if (value.type === 'i32') this.assembler.mov32(register, home);
      else this.assembler.vector(V.movups, register, 0, home, { width: this.widthOf(value) });
    }
    return register;
  }

  /** The register for a result; call `written` once it holds it. */
  target(value: Value, position: number): number {
    return this.allocation.register(value, position + 1);
  }

  written(value: Value, position: number): void {
    const home = this.home(value);
    if (home === undefined) return;
    const register = this.target(value, position);
    if (classOf(value.type) === 'vector') {
      this.assembler.vector(V.movupsStore, register, 0, home, { width: this.widthOf(value) });
    } else if (value.type === 'ptr') this.assembler.store64(home, register);
    else this.assembler.store32(home, register);
  }

  widthOf(value: Value): Width {
    return value.type === 'f32' ? 128 : this.width;
  }

  // ---- constants ----------------------------------------------------------------------------------------------------

  constantOf(value: Value): number | undefined {
    return this.constants.get(value.id);
  }

  /** A word of 32 bits in every lane, as an operand. */
  repeated(word: number, width: Width): VectorOperand {
    const words = this.level.avx512 ? 1 : width / 32;
    return { operand: this.assembler.constant(wordBytes(new Int32Array(words).fill(word))), broadcast: words === 1 };
  }

  /** 0, 1, 2, … as words. */
  laneNumbers(): MemoryOperand {
    return this.assembler.constant(wordBytes(Int32Array.from({ length: this.width / 32 }, (_, i) => i)));
  }

  /** A 16-bit factor in every word, by which pairs of products are summed; in full, as no instruction repeats words. */
  wordPairs(factor = 1): VectorOperand {
    const words = new Int32Array(this.width / 32).fill(factor * 0x00010001);
    return { operand: this.assembler.constant(wordBytes(words)), broadcast: false };
  }

  /** Indices of 16-bit words that take turns between the lower and the upper half of a vector. */
  pairOrder(): MemoryOperand {
    const lanes = this.width / 32;
    return this.assembler.constant(wordBytes(Int32Array.from({ length: lanes }, (_, i) => i | ((lanes + i) << 16))));
  }

  /** Values of 4-bit floats by code, in every 16 bytes. */
  e2m1Table(): MemoryOperand {
    const words = new Int32Array(Uint8Array.from(E2M1).buffer);
    return this.assembler.constant(wordBytes(Int32Array.from({ length: this.width / 32 }, (_, i) => words[i % 4]!)));
  }

  /** The bits of a constant as a word of 32 bits. */
  wordOf(value: Value): number {
    const number = this.constants.get(value.id)!;
    if (value.type === 'f32' || value.type === 'vf32') return new Int32Array(Float32Array.of(number).buffer)[0]!;
    return value.type === 'vi8' ? (number & 255) * 0x01010101 : number | 0;
  }

  /** A vector operand where memory is allowed: register, constant, or folded load. `bytes`: no broadcast of words. */
  operand(value: Value, position: number, bytes = false): VectorOperand {
    const folded = this.folded.get(value.id);
    if (folded?.op === 'load') {
      const address = { base: this.read(folded.address, position), displacement: folded.offset };
      return { operand: address, broadcast: folded.splat === true };
    }
    if (!this.constants.has(value.id)) return { operand: this.read(value, position), broadcast: false };
    const word = this.wordOf(value);
    if (value.type === 'f32')
      return { operand: this.assembler.constant(wordBytes(Int32Array.of(word))), broadcast: false };
    if (!bytes) return this.repeated(word, this.width);
    const words = new Int32Array(this.width / 32).fill(word);
    return { operand: this.assembler.constant(wordBytes(words)), broadcast: false };
  }

  /** A vector operand in a register; constants and folded loads go to scratch register `which`. */
  inRegister(value: Value, position: number, which: 0 | 1): number {
    const { operand, broadcast } = this.operand(value, position);
    if (typeof operand === 'number') return operand;
    const to = this.scratch[which];
    if (value.type === 'f32') this.assembler.vector(V.movss, to, 0, operand, { width: 128 });
    else this.move(to, { operand, broadcast }, this.width);
    return to;
  }

  isMemoryOperand(value: Value): boolean {
    return this.constants.has(value.id) || this.folded.has(value.id);
  }

  // ---- vector instructions ------------------------------------------------------------------------------------------

  vector(op: VectorOpcode, to: number, first: number, second: VectorOperand | number, options: VectorOptions): void {
    if (typeof second === 'number') this.assembler.vector(op, to, first, second, options);
    else {
      const more = second.broadcast ? { broadcast: true } : {};
      this.assembler.vector(op, to, first, second.operand, { ...options, ...more });
    }
  }

  /** Copies an operand to a register. */
  move(to: number, { operand, broadcast }: VectorOperand, width: Width): void {
    if (broadcast) this.assembler.vector(V.broadcastss, to, 0, operand, { width });
    else if (typeof operand === 'object') this.assembler.vector(V.movups, to, 0, operand, { width });
    else if (operand !== to) this.assembler.vector(V.movaps, to, 0, operand, { width });
  }
}

export function wordBytes(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
