import type { Builder, VectorF32, VectorI32 } from './builder.ts';
import type { Value } from './ir.ts';

type Float = 'f32' | 'vf32';
type Integer = 'i32' | 'vi32';

/** The f32 value of 16-bit floats whose bits stand zero-extended in integers: exact, denormals and NaN included. */
export function halfToF32<T extends Integer>(
  b: Builder,
  memory: 'f16' | 'bf16',
  bits: Value<T>,
): Value<T extends 'i32' ? 'f32' : 'vf32'> {
  const wide = bits as Value<Integer>;
  type Result = Value<T extends 'i32' ? 'f32' : 'vf32'>;
  if (memory === 'bf16') return b.fromBits(b.shiftLeft(wide, 16)) as Result;
  const sign = b.shiftLeft(b.and<Integer>(wide, 0x8000), 16);
  const magnitude = b.shiftLeft(b.and<Integer>(wide, 0x7fff), 13);
  // Multiplying by 2^112 moves the exponent's bias from 15 to 127 and normalises denormals on the way.
  const rebased = b.bitsOf(b.mul<Float>(b.fromBits(magnitude) as Value<Float>, 2 ** 112)) as Value<Integer>;
  const special = b.ge<Integer>(magnitude, 0x7c00 << 13);
  const exponent = b.select<Integer>(special as never, b.or<Integer>(rebased, 0x7f800000), rebased);
  return b.fromBits(b.or<Integer>(sign, exponent)) as Result;
}

/** Bits of f32 values rounded to nearest even in a 16-bit float format, in the low half of integers. */
export function f32ToHalf<T extends Float>(
  b: Builder,
  memory: 'f16' | 'bf16',
  value: Value<T>,
): Value<T extends 'f32' ? 'i32' : 'vi32'> {
  type Result = Value<T extends 'f32' ? 'i32' : 'vi32'>;
  const bits = b.bitsOf(value) as Value<Integer>;
  const magnitude = b.and<Integer>(bits, 0x7fffffff);
  const odd = (shift: number) => b.and<Integer>(b.shiftRightUnsigned(bits, shift), 1);
  const notANumber = b.gt<Integer>(magnitude, 0x7f800000);
  if (memory === 'bf16') {
    const rounded = b.shiftRightUnsigned(b.add<Integer>(b.add<Integer>(bits, 0x7fff), odd(16)), 16);
    const quiet = b.or<Integer>(b.shiftRightUnsigned(bits, 16), 0x40);
    return b.select<Integer>(notANumber as never, quiet, rounded) as Result;
  }
  const sign = b.and<Integer>(b.shiftRightUnsigned(bits, 16), 0x8000);
  const rounding = b.add<Integer>(b.add<Integer>(magnitude, 0xfff - 0x38000000), odd(13));
  const normal = b.shiftRightUnsigned(rounding, 13);
  // The spacing of f32 at 0.5 is that of f16's denormals: adding 0.5 rounds to it.
  const shifted = b.add<Float>(b.fromBits(magnitude) as Value<Float>, 0.5);
  const denormal = b.sub<Integer>(b.bitsOf(shifted) as Value<Integer>, 0x3f000000);
  const finite = b.select<Integer>(b.lt<Integer>(magnitude, 0x38800000) as never, denormal, normal);
  const bounded = b.select<Integer>(b.ge<Integer>(magnitude, 0x47800000) as never, 0x7c00, finite);
  const result = b.select<Integer>(notANumber as never, 0x7e00, bounded);
  return b.or<Integer>(sign, result) as Result;
}

/** `first` rounded to bf16 in the low half of each lane, `second` in the high half. */
export function f32ToPairs(b: Builder, first: VectorF32, second: VectorF32): VectorI32 {
  const [low, high] = [first, second].map((value) => f32ToHalf(b, 'bf16', value)) as [VectorI32, VectorI32];
  return b.or<'vi32'>(low, b.shiftLeft(high, 16));
}

/** The two bf16 numbers of each lane as f32. */
export function halvesOfPairs(b: Builder, pairs: VectorI32): readonly [first: VectorF32, second: VectorF32] {
  return [b.fromBits(b.shiftLeft(pairs, 16)), b.fromBits(b.and<'vi32'>(pairs, 0xffff0000 | 0))];
}

/** `halfToF32` of f16 bits that are known to be finite: exact, in fewer steps. */
export function finiteF16(b: Builder, bits: VectorI32): VectorF32 {
  // The shift back to the right fills what lies between sign and exponent with signs, which are then cleared.
  const spread = b.shiftRight(b.shiftLeft(bits, 16), 3);
  return b.mul<'vf32'>(b.fromBits(b.and<'vi32'>(spread, 0x8fffffff | 0)), 2 ** 112);
}
