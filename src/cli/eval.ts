import Table from 'cli-table3';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { platform } from '../platform/index.ts';
import { type Evaluation, evaluate, kindsOf, wilsonInterval } from '../training/index.ts';
import { kinds, type Language, type Split } from '../training/tasks/index.ts';
import { coloursFor } from './answer-printer.ts';
import { openModel } from './open-model.ts';
import { addModelOptions, countArgument, type ModelFlags, openOptions } from './sampling-flags.ts';

interface Flags extends ModelFlags {
  readonly tasks: readonly string[];
  readonly n: number;
  readonly language: readonly Language[];
  readonly split: Split;
  readonly wordings?: 'train' | 'held-out';
  readonly seed: number;
  readonly batch: number;
  readonly maxTokens?: number;
  readonly json?: string;
}

export function registerEval(program: Command): void {
  const command = program
    .command('eval')
    .description('measure how often a model is right, by kind of task and language');
  addModelOptions(command)
    .option('--tasks <names>', 'tasks or kinds (arithmetic,letters/count), separated by commas', tasksArgument, kinds)
    .option('--n <count>', 'problems of each kind and language', countArgument, 200)
    .option('--language <codes>', 'en, zh, or both', languagesArgument, ['en', 'zh'])
    .addOption(
      new Option('--split <name>', 'where problems come from').choices(['test', 'validation', 'train']).default('test'),
    )
    .addOption(
      new Option(
        '--wordings <which>',
        'held-out (default): wordings that training never shows; train: those it shows',
      ).choices(['held-out', 'train']),
    )
    .option('--seed <n>', 'draws the same problems for the same number', countArgument, 1)
    .option('--batch <n>', 'problems answered at once', countArgument, 64)
    .option('--max-tokens <n>', 'most tokens of an answer', countArgument)
    .option('--json <file>', 'also write the result to a file')
    .action(runEvaluation);
}

async function runEvaluation(flags: Flags): Promise<void> {
  const { n: count, language: languages, tasks, split, wordings, seed, maxTokens } = flags;
  const model = await openModel(flags.model, { maximumSequences: flags.batch, ...openOptions(flags) });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const start = performance.now();
  try {
    const evaluation = await evaluate(model.engine, model.tokenizer, {
      tasks,
      languages,
      count,
      split,
      seed,
      signal: stop.signal,
      ...(wordings === undefined ? {} : { wordings }),
      ...(maxTokens === undefined ? {} : { maximumTokens: maxTokens }),
      onProgress: progressLine(start),
    });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
    if (stop.signal.aborted) process.exitCode = 130;
    process.stdout.write(`${asTable(evaluation)}\n`);
    const seconds = (performance.now() - start) / 1000;
    const tokens = evaluation.rows.reduce((sum, row) => sum + row.meanTokens * row.problems, 0);
    process.stdout.write(
      `${evaluation.problems} problems of the ${split} split in ${evaluation.wordings === 'train' ? 'wordings of training' : 'held-out wordings'}, ` +
        `in ${seconds.toFixed(1)} s (${Math.round(tokens / seconds)} tokens/s); intervals at 95 %\n`,
    );
    if (flags.json !== undefined) {
      const report = { model: flags.model, count, seconds, ...evaluation };
      await platform().files.writeAtomic(flags.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await model.close();
  }
}

/** Rewrites one line on a terminal, now and then; elsewhere is silent. */
function progressLine(start: number) {
  let last = start;
  return ({ done, total, right }: { done: number; total: number; right: number }) => {
    const now = performance.now();
    if (!process.stderr.isTTY || (now - last < 200 && done < total)) return;
    last = now;
    const left = ((now - start) / done) * (total - done);
    const share = ((100 * right) / done).toFixed(1);
    process.stderr.write(`\r\x1b[2K${done}/${total} problems, ${share} % right, ${Math.ceil(left / 1000)} s left`);
  };
}

const percent = (share: number) => (100 * share).toFixed(1);

function asTable({ rows, problems, right }: Evaluation): string {
  const { bold } = coloursFor(process.stdout);
  const table = new Table({
    head: ['task', 'kind', 'language', 'right', 'accuracy %', '95 % interval', 'unfinished', 'tokens'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const line = (names: string[], right: number, count: number, unfinished: number, tokens: number) => [
    ...names,
    `${right}/${count}`,
    percent(count === 0 ? 0 : right / count),
    wilsonInterval(right, count).map(percent).join(' – '),
    String(unfinished),
    tokens.toFixed(0),
  ];
  for (const row of rows) {
    table.push(line([row.task, row.kind, row.language], row.right, row.problems, row.unfinished, row.meanTokens));
  }
  const unfinished = rows.reduce((sum, row) => sum + row.unfinished, 0);
  const tokens = rows.reduce((sum, row) => sum + row.meanTokens * row.problems, 0) / Math.max(1, problems);
  table.push(line(['all', '', ''], right, problems, unfinished, tokens).map((cell) => bold(cell)));
  return table.toString();
}

function tasksArgument(text: string): string[] {
  try {
    return kindsOf(text.split(',').map((name) => name.trim()));
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function languagesArgument(text: string): Language[] {
  const languages = text.split(',').map((code) => code.trim());
  const unknown = languages.find((code) => code !== 'en' && code !== 'zh');
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no language '${unknown}'; there are en and zh.`);
  return languages as Language[];
}
