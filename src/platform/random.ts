/**
 * A small seeded generator (xoshiro128**, Blackman and Vigna 2018) whose whole state is four 32-bit words, so that
 * training data, initial weights and sampling can be repeated and resumed exactly, in Node and in a browser alike.
 */

const MASK = 0xffffffff;

/** A 32-bit hash of a text: FNV-1a over UTF-16 code units, then the murmur3 finaliser. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return finalise(hash);
}

function finalise(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** The serialisable state of a {@link Random}: four unsigned 32-bit words. */
export type RandomState = readonly [number, number, number, number];

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any finite number or text; equal seeds give equal streams. A number and its text form differ. */
  constructor(seed: number | string) {
    if (typeof seed === 'number' && !Number.isFinite(seed)) {
      throw new RangeError(`Random: the seed must be a finite number or a text, not ${seed}`);
    }
    const name = `${typeof seed}:${seed}`;
    this.#a = hashText(`${name}/a`);
    this.#b = hashText(`${name}/b`);
    this.#c = hashText(`${name}/c`);
    // The all-zero state is the one fixed point of the generator; an odd word rules it out.
    this.#d = hashText(`${name}/d`) | 1;
  }

  static fromState(state: RandomState): Random {
    if (state.length !== 4 || state.some((word) => !Number.isInteger(word) || word < 0 || word > MASK)) {
      throw new RangeError('Random.fromState: a state is four unsigned 32-bit integers');
    }
    if (state.every((word) => word === 0)) throw new RangeError('Random.fromState: a state is never all zeros');
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#d] = state;
    return random;
  }

  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** The next 32 random bits as an unsigned integer. */
  bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A float in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    if (!Number.isInteger(low) || !Number.isInteger(high) || high < low) {
      throw new RangeError(`Random.integer: needs whole numbers low <= high, not ${low} and ${high}`);
    }
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.pick: the list is empty');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Picks a name with a probability proportional to its weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    const last = entries.findLast(([, weight]) => weight > 0);
    if (last === undefined) throw new RangeError('Random.weighted: no weight is above zero');
    return last[0];
  }

  /** A shuffled copy; the list itself is left as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** A normal deviate with mean 0 and variance 1 (Box and Muller; the second deviate is dropped to keep no state). */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** An independent stream named by `label`, derived from the present state, which does not advance. */
  fork(label: string): Random {
    return new Random(`${this.state().join(',')}/${label}`);
  }
}
