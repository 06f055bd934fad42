/**
 * e^x for x ≤ 0 some four times as fast as Math.exp, for weighing a whole vocabulary: 2^(x·log₂e) by a table of 1,024
 * fractions and a polynomial for the rest. The relative error is below 1e-12; below −700 the result is 0, as it is for
 * NaN.
 */
const FRACTIONS = 1024;
const SCALE = FRACTIONS * Math.LOG2E;
const SIXTH = 1 / 6;
const REST = Math.LN2 / FRACTIONS;
const fractions = Float64Array.from({ length: FRACTIONS }, (_, index) => 2 ** (index / FRACTIONS));
const powers = Float64Array.from({ length: 1024 }, (_, index) => 2 ** -index);

export function fastExp(x: number): number {
  if (!(x > -700)) return 0;
  const scaled = x * SCALE;
  // Cut towards 0, so the rest is not positive.
  const whole = scaled | 0;
  const rest = (scaled - whole) * REST;
  return fractions[whole & (FRACTIONS - 1)]! * powers[-(whole >> 10)]! * (1 + rest * (1 + rest * (0.5 + rest * SIXTH)));
}
