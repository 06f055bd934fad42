import { gatherRows as gatherRowsKernel, scatterAddRows, type TableMemory } from '../../kernels/embedding.ts';
import { BlockTensor } from '../block-tensor.ts';
import { recorder } from '../record.ts';
import type { RowCount, Tensor } from '../tensor.ts';
import { onBackward } from './differentiate.ts';
import { fill } from './elementwise.ts';

/** Rows of a table [vocabulary, columns] by ids i32 [rows]; ids are checked by the host. */
export function embedding(table: Tensor | BlockTensor, ids: Tensor, rows: number | RowCount): Tensor {
  if (table instanceof BlockTensor) throw new Error(`${table.name}: no rows of weights in blocks yet`);
  const count = typeof rows === 'number' ? rows : rows.maximum * rows.scale;
  const rowCount = typeof rows === 'number' ? undefined : rows;
  const y = recorder().empty([count, table.columns], { rowCount });
  const sizes = { rows, columns: table.columns, tableStride: table.stride };
  const memory = table.dtype as TableMemory;
  recorder().call(gatherRowsKernel({ memory }), { table, ids, y, ...sizes, yStride: y.stride });
  onBackward([table], y, (dy) => {
    const target = recorder().gradients!.target(table)!;
    if (!target.accumulate) fill(target.tensor, 0);
    recorder().call(scatterAddRows, { x: dy, ids, table: target.tensor, ...sizes, xStride: dy.stride });
  });
  return y;
}
