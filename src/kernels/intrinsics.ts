import type { Builder } from './builder.ts';
import type { Value } from './ir.ts';

/**
 * e^x from basic operations: x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial for e^r, and 2^n put together from two
 * factors so that results in the denormal range and near the overflow limit come out right. Relative error below 2e-7;
 * e^-infinity is 0, NaN stays NaN.
 */
export function expandExp<T extends 'f32' | 'vf32'>(b: Builder, x: Value<T>): Value<T> {
  type Floats = 'f32' | 'vf32';
  type Integers = 'i32' | 'vi32';
  // Beyond these bounds the result is 0 or infinity anyway, and the exponent arithmetic stays in range. Written as
  // selects because min and max leave NaN open, and NaN must pass through.
  const low = b.select<T>(b.lt<Floats>(x, -104) as never, -104, x);
  const bounded = b.select<T>(b.gt<Floats>(low, 89) as never, 89, low);
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum.
  const shifted = b.fma<T>(bounded, Math.LOG2E, ROUNDER);
  const n = b.sub<Floats>(shifted, ROUNDER) as Value<T>;
  const high = b.fma<T>(n, -0.693359375, bounded);
  const r = b.fma<T>(n, 2.1219444005469057e-4, high);
  let sum = (x.type === 'f32' ? b.f32(1.98756915e-4) : b.vectorF32(1.98756915e-4)) as Value<T>;
  for (const coefficient of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]) {
    sum = b.fma<T>(sum, r, coefficient);
  }
  const power = b.add<Floats>(b.fma<T>(b.mul<Floats>(r, r) as Value<T>, sum, r), 1) as Value<T>;
  const integer = b.sub<Integers>(b.bitsOf(shifted) as Value<Integers>, ROUNDER_BITS);
  const half = b.shiftRight(integer, 1);
  const other = b.sub<Integers>(integer, half);
  const scaled = b.mul<Floats>(power, powerOfTwo(b, half)) as Value<T>;
  return b.mul<Floats>(scaled, powerOfTwo(b, other)) as Value<T>;
}

/** 1.5 * 2^23 and its bits. */
const ROUNDER = 12582912;
const ROUNDER_BITS = 0x4b400000;

/** 2^n for n in the range of normal exponents. */
function powerOfTwo(b: Builder, n: Value<'i32' | 'vi32'>): Value<'f32' | 'vf32'> {
  return b.fromBits(b.shiftLeft(b.add<'i32' | 'vi32'>(n, 127), 23)) as Value<'f32' | 'vf32'>;
}

/**
 * Natural logarithm from basic operations: x = m·2^e with m in [√½, √2), a polynomial in (m - 1)/(m + 1). Relative
 * error below 3e-7. log 0 = -infinity, log of a negative number and NaN are NaN, log infinity = infinity. Denormals are
 * scaled into the normal range first.
 */
export function expandLog<T extends 'f32' | 'vf32'>(b: Builder, x: Value<T>): Value<T> {
  type Floats = 'f32' | 'vf32';
  type Integers = 'i32' | 'vi32';
  const small = b.lt<Floats>(x, 1.1754943508222875e-38);
  const scaled = b.select<T>(small as never, b.mul<Floats>(x, 8388608) as Value<T>, x);
  const bits = b.bitsOf(scaled) as Value<Integers>;
  const shifted = b.sub<Integers>(bits, 0x3f3504f3);
  const exponentBits = b.shiftRight(shifted, 23);
  const mantissaBits = b.sub<Integers>(bits, b.shiftLeft(exponentBits, 23));
  const m = b.fromBits(mantissaBits) as Value<Floats> as Value<T>;
  const exponent = b.toF32(exponentBits as never) as Value<Floats> as Value<T>;
  const e = b.select<T>(small as never, b.sub<Floats>(exponent, 23) as Value<T>, exponent);
  const f = b.sub<Floats>(m, 1) as Value<T>;
  const s = b.div<T>(f, b.add<Floats>(f, 2) as Value<T>);
  const z = b.mul<Floats>(s, s) as Value<T>;
  let series = (x.type === 'f32' ? b.f32(2 / 9) : b.vectorF32(2 / 9)) as Value<T>;
  for (const coefficient of [2 / 7, 2 / 5, 2 / 3, 2]) series = b.fma<T>(series, z, coefficient);
  const value = b.fma<T>(e, Math.LN2, b.mul<Floats>(s, series) as Value<T>);
  const finite = b.select<T>(b.lt<Floats>(x, Number.POSITIVE_INFINITY) as never, value, x);
  const positive = b.select<T>(b.gt<Floats>(x, 0) as never, finite, Number.NaN);
  return b.select<T>(b.eq<Floats>(x, 0) as never, Number.NEGATIVE_INFINITY, positive);
}
