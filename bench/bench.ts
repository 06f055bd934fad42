import { loadavg } from 'node:os';
import type { RunnerTarget } from './kernel-runner.ts';

/** One line of a benchmark's result. Without a peer the target bounds `ours`, with one it bounds `ratio`. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number | null;
  /** ours / peer. */
  readonly ratio: number | null;
  readonly unit: string;
  readonly target: number | null;
  /** Whether the target is kept; null without a target. */
  readonly holds: boolean | null;
  /** Whether the target is the least (`more` is better) or the most. */
  readonly better: 'more' | 'less';
  readonly note?: string;
}

/** Options of the case `real`, as they stand in the command line. */
export interface CaseFlags {
  readonly directory?: string | undefined;
  readonly models?: string | undefined;
  readonly layers?: string | undefined;
  readonly only?: string | undefined;
  readonly profile?: boolean | undefined;
  /** File to which each measurement is appended as a line of JSON. */
  readonly measurements?: string | undefined;
}

export interface BenchContext {
  /** Fewer and shorter measurements: for seeing that it works, not for figures. */
  readonly quick: boolean;
  /** Threads, the measuring one included. */
  readonly workers: number;
  /** What cases that measure one target run on; those that compare targets name them in their rows. */
  readonly target: RunnerTarget;
  /** Options that only one case understands; it checks them. */
  readonly flags: CaseFlags;
  /** Shows what is going on, in place of what was shown before. */
  progress(text: string): void;
  /** Prints lines that stay, for people (tables that are not rows). */
  note(text: string): void;
}

export interface BenchCase {
  readonly name: string;
  readonly description: string;
  run(context: BenchContext): Promise<readonly BenchRow[]>;
}

/** A row with ratio and verdict worked out. */
export function row(fields: {
  readonly name: string;
  readonly ours: number;
  readonly peer?: number;
  readonly unit: string;
  readonly target?: number;
  readonly better?: 'more' | 'less';
  readonly note?: string;
}): BenchRow {
  const { name, ours, peer, unit, target, better = 'more', note } = fields;
  const ratio = peer === undefined ? null : ours / peer;
  const bounded = ratio ?? ours;
  const holds = target === undefined ? null : better === 'more' ? bounded >= target : bounded <= target;
  return {
    name,
    ours,
    peer: peer ?? null,
    ratio,
    unit,
    target: target ?? null,
    holds,
    better,
    ...(note === undefined ? {} : { note }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three significant digits, without exponents for what occurs here. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return size >= 1000 ? Math.round(value).toString() : value.toPrecision(3);
}

/** The machine's load over the last minute: figures taken under load by others are lower bounds. */
export function load(): string {
  return loadavg()[0]!.toFixed(1);
}
