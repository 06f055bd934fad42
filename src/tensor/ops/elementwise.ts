import {
  add as addKernel,
  copy as copyKernel,
  fill as fillKernel,
  scale as scaleKernel,
} from '../../kernels/elementwise.ts';
import { columnSums } from '../../kernels/reduce.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { accumulateInto, onBackward, passGradient } from './differentiate.ts';

/** y = a + b, both [rows, columns]. */
export function add(a: Tensor, b: Tensor): Tensor {
  const y = recorder().empty(a.shape, { rowCount: a.rowCount });
  recorder().call(addKernel, {
    a,
    b,
    y,
    rows: rowsOf(a),
    columns: a.columns,
    aStride: a.stride,
    bStride: b.stride,
    yStride: y.stride,
  });
  onBackward([a, b], y, (dy) => {
    for (const input of [a, b]) addGradient(input, dy);
  });
  return y;
}

/** Adds bias [columns] to every row of x in place. */
export function addBias(x: Tensor, bias: Tensor): void {
  if (bias.columns !== x.columns) throw new RangeError(`bias ${bias.name} does not fit ${x.columns} columns`);
  const sizes = { rows: rowsOf(x), columns: x.columns };
  recorder().call(addKernel, { a: x, b: bias, y: x, ...sizes, aStride: x.stride, bStride: 0, yStride: x.stride });
  onBackward([bias], x, (gradient) => {
    const { tensor: y, accumulate } = recorder().gradients!.target(bias)!;
    recorder().call(columnSums({ accumulate }), { x: gradient, y, ...sizes, xStride: gradient.stride });
  });
}

/** Copies rows into a tensor (or view) of the same shape. The gradient flows from the copy to its source. */
export function copyInto(source: Tensor, target: Tensor): void {
  recorder().call(copyKernel, {
    x: source,
    y: target,
    rows: rowsOf(source),
    columns: source.columns,
    xStride: source.stride,
    yStride: target.stride,
  });
  onBackward([source], target, (dy) => addGradient(source, dy));
}

/** Adds `gradient` to that of an input, or sets it. */
function addGradient(input: Tensor, gradient: Tensor): void {
  const target = recorder().gradients!.target(input);
  if (target === undefined) return;
  if (target.accumulate) accumulateInto(target.tensor, gradient);
  else copyInto(gradient, target.tensor);
}

/** The columns of several tensors side by side. */
export function concatenate(...parts: readonly Tensor[]): Tensor {
  const first = parts[0]!;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const y = recorder().empty([...first.shape.slice(0, -1), columns], { rowCount: first.rowCount });
  let at = 0;
  for (const part of parts) {
    copyInto(part, y.slice(at, part.columns));
    at += part.columns;
  }
  return y;
}

/** y = factor · x. */
export function scale(x: Tensor, factor: number): Tensor {
  const y = recorder().empty(x.shape, { rowCount: x.rowCount });
  scaleInto(x, y, factor);
  onBackward([x], y, (dy) => passGradient(x, (gradient) => scaleInto(dy, gradient, factor)));
  return y;
}

function scaleInto(x: Tensor, y: Tensor, factor: number): void {
  recorder().call(scaleKernel, {
    x,
    y,
    rows: rowsOf(x),
    columns: x.columns,
    xStride: x.stride,
    yStride: y.stride,
    factor,
  });
}

/** Sets every element. */
export function fill(tensor: Tensor, value: number): void {
  const { columns, stride } = tensor;
  recorder().call(fillKernel, { y: tensor, rows: rowsOf(tensor), columns, yStride: stride, value });
}
