import { Random } from '../platform/random.ts';

export interface SamplingOptions {
  /** Divides the logits; 0 (default) takes the best token always, the first of equals. */
  readonly temperature?: number;
  /** Only the k most probable tokens; 0 (default): no limit. */
  readonly topK?: number;
  /** Only the most probable tokens that together reach this probability (Holtzman et al. 2020); 1 (default): all. */
  readonly topP?: number;
  /** Only tokens at least this fraction as probable as the best one; 0 (default): all. */
  readonly minP?: number;
  /**
   * Tokens that have occurred have positive logits divided and negative ones multiplied by this (Keskar et al. 2019);
   * 1 (default): none.
   */
  readonly repetitionPenalty?: number;
  /** Equal seeds draw equal tokens from equal logits, whatever else runs. Default: a new one for every request. */
  readonly seed?: number | string;
}

export type Logits = Float32Array | Float64Array;

/** Scratch memory for choosing tokens of a vocabulary, shared by all samplers of an engine. */
export class SamplerScratch {
  readonly vocabularySize: number;
  readonly logits: Float64Array;
  readonly weights: Float64Array;
  readonly heap: Int32Array;
  /** The draw in which a token was last marked as seen. */
  readonly seen: Uint32Array;
  draw = 0;

  constructor(vocabularySize: number) {
    this.vocabularySize = vocabularySize;
    this.logits = new Float64Array(vocabularySize);
    this.weights = new Float64Array(vocabularySize);
    this.heap = new Int32Array(vocabularySize);
    this.seen = new Uint32Array(vocabularySize);
  }
}

/** Index, from `start` on, of the largest logit, the first of equals; 0 if all are NaN or −infinity. */
export function argmax(logits: Logits, start: number, count: number): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = logits[start + i]!;
    if (value > highest) {
      highest = value;
      best = i;
    }
  }
  return best;
}

/**
 * Chooses the tokens of one sequence. The order of the rules: repetition penalty, temperature, min-p, top-k, top-p (of
 * the probability that is left), then one draw.
 */
export class Sampler {
  readonly #temperature: number;
  readonly #topK: number;
  readonly #topP: number;
  readonly #minP: number;
  readonly #penalty: number;
  readonly #random: Random;

  /** @throws {RangeError} naming the option that is out of range */
  constructor(options: SamplingOptions = {}) {
    const { temperature = 0, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
    const check = (name: string, value: number, valid: boolean, range: string) => {
      if (!valid) throw new RangeError(`${name} must be ${range}, got ${value}`);
    };
    check('temperature', temperature, temperature >= 0 && temperature < Number.POSITIVE_INFINITY, '0 or above');
    check('topK', topK, Number.isInteger(topK) && topK >= 0, 'a whole number, 0 for no limit');
    check('topP', topP, topP > 0 && topP <= 1, 'above 0 and at most 1');
    check('minP', minP, minP >= 0 && minP < 1, '0 or above and below 1');
    const validPenalty = repetitionPenalty > 0 && repetitionPenalty < Number.POSITIVE_INFINITY;
    check('repetitionPenalty', repetitionPenalty, validPenalty, 'above 0');
    this.#temperature = temperature;
    this.#topK = topK;
    this.#topP = topP;
    this.#minP = minP;
    this.#penalty = repetitionPenalty;
    this.#random = new Random(options.seed ?? Math.random());
  }

  /** The next token from `logits[start…start + vocabulary - 1]`, after `tokens[0…length - 1]`. Allocates nothing. */
  choose(scratch: SamplerScratch, logits: Logits, start: number, tokens: Int32Array, length: number): number {
    const { vocabularySize: count } = scratch;
    let [source, at] = [logits, start];
    if (this.#penalty !== 1) {
      this.#penalise(scratch, logits, start, tokens, length);
      [source, at] = [scratch.logits, 0];
    }
    const best = argmax(source, at, count);
    if (this.#temperature === 0) return best;
    const total = this.#weigh(scratch, source, at, source[at + best]!);
    if (!(total > 0)) return best;
    return this.#topK === 0 && this.#topP === 1 ? this.#drawAny(scratch, total) : this.#drawOfBest(scratch, total);
  }

  #penalise(scratch: SamplerScratch, logits: Logits, start: number, tokens: Int32Array, length: number): void {
    const { seen, logits: changed, vocabularySize } = scratch;
    for (let i = 0; i < vocabularySize; i++) changed[i] = logits[start + i]!;
    const draw = ++scratch.draw;
    for (let i = 0; i < length; i++) {
      const token = tokens[i]!;
      if (token >= vocabularySize || seen[token] === draw) continue;
      seen[token] = draw;
      const value = changed[token]!;
      changed[token] = value > 0 ? value / this.#penalty : value * this.#penalty;
    }
  }

  /** Probabilities relative to the best token's, 0 below min-p; returns their sum. */
  #weigh({ weights, vocabularySize }: SamplerScratch, logits: Logits, start: number, highest: number): number {
    let total = 0;
    for (let i = 0; i < vocabularySize; i++) {
      const weight = Math.exp((logits[start + i]! - highest) / this.#temperature);
      // The comparison is false for NaN, which is never drawn.
      weights[i] = weight >= this.#minP ? weight : 0;
      total += weights[i]!;
    }
    return total;
  }

  #drawAny({ weights, vocabularySize }: SamplerScratch, total: number): number {
    let left = this.#random.next() * total;
    let last = 0;
    for (let i = 0; i < vocabularySize; i++) {
      if (weights[i] === 0) continue;
      left -= weights[i]!;
      last = i;
      if (left < 0) break;
    }
    return last;
  }

  /** Takes tokens from a heap, best first, until top-k or top-p is reached: few, where the distribution is sharp. */
  #drawOfBest({ weights, heap, vocabularySize: count }: SamplerScratch, total: number): number {
    for (let i = 0; i < count; i++) heap[i] = i;
    for (let i = (count >> 1) - 1; i >= 0; i--) sink(heap, weights, i, count);
    const most = this.#topK === 0 ? count : Math.min(this.#topK, count);
    let mass = total;
    if (most < count) {
      mass = 0;
      for (let popped = 0; popped < most; popped++) mass += weights[popBest(heap, weights, count - popped)]!;
    }
    let kept = 0;
    let taken = 0;
    while (taken < most && kept < this.#topP * mass) {
      if (most === count) popBest(heap, weights, count - taken);
      taken++;
      kept += weights[heap[count - taken]!]!;
    }
    let left = this.#random.next() * kept;
    for (let i = 1; i < taken; i++) {
      left -= weights[heap[count - i]!]!;
      if (left < 0) return heap[count - i]!;
    }
    return heap[count - taken]!;
  }
}

/** Whether token a is to be taken before token b: the more probable, then the smaller. */
function precedes(weights: Float64Array, a: number, b: number): boolean {
  return weights[a]! > weights[b]! || (weights[a] === weights[b] && a < b);
}

/** Lets the token at `index` sink to its place in the heap heap[0…size - 1], the best at the root. */
function sink(heap: Int32Array, weights: Float64Array, index: number, size: number): void {
  const token = heap[index]!;
  let at = index;
  for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && precedes(weights, heap[child + 1]!, heap[child]!)) child++;
    if (!precedes(weights, heap[child]!, token)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = token;
}

/** Moves the best token of heap[0…size - 1] to heap[size - 1], which leaves the heap; returns it. */
function popBest(heap: Int32Array, weights: Float64Array, size: number): number {
  const best = heap[0]!;
  heap[0] = heap[size - 1]!;
  heap[size - 1] = best;
  sink(heap, weights, 0, size - 1);
  return best;
}
