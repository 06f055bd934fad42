import { BLOCK } from '../../kernels/block-formats.ts';
import { addRmsNormQuantised, normScratchElements } from '../../kernels/block-norm.ts';
import { layerNorm as layerNormKernel } from '../../kernels/layernorm.ts';
import {
  addRmsNorm as addRmsNormKernel,
  rmsNormBackwardInput,
  rmsNormBackwardWeight,
  rmsNorm as rmsNormKernel,
  rmsNormSaving,
} from '../../kernels/rmsnorm.ts';
import type { Weight } from '../block-tensor.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { eightBitPlace, roundsActivations } from './block-linear.ts';
import { onBackward, wantsGradient } from './differentiate.ts';
import { add } from './elementwise.ts';

/** y = x / sqrt(mean(x²) + eps) · weight per row; weight [columns]. */
export function rmsNorm(x: Tensor, weight: Tensor, eps: number): Tensor {
  return normalise(x, weight, eps, (rows) => rows);
}

export interface AddRmsNormOptions {
  /**
   * The weights that the normed rows are multiplied with, if that is all that is done with them: with weights in blocks
   * they are then made in 8 bits at once, the same numbers without a way through memory, and can be read by nothing else.
   */
  readonly onlyFor?: readonly Weight[];
  /**
   * Nothing reads the addend any more: where no gradient is wanted the sum takes its place, as memory that is not read
   * would have to be fetched before it is written.
   */
  readonly overwritesAddend?: boolean;
}

/** A residual sum and its norm: sum = a + addend, normed = rmsNorm(sum), in one pass where no gradient is wanted. */
export function addRmsNorm(
  a: Tensor,
  addend: Tensor,
  weight: Tensor,
  eps: number,
  { onlyFor = [], overwritesAddend = false }: AddRmsNormOptions = {},
): { readonly sum: Tensor; readonly normed: Tensor } {
  const { stride, columns } = a;
  if (wantsGradient(a, addend, weight) || addend.stride !== stride || stride !== columns) {
    const sum = add(a, addend);
    return { sum, normed: rmsNorm(sum, weight, eps) };
  }
  const { rowCount } = a;
  const sum = overwritesAddend ? addend : recorder().empty(a.shape, { rowCount });
  const normed = recorder().empty(a.shape, { rowCount });
  const common = { a, addend, weight, h: sum, rows: rowsOf(a), stride, eps };
  if (onlyFor.length > 0 && onlyFor.every(roundsActivations)) {
    const scratch = recorder().empty([normScratchElements(recorder().runtime.workers)], { name: 'normed numbers' });
    const quantised = eightBitPlace(normed);
    recorder().call(addRmsNormQuantised, { ...common, quantised, scratch, blocks: columns / BLOCK });
  } else {
    const inverse = recorder().empty([a.rows, 1], { rowCount });
    recorder().call(addRmsNormKernel, { ...common, y: normed, inverse, columns, yStride: normed.stride });
  }
  return { sum, normed };
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
