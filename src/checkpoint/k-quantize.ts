import { roundedScale, writeScale } from './block-scale.ts';

/*
 * Quantisation to the K formats, by our own search: for each part several first scales are tried; each gives integers,
 * for which the least-squares scale (and minimum) is computed; the trial with the smallest error stays, and is refined by
 * choosing integers and scale in turn. Then the parts' scales are rounded to their few bits and the integers chosen again
 * for the rounded ones. Errors are weighted as llama.cpp weights them where it knows nothing of the activations: an error
 * in a large weight counts for more, as it does in the products that the weight takes part in.
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

/**
 * The scale s for which 16 elements are best approximated by s × integers from −32 to 31. Unweighted: with so many steps
 * the weights of {@link quantizeQ4K} change nothing but the time it takes.
 */
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

const PARTS = 8;
const LENGTH = 32;

/** What differs between the two formats with scales and minimums for eight parts. */
interface Format {
  /** Largest integer. */
  readonly most: number;
  readonly bytes: number;
  /** Where the fifth bits stand in a block, if there are any, and the low four. */
  readonly high: number | undefined;
  readonly low: number;
  /** First scales tried: from so many steps below the one that spans all elements, this far apart, so many. */
  readonly from: number;
  readonly apart: number;
  readonly trials: number;
}

const Q4: Format = { most: 15, bytes: 144, high: undefined, low: 16, from: -1.5, apart: 0.25, trials: 15 };
const Q5: Format = { most: 31, bytes: 176, high: 16, low: 48, from: -0.9, apart: 0.15, trials: 14 };

/** 256 elements to 144 bytes, in the layout of `dequantizeQ4K`. */
export function quantizeQ4K(source: Float32Array, target: Uint8Array): void {
  quantizeWithMinimums(source, target, Q4);
}

/** 256 elements to 176 bytes, in the layout of `dequantizeQ5K`. */
export function quantizeQ5K(source: Float32Array, target: Uint8Array): void {
  quantizeWithMinimums(source, target, Q5);
}

function quantizeWithMinimums(source: Float32Array, target: Uint8Array, format: Format): void {
  const fits = Array.from({ length: PARTS }, () => new Fit(format));
  for (let at = 0, out = 0; at < source.length; at += 256, out += format.bytes) {
    let [largestScale, largestMinimum] = [0, 0];
    for (const [part, fit] of fits.entries()) {
      fit.find(source.subarray(at + part * LENGTH, at + (part + 1) * LENGTH));
      largestScale = Math.max(largestScale, fit.scale);
      largestMinimum = Math.max(largestMinimum, fit.minimum);
    }
    const scaleUnit = roundedScale(largestScale / 63);
    const minimumUnit = roundedScale(largestMinimum / 63);
    target.fill(0, out, out + format.bytes);
    writeScale(target, out, scaleUnit);
    writeScale(target, out + 2, minimumUnit);
    for (const [part, fit] of fits.entries()) {
      const elements = source.subarray(at + part * LENGTH, at + (part + 1) * LENGTH);
      fit.round(elements, scaleUnit, minimumUnit);
      packScale(target, out + 4, part, fit.scale, fit.minimum);
      const rounded = { step: scaleUnit * fit.scale, offset: minimumUnit * fit.minimum };
      writePart(elements, target, out, part, format, rounded);
    }
  }
}

function writePart(
  source: Float32Array,
  target: Uint8Array,
  out: number,
  part: number,
  { most, high, low }: Format,
  { step, offset }: { readonly step: number; readonly offset: number },
): void {
  const bytes = out + low + (part >> 1) * 32;
  const shift = (part & 1) * 4;
  for (let i = 0; i < LENGTH; i += 1) {
    const number = step === 0 ? 0 : nearest((source[i]! + offset) / step, 0, most);
    target[bytes + i]! |= (number & 15) << shift;
    if (high !== undefined) target[out + high + i]! |= (number >> 4) << part;
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

/** Times that integers and scale are chosen in turn at the end. */
const REFINEMENTS = 2;

/**
 * The search for scale and minimum, neither below 0, for which 32 elements are best approximated by
 * scale × integer − minimum, integers from 0 to `most`.
 */
class Fit {
  scale = 0;
  minimum = 0;
  readonly #format: Format;
  readonly #weights = new Float64Array(LENGTH);
  #error = 0;
  /** Weighted sums: of the weights, of the elements. */
  #sumW = 0;
  #sumX = 0;

  constructor(format: Format) {
    this.#format = format;
  }

  find(source: Float32Array): void {
    const { most, from, apart, trials } = this.#format;
    let [low, high] = [0, source[0]!];
    let squares = 0;
    for (let i = 0; i < LENGTH; i += 1) {
      const value = source[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
      squares += value * value;
    }
    this.minimum = -low;
    this.scale = (high - low) / most;
    this.#sumW = 0;
    if (high === low) return;
    this.#weigh(source, Math.sqrt(squares / LENGTH));
    this.#error = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < trials; trial += 1) {
      this.#try(source, (most + from + trial * apart) / (high - low), -low);
    }
    for (let round = 0; round < REFINEMENTS && this.scale > 0; round += 1) {
      if (!this.#try(source, 1 / this.scale, this.minimum)) break;
    }
  }

  #weigh(source: Float32Array, typical: number): void {
    this.#sumW = 0;
    this.#sumX = 0;
    for (let i = 0; i < LENGTH; i += 1) {
      const weight = typical + Math.abs(source[i]!);
      this.#weights[i] = weight;
      this.#sumW += weight;
      this.#sumX += weight * source[i]!;
    }
  }

  /**
   * Replaces scale and minimum by integers of 6 bits that stand for so many units each: of the three nearest scales, each
   * with the minimum that suits it, those with the smallest error.
   */
  round(source: Float32Array, scaleUnit: number, minimumUnit: number): void {
    const inUnits = (minimum: number) => (minimumUnit === 0 ? 0 : nearest(minimum / minimumUnit, 0, 63));
    const middle = scaleUnit === 0 ? 0 : nearest(this.scale / scaleUnit, 0, 63);
    const first = inUnits(this.minimum);
    let [bestScale, bestMinimum, least] = [middle, first, Number.POSITIVE_INFINITY];
    for (let scale = Math.max(0, middle - 1); scale <= Math.min(63, middle + 1) && this.#sumW > 0; scale += 1) {
      const step = scaleUnit * scale;
      const suited = inUnits((step * this.#numbers(source, step, minimumUnit * first) - this.#sumX) / this.#sumW);
      for (const minimum of suited === first ? [first] : [first, suited]) {
        const error = this.#errorOf(source, step, minimumUnit * minimum);
        if (error >= least) continue;
        [bestScale, bestMinimum, least] = [scale, minimum, error];
      }
    }
    this.scale = bestScale;
    this.minimum = bestMinimum;
  }

  /** Weighted sum of the integers for a step. */
  #numbers(source: Float32Array, step: number, minimum: number): number {
    if (step === 0) return 0;
    let sum = 0;
    for (let i = 0; i < LENGTH; i += 1) {
      sum += this.#weights[i]! * nearest((source[i]! + minimum) / step, 0, this.#format.most);
    }
    return sum;
  }

  #errorOf(source: Float32Array, step: number, minimum: number): number {
    let sum = 0;
    for (let i = 0; i < LENGTH; i += 1) {
      const number = step === 0 ? 0 : nearest((source[i]! + minimum) / step, 0, this.#format.most);
      sum += this.#weights[i]! * (step * number - minimum - source[i]!) ** 2;
    }
    return sum;
  }

  /** Chooses integers for a scale and minimum, then the best of both for the integers; whether that is an improvement. */
  #try(source: Float32Array, by: number, minimum: number): boolean {
    const { most } = this.#format;
    const weights = this.#weights;
    let [numbers, squares, cross] = [0, 0, 0];
    for (let i = 0; i < LENGTH; i += 1) {
      const number = nearest(by * (source[i]! + minimum), 0, most);
      const weighted = weights[i]! * number;
      numbers += weighted;
      squares += weighted * number;
      cross += weighted * source[i]!;
    }
    const determinant = this.#sumW * squares - numbers * numbers;
    if (!(determinant > 0)) return false;
    let scale = (this.#sumW * cross - numbers * this.#sumX) / determinant;
    let offset = (squares * this.#sumX - numbers * cross) / determinant;
    if (offset > 0) {
      scale = cross / squares;
      offset = 0;
    }
    // The squared error without the sum of squares, which is the same for every trial.
    const ofScale = scale * (scale * squares + 2 * offset * numbers - 2 * cross);
    const error = ofScale + offset * (this.#sumW * offset - 2 * this.#sumX);
    if (!(scale >= 0 && error < this.#error)) return false;
    this.#error = error;
    this.scale = scale;
    this.minimum = -offset;
    return true;
  }
}

/** Adding and subtracting it rounds a double far below 2^51 to an integer, which is faster than Math.round. */
const ROUND = 1.5 * 2 ** 52;

function nearest(value: number, low: number, high: number): number {
  const rounded = value + ROUND - ROUND;
  if (rounded < low) return low;
  return Math.min(rounded, high);
}
