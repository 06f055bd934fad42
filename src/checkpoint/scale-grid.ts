import { SCALE_GROUP } from '../kernels/narrow-panels.ts';
import { fp8Table } from './fp8.ts';

/** Scales of a weight in 8-bit floats, one for each block of its rows and columns, as they stand in a file by rows. */
export interface ScaleGrid {
  readonly path: string;
  readonly offset: number;
  readonly dtype: 'F32' | 'F8_E8M0';
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of the weight that share a scale. */
  readonly block: readonly [rows: number, columns: number];
}

/** Rows of a grid: those that some rows of the weight need. */
export interface ScaleRows {
  readonly first: number;
  readonly count: number;
}

/** Bytes of a row of scales. */
export function scaleRowBytes({ dtype, columns }: ScaleGrid): number {
  return dtype === 'F32' ? 4 * columns : columns;
}

/** The scales that are written in these bytes. */
export function decodeScales(dtype: ScaleGrid['dtype'], bytes: Uint8Array<ArrayBuffer>): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const table = fp8Table('F8_E8M0');
  return Float32Array.from(bytes, (code) => table[code]!);
}

/** The rows of scales that rows first…first+count-1 of the weight need. */
export function scaleRowsFor({ block }: ScaleGrid, first: number, count: number): ScaleRows {
  const start = Math.floor(first / block[0]);
  return { first: start, count: Math.ceil((first + count) / block[0]) - start };
}

/** Whether every group of 128 columns of a row, as panels have them, has one scale. */
export function hasScalePerGroup({ block }: ScaleGrid, columns: number): boolean {
  return block[1] % SCALE_GROUP === 0 || columns <= block[1];
}

/** The same for columns of `count` numbers from row `first` on, which are rows of the transpose. */
export function hasScalePerColumnGroup({ block }: ScaleGrid, first: number, count: number): boolean {
  for (let from = 0; from < count; from += SCALE_GROUP) {
    const last = Math.min(from + SCALE_GROUP, count) - 1;
    if (Math.floor((first + from) / block[0]) !== Math.floor((first + last) / block[0])) return false;
  }
  return true;
}

/**
 * Scales [count, groups] for rows first…first+count-1 of a weight with `columns` columns.
 * @param scales of the rows that {@link scaleRowsFor} names
 */
export function scalesByGroup(
  grid: ScaleGrid,
  columns: number,
  rows: { readonly first: number; readonly count: number },
  scales: Float32Array,
): Float32Array {
  const { block } = grid;
  const groups = Math.ceil(columns / SCALE_GROUP);
  const { first } = scaleRowsFor(grid, rows.first, rows.count);
  const result = new Float32Array(rows.count * groups);
  for (let row = 0; row < rows.count; row += 1) {
    const at = (Math.floor((rows.first + row) / block[0]) - first) * grid.columns;
    for (let group = 0; group < groups; group += 1) {
      result[row * groups + group] = scales[at + Math.floor((group * SCALE_GROUP) / block[1])]!;
    }
  }
  return result;
}

/**
 * Scales [count, groups] for columns first…first+count-1 of a weight, cut to `length` numbers from its row `top` on: rows
 * of the transpose.
 * @param scales of the rows that {@link scaleRowsFor} names for `top` and `length`
 */
export function scalesByColumnGroup(
  grid: ScaleGrid,
  cut: { readonly top: number; readonly length: number },
  columns: { readonly first: number; readonly count: number },
  scales: Float32Array,
): Float32Array {
  const { block } = grid;
  const groups = Math.ceil(cut.length / SCALE_GROUP);
  const { first } = scaleRowsFor(grid, cut.top, cut.length);
  return Float32Array.from({ length: columns.count * groups }, (_, i) => {
    const row = Math.floor((cut.top + (i % groups) * SCALE_GROUP) / block[0]) - first;
    return scales[row * grid.columns + Math.floor((columns.first + Math.floor(i / groups)) / block[1])]!;
  });
}
