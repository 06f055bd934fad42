import { ARGUMENT_SLOT_BYTES, type KernelProgram, type Value, type ValueType } from '../../ir.ts';
import { ByteWriter, TYPE } from './encoder.ts';
import { SIMD } from './opcodes.ts';
import { findStacked } from './stacked.ts';

export interface EmitOptions {
  /** Use relaxed SIMD instructions. */
  readonly relaxed: boolean;
  /** 64-bit addresses. */
  readonly wide: boolean;
  /** Write what V8 can pair: see `emitLoadPair`. */
  readonly fusing: boolean;
}

/**
 * The code of one function with its locals. Values of the kernel are locals, but for those that stay on the stack (see
 * `findStacked`); the engine's optimising compiler turns locals into registers, so no allocation happens here.
 */
export class FunctionWriter {
  readonly program: KernelProgram;
  readonly options: EmitOptions;
  readonly code = new ByteWriter();
  /** Numbers that values are, as far as they are constants. */
  readonly constants = new Map<number, number>();
  readonly #locals: number[] = [];
  /** Local index by value id; the first three locals are the function's parameters. */
  readonly #localOf: number[] = [];
  /** Locals of {@link FunctionWriter.table}, by their bytes. */
  readonly #tables = new Map<string, { readonly bytes: Uint8Array; readonly local: number }>();
  /** Values that the next instruction takes from the stack. */
  readonly #stacked: ReadonlySet<number>;

  constructor(program: KernelProgram, options: EmitOptions) {
    if (program.lanes !== 4)
      throw new Error(`WebAssembly vectors have 4 lanes, the kernel was built for ${program.lanes}`);
    this.program = program;
    this.options = options;
    this.#stacked = findStacked(program);
    program.values.forEach((type, id) => {
      if (id === program.worker.id) this.#localOf[id] = 1;
      else if (id === program.workers.id) this.#localOf[id] = 2;
      else if (!this.#stacked.has(id)) this.#localOf[id] = this.newLocal(this.wasmType(type));
    });
  }

  /** Whether the next instruction takes a value from the stack, where it lies already. */
  isStacked(value: Value): boolean {
    return this.#stacked.has(value.id);
  }

  /** Loads the kernel's arguments into their locals. */
  parameters(): void {
    const { wide } = this.options;
    this.program.parameters.forEach(({ value }, position) => {
      this.code.byte(0x20).unsigned(0);
      if (wide) this.code.byte(0xad);
      const load = value.type === 'f32' ? 0x2a : value.type === 'ptr' && wide ? 0x29 : 0x28;
      this.code.byte(load, 0).unsigned(position * ARGUMENT_SLOT_BYTES);
      this.set(value);
    });
  }

  /** All that was written, behind what sets tables. */
  finish(): { readonly locals: readonly number[]; readonly code: Uint8Array } {
    const body = this.code.finish();
    const whole = new ByteWriter();
    for (const { bytes, local } of this.#tables.values()) {
      whole.byte(0xfd).unsigned(SIMD.constant).append(bytes).byte(0x21).unsigned(local);
    }
    return { locals: this.#locals, code: whole.append(body).finish() };
  }

  wasmType(type: ValueType): number {
    if (type === 'ptr') return this.options.wide ? TYPE.i64 : TYPE.i32;
    if (type === 'i32') return TYPE.i32;
    return type === 'f32' ? TYPE.f32 : TYPE.v128;
  }

  newLocal(type: number): number {
    this.#locals.push(type);
    return 2 + this.#locals.length;
  }

  /** Puts a value on the stack. */
  get(value: Value): this {
    if (!this.isStacked(value)) this.code.byte(0x20).unsigned(this.#localOf[value.id]!);
    return this;
  }
  /** Takes a value from the stack. */
  set(value: Value): this {
    if (!this.isStacked(value)) this.code.byte(0x21).unsigned(this.#localOf[value.id]!);
    return this;
  }
  /** Gets, sets or tees a local that is no value of the kernel's. */
  local(operation: 0x20 | 0x21 | 0x22, index: number): this {
    this.code.byte(operation).unsigned(index);
    return this;
  }
  simd(number: number): this {
    this.code.byte(0xfd).unsigned(number);
    return this;
  }
  i32(value: number): this {
    this.code.byte(0x41).signed(value);
    return this;
  }
  vectorConstant(bytes: Uint8Array): this {
    this.simd(SIMD.constant).code.append(bytes);
    return this;
  }

  /** A constant that an operation needs, set once at the beginning: V8 makes one that stands in a loop anew at each use. */
  table(bytes: Uint8Array): this {
    const key = bytes.join();
    const table = this.#tables.get(key) ?? { bytes, local: this.newLocal(TYPE.v128) };
    this.#tables.set(key, table);
    return this.local(0x20, table.local);
  }

  /** Chooses 32-bit lanes of the two vectors on the stack. */
  shuffleWords(words: readonly number[]): this {
    this.simd(SIMD.shuffle).code.append(words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte)));
    return this;
  }

  /** An access to memory at the address on the stack. */
  memory(opcode: number, offset: number, align = 0): this {
    this.code.byte(opcode, align).unsigned(offset);
    return this;
  }
  simdMemory(number: number, offset: number, lane?: number): this {
    this.simd(number).code.byte(0).unsigned(offset);
    if (lane !== undefined) this.code.byte(lane);
    return this;
  }

  /** Whether a value is the constant 0, and not -0. */
  isZero(value: Value): boolean {
    return Object.is(this.constants.get(value.id), 0);
  }

  /** Takes what is on the stack as the value, and leaves it there. */
  tee(value: Value): this {
    return this.local(0x22, this.#localOf[value.id]!);
  }
}
