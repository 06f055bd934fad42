import { headsMatmul, headsMatmulTransposed } from '../../kernels/heads-matmul.ts';
import { BlockTensor } from '../block-tensor.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { blockProduct } from './block-linear.ts';

/**
 * Every head through its matrix, without gradients: x [rows, heads · inner], weight [heads, inner, columns] give
 * [rows, heads · columns]. With `transposed`, weight is [heads, columns, inner], which is how weights in blocks always lie:
 * for them throws without it.
 */
export function headsLinear(x: Tensor, weight: Tensor | BlockTensor, { transposed = false } = {}): Tensor {
  if (weight instanceof BlockTensor && !transposed) {
    throw new Error(`${weight.name}: blocks lie along the rows, give [heads, columns, inner] transposed`);
  }
  const [heads, first, second] = weight.shape as [number, number, number];
  const [inner, columns] = transposed ? [second, first] : [first, second];
  if (weight.shape.length !== 3 || x.columns !== heads * inner) {
    throw new RangeError(
      `headsLinear: x has ${x.columns} columns, weight ${weight.name} of shape [${weight.shape}] expects ${heads * inner}`,
    );
  }
  const y = recorder().empty([x.rows, heads * columns], { rowCount: x.rowCount });
  if (weight instanceof BlockTensor) {
    blockProduct({ x, weight, y, heads });
    return y;
  }
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
