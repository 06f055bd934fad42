import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type Answer, type AnswerOptions, answer, answerAll, prepareQuestion } from '../inference/index.ts';
import { AnswerPrinter, coloursFor, describeStatistics } from './answer-printer.ts';
import { type DescribedModel, openModel } from './open-model.ts';
import {
  addModelOptions,
  addSamplingOptions,
  type ModelFlags,
  openOptions,
  type SamplingFlags,
  samplingOptions,
} from './sampling-flags.ts';

interface Flags extends SamplingFlags, ModelFlags {
  readonly file?: string;
  readonly json?: boolean;
}

/** Questions of a file that are answered at once. */
const BATCH = 64;

export function registerAsk(program: Command): void {
  const command = program
    .command('ask')
    .description('answer a question, or those of a file')
    .argument('[question...]', 'the question')
    .option('--file <jsonl>', 'answer one {"question": …} a line; - reads standard input')
    .option('--json', 'print {"question", "thinking", "answer", "tokens"}, one a line');
  addSamplingOptions(addModelOptions(command)).action(async (words: readonly string[], flags: Flags) => {
    const options = samplingOptions(flags);
    const question = words.join(' ').trim();
    if ((question === '') === (flags.file === undefined)) {
      throw new Error('give a question, or --file with questions, and not both: jingqi ask "What is 12 + 30?"');
    }
    const questions = flags.file === undefined ? [{ line: 1, question }] : await readQuestions(flags.file);
    const maximumSequences = Math.min(BATCH, Math.max(1, questions.length));
    const model = await openModel(flags.model, { maximumSequences, ...openOptions(flags) });
    try {
      if (flags.file !== undefined) await askMany(model, questions, flags.file, options, flags.json ?? false);
      else if (flags.json) await askMany(model, questions, undefined, options, true);
      else await askOne(model, question, options);
    } finally {
      await model.close();
    }
  });
}

async function askOne(
  { engine, tokenizer, encoding }: DescribedModel,
  question: string,
  options: AnswerOptions,
): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  const printer = new AnswerPrinter(process.stdout);
  for await (const event of answer(engine, tokenizer, question, { ...options, encoding, signal: stop.signal })) {
    printer.print(event);
    if (event.kind !== 'end') continue;
    const answered = printer.end();
    const statistics = describeStatistics(event.statistics);
    if (!answered) process.stderr.write(`jingqi: no answer: ${statistics}\n`);
    else if (process.stderr.isTTY) process.stderr.write(`${coloursFor(process.stderr).dim(statistics)}\n`);
    if (!answered) process.exitCode = 1;
    if (event.statistics.finish === 'abort') process.exitCode = 130;
  }
  process.off('SIGINT', onInterrupt);
}

interface Line {
  /** Counted from 1. */
  readonly line: number;
  readonly question: string;
}

async function askMany(
  { engine, tokenizer, encoding }: DescribedModel,
  lines: readonly Line[],
  file: string | undefined,
  options: AnswerOptions,
  json: boolean,
): Promise<void> {
  const problems: string[] = [];
  for (const { line, question } of lines) {
    try {
      prepareQuestion(engine, tokenizer, question, { ...options, encoding });
    } catch (error) {
      problems.push(file === undefined ? (error as Error).message : `line ${line}: ${(error as Error).message}`);
    }
  }
  refuse(file, problems);
  // Answers come in any order and are printed in that of the questions.
  const waiting = new Map<number, Answer>();
  let next = 0;
  await answerAll(
    engine,
    tokenizer,
    lines.map(({ question }) => question),
    {
      ...options,
      encoding,
      onAnswer: (whole, index) => {
        waiting.set(index, whole);
        for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(++next)) {
          waiting.delete(next);
          const { question, thinking, answer: text, tokens } = ready;
          process.stdout.write(
            json ? `${JSON.stringify({ question, thinking, answer: text, tokens })}\n` : `${text}\n`,
          );
        }
      },
    },
  );
}

/** The questions of a JSON-lines file. Throws, naming the lines that are not `{"question": "…"}`. */
async function readQuestions(file: string): Promise<Line[]> {
  let text: string;
  try {
    text = file === '-' ? await readStream(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
  const lines: Line[] = [];
  const problems: string[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((content, index) => {
      if (content.trim() === '') return;
      const question = questionIn(content);
      if (typeof question === 'string') lines.push({ line: index + 1, question });
      else problems.push(`line ${index + 1}: ${question.problem}`);
    });
  refuse(file, problems);
  return lines;
}

function questionIn(content: string): string | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return { problem: `it is not JSON (${(error as Error).message})` };
  }
  const question = Object(value).question as unknown;
  if (typeof question !== 'string') return { problem: 'it has no "question" that is a text' };
  return question.trim() === '' ? { problem: 'its "question" is empty' } : question;
}

const MOST_LISTED = 5;

function refuse(file: string | undefined, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length > MOST_LISTED ? `; and ${problems.length - MOST_LISTED} more lines` : '';
  const listed = problems.slice(0, MOST_LISTED).join('; ') + more;
  throw new Error(file === undefined ? listed : `${file === '-' ? 'standard input' : file}: ${listed}`);
}
