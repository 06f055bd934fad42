/** A row of logits with what is needed to compare it. */
export interface Scored {
  readonly logits: Float32Array;
  /** Logarithm of the sum of their exponentials. */
  readonly logSum: number;
  /** Index of the largest, the first one of equals. */
  readonly best: number;
}

/** @throws {Error} where a logit is no finite number */
export function scored(logits: Float32Array): Scored {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  const largest = logits[best]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  const logSum = largest + Math.log(sum);
  // NaN anywhere makes the sum NaN; minus infinity alone is a probability of zero, which no model here gives.
  if (!Number.isFinite(logSum)) throw new Error(`a logit is not finite (the largest is ${largest})`);
  return { logits, logSum, best };
}

/** Natural logarithm of the probability of a token. */
const logProbability = ({ logits, logSum }: Scored, id: number) => logits[id]! - logSum;

/** KL divergence in nats of `other` from `reference`: Σ p · (ln p − ln q). */
export function divergence(reference: Scored, other: Scored): number {
  const { logits: p, logSum: a } = reference;
  const { logits: q, logSum: b } = other;
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i]! - a;
    sum += Math.exp(logP) * (logP - (q[i]! - b));
  }
  return sum;
}

/** How well a model predicts a text: perplexity is the exponential of the mean surprise. */
export class Perplexity {
  #surprise = 0;
  #count = 0;

  add(row: Scored, next: number): void {
    this.#surprise -= logProbability(row, next);
    this.#count += 1;
  }

  get value(): number {
    return Math.exp(this.#surprise / this.#count);
  }
}

/** How near one model comes to another on the same prefixes. */
export class Agreement {
  #rows = 0;
  #equal = 0;
  #divergence = 0;
  #gap = 0;

  add(reference: Scored, other: Scored): void {
    if (reference.logits.length !== other.logits.length) {
      throw new Error(`vocabularies of ${reference.logits.length} and ${other.logits.length} tokens are compared`);
    }
    this.#rows += 1;
    this.#divergence += divergence(reference, other);
    if (reference.best === other.best) this.#equal += 1;
    else {
      const gap = logProbability(reference, reference.best) - logProbability(reference, other.best);
      this.#gap = Math.max(this.#gap, gap);
    }
  }

  /** Share of prefixes with the same most probable token. */
  get sameBest(): number {
    return this.#equal / this.#rows;
  }

  /** Mean KL divergence per token, in nats. */
  get meanDivergence(): number {
    return this.#divergence / this.#rows;
  }

  /**
   * Where the most probable tokens differ: by how much, in nats, the reference prefers its own, at most. Small where they
   * differ only in near-ties.
   */
  get largestGap(): number {
    return this.#gap;
  }
}
