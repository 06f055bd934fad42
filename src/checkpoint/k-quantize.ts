import { roundedScale, writeScale } from './block-scale.ts';

/*
 * Quantisation to the K formats, by our own search: for each part several first scales are tried; each gives integers,
 * for which the least-squares scale (and minimum) is computed; the trial with the smallest squared error stays. Then the
 * parts' scales are rounded to their few bits and the integers chosen again for the rounded ones.
 */

const PARTS_Q6 = 16;
const LENGTH_Q6 = 16;
/** First scales tried for each sign, a quarter of a step apart. */
const TRIALS_Q6 = 12;

/** 256 elements to 210 bytes, in the layout of `dequantizeQ6K`. */
export function quantizeQ6K(source: Float32Array, target: Uint8Array): void {
  const scales = new Float64Array(PARTS_Q6);
  for (let at = 0, out = 0; at < source.length; at += 256, out += 210) {
    let largest = 0;
    for (let part = 0; part < PARTS_Q6; part += 1) {
      const scale = bestScale(source, at + part * LENGTH_Q6);
      scales[part] = scale;
      if (Math.abs(scale) > Math.abs(largest)) largest = scale;
    }
    // The largest becomes −128, the one end of a signed byte that reaches farther.
    const unit = roundedScale(largest / -128);
    target.fill(0, out, out + 210);
    writeScale(target, out + 208, unit);
    for (let part = 0; part < PARTS_Q6; part += 1) {
      const scale = unit === 0 ? 0 : nearest(scales[part]! / unit, -128, 127);
      target[out + 192 + part] = scale;
      const step = unit * scale;
      const row = (part >> 1) & 3;
      const column = (part & 1) * 16;
      const low = out + (part >> 3) * 64 + (row & 1) * 32 + column;
      const high = out + 128 + (part >> 3) * 32 + column;
      for (let i = 0; i < LENGTH_Q6; i += 1) {
        const value = source[at + part * LENGTH_Q6 + i]!;
        const number = step === 0 ? 32 : nearest(value / step, -32, 31) + 32;
        target[low + i]! |= (number & 15) << (row < 2 ? 0 : 4);
        target[high + i]! |= (number >> 4) << (2 * row);
      }
    }
  }
}

/** The scale s for which 16 elements are best approximated by s × integers from −32 to 31. */
function bestScale(source: Float32Array, at: number): number {
  let extreme = 0;
  for (let i = 0; i < LENGTH_Q6; i += 1) {
    const value = source[at + i]!;
    if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  if (extreme === 0) return 0;
  let best = 0;
  let gain = -1;
  // Both signs: the extreme element near −32, or near 31.
  for (let trial = 0; trial < 2 * TRIALS_Q6; trial += 1) {
    const by = (trial < TRIALS_Q6 ? 29.5 + trial / 4 : -33 + (trial - TRIALS_Q6) / 4) / extreme;
    let cross = 0;
    let square = 0;
    for (let i = 0; i < LENGTH_Q6; i += 1) {
      const value = source[at + i]!;
      const number = nearest(by * value, -32, 31);
      cross += value * number;
      square += number * number;
    }
    // With the best scale cross / square, the squared error is the sum of squares less this.
    const less = (cross * cross) / square;
    if (less > gain) {
      best = cross / square;
      gain = less;
    }
  }
  return best;
}

const PARTS_Q4 = 8;
const LENGTH_Q4 = 32;
const TRIALS_Q4 = 15;

/** 256 elements to 144 bytes, in the layout of `dequantizeQ4K`. */
export function quantizeQ4K(source: Float32Array, target: Uint8Array): void {
  const fits = Array.from({ length: PARTS_Q4 }, () => ({ scale: 0, minimum: 0 }));
  for (let at = 0, out = 0; at < source.length; at += 256, out += 144) {
    let [largestScale, largestMinimum] = [0, 0];
    for (const [part, fit] of fits.entries()) {
      bestFit(source, at + part * LENGTH_Q4, fit);
      largestScale = Math.max(largestScale, fit.scale);
      largestMinimum = Math.max(largestMinimum, fit.minimum);
    }
    const scaleUnit = roundedScale(largestScale / 63);
    const minimumUnit = roundedScale(largestMinimum / 63);
    target.fill(0, out, out + 144);
    writeScale(target, out, scaleUnit);
    writeScale(target, out + 2, minimumUnit);
    for (const [part, fit] of fits.entries()) {
      const scale = scaleUnit === 0 ? 0 : nearest(fit.scale / scaleUnit, 0, 63);
      const minimum = minimumUnit === 0 ? 0 : nearest(fit.minimum / minimumUnit, 0, 63);
      packScale(target, out + 4, part, scale, minimum);
      const step = scaleUnit * scale;
      const offset = minimumUnit * minimum;
      const bytes = out + 16 + (part >> 1) * 32;
      for (let i = 0; i < LENGTH_Q4; i += 1) {
        const value = source[at + part * LENGTH_Q4 + i]! + offset;
        const number = step === 0 ? 0 : nearest(value / step, 0, 15);
        target[bytes + i]! |= number << ((part & 1) * 4);
      }
    }
  }
}

/** The inverse of `packedScale` in k-blocks.ts. */
function packScale(target: Uint8Array, at: number, part: number, scale: number, minimum: number): void {
  if (part < 4) {
    target[at + part]! |= scale;
    target[at + part + 4]! |= minimum;
    return;
  }
  target[at + part + 4]! |= (scale & 15) | ((minimum & 15) << 4);
  target[at + part - 4]! |= (scale >> 4) << 6;
  target[at + part]! |= (minimum >> 4) << 6;
}

/**
 * Scale and minimum, neither below 0, for which 32 elements are best approximated by scale × integer − minimum, integers
 * from 0 to 15.
 */
function bestFit(source: Float32Array, at: number, fit: { scale: number; minimum: number }): void {
  let low = 0;
  let high = source[at]!;
  let sum = 0;
  for (let i = 0; i < LENGTH_Q4; i += 1) {
    const value = source[at + i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
  }
  fit.minimum = -low;
  fit.scale = (high - low) / 15;
  if (high === low) return;
  let least = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < TRIALS_Q4; trial += 1) {
    const by = (13.5 + trial / 4) / (high - low);
    let numbers = 0;
    let squares = 0;
    let cross = 0;
    for (let i = 0; i < LENGTH_Q4; i += 1) {
      const value = source[at + i]!;
      const number = nearest(by * (value - low), 0, 15);
      numbers += number;
      squares += number * number;
      cross += value * number;
    }
    const determinant = LENGTH_Q4 * squares - numbers * numbers;
    if (determinant === 0) continue;
    let scale = (LENGTH_Q4 * cross - numbers * sum) / determinant;
    let offset = (squares * sum - numbers * cross) / determinant;
    if (offset > 0) {
      scale = cross / squares;
      offset = 0;
    }
    // The squared error without the sum of squares, which is the same for every trial.
    const ofScale = scale * (scale * squares + 2 * offset * numbers - 2 * cross);
    const error = ofScale + offset * (LENGTH_Q4 * offset - 2 * sum);
    if (scale >= 0 && error < least) {
      least = error;
      fit.scale = scale;
      fit.minimum = -offset;
    }
  }
}

/** Adding and subtracting it rounds a double far below 2^51 to an integer, which is faster than Math.round. */
const ROUND = 1.5 * 2 ** 52;

function nearest(value: number, low: number, high: number): number {
  const rounded = value + ROUND - ROUND;
  if (rounded < low) return low;
  return Math.min(rounded, high);
}
