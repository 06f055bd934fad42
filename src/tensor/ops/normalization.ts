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
  const y = recorder().empty(x.shape, { rowCount: x.rowCount });
  const sizes = { rows: rowsOf(x), columns: x.columns, xStride: x.stride };
  if (!wantsGradient(x, weight)) {
    recorder().call(rmsNormKernel, { x, weight, y, ...sizes, yStride: y.stride, eps });
    return y;
  }
  const inverse = recorder().empty([x.rows, 1], { rowCount: x.rowCount });
  recorder().call(rmsNormSaving, { x, weight, y, inverse, ...sizes, yStride: y.stride, eps });
  onBackward([x, weight], y, (dy) => {
    const { gradients } = recorder();
    const dx = gradients!.target(x);
    if (dx) {
      recorder().call(rmsNormBackwardInput({ accumulate: dx.accumulate }), {
        x,
        weight,
        inverse,
        dy,
        dx: dx.tensor,
        ...sizes,
        dyStride: dy.stride,
        dxStride: dx.tensor.stride,
      });
    }
    const dw = gradients!.target(weight);
    if (dw) {
      recorder().call(rmsNormBackwardWeight({ accumulate: dw.accumulate }), {
        x,
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
