import { headsMatmul, headsMatmulTransposed } from '../../kernels/heads-matmul.ts';
import { BlockTensor } from '../block-tensor.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Every head through its matrix, without gradients: x [rows, heads · inner], weight [heads, inner, columns] give
 * [rows, heads · columns]. With `transposed`, weight is [heads, columns, inner].
 */
export function headsLinear(x: Tensor, weight: Tensor | BlockTensor, { transposed = false } = {}): Tensor {
  if (weight instanceof BlockTensor) throw new Error(`${weight.name}: no product by heads with weights in blocks yet`);
  const [heads, first, second] = weight.shape as [number, number, number];
  const [inner, columns] = transposed ? [second, first] : [first, second];
  const y = recorder().empty([x.rows, heads * columns], { rowCount: x.rowCount });
  recorder().call(transposed ? headsMatmulTransposed : headsMatmul, {
    x,
    w: weight,
    y,
    rows: rowsOf(x),
    heads,
    inner,
    columns,
    xRowStride: x.stride,
    xHeadStride: inner,
    yRowStride: y.stride,
  });
  return y;
}
