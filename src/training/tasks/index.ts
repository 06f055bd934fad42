/**
 * Problems that verify their own answers: the training material of the embedded model and the test bench of every other.
 *
 * A **task** draws problems and scores answers. A **problem** is a prompt in ordinary words, a worked solution whose
 * thinking stands between `<think>` and `</think>`, the answer, and a key. The **key** names the problem whatever its
 * wording and language (7+12 and 12+7 share one; letters are counted under the key of the word), and the hash of the key
 * decides the split: 18 in 20 train, 1 validation, 1 test. A problem of one split can therefore never occur in another.
 * Some wordings are held out from training as well, as many as a fifth or more of the short ones (`NAME-wordings.ts`), and
 * are used only where evaluation asks for them. The folder `wordings` has the many more that training draws from.
 *
 * **Thinking.** The lines are meant for a very small model. The first copies what the question gives, in its order, and
 * says what is wished for; each further one is one step that can be read off the few tokens before it, or found by a
 * name that is written once; the last one holds the answer:
 * - column arithmetic pads to four digits, pairs the digits by column, `d4+0c5+7b6+8a7+9`, and works from the right:
 *   `b6+8+1=1B5` is column b with carry 1 (from the line before), carrying 1, with 5 under the capital of the column;
 *   `b6-8-1=1B7` borrows 1; `b4*6=24+4=2B8` multiplies and adds the carry; `b12:B2*5=10+2` divides the rest and the next
 *   digit by 5; the capitals, `E0D5C3B5A6`, are the result;
 * - decimals say `L` (larger) or `S`, name the numbers, `L:x9.11y9.9`, name the digits by place, compare a place a line,
 *   `c1,9<`, and name the winner, `L<y9.9`;
 * - letters are spelled, with the running count after those that count: `r: s t r1 a w b e r2 r3 y`;
 * - countdown lists what the last number would need, `7:+49-63*8`, and the values of the other two with y or n;
 * - equations move one term a line; sequences write their steps, `3,7+4`, then the rule;
 * - sorting is repeated selection: `34:7<7` picks the smaller, `7|34,91` is what is sorted and what is left;
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

/** Share of each task in a training mixture, in per cent; harder tasks take more, and so do those of short solutions. */
export const mixture: Readonly<Record<string, number>> = {
  arithmetic: 36,
  decimals: 11,
  letters: 15,
  countdown: 12,
  equations: 6,
  sequences: 5,
  sorting: 5,
  dates: 5,
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
