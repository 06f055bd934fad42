import type { RowReader } from './block-loader.ts';
import { ggmlBytes } from './ggml-types.ts';
import type { WeightSource } from './model-weights.ts';
import { scaleRowsFor, scalesByColumnGroup, scalesByGroup } from './scale-grid.ts';

/** Rows of a tensor, with their scales where it has any. */
export function rowReader(source: WeightSource, name: string): RowReader {
  if (source.readRawRows === undefined) throw new Error(`${source.directory}: the bytes of ${name} cannot be read`);
  const read = (first: number, target: Uint8Array) => source.readRawRows!(name, first, target);
  const { scales: grid, shape } = source.tensors.get(name)!;
  if (grid === undefined) return read;
  const scales = async (first: number, count: number) => {
    const own = await source.readScales!(name, scaleRowsFor(grid, first, count));
    return scalesByGroup(grid, shape.at(-1)!, { first, count }, own);
  };
  return Object.assign(read, { scales });
}

/** Where the rows of a tensor begin in a file, if they follow one another there. */
export function placeInFile({ tensors }: WeightSource, name: string): RowReader['place'] {
  const { path, offset, source, scales } = tensors.get(name)!;
  if (source === undefined) return { path, offset, scales };
  if (source.kind !== 'rows') return undefined;
  const { tensor, first } = source;
  return { path: tensor.path, offset: tensor.offset + first * ggmlBytes(tensor.dtype, tensor.shape.at(-1) ?? 1) };
}

/** Rows of the transpose of `count` rows of a tensor of 16 or 8 bits. */
export function transposedRows(
  source: WeightSource,
  name: string,
  { first, count, columns }: { readonly first: number; readonly count: number; readonly columns: number },
): RowReader {
  const read = rowReader(source, name);
  const { scales: grid } = source.tensors.get(name)!;
  const Numbers = grid === undefined ? Uint16Array : Uint8Array;
  const transpose = async (row: number, target: Uint8Array) => {
    const numbers = new Numbers(count * columns);
    await read(first, new Uint8Array(numbers.buffer));
    const rows = new Numbers(
      target.buffer as ArrayBuffer,
      target.byteOffset,
      target.length / Numbers.BYTES_PER_ELEMENT,
    );
    for (let i = 0; i < rows.length; i += 1) {
      rows[i] = numbers[(i % count) * columns + row + Math.floor(i / count)]!;
    }
  };
  if (grid === undefined) return transpose;
  const scales = async (row: number, rows: number) => {
    const own = await source.readScales!(name, scaleRowsFor(grid, first, count));
    return scalesByColumnGroup(grid, { top: first, length: count }, { first: row, count: rows }, own);
  };
  return Object.assign(transpose, { scales });
}
