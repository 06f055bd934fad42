/**
 * Problems that verify their own answers: the training material of the embedded model and the test bench of every other.
 *
 * A **task** draws problems and scores answers. A **problem** is a prompt in ordinary words, a worked solution whose
 * thinking stands between `<think>` and `</think>`, the answer, and a key. The **key** names the problem whatever its
 * wording and language (7+12 and 12+7 share one; letters are counted under the key of the word), and the hash of the key
 * decides the split: 18 in 20 train, 1 validation, 1 test. A problem of one split can therefore never occur in another.
 * A fifth or more of the wordings is held out from training as well and is used only where evaluation asks for it.
 *
 * **Thinking.** The lines are meant for a very small model, so each is one step that can be read off earlier lines:
 * - column arithmetic names the digits by column, `a7b6c5d4+a9b8c7d0`, then `b6+8+1=15;56` is column b with carry 1
 *   (the tens of the line before) and, after `;`, the digits found so far; `b6-8-1=7-10;78` borrows ten;
 *   `b4*6=24+4=28;82` multiplies and adds the carry; `b12=5*2+2;02` divides remainder and next digit by 5;
 * - decimals are padded, named by place, and compared a place a line: `b1,9<`;
 * - letters are spelled with the running count: ` s0 t0 r1`;
 * - countdown lists what the last number would need, `7:+49-63*8`, and the values of the other two with y or n;
 * - equations move one term a line; sequences write their steps, then the rule; sorting is repeated selection;
 * - dates write out month lengths, `3:31<45`; knights and knaves try the cases, `T,L:A0n`.
 *
 * **Adding a task**: write `NAME.ts` that exports a {@link Task} and `NAME-wordings.ts`, enter it below with a weight;
 * the tests of this folder then hold it to the same rules (disjoint splits, own solutions score 1, bounded length).
 */
import type { Random } from '../../platform/random.ts';
import { arithmetic } from './arithmetic.ts';
import { countdown } from './countdown.ts';
import { dates } from './dates.ts';
import { decimals } from './decimals.ts';
import { equations } from './equations.ts';
import { knights } from './knights.ts';
import { letters } from './letters.ts';
import { sequences } from './sequences.ts';
import { sorting } from './sorting.ts';
import type { GenerateOptions, Language, Problem, Split, Task } from './task.ts';

export type { GenerateOptions, Language, Problem, Split, Task } from './task.ts';
export { splitOf } from './task.ts';

/** All tasks by name. */
export const tasks: Readonly<Record<string, Task>> = {
  arithmetic,
  decimals,
  letters,
  countdown,
  equations,
  sequences,
  sorting,
  dates,
  knights,
};

/** Every kind as `task/kind`. */
export const kinds: readonly string[] = Object.values(tasks).flatMap((task) =>
  task.kinds.map((kind) => `${task.name}/${kind}`),
);

/** Share of each task in a training mixture, in per cent; harder tasks take more. */
export const mixture: Readonly<Record<string, number>> = {
  arithmetic: 36,
  decimals: 8,
  letters: 12,
  countdown: 14,
  equations: 7,
  sequences: 6,
  sorting: 6,
  dates: 6,
  knights: 5,
};

export interface MixtureOptions {
  split: Split;
  /** Name of a task, or `task/kind`; left out, drawn by `weights`. */
  task?: string;
  /** Left out, English for 55 in 100 problems and Chinese for the rest. */
  language?: Language;
  kind?: string;
  wordings?: 'train' | 'held-out';
  level?: number;
  /** Weights of the tasks; default {@link mixture}. */
  weights?: Readonly<Record<string, number>>;
}

/** The task of that name. Throws and lists the names where there is none. */
export function taskNamed(name: string): Task {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task === undefined) throw new Error(`there is no task '${name}'; there are ${Object.keys(tasks).join(', ')}`);
  return task;
}

/** Draws one problem; equal random states and options give equal problems. */
export function generateProblem(random: Random, options: MixtureOptions): Problem {
  const [name, kindInName] = (options.task ?? random.weighted(options.weights ?? mixture)).split('/') as [
    string,
    string?,
  ];
  const kind = options.kind ?? kindInName;
  const generate: GenerateOptions = {
    split: options.split,
    language: options.language ?? (random.chance(0.55) ? 'en' : 'zh'),
    ...(kind === undefined ? {} : { kind }),
    ...(options.wordings === undefined ? {} : { wordings: options.wordings }),
    ...(options.level === undefined ? {} : { level: options.level }),
  };
  return taskNamed(name).generate(random, generate);
}

/** Scores an answer to a problem by the verifier of its task. */
export function verifyAnswer(problem: Problem, text: string): number {
  return taskNamed(problem.task).verify(problem, text);
}
