import { layerNorm as layerNormKernel } from '../../kernels/layernorm.ts';
import {
  rmsNormBackwardInput,
  rmsNormBackwardWeight,
  rmsNorm as rmsNormKernel,
  rmsNormSaving,
} from '../../kernels/rmsnorm.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { onBackward, wantsGradient } from './differentiate.ts';

/** y = x / sqrt(mean(x²) + eps) · weight per row; weight [columns]. */
export function rmsNorm(x: Tensor, weight: Tensor, eps: number): Tensor {
  return normalise(x, weight, eps, (rows) => rows);
}

/** {@link rmsNorm} of every head of every row: x [rows, heads · size], contiguous, weight [size]. */
export function headsRmsNorm(x: Tensor, weight: Tensor, eps: number): Tensor {
  const size = weight.columns;
  if (x.columns % size !== 0) throw new RangeError(`${x.name} has ${x.columns} columns, no multiple of ${size}`);
  return normalise(x, weight, eps, (rows) => rows.reshape((rows.rows * rows.columns) / size, size));
}

/** Layer normalisation per row, without gradients: see kernels/layernorm.ts; weight and bias [columns]. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const y = recorder().empty(x.shape, { rowCount: x.rowCount });
  const sizes = { rows: rowsOf(x), columns: x.columns, xStride: x.stride, yStride: y.stride };
  recorder().call(layerNormKernel, { x, weight, bias, y, ...sizes, eps });
  return y;
}

/** `view` gives what is normalised as one: x and all that has its shape seen as rows of the weight's length. */
function normalise(x: Tensor, weight: Tensor, eps: number, view: (tensor: Tensor) => Tensor): Tensor {
  const y = recorder().empty(x.shape, { rowCount: x.rowCount });
  const [from, to] = [view(x), view(y)];
  const sizes = { rows: rowsOf(from), columns: from.columns, xStride: from.stride };
  if (!wantsGradient(x, weight)) {
    recorder().call(rmsNormKernel, { x: from, weight, y: to, ...sizes, yStride: to.stride, eps });
    return y;
  }
  const inverse = recorder().empty([from.rows, 1], { rowCount: from.rowCount });
  recorder().call(rmsNormSaving, { x: from, weight, y: to, inverse, ...sizes, yStride: to.stride, eps });
  onBackward([x, weight], y, (gradient) => {
    const { gradients } = recorder();
    const dy = view(gradient);
    const dx = gradients!.target(x);
    if (dx) {
      const target = view(dx.tensor);
      recorder().call(rmsNormBackwardInput({ accumulate: dx.accumulate }), {
        x: from,
        weight,
        inverse,
        dy,
        dx: target,
        ...sizes,
        dyStride: dy.stride,
        dxStride: target.stride,
      });
    }
    const dw = gradients!.target(weight);
    if (dw) {
      recorder().call(rmsNormBackwardWeight({ accumulate: dw.accumulate }), {
        x: from,
        inverse,
        dy,
        dweight: dw.tensor,
        ...sizes,
        dyStride: dy.stride,
      });
    }
  });
  return y;
}
