import {
  type LoadOptions,
  LoadThreads,
  loadWeights,
  type ModelSize,
  modelSize,
  weightFormats,
} from '../checkpoint/index.ts';
import type { ModelLocation, PullOptions } from '../hub/index.ts';
import type { ModelConfig, ModelParameters } from '../model/index.ts';
import type { CacheFormat, Runtime, RuntimeOptions } from '../tensor/index.ts';
import { type ChatEncoding, chatEncodingFor, type Tokenizer } from '../text/index.ts';
import { Engine } from './engine.ts';
import { type PlacedModel, placeModel, refuseTooLarge } from './model-memory.ts';
import { type ModelSource, openModelSource } from './model-source.ts';

/** A model that is ready to answer. */
export interface OpenModel {
  /** The directory or GGUF file it was read from. */
  readonly directory: string;
  readonly config: ModelConfig;
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  /** Writes conversations for models that have no Jinja template of their own; pass it to `answer`. */
  readonly encoding: ChatEncoding | undefined;
  readonly parameters: ModelSize['main'];
  /** What the user may want to know of how the model was read, in whole sentences. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export interface OpenModelOptions {
  /** Sequences that are answered at once. Default 1. */
  readonly maximumSequences?: number;
  /** Most tokens of a sequence, prompt included. Default: the model's positions, at most 4096. */
  readonly contextLength?: number | undefined;
  /**
   * How the cache keeps keys, values or latents: f32, f16, bf16, or q8 (bytes with a scale for every 32). Default: f32
   * for small models, where the cache costs nothing, else f16; see `defaultCacheFormat`.
   */
  readonly cache?: CacheFormat | undefined;
  /** Threads. Default: one where a step has too little work to share, else all processors. */
  readonly workers?: number | undefined;
  /** See `RuntimeOptions`. */
  readonly target?: RuntimeOptions['target'];
  /** See `RuntimeOptions`; for measuring. */
  readonly pinWorkers?: boolean | undefined;
  /**
   * `true`: WebAssembly has a model above 4 GiB in one memory with 64-bit addresses instead of several with 32-bit ones; for
   * measuring. Machine code has one memory always.
   */
  readonly wideMemory?: boolean | undefined;
  /** For a model of the hub: its revision, its file, and what is called while it is pulled. */
  readonly hub?: PullOptions | undefined;
  /**
   * `stored`: matrices stay in memory as they are in the file, in blocks or 16-bit floats, and are multiplied so; blocks
   * round activations to 8 bits, 16-bit floats nothing. `f32`: everything is widened when it is loaded, for comparisons.
   * Default `stored`.
   */
  readonly weights?: 'stored' | 'f32' | undefined;
  /** Called while weights are loaded with the bytes read so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Loads a model with its tokenizer and makes it ready to answer: see `answer`, `answerAll` and `Engine.generate`. The model
 * is a directory in Hugging Face's layout, a GGUF file, or `organisation/name` of the hub, which is pulled where the cache
 * does not have it (see `locateModel`). Errors name what is missing or wrong; a model that does not fit into memory is
 * refused before anything is loaded.
 */
export async function openModel(model: string | ModelLocation, options: OpenModelOptions = {}): Promise<OpenModel> {
  const source = await openModelSource(model, options.hub);
  try {
    return await openModelFrom(source, options);
  } finally {
    await source.close();
  }
}

/** As {@link openModel}, from a source that is open already, and that its owner closes. */
export async function openModelFrom(source: ModelSource, options: OpenModelOptions = {}): Promise<OpenModel> {
  const { config, directory, notes } = source;
  const { maximumSequences = 1, onProgress } = options;
  if (options.weights !== undefined && options.weights !== 'stored' && options.weights !== 'f32') {
    throw new RangeError(`weights must be 'stored' or 'f32', got ${JSON.stringify(options.weights)}`);
  }
  const contextLength = options.contextLength ?? Math.min(config.maxPositions, LONGEST_CONTEXT);
  const cacheTokens = maximumSequences * contextLength;
  const size = modelSize(config);
  const small = maximumSequences * size.main.active < WORTH_SHARING;
  const workers = options.workers ?? (small ? 1 : undefined);
  const formats = options.weights === 'f32' ? new Map() : weightFormats(source);
  const cacheFormat = options.cache ?? defaultCacheFormat(size);
  const contents = { config, formats, cacheFormat, cacheTokens };
  refuseTooLarge(directory, contents);
  // Threads come up while the target is judged, and weights are loaded while the tokenizer is made.
  const threads = formats.size === 0 ? undefined : LoadThreads.for(source.totalBytes, workers);
  let placed: PlacedModel | undefined;
  try {
    placed = await placeModel(contents, {
      ...(workers === undefined ? {} : { workers }),
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(options.wideMemory ? { wideMemory: true } : {}),
      pinWorkers: options.pinWorkers ?? false,
    });
    const { stages, parameters, ready, close: closeRuntimes } = placed;
    const { runtime } = stages[0]!;
    const { tokenizer, engine } = await whileLoading(runtime, source, parameters, { onProgress, threads }, async () => {
      const tokenizer = await source.tokenizer();
      const engine = Engine.create({
        runtime,
        stages,
        config,
        parameters,
        maximumSequences,
        contextLength,
        cacheTokens,
        cacheFormat,
        rowLimit: size.main.active < WORTH_MANY_ROWS ? 256 : 512,
        usedVocabulary: Math.min(tokenizer.vocabularySize, config.vocabularySize),
      });
      return { tokenizer, engine };
    });
    await ready;
    const encoding = chatEncodingFor({ modelType: config.modelType, chatTemplate: tokenizer.chatTemplate });
    const close = async () => {
      await engine.close();
      await closeRuntimes();
    };
    return { directory, config, engine, tokenizer, encoding, parameters: size.main, notes, close };
  } catch (error) {
    await threads?.close();
    await placed?.close();
    throw error;
  }
}

/** Loads the weights and does other work meanwhile; where one fails, the other is given up. */
async function whileLoading<T>(
  runtime: Runtime,
  source: ModelSource,
  parameters: ModelParameters,
  options: Pick<LoadOptions, 'onProgress' | 'threads'>,
  work: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const weights = loadWeights(runtime, source, parameters, { ...options, signal: stop.signal });
  // Judged below, after the work.
  weights.catch(() => {});
  try {
    const result = await work();
    await weights;
    return result;
  } catch (error) {
    stop.abort(error);
    await weights.catch(() => {});
    throw error;
  }
}

/**
 * Multiply-adds of a step from which several threads pay. With fewer, each of a step's many small kernels is done before
 * another thread could help, and on a busy machine the threads would mostly wait for each other.
 */
const WORTH_SHARING = 16e6;

/** Active parameters from which steps of more rows pay: all that is read from memory is then used for more of them. */
const WORTH_MANY_ROWS = 250e6;

/** f32 for models of few parameters, else f16: half the bytes to keep and to read, at no loss that shows. */
export function defaultCacheFormat({ main }: ModelSize): CacheFormat {
  return main.active < WORTH_SHARING ? 'f32' : 'f16';
}

/** Positions for which the cache is laid out where the model could have more. */
const LONGEST_CONTEXT = 4096;
