import {
  type AttentionForm,
  allocateExpertPairs,
  allocateRotaryTable,
  decodeCachedLayers,
  type ExpertPairs,
  embedTokens,
  finalNorm,
  type ModelConfig,
  type ModelParameters,
  PAIRED_BLOCK_ROWS,
  PAIRED_ROWS,
  vocabularyLogits,
} from '../model/index.ts';
import { embedding, type Program, type RotaryTable, type RowCount, record, type Tensor } from '../tensor/index.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import { OwnedTensors } from './owned-tensors.ts';
import type { Logits } from './sampling.ts';
import type { Stage } from './stages.ts';

export interface StepProgramsOptions {
  readonly stages: readonly Stage[];
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  readonly cache: KeyValueCache;
  readonly contextLength: number;
  readonly rowLimit: number;
  /** Most rows whose logits one step computes. */
  readonly logitsLimit: number;
  readonly form: AttentionForm;
}

/** What the Programs of a stage read, in its memory. */
interface StageInputs {
  readonly positions: Tensor;
  readonly sequences: Tensor;
  readonly table: RotaryTable;
  readonly pairs: ExpertPairs | undefined;
  /** What comes from the stage before, [rowLimit, hidden]. */
  readonly hidden: Tensor | undefined;
}

/** Programs of one step: the layers by stage, and where there are several the logits, which the first one's memory has. */
interface StepPass {
  readonly layers: readonly Program<Tensor>[];
  readonly finish: Program<Tensor> | undefined;
  readonly logits: Logits;
}

/**
 * The model as recorded Programs, one for few rows (kernels that read every weight once and sort nothing) and others for
 * more rows, made when first needed. A step's rows are written into `ids`, `positions` and `sequences`, and those whose
 * logits are wanted into `wanted`. Where the model lies in several memories, each has Programs of its own, and the rows go
 * from one to the next.
 */
export class StepPrograms {
  /** i32 by row: token id, position in its sequence, seat of its sequence. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  /** Rows whose logits are computed. */
  readonly wanted: Int32Array;
  readonly #options: StepProgramsOptions;
  readonly #ids: Tensor;
  readonly #wanted: Tensor;
  readonly #stages: readonly StageInputs[];
  /** Positions and sequences of the stages after the first. */
  readonly #copies: readonly { readonly positions: Int32Array; readonly sequences: Int32Array }[];
  /** What comes from the last stage for the logits, [logitsLimit, hidden]; undefined where that is the first. */
  readonly #last: Tensor | undefined;
  readonly #buckets: readonly number[];
  readonly #passes = new Map<number, StepPass>();
  readonly #owned = new OwnedTensors();

  /** @throws {OutOfMemoryError} */
  constructor(options: StepProgramsOptions) {
    const { stages, config, rowLimit, logitsLimit } = options;
    this.#options = options;
    const owned = this.#owned;
    const { runtime } = stages[0]!;
    [this.#ids, this.#wanted, this.#last, this.#stages] = owned.orRelease(() => [
      owned.allocate(runtime, 'token ids', [rowLimit], 'i32'),
      owned.allocate(runtime, 'rows with logits', [logitsLimit], 'i32'),
      stages.length === 1 ? undefined : owned.allocate(runtime, 'last rows', [logitsLimit, config.hiddenSize]),
      stages.map((stage) => this.#inputsOf(stage)),
    ]);
    const view = (tensor: Tensor) => runtime.view(tensor) as Int32Array;
    const [first, ...others] = this.#stages.map(({ positions, sequences }) => {
      return { positions: view(positions), sequences: view(sequences) };
    });
    this.ids = view(this.#ids);
    this.wanted = view(this.#wanted);
    this.positions = first!.positions;
    this.sequences = first!.sequences;
    this.#copies = others;
    this.#buckets = [...new Set([PAIRED_BLOCK_ROWS, PAIRED_ROWS, 32, rowLimit])]
      .filter((rows) => rows <= rowLimit)
      .sort((a, b) => a - b);
  }

  #inputsOf({ runtime, first }: Stage): StageInputs {
    const { config, contextLength, rowLimit } = this.#options;
    const owned = this.#owned;
    const positions = owned.allocate(runtime, 'positions', [rowLimit], 'i32');
    const sequences = owned.allocate(runtime, 'sequences', [rowLimit], 'i32');
    const hidden = first === 0 ? undefined : owned.allocate(runtime, 'rows', [rowLimit, config.hiddenSize]);
    const table = allocateRotaryTable(runtime, config, contextLength);
    owned.own(runtime, table.cosines, table.sines);
    const pairs = allocateExpertPairs(runtime, config);
    if (pairs !== undefined) owned.own(runtime, pairs.rowIds, pairs.positions);
    return { positions, sequences, table, pairs, hidden };
  }

  /** Runs the model on the first `rows` rows; returns the logits of the first `wanted` rows asked for, row after row. */
  run(rows: number, wanted: number): Logits {
    let bucket = this.#buckets[0]!;
    for (let i = 1; bucket < rows; i++) bucket = this.#buckets[i]!;
    const { layers, finish, logits } = this.#passes.get(bucket) ?? this.#record(bucket);
    for (const { positions, sequences } of this.#copies) {
      positions.set(this.positions.subarray(0, rows));
      sequences.set(this.sequences.subarray(0, rows));
    }
    for (const [stage, program] of layers.entries()) {
      if (stage > 0) this.#handOver(layers[stage - 1]!.outputs, this.#stages[stage]!.hidden!, rows);
      program.setRows('rows', rows);
      if (finish === undefined) program.setRows('wanted', wanted);
      program.replay();
    }
    if (finish !== undefined) {
      this.#handOverWanted(layers.at(-1)!.outputs, wanted);
      finish.setRows('wanted', wanted);
      finish.replay();
    }
    return logits;
  }

  /** Copies the first rows of a stage's result to where the next one reads them. */
  #handOver(from: Tensor, to: Tensor, rows: number): void {
    const { runtime } = this.#options.stages[0]!;
    runtime.view(to).set(runtime.view(from).subarray(0, rows * from.columns));
  }

  #handOverWanted(from: Tensor, wanted: number): void {
    const { runtime } = this.#options.stages[0]!;
    const [source, target, width] = [runtime.view(from), runtime.view(this.#last!), from.columns];
    for (let i = 0; i < wanted; i++) {
      const row = this.wanted[i]!;
      target.set(source.subarray(row * width, (row + 1) * width), i * width);
    }
  }

  #record(maximum: number): StepPass {
    const { stages, logitsLimit } = this.#options;
    const rows = { symbol: 'rows', scale: 1, maximum };
    const wanted = { symbol: 'wanted', scale: 1, maximum: Math.min(maximum, logitsLimit) };
    const layers = stages.map(({ runtime }, stage) =>
      record(runtime, () => {
        const hidden = this.#layersOf(stage, rows);
        return stages.length > 1 ? hidden : this.#logitsOf(embedding(hidden, this.#wanted, wanted));
      }),
    );
    const { runtime } = stages[0]!;
    const finish =
      this.#last && record(runtime, () => this.#logitsOf(this.#last!.rowRange(0, wanted.maximum).withRows(wanted)));
    const { outputs } = finish ?? layers[0]!;
    const made = { layers, finish, logits: runtime.view(outputs) as Logits };
    this.#passes.set(maximum, made);
    return made;
  }

  /** Records the layers of a stage. */
  #layersOf(stage: number, rows: RowCount): Tensor {
    const { stages, config, parameters, cache, form } = this.#options;
    const { positions, table, pairs, hidden } = this.#stages[stage]!;
    const input = hidden?.rowRange(0, rows.maximum).withRows(rows) ?? embedTokens({ ids: this.#ids, rows }, parameters);
    const caches = cache.attention(
      form,
      this.#stages.map(({ sequences }) => sequences),
      this.#stages.map(({ positions }) => positions),
    );
    return decodeCachedLayers(
      input,
      { rotary: { positions, table }, caches, pairs },
      stages[stage]!,
      parameters,
      config,
    );
  }

  #logitsOf(hidden: Tensor): Tensor {
    const { config, parameters } = this.#options;
    return vocabularyLogits(finalNorm(hidden, parameters, config), parameters);
  }

  release(): void {
    for (const { layers, finish } of this.#passes.values()) {
      for (const program of layers) program.release();
      finish?.release();
    }
    this.#passes.clear();
    this.#owned.release();
  }
}
