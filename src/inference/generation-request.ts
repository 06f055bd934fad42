import type { SamplingOptions } from './sampling.ts';

/** What an engine is asked for. */
export interface GenerationRequest extends SamplingOptions {
  readonly prompt: ArrayLike<number>;
  /** Most tokens to generate, within the context. Default: up to its end. */
  readonly maximumTokens?: number;
  /** Tokens that end the answer. Default: those of the model's config. */
  readonly endTokens?: readonly number[];
  /** Called with each token as it is chosen; true ends the answer after it. For stop strings, see `StopStrings`. */
  readonly until?: (token: number) => boolean;
  /** Keeps the log-probability of each token, with those of so many most probable ones. Default: none are kept. */
  readonly logProbabilities?: number;
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = {
  prompt: true,
  maximumTokens: true,
  endTokens: true,
  until: true,
  logProbabilities: true,
  signal: true,
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  repetitionPenalty: true,
  presencePenalty: true,
  frequencyPenalty: true,
  logitBias: true,
  seed: true,
} as const satisfies Record<keyof GenerationRequest, true>;

/**
 * Most tokens that a request may generate. What concerns the choice of tokens is checked by the `Sampler`.
 * @throws {TypeError} for an option that there is not: left unnoticed it would do nothing
 * @throws {RangeError} saying why the request can never be served
 */
export function checkRequest(
  request: GenerationRequest,
  { contextLength, vocabularySize }: { readonly contextLength: number; readonly vocabularySize: number },
): number {
  for (const [name, value] of Object.entries(request)) {
    if (value === undefined || Object.hasOwn(OPTIONS, name)) continue;
    throw new TypeError(`a request has no option '${name}'; there are ${Object.keys(OPTIONS).join(', ')}`);
  }
  const { prompt, maximumTokens = Number.POSITIVE_INFINITY, logProbabilities = 0, logitBias = {} } = request;
  if (prompt.length === 0) throw new RangeError('the prompt has no tokens');
  if (prompt.length >= contextLength) {
    throw new RangeError(
      `the prompt has ${prompt.length} tokens, and with an answer it must fit the context of ${contextLength}`,
    );
  }
  if (!(maximumTokens >= 1)) throw new RangeError(`maximumTokens must be at least 1, got ${maximumTokens}`);
  for (let i = 0; i < prompt.length; i++) {
    const id = prompt[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < vocabularySize)) {
      throw new RangeError(`token ${i} of the prompt is ${id}, outside the vocabulary 0 to ${vocabularySize - 1}`);
    }
  }
  if (!(Number.isInteger(logProbabilities) && logProbabilities >= 0)) {
    throw new RangeError(`logProbabilities must be a whole number, got ${logProbabilities}`);
  }
  for (const key of Object.keys(logitBias)) {
    if (!(Number(key) < vocabularySize)) {
      throw new RangeError(`logitBias names the token ${key}, outside the vocabulary 0 to ${vocabularySize - 1}`);
    }
  }
  return Math.min(Math.floor(maximumTokens), contextLength - prompt.length);
}
