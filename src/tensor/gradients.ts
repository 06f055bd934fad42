import { fill } from '../kernels/elementwise.ts';
import type { Recorder } from './record.ts';
import { type Storage, Tensor } from './tensor.ts';

interface Entry {
  readonly gradient: Tensor;
  /** Column ranges of the whole that hold a value already. */
  readonly written: { start: number; end: number }[];
  /** True when the memory held a meaningful sum before this Program began. */
  readonly initialised: boolean;
}

/** Where an op's backward pass writes: `accumulate` says whether to add to what is there or to overwrite it. */
export interface GradientTarget {
  readonly tensor: Tensor;
  readonly accumulate: boolean;
}

/**
 * Gradients of one recording. An op registers its backward pass with {@link onBackward}; `backward` runs them in reverse.
 * The gradient of a view is the same view of its base's gradient, so splitting and joining columns costs nothing.
 */
export class Gradients {
  readonly #recorder: Recorder;
  readonly #entries = new Map<Storage, Entry>();
  readonly #tape: { readonly output: Tensor; readonly run: (gradient: Tensor) => void }[] = [];
  readonly #wanted = new Set<Storage>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Declares a parameter, with the tensor that receives its gradient (same shape). */
  parameter(tensor: Tensor, gradient: Tensor, options: { accumulate?: boolean } = {}): void {
    if (gradient.size !== tensor.size || !tensor.contiguous || !gradient.contiguous) {
      throw new RangeError(`the gradient of ${tensor.name} must have its shape, and both must be contiguous`);
    }
    this.#wanted.add(tensor.storage);
    this.#entries.set(tensor.storage, { gradient, written: [], initialised: options.accumulate ?? false });
  }

  /** Whether a tensor's gradient is of use: it is a parameter or was computed from one. */
  wants(tensor: Tensor): boolean {
    return this.#wanted.has(tensor.storage);
  }

  /** Registers how to pass on the gradient of `output`, if any of `inputs` wants one. */
  onBackward(inputs: readonly Tensor[], output: Tensor, run: (gradient: Tensor) => void): void {
    if (!inputs.some((input) => this.wants(input))) return;
    this.#wanted.add(output.storage);
    this.#tape.push({ output, run });
  }

  #entryOf(tensor: Tensor): Entry {
    let entry = this.#entries.get(tensor.storage);
    if (entry === undefined) {
      const { storage, dtype, stride } = tensor;
      // The whole storage as rows of the view's stride; every view of one storage has the same.
      const rows = storage.bytes / 4 / stride;
      if (dtype !== 'f32' || !Number.isInteger(rows)) throw new Error(`tensor ${storage.name} cannot have a gradient`);
      const gradient = this.#recorder.empty([rows, stride], {
        name: `gradient of ${storage.name}`,
        rowCount: tensor.rowCount,
      });
      entry = { gradient, written: [], initialised: false };
      this.#entries.set(storage, entry);
    }
    return entry;
  }

  #viewOf(entry: Entry, tensor: Tensor): Tensor {
    const { gradient } = entry;
    return new Tensor({
      storage: gradient.storage,
      dtype: 'f32',
      shape: tensor.shape,
      stride: tensor.stride,
      offset: gradient.offset + tensor.offset,
      rowCount: tensor.rowCount,
    });
  }

  /**
   * Where to put the gradient of an input; undefined if nobody needs it. The caller must write all elements, or add to
   * all when `accumulate` is set.
   */
  target(tensor: Tensor): GradientTarget | undefined {
    if (!this.wants(tensor)) return undefined;
    const entry = this.#entryOf(tensor);
    const start = rangeStart(tensor);
    const end = start + rangeLength(tensor);
    const touching = entry.written.filter((range) => range.start < end && start < range.end);
    const covered = touching.some((range) => range.start <= start && end <= range.end);
    const view = this.#viewOf(entry, tensor);
    if (touching.length > 0 && !covered) {
      throw new Error(`gradient of ${tensor.name}: overlapping views were written in parts; use one view for both`);
    }
    if (!covered) entry.written.push({ start, end });
    return { tensor: view, accumulate: covered || entry.initialised };
  }

  /** The gradient of an output, with parts that nothing flowed into set to zero; undefined if nothing did. */
  #collected(output: Tensor): Tensor | undefined {
    const entry = this.#entries.get(output.storage);
    if (entry === undefined || entry.written.length === 0) return undefined;
    const [first, last] = [rangeStart(output), rangeStart(output) + rangeLength(output)];
    let at = first;
    for (const { start, end } of [...entry.written].sort((a, b) => a.start - b.start)) {
      if (start >= last || end <= first) continue;
      if (start > at) this.#zero(entry, output, at - first, start - at);
      at = Math.max(at, end);
    }
    if (at < last) this.#zero(entry, output, at - first, last - at);
    return this.#viewOf(entry, output);
  }

  #zero(entry: Entry, output: Tensor, start: number, count: number): void {
    if (isFlat(output)) throw new Error(`gradient of ${output.name}: some of its entries have no gradient`);
    this.#fill(this.#viewOf(entry, output.slice(start, count)), 0);
  }

  #fill(tensor: Tensor, value: number): void {
    const { columns, stride, rowCount } = tensor;
    this.#recorder.call(fill, { y: tensor, rows: rowCount ?? tensor.rows, columns, yStride: stride, value });
  }

  /** Sets the gradient of every element of the losses to 1 (their sum is minimised) and runs all backward passes. */
  backward(losses: readonly Tensor[]): void {
    for (const loss of losses) {
      const target = this.target(loss);
      if (target === undefined) throw new Error(`the loss ${loss.name} does not depend on any parameter`);
      this.#fill(target.tensor, 1);
    }
    for (const { output, run } of this.#tape.toReversed()) {
      const gradient = this.#collected(output);
      if (gradient !== undefined) run(gradient);
    }
  }
}

/** Stacks of matrices are tracked by entry (offset in the storage), row tensors by column. */
function isFlat(tensor: Tensor): boolean {
  return tensor.storage.persistent;
}
function rangeStart(tensor: Tensor): number {
  return isFlat(tensor) ? tensor.offset : tensor.offset % tensor.stride;
}
function rangeLength(tensor: Tensor): number {
  return isFlat(tensor) ? tensor.size : tensor.columns;
}
