import type { ChosenLogProbability } from './log-probabilities.ts';
import type { FinishReason, Sequence } from './sequence.ts';

export interface GenerationResult {
  /** The generated tokens, without the end token. */
  readonly tokens: Int32Array;
  readonly finish: FinishReason;
  /** Of each of the tokens, where they were asked for. */
  readonly logProbabilities?: readonly ChosenLogProbability[];
  readonly usage: GenerationUsage;
}

/** Tokens of a request. */
export interface GenerationUsage {
  readonly promptTokens: number;
  /** Those of the prompt that were in the cache already. */
  readonly cachedTokens: number;
  readonly generatedTokens: number;
}

/** A request being served: iterate for its tokens as they come, or await `result`. Leaving the loop ends the request. */
export class Generation implements AsyncIterable<number> {
  /** Settles when the request has ended; rejects if the engine failed. An aborted request resolves with what it has. */
  readonly result: Promise<GenerationResult>;
  readonly #sequence: Sequence;
  readonly #cancel: () => void;
  #wake: (() => void) | undefined;

  constructor(sequence: Sequence, cancel: () => void) {
    this.#sequence = sequence;
    this.#cancel = cancel;
    this.result = new Promise((resolve, reject) => {
      sequence.onChange = () => {
        if (sequence.error !== undefined) reject(sequence.error);
        else if (sequence.finish !== undefined) resolve(resultOf(sequence, sequence.finish));
        this.#wake?.();
      };
    });
    // Whoever iterates learns of a failure there; an unwatched promise must not end the process.
    this.result.catch(() => {});
  }

  /** Log-probabilities of the tokens generated so far; empty where they were not asked for. */
  get logProbabilities(): readonly ChosenLogProbability[] {
    return this.#sequence.logProbabilities;
  }

  /** Ends the request; what has been generated stays. */
  cancel(): void {
    this.#cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> {
    const sequence = this.#sequence;
    let next = sequence.promptLength;
    sequence.watched = true;
    try {
      for (;;) {
        while (next < sequence.length) yield sequence.tokens[next++]!;
        if (sequence.error !== undefined) throw sequence.error;
        if (sequence.finish !== undefined) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      sequence.watched = false;
      this.#cancel();
    }
  }
}

function resultOf(sequence: Sequence, finish: FinishReason): GenerationResult {
  const { promptLength, length, reused } = sequence;
  return {
    tokens: sequence.tokens.slice(promptLength, length),
    finish,
    ...(sequence.logProbabilities.length > 0 ? { logProbabilities: sequence.logProbabilities } : {}),
    usage: { promptTokens: promptLength, cachedTokens: reused, generatedTokens: length - promptLength },
  };
}
