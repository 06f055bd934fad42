import { f32ToHalf, halfToF32 } from './half.ts';
import { expandExp, expandLog } from './intrinsics.ts';
import type { Instruction, MemoryType, PureOperation, TargetInfo, Value, ValueType } from './ir.ts';

export type Pointer = Value<'ptr'>;
export type I32 = Value<'i32'>;
export type F32 = Value<'f32'>;
export type VectorF32 = Value<'vf32'>;
export type VectorI32 = Value<'vi32'>;
export type VectorI8 = Value<'vi8'>;
type Numeric = 'i32' | 'f32' | 'vf32' | 'vi32';
type Float = 'f32' | 'vf32';
type Integer = 'i32' | 'vi32';
type Operand<T extends ValueType> = Value<T> | number;
/** The type of a comparison's result and of `select`'s condition. */
type MaskOf<T extends ValueType> = T extends 'vf32' | 'vi32' ? Value<'vi32'> : Value<'i32'>;
type ScalarMemory = 'f32' | 'f16' | 'bf16';

/** A mutable cell of a kernel: the only thing that may be assigned more than once. */
export interface Variable<T extends ValueType> {
  /** The value now. A later `set` does not change a value read before. */
  get(): Value<T>;
  set(value: Operand<T>): void;
}

/**
 * Elements of one strip of a vector loop: all lanes in the main loop, the first few in the remainder. Loads fill the
 * lanes that are not there with zeros (or `fill`), stores leave memory behind the end alone.
 */
export interface Strip {
  /** Index of the first element of the strip. */
  readonly index: I32;
  /** Number of elements in the remainder; undefined in the main loop, where all lanes are used. */
  readonly count: I32 | undefined;
  /** Loads elements `index…` of the array at `base`. */
  load(base: Pointer, memory?: ScalarMemory, fill?: number): VectorF32;
  loadI32(base: Pointer): VectorI32;
  store(base: Pointer, value: VectorF32, memory?: ScalarMemory): void;
  storeI32(base: Pointer, value: VectorI32): void;
  /** `value` with the lanes past the end replaced by `fill` (no code in the main loop). */
  keep(value: VectorF32, fill: number): VectorF32;
}

/**
 * Builds a kernel's instruction list. A kernel is an ordinary TypeScript function that calls these methods; JavaScript
 * control flow runs at build time (unrolling, specialisation), `loop`, `while` and `if` at run time. Numbers are
 * accepted wherever a value is and become constants (broadcast for vectors).
 */
export class Builder {
  readonly target: TargetInfo;
  /** f32 lanes of a vector on the target. Never assume a number. */
  readonly lanes: number;
  /** Index of the worker that runs this call, and how many run it together. */
  readonly worker: I32;
  readonly workers: I32;
  readonly values: ValueType[] = [];
  #block: Instruction[] = [];
  readonly #prologue: Instruction[] = [];
  readonly #constants = new Map<string, Value>();

  constructor(target: TargetInfo) {
    this.target = target;
    this.lanes = target.lanes;
    this.worker = this.newValue('i32');
    this.workers = this.newValue('i32');
  }

  // ---- values -------------------------------------------------------------------------------------------------

  /** A fresh value id; used for parameters and by expansions. */
  newValue<T extends ValueType>(type: T): Value<T> {
    this.values.push(type);
    return { id: this.values.length - 1, type };
  }

  emit(instruction: Instruction): void {
    this.#block.push(instruction);
  }

  /** Instructions emitted by `body`, instead of into the current block. */
  capture(body: () => void): Instruction[] {
    const outer = this.#block;
    const inner: Instruction[] = [];
    this.#block = inner;
    try {
      body();
    } finally {
      this.#block = outer;
    }
    return inner;
  }

  pure<T extends ValueType>(name: PureOperation, type: T, args: readonly Value[]): Value<T> {
    const result = this.newValue(type);
    this.emit({ op: 'pure', name, result, args });
    return result;
  }

  i32(value: number): I32 {
    return this.#constant('i32', value);
  }

  f32(value: number): F32 {
    return this.#constant('f32', value);
  }

  /** A vector constant with `value` in every lane. */
  vectorF32(value: number): VectorF32 {
    return this.#constant('vf32', value);
  }

  vectorI32(value: number): VectorI32 {
    return this.#constant('vi32', value);
  }

  /** A vector of bytes with `value` in every byte. */
  vectorI8(value: number): VectorI8 {
    return this.#constant('vi8', value);
  }

  /** One value per constant, made before everything else: engines rebuild a vector constant where it stands, in loops too. */
  #constant<T extends ValueType>(type: T, value: number): Value<T> {
    const key = `${type} ${Object.is(value, -0) ? '-0' : value}`;
    let known = this.#constants.get(key);
    if (known === undefined) {
      known = this.newValue(type);
      this.#constants.set(key, known);
      this.#prologue.push({ op: 'const', result: known, value });
    }
    return known as Value<T>;
  }

  #operand<T extends ValueType>(type: T, operand: Operand<T>): Value<T> {
    if (typeof operand === 'number') return this.#constant(type, operand);
    if (operand.type !== type) throw new TypeError(`expected a value of type ${type}, got ${operand.type}`);
    return operand;
  }

  #typeOf<T extends ValueType>(...operands: Operand<T>[]): T {
    const first = operands.find((operand) => typeof operand !== 'number');
    if (first === undefined) throw new TypeError('an operation needs at least one operand that is not a constant');
    return (first as Value<T>).type;
  }

  #binary<T extends ValueType>(operation: string, a: Operand<T>, b: Operand<T>): Value<T> {
    const type = this.#typeOf(a, b);
    return this.pure(`${type}.${operation}` as PureOperation, type, [this.#operand(type, a), this.#operand(type, b)]);
  }

  #compare<T extends Numeric>(operation: string, a: Operand<T>, b: Operand<T>): MaskOf<T> {
    const type = this.#typeOf(a, b);
    const args = [this.#operand(type, a), this.#operand(type, b)];
    const mask = type === 'vf32' || type === 'vi32' ? 'vi32' : 'i32';
    return this.pure(`${type}.${operation}` as PureOperation, mask, args) as MaskOf<T>;
  }

  // ---- arithmetic ---------------------------------------------------------------------------------------------

  add<T extends Numeric | 'vi8'>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('add', a, b);
  }
  sub<T extends Numeric | 'vi8'>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('sub', a, b);
  }
  mul<T extends Numeric>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('mul', a, b);
  }
  min<T extends Numeric>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('min', a, b);
  }
  max<T extends Numeric>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('max', a, b);
  }
  /** Float division. */
  div<T extends Float>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('div', a, b);
  }
  /** Signed integer division, truncated. */
  divide(a: I32, b: Operand<'i32'>): I32 {
    return this.#binary('div_s', a, b);
  }
  remainder(a: I32, b: Operand<'i32'>): I32 {
    return this.#binary('rem_s', a, b);
  }
  divideUnsigned(a: I32, b: Operand<'i32'>): I32 {
    return this.#binary('div_u', a, b);
  }
  remainderUnsigned(a: I32, b: Operand<'i32'>): I32 {
    return this.#binary('rem_u', a, b);
  }
  and<T extends Integer | 'vi8'>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('and', a, b);
  }
  or<T extends Integer | 'vi8'>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('or', a, b);
  }
  xor<T extends Integer>(a: Operand<T>, b: Operand<T>): Value<T> {
    return this.#binary('xor', a, b);
  }
  shiftLeft<T extends Integer | 'vi8'>(a: Value<T>, bits: Operand<'i32'>): Value<T> {
    return this.pure(`${a.type}.shl` as PureOperation, a.type, [a, this.#operand('i32', bits)]);
  }
  shiftRight<T extends Integer>(a: Value<T>, bits: Operand<'i32'>): Value<T> {
    return this.pure(`${a.type}.shr_s` as PureOperation, a.type, [a, this.#operand('i32', bits)]);
  }
  shiftRightUnsigned<T extends Integer | 'vi8'>(a: Value<T>, bits: Operand<'i32'>): Value<T> {
    return this.pure(`${a.type}.shr_u` as PureOperation, a.type, [a, this.#operand('i32', bits)]);
  }
  neg<T extends Float>(a: Value<T>): Value<T> {
    return this.pure(`${a.type}.neg` as PureOperation, a.type, [a]);
  }
  abs<T extends Float>(a: Value<T>): Value<T> {
    return this.pure(`${a.type}.abs` as PureOperation, a.type, [a]);
  }
  sqrt<T extends Float>(a: Value<T>): Value<T> {
    return this.pure(`${a.type}.sqrt` as PureOperation, a.type, [a]);
  }
  floor<T extends Float>(a: Value<T>): Value<T> {
    return this.pure(`${a.type}.floor` as PureOperation, a.type, [a]);
  }
  /** Round to the nearest integer, ties to even. */
  nearest<T extends Float>(a: Value<T>): Value<T> {
    return this.pure(`${a.type}.nearest` as PureOperation, a.type, [a]);
  }
  /** a·b + c, fused where the target fuses. */
  fma<T extends Float>(a: Operand<T>, b: Operand<T>, c: Operand<T>): Value<T> {
    const type = this.#typeOf(a, b, c);
    const args = [this.#operand(type, a), this.#operand(type, b), this.#operand(type, c)];
    return this.pure(`${type}.fma` as PureOperation, type, args);
  }
  exp<T extends Float>(a: Value<T>): Value<T> {
    if (this.target.transcendentals) return this.pure(`${a.type}.exp` as PureOperation, a.type, [a]);
    return expandExp(this, a);
  }
  /** Natural logarithm; of 0 it is -infinity, of negatives NaN. */
  log<T extends Float>(a: Value<T>): Value<T> {
    if (this.target.transcendentals) return this.pure(`${a.type}.log` as PureOperation, a.type, [a]);
    return expandLog(this, a);
  }
  /** 1 / (1 + e^-a); results below the smallest normal number become 0. */
  sigmoid<T extends Float>(a: Value<T>): Value<T> {
    return this.div<T>(1, this.add<T>(this.exp(this.neg(a)), 1));
  }

  // ---- comparison, selection, conversion ------------------------------------------------------------------------

  eq<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('eq', a, b);
  }
  ne<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('ne', a, b);
  }
  lt<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('lt', a, b);
  }
  le<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('le', a, b);
  }
  gt<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('gt', a, b);
  }
  ge<T extends Numeric>(a: Operand<T>, b: Operand<T>): MaskOf<T> {
    return this.#compare('ge', a, b);
  }
  /** `condition ? a : b`, per lane for vectors; both sides are evaluated. */
  select<T extends ValueType>(condition: MaskOf<T>, a: Operand<T>, b: Operand<T>): Value<T> {
    const type = this.#typeOf(a, b);
    const args = [condition, this.#operand(type, a), this.#operand(type, b)];
    return this.pure(`${type}.select` as PureOperation, type, args);
  }
  toF32(a: I32): F32;
  toF32(a: VectorI32): VectorF32;
  toF32(a: I32 | VectorI32): Value {
    return this.pure(`${a.type}.to_f32`, a.type === 'i32' ? 'f32' : 'vf32', [a]);
  }
  /** Truncates towards zero, saturating; NaN becomes 0. */
  toI32(a: F32): I32;
  toI32(a: VectorF32): VectorI32;
  toI32(a: F32 | VectorF32): Value {
    return this.pure(`${a.type}.to_i32`, a.type === 'f32' ? 'i32' : 'vi32', [a]);
  }
  /** The bits of a float as an integer. Not available to kernels that must run in f64 (see `transcendentals`). */
  bitsOf<T extends Float>(a: Value<T>): Value<T extends 'f32' ? 'i32' : 'vi32'> {
    const type = (a.type === 'f32' ? 'i32' : 'vi32') as T extends 'f32' ? 'i32' : 'vi32';
    return this.pure(`${a.type}.bits` as PureOperation, type, [a]);
  }
  /** The float that has these bits. */
  fromBits<T extends Integer>(a: Value<T>): Value<T extends 'i32' ? 'f32' : 'vf32'> {
    const type = (a.type === 'i32' ? 'f32' : 'vf32') as T extends 'i32' ? 'f32' : 'vf32';
    return this.pure(`${a.type}.bits_f32` as PureOperation, type, [a]);
  }

  // ---- vectors --------------------------------------------------------------------------------------------------

  splat(a: F32): VectorF32;
  splat(a: I32): VectorI32;
  splat(a: F32 | I32): Value {
    return a.type === 'f32' ? this.pure('vf32.splat', 'vf32', [a]) : this.pure('vi32.splat', 'vi32', [a]);
  }
  /** Lane numbers 0, 1, 2, … */
  laneIndex(): VectorI32 {
    return this.pure('vi32.lane_index', 'vi32', []);
  }
  reduceAdd(a: VectorF32): F32;
  reduceAdd(a: VectorI32): I32;
  reduceAdd(a: VectorF32 | VectorI32): Value {
    return this.pure(`${a.type}.reduce_add`, a.type === 'vf32' ? 'f32' : 'i32', [a]);
  }
  reduceMax(a: VectorF32): F32 {
    return this.pure('vf32.reduce_max', 'f32', [a]);
  }
  reduceMin(a: VectorF32): F32 {
    return this.pure('vf32.reduce_min', 'f32', [a]);
  }
  /** The four bytes of `a` in every group of four byte lanes. */
  splatBytes(a: I32): VectorI8 {
    return this.pure('vi8.splat4', 'vi8', [a]);
  }
  /** accumulator + dot products of groups of four bytes; `a` signed, `b` in 0..127. */
  dot(accumulator: VectorI32, a: VectorI8, b: VectorI8): VectorI32 {
    return this.pure('vi8.dot', 'vi32', [accumulator, a, b]);
  }

  // ---- memory ---------------------------------------------------------------------------------------------------

  /** `base + index * scale` bytes. */
  offset(base: Pointer, index: Operand<'i32'>, scale = 4): Pointer {
    const result = this.newValue('ptr');
    this.emit({ op: 'offset', result, base, index: this.#operand('i32', index), scale });
    return result;
  }
  #load<T extends ValueType>(
    type: T,
    memory: MemoryType,
    address: Pointer,
    offset: number,
    more: { count?: I32; splat?: boolean } = {},
  ): Value<T> {
    if (offset < 0) throw new RangeError(`a load's constant offset must not be negative, got ${offset}`);
    const result = this.newValue(type);
    this.emit({ op: 'load', result, memory, address, offset, ...more });
    return result;
  }
  #expands(memory: ScalarMemory): memory is 'f16' | 'bf16' {
    return memory !== 'f32' && !this.target.halfConversions;
  }
  /** One float at `address + offset` bytes. */
  load(address: Pointer, offset = 0, memory: ScalarMemory = 'f32'): F32 {
    if (this.#expands(memory)) return halfToF32(this, memory, this.#load('i32', 'u16', address, offset));
    return this.#load('f32', memory, address, offset);
  }
  loadI32(address: Pointer, offset = 0, memory: 'i32' | 'u8' | 'i8' | 'u16' = 'i32'): I32 {
    return this.#load('i32', memory, address, offset);
  }
  loadVector(address: Pointer, offset = 0, memory: ScalarMemory = 'f32'): VectorF32 {
    if (this.#expands(memory)) return halfToF32(this, memory, this.#load('vi32', 'u16', address, offset));
    return this.#load('vf32', memory, address, offset);
  }
  /** The first `count` (0..lanes) elements, zeros behind them; nothing past them is read. */
  loadPartial(address: Pointer, count: I32, memory: ScalarMemory = 'f32'): VectorF32 {
    if (this.#expands(memory)) return halfToF32(this, memory, this.#load('vi32', 'u16', address, 0, { count }));
    return this.#load('vf32', memory, address, 0, { count });
  }
  /** One float in every lane. */
  loadSplat(address: Pointer, offset = 0): VectorF32 {
    return this.#load('vf32', 'f32', address, offset, { splat: true });
  }
  /** `lanes` integers; 8-bit elements are widened. */
  loadVectorI32(address: Pointer, offset = 0, memory: 'i32' | 'u8' | 'i8' = 'i32'): VectorI32 {
    return this.#load('vi32', memory, address, offset);
  }
  loadPartialI32(address: Pointer, count: I32, memory: 'i32' | 'u8' | 'i8' = 'i32'): VectorI32 {
    return this.#load('vi32', memory, address, 0, { count });
  }
  /** `4 * lanes` bytes. */
  loadBytes(address: Pointer, offset = 0): VectorI8 {
    return this.#load('vi8', 'bytes', address, offset);
  }
  /** The four bytes at the address in every group of four byte lanes. */
  loadSplatBytes(address: Pointer, offset = 0): VectorI8 {
    return this.#load('vi8', 'bytes', address, offset, { splat: true });
  }
  /** Stores a scalar float or a whole vector; f16 and bf16 round to nearest even. */
  store(address: Pointer, value: F32 | VectorF32, offset = 0, memory: ScalarMemory = 'f32'): void {
    if (this.#expands(memory)) {
      this.emit({ op: 'store', value: f32ToHalf(this, memory, value), memory: 'u16', address, offset });
    } else this.emit({ op: 'store', value, memory, address, offset });
  }
  storeI32(address: Pointer, value: I32 | VectorI32, offset = 0, memory: 'i32' | 'u8' = 'i32'): void {
    this.emit({ op: 'store', value, memory, address, offset });
  }
  storeBytes(address: Pointer, value: VectorI8, offset = 0): void {
    this.emit({ op: 'store', value, memory: 'bytes', address, offset });
  }
  storePartial(address: Pointer, value: VectorF32, count: I32, memory: ScalarMemory = 'f32'): void {
    if (this.#expands(memory)) {
      this.emit({ op: 'store', value: f32ToHalf(this, memory, value), memory: 'u16', address, offset: 0, count });
    } else this.emit({ op: 'store', value, memory, address, offset: 0, count });
  }
  storePartialI32(address: Pointer, value: VectorI32, count: I32): void {
    this.emit({ op: 'store', value, memory: 'i32', address, offset: 0, count });
  }
  /** Adds to an i32 in memory atomically; yields the value before. */
  atomicAdd(address: Pointer, value: Operand<'i32'>): I32 {
    const result = this.newValue('i32');
    this.emit({ op: 'atomic', kind: 'add', result, address, value: this.#operand('i32', value) });
    return result;
  }
  atomicLoad(address: Pointer): I32 {
    const result = this.newValue('i32');
    this.emit({ op: 'atomic', kind: 'load', result, address });
    return result;
  }
  atomicStore(address: Pointer, value: Operand<'i32'>): void {
    this.emit({ op: 'atomic', kind: 'store', address, value: this.#operand('i32', value) });
  }

  // ---- control --------------------------------------------------------------------------------------------------

  variable<T extends ValueType>(initial: Value<T>): Variable<T> {
    const { type } = initial;
    const cell = this.newValue(type);
    const assign = (value: Operand<T>) => this.emit({ op: 'set', variable: cell, value: this.#operand(type, value) });
    assign(initial);
    return {
      get: () => {
        const copy = this.newValue(type);
        this.emit({ op: 'set', variable: copy, value: cell });
        return copy;
      },
      set: assign,
    };
  }

  /** Runs `body` with index = start, start + step, … while index < end. `step` is a positive build-time constant. */
  loop(start: Operand<'i32'>, end: Operand<'i32'>, step: number, body: (index: I32) => void): void {
    if (!(Number.isInteger(step) && step > 0))
      throw new RangeError(`loop step must be a positive integer, got ${step}`);
    const from = this.#operand('i32', start);
    const to = this.#operand('i32', end);
    const index = this.newValue('i32');
    this.emit({ op: 'loop', index, start: from, end: to, step, body: this.capture(() => body(index)) });
  }

  while(condition: () => I32, body: () => void): void {
    let value: I32 | undefined;
    const test = this.capture(() => {
      value = condition();
    });
    this.emit({ op: 'while', test, condition: value!, body: this.capture(body) });
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.emit({
      op: 'if',
      condition,
      then: this.capture(then),
      otherwise: otherwise === undefined ? [] : this.capture(otherwise),
    });
  }

  /** `body` over 0..count-1 in strips of all lanes, then once more for the remainder if there is one. */
  strips(count: Operand<'i32'>, body: (strip: Strip) => void): void {
    const total = this.#operand('i32', count);
    const whole = this.sub(total, this.remainder(total, this.lanes));
    this.loop(0, whole, this.lanes, (index) => body(this.#strip(index, undefined)));
    const left = this.sub(total, whole);
    this.if(this.gt(left, 0), () => body(this.#strip(whole, left)));
  }

  #strip(index: I32, count: I32 | undefined): Strip {
    const at = (base: Pointer, bytes: number) => this.offset(base, index, bytes);
    const keep = (value: VectorF32, fill: number) =>
      count === undefined ? value : this.select<'vf32'>(this.lt(this.laneIndex(), this.splat(count)), value, fill);
    return {
      index,
      count,
      keep,
      load: (base, memory = 'f32', fill = 0) => {
        const address = at(base, memory === 'f32' ? 4 : 2);
        if (count === undefined) return this.loadVector(address, 0, memory);
        const value = this.loadPartial(address, count, memory);
        return fill === 0 ? value : keep(value, fill);
      },
      loadI32: (base) =>
        count === undefined ? this.loadVectorI32(at(base, 4)) : this.loadPartialI32(at(base, 4), count),
      store: (base, value, memory = 'f32') => {
        const address = at(base, memory === 'f32' ? 4 : 2);
        if (count === undefined) this.store(address, value, 0, memory);
        else this.storePartial(address, value, count, memory);
      },
      storeI32: (base, value) => {
        if (count === undefined) this.storeI32(at(base, 4), value);
        else this.storePartialI32(at(base, 4), value, count);
      },
    };
  }

  /**
   * Splits 0..total-1 among the workers in contiguous ranges that begin at multiples of `grain`, and runs `body` on this
   * worker's range (which may be empty). What an element's result is must not depend on the split.
   */
  split(total: Operand<'i32'>, grain: number, body: (start: I32, end: I32) => void): void {
    const count = this.#operand('i32', total);
    const units = this.divide(this.add(count, grain - 1), grain);
    const share = this.mul(this.divide(this.sub(this.add(units, this.workers), 1), this.workers), grain);
    const start = this.min(this.mul(this.worker, share), count);
    body(start, this.min(this.add(start, share), count));
  }

  /** Like `split`, with a loop over the indices of this worker's range. */
  splitLoop(total: Operand<'i32'>, body: (index: I32) => void): void {
    this.split(total, 1, (start, end) => this.loop(start, end, 1, body));
  }

  /**
   * Hands out 0..total-1 one by one to whichever worker asks next. `counter` is an i32 in memory that is zero when the
   * kernel starts; for work whose size varies by item.
   */
  dynamicLoop(counter: Pointer, total: Operand<'i32'>, body: (index: I32) => void): void {
    const count = this.#operand('i32', total);
    const next = this.variable(this.atomicAdd(counter, 1));
    this.while(
      () => this.lt(next.get(), count),
      () => {
        body(next.get());
        next.set(this.atomicAdd(counter, 1));
      },
    );
  }

  /** The finished body. */
  finish(): Instruction[] {
    return [...this.#prologue, ...this.#block];
  }
}
