import {
  type Address,
  type Condition,
  type General,
  type MemoryOperand,
  type PoolEntry,
  R,
  type RegisterOrMemory,
  type VectorRegister,
  type Width,
} from './registers.ts';
import type { VectorOpcode } from './vector-opcodes.ts';

/** A place in the code that jumps name; bound once. */
export class Label {
  position: number | undefined;
  readonly jumps: number[] = [];
}

/** Options of a vector instruction. */
export interface VectorOptions {
  readonly width: Width;
  readonly immediate?: number;
  /** Mask register 1 to 7: lanes whose bit is clear keep what they had, or become zero with `zero`. */
  readonly mask?: number;
  readonly zero?: boolean;
  /** The memory operand is one element of 4 bytes, repeated in every lane (EVEX). */
  readonly broadcast?: boolean;
  /** Use EVEX though VEX could say it: compares into mask registers. */
  readonly evex?: boolean;
}

const isMemory = (operand: RegisterOrMemory): operand is MemoryOperand => typeof operand === 'object';
const isPool = (operand: MemoryOperand): operand is PoolEntry => 'pool' in operand;
const fitsByte = (value: number): boolean => value >= -128 && value <= 127;

/**
 * Encodes the subset of x86-64 that kernels need (Intel SDM volume 2): general instructions of 32 and 64 bits, vector
 * instructions with VEX and EVEX prefixes. Constants stand behind the code and are addressed relative to it, so that the
 * image may lie anywhere.
 */
export class Assembler {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Jumps to labels that are not bound yet. */
  #openJumps = 0;
  readonly #pool: Uint8Array[] = [];
  readonly #poolIndex = new Map<string, number>();
  readonly #poolUses: { at: number; end: number; entry: number }[] = [];

  get length(): number {
    return this.#length;
  }

  #byte(...values: number[]): this {
    for (const value of values) {
      if (this.#length === this.#bytes.length) {
        const larger = new Uint8Array(2 * this.#length);
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      this.#bytes[this.#length++] = value & 255;
    }
    return this;
  }

  #int32(value: number): this {
    return this.#byte(value, value >> 8, value >> 16, value >> 24);
  }

  // ---- constants and labels -----------------------------------------------------------------------------------------

  /** A constant behind the code, aligned to its own length (a power of two up to 64); equal ones are stored once. */
  constant(bytes: Uint8Array): PoolEntry {
    const key = bytes.toHex?.() ?? Array.from(bytes).join();
    let pool = this.#poolIndex.get(key);
    if (pool === undefined) {
      pool = this.#pool.push(bytes) - 1;
      this.#poolIndex.set(key, pool);
    }
    return { pool };
  }

  bind(label: Label): void {
    if (label.position !== undefined) throw new Error('a label is bound once');
    label.position = this.#length;
    this.#openJumps -= label.jumps.length;
    for (const at of label.jumps) this.#patch(at, this.#length - (at + 4));
  }

  #patch(at: number, value: number): void {
    new DataView(this.#bytes.buffer).setInt32(at, value, true);
  }

  #target(label: Label): void {
    if (label.position !== undefined) {
      this.#int32(label.position - (this.#length + 4));
      return;
    }
    label.jumps.push(this.#length);
    this.#openJumps++;
    this.#int32(0);
  }

  /** The code with its constants. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#openJumps > 0) throw new Error(`${this.#openJumps} jumps go to labels that were never bound`);
    const order = this.#pool.map((_, i) => i).sort((x, y) => this.#pool[y]!.length - this.#pool[x]!.length);
    let size = Math.ceil(this.#length / 64) * 64;
    const places: number[] = [];
    for (const entry of order) {
      places[entry] = size;
      size += this.#pool[entry]!.length;
    }
    for (const { at, end, entry } of this.#poolUses) this.#patch(at, places[entry]! - end);
    const image = new Uint8Array(size);
    image.set(this.#bytes.subarray(0, this.#length));
    this.#pool.forEach((bytes, entry) => {
      image.set(bytes, places[entry]!);
    });
    return image;
  }

  // ---- operands -----------------------------------------------------------------------------------------------------

  /**
   * ModRM, SIB and displacement. `scaleOfByte` is what EVEX multiplies a one-byte displacement by; `behind` counts the
   * bytes of the instruction that follow.
   */
  #operand(field: number, operand: RegisterOrMemory, behind = 0, scaleOfByte = 1): void {
    const middle = (field & 7) << 3;
    if (!isMemory(operand)) {
      this.#byte(0xc0 | middle | (operand & 7));
      return;
    }
    if (isPool(operand)) {
      this.#byte(middle | 5);
      this.#poolUses.push({ at: this.#length, end: this.#length + 4 + behind, entry: operand.pool });
      this.#int32(0);
      return;
    }
    this.#address(middle, operand, scaleOfByte);
  }

  #address(middle: number, { base, index, scale = 1, displacement }: Address, scaleOfByte: number): void {
    const short = displacement % scaleOfByte === 0 && fitsByte(displacement / scaleOfByte);
    // Without a displacement, base rbp or r13 would mean something else.
    const mode = displacement === 0 && (base & 7) !== R.rbp ? 0 : short ? 1 : 2;
    if (index === R.rsp) throw new Error('rsp cannot be an index');
    mustFit32(displacement);
    if (index !== undefined || (base & 7) === R.rsp) {
      this.#byte((mode << 6) | middle | 4);
      this.#byte((Math.log2(scale) << 6) | (((index ?? R.rsp) & 7) << 3) | (base & 7));
    } else this.#byte((mode << 6) | middle | (base & 7));
    if (mode === 1) this.#byte(displacement / scaleOfByte);
    else if (mode === 2) this.#int32(displacement);
  }

  // ---- general instructions -----------------------------------------------------------------------------------------

  /** `field` is the register operand or opcode extension; `bytes` the operand size (1 needs a REX for sil and the like). */
  #general(opcode: readonly number[], field: number, operand: RegisterOrMemory, wide: boolean, more = 0, low = false) {
    let rex = (wide ? 8 : 0) | (field > 7 ? 4 : 0);
    if (!isMemory(operand)) rex |= operand > 7 ? 1 : 0;
    else if (!isPool(operand)) rex |= ((operand.index ?? 0) > 7 ? 2 : 0) | (operand.base > 7 ? 1 : 0);
    const byteRegister = low && (field > 3 || (!isMemory(operand) && operand > 3));
    if (rex !== 0 || byteRegister) this.#byte(0x40 | rex);
    this.#byte(...opcode);
    this.#operand(field, operand, more);
  }

  /** 64-bit copy of a register, or a load of 64 bits. */
  mov64(to: General, from: RegisterOrMemory): void {
    this.#general([0x8b], to, from, true);
  }
  mov32(to: General, from: RegisterOrMemory): void {
    this.#general([0x8b], to, from, false);
  }
  store64(to: MemoryOperand, from: General): void {
    this.#general([0x89], from, to, true);
  }
  store32(to: MemoryOperand, from: General): void {
    this.#general([0x89], from, to, false);
  }
  store16(to: MemoryOperand, from: General): void {
    this.#byte(0x66);
    this.#general([0x89], from, to, false);
  }
  store8(to: MemoryOperand, from: General): void {
    this.#general([0x88], from, to, false, 0, true);
  }
  /** A 32-bit constant; the upper half becomes zero. */
  movImmediate(to: General, value: number): void {
    if (value === 0) {
      this.alu('xor', to, to);
      return;
    }
    if (to > 7) this.#byte(0x41);
    this.#byte(0xb8 | (to & 7)).#int32(value);
  }
  /** Sign-extends 32 bits to 64. */
  movsxd(to: General, from: RegisterOrMemory): void {
    this.#general([0x63], to, from, true);
  }
  loadU8(to: General, from: MemoryOperand): void {
    this.#general([0x0f, 0xb6], to, from, false);
  }
  loadI8(to: General, from: MemoryOperand): void {
    this.#general([0x0f, 0xbe], to, from, false);
  }
  loadU16(to: General, from: MemoryOperand): void {
    this.#general([0x0f, 0xb7], to, from, false);
  }
  lea(to: General, from: Address, wide = true): void {
    this.#general([0x8d], to, from, wide);
  }

  alu(operation: keyof typeof ALU, to: General, from: RegisterOrMemory, wide = false): void {
    this.#general([ALU[operation] * 8 + 3], to, from, wide);
  }
  aluImmediate(operation: keyof typeof ALU, to: General, value: number, wide = false): void {
    const short = fitsByte(value);
    if (wide) mustFit32(value);
    // The accumulator has a form without ModRM for immediates of 32 bits.
    if (!short && to === R.rax) this.#byte(...(wide ? [0x48] : []), ALU[operation] * 8 + 5);
    else this.#general([short ? 0x83 : 0x81], ALU[operation], to, wide, short ? 1 : 4);
    if (short) this.#byte(value);
    else this.#int32(value);
  }
  test(a: General, b: General): void {
    this.#general([0x85], b, a, false);
  }
  negate(to: General): void {
    this.#general([0xf7], 3, to, false);
  }
  multiply(to: General, from: RegisterOrMemory, wide = false): void {
    this.#general([0x0f, 0xaf], to, from, wide);
  }
  multiplyImmediate(to: General, from: RegisterOrMemory, value: number, wide = false): void {
    const short = fitsByte(value);
    if (wide) mustFit32(value);
    this.#general([short ? 0x6b : 0x69], to, from, wide, short ? 1 : 4);
    if (short) this.#byte(value);
    else this.#int32(value);
  }
  /** eax:edx divided by a register; quotient in eax, remainder in edx. */
  divide(by: RegisterOrMemory, signed: boolean): void {
    if (signed) this.#byte(0x99);
    else this.alu('xor', R.rdx, R.rdx);
    this.#general([0xf7], signed ? 7 : 6, by, false);
  }
  shiftImmediate(kind: keyof typeof SHIFT, to: General, count: number, wide = false): void {
    this.#general([count === 1 ? 0xd1 : 0xc1], SHIFT[kind].extension, to, wide, 1);
    if (count !== 1) this.#byte(count);
  }
  /** Shift by a register, of which the lowest 5 bits count (BMI2). */
  shift(kind: keyof typeof SHIFT, to: General, from: RegisterOrMemory, count: General): void {
    const opcode: VectorOpcode = { prefix: SHIFT[kind].prefix, map: 2, opcode: 0xf7, memory: 'scalar' };
    this.#vex(opcode, to, count, from, { width: 128 });
  }
  /** Keeps the lowest `count` bits (BMI2). */
  bzhi(to: General, from: RegisterOrMemory, count: General): void {
    this.#vex({ prefix: 0, map: 2, opcode: 0xf5, memory: 'scalar' }, to, count, from, { width: 128 });
  }
  /** Sets a register to 1 if the condition holds, else 0. The register must not be one that the flags came from later. */
  setCondition(condition: Condition, to: General): void {
    this.#general([0x0f, 0x90 | condition], 0, to, false, 0, true);
    this.#general([0x0f, 0xb6], to, to, false, 0, true);
  }
  moveIf(condition: Condition, to: General, from: General, wide = false): void {
    this.#general([0x0f, 0x40 | condition], to, from, wide);
  }
  jump(label: Label): void {
    this.#byte(0xe9);
    this.#target(label);
  }
  jumpIf(condition: Condition, label: Label): void {
    this.#byte(0x0f, 0x80 | condition);
    this.#target(label);
  }
  callRegister(address: General): void {
    this.#general([0xff], 2, address, false);
  }
  push(register: General): void {
    if (register > 7) this.#byte(0x41);
    this.#byte(0x50 | (register & 7));
  }
  pop(register: General): void {
    if (register > 7) this.#byte(0x41);
    this.#byte(0x58 | (register & 7));
  }
  ret(): void {
    this.#byte(0xc3);
  }
  pause(): void {
    this.#byte(0xf3, 0x90);
  }
  /** Adds a register to memory atomically and leaves the value before in it. */
  lockExchangeAdd(to: MemoryOperand, register: General): void {
    this.#byte(0xf0);
    this.#general([0x0f, 0xc1], register, to, false);
  }
  /** Exchanges register and memory, atomically. */
  exchange(to: MemoryOperand, register: General): void {
    this.#general([0x87], register, to, false);
  }
  prefetch(from: MemoryOperand, hint: 'nta' | 't0'): void {
    this.#general([0x0f, 0x18], hint === 'nta' ? 0 : 1, from, false);
  }
  cpuid(): void {
    this.#byte(0x0f, 0xa2);
  }
  /** The extended control register that ecx names, into edx:eax. */
  xgetbv(): void {
    this.#byte(0x0f, 0x01, 0xd0);
  }

  // ---- vector instructions ------------------------------------------------------------------------------------------

  /**
   * A vector instruction in VEX or, where needed, EVEX. `to` is the register operand of ModRM (a mask register for
   * compares in EVEX), `first` the one in vvvv (0 where there is none), `second` register or memory.
   */
  vector(op: VectorOpcode, to: VectorRegister, first: number, second: RegisterOrMemory, options: VectorOptions): void {
    const extended = to > 15 || first > 15 || (!isMemory(second) && second > 15);
    const needsEvex =
      op.evex || options.evex || extended || options.width === 512 || options.mask !== undefined || options.broadcast;
    if (needsEvex && op.vex)
      throw new Error('an instruction that only VEX has: registers to 15, no mask, up to 256 bits');
    // In EVEX the same bit beside a register means a rounding mode.
    if (options.broadcast && !isMemory(second)) throw new Error('only memory can be broadcast');
    // Where an opcode extension takes the register field, the destination goes into vvvv.
    const [field, named] = op.extension === undefined ? [to, first] : [op.extension, to];
    if (needsEvex) this.#evex(op, field, named, second, options);
    else this.#vex(op, field, named, second, options);
    if (options.immediate !== undefined) this.#byte(options.immediate);
  }

  #vex(op: VectorOpcode, field: number, named: number, operand: RegisterOrMemory, options: VectorOptions): void {
    const [x, b] = extensionBits(operand);
    const length = options.width === 256 ? 4 : 0;
    const wide = op.wide ? 0x80 : 0;
    const tail = ((~named & 15) << 3) | length | op.prefix;
    if (op.map === 1 && !x && !b && !wide) this.#byte(0xc5, (field > 7 ? 0 : 0x80) | tail);
    else this.#byte(0xc4, (field > 7 ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | op.map, wide | tail);
    this.#byte(op.opcode);
    this.#operand(field, operand, options.immediate === undefined ? 0 : 1);
  }

  #evex(op: VectorOpcode, field: number, named: number, operand: RegisterOrMemory, options: VectorOptions): void {
    const [x, b] = extensionBits(operand);
    const first = (field & 8 ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | (field & 16 ? 0 : 0x10) | op.map;
    const second = (op.wide ? 0x80 : 0) | ((~named & 15) << 3) | 4 | op.prefix;
    const length = options.width === 512 ? 0x40 : options.width === 256 ? 0x20 : 0;
    const third =
      (options.zero ? 0x80 : 0) | length | (options.broadcast ? 0x10 : 0) | (named & 16 ? 0 : 8) | (options.mask ?? 0);
    this.#byte(0x62, first, second, third, op.opcode);
    const bytes = options.broadcast ? 4 : memoryBytes(op, options.width);
    this.#operand(field, operand, options.immediate === undefined ? 0 : 1, bytes);
  }

  /** Copies the lowest 16 bits of a general register to a mask register. */
  maskFromGeneral(mask: number, from: General): void {
    this.#vex({ prefix: 0, map: 1, opcode: 0x92, memory: 'scalar' }, mask, 0, from, { width: 128 });
  }
  generalFromMask(to: General, mask: number): void {
    this.#vex({ prefix: 0, map: 1, opcode: 0x93, memory: 'scalar' }, to, 0, mask, { width: 128 });
  }
  /** Clears the upper halves of the vector registers, which older code pays for if they are left set. */
  zeroUpper(): void {
    this.#byte(0xc5, 0xf8, 0x77);
  }
}

const ALU = { add: 0, or: 1, and: 4, sub: 5, xor: 6, cmp: 7 } as const;
const SHIFT = {
  left: { extension: 4, prefix: 1 },
  rightUnsigned: { extension: 5, prefix: 3 },
  rightSigned: { extension: 7, prefix: 2 },
} as const;

/** Whether the X and B bits of a prefix are set: of a register the bits 4 and 3 of its number, else of index and base. */
function extensionBits(operand: RegisterOrMemory): [x: boolean, b: boolean] {
  if (!isMemory(operand)) return [(operand & 16) !== 0, (operand & 8) !== 0];
  if (isPool(operand)) return [false, false];
  return [(operand.index ?? 0) > 7, operand.base > 7];
}

/** Immediates and displacements of 32 bits are signed where 64 bits are computed. */
function mustFit32(value: number): void {
  if (value !== (value | 0)) throw new RangeError(`${value} does not fit in 32 bits with sign`);
}

function memoryBytes(op: VectorOpcode, width: Width): number {
  if (op.memory === 'scalar') return 4;
  if (op.memory === 'xmm') return 16;
  return width / 8 / { full: 1, half: 2, quarter: 4 }[op.memory];
}
