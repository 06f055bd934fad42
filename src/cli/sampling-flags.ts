import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AnswerOptions, Sampler } from '../inference/index.ts';
import { CACHE_FORMATS, type CacheFormat } from '../tensor/index.ts';
import { MODEL_HELP, REVISION_HELP } from './model-argument.ts';
import { DEFAULT_MODEL } from './model-directory.ts';

export interface SamplingFlags {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly logitBias?: Readonly<Record<number, number>>;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly maxTokens?: number;
}

export function numberArgument(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

export function countArgument(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

function stopArgument(text: string, before: readonly string[] = []): readonly string[] {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return [...before, text];
}

function biasArgument(text: string, before: Readonly<Record<number, number>> = {}): Readonly<Record<number, number>> {
  const [, token, bias] = /^(\d+)=(.+)$/.exec(text) ?? [];
  if (token === undefined || bias === undefined) {
    throw new InvalidArgumentError('It must be a token id and what is added to its logit, as 17=-2.5 or 17=-inf.');
  }
  return { ...before, [token]: bias === '-inf' ? Number.NEGATIVE_INFINITY : numberArgument(bias) };
}

/** The options of every command that loads a model. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--model <model>', MODEL_HELP, DEFAULT_MODEL)
    .option('--revision <name>', REVISION_HELP)
    .option('--workers <n>', 'threads (default: as many as the model can use)', countArgument)
    .addOption(
      new Option(
        '--cache <format>',
        'how the cache keeps its numbers (default: f32 for small models, else f16); q8 has 8 bits',
      ).choices(CACHE_FORMATS),
    );
}

export interface ModelFlags {
  readonly model: string;
  readonly revision?: string;
  readonly workers?: number;
  readonly cache?: CacheFormat;
}

/** What the flags say of how a model is opened. */
export const openOptions = ({ workers, cache, revision }: ModelFlags) => ({ workers, cache, hub: { revision } });

/** The options that say how tokens are chosen. */
export function addSamplingOptions(command: Command): Command {
  return command
    .option('--temperature <t>', '0 takes the best token always (default), 1 draws as the model has it', numberArgument)
    .option('--top-p <p>', 'draw among the best tokens that together have this probability', numberArgument)
    .option('--top-k <k>', 'draw among the k best tokens', countArgument)
    .option('--min-p <p>', 'draw among tokens at least this fraction as probable as the best', numberArgument)
    .option('--repetition-penalty <r>', 'divide the logits of tokens that have occurred; 1 is none', numberArgument)
    .option('--presence-penalty <x>', 'lower the logits of tokens that have been generated', numberArgument)
    .option('--frequency-penalty <x>', 'lower them for each time that they have been generated', numberArgument)
    .option('--logit-bias <id=x>', 'add to the logit of a token, -inf to forbid it; may be repeated', biasArgument)
    .option('--seed <n>', 'draw the same every time', numberArgument)
    .option('--stop <text>', 'end the answer before this text; may be repeated', stopArgument)
    .option('--max-tokens <n>', 'most tokens of thinking and answer together', countArgument);
}

/** Throws where a value is out of range. */
export function samplingOptions(flags: SamplingFlags): AnswerOptions {
  const { temperature, topP, topK, minP, repetitionPenalty, presencePenalty, frequencyPenalty, logitBias } = flags;
  const { seed, stop, maxTokens } = flags;
  const penalties = { repetitionPenalty, presencePenalty, frequencyPenalty, logitBias };
  const given = { temperature, topP, topK, minP, ...penalties, seed, stop, maximumTokens: maxTokens };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as AnswerOptions;
  new Sampler(options);
  return options;
}
