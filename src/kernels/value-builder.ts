import type { Builder } from './builder.ts';
import { f32ToPairs, halvesOfPairs } from './half.ts';
import { expandExp, expandLog } from './intrinsics.ts';
import type { Instruction, PureOperation, TargetInfo, Value, ValueType } from './ir.ts';

export type Pointer = Value<'ptr'>;
export type I32 = Value<'i32'>;
export type F32 = Value<'f32'>;
export type VectorF32 = Value<'vf32'>;
export type VectorI32 = Value<'vi32'>;
export type VectorI8 = Value<'vi8'>;
export type Numeric = 'i32' | 'f32' | 'vf32' | 'vi32';
export type Float = 'f32' | 'vf32';
export type Integer = 'i32' | 'vi32';
export type Operand<T extends ValueType> = Value<T> | number;
/** The type of a comparison's result and of `select`'s condition. */
export type MaskOf<T extends ValueType> = T extends 'vf32' | 'vi32' ? Value<'vi32'> : Value<'i32'>;
export type ScalarMemory = 'f32' | 'f16' | 'bf16';

/** The values of a kernel and the arithmetic on them; see {@link Builder}. */
export class ValueBuilder {
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
  /** Pairs that were taken apart in the current block, so that an operand of several products is taken apart once. */
  #halves: { block: Instruction[]; known: Map<number, readonly [VectorF32, VectorF32]> } | undefined;

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

  /** What `emit` adds to: a value made here is there for everything that follows in it, and inside that. */
  protected get currentBlock(): readonly Instruction[] {
    return this.#block;
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
    return this.constant('i32', value);
  }

  f32(value: number): F32 {
    return this.constant('f32', value);
  }

  /** A vector constant with `value` in every lane. */
  vectorF32(value: number): VectorF32 {
    return this.constant('vf32', value);
  }

  vectorI32(value: number): VectorI32 {
    return this.constant('vi32', value);
  }

  /** A vector of bytes with `value` in every byte. */
  vectorI8(value: number): VectorI8 {
    return this.constant('vi8', value);
  }

  /** One value per constant, made before everything else: engines rebuild a vector constant where it stands, in loops too. */
  protected constant<T extends ValueType>(type: T, value: number): Value<T> {
    const key = `${type} ${Object.is(value, -0) ? '-0' : value}`;
    let known = this.#constants.get(key);
    if (known === undefined) {
      known = this.newValue(type);
      this.#constants.set(key, known);
      this.#prologue.push({ op: 'const', result: known, value });
    }
    return known as Value<T>;
  }

  protected operand<T extends ValueType>(type: T, operand: Operand<T>): Value<T> {
    if (typeof operand === 'number') return this.constant(type, operand);
    if (operand.type !== type) throw new TypeError(`expected a value of type ${type}, got ${operand.type}`);
    return operand;
  }

  protected typeOf<T extends ValueType>(...operands: Operand<T>[]): T {
    const first = operands.find((operand) => typeof operand !== 'number');
    if (first === undefined) throw new TypeError('an operation needs at least one operand that is not a constant');
    return (first as Value<T>).type;
  }

  #binary<T extends ValueType>(operation: string, a: Operand<T>, b: Operand<T>): Value<T> {
    const type = this.typeOf(a, b);
    return this.pure(`${type}.${operation}` as PureOperation, type, [this.operand(type, a), this.operand(type, b)]);
  }

  #compare<T extends Numeric>(operation: string, a: Operand<T>, b: Operand<T>): MaskOf<T> {
    const type = this.typeOf(a, b);
    const args = [this.operand(type, a), this.operand(type, b)];
    const mask = type === 'vf32' || type === 'vi32' ? 'vi32' : 'i32';
    return this.pure(`${type}.${operation}` as PureOperation, mask, args) as MaskOf<T>;
  }

  /** The finished body. */
  finish(): Instruction[] {
    return [...this.#prologue, ...this.#block];
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
  /** `a`, or `bound` where a is less; NaN stays NaN. */
  atLeast<T extends Float>(a: Value<T>, bound: Operand<T>): Value<T> {
    return this.#binary('at_least', a, bound);
  }
  /** `a`, or `bound` where a is greater; NaN stays NaN. */
  atMost<T extends Float>(a: Value<T>, bound: Operand<T>): Value<T> {
    return this.#binary('at_most', a, bound);
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
    return this.pure(`${a.type}.shl` as PureOperation, a.type, [a, this.operand('i32', bits)]);
  }
  shiftRight<T extends Integer>(a: Value<T>, bits: Operand<'i32'>): Value<T> {
    return this.pure(`${a.type}.shr_s` as PureOperation, a.type, [a, this.operand('i32', bits)]);
  }
  shiftRightUnsigned<T extends Integer | 'vi8'>(a: Value<T>, bits: Operand<'i32'>): Value<T> {
    return this.pure(`${a.type}.shr_u` as PureOperation, a.type, [a, this.operand('i32', bits)]);
  }
  /** The bits of each byte moved up by `up` places (down where that is negative) and masked, for constants from -7 to 7. */
  moveBits(a: VectorI8, up: number, mask: number): VectorI8 {
    if (up === 0) return this.and<'vi8'>(a, mask);
    const left = mask & (up > 0 ? 255 << up : 255 >> -up) & 255;
    const operands = [a, this.operand('i32', Math.abs(up)), this.operand('vi8', left)];
    return this.pure(up > 0 ? 'vi8.shl' : 'vi8.shr_u', 'vi8', operands);
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
    const type = this.typeOf(a, b, c);
    const args = [this.operand(type, a), this.operand(type, b), this.operand(type, c)];
    return this.pure(`${type}.fma` as PureOperation, type, args);
  }
  exp<T extends Float>(a: Value<T>): Value<T> {
    if (this.target.transcendentals) return this.pure(`${a.type}.exp` as PureOperation, a.type, [a]);
    return expandExp(this as unknown as Builder, a);
  }
  /** Natural logarithm; of 0 it is -infinity, of negatives NaN. */
  log<T extends Float>(a: Value<T>): Value<T> {
    if (this.target.transcendentals) return this.pure(`${a.type}.log` as PureOperation, a.type, [a]);
    return expandLog(this as unknown as Builder, a);
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
    const type = this.typeOf(a, b);
    const args = [condition, this.operand(type, a), this.operand(type, b)];
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
  /** a₀+a₁, a₂+a₃, b₀+b₁, b₂+b₃ of every group of four lanes. Twice, it sums four vectors' groups, each to one lane. */
  addPairs(a: VectorF32, b: VectorF32): VectorF32 {
    return this.pure('vf32.add_pairs', 'vf32', [a, b]);
  }
  /** The sums of neighbouring groups of four lanes, those of `a` and then those of `b`; of more than four lanes. */
  addQuads(a: VectorF32, b: VectorF32): VectorF32 {
    return this.pure('vf32.add_quads', 'vf32', [a, b]);
  }
  /** As `addPairs`, with the larger of two in place of their sum. */
  maxPairs(a: VectorF32, b: VectorF32): VectorF32 {
    return this.pure('vf32.max_pairs', 'vf32', [a, b]);
  }
  /** As `addQuads`, with the larger of two in place of their sum. */
  maxQuads(a: VectorF32, b: VectorF32): VectorF32 {
    return this.pure('vf32.max_quads', 'vf32', [a, b]);
  }
  /** The four bytes of `a` in every group of four byte lanes. */
  splatBytes(a: I32): VectorI8 {
    return this.pure('vi8.splat4', 'vi8', [a]);
  }
  /** Twice the 4-bit floats (e2m1) with these codes, bytes in 0..15, plus 12: bytes in 0..24. */
  doubledE2m1(codes: VectorI8): VectorI8 {
    return this.pure('vi8.e2m1', 'vi8', [codes]);
  }
  /** accumulator + dot products of groups of four bytes; `a` signed, `b` in 0..127. */
  dot(accumulator: VectorI32, a: VectorI8, b: VectorI8): VectorI32 {
    return this.pure('vi8.dot', 'vi32', [accumulator, a, b]);
  }
  /** As `dot`, with `b` in 0..255. */
  dotUnsigned(accumulator: VectorI32, a: VectorI8, b: VectorI8): VectorI32 {
    return this.pure('vi8.dot_unsigned', 'vi32', [accumulator, a, b]);
  }
  /** Pairs of bf16 numbers: `first` rounded in the low half of each lane, `second` in the high half. */
  pairs(first: VectorF32, second: VectorF32): VectorI32 {
    if (this.target.bf16Pairs) return this.pure('vf32.pair_bf16', 'vi32', [first, second]);
    return f32ToPairs(this as unknown as Builder, first, second);
  }
  /** accumulator + the two products of the bf16 numbers in each lane of `a` and `b`. */
  dotPairs(accumulator: VectorF32, a: VectorI32, b: VectorI32): VectorF32 {
    if (this.target.bf16Pairs) return this.pure('vi32.dot_bf16', 'vf32', [accumulator, a, b]);
    const [[a0, a1], [b0, b1]] = [this.#halvesOf(a), this.#halvesOf(b)];
    return this.fma<'vf32'>(a1, b1, this.fma<'vf32'>(a0, b0, accumulator));
  }

  #halvesOf(pairs: VectorI32): readonly [VectorF32, VectorF32] {
    if (this.#halves?.block !== this.#block) this.#halves = { block: this.#block, known: new Map() };
    const { known } = this.#halves;
    let halves = known.get(pairs.id);
    if (halves === undefined) {
      halves = halvesOfPairs(this as unknown as Builder, pairs);
      known.set(pairs.id, halves);
    }
    return halves;
  }
}
