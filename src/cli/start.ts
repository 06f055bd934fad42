import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { type AnswerOptions, answer, type Question } from '../inference/index.ts';
import { AnswerPrinter, coloursFor, describeStatistics } from './answer-printer.ts';
import { Conversation } from './conversation.ts';
import { welcome } from './greeting.ts';
import { readerLanguage } from './model-description.ts';
import { type DescribedModel, openModel } from './open-model.ts';
import {
  addModelOptions,
  addSamplingOptions,
  type ModelFlags,
  openOptions,
  type SamplingFlags,
  samplingOptions,
} from './sampling-flags.ts';
import { Prompt, untilInterrupted } from './terminal.ts';

interface Flags extends SamplingFlags, ModelFlags {}

export function registerStart(program: Command): void {
  const command = program
    .command('start')
    .description('talk to a model in the terminal; piped input is answered line by line');
  addSamplingOptions(addModelOptions(command)).action(async (flags: Flags) => {
    const options = samplingOptions(flags);
    const model = await openModel(flags.model, { maximumSequences: 1, ...openOptions(flags) });
    try {
      await (process.stdin.isTTY && process.stdout.isTTY ? talk(model, options) : answerLines(model, options));
    } finally {
      await model.close();
    }
  });
}

/** Typed in place of a question, it begins a new conversation. */
const NEW = '/new';

/**
 * A session with a person. A model that says what tasks it was taught answers each question alone, as those trained here
 * were taught; any other remembers the conversation.
 */
async function talk(model: DescribedModel, options: AnswerOptions): Promise<void> {
  const language = readerLanguage();
  const { text, examples } = welcome(model, language, coloursFor(process.stdout), process.stdout.columns);
  process.stdout.write(text);
  const conversation = model.description.tasks.length > 0 ? undefined : new Conversation(model);
  const prompt = new Prompt(language);
  for (let line = await prompt.next(); line !== undefined; line = await prompt.next()) {
    const question = chosenExample(line.trim(), examples);
    if (question === '') continue;
    if (question === NEW && conversation !== undefined) {
      conversation.forget();
      process.stdout.write(`${coloursFor(process.stdout).dim(FORGOTTEN[language])}\n\n`);
      continue;
    }
    if (question !== line.trim()) process.stdout.write(`${coloursFor(process.stdout).bold(question)}\n`);
    await untilInterrupted(async (signal) => {
      const answered = await answerAloud(model, conversation?.with(question) ?? question, { ...options, signal });
      conversation?.add(question, answered);
    });
  }
}

const FORGOTTEN = { en: 'A new conversation.', zh: '新的对话。' };

/** A number picks an example; everything else is a question. */
function chosenExample(line: string, examples: readonly string[]): string {
  return (/^\d{1,2}$/.test(line) ? examples[Number(line) - 1] : undefined) ?? line;
}

/** Prints an answer as it comes; returns it without the thinking, as far as it came. */
async function answerAloud(model: DescribedModel, question: Question, options: AnswerOptions): Promise<string> {
  const { dim, red } = coloursFor(process.stdout);
  const printer = new AnswerPrinter(process.stdout);
  let answered = '';
  try {
    for await (const event of answer(model.engine, model.tokenizer, question, {
      ...options,
      encoding: model.encoding,
    })) {
      printer.print(event);
      if (event.kind === 'answer') answered += event.text;
      if (event.kind !== 'end') continue;
      printer.end();
      process.stdout.write(`${dim(describeStatistics(event.statistics))}\n\n`);
    }
  } catch (error) {
    // A question that is too long is no reason to end the session.
    process.stdout.write(`${red((error as Error).message)}\n\n`);
  }
  return answered;
}

/** One question a line, answered in turn, without greeting; ends with the input. */
async function answerLines(model: DescribedModel, options: AnswerOptions): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const question = line.trim();
    if (question === '') continue;
    const printer = new AnswerPrinter(process.stdout);
    try {
      for await (const event of answer(model.engine, model.tokenizer, question, {
        ...options,
        encoding: model.encoding,
      })) {
        printer.print(event);
        if (event.kind !== 'end' || printer.end()) continue;
        process.stderr.write(
          `jingqi: no answer to ${JSON.stringify(question)}: ${describeStatistics(event.statistics)}\n`,
        );
        process.exitCode = 1;
      }
    } catch (error) {
      // The line keeps its place among the answers.
      process.stdout.write('\n');
      process.stderr.write(`jingqi: ${JSON.stringify(question)}: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  }
}
