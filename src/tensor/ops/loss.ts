import { crossEntropyBackward, crossEntropy as crossEntropyKernel } from '../../kernels/cross-entropy.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { onBackward, passGradient } from './differentiate.ts';

/**
 * Losses [rows, 1] of logits [rows, vocabulary] against targets i32 [rows]: weight · (logsumexp − logit of the target);
 * a row of weight 0 costs nothing. With weights that sum to 1 the sum of the losses is their mean.
 */
export function crossEntropy(logits: Tensor, targets: Tensor, weights: Tensor, zCoefficient = 0): Tensor {
  const losses = recorder().empty([logits.rows, 1], { rowCount: logits.rowCount });
  const logSumExp = recorder().empty([logits.rows, 1], { rowCount: logits.rowCount });
  const common = { rows: rowsOf(logits), columns: logits.columns, logitsStride: logits.stride, zCoefficient };
  recorder().call(crossEntropyKernel, { logits, targets, weights, losses, logSumExp, ...common });
  onBackward([logits], losses, (scale) => {
    passGradient(logits, (dlogits) => {
      recorder().call(crossEntropyBackward, {
        logits,
        targets,
        weights,
        logSumExp,
        scale,
        dlogits,
        ...common,
        dlogitsStride: dlogits.stride,
        scaleStride: scale.stride,
      });
    });
  });
  return losses;
}
