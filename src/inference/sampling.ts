import { Random } from '../platform/random.ts';
import { fastExp } from './fast-exp.ts';
import { bestLogits, popBest, sink } from './selection.ts';

/**
 * How tokens are chosen. The rules apply in this order, which is vLLM's: logit bias, penalties, temperature, min-p,
 * top-k, top-p of the probability that is left. Hugging Face transformers applies min-p after top-p, and llama.cpp the
 * temperature after all filters, so that it does not move them.
 */
export interface SamplingOptions {
  /** Divides the logits; 0 (default) takes the best token always, the first of equals. */
  readonly temperature?: number;
  /** Only the k most probable tokens, of equals the first; 0 (default): no limit. */
  readonly topK?: number;
  /** Only the most probable tokens that together reach this probability (Holtzman et al. 2020); 1 (default): all. */
  readonly topP?: number;
  /** Only tokens at least this fraction as probable as the best one (Nguyen et al. 2024); 0 (default): all. */
  readonly minP?: number;
  /**
   * Tokens that have occurred, in the prompt too, have positive logits divided and negative ones multiplied by this
   * (Keskar et al. 2019); 1 (default): none. As in transformers; llama.cpp looks back on 64 tokens unless told otherwise.
   */
  readonly repetitionPenalty?: number;
  /**
   * Subtracted from the logits of tokens that have been generated; 0 (default): none. As the OpenAI API has it, the
   * prompt does not count; in llama.cpp it does.
   */
  readonly presencePenalty?: number;
  /** Subtracted from the logits of generated tokens as often as they have been; 0 (default): none. */
  readonly frequencyPenalty?: number;
  /** Added to the logits of tokens, by their ids; −Infinity forbids a token. */
  readonly logitBias?: Readonly<Record<number, number>>;
  /** Equal seeds draw equal tokens from equal logits, whatever else runs. Default: a new one for every request. */
  readonly seed?: number | string;
}

export type Logits = Float32Array | Float64Array;

/** Scratch memory for choosing tokens of a vocabulary, shared by all samplers of an engine. */
export class SamplerScratch {
  readonly vocabularySize: number;
  readonly logits: Float64Array;
  readonly weights: Float64Array;
  readonly candidates: Int32Array;
  readonly heap: Int32Array;
  readonly buckets: Float64Array;
  /** The draw in which a token was last marked as seen. */
  readonly seen: Uint32Array;
  draw = 0;

  constructor(vocabularySize: number) {
    this.vocabularySize = vocabularySize;
    this.logits = new Float64Array(vocabularySize);
    this.weights = new Float64Array(vocabularySize);
    this.candidates = new Int32Array(vocabularySize);
    this.heap = new Int32Array(vocabularySize);
    this.buckets = new Float64Array(BUCKETS);
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

interface Rules {
  readonly temperature: number;
  /** 1 / temperature, finite. */
  readonly inverse: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetition: number;
  readonly presence: number;
  readonly frequency: number;
}

/** Chooses the tokens of one sequence by the rules of its options. */
export class Sampler {
  readonly #rules: Rules;
  readonly #bias: readonly (readonly [token: number, bias: number])[];
  /** Whether logits are changed before tokens are compared. */
  readonly #adjusts: boolean;
  readonly #random: Random;

  /** @throws {RangeError} naming the option that is out of range */
  constructor(options: SamplingOptions = {}) {
    this.#rules = checkedRules(options);
    this.#bias = checkedBias(options.logitBias);
    const { repetition, presence, frequency } = this.#rules;
    this.#adjusts = this.#bias.length > 0 || repetition !== 1 || presence !== 0 || frequency !== 0;
    this.#random = new Random(options.seed ?? Math.random());
  }

  /**
   * The next token from `logits[start…start + vocabulary - 1]`, after `tokens[0…length - 1]`, of which the first
   * `promptLength` are the prompt. Allocates nothing.
   */
  choose(
    scratch: SamplerScratch,
    logits: Logits,
    start: number,
    tokens: Int32Array,
    length: number,
    promptLength = 0,
  ): number {
    const { vocabularySize: count } = scratch;
    let [source, at] = [logits, start];
    if (this.#adjusts) {
      this.#adjust(scratch, logits, start, tokens, length, promptLength);
      [source, at] = [scratch.logits, 0];
    }
    const { temperature, topK, topP } = this.#rules;
    const best = argmax(source, at, count);
    const highest = source[at + best]!;
    // Where all logits are −infinity or NaN there is nothing to draw from.
    if (temperature === 0 || !(highest > Number.NEGATIVE_INFINITY)) return best;
    if (topK > 0 && topK < count) return this.#drawOfFew(scratch, source, at, highest);
    const total = this.#weigh(scratch, source, at, highest);
    if (!(total > 0)) return best;
    return topP === 1 ? this.#drawAny(scratch, total) : this.#drawOfBest(scratch, source, at, highest, total);
  }

  #adjust(
    scratch: SamplerScratch,
    logits: Logits,
    start: number,
    tokens: Int32Array,
    length: number,
    promptLength: number,
  ): void {
    const { logits: changed, vocabularySize } = scratch;
    const { repetition, presence, frequency } = this.#rules;
    for (let i = 0; i < vocabularySize; i++) changed[i] = logits[start + i]!;
    for (const [token, bias] of this.#bias) if (token < vocabularySize) changed[token] = changed[token]! + bias;
    if (repetition !== 1) {
      this.#forEachSeen(scratch, tokens, 0, length, (token) => {
        const value = changed[token]!;
        changed[token] = value > 0 ? value / repetition : value * repetition;
      });
    }
    if (presence !== 0) {
      this.#forEachSeen(scratch, tokens, promptLength, length, (token) => {
        changed[token] = changed[token]! - presence;
      });
    }
    if (frequency === 0) return;
    for (let i = promptLength; i < length; i++) {
      const token = tokens[i]!;
      if (token < vocabularySize) changed[token] = changed[token]! - frequency;
    }
  }

  /** Calls `change` once for each token among tokens[from…to - 1], however often it stands there. */
  #forEachSeen(
    scratch: SamplerScratch,
    tokens: Int32Array,
    from: number,
    to: number,
    change: (token: number) => void,
  ): void {
    const { seen, vocabularySize } = scratch;
    const draw = ++scratch.draw;
    for (let i = from; i < to; i++) {
      const token = tokens[i]!;
      if (token >= vocabularySize || seen[token] === draw) continue;
      seen[token] = draw;
      change(token);
    }
  }

  /** Weights of all tokens: probabilities relative to the best one's, 0 below min-p; returns their sum. */
  #weigh({ weights, vocabularySize }: SamplerScratch, logits: Logits, start: number, highest: number): number {
    const { inverse, minP } = this.#rules;
    return minP === 0
      ? weighAll(logits, start, vocabularySize, highest, inverse, weights)
      : weighAbove(logits, start, vocabularySize, highest, inverse, minP, weights);
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

  /** Draws among the top-k tokens, of which only these need weights. */
  #drawOfFew(
    { weights, heap, vocabularySize }: SamplerScratch,
    logits: Logits,
    start: number,
    highest: number,
  ): number {
    const { inverse, topK, topP, minP } = this.#rules;
    const count = bestLogits(logits, start, vocabularySize, topK, heap);
    let mass = 0;
    let few = 0;
    for (; few < count; few++) {
      const weight = Math.exp((logits[start + heap[few]!]! - highest) * inverse);
      if (!(weight >= minP)) break;
      weights[few] = weight;
      mass += weight;
    }
    let kept = 0;
    let taken = 0;
    while (taken < few && kept < topP * mass) kept += weights[taken++]!;
    let left = this.#random.next() * kept;
    for (let i = 0; i < taken - 1; i++) {
      left -= weights[i]!;
      if (left < 0) return heap[i]!;
    }
    // An infinite logit leaves no weights; its token is the best.
    return heap[Math.max(taken - 1, 0)]!;
  }

  /** Draws among the tokens that reach top-p: all of the first buckets, and the best of the one where it is reached. */
  #drawOfBest(scratch: SamplerScratch, logits: Logits, start: number, highest: number, total: number): number {
    const { weights, candidates, heap, buckets, vocabularySize } = scratch;
    const { inverse, topP } = this.#rules;
    // Tokens below this have less than 1 − topP of the probability together, so those that reach top-p are above it.
    const least = ((1 - topP) * total) / vocabularySize;
    const few = collect(weights, vocabularySize, least, candidates);
    buckets.fill(0);
    for (let i = 0; i < few; i++) {
      const token = candidates[i]!;
      const bucket = bucketOf((logits[start + token]! - highest) * inverse);
      buckets[bucket] = buckets[bucket]! + weights[token]!;
    }
    let kept = 0;
    let last = 0;
    while (last < BUCKETS - 1 && kept + buckets[last]! < topP * total) kept += buckets[last++]!;
    let whole = 0;
    let count = 0;
    for (let i = 0; i < few; i++) {
      const token = candidates[i]!;
      const bucket = bucketOf((logits[start + token]! - highest) * inverse);
      if (bucket < last) candidates[whole++] = token;
      else if (bucket === last) heap[count++] = token;
    }
    for (let i = (count >> 1) - 1; i >= 0; i--) sink(heap, weights, i, count);
    for (; count > 0 && kept < topP * total; count--) {
      const token = popBest(heap, weights, count);
      kept += weights[token]!;
      candidates[whole++] = token;
    }
    return this.#drawFrom(candidates, whole, weights, kept);
  }

  /** Draws among the first `count` of some tokens, whose weights sum to `total`. */
  #drawFrom(tokens: Int32Array, count: number, weights: Float64Array, total: number): number {
    let left = this.#random.next() * total;
    for (let i = 0; i < count - 1; i++) {
      left -= weights[tokens[i]!]!;
      if (left < 0) return tokens[i]!;
    }
    return tokens[count - 1]!;
  }
}

// Loops over a whole vocabulary, each a function of its own, which the engine of the language compiles best.

function weighAll(
  logits: Logits,
  start: number,
  count: number,
  highest: number,
  inverse: number,
  weights: Float64Array,
): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const weight = fastExp((logits[start + i]! - highest) * inverse);
    weights[i] = weight;
    total += weight;
  }
  return total;
}

/** As `weighAll`, with 0 for weights below `least`. */
function weighAbove(
  logits: Logits,
  start: number,
  count: number,
  highest: number,
  inverse: number,
  least: number,
  weights: Float64Array,
): number {
  // Somewhat below the cut, which the weight itself decides.
  const floor = Math.log(least) - 1e-6;
  let total = 0;
  weights.fill(0);
  for (let i = 0; i < count; i++) {
    const x = (logits[start + i]! - highest) * inverse;
    if (!(x > floor)) continue;
    const weight = fastExp(x);
    if (weight < least) continue;
    weights[i] = weight;
    total += weight;
  }
  return total;
}

/** Collects the tokens whose weights are above 0 and not below `least`; returns how many they are. */
function collect(weights: Float64Array, count: number, least: number, tokens: Int32Array): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (weight >= least && weight > 0) tokens[found++] = i;
  }
  return found;
}

/**
 * Tokens are in buckets by how far their logit is below the highest, so that top-p need sort only one of them: buckets of
 * a 64th of a natural logarithm; the last one takes what is further below, less than e⁻³² of the best.
 */
const BUCKETS = 2048;

/** Bucket of a token whose logit, divided by the temperature, is x ≤ 0 above the highest. */
function bucketOf(x: number): number {
  return x > -31.984375 ? (x * -64) | 0 : BUCKETS - 1;
}

function checkedRules(options: SamplingOptions): Rules {
  const { temperature = 0, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
  const { presencePenalty = 0, frequencyPenalty = 0 } = options;
  const check = (name: string, value: number, valid: boolean, range: string) => {
    if (!valid) throw new RangeError(`${name} must be ${range}, got ${value}`);
  };
  check('temperature', temperature, temperature >= 0 && temperature < Number.POSITIVE_INFINITY, '0 or above');
  check('topK', topK, Number.isInteger(topK) && topK >= 0, 'a whole number, 0 for no limit');
  check('topP', topP, topP > 0 && topP <= 1, 'above 0 and at most 1');
  check('minP', minP, minP >= 0 && minP < 1, '0 or above and below 1');
  const validPenalty = repetitionPenalty > 0 && repetitionPenalty < Number.POSITIVE_INFINITY;
  check('repetitionPenalty', repetitionPenalty, validPenalty, 'above 0');
  check('presencePenalty', presencePenalty, Number.isFinite(presencePenalty), 'a number');
  check('frequencyPenalty', frequencyPenalty, Number.isFinite(frequencyPenalty), 'a number');
  return {
    temperature,
    inverse: Math.min(1 / temperature, Number.MAX_VALUE),
    topK,
    topP,
    minP,
    repetition: repetitionPenalty,
    presence: presencePenalty,
    frequency: frequencyPenalty,
  };
}

function checkedBias(given: SamplingOptions['logitBias'] = {}): (readonly [number, number])[] {
  return Object.entries(given).map(([key, bias]) => {
    const token = Number(key);
    if (!(Number.isInteger(token) && token >= 0))
      throw new RangeError(`logitBias names the token ${key}; it must be an id`);
    if (!(bias < Number.POSITIVE_INFINITY))
      throw new RangeError(`logitBias of token ${key} must be a number, got ${bias}`);
    return [token, bias] as const;
  });
}
