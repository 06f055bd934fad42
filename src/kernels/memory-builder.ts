import type { Builder } from './builder.ts';
import { f32ToHalf, halfToF32 } from './half.ts';
import type { MemoryType, Value, ValueType } from './ir.ts';
import {
  type F32,
  type I32,
  type Operand,
  type Pointer,
  type ScalarMemory,
  ValueBuilder,
  type VectorF32,
  type VectorI8,
  type VectorI32,
} from './value-builder.ts';

/** Loads, stores and addresses of a kernel; see {@link Builder}. */
export class MemoryBuilder extends ValueBuilder {
  readonly #shared = new WeakMap<object, Map<string, Pointer>>();

  // ---- memory ---------------------------------------------------------------------------------------------------

  /** `base + index * scale` bytes. */
  offset(base: Pointer, index: Operand<'i32'>, scale = 4): Pointer {
    const result = this.newValue('ptr');
    this.emit({ op: 'offset', result, base, index: this.operand('i32', index), scale });
    return result;
  }
  /**
   * The same, made once in a block however often it is asked for there. V8 fuses vectors only if they are stored to one
   * address with constant offsets; where addresses are many, registers are better off with an `offset` for each use.
   */
  sharedOffset(base: Pointer, index: I32, scale = 4): Pointer {
    const known = this.#shared.get(this.currentBlock) ?? new Map<string, Pointer>();
    this.#shared.set(this.currentBlock, known);
    const key = `${base.id} ${index.id} ${scale}`;
    const address = known.get(key) ?? this.offset(base, index, scale);
    known.set(key, address);
    return address;
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
    return memory !== 'f32' && !this.target.halfConversions.includes(memory);
  }
  /** One float at `address + offset` bytes. */
  load(address: Pointer, offset = 0, memory: ScalarMemory = 'f32'): F32 {
    if (this.#expands(memory))
      return halfToF32(this as unknown as Builder, memory, this.#load('i32', 'u16', address, offset));
    return this.#load('f32', memory, address, offset);
  }
  loadI32(address: Pointer, offset = 0, memory: 'i32' | 'u8' | 'i8' | 'u16' = 'i32'): I32 {
    return this.#load('i32', memory, address, offset);
  }
  loadVector(address: Pointer, offset = 0, memory: ScalarMemory = 'f32'): VectorF32 {
    if (this.#expands(memory))
      return halfToF32(this as unknown as Builder, memory, this.#load('vi32', 'u16', address, offset));
    return this.#load('vf32', memory, address, offset);
  }
  /** The first `count` (0..lanes) elements, zeros behind them; nothing past them is read. */
  loadPartial(address: Pointer, count: I32, memory: ScalarMemory = 'f32'): VectorF32 {
    if (this.#expands(memory))
      return halfToF32(this as unknown as Builder, memory, this.#load('vi32', 'u16', address, 0, { count }));
    return this.#load('vf32', memory, address, 0, { count });
  }
  /** One float in every lane. */
  loadSplat(address: Pointer, offset = 0): VectorF32 {
    return this.#load('vf32', 'f32', address, offset, { splat: true });
  }
  /** `lanes` integers; narrower elements are widened. */
  loadVectorI32(address: Pointer, offset = 0, memory: 'i32' | 'u8' | 'i8' | 'u16' = 'i32'): VectorI32 {
    return this.#load('vi32', memory, address, offset);
  }
  /** One integer in every lane. */
  loadSplatI32(address: Pointer, offset = 0): VectorI32 {
    return this.#load('vi32', 'i32', address, offset, { splat: true });
  }
  loadPartialI32(address: Pointer, count: I32, memory: 'i32' | 'u8' | 'i8' | 'u16' = 'i32'): VectorI32 {
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
      this.emit({
        op: 'store',
        value: f32ToHalf(this as unknown as Builder, memory, value),
        memory: 'u16',
        address,
        offset,
      });
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
      this.emit({
        op: 'store',
        value: f32ToHalf(this as unknown as Builder, memory, value),
        memory: 'u16',
        address,
        offset: 0,
        count,
      });
    } else this.emit({ op: 'store', value, memory, address, offset: 0, count });
  }
  storePartialI32(address: Pointer, value: VectorI32, count: I32): void {
    this.emit({ op: 'store', value, memory: 'i32', address, offset: 0, count });
  }
  /** Has the cache line at `address + offset` bytes fetched ahead of its use, where the target can. */
  prefetch(address: Pointer, offset = 0): void {
    this.emit({ op: 'prefetch', address, offset });
  }
  /** Adds to an i32 in memory atomically; yields the value before. */
  atomicAdd(address: Pointer, value: Operand<'i32'>): I32 {
    const result = this.newValue('i32');
    this.emit({ op: 'atomic', kind: 'add', result, address, value: this.operand('i32', value) });
    return result;
  }
  atomicLoad(address: Pointer): I32 {
    const result = this.newValue('i32');
    this.emit({ op: 'atomic', kind: 'load', result, address });
    return result;
  }
  atomicStore(address: Pointer, value: Operand<'i32'>): void {
    this.emit({ op: 'atomic', kind: 'store', address, value: this.operand('i32', value) });
  }
}
