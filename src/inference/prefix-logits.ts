import type { AttentionForm, ModelConfig, ModelParameters } from '../model/index.ts';
import type { CacheFormat, Runtime } from '../tensor/index.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { oneStage, type Stage } from './stages.ts';
import { StepPrograms } from './step-programs.ts';

/** A model in memory, as an engine has it. */
export interface ModelInMemory {
  readonly runtime: Runtime;
  /** Where its layers lie. Default: all in the runtime's memory. */
  readonly stages?: readonly Stage[];
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
}

export interface PrefixLogitsOptions {
  /** Form of latent attention. Default: absorbed. */
  readonly attention?: AttentionForm;
  /** How the cache keeps its numbers. Default f32. */
  readonly cache?: CacheFormat;
}

/** Prefixes computed in one step, and positions in a page of the cache. */
const MOST_ROWS = 32;
const PAGE_SIZE = 16;

/**
 * The logits after ids[0…p] for each p, through a cache of their own: a row of the whole vocabulary for each, not to be
 * kept beyond the next one. Memory of the runtime is taken for as long as the generator lives.
 * @throws {RangeError} for ids outside the vocabulary, or more of them than the model has positions; OutOfMemoryError
 */
export function* prefixLogits(
  model: ModelInMemory,
  ids: ArrayLike<number>,
  options: PrefixLogitsOptions = {},
): Generator<Float32Array, void, undefined> {
  const { config } = model;
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if (!(Number.isInteger(id) && id >= 0 && id < config.vocabularySize)) {
      throw new RangeError(`token ${at} is ${id}, outside the model's vocabulary of ${config.vocabularySize} tokens`);
    }
  }
  if (ids.length > config.maxPositions) {
    throw new RangeError(`${ids.length} tokens, but the model's longest context is ${config.maxPositions} tokens`);
  }
  if (ids.length === 0) return;
  const steps = new PrefixSteps(model, ids.length, options);
  try {
    for (let first = 0; first < ids.length; first += MOST_ROWS) {
      const count = Math.min(MOST_ROWS, ids.length - first);
      const logits = steps.run(ids, first, count);
      for (let row = 0; row < count; row++) {
        yield logits.subarray(row * config.vocabularySize, (row + 1) * config.vocabularySize);
      }
    }
  } finally {
    steps.release();
  }
}

/** The model recorded for steps of up to MOST_ROWS tokens of one sequence. */
class PrefixSteps {
  readonly #cache: KeyValueCache;
  readonly #programs: StepPrograms;
  readonly #vocabulary: number;

  constructor(model: ModelInMemory, length: number, options: PrefixLogitsOptions) {
    const { runtime, config, parameters, stages = oneStage(runtime, config) } = model;
    this.#vocabulary = config.vocabularySize;
    const pages = Math.ceil(length / PAGE_SIZE);
    const rows = Math.min(MOST_ROWS, length);
    this.#cache = new KeyValueCache(stages, config, {
      pages,
      pageSize: PAGE_SIZE,
      seats: 1,
      pagesPerSequence: pages,
      format: options.cache ?? 'f32',
    });
    for (let page = 0; page < pages; page++) this.#cache.setPage(0, page, page);
    try {
      this.#programs = new StepPrograms({
        stages,
        config,
        parameters,
        cache: this.#cache,
        contextLength: length,
        rowLimit: rows,
        logitsLimit: rows,
        form: options.attention ?? 'absorbed',
      });
    } catch (error) {
      this.#cache.release();
      throw error;
    }
    this.#programs.sequences.fill(0);
    for (let row = 0; row < rows; row++) this.#programs.wanted[row] = row;
  }

  /** The logits of some tokens that stand at `first` and after, row after row. */
  run(ids: ArrayLike<number>, first: number, count: number): Float32Array {
    for (let row = 0; row < count; row++) {
      this.#programs.ids[row] = ids[first + row]!;
      this.#programs.positions[row] = first + row;
    }
    const logits = this.#programs.run(count, count);
    return Float32Array.from(logits.subarray(0, count * this.#vocabulary));
  }

  release(): void {
    this.#programs.release();
    this.#cache.release();
  }
}
