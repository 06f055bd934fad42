import { type PanelFormat, panelsBytes } from '../kernels/panels.ts';
import type { Runtime } from './runtime.ts';
import type { Tensor } from './tensor.ts';

/**
 * Weights that stay as files keep them, in blocks of few bits or in 16-bit floats: a matrix [rows, columns] or a stack of
 * such matrices [experts, rows, columns], each packed in panels for the target of its runtime (see kernels/block-formats.ts
 * and kernels/narrow-panels.ts). Matrices of a stack stand one after the other.
 */
export class BlockTensor {
  readonly format: PanelFormat;
  readonly shape: readonly number[];
  /** The panels, u8 [bytes]. */
  readonly panels: Tensor;
  /** f32 lanes of the vectors that the panels are made for. */
  readonly lanes: number;

  /** @throws {RangeError} if the panels have another number of bytes than the shape needs */
  constructor(fields: { format: PanelFormat; shape: readonly number[]; panels: Tensor; lanes: number }) {
    const { format, shape, panels, lanes } = fields;
    this.format = format;
    this.shape = shape;
    this.panels = panels;
    this.lanes = lanes;
    if (panels.size !== this.matrices * this.matrixBytes) {
      throw new RangeError(
        `weights ${panels.name}: shape [${shape}] takes ${this.matrices * this.matrixBytes} bytes, not ${panels.size}`,
      );
    }
  }

  get name(): string {
    return this.panels.name;
  }
  get columns(): number {
    return this.shape.at(-1)!;
  }
  /** Rows of all matrices. */
  get rows(): number {
    return this.matrices * this.matrixRows;
  }
  get matrixRows(): number {
    return this.shape.at(-2)!;
  }
  get matrices(): number {
    return this.shape.slice(0, -2).reduce((product, size) => product * size, 1);
  }
  /** Bytes of one matrix in panels. */
  get matrixBytes(): number {
    return panelsBytes(this.format, this.lanes, this.matrixRows, this.columns);
  }

  /** One matrix of a stack. */
  at(index: number): BlockTensor {
    if (!(this.shape.length > 2 && index >= 0 && index < this.shape[0]!)) {
      throw new RangeError(`weights ${this.name}: no entry ${index} in shape [${this.shape}]`);
    }
    const shape = this.shape.slice(1);
    const bytes = this.panels.size / this.shape[0]!;
    return new BlockTensor({ ...this, shape, panels: this.panels.slice(index * bytes, bytes) });
  }

  /** Some rows of a matrix. They may begin and end within a panel, so they are a place to load into, not an operand. */
  rowRange(first: number, count: number): BlockRows {
    if (this.shape.length !== 2 || first < 0 || count < 0 || first + count > this.matrixRows) {
      throw new RangeError(`weights ${this.name}: no rows ${first}..${first + count} in shape [${this.shape}]`);
    }
    return { matrix: this, first, count };
  }
}

/** Rows of a matrix in panels. */
export interface BlockRows {
  readonly matrix: BlockTensor;
  readonly first: number;
  readonly count: number;
}

/** Rows of several weights one after the other, as if they were one: where files keep them in different formats. */
export class JoinedRows {
  readonly parts: readonly (Tensor | BlockTensor)[];

  constructor(parts: readonly (Tensor | BlockTensor)[]) {
    this.parts = parts;
  }

  get columns(): number {
    return this.parts[0]!.columns;
  }
  get name(): string {
    return this.parts.map(({ name }) => name).join(' and ');
  }

  at(index: number): JoinedRows {
    return new JoinedRows(this.parts.map((part) => part.at(index)));
  }

  /** Rows that are exactly those of one part. */
  rowRange(first: number, count: number): Tensor | BlockRows {
    let before = 0;
    for (const part of this.parts) {
      const rows = part.shape.at(-2)!;
      if (before === first && rows === count) return part.rowRange(0, rows);
      before += rows;
    }
    throw new RangeError(`weights ${this.name}: rows ${first}..${first + count} are not those of one part`);
  }
}

/** What a linear layer multiplies with. */
export type Weight = Tensor | BlockTensor | JoinedRows;

/** A block tensor that lives as long as its runtime, zeroed. Throws OutOfMemoryError. */
export function allocateBlockTensor(
  runtime: Runtime,
  name: string,
  shape: readonly number[],
  format: PanelFormat,
): BlockTensor {
  const { lanes } = runtime.target;
  const matrices = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const bytes = matrices * panelsBytes(format, lanes, shape.at(-2)!, shape.at(-1)!);
  return new BlockTensor({ format, shape, lanes, panels: runtime.allocate(name, [bytes], 'u8') });
}
