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
  // Beyond these bounds the result is 0 or infinity anyway, and the exponent arithmetic stays in range. NaN passes through.
  const bounded = b.atMost<T>(b.atLeast<T>(x, -104 as never), 89 as never);
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum.
  const shifted = b.fma<T>(bounded, Math.LOG2E, ROUNDER);
  const n = b.sub<Floats>(shifted, ROUNDER) as Value<T>;
  const r = b.fma<T>(n, -LN2_LOW, b.fma<T>(n, -LN2_HIGH, bounded));
  const power = expNearZero(b, r);
  const integer = b.sub<Integers>(b.bitsOf(shifted) as Value<Integers>, ROUNDER_BITS);
  const half = b.shiftRight(integer, 1);
  const other = b.sub<Integers>(integer, half);
  const scaled = b.mul<Floats>(power, powerOfTwo(b, half)) as Value<T>;
  return b.mul<Floats>(scaled, powerOfTwo(b, other)) as Value<T>;
}

/** Coefficients of r^2 to r^6: relative error 3.1e-9 for |r| up to ln 2 / 2, by the exchange algorithm of Remez. */
const EXP_COEFFICIENTS = [0.49999993432, 0.16666520399, 0.041668390784, 0.0083687451089, 0.0013814540177];

/** e^r, or e^-r, for |r| up to ln 2 / 2; relative error below 1.3e-7. */
function expNearZero<T extends 'f32' | 'vf32'>(b: Builder, r: Value<T>, sign: 1 | -1 = 1): Value<T> {
  const [highest, ...rest] = [1, 1, ...EXP_COEFFICIENTS].map((value, power) => value * sign ** power).reverse();
  let sum = (r.type === 'f32' ? b.f32(highest!) : b.vectorF32(highest!)) as Value<T>;
  for (const coefficient of rest) sum = b.fma<T>(sum, r, coefficient);
  return sum;
}

/** ln 2 in two parts, the first of so few bits that its products with exponents are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;

/**
 * e^x for x up to 0 (or a rounding error above), as softmax needs it: half the operations of `exp`. Below -87.7, where the
 * result would be under 8.4e-39, it is 0; relative error below 2e-7 elsewhere; NaN stays NaN.
 */
export function expNonPositive(b: Builder, x: Value<'vf32'>): Value<'vf32'> {
  if (b.target.transcendentals) return b.exp(x);
  return expWithin(b, b.atLeast(x, -88), 1);
}

/**
 * 1 + e^-x: half the operations of `exp`, and infinity from x = -88.4 on instead of -88.7. Relative error below 2e-7; NaN
 * stays NaN.
 */
export function onePlusExpOfNegative(b: Builder, x: Value<'vf32'>): Value<'vf32'> {
  if (b.target.transcendentals) return b.add(b.exp(b.neg(x)), 1);
  return b.add(expWithin(b, b.atMost(b.atLeast(x, -89), 88), -1), 1);
}

/** e^(sign·x), which must not need an exponent below -127 (which yields 0) or above 128 (which yields infinity). */
function expWithin(b: Builder, x: Value<'vf32'>, sign: 1 | -1): Value<'vf32'> {
  // Rounded to an integer, which then stands in the low bits of the sum, already biased as an exponent.
  const shifted = b.fma<'vf32'>(x, sign * Math.LOG2E, ROUNDER + 127);
  const n = b.sub<'vf32'>(shifted, ROUNDER + 127);
  const r = b.fma<'vf32'>(n, -sign * LN2_LOW, b.fma<'vf32'>(n, -sign * LN2_HIGH, x));
  return b.mul<'vf32'>(expNearZero(b, r, sign), b.fromBits(b.shiftLeft(b.bitsOf(shifted), 23)));
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
