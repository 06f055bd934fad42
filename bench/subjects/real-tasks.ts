import type { ProcessMemory } from '../gauges.ts';
import { watchOthers } from '../gauges.ts';

/** What the processes that run whole models are asked for, one request after another. */
export type RealRequest =
  | { readonly kind: 'load' }
  | ({ readonly kind: 'generate' } & GenerationTask)
  | { readonly kind: 'memory' }
  | { readonly kind: 'profile' };

/** Prompts of random tokens and a number of single steps after each. */
export interface GenerationTask {
  readonly sequences: number;
  /** Tokens of a prompt. */
  readonly prompt: number;
  readonly steps: number;
}

export interface Loaded {
  readonly seconds: number;
  readonly memory: ProcessMemory;
  /** What was loaded how, for people. */
  readonly described: string;
}

export interface Generated {
  /** Seconds until every sequence had its first token. */
  readonly prefill: number;
  /** Seconds of all steps after that. */
  readonly decode: number;
  /** Of these the part in the model itself, without choosing tokens and the host's work. */
  readonly inside: { readonly prefill: number; readonly decode: number };
  /** Seconds of each step inside the model. */
  readonly steps: readonly number[];
  /** Processors that others kept busy meanwhile, in the worse of both parts. */
  readonly others: number;
  /** Tokens of a step that differ from each other, on average, of those that were fed. */
  readonly distinct: number;
  /** Of ours, where there are steps: what plain reading gave just before and after, and what a token takes in the cache. */
  readonly reading?: { readonly bytesPerSecond: number; readonly cacheBytesPerToken: number };
}

export interface RealModelOptions {
  readonly file: string;
  readonly workers: number;
  /** Positions that a sequence needs, and sequences at once, over all tasks. */
  readonly contextLength: number;
  readonly maximumSequences: number;
}

/** Random ids below every vocabulary in use, clear of special tokens. */
export const IDS = { first: 1000, last: 90_000 } as const;

/** Watches both parts of a generation, since a burst in either spoils it. */
export function watchParts(): { next(): void; worst(): number } {
  let worst = 0;
  let watch = watchOthers();
  return {
    next() {
      worst = Math.max(worst, watch());
      watch = watchOthers();
    },
    worst: () => Math.max(worst, watch()),
  };
}
