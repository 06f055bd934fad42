import { type AnsweringEngine, answerAll } from '../inference/index.ts';
import { Random } from '../platform/random.ts';
import type { Tokenizer } from '../text/index.ts';
import {
  kinds as allKinds,
  generateProblem,
  type Language,
  type Problem,
  type Split,
  taskNamed,
  verifyAnswer,
} from './tasks/index.ts';

export interface EvaluationOptions {
  /** Tasks, or kinds as `task/kind`. Default: all. */
  readonly tasks?: readonly string[];
  /** Default: English and Chinese. */
  readonly languages?: readonly Language[];
  /** Problems of each kind and language; fewer where the split has fewer different ones. */
  readonly count: number;
  /** Default: test. */
  readonly split?: Split;
  /** Wordings that training shows too, or those it never shows. Default: held-out, except for the train split, which has none. */
  readonly wordings?: 'train' | 'held-out';
  readonly seed?: number;
  /** Most tokens of an answer. */
  readonly maximumTokens?: number;
  readonly signal?: AbortSignal;
  /** Called after each answer. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly right: number }) => void;
}

/** Answers of one kind in one language. */
export interface EvaluationRow {
  readonly task: string;
  readonly kind: string;
  readonly language: Language;
  readonly problems: number;
  readonly right: number;
  readonly accuracy: number;
  /** 95 % confidence interval of the accuracy, by Wilson's score. */
  readonly interval: readonly [number, number];
  /** Answers whose thinking came to no end. */
  readonly unfinished: number;
  readonly meanTokens: number;
}

export interface Evaluation {
  readonly split: Split;
  readonly wordings: 'train' | 'held-out';
  readonly seed: number;
  readonly rows: readonly EvaluationRow[];
  readonly problems: number;
  readonly right: number;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Some problems with answers that were not right, one of each row. */
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly prompt: string;
  readonly expected: string;
  readonly thinking: string;
  readonly answer: string;
}

/** Wilson's score interval for `right` of `count` at 95 %; [0, 1] for none. */
export function wilsonInterval(right: number, count: number): [number, number] {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const share = right / count;
  const centre = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** The kinds that names of tasks and kinds stand for. Throws on an unknown name. */
export function kindsOf(names: readonly string[]): string[] {
  const chosen = names.flatMap((name) => {
    const [taskName, kind] = name.split('/') as [string, string?];
    const task = taskNamed(taskName);
    if (kind === undefined) return task.kinds.map((each) => `${taskName}/${each}`);
    if (!task.kinds.includes(kind)) {
      throw new Error(`task ${taskName} has no kind '${kind}'; it has ${task.kinds.join(', ')}`);
    }
    return [name];
  });
  return [...new Set(chosen)];
}

type Drawing = Pick<EvaluationOptions, 'tasks' | 'languages' | 'count'> &
  Pick<Evaluation, 'split' | 'wordings' | 'seed'>;

/** Different problems of every kind and language; equal options draw equal problems. */
function drawProblems({
  tasks = allKinds,
  languages = ['en', 'zh'],
  count,
  split,
  wordings,
  seed,
}: Drawing): Problem[] {
  return kindsOf(tasks).flatMap((task) =>
    languages.flatMap((language) => {
      const random = new Random(`evaluation/${seed}/${task}/${language}`);
      const problems = new Map<string, Problem>();
      for (let draw = 0; draw < 10 * count && problems.size < count; draw++) {
        const problem = generateProblem(random, { task, language, split, wordings });
        problems.set(problem.prompt, problem);
      }
      return [...problems.values()];
    }),
  );
}

/** Lets a model answer problems greedily, in batches, and scores its answers. */
export async function evaluate(
  engine: AnsweringEngine,
  tokenizer: Tokenizer,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { split = 'test', seed = 1, onProgress, maximumTokens, signal } = options;
  const wordings = options.wordings ?? (split === 'train' ? 'train' : 'held-out');
  const problems = drawProblems({ ...options, split, wordings, seed });
  const tallies = new Map<string, Tally>();
  let [done, right] = [0, 0];
  await answerAll(
    engine,
    tokenizer,
    problems.map(({ prompt }) => prompt),
    {
      ...(maximumTokens === undefined ? {} : { maximumTokens }),
      ...(signal === undefined ? {} : { signal }),
      onAnswer: ({ thinking, answer, closed, tokens, finish }, index) => {
        if (finish === 'abort') return;
        const problem = problems[index]!;
        const text = closed ? `<think>\n${thinking}\n</think>\n${answer}` : `<think>\n${thinking}`;
        const correct = verifyAnswer(problem, text) === 1;
        const tally = tallyOf(tallies, problem);
        tally.problems++;
        tally.tokens += tokens;
        if (!closed) tally.unfinished++;
        if (correct) tally.right++;
        else tally.mistake ??= { prompt: problem.prompt, expected: problem.answer, thinking, answer };
        done++;
        if (correct) right++;
        onProgress?.({ done, total: problems.length, right });
      },
    },
  );
  const rows = [...tallies.values()].map(rowOf);
  return {
    split,
    wordings,
    seed,
    rows: rows.sort((a, b) => orderOf(a) - orderOf(b)),
    problems: done,
    right,
    accuracy: done === 0 ? 0 : right / done,
    interval: wilsonInterval(right, done),
    mistakes: [...tallies.values()].flatMap(({ mistake }) => mistake ?? []),
  };
}

interface Tally {
  readonly task: string;
  readonly kind: string;
  readonly language: Language;
  problems: number;
  right: number;
  unfinished: number;
  tokens: number;
  mistake: Mistake | undefined;
}

function tallyOf(tallies: Map<string, Tally>, { task, kind, language }: Problem): Tally {
  const key = `${task}/${kind}/${language}`;
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = { task, kind, language, problems: 0, right: 0, unfinished: 0, tokens: 0, mistake: undefined };
    tallies.set(key, tally);
  }
  return tally;
}

function rowOf({ task, kind, language, problems, right, unfinished, tokens }: Tally): EvaluationRow {
  return {
    task,
    kind,
    language,
    problems,
    right,
    accuracy: right / problems,
    interval: wilsonInterval(right, problems),
    unfinished,
    meanTokens: tokens / problems,
  };
}

/** Rows in the order of the tasks, English before Chinese, however the answers came. */
function orderOf({ task, kind, language }: EvaluationRow): number {
  return 2 * allKinds.indexOf(`${task}/${kind}`) + (language === 'en' ? 0 : 1);
}
