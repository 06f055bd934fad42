import {
  type AttentionForm,
  allocateExpertPairs,
  allocateRotaryTable,
  decodeCached,
  type ExpertPairs,
  type ModelConfig,
  type ModelParameters,
  PAIRED_BLOCK_ROWS,
  PAIRED_ROWS,
  vocabularyLogits,
} from '../model/index.ts';
import { embedding, type Program, type RotaryTable, type Runtime, record, type Tensor } from '../tensor/index.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import type { Logits } from './sampling.ts';

export interface StepProgramsOptions {
  readonly runtime: Runtime;
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  readonly cache: KeyValueCache;
  readonly contextLength: number;
  readonly rowLimit: number;
  /** Most rows whose logits one step computes. */
  readonly logitsLimit: number;
  readonly form: AttentionForm;
}

/**
 * The model as recorded Programs, one for few rows (kernels that read every weight once and sort nothing) and others for
 * more rows, made when first needed. A step's rows are written into `ids`, `positions` and `sequences`, and those whose
 * logits are wanted into `wanted`.
 */
export class StepPrograms {
  /** i32 by row: token id, position in its sequence, seat of its sequence. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  /** Rows whose logits are computed. */
  readonly wanted: Int32Array;
  readonly #options: StepProgramsOptions;
  readonly #inputs: { ids: Tensor; positions: Tensor; sequences: Tensor; wanted: Tensor };
  readonly #table: RotaryTable;
  readonly #pairs: ExpertPairs | undefined;
  readonly #buckets: readonly number[];
  readonly #programs = new Map<number, { program: Program; logits: Logits }>();

  /** @throws {OutOfMemoryError} */
  constructor(options: StepProgramsOptions) {
    const { runtime, config, contextLength, rowLimit, logitsLimit } = options;
    this.#options = options;
    const allocate = (name: string, rows: number) => runtime.allocate(name, [rows], 'i32');
    this.#inputs = {
      ids: allocate('token ids', rowLimit),
      positions: allocate('positions', rowLimit),
      sequences: allocate('sequences', rowLimit),
      wanted: allocate('rows with logits', logitsLimit),
    };
    const view = (tensor: Tensor) => runtime.view(tensor) as Int32Array;
    this.ids = view(this.#inputs.ids);
    this.positions = view(this.#inputs.positions);
    this.sequences = view(this.#inputs.sequences);
    this.wanted = view(this.#inputs.wanted);
    this.#table = allocateRotaryTable(runtime, config, contextLength);
    this.#pairs = allocateExpertPairs(runtime, config);
    this.#buckets = [...new Set([PAIRED_BLOCK_ROWS, PAIRED_ROWS, 32, rowLimit])]
      .filter((rows) => rows <= rowLimit)
      .sort((a, b) => a - b);
  }

  /** Runs the model on the first `rows` rows; returns the logits of the first `wanted` rows asked for, row after row. */
  run(rows: number, wanted: number): Logits {
    let bucket = this.#buckets[0]!;
    for (let i = 1; bucket < rows; i++) bucket = this.#buckets[i]!;
    const { program, logits } = this.#programs.get(bucket) ?? this.#record(bucket);
    program.setRows('rows', rows);
    program.setRows('wanted', wanted);
    program.replay();
    return logits;
  }

  #record(maximum: number): { program: Program; logits: Logits } {
    const { runtime, config, parameters, cache, logitsLimit, form } = this.#options;
    const { ids, positions, sequences, wanted } = this.#inputs;
    const program = record(runtime, () => {
      const { hidden } = decodeCached(
        {
          ids,
          rotary: { positions, table: this.#table },
          rows: { symbol: 'rows', scale: 1, maximum },
          caches: cache.attention(form, sequences, positions),
          pairs: this.#pairs,
        },
        parameters,
        config,
      );
      const last = embedding(hidden, wanted, {
        symbol: 'wanted',
        scale: 1,
        maximum: Math.min(maximum, logitsLimit),
      });
      return vocabularyLogits(last, parameters);
    });
    const made = { program, logits: runtime.view(program.outputs) as Logits };
    this.#programs.set(maximum, made);
    return made;
  }

  release(): void {
    const { runtime } = this.#options;
    for (const { program } of this.#programs.values()) program.release();
    this.#programs.clear();
    const { cosines, sines } = this.#table;
    const pairs = this.#pairs ? [this.#pairs.rowIds, this.#pairs.positions] : [];
    for (const tensor of [...Object.values(this.#inputs), cosines, sines, ...pairs]) runtime.release(tensor);
  }
}
