import { BLOCK } from '../../kernels/block-formats.ts';
import { gatedScratchElements, quantiseGated } from '../../kernels/block-gated.ts';
import { siluGateBackward, siluGate as siluGateKernel } from '../../kernels/silu-gate.ts';
import type { Weight } from '../block-tensor.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { eightBitPlace, roundsActivations } from './block-linear.ts';
import { gradientBuffer, onBackward, wantsGradient } from './differentiate.ts';

export interface SiluGateOptions {
  /**
   * The weight that the result is multiplied with, if that is all that is done with it: with weights in blocks it is then
   * made in 8 bits at once, the same numbers without a way through memory, and can be read by nothing else.
   */
  readonly onlyFor?: Weight;
}

/** y = silu(gate)·up, where gateUp [rows, 2·n] holds gate in its first n columns and up in the others. */
export function siluGate(gateUp: Tensor, { onlyFor }: SiluGateOptions = {}): Tensor {
  const columns = gateUp.columns / 2;
  const [gate, up] = [gateUp.slice(0, columns), gateUp.slice(columns, columns)];
  const y = recorder().empty([...gateUp.shape.slice(0, -1), columns], { rowCount: gateUp.rowCount });
  const strides = { gateStride: gateUp.stride, upStride: gateUp.stride };
  if (onlyFor !== undefined && roundsActivations(onlyFor) && !wantsGradient(gateUp)) {
    const quantised = eightBitPlace(y);
    const scratch = recorder().empty([gatedScratchElements(recorder().runtime.workers)], { name: 'gated numbers' });
    const sizes = { ...strides, rows: rowsOf(gateUp), blocks: columns / BLOCK };
    recorder().call(quantiseGated, { gate, up, quantised, scratch, ...sizes });
    return y;
  }
  const sizes = { rows: rowsOf(gateUp), columns, ...strides };
  recorder().call(siluGateKernel, { gate, up, y, ...sizes, yStride: y.stride });
  onBackward([gateUp], y, (dy) => {
    const buffer = gradientBuffer(gateUp);
    recorder().call(siluGateBackward, {
      gate,
      up,
      dy,
      dgate: buffer.tensor.slice(0, columns),
      dup: buffer.tensor.slice(columns, columns),
      ...sizes,
      dyStride: dy.stride,
      dgateStride: buffer.tensor.stride,
      dupStride: buffer.tensor.stride,
    });
    buffer.done();
  });
  return y;
}
