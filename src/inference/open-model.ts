import { type Checkpoint, loadWeights, modelSize, openCheckpoint } from '../checkpoint/index.ts';
import { allocateParameters, type ModelConfig } from '../model/index.ts';
import { createRuntime } from '../tensor/index.ts';
import { Tokenizer } from '../text/index.ts';
import { Engine } from './engine.ts';

/** A model that is ready to answer. */
export interface OpenModel {
  readonly directory: string;
  readonly config: ModelConfig;
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly parameters: { readonly total: number; readonly active: number };
  close(): Promise<void>;
}

export interface OpenModelOptions {
  /** Sequences that are answered at once. Default 1. */
  readonly maximumSequences?: number;
  /** Threads. Default: one where a step has too little work to share, else all processors. */
  readonly workers?: number | undefined;
}

/**
 * Loads a model directory with its tokenizer and makes it ready to answer: see `answer`, `answerAll` and
 * `Engine.generate`. Errors name what is missing or wrong.
 */
export async function openModel(
  directory: string,
  { maximumSequences = 1, workers }: OpenModelOptions = {},
): Promise<OpenModel> {
  const checkpoint = await openCheckpoint(directory);
  try {
    const { config } = checkpoint;
    const tokenizer = await readTokenizer(checkpoint);
    const contextLength = Math.min(config.maxPositions, LONGEST_CONTEXT);
    const cacheTokens = maximumSequences * contextLength;
    const memoryBytes = memoryFor(config, cacheTokens);
    const parameterCount = modelSize(config).main;
    const small = maximumSequences * parameterCount.active < WORTH_SHARING;
    const threads = workers ?? (small ? 1 : undefined);
    const runtime = await createRuntime({ memoryBytes, ...(threads === undefined ? {} : { workers: threads }) });
    try {
      const parameters = allocateParameters(runtime, config);
      await loadWeights(runtime, checkpoint, parameters);
      const usedVocabulary = Math.min(tokenizer.vocabularySize, config.vocabularySize);
      const engine = Engine.create({
        runtime,
        config,
        parameters,
        maximumSequences,
        contextLength,
        cacheTokens,
        usedVocabulary,
      });
      const close = async () => {
        await engine.close();
        await runtime.close();
      };
      return { directory, config, engine, tokenizer, parameters: parameterCount, close };
    } catch (error) {
      await runtime.close();
      throw error;
    }
  } finally {
    await checkpoint.close();
  }
}

/**
 * Multiply-adds of a step from which several threads pay. With fewer, each of a step's many small kernels is done before
 * another thread could help, and on a busy machine the threads would mostly wait for each other.
 */
const WORTH_SHARING = 16e6;

/** Positions for which the cache is laid out where the model could have more. */
const LONGEST_CONTEXT = 4096;

async function readTokenizer(checkpoint: Checkpoint): Promise<Tokenizer> {
  if (!(await checkpoint.has('tokenizer.json'))) {
    throw new Error(`${checkpoint.directory}: the model has no tokenizer.json, so it cannot read questions`);
  }
  const config = (await checkpoint.has('tokenizer_config.json'))
    ? await checkpoint.readJson('tokenizer_config.json')
    : {};
  try {
    return Tokenizer.fromJson(await checkpoint.readJson('tokenizer.json'), config);
  } catch (error) {
    throw new Error(`${checkpoint.directory}: ${(error as Error).message}`, { cause: error });
  }
}

/** Weights, cache, and room for the steps' temporary tensors; only what is touched is committed. */
function memoryFor(config: ModelConfig, cacheTokens: number): number {
  const { main, predictions, cacheNumbers } = modelSize(config);
  const numbers = 1.05 * (main.total + predictions.total) + cacheNumbers * (cacheTokens + 64);
  return Math.ceil(4 * numbers) + 2 ** 29;
}
