import { fastExp } from './fast-exp.ts';
import { argmax, type Logits, type SamplerScratch } from './sampling.ts';
import { bestLogits } from './selection.ts';

export interface TokenLogProbability {
  readonly token: number;
  /** Natural logarithm of the probability; −Infinity where it is 0. */
  readonly logProbability: number;
}

/** How probable a chosen token was, and which were the most probable ones there. */
export interface ChosenLogProbability extends TokenLogProbability {
  /** The most probable tokens, the best first. */
  readonly top: readonly TokenLogProbability[];
}

/**
 * Log-probability of `token` by `logits[start…start + vocabulary - 1]`, and of the `count` most probable tokens. They
 * are the model's own: neither temperature nor any other rule of sampling changes them (as in vLLM and llama.cpp).
 */
export function logProbabilities(
  scratch: SamplerScratch,
  logits: Logits,
  start: number,
  token: number,
  count: number,
): ChosenLogProbability {
  const { vocabularySize, heap } = scratch;
  const highest = logits[start + argmax(logits, start, vocabularySize)]!;
  let total = 0;
  for (let i = 0; i < vocabularySize; i++) total += fastExp(logits[start + i]! - highest);
  const normaliser = highest + Math.log(total);
  const of = (id: number): TokenLogProbability => ({ token: id, logProbability: logits[start + id]! - normaliser });
  const found = count === 0 ? 0 : bestLogits(logits, start, vocabularySize, Math.min(count, vocabularySize), heap);
  return { ...of(token), top: Array.from(heap.subarray(0, found), of) };
}
