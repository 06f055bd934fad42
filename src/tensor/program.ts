import { ARGUMENT_SLOT_BYTES } from '../kernels/index.ts';
import { checkIndices, countChecks, type PlacedCheck } from './bounds.ts';
import type { Runtime } from './runtime.ts';
import { STEP_WORDS, StepError } from './steps.ts';
import type { Tensor } from './tensor.ts';

/** A place in an argument block that holds a run-time number of rows. */
export interface RowSlot {
  readonly address: number;
  readonly scale: number;
}

/** What a Program is made of, as the recorder leaves it. */
export interface ProgramParts<Outputs> {
  readonly outputs: Outputs;
  /** Address and number of words of the step table. */
  readonly stepsAddress: number;
  readonly stepsWords: number;
  readonly rowSlots: ReadonlyMap<string, { readonly maximum: number; readonly slots: readonly RowSlot[] }>;
  /** Work counters, zeroed before each replay. */
  readonly countersAddress: number;
  readonly counters: number;
  /** What the host writes as indices, checked before each replay. */
  readonly indexChecks: readonly PlacedCheck[];
  readonly kernelNames: readonly string[];
  readonly memory: ProgramMemory;
  /** Blocks to release with the Program: address and bytes. */
  readonly blocks: readonly (readonly [number, number])[];
}

export interface ProgramMemory {
  /** Bytes of all temporary tensors after planning. */
  readonly arenaBytes: number;
  /** What they would take without sharing memory. */
  readonly unplannedBytes: number;
  /** Step table, argument blocks, counters. */
  readonly tableBytes: number;
  /** The runtime's bytes in use once the Program was recorded: the peak while it runs. */
  readonly peakBytes: number;
}

/** Time of one kernel over a profiled replay. */
export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** A recorded, planned sequence of kernel calls. Replaying it allocates nothing. */
export class Program<Outputs = unknown> {
  /** What the recorded function returned; its tensors can be read after a replay. */
  readonly outputs: Outputs;
  readonly memory: ProgramMemory;
  readonly #runtime: Runtime;
  readonly #parts: ProgramParts<Outputs>;
  readonly #steps: Int32Array;
  readonly #counters: Int32Array;
  #released = false;

  constructor(runtime: Runtime, parts: ProgramParts<Outputs>) {
    this.#runtime = runtime;
    this.#parts = parts;
    this.outputs = parts.outputs;
    this.memory = parts.memory;
    const { memory } = runtime;
    this.#steps = memory.array('i32', parts.stepsAddress, parts.stepsWords) as Int32Array;
    this.#counters = memory.array('i32', parts.countersAddress, parts.counters) as Int32Array;
  }

  /** Number of kernel calls. */
  get steps(): number {
    return this.#steps.length / STEP_WORDS;
  }
  /** Number of barriers in one replay. */
  get barriers(): number {
    let count = 0;
    for (let at = 2; at < this.#steps.length; at += STEP_WORDS) count += this.#steps[at]!;
    return count;
  }
  /** Names of the kernels, in order of execution. */
  get kernels(): readonly string[] {
    return this.#parts.kernelNames;
  }

  /** Sets how many rows count in the next replays, for tensors recorded with this symbol. */
  setRows(symbol: string, rows: number): void {
    const entry = this.#parts.rowSlots.get(symbol);
    if (entry === undefined) throw new Error(`the Program has no row count named ${symbol}`);
    if (!(Number.isInteger(rows) && rows >= 0 && rows <= entry.maximum)) {
      throw new RangeError(`row count ${symbol} must be in 0..${entry.maximum}, got ${rows}`);
    }
    const { words } = this.#runtime.memory;
    for (const { address, scale } of entry.slots) words[address / 4] = rows * scale;
    countChecks(this.#parts.indexChecks, symbol, rows);
  }

  /**
   * Executes all steps and returns when they are done. Throws a RangeError, before anything ran, where an index that the
   * host wrote is out of bounds. Throws an error that names the kernel if one failed; a runtime with several workers
   * cannot be used afterwards.
   */
  replay(): void {
    if (this.#released) throw new Error('the Program was released');
    const { pool, executor } = this.#runtime;
    checkIndices(this.#parts.indexChecks, this.#runtime.memory);
    this.#counters.fill(0);
    try {
      if (pool === undefined) this.#replayAlone();
      else {
        const first = this.#parts.stepsAddress / 4;
        pool.replay(executor.functions, first, first + this.#parts.stepsWords, this.#runtime.number);
      }
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** All workers are played in turn by this thread. */
  #replayAlone(): void {
    const { workers, executor } = this.#runtime;
    const { functions } = executor;
    const steps = this.#steps;
    let at = 0;
    try {
      for (; at < steps.length; at += STEP_WORDS) {
        const run = functions[steps[at]!]!;
        for (let worker = 0; worker < workers; worker++) run(steps[at + 1]! >>> 0, worker, workers);
      }
    } catch (error) {
      throw new StepError(0, at / STEP_WORDS, (error as Error).message);
    }
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof StepError)) return error;
    const { step, worker, message } = error;
    const kernel = this.#parts.kernelNames[step];
    const where = kernel === undefined ? 'the runtime' : `kernel ${kernel} (step ${step})`;
    const end = this.#runtime.pool ? '; the runtime cannot be used any more, close it and create another' : '';
    return new Error(`${where} failed on worker ${worker}: ${message}${end}`, { cause: error });
  }

  /** Replays with a clock around every kernel call of worker 0; times of the same kernel are added. */
  profile(now: () => number): { total: number; kernels: KernelTime[] } {
    const { executor } = this.#runtime;
    const times = executor.functions.map(() => ({ calls: 0, milliseconds: 0 }));
    const names = new Map<number, string>();
    for (let step = 0; step < this.steps; step++) {
      names.set(this.#steps[step * STEP_WORDS]!, this.#parts.kernelNames[step]!);
    }
    const original = executor.functions as ((args: number, worker: number, workers: number) => void)[];
    const saved = [...original];
    saved.forEach((run, index) => {
      original[index] = (args, worker, workers) => {
        const start = now();
        run(args, worker, workers);
        times[index]!.milliseconds += now() - start;
        times[index]!.calls++;
      };
    });
    const start = now();
    try {
      this.replay();
    } finally {
      saved.forEach((run, index) => {
        original[index] = run;
      });
    }
    const total = now() - start;
    const kernels = times
      .map(({ calls, milliseconds }, index) => ({ kernel: names.get(index) ?? '', calls, milliseconds }))
      .filter(({ calls }) => calls > 0)
      .sort((a, b) => b.milliseconds - a.milliseconds);
    return { total, kernels };
  }

  /** Gives the Program's memory back. Its outputs must not be used afterwards. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const [address, bytes] of this.#parts.blocks) this.#runtime.memory.release(address, bytes);
  }
}

/** Bytes of an argument block. */
export function argumentBytes(parameters: number): number {
  return parameters * ARGUMENT_SLOT_BYTES;
}

/** Tensors found in what a recorded function returned: in arrays and plain objects, at any depth. */
export function collectTensors(
  value: unknown,
  isTensor: (value: unknown) => value is Tensor,
  into: Tensor[] = [],
): Tensor[] {
  if (isTensor(value)) into.push(value);
  else if (Array.isArray(value)) for (const item of value) collectTensors(item, isTensor, into);
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collectTensors(item, isTensor, into);
  }
  return into;
}
