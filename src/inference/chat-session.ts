import { platform } from '../platform/index.ts';
import {
  type ChatEncoding,
  type ChatEncodingOptions,
  type ChatMessage,
  encodeChat,
  StopStrings,
  THINK_OPEN,
  ThinkingParser,
  type Tokenizer,
} from '../text/index.ts';
import type { Engine } from './engine.ts';
import type { GenerationResult, GenerationUsage } from './generation.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { SamplingOptions } from './sampling.ts';
import type { FinishReason } from './sequence.ts';

export interface AnswerOptions extends SamplingOptions {
  /** Most tokens of thinking and answer together. Default: up to the end of the context. */
  readonly maximumTokens?: number;
  /** Texts that end the answer, in its thinking too; they are not part of it. */
  readonly stop?: readonly string[];
  /** Writes the conversation in place of the tokenizer's template; see `chatEncodingFor`. */
  readonly encoding?: ChatEncoding | undefined;
  readonly encodingOptions?: ChatEncodingOptions | undefined;
  readonly signal?: AbortSignal;
}

/** What an answer took. */
export interface AnswerStatistics extends GenerationUsage {
  readonly finish: FinishReason;
  /** Seconds from the request to its end, and tokens per second after the first token. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
}

/** A piece of text as it comes, or, last, the statistics. */
export type AnswerEvent =
  | { readonly kind: 'thinking' | 'answer'; readonly text: string }
  | { readonly kind: 'end'; readonly statistics: AnswerStatistics };

/** What answering needs of an engine. */
export type AnsweringEngine = Pick<Engine, 'config' | 'check' | 'generate'>;

/** A question as text, or a conversation whose last message is to be answered. */
export type Question = string | readonly ChatMessage[];

interface Prepared {
  readonly request: GenerationRequest;
  readonly startsInThinking: boolean;
}

/** The request that answers a question, checked. Throws where it can never be served, as when it is too long. */
export function prepareQuestion(
  engine: AnsweringEngine,
  tokenizer: Tokenizer,
  question: Question,
  options: AnswerOptions = {},
): Prepared {
  const { stop = [], encoding, encodingOptions, ...requestOptions } = options;
  const messages: readonly ChatMessage[] =
    typeof question === 'string' ? [{ role: 'user', content: question }] : question;
  const prompt = encodeChat(tokenizer, messages, { addGenerationPrompt: true, encoding, encodingOptions });
  const ends = new Set(engine.config.eosTokenIds);
  if (tokenizer.eosId !== undefined) ends.add(tokenizer.eosId);
  const until = stop.length === 0 ? {} : { until: endsWithOneOf(tokenizer, stop) };
  const request = { ...requestOptions, ...until, prompt, endTokens: [...ends] };
  engine.check(request);
  const startsInThinking = tokenizer.decode(prompt.subarray(-4)).trimEnd().endsWith(THINK_OPEN);
  return { request, startsInThinking };
}

/** Tells of each token of an answer whether one of the strings is complete with it. */
function endsWithOneOf(tokenizer: Tokenizer, strings: readonly string[]): (token: number) => boolean {
  const decoder = tokenizer.streamDecoder({ skipSpecial: true });
  const stops = new StopStrings(strings);
  return (token) => {
    stops.push(decoder.push(token));
    return stops.found !== undefined;
  };
}

/** Answers a question, piece by piece; ends with the statistics, also after an abort. */
export async function* answer(
  engine: AnsweringEngine,
  tokenizer: Tokenizer,
  question: Question,
  options: AnswerOptions = {},
): AsyncGenerator<AnswerEvent, void, undefined> {
  const { request, startsInThinking } = prepareQuestion(engine, tokenizer, question, options);
  const decoder = tokenizer.streamDecoder({ skipSpecial: true });
  const stops = new StopStrings(options.stop ?? []);
  const parser = new ThinkingParser({ startsInThinking });
  const start = platform().now();
  let first = start;
  let tokens = 0;
  const generation = engine.generate(request);
  for await (const token of generation) {
    if (tokens++ === 0) first = platform().now();
    yield* parser.push(stops.push(decoder.push(token)));
  }
  yield* parser.push(stops.push(decoder.end()) + stops.end());
  yield* parser.end();
  const end = platform().now();
  const { usage, finish } = await generation.result;
  const seconds = (end - start) / 1000;
  const tokensPerSecond = tokens < 2 ? 0 : (tokens - 1) / Math.max(1e-6, (end - first) / 1000);
  yield { kind: 'end', statistics: { ...usage, finish, seconds, tokensPerSecond } };
}

/** A whole answer. */
export interface Answer {
  readonly question: Question;
  readonly thinking: string;
  /** Empty where the thinking came to no end. */
  readonly answer: string;
  /** Whether the thinking ended. */
  readonly closed: boolean;
  /** Generated tokens, without the end token. */
  readonly tokens: number;
  readonly finish: FinishReason;
}

/**
 * Answers many questions in batches; results in order. `onAnswer` hears of each as soon as it is there, in any order.
 * Throws before any is asked if one can never be answered.
 */
export async function answerAll(
  engine: AnsweringEngine,
  tokenizer: Tokenizer,
  questions: readonly Question[],
  options: AnswerOptions & { readonly onAnswer?: (answer: Answer, index: number) => void } = {},
): Promise<Answer[]> {
  const { onAnswer, ...answerOptions } = options;
  const prepared = questions.map((question) => prepareQuestion(engine, tokenizer, question, answerOptions));
  return Promise.all(
    prepared.map(async ({ request, startsInThinking }, index) => {
      const result = await engine.generate(request).result;
      const whole = wholeAnswer(tokenizer, questions[index]!, result, startsInThinking, options.stop);
      onAnswer?.(whole, index);
      return whole;
    }),
  );
}

function wholeAnswer(
  tokenizer: Tokenizer,
  question: Question,
  result: GenerationResult,
  startsInThinking: boolean,
  stop: readonly string[] = [],
): Answer {
  const stops = new StopStrings(stop);
  const parser = new ThinkingParser({ startsInThinking });
  const parts = { thinking: '', answer: '' };
  const decoded = stops.push(tokenizer.decode(result.tokens, { skipSpecial: true }));
  const text = decoded + stops.end();
  for (const event of [...parser.push(text), ...parser.end()]) parts[event.kind] += event.text;
  const { tokens, finish } = result;
  return { question, ...parts, closed: parser.kind === 'answer', tokens: tokens.length, finish };
}
