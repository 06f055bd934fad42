import { ARGUMENT_SLOT_BYTES, type Kernel, type Parameters } from '../kernels/index.ts';
import type { Precision } from '../kernels/matmul-plan.ts';
import { BoundsChecker, placeChecks } from './bounds.ts';
import { DTYPE_BYTES, type DType } from './dtype.ts';
import { Gradients } from './gradients.ts';
import { OutOfMemoryError } from './memory.ts';
import { type Access, planBarriers, planMemory } from './plan.ts';
import { argumentBytes, collectTensors, Program, type RowSlot } from './program.ts';
import type { Runtime } from './runtime.ts';
import { orderSteps, runsAlone } from './schedule.ts';
import { STEP_WORDS } from './steps.ts';
import { type RowCount, type Storage, Tensor } from './tensor.ts';

/** An operand of a kernel call: a tensor for a pointer (0 for none), a number, or a run-time row count. */
export type Operand = Tensor | number | RowCount;

interface RecordedStep {
  readonly kernel: Kernel;
  readonly operands: readonly Operand[];
  readonly accesses: readonly Access[];
}

/** Collects the kernel calls of one `record()`. Ops reach it through {@link recorder}. */
export class Recorder {
  readonly runtime: Runtime;
  /** Present when gradients are recorded. */
  readonly gradients: Gradients | undefined;
  /** Precision of linear layers that do not choose their own. */
  readonly products: Precision;
  readonly steps: RecordedStep[] = [];
  readonly #own = new WeakSet<Storage>();
  readonly #writes = new Map<Storage, number>();
  readonly #derived = new Map<Tensor, Map<string, { readonly value: Tensor; readonly writes: number }>>();
  readonly #bounds: BoundsChecker;
  #temporaries = 0;
  #counters = 0;
  readonly counterStorage: Storage = { name: 'work counters', bytes: 0, address: undefined, persistent: true };

  constructor(runtime: Runtime, { gradients = false, products = 'f32' }: RecordOptions) {
    this.runtime = runtime;
    this.#bounds = new BoundsChecker(runtime.target, runtime.workers);
    this.gradients = gradients ? new Gradients(this) : undefined;
    this.products = products;
  }

  /** A temporary tensor; it has memory only while steps use it. */
  empty(
    shape: readonly number[],
    options: { dtype?: DType; name?: string; rowCount?: RowCount | undefined } = {},
  ): Tensor {
    const dtype = options.dtype ?? 'f32';
    const bytes = shape.reduce((product, size) => product * size, 1) * DTYPE_BYTES[dtype];
    const name = options.name ?? `temporary ${this.#temporaries++}`;
    const { memory } = this.runtime;
    const storage: Storage = { name, bytes, address: undefined, persistent: false, memory };
    this.#own.add(storage);
    return new Tensor({ storage, dtype, shape, rowCount: options.rowCount });
  }

  /** An i32 cell that is 0 when its step begins, for `dynamicLoop`. */
  counter(): Tensor {
    const offset = this.#counters++;
    (this.counterStorage as { bytes: number }).bytes = 4 * this.#counters;
    return new Tensor({ storage: this.counterStorage, dtype: 'i32', shape: [1], offset });
  }
  get counters(): number {
    return this.#counters;
  }

  /** Appends a kernel call. Every parameter must be given; pointers take tensors. */
  call<P extends Parameters>(kernel: Kernel<P>, values: { readonly [N in keyof P]: Operand }): void {
    const operands: Operand[] = [];
    const accesses: Access[] = [];
    for (const [name, kind] of Object.entries(kernel.parameters)) {
      const value = values[name];
      if (value === undefined) throw new TypeError(`kernel ${kernel.name}: no value for parameter ${name}`);
      operands.push(value);
      const pointer = kind !== 'i32' && kind !== 'f32';
      if (pointer && value instanceof Tensor) {
        const range = value.byteRange();
        const { storage } = value;
        this.#checkUsable(storage);
        if (range.length > 0) {
          if (kind !== 'out') accesses.push({ storage, ...range, writes: false });
          if (kind !== 'in') {
            accesses.push({ storage, ...range, writes: true });
            this.#writes.set(storage, (this.#writes.get(storage) ?? 0) + 1);
          }
        }
      } else if (pointer !== value instanceof Tensor && value !== 0) {
        throw new TypeError(
          `kernel ${kernel.name}: parameter ${name} is of kind ${kind} and cannot be ${String(value)}`,
        );
      }
    }
    this.#bounds.check(kernel as unknown as Kernel, operands);
    this.steps.push({ kernel: kernel as unknown as Kernel, operands, accesses });
  }

  /**
   * What several ops compute from the same tensor, made once: the value that `make` returned for this tensor and purpose,
   * unless its storage has been written since. `make` emits the calls, or leaves that to its caller.
   */
  derived(source: Tensor, purpose: string, make: () => Tensor): Tensor {
    const writes = this.#writes.get(source.storage) ?? 0;
    const byPurpose = this.#derived.get(source) ?? new Map();
    this.#derived.set(source, byPurpose);
    const known = byPurpose.get(purpose);
    if (known?.writes === writes) return known.value;
    const value = make();
    byPurpose.set(purpose, { value, writes });
    return value;
  }

  #checkUsable(storage: Storage): void {
    if (!storage.persistent && !this.#own.has(storage)) {
      throw new Error(`${storage.name} belongs to another Program; copy it into a tensor of the runtime`);
    }
    if (storage.persistent && storage.address === undefined && storage !== this.counterStorage) {
      throw new Error(`${storage.name} was released`);
    }
    if (storage.memory !== undefined && storage.memory !== this.runtime.memory) {
      throw new Error(`${storage.name} is in another memory than the Program`);
    }
  }

  /** Plans memory, writes the tables, compiles the kernels. */
  finish<Outputs>(outputs: Outputs): Program<Outputs> {
    const { runtime, steps } = this;
    const kept = collectTensors(outputs, (value): value is Tensor => value instanceof Tensor);
    const blocks: [number, number][] = [];
    const take = (bytes: number, what: string, near = false) => {
      const address = runtime.memory.allocate(bytes, what, { near });
      blocks.push([address, bytes]);
      return address;
    };
    checkReads(steps);
    const phases = runtime.workers > 1 ? this.#reorder() : undefined;
    const alone = steps.map(({ accesses }) => runsAlone(accesses));
    try {
      const arena = this.#placeTemporaries(new Set(kept.map(({ storage }) => storage)), phases, take);
      this.counterStorage.address = take(4 * this.#counters, 'the work counters of a Program');
      const accesses = steps.map((step) => step.accesses);
      const waits = planBarriers(accesses, alone);
      const slots = steps.reduce((sum, { operands }) => sum + operands.length, 0);
      const argumentsAddress = take(argumentBytes(slots), 'the arguments of a Program', true);
      const stepsAddress = take(4 * STEP_WORDS * steps.length, 'the steps of a Program');
      const rowSlots = this.#writeTables(argumentsAddress, stepsAddress, { waits, alone });
      runtime.executor.distribute();
      return new Program(runtime, {
        outputs,
        stepsAddress,
        stepsWords: STEP_WORDS * steps.length,
        rowSlots,
        countersAddress: this.counterStorage.address,
        counters: this.#counters,
        indexChecks: placeChecks(this.#bounds.checks),
        kernelNames: steps.map(({ kernel }) => kernel.key),
        memory: {
          ...arena,
          tableBytes: argumentBytes(slots) + 4 * STEP_WORDS * steps.length + 4 * this.#counters,
          peakBytes: runtime.memory.usedBytes,
        },
        blocks,
      });
    } catch (error) {
      for (const [address, bytes] of blocks) runtime.memory.release(address, bytes);
      throw error;
    }
  }

  /** Puts the steps in an order with fewer barriers; yields the number of barriers before each. */
  #reorder(): Int32Array {
    const recorded = [...this.steps];
    const accesses = recorded.map((step) => step.accesses);
    const { order, phases } = orderSteps(accesses, accesses.map(runsAlone));
    order.forEach((from, to) => {
      this.steps[to] = recorded[from]!;
    });
    return phases;
  }

  #placeTemporaries(
    kept: ReadonlySet<Storage>,
    phases: Int32Array | undefined,
    take: (bytes: number, what: string) => number,
  ) {
    const accesses = this.steps.map((step) => step.accesses);
    const { offsets, bytes } = planMemory(accesses, kept, phases);
    const base = take(bytes, 'the temporary tensors of a Program');
    let unplannedBytes = 0;
    for (const [storage, offset] of offsets) {
      storage.address = base + offset;
      unplannedBytes += storage.bytes;
    }
    for (const storage of kept) {
      if (storage.bytes === 0) storage.address ??= base;
      if (storage.address === undefined) throw new Error(`output ${storage.name} is not written by any step`);
    }
    return { arenaBytes: bytes, unplannedBytes };
  }

  #writeTables(
    argumentsAddress: number,
    stepsAddress: number,
    { waits, alone }: { waits: readonly boolean[]; alone: readonly boolean[] },
  ) {
    const { view } = this.runtime.memory;
    const rowSlots = new Map<string, { maximum: number; slots: RowSlot[] }>();
    let slot = argumentsAddress;
    this.steps.forEach(({ kernel, operands }, index) => {
      const kinds = Object.values(kernel.parameters);
      const step = stepsAddress + 4 * STEP_WORDS * index;
      view.setInt32(step, this.runtime.executor.kernelNumber(kernel), true);
      view.setInt32(step + 4, slot, true);
      view.setInt32(step + 8, waits[index] ? 1 : 0, true);
      view.setInt32(step + 12, alone[index] ? 1 : 0, true);
      operands.forEach((operand, position) => {
        if (operand instanceof Tensor) {
          const address = operand.storage.address ?? 0;
          view.setBigUint64(slot, BigInt(address + operand.byteRange().start), true);
        } else if (typeof operand === 'object') {
          view.setInt32(slot, operand.maximum * operand.scale, true);
          const entry = rowSlots.get(operand.symbol) ?? { maximum: operand.maximum, slots: [] };
          if (entry.maximum !== operand.maximum) {
            throw new Error(`row count ${operand.symbol} has maximum ${entry.maximum} and ${operand.maximum}`);
          }
          entry.slots.push({ address: slot, scale: operand.scale });
          rowSlots.set(operand.symbol, entry);
        } else if (kinds[position] === 'f32') view.setFloat32(slot, operand, true);
        else if (kinds[position] === 'i32') {
          if (!Number.isInteger(operand)) throw new TypeError(`kernel ${kernel.name}: ${operand} is not an integer`);
          view.setInt32(slot, operand, true);
        } else view.setBigUint64(slot, BigInt(operand), true);
        slot += ARGUMENT_SLOT_BYTES;
      });
    });
    return rowSlots;
  }
}

/** Throws if a step reads a temporary tensor that no step has written. */
function checkReads(steps: readonly RecordedStep[]): void {
  const written = new Set<Storage>();
  steps.forEach(({ kernel, accesses }, step) => {
    for (const { storage, writes } of accesses) if (writes) written.add(storage);
    for (const { storage } of accesses) {
      if (!storage.persistent && !written.has(storage)) {
        throw new Error(`kernel ${kernel.key} (step ${step}) reads ${storage.name}, which no step before it writes`);
      }
    }
  });
}

let current: Recorder | undefined;

/** The recorder of the `record()` in progress. Ops call it; outside `record()` it throws. */
export function recorder(): Recorder {
  if (current === undefined) throw new Error('this op must run inside record(() => …)');
  return current;
}

export interface RecordOptions {
  /** Record how to compute gradients, for {@link backward}. */
  readonly gradients?: boolean;
  /**
   * What the operands of linear layers, forward and backward, are rounded to before they are multiplied; sums and
   * everything else are f32. An op may ask for f32 (router, vocabulary head). `bf16` is faster where the processor
   * multiplies bf16 pairs (AVX512_BF16), elsewhere not. Default f32.
   */
  readonly products?: Precision;
}

/**
 * Runs model code once and returns the Program it describes. Tensors that `body` returns (in objects and arrays) stay
 * readable after a replay. Throws {@link OutOfMemoryError} when the planned memory does not fit.
 */
export function record<Outputs>(runtime: Runtime, body: () => Outputs, options: RecordOptions = {}): Program<Outputs> {
  if (current !== undefined) throw new Error('record() cannot be nested');
  current = new Recorder(runtime, options);
  try {
    return current.finish(body());
  } finally {
    current = undefined;
  }
}

/** The number of rows of a tensor as a kernel operand: fixed, or given at run time. */
export function rowsOf(tensor: Tensor): number | RowCount {
  return tensor.rowCount ?? tensor.rows;
}

export { OutOfMemoryError };
