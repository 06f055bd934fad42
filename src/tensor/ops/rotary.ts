import { type RotaryLayout, rotary as rotaryKernel } from '../../kernels/rotary.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { onBackward, wantsGradient } from './differentiate.ts';
import { addBias } from './elementwise.ts';

/** Cosines and sines by position, [maximum positions, dim / 2] each. */
export interface RotaryTable {
  readonly cosines: Tensor;
  readonly sines: Tensor;
}

export interface RotaryShape {
  readonly heads: number;
  /** Elements from one head to the next within a row. */
  readonly headStride: number;
  /** First rotated element of a head, and how many are rotated. */
  readonly offset: number;
  readonly dim: number;
  readonly layout: RotaryLayout;
  /** Added to every row of x before, [columns of x]; the rotated elements are then all there are. */
  readonly bias?: Tensor | undefined;
}

/** Rotates `dim` elements of every head of x [rows, …] in place, by the angles of `positions` i32 [rows]. */
export function rotaryInPlace(x: Tensor, positions: Tensor, table: RotaryTable, shape: RotaryShape): void {
  const { layout, bias } = shape;
  if (bias !== undefined && (shape.offset !== 0 || shape.dim !== shape.headStride || bias.columns !== x.columns)) {
    throw new RangeError(`bias ${bias.name} cannot be added to ${x.columns} columns while some of them are rotated`);
  }
  const together = bias !== undefined && !wantsGradient(x, bias);
  if (bias !== undefined && !together) addBias(x, bias);
  const rotate = (target: Tensor, inverse: boolean) =>
    recorder().call(rotaryKernel({ layout, inverse, bias: together }), {
      x: target,
      y: target,
      positions,
      cosines: table.cosines,
      sines: table.sines,
      bias: together ? bias : 0,
      rows: rowsOf(x),
      heads: shape.heads,
      half: shape.dim / 2,
      xRowStride: target.stride,
      xHeadStride: shape.headStride,
      xOffset: shape.offset,
      yRowStride: target.stride,
      yHeadStride: shape.headStride,
      yOffset: shape.offset,
    });
  rotate(x, false);
  onBackward([x], x, (gradient) => rotate(gradient, true));
}
