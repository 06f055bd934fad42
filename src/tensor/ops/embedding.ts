import { BLOCK } from '../../kernels/block-formats.ts';
import { gatherBlockRows } from '../../kernels/block-rows.ts';
import { gatherRows as gatherRowsKernel, scatterAddRows, type TableMemory } from '../../kernels/embedding.ts';
import { gatherNarrowRows } from '../../kernels/narrow-matmul.ts';
import { isNarrowFormat } from '../../kernels/narrow-panels.ts';
import { BlockTensor } from '../block-tensor.ts';
import { recorder } from '../record.ts';
import type { RowCount, Tensor } from '../tensor.ts';
import { usableFormat } from './block-linear.ts';
import { onBackward } from './differentiate.ts';
import { fill } from './elementwise.ts';

/**
 * Rows of a table [vocabulary, columns] by ids i32 [rows], in f32; ids are checked by the host. A table in panels gives
 * what widening its weights gives, and has no gradient.
 */
export function embedding(table: Tensor | BlockTensor, ids: Tensor, rows: number | RowCount): Tensor {
  const count = typeof rows === 'number' ? rows : rows.maximum * rows.scale;
  const rowCount = typeof rows === 'number' ? undefined : rows;
  const y = recorder().empty([count, table.columns], { rowCount });
  if (table instanceof BlockTensor) {
    const format = usableFormat(table);
    const common = { table: table.panels, ids, y, rows, yStride: y.stride };
    if (isNarrowFormat(format)) recorder().call(gatherNarrowRows({ format }), { ...common, columns: table.columns });
    else recorder().call(gatherBlockRows({ format }), { ...common, blocks: table.columns / BLOCK });
    return y;
  }
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
