import { add } from '../../kernels/elementwise.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';

/** Registers an op's backward pass; nothing happens when gradients are not recorded. */
export function onBackward(inputs: readonly Tensor[], output: Tensor, run: (gradient: Tensor) => void): void {
  recorder().gradients?.onBackward(inputs, output, run);
}

/** Whether the op must keep what its backward pass needs. */
export function wantsGradient(...inputs: readonly Tensor[]): boolean {
  const { gradients } = recorder();
  return gradients !== undefined && inputs.some((input) => gradients.wants(input));
}

/** sum += part, in place. */
export function accumulateInto(sum: Tensor, part: Tensor): void {
  recorder().call(add, {
    a: sum,
    b: part,
    y: sum,
    rows: rowsOf(sum),
    columns: sum.columns,
    aStride: sum.stride,
    bStride: part.stride,
    yStride: sum.stride,
  });
}

/** Where a backward kernel that can only overwrite puts an input's gradient; call `done` after the kernel. */
export interface GradientBuffer {
  readonly tensor: Tensor;
  done(): void;
}

/**
 * A buffer for the gradient of `input`: its place itself, a temporary that `done` adds to the sum already there, or a
 * temporary that nobody reads when the gradient is of no use.
 */
export function gradientBuffer(input: Tensor): GradientBuffer {
  const target = recorder().gradients!.target(input);
  if (target !== undefined && !target.accumulate) return { tensor: target.tensor, done: () => {} };
  const tensor = recorder().empty(input.shape, { rowCount: input.rowCount });
  return {
    tensor,
    done: () => {
      if (target !== undefined) accumulateInto(target.tensor, tensor);
    },
  };
}

/** Passes `write` a buffer for the gradient of `input`, if anyone wants it. */
export function passGradient(input: Tensor, write: (gradient: Tensor) => void): void {
  if (!wantsGradient(input)) return;
  const buffer = gradientBuffer(input);
  write(buffer.tensor);
  buffer.done();
}
