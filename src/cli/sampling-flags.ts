import { type Command, InvalidArgumentError } from 'commander';
import { type AnswerOptions, Sampler } from '../inference/index.ts';
import { DEFAULT_MODEL } from './model-directory.ts';

export interface SamplingFlags {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly seed?: number;
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

/** The options of every command that loads a model. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--model <dir>', 'model directory', DEFAULT_MODEL)
    .option('--workers <n>', 'threads (default: as many as the model can use)', countArgument);
}

export interface ModelFlags {
  readonly model: string;
  readonly workers?: number;
}

/** The options that say how tokens are chosen. */
export function addSamplingOptions(command: Command): Command {
  return command
    .option('--temperature <t>', '0 takes the best token always (default), 1 draws as the model has it', numberArgument)
    .option('--top-p <p>', 'draw among the best tokens that together have this probability', numberArgument)
    .option('--top-k <k>', 'draw among the k best tokens', countArgument)
    .option('--min-p <p>', 'draw among tokens at least this fraction as probable as the best', numberArgument)
    .option('--seed <n>', 'draw the same every time', numberArgument)
    .option('--max-tokens <n>', 'most tokens of thinking and answer together', countArgument);
}

/** Throws where a value is out of range. */
export function samplingOptions(flags: SamplingFlags): AnswerOptions {
  const { temperature, topP, topK, minP, seed, maxTokens } = flags;
  const given = { temperature, topP, topK, minP, seed, maximumTokens: maxTokens };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as AnswerOptions;
  new Sampler(options);
  return options;
}
