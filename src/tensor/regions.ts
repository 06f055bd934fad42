import type { Tensor } from './tensor.ts';

/** A rectangle of a storage seen as rows of one length; ends are one past the last. */
export interface Region {
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstColumn: number;
  readonly endColumn: number;
}

/** Where a view lies within a storage of rows of `stride` elements that begins at element `base`. */
export function regionOf(tensor: Tensor, base: number, stride: number): Region {
  const offset = tensor.offset - base;
  const [row, column] = [Math.floor(offset / stride), offset % stride];
  const { rows, columns, size } = tensor;
  if (tensor.stride === stride && column + columns <= stride) {
    return { firstRow: row, endRow: row + rows, firstColumn: column, endColumn: column + columns };
  }
  if (tensor.contiguous && column + size <= stride) {
    return { firstRow: row, endRow: row + 1, firstColumn: column, endColumn: column + size };
  }
  if (tensor.contiguous && column === 0 && size % stride === 0) {
    return { firstRow: row, endRow: row + size / stride, firstColumn: 0, endColumn: stride };
  }
  throw new Error(
    `tensor ${tensor.name}: a view of shape [${tensor.shape}] does not fit rows of ${stride} elements, which its ` +
      'gradient has; use views of the same row length',
  );
}

function isEmpty({ firstRow, endRow, firstColumn, endColumn }: Region): boolean {
  return firstRow >= endRow || firstColumn >= endColumn;
}

export function overlap(a: Region, b: Region): boolean {
  const rows = Math.max(a.firstRow, b.firstRow) < Math.min(a.endRow, b.endRow);
  return rows && Math.max(a.firstColumn, b.firstColumn) < Math.min(a.endColumn, b.endColumn);
}

/** The parts of `region` outside all of `others`, as rectangles that do not overlap. */
export function subtract(region: Region, others: readonly Region[]): Region[] {
  let rest = isEmpty(region) ? [] : [region];
  for (const other of others) rest = rest.flatMap((part) => (overlap(part, other) ? cut(part, other) : [part]));
  return rest;
}

function cut(part: Region, hole: Region): Region[] {
  const firstRow = Math.max(part.firstRow, hole.firstRow);
  const endRow = Math.min(part.endRow, hole.endRow);
  return [
    { ...part, endRow: firstRow },
    { ...part, firstRow: endRow },
    { ...part, firstRow, endRow, endColumn: Math.max(part.firstColumn, hole.firstColumn) },
    { ...part, firstRow, endRow, firstColumn: Math.min(part.endColumn, hole.endColumn) },
  ].filter((piece) => !isEmpty(piece));
}
