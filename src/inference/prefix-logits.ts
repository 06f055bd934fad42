import {
  type AttentionForm,
  allocateExpertPairs,
  allocateRotaryTable,
  cacheRow,
  decodeCached,
  type ModelConfig,
  type ModelParameters,
  vocabularyLogits,
} from '../model/index.ts';
import { type CacheFormat, type Program, type Runtime, record, type Tensor } from '../tensor/index.ts';

/** A model in memory, as an engine has it. */
export interface ModelInMemory {
  readonly runtime: Runtime;
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
      const logits = steps.run(
        Array.from({ length: count }, (_, at) => ids[first + at]!),
        first,
      );
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
  readonly #runtime: Runtime;
  readonly #rows: number;
  readonly #ids: Tensor;
  readonly #positions: Tensor;
  readonly #owned: Tensor[] = [];
  readonly #program: Program<Tensor>;

  constructor(model: ModelInMemory, length: number, options: PrefixLogitsOptions) {
    this.#runtime = model.runtime;
    this.#rows = Math.min(MOST_ROWS, length);
    try {
      this.#ids = this.#allocate('ids', [this.#rows], 'i32');
      this.#positions = this.#allocate('positions', [this.#rows], 'i32');
      this.#program = this.#record(model, length, options);
    } catch (error) {
      this.#releaseOwned();
      throw error;
    }
  }

  #allocate(...given: Parameters<Runtime['allocate']>): Tensor {
    const tensor = this.#runtime.allocate(...given);
    this.#owned.push(tensor);
    return tensor;
  }

  #record(
    { runtime, config, parameters }: ModelInMemory,
    length: number,
    { attention: form = 'absorbed', cache: format = 'f32' }: PrefixLogitsOptions,
  ): Program<Tensor> {
    const pages = Math.ceil(length / PAGE_SIZE);
    const [ids, positions] = [this.#ids, this.#positions];
    const sequences = this.#allocate('sequences', [this.#rows], 'i32');
    const pageTable = this.#allocate('page table', [1, pages], 'i32');
    runtime.write(
      pageTable,
      Array.from({ length: pages }, (_, page) => page),
    );
    const table = allocateRotaryTable(runtime, config, length);
    this.#owned.push(table.cosines, table.sines);
    const pairs = allocateExpertPairs(runtime, config);
    if (pairs) this.#owned.push(pairs.rowIds, pairs.positions);
    const { columns, dtype } = cacheRow(config, format);
    const caches = parameters.layers.map((_, layer) => ({
      form,
      cache: this.#allocate(`cache of layer ${layer}`, [pages * PAGE_SIZE, columns], dtype),
      rows: { pageTable, sequences, positions, pageSize: PAGE_SIZE },
    }));
    const rotary = { positions, table };
    return record(runtime, () => {
      const rows = { symbol: 'rows', scale: 1, maximum: this.#rows };
      return vocabularyLogits(
        decodeCached({ ids, rotary, rows, caches, pairs }, parameters, config).hidden,
        parameters,
      );
    });
  }

  /** The logits of some tokens that stand at `first` and after, row after row. */
  run(tokens: readonly number[], first: number): Float32Array {
    const padded = (values: readonly number[]) => [...values, ...new Array(this.#rows - values.length).fill(0)];
    this.#runtime.write(this.#ids, padded(tokens));
    this.#runtime.write(this.#positions, padded(tokens.map((_, at) => first + at)));
    this.#program.setRows('rows', tokens.length);
    this.#program.replay();
    return Float32Array.from(this.#runtime.view(this.#program.outputs));
  }

  release(): void {
    this.#program.release();
    this.#releaseOwned();
  }

  #releaseOwned(): void {
    for (const tensor of this.#owned) this.#runtime.release(tensor);
  }
}
