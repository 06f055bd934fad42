import type { ChosenLogProbability } from './log-probabilities.ts';
import { NO_CONTENT } from './pages.ts';
import type { Sampler } from './sampling.ts';

/** Why a sequence ended: an end token or a stop of the request's own, the limit of tokens or of the context, or the caller. */
export type FinishReason = 'stop' | 'length' | 'abort';

/** A prompt and what has been generated after it, with its place in the cache. */
export class Sequence {
  /** Room for the prompt and all tokens that may follow; `length` of them exist. */
  readonly tokens: Int32Array;
  readonly promptLength: number;
  /** Longest length, prompt included. */
  readonly limit: number;
  readonly sampler: Sampler;
  readonly signal: AbortSignal | undefined;
  /** Of each generated token, where they were asked for. */
  readonly logProbabilities: ChosenLogProbability[] = [];
  length: number;
  /** Tokens that are in the cache. */
  computed = 0;
  /** Tokens of the prompt that were found in the cache when the sequence was first admitted. */
  reused = 0;
  pages: number[] = [];
  /** How many of the pages are registered, and the content of the last of them. */
  registered = 0;
  content = NO_CONTENT;
  /** Row of the page table; -1 while waiting. */
  seat = -1;
  /** Rows that the present step gives this sequence. */
  scheduled = 0;
  preemptions = 0;
  finish: FinishReason | undefined;
  /** What failed in the engine while this sequence was served. */
  error: Error | undefined;
  /** Whether someone reads the tokens as they come. */
  watched = false;
  /** Called when tokens have come or the sequence has ended. */
  onChange: () => void = () => {};

  constructor(fields: {
    prompt: ArrayLike<number>;
    maximumTokens: number;
    sampler: Sampler;
    signal?: AbortSignal | undefined;
  }) {
    this.promptLength = fields.prompt.length;
    this.limit = fields.prompt.length + fields.maximumTokens;
    this.tokens = new Int32Array(this.limit);
    this.tokens.set(fields.prompt);
    this.length = this.promptLength;
    this.sampler = fields.sampler;
    this.signal = fields.signal;
  }

  append(token: number): void {
    this.tokens[this.length++] = token;
  }
}
