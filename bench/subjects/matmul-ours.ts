import { matrixProduct, record, recorder } from '../../src/tensor/index.ts';
import type { RunnerTarget } from '../kernel-runner.ts';
import { openRuntime } from '../runtime.ts';
import { serveSubject } from '../subject.ts';
import { type MatmulSubjectOptions, matmulInputs, sampleSum, timeProduct } from './matmul-inputs.ts';

/** Our matrix product as the product runs it: recorded once, replayed in the worker pool. Seconds of one product. */
await serveSubject<MatmulSubjectOptions & { workers: number; target: RunnerTarget; layout: 'nn' | 'nt' }>(
  async ({ rows, inner, columns, workers, target, layout, seconds }) => {
    const runtime = await openRuntime(target, { workers, memoryBytes: 2 ** 28 });
    const inputs = matmulInputs({ rows, inner, columns });
    const a = runtime.allocate('a', [rows, inner]);
    const b = runtime.allocate('b', layout === 'nn' ? [inner, columns] : [columns, inner]);
    runtime.write(a, inputs.a);
    runtime.write(b, layout === 'nn' ? inputs.b : transpose(inputs.b, inner, columns));
    const program = record(runtime, () => {
      const c = recorder().empty([rows, columns]);
      matrixProduct({ layout, a, b, c, rows, columns, inner });
      return c;
    });
    // Long enough for the engine to replace its quick first compilation.
    for (const start = performance.now(); performance.now() - start < 1500; ) program.replay();
    return async () => ({
      ...(await timeProduct(seconds, () => program.replay())),
      check: sampleSum(runtime.view(program.outputs) as Float32Array),
    });
  },
);

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}
