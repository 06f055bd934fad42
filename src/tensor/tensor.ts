import { DTYPE_BYTES, type DType } from './dtype.ts';
import type { LinearMemory } from './memory.ts';

/**
 * A number of rows that is known only when a Program runs, up to a maximum: the value that the caller gives `symbol`
 * before a replay, times `scale`.
 */
export interface RowCount {
  readonly symbol: string;
  readonly scale: number;
  readonly maximum: number;
}

/** Where a tensor's bytes are. Temporary storage gets its address when the Program is planned. */
export interface Storage {
  readonly name: string;
  readonly bytes: number;
  address: number | undefined;
  readonly persistent: boolean;
  /** The memory that the address is in; undefined: that of the runtime that the tensor is used with. */
  memory?: LinearMemory;
}

/**
 * A view into a memory: elements row-major, the last dimension contiguous, rows `stride` elements apart. Shapes
 * give the most that occurs; `rowCount` tells how many rows count in a given step (absent: all of them).
 */
export class Tensor {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Elements from one row (last dimension) to the next. */
  readonly stride: number;
  /** Elements from the storage's beginning. */
  readonly offset: number;
  readonly rowCount: RowCount | undefined;

  constructor(fields: {
    storage: Storage;
    dtype: DType;
    shape: readonly number[];
    stride?: number;
    offset?: number;
    rowCount?: RowCount | undefined;
  }) {
    for (const size of fields.shape) {
      if (!(Number.isInteger(size) && size >= 0)) {
        throw new RangeError(
          `tensor ${fields.storage.name}: shape [${fields.shape}] has a size that is no whole number`,
        );
      }
    }
    this.storage = fields.storage;
    this.dtype = fields.dtype;
    this.shape = fields.shape;
    this.stride = fields.stride ?? this.columns;
    this.offset = fields.offset ?? 0;
    this.rowCount = fields.rowCount;
    if (this.#endOffset() * DTYPE_BYTES[this.dtype] > this.storage.bytes) {
      throw new RangeError(
        `tensor ${this.storage.name}: shape [${this.shape}] reaches past its ${this.storage.bytes} bytes`,
      );
    }
  }

  /** Size of the last dimension. */
  get columns(): number {
    return this.shape.at(-1) ?? 1;
  }
  /** Product of all dimensions but the last: the most rows there can be. */
  get rows(): number {
    return this.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  }
  get size(): number {
    return this.rows * this.columns;
  }
  get name(): string {
    return this.storage.name;
  }
  /** Whether rows follow one another without a gap. */
  get contiguous(): boolean {
    return this.stride === this.columns || this.rows <= 1;
  }

  #endOffset(): number {
    return this.size === 0 ? 0 : this.offset + (this.rows - 1) * this.stride + this.columns;
  }

  /** First byte within the storage and the number of bytes up to the end of the last row. */
  byteRange(): { start: number; length: number } {
    const bytes = DTYPE_BYTES[this.dtype];
    return { start: this.offset * bytes, length: this.size === 0 ? 0 : (this.#endOffset() - this.offset) * bytes };
  }

  /** Columns start…start+count-1 of every row. */
  slice(start: number, count: number): Tensor {
    if (start < 0 || count < 0 || start + count > this.columns) {
      throw new RangeError(`tensor ${this.name}: columns ${start}..${start + count} of ${this.columns}`);
    }
    return this.#view({ shape: [...this.shape.slice(0, -1), count], offset: this.offset + start });
  }

  /** Rows start…start+count-1 of a matrix. */
  rowRange(start: number, count: number): Tensor {
    if (this.shape.length !== 2 || start < 0 || count < 0 || start + count > this.rows) {
      throw new RangeError(`tensor ${this.name}: no rows ${start}..${start + count} in shape [${this.shape}]`);
    }
    this.#refuseRowCount('rows');
    return this.#view({ shape: [count, this.columns], offset: this.offset + start * this.stride });
  }

  /** Entry `index` of the first dimension (one expert's matrix of a stack). */
  at(index: number): Tensor {
    const [first, ...rest] = this.shape;
    if (first === undefined || rest.length === 0 || index < 0 || index >= first) {
      throw new RangeError(`tensor ${this.name}: no entry ${index} in shape [${this.shape}]`);
    }
    this.#refuseRowCount('an entry');
    const rows = rest.slice(0, -1).reduce((product, size) => product * size, 1);
    return this.#view({ shape: rest, offset: this.offset + index * rows * this.stride });
  }

  /** The same elements in another shape; the tensor must be contiguous. */
  reshape(...shape: number[]): Tensor {
    const size = shape.reduce((product, n) => product * n, 1);
    if (!this.contiguous || size !== this.size) {
      throw new RangeError(`tensor ${this.name}: cannot view shape [${this.shape}] as [${shape}]`);
    }
    const view = this.#view({ shape, offset: this.offset, stride: shape.at(-1) ?? 1 });
    if (this.rowCount === undefined || view.rows === this.rows) return view;
    const factor = view.rows / this.rows;
    if (!Number.isInteger(factor)) this.#refuseRowCount(`rows joined to [${shape}]`);
    return view.withRows({ ...this.rowCount, scale: this.rowCount.scale * factor });
  }

  #refuseRowCount(what: string): void {
    if (this.rowCount === undefined) return;
    throw new RangeError(`tensor ${this.name}: no view of ${what}, for its number of rows is known only at run time`);
  }

  /** The same tensor whose counted rows are given by `rowCount`. */
  withRows(rowCount: RowCount | undefined): Tensor {
    return new Tensor({ ...this.#fields(), rowCount });
  }

  #fields() {
    const { storage, dtype, shape, stride, offset, rowCount } = this;
    return { storage, dtype, shape, stride, offset, rowCount };
  }
  #view(changed: { shape: readonly number[]; offset: number; stride?: number }): Tensor {
    return new Tensor({ ...this.#fields(), ...changed });
  }
}
