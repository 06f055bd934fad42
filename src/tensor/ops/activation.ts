import { siluGateBackward, siluGate as siluGateKernel } from '../../kernels/silu-gate.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { gradientBuffer, onBackward } from './differentiate.ts';

/** y = silu(gate)·up, where gateUp [rows, 2·n] holds gate in its first n columns and up in the others. */
export function siluGate(gateUp: Tensor): Tensor {
  const columns = gateUp.columns / 2;
  const [gate, up] = [gateUp.slice(0, columns), gateUp.slice(columns, columns)];
  const y = recorder().empty([...gateUp.shape.slice(0, -1), columns], { rowCount: gateUp.rowCount });
  const sizes = { rows: rowsOf(gateUp), columns, gateStride: gateUp.stride, upStride: gateUp.stride };
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
