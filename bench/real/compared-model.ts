/** What is asked for a continuation. */
export interface Greedy {
  readonly prompt: readonly number[];
  /** Tokens to generate, an end token being one like others. */
  readonly count: number;
}

/** A model in memory, whoever computes it. */
export interface ComparedModel {
  readonly name: string;
  /** The logits after ids[0…p] for each p, a row of the whole vocabulary each, not to be kept beyond the next. */
  logits(ids: readonly number[]): AsyncIterable<Float32Array>;
  /** The most probable token again and again. */
  greedy(what: Greedy): Promise<number[]>;
  close(): Promise<void>;
}
