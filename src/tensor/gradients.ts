import { add, copy, fill } from '../kernels/elementwise.ts';
import type { Recorder } from './record.ts';
import { overlap, type Region, regionOf, subtract } from './regions.ts';
import { type Storage, Tensor } from './tensor.ts';

interface Entry {
  /** Gradient of the whole storage, laid out as the storage is. */
  readonly gradient: Tensor;
  /** First element in the storage that the gradient covers. */
  readonly base: number;
  /** Elements of a row, and the number of rows: the unit in which written parts are tracked. */
  readonly stride: number;
  readonly rows: number;
  /** Parts that hold a sum already. */
  readonly written: Region[];
}

/** Where an op's backward pass writes: `accumulate` says whether to add to what is there or to overwrite it. */
export interface GradientTarget {
  readonly tensor: Tensor;
  readonly accumulate: boolean;
}

/**
 * Gradients of one recording. An op registers its backward pass with {@link onBackward}; `backward` runs them in reverse.
 * The gradient of a view is the same view of its base's gradient, so splitting and joining columns costs nothing. Views
 * may overlap in any way: parts that were written are added to, the others are set.
 */
export class Gradients {
  readonly #recorder: Recorder;
  readonly #entries = new Map<Storage, Entry>();
  readonly #parameters: Entry[] = [];
  readonly #tape: { readonly output: Tensor; readonly run: (gradient: Tensor) => void }[] = [];
  readonly #wanted = new Set<Storage>();
  #done = false;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /**
   * Declares a parameter, with the tensor that receives its gradient (same shape). With `accumulate` the gradient is
   * added to what that tensor holds when a replay begins. Call it before the first op that uses the parameter.
   */
  parameter(tensor: Tensor, gradient: Tensor, options: { accumulate?: boolean } = {}): void {
    if (gradient.size !== tensor.size || !tensor.contiguous || !gradient.contiguous || gradient.dtype !== 'f32') {
      throw new RangeError(
        `the gradient of ${tensor.name} must be f32 and have its shape, and both must be contiguous`,
      );
    }
    if (this.#wanted.has(tensor.storage)) throw new Error(`${tensor.name} already has a gradient`);
    this.#wanted.add(tensor.storage);
    const [stride, rows] = [Math.max(1, tensor.columns), tensor.rows];
    const whole = { firstRow: 0, endRow: rows, firstColumn: 0, endColumn: stride };
    const written = options.accumulate ? [whole] : [];
    const entry = { gradient, base: tensor.offset, stride, rows, written };
    this.#entries.set(tensor.storage, entry);
    this.#parameters.push(entry);
  }

  /** Whether a tensor's gradient is of use: it is a parameter or was computed from one. */
  wants(tensor: Tensor): boolean {
    return this.#wanted.has(tensor.storage);
  }

  /**
   * Registers how to pass on the gradient of `output`, if any of `inputs` wants one. An op that works in place on an
   * output of another op has the same tensor as input and output; what it changes must not be needed by the backward
   * pass of an op recorded before it.
   */
  onBackward(inputs: readonly Tensor[], output: Tensor, run: (gradient: Tensor) => void): void {
    if (this.#done || !inputs.some((input) => this.wants(input))) return;
    this.#wanted.add(output.storage);
    this.#tape.push({ output, run });
  }

  #entryOf(tensor: Tensor): Entry {
    const { storage, dtype, stride, rowCount } = tensor;
    let entry = this.#entries.get(storage);
    if (entry === undefined) {
      const rows = storage.bytes / 4 / stride;
      if (dtype !== 'f32' || !Number.isInteger(rows)) throw new Error(`tensor ${storage.name} cannot have a gradient`);
      const gradient = this.#recorder.empty([rows, stride], { name: `gradient of ${storage.name}`, rowCount });
      entry = { gradient, base: 0, stride, rows, written: [] };
      this.#entries.set(storage, entry);
    }
    return entry;
  }

  #viewOf({ gradient, base }: Entry, { shape, stride, offset, rowCount }: Tensor): Tensor {
    const { storage } = gradient;
    return new Tensor({ storage, dtype: 'f32', shape, stride, offset: gradient.offset + offset - base, rowCount });
  }

  /**
   * Where to put the gradient of an input; undefined if nobody needs it. The caller must write all elements, or add to
   * all when `accumulate` is set.
   */
  target(tensor: Tensor): GradientTarget | undefined {
    if (!this.wants(tensor)) return undefined;
    const entry = this.#entryOf(tensor);
    const region = regionOf(tensor, entry.base, entry.stride);
    const accumulate = entry.written.some((other) => overlap(other, region));
    if (accumulate) this.#complete(entry, region);
    else entry.written.push(region);
    return { tensor: this.#viewOf(entry, tensor), accumulate };
  }

  /** Sets the parts of a region that nothing was written to yet to zero. */
  #complete(entry: Entry, region: Region): void {
    const { gradient, stride } = entry;
    for (const part of subtract(region, entry.written)) {
      const { firstRow, endRow, firstColumn, endColumn } = part;
      const all = firstRow === 0 && endRow === entry.rows;
      this.#fill(
        new Tensor({
          storage: gradient.storage,
          dtype: 'f32',
          shape: [endRow - firstRow, endColumn - firstColumn],
          stride,
          offset: gradient.offset + firstRow * stride + firstColumn,
          rowCount: all ? gradient.rowCount : undefined,
        }),
        0,
      );
      entry.written.push(part);
    }
  }

  /** The gradient of an output, with parts that nothing flowed into set to zero; undefined if nothing did. */
  #collected(output: Tensor): Tensor | undefined {
    const entry = this.#entries.get(output.storage);
    if (entry === undefined) return undefined;
    const region = regionOf(output, entry.base, entry.stride);
    if (!entry.written.some((other) => overlap(other, region))) return undefined;
    this.#complete(entry, region);
    return this.#viewOf(entry, output);
  }

  #fill(tensor: Tensor, value: number): void {
    const { columns, stride, rowCount } = tensor;
    this.#recorder.call(fill, { y: tensor, rows: rowCount ?? tensor.rows, columns, yStride: stride, value });
  }

  /**
   * Runs all backward passes for Σ seed · loss over all elements of all losses; a seed is a number for every loss or a
   * tensor of the loss's shape for each. Afterwards every parameter's gradient is whole: zero where nothing flowed.
   */
  backward(losses: Tensor | readonly Tensor[], seeds: number | readonly Tensor[] = 1): void {
    if (this.#done) throw new Error('backward was recorded already; pass all losses to one call');
    const list = losses instanceof Tensor ? [losses] : losses;
    list.forEach((loss, index) => {
      this.#seed(loss, typeof seeds === 'number' ? seeds : seeds[index]!);
    });
    this.#done = true;
    for (const { output, run } of this.#tape.toReversed()) {
      const gradient = this.#collected(output);
      if (gradient !== undefined) run(gradient);
    }
    for (const entry of this.#parameters) {
      this.#complete(entry, { firstRow: 0, endRow: entry.rows, firstColumn: 0, endColumn: entry.stride });
    }
  }

  #seed(loss: Tensor, seed: number | Tensor): void {
    const target = this.target(loss);
    if (target === undefined) throw new Error(`the loss ${loss.name} does not depend on any parameter`);
    const { tensor: y, accumulate } = target;
    let source = seed;
    if (typeof source === 'number') {
      if (!accumulate) {
        this.#fill(y, source);
        return;
      }
      const repeated = this.#recorder.empty(loss.shape, { rowCount: loss.rowCount });
      this.#fill(repeated, source);
      source = repeated;
    }
    const sizes = { rows: loss.rowCount ?? loss.rows, columns: loss.columns, yStride: y.stride };
    const { stride } = source;
    if (accumulate) this.#recorder.call(add, { a: y, b: source, y, ...sizes, aStride: y.stride, bStride: stride });
    else this.#recorder.call(copy, { x: source, y, ...sizes, xStride: stride });
  }
}
