import type { ProductTile } from './product-tiles.ts';

/**
 * The intermediate representation of the vector language: a structured list of typed instructions in which every
 * result is assigned once, except variables. A target (interpreter, WebAssembly, x86-64) turns it into something that
 * runs; the interpreter's reading of it is the meaning of the language.
 *
 * Value types
 * - `ptr`  a byte address in the one linear memory (32 or 64 bits wide, the target's choice)
 * - `i32`, `f32`  scalars; a comparison yields an `i32` of 0 or 1
 * - `vf32`, `vi32`  vectors of `lanes` elements; a vector comparison yields a `vi32` of all ones or all zeros per lane
 * - `vi8`  a vector of `4 * lanes` bytes, operand of the integer dot product
 */
export type ValueType = 'ptr' | 'i32' | 'f32' | 'vf32' | 'vi32' | 'vi8';

/** How bytes in memory become a value: the element's type in memory. 16-bit floats convert to and from f32. */
export type MemoryType = 'f32' | 'f16' | 'bf16' | 'i32' | 'u8' | 'i8' | 'u16' | 'bytes';

/** Bytes of one element of a memory type. */
export const MEMORY_BYTES: Record<MemoryType, number> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  i32: 4,
  u8: 1,
  i8: 1,
  u16: 2,
  bytes: 4,
};

/** A typed result of an instruction; `id` is dense within one kernel. */
export interface Value<T extends ValueType = ValueType> {
  readonly id: number;
  readonly type: T;
}

type Unary = 'neg' | 'abs' | 'sqrt' | 'floor' | 'nearest' | 'exp' | 'log';
type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'at_least' | 'at_most';
type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
type IntegerBinary = 'add' | 'sub' | 'mul' | 'min' | 'max' | 'and' | 'or' | 'xor' | 'shl' | 'shr_s' | 'shr_u';

/**
 * Operations on values only (no memory, no control). Named `type.operation`, where type is that of the operands.
 * - `fma(a, b, c)` is a·b + c with one or two roundings, the target's choice.
 * - `min`/`max` of floats: if an operand is NaN the result is unspecified (either operand or NaN); so is the sign of a
 *   zero result when both operands are zeros.
 * - `at_least(a, b)` is b where a < b, else a; `at_most(a, b)` is b where a > b, else a. So a NaN of a stays, one of b is
 *   not taken: bounds that let NaN pass, one instruction on the processors that there are.
 * - `i32` division truncates towards zero; dividing by zero is a kernel bug (the interpreter throws).
 * - shifts of `vi32`/`vi8` take an `i32` scalar count below the lane's width; those of `vi8` may take a mask for the shifted
 *   bytes, a constant within what the shift leaves, and then a constant count.
 * - `reduce_add` sums by halving: lane i with lane i + n/2, until one is left.
 * - `vf32.add_pairs(a, b)` sums neighbours in every group of four lanes: a₀+a₁, a₂+a₃, b₀+b₁, b₂+b₃ of the group.
 * - `vf32.add_quads(a, b)` sums neighbouring groups of four lanes, those of a and then those of b, lane by lane; for
 *   vectors of more than four lanes.
 * - `vf32.max_pairs` and `vf32.max_quads` do the same with the larger of two in place of their sum; NaN as for `max`.
 * - `vi8.dot(acc, a, b)`: acc.i32 lane j + Σ of 4 products a[4j+i]·b[4j+i], a signed, b in 0..127;
 *   `vi8.dot_unsigned` likewise with b in 0..255, which costs more where processors multiply 7 bits at most.
 * - `vi8.splat4` broadcasts the four bytes of an i32 to every group of four lanes.
 * - `vi8.e2m1` takes codes of 4-bit floats, bytes in 0..15, to twice their values plus 12 ({@link E2M1}), 0..24.
 * - `vi32.dot_bf16(acc, a, b)`: lanes of a and b hold two bf16 numbers each, the first in the low half; lane j of acc plus
 *   the two products of its lanes. The products are exact (16 bits of 24) and the target chooses the order of the two
 *   sums, each rounded to nearest even: |error| ≤ 2·2⁻²⁴·(|acc| + |a₀·b₀| + |a₁·b₁|), up to terms of second order. A
 *   target may replace denormal operands and results by zero, which adds at most 2⁻¹²⁶ each time (operands: times the
 *   other factor).
 * - `vf32.pair_bf16(a, b)`: lane j holds a[j] in its low half and b[j] in its high half, rounded to nearest even; NaN
 *   stays a (quiet) NaN. A target may replace denormals by zero.
 * - `to_i32` truncates towards zero and saturates, NaN becomes 0; `bits` reinterprets.
 */
export type PureOperation =
  | `${'f32' | 'vf32'}.${Unary | FloatBinary | Comparison | 'fma' | 'to_i32' | 'bits'}`
  | `i32.${IntegerBinary | Comparison | 'div_s' | 'rem_s' | 'div_u' | 'rem_u' | 'lt_u' | 'to_f32' | 'bits_f32'}`
  | `vi32.${IntegerBinary | Comparison | 'to_f32' | 'bits_f32' | 'splat' | 'reduce_add' | 'reduce_max' | 'lane_index'}`
  | 'vf32.splat'
  | 'vf32.pair_bf16'
  | 'vi32.dot_bf16'
  | 'vf32.reduce_add'
  | 'vf32.add_pairs'
  | 'vf32.add_quads'
  | 'vf32.max_pairs'
  | 'vf32.max_quads'
  | 'vf32.reduce_max'
  | 'vf32.reduce_min'
  | 'vi8.splat4'
  | 'vi8.e2m1'
  | 'vi8.and'
  | 'vi8.or'
  | 'vi8.add'
  | 'vi8.sub'
  | 'vi8.shl'
  | 'vi8.shr_u'
  | 'vi8.dot'
  | 'vi8.dot_unsigned'
  | `${ValueType}.select`;

/** Twice the value of a 4-bit float e2m1 (OCP Microscaling Formats v1.0, table 5), plus 12, by code. */
export const E2M1: readonly number[] = [12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0];

export type Instruction =
  | { readonly op: 'const'; readonly result: Value; readonly value: number }
  | { readonly op: 'pure'; readonly name: PureOperation; readonly result: Value; readonly args: readonly Value[] }
  /** Address arithmetic: `base + index * scale` bytes (index signed). */
  | {
      readonly op: 'offset';
      readonly result: Value<'ptr'>;
      readonly base: Value<'ptr'>;
      readonly index: Value<'i32'>;
      readonly scale: number;
    }
  /** Load at `address + offset` bytes. With `count`, only the first `count` lanes are read and the others are zero. */
  | {
      readonly op: 'load';
      readonly result: Value;
      readonly memory: MemoryType;
      readonly address: Value<'ptr'>;
      readonly offset: number;
      readonly count?: Value<'i32'>;
      /** Load one element (of bytes: four) and broadcast it to all lanes. */
      readonly splat?: boolean;
    }
  | {
      readonly op: 'store';
      readonly value: Value;
      readonly memory: MemoryType;
      readonly address: Value<'ptr'>;
      readonly offset: number;
      readonly count?: Value<'i32'>;
    }
  /** A hint that the memory at `address + offset` will be read soon: no load, whatever the address. */
  | { readonly op: 'prefetch'; readonly address: Value<'ptr'>; readonly offset: number }
  /** Atomic i32 in memory, sequentially consistent. `add` yields the value before. */
  | {
      readonly op: 'atomic';
      readonly kind: 'add' | 'load' | 'store';
      readonly result?: Value<'i32'>;
      readonly address: Value<'ptr'>;
      readonly value?: Value<'i32'>;
    }
  | { readonly op: 'set'; readonly variable: Value; readonly value: Value }
  | {
      readonly op: 'loop';
      readonly index: Value<'i32'>;
      readonly start: Value<'i32'>;
      readonly end: Value<'i32'>;
      readonly step: number;
      readonly body: readonly Instruction[];
    }
  | {
      readonly op: 'while';
      readonly test: readonly Instruction[];
      readonly condition: Value<'i32'>;
      readonly body: readonly Instruction[];
    }
  | {
      readonly op: 'if';
      readonly condition: Value<'i32'>;
      readonly body: readonly Instruction[];
      readonly otherwise: readonly Instruction[];
    };

/** How a kernel parameter is used. Pointers say whether the kernel reads, writes or updates what they point to. */
export type ParameterKind = 'in' | 'out' | 'inout' | 'i32' | 'f32';

/** Bytes of one slot of an argument block: every argument has one slot, whatever its type. */
export const ARGUMENT_SLOT_BYTES = 8;

/**
 * A kernel lowered for one number of lanes. At run time it is called as `run(arguments, worker, workers)`: the address
 * of a block of 8-byte slots in parameter order (pointer as u64, i32, f32), this worker's index and their number.
 */
export interface KernelProgram {
  readonly name: string;
  readonly lanes: number;
  readonly parameters: readonly { readonly kind: ParameterKind; readonly value: Value }[];
  readonly worker: Value<'i32'>;
  readonly workers: Value<'i32'>;
  readonly body: readonly Instruction[];
  /** Number of value ids, variables included. */
  readonly values: readonly ValueType[];
}

/** What a kernel may ask of the target it is built for. */
export interface TargetInfo {
  readonly name: string;
  /** f32 lanes of a vector. */
  readonly lanes: number;
  /** Vector registers that a kernel can count on. */
  readonly vectorRegisters: number;
  /** Whether the target implements `exp` and `log` itself; otherwise the builder expands them. */
  readonly transcendentals: boolean;
  /** The 16-bit floats that the target converts itself in loads and stores; the builder expands the others. */
  readonly halfConversions: readonly ('f16' | 'bf16')[];
  /** Whether the target multiplies and makes pairs of bf16 numbers itself; otherwise the builder expands them. */
  readonly bf16Pairs: boolean;
  /** Vectors that the target's compiler fuses into one wider operation when adjacent (V8's revectorization): 1 or 2. */
  readonly fusedVectors: number;
  /** Whether the target can have memory fetched ahead; elsewhere a `prefetch` is nothing, and so should be what leads to it. */
  readonly prefetches: boolean;
  /** Cut of matrix products to use in place of the one that is best by measurement: for measuring others. */
  readonly productTile?: ProductTile;
}
