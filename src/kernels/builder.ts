import type { Value, ValueType } from './ir.ts';
import { MemoryBuilder } from './memory-builder.ts';
import type { I32, Operand, Pointer, ScalarMemory, VectorF32, VectorI32 } from './value-builder.ts';

export type { F32, I32, Pointer, VectorF32, VectorI8, VectorI32 } from './value-builder.ts';

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
export class Builder extends MemoryBuilder {
  // ---- control --------------------------------------------------------------------------------------------------

  variable<T extends ValueType>(initial: Value<T>): Variable<T> {
    const { type } = initial;
    const cell = this.newValue(type);
    const assign = (value: Operand<T>) => this.emit({ op: 'set', variable: cell, value: this.operand(type, value) });
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
    const from = this.operand('i32', start);
    const to = this.operand('i32', end);
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
      body: this.capture(then),
      otherwise: otherwise === undefined ? [] : this.capture(otherwise),
    });
  }

  /** `body` over 0..count-1 in strips of all lanes, then once more for the remainder if there is one. */
  strips(count: Operand<'i32'>, body: (strip: Strip) => void): void {
    const total = this.operand('i32', count);
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
    const count = this.operand('i32', total);
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
    const count = this.operand('i32', total);
    const next = this.variable(this.atomicAdd(counter, 1));
    this.while(
      () => this.lt(next.get(), count),
      () => {
        body(next.get());
        next.set(this.atomicAdd(counter, 1));
      },
    );
  }
}
