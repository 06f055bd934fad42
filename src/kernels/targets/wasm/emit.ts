import {
  ARGUMENT_SLOT_BYTES,
  E2M1,
  type Instruction,
  type KernelProgram,
  type Value,
  type ValueType,
} from '../../ir.ts';
import { ByteWriter, TYPE } from './encoder.ts';
import { areNeighbours, LANE_LOADS, LANE_STORES } from './memory-lanes.ts';
import { OPCODES, SIMD } from './opcodes.ts';
import { findStacked } from './stacked.ts';

export interface EmitOptions {
  /** Use relaxed SIMD instructions. */
  readonly relaxed: boolean;
  /** 64-bit addresses. */
  readonly wide: boolean;
  /** Write what V8 can pair: see `#loadPair`. */
  readonly fusing: boolean;
}

type Pure = Extract<Instruction, { op: 'pure' }>;
type Load = Extract<Instruction, { op: 'load' }>;
type Store = Extract<Instruction, { op: 'store' }>;

/**
 * Emits the body of `run(arguments, worker, workers)`. Values of the kernel are locals, but for those that stay on the
 * stack (see `findStacked`); the engine's optimising compiler turns locals into registers, so no allocation happens here.
 */
export class WasmEmitter {
  readonly #program: KernelProgram;
  readonly #options: EmitOptions;
  readonly #code = new ByteWriter();
  readonly #locals: number[] = [];
  /** Local index by value id; the first three locals are the function's parameters. */
  readonly #localOf: number[] = [];
  readonly #constants = new Map<number, number>();
  /** Locals of {@link WasmEmitter.#table}, by their bytes. */
  readonly #tables = new Map<string, { readonly bytes: Uint8Array; readonly local: number }>();
  /** Values that the next instruction takes from the stack. */
  readonly #stacked: ReadonlySet<number>;

  constructor(program: KernelProgram, options: EmitOptions) {
    if (program.lanes !== 4)
      throw new Error(`WebAssembly vectors have 4 lanes, the kernel was built for ${program.lanes}`);
    this.#program = program;
    this.#options = options;
    this.#stacked = findStacked(program);
    program.values.forEach((type, id) => {
      if (id === program.worker.id) this.#localOf[id] = 1;
      else if (id === program.workers.id) this.#localOf[id] = 2;
      else if (!this.#stacked.has(id)) this.#localOf[id] = this.#newLocal(this.#wasmType(type));
    });
  }

  emit(): { locals: readonly number[]; code: Uint8Array } {
    this.#program.parameters.forEach(({ value }, position) => {
      this.#code.byte(0x20).unsigned(0);
      if (this.#options.wide) this.#code.byte(0xad);
      const load = value.type === 'f32' ? 0x2a : value.type === 'ptr' && this.#options.wide ? 0x29 : 0x28;
      this.#code.byte(load, 0).unsigned(position * ARGUMENT_SLOT_BYTES);
      this.#set(value);
    });
    this.#block(this.#program.body);
    const body = this.#code.finish();
    const whole = new ByteWriter();
    for (const { bytes, local } of this.#tables.values()) {
      whole.byte(0xfd).unsigned(SIMD.constant).append(bytes).byte(0x21).unsigned(local);
    }
    return { locals: this.#locals, code: whole.append(body).finish() };
  }

  #wasmType(type: ValueType): number {
    if (type === 'ptr') return this.#options.wide ? TYPE.i64 : TYPE.i32;
    if (type === 'i32') return TYPE.i32;
    return type === 'f32' ? TYPE.f32 : TYPE.v128;
  }

  #newLocal(type: number): number {
    this.#locals.push(type);
    return 2 + this.#locals.length;
  }

  #get(value: Value): this {
    if (!this.#stacked.has(value.id)) this.#code.byte(0x20).unsigned(this.#localOf[value.id]!);
    return this;
  }
  #set(value: Value): this {
    if (!this.#stacked.has(value.id)) this.#code.byte(0x21).unsigned(this.#localOf[value.id]!);
    return this;
  }
  #local(operation: 0x20 | 0x21 | 0x22, index: number): this {
    this.#code.byte(operation).unsigned(index);
    return this;
  }
  #simd(number: number): this {
    this.#code.byte(0xfd).unsigned(number);
    return this;
  }
  #i32(value: number): this {
    this.#code.byte(0x41).signed(value);
    return this;
  }
  #vectorConstant(bytes: Uint8Array): this {
    this.#simd(SIMD.constant).#code.append(bytes);
    return this;
  }

  /** A constant that an operation needs, set once at the beginning: V8 makes one that stands in a loop anew at each use. */
  #table(bytes: Uint8Array): this {
    const key = bytes.join();
    const table = this.#tables.get(key) ?? { bytes, local: this.#newLocal(TYPE.v128) };
    this.#tables.set(key, table);
    return this.#local(0x20, table.local);
  }

  #block(instructions: readonly Instruction[]): void {
    for (let i = 0; i < instructions.length; i++) {
      const [first, second] = [instructions[i]!, instructions[i + 1]];
      if (this.#options.fusing && second !== undefined && areNeighbours(first, second)) {
        this.#loadPair(first as Load, second as Load);
        i++;
      } else this.#instruction(first);
    }
  }

  #instruction(instruction: Instruction): void {
    switch (instruction.op) {
      case 'const':
        return this.#constant(instruction.result, instruction.value);
      case 'pure':
        this.#pure(instruction);
        this.#set(instruction.result);
        return;
      case 'offset':
        return this.#offset(instruction);
      case 'load':
        return this.#load(instruction);
      case 'store':
        return this.#store(instruction);
      case 'prefetch':
        // WebAssembly has no such hint.
        return;
      case 'atomic':
        return this.#atomic(instruction);
      case 'set':
        this.#get(instruction.value).#set(instruction.variable);
        return;
      case 'loop':
        return this.#loop(instruction);
      case 'while': {
        this.#code.byte(0x02, TYPE.void, 0x03, TYPE.void);
        this.#block(instruction.test);
        this.#get(instruction.condition).#code.byte(0x45, 0x0d, 1);
        this.#block(instruction.body);
        this.#code.byte(0x0c, 0, 0x0b, 0x0b);
        return;
      }
      case 'if': {
        this.#get(instruction.condition).#code.byte(0x04, TYPE.void);
        this.#block(instruction.body);
        if (instruction.otherwise.length > 0) {
          this.#code.byte(0x05);
          this.#block(instruction.otherwise);
        }
        this.#code.byte(0x0b);
      }
    }
  }

  /** Tested at the bottom, so that an iteration has one branch. */
  #loop({ index, start, end, step, body }: Extract<Instruction, { op: 'loop' }>): void {
    this.#get(start).#set(index).#get(index).#get(end);
    this.#code.byte(0x48, 0x04, TYPE.void, 0x03, TYPE.void);
    this.#block(body);
    this.#get(index).#i32(step).#code.byte(0x6a, 0x22).unsigned(this.#localOf[index.id]!);
    this.#get(end).#code.byte(0x48, 0x0d, 0, 0x0b, 0x0b);
  }

  #constant(result: Value, value: number): void {
    this.#constants.set(result.id, value);
    if (result.type === 'f32') this.#code.byte(0x43).f32(value);
    else if (result.type === 'i32') this.#i32(value);
    else {
      const bytes = new DataView(new ArrayBuffer(16));
      for (let i = 0; i < 16; i++) {
        if (result.type === 'vi8') bytes.setInt8(i, value);
        else if (i % 4 === 0 && result.type === 'vf32') bytes.setFloat32(i, value, true);
        else if (i % 4 === 0) bytes.setInt32(i, value, true);
      }
      this.#vectorConstant(new Uint8Array(bytes.buffer));
    }
    this.#set(result);
  }

  #offset({ result, base, index, scale }: Extract<Instruction, { op: 'offset' }>): void {
    this.#get(base).#get(index);
    const shift = Math.log2(scale);
    const byShift = scale > 0 && Number.isInteger(shift);
    if (this.#options.wide) {
      this.#code.byte(0xac, 0x42).signed(byShift ? shift : scale);
      this.#code.byte(byShift ? 0x86 : 0x7e, 0x7c);
    } else {
      if (scale !== 1) this.#i32(byShift ? shift : scale).#code.byte(byShift ? 0x74 : 0x6c);
      this.#code.byte(0x6a);
    }
    this.#set(result);
  }

  // ---- values -----------------------------------------------------------------------------------------------------

  #pure({ name, args }: Pure): void {
    if (this.#shiftBytes(name, args)) return;
    const opcode = OPCODES[name];
    if (opcode !== undefined) {
      const fromStack = args[1] !== undefined && this.#stacked.has(args[1].id);
      for (const value of fromStack ? args.toReversed() : args) this.#get(value);
      if (typeof opcode === 'number') this.#code.byte(opcode);
      else this.#simd(opcode[1]);
      return;
    }
    const operation = name.slice(name.indexOf('.') + 1);
    const [a, b, c] = args as [Value, Value, Value];
    if (operation === 'select') return this.#select(a, b, c);
    if (operation.startsWith('reduce_')) return this.#reduce(name, a);
    switch (name) {
      case 'vf32.fma':
        if (this.#options.relaxed) this.#get(a).#get(b).#get(c).#simd(SIMD.relaxedMadd);
        else this.#get(a).#get(b).#simd(SIMD.mul).#get(c).#simd(SIMD.add);
        return;
      case 'f32.fma':
        this.#get(a).#get(b).#code.byte(0x94);
        this.#get(c).#code.byte(0x92);
        return;
      case 'f32.to_i32':
        this.#get(a).#code.byte(0xfc, 0);
        return;
      case 'i32.min':
      case 'i32.max':
        this.#get(a)
          .#get(b)
          .#get(a)
          .#get(b)
          .#code.byte(name === 'i32.min' ? 0x48 : 0x4a, 0x1b);
        return;
      case 'vf32.bits':
      case 'vi32.bits_f32':
        this.#get(a);
        return;
      case 'vi32.lane_index':
        this.#vectorConstant(Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]));
        return;
      case 'vi8.e2m1':
        this.#table(Uint8Array.from(E2M1));
        this.#get(a).#simd(SIMD.swizzle);
        return;
      case 'f32.at_least':
      case 'f32.at_most':
        this.#get(b)
          .#get(a)
          .#get(a)
          .#get(b)
          .#code.byte(name === 'f32.at_least' ? 0x5d : 0x5e, 0x1b);
        return;
      case 'vf32.add_pairs':
        return this.#joinPairs(a, b, SIMD.add);
      case 'vf32.max_pairs':
        return this.#joinPairs(a, b, SIMD.max);
      case 'vi8.dot':
        return this.#dot(a, b, c);
      case 'vi8.dot_unsigned':
        return this.#dotUnsigned(a, b, c);
      default:
        throw new Error(`kernel ${this.#program.name}: the WebAssembly target does not know ${name}`);
    }
  }

  /**
   * Shifts of bytes by a constant as a shift of 16-bit lanes and a mask: what processors do anyway, and unlike a shift of
   * bytes V8 can pair it with its neighbour.
   */
  #shiftBytes(name: string, [bytes, count, mask]: readonly Value[]): boolean {
    if (name !== 'vi8.shr_u' && name !== 'vi8.shl') return false;
    const shift = this.#constants.get(count!.id);
    if (shift === undefined) return false;
    const right = name === 'vi8.shr_u';
    this.#get(bytes!)
      .#i32(shift)
      .#simd(right ? SIMD.shiftRightUnsignedI16 : SIMD.shiftLeftI16);
    if (mask) this.#get(mask);
    else this.#table(new Uint8Array(16).fill(right ? 255 >> shift : (255 << shift) & 255));
    this.#simd(SIMD.and);
    return true;
  }

  #select(condition: Value, a: Value, b: Value): void {
    const vector = this.#wasmType(a.type) === TYPE.v128;
    // Masks clear lanes in one step, which V8 pairs; it does not pair lane selection.
    if (vector && this.#isZero(b)) {
      this.#get(a).#get(condition).#simd(SIMD.and);
      return;
    }
    if (vector && this.#isZero(a)) {
      this.#get(b).#get(condition).#simd(SIMD.andNot);
      return;
    }
    this.#get(a).#get(b).#get(condition);
    if (vector) {
      // Masks of comparisons are all ones or all zeros per lane, which is what lane selection asks for.
      this.#simd(this.#options.relaxed && a.type !== 'vi8' ? SIMD.relaxedLaneSelectI32 : SIMD.bitselect);
    } else this.#code.byte(0x1b);
  }

  #isZero(value: Value): boolean {
    return Object.is(this.#constants.get(value.id), 0);
  }

  /** Halving: lanes 0,1 with 2,3, then lane 0 with 1. */
  #reduce(name: string, vector: Value): void {
    const operation = name.slice(name.indexOf('.') + 1);
    const float = name.startsWith('vf32');
    const combine = {
      reduce_add: float ? SIMD.add : SIMD.addI32,
      reduce_max: float ? SIMD.max : 184,
      reduce_min: 234,
    }[operation];
    if (combine === undefined) throw new Error(`kernel ${this.#program.name}: no reduction ${name}`);
    const half = this.#newLocal(TYPE.v128);
    this.#get(vector).#get(vector).#get(vector);
    this.#shuffleWords([2, 3, 2, 3]);
    this.#simd(combine).#local(0x22, half).#local(0x20, half).#local(0x20, half);
    this.#shuffleWords([1, 1, 1, 1]);
    this.#simd(combine)
      .#simd(float ? SIMD.extractF32 : SIMD.extractI32)
      .#code.byte(0);
  }

  #shuffleWords(words: readonly number[]): this {
    this.#simd(SIMD.shuffle).#code.append(words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte)));
    return this;
  }

  /** Even lanes of both vectors with odd ones. */
  #joinPairs(a: Value, b: Value, operation: number): void {
    this.#get(a).#get(b).#shuffleWords([0, 2, 4, 6]);
    this.#get(a).#get(b).#shuffleWords([1, 3, 5, 7]);
    this.#simd(operation);
  }

  /** Without relaxed SIMD: 16-bit products of the low and high halves, summed in pairs twice. */
  #dot(accumulator: Value, a: Value, b: Value): void {
    if (this.#options.relaxed) {
      this.#get(a).#get(b).#get(accumulator).#simd(SIMD.relaxedDotAdd);
      return;
    }
    const ones = Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const low = this.#newLocal(TYPE.v128);
    const high = this.#newLocal(TYPE.v128);
    this.#get(a).#get(b).#simd(SIMD.extendMultiplyLowI8Signed).#table(ones).#simd(SIMD.dotI16).#local(0x21, low);
    this.#get(a).#get(b).#simd(SIMD.extendMultiplyHighI8Signed).#table(ones).#simd(SIMD.dotI16);
    this.#local(0x21, high);
    for (const words of [
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ]) {
      this.#local(0x20, low).#local(0x20, high).#shuffleWords(words);
    }
    this.#simd(SIMD.addI32).#get(accumulator).#simd(SIMD.addI32);
  }

  /**
   * Even and odd bytes as 16-bit lanes, whose products are summed in pairs. V8 makes each of the four splits once per
   * operand, however many products it takes part in.
   */
  #dotUnsigned(accumulator: Value, a: Value, b: Value): void {
    this.#get(a).#i32(8).#simd(SIMD.shiftLeftI16).#i32(8).#simd(SIMD.shiftRightSignedI16);
    this.#get(b).#table(Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 255 : 0)));
    this.#simd(SIMD.and).#simd(SIMD.dotI16).#get(accumulator).#simd(SIMD.addI32);
    this.#get(a).#i32(8).#simd(SIMD.shiftRightSignedI16);
    this.#get(b).#i32(8).#simd(SIMD.shiftRightUnsignedI16).#simd(SIMD.dotI16).#simd(SIMD.addI32);
  }

  // ---- memory -----------------------------------------------------------------------------------------------------

  #memory(opcode: number, offset: number, align = 0): this {
    this.#code.byte(opcode, align).unsigned(offset);
    return this;
  }
  #simdMemory(number: number, offset: number, lane?: number): this {
    this.#simd(number).#code.byte(0).unsigned(offset);
    if (lane !== undefined) this.#code.byte(lane);
    return this;
  }

  #load(load: Load): void {
    const { result, memory, address, offset, count } = load;
    if (count !== undefined) return this.#loadPartial(load, count);
    this.#get(address);
    if (result.type === 'f32') this.#memory(0x2a, offset);
    else if (result.type === 'i32') {
      this.#memory({ i32: 0x28, i8: 0x2c, u8: 0x2d, u16: 0x2f }[memory as 'i32']!, offset);
    } else if (load.splat) this.#simdMemory(SIMD.load32Splat, offset);
    else if (memory === 'f32' || memory === 'i32' || memory === 'bytes') this.#simdMemory(SIMD.load, offset);
    else if (memory === 'u16') this.#simdMemory(SIMD.load16x4Unsigned, offset);
    else {
      this.#simdMemory(SIMD.load32Zero, offset);
      if (memory === 'u8') this.#simd(SIMD.extendLowI8Unsigned).#simd(SIMD.extendLowI16Unsigned);
      else this.#simd(SIMD.extendLowI8Signed).#simd(SIMD.extendLowI16Signed);
    }
    this.#set(result);
  }

  /**
   * Two neighbouring vectors of narrow elements, loaded as one and widened from its halves: V8 pairs the two conversions,
   * but loads that widen only if their offsets from a common address are not zero.
   */
  #loadPair({ result, memory, address, offset }: Load, second: Load): void {
    const words = this.#newLocal(TYPE.v128);
    const signed = memory === 'i8';
    const load = { i8: SIMD.load8x8Signed, u8: SIMD.load8x8Unsigned, u16: SIMD.load }[memory as 'u16'];
    this.#get(address).#simdMemory(load, offset).#local(0x22, words);
    this.#simd(signed ? SIMD.extendLowI16Signed : SIMD.extendLowI16Unsigned).#set(result);
    this.#local(0x20, words)
      .#simd(signed ? SIMD.extendHighI16Signed : SIMD.extendHighI16Unsigned)
      .#set(second.result);
  }

  /** Lane by lane while there are elements left; the lanes behind stay zero. */
  #loadPartial({ result, memory, address, offset }: Load, count: Value): void {
    this.#vectorConstant(new Uint8Array(16)).#set(result);
    const { bytes, opcode, laneStep } = LANE_LOADS[memory as 'f32']!;
    for (let lane = 0; lane < 4; lane++) {
      this.#get(count).#i32(lane).#code.byte(0x4a, 0x04, TYPE.void);
      this.#get(address)
        .#get(result)
        .#simdMemory(opcode, offset + lane * bytes, lane * laneStep)
        .#set(result);
    }
    this.#code.byte(0x0b, 0x0b, 0x0b, 0x0b);
    if (memory === 'i8') {
      this.#get(result).#i32(24).#simd(SIMD.shiftLeftI32).#i32(24).#simd(SIMD.shiftRightSignedI32).#set(result);
    }
  }

  #store({ value, memory, address, offset, count }: Store): void {
    if (count !== undefined) {
      const { bytes, opcode, laneStep } = LANE_STORES[memory as 'f32']!;
      for (let lane = 0; lane < 4; lane++) {
        this.#get(count).#i32(lane).#code.byte(0x4a, 0x04, TYPE.void);
        this.#get(address)
          .#get(value)
          .#simdMemory(opcode, offset + lane * bytes, lane * laneStep);
      }
      this.#code.byte(0x0b, 0x0b, 0x0b, 0x0b);
      return;
    }
    this.#get(address).#get(value);
    if (value.type === 'f32') this.#memory(0x38, offset);
    else if (value.type === 'i32') this.#memory({ i32: 0x36, u8: 0x3a, i8: 0x3a, u16: 0x3b }[memory as 'i32']!, offset);
    else if (memory === 'u16' || memory === 'u8') {
      const bytes = memory === 'u16' ? 2 : 1;
      const kept = [0, 1, 2, 3].flatMap((lane) => Array.from({ length: bytes }, (_, byte) => 4 * lane + byte));
      this.#get(value)
        .#simd(SIMD.shuffle)
        .#code.append([...kept, ...new Array<number>(16 - kept.length).fill(0)]);
      this.#simdMemory(memory === 'u16' ? SIMD.store64Lane : SIMD.store32Lane, offset, 0);
    } else this.#simdMemory(SIMD.store, offset);
  }

  #atomic({ kind, result, address, value }: Extract<Instruction, { op: 'atomic' }>): void {
    this.#get(address);
    if (value !== undefined) this.#get(value);
    this.#code.byte(0xfe, { load: 0x10, store: 0x17, add: 0x1e }[kind], 2).unsigned(0);
    if (result !== undefined) this.#set(result);
  }
}
