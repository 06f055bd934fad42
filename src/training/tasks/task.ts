/** The shapes that every task shares, the split of problems by their key, and small helpers for writing solutions. */
import { hashText, type Random } from '../../platform/random.ts';

export type Language = 'en' | 'zh';
export type Split = 'train' | 'validation' | 'test';

export interface Problem {
  /** Name of the task, e.g. `arithmetic`. */
  task: string;
  /** Kind within the task, e.g. `addition`. */
  kind: string;
  language: Language;
  /** What the user says. */
  prompt: string;
  /** `<think>\n…\n</think>\n` and the answer sentence. */
  solution: string;
  /** The bare answer in a canonical form. */
  answer: string;
  /** Identity of the problem whatever its wording and language; decides the split. */
  key: string;
  /** What the verifier needs; JSON-able. */
  details: unknown;
}

export interface GenerateOptions {
  split: Split;
  language: Language;
  kind?: string;
  /** `held-out` wordings are for evaluation only and refused for the train split. Default: `train`. */
  wordings?: 'train' | 'held-out';
  /** Size of the problem in the task's own measure (digits, numbers); left out, sizes are mixed. */
  level?: number;
}

export interface Task {
  name: string;
  title: Record<Language, string>;
  description: Record<Language, string>;
  examples: Record<Language, string[]>;
  kinds: readonly string[];
  generate(random: Random, options: GenerateOptions): Problem;
  /** Score in [0, 1] of any answer text, judged on what follows `</think>`; an unclosed `<think>` scores 0. */
  verify(problem: Problem, text: string): number;
}

/** The split of a problem key: 18 in 20 train, 1 in 20 validation, 1 in 20 test. */
export function splitOf(key: string): Split {
  const bucket = hashText(`split/${key}`) % 20;
  return bucket === 0 ? 'test' : bucket === 1 ? 'validation' : 'train';
}

/** Draws until the key falls into the split; `draw` may return undefined for a problem it does not want. */
export function drawInSplit<T extends { key: string }>(split: Split, draw: () => T | undefined): T {
  for (let attempt = 0; attempt < 200_000; attempt++) {
    const drawn = draw();
    if (drawn !== undefined && splitOf(drawn.key) === split) return drawn;
  }
  throw new Error(`no problem of the ${split} split found; the kind has too few different problems`);
}

/** The kind to generate: the one asked for, or one drawn by weight. Throws on an unknown kind. */
export function chooseKind<K extends string>(
  random: Random,
  task: string,
  weights: Readonly<Record<K, number>>,
  kind: string | undefined,
): K {
  if (kind === undefined) return random.weighted(weights);
  if (!Object.hasOwn(weights, kind)) {
    throw new Error(`task ${task} has no kind '${kind}'; it has ${Object.keys(weights).join(', ')}`);
  }
  return kind as K;
}

export function writeSolution(lines: readonly string[], sentence: string): string {
  return `<think>\n${lines.join('\n')}\n</think>\n${sentence}`;
}

/** Letters that name the columns of a number: a, b, c, … */
export function columnName(index: number): string {
  return String.fromCharCode(97 + index);
}
