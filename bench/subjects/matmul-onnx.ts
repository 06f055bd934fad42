import { loadOnnxRuntime, openSession } from '../onnx.ts';
import { onnxModel } from '../onnx-model.ts';
import { serveSubject } from '../subject.ts';
import { type MatmulSubjectOptions, matmulInputs, sampleSum, timeProduct } from './matmul-inputs.ts';

/** onnxruntime's MatMul on the processor. `constant`: B is part of the model, so that it may be packed beforehand. */
await serveSubject<MatmulSubjectOptions & { workers: number; constant: boolean }>(
  async ({ rows, inner, columns, workers, constant, seconds }) => {
    const runtime = await loadOnnxRuntime();
    const inputs = matmulInputs({ rows, inner, columns });
    const model = onnxModel(
      {
        operation: 'MatMul',
        inputs: [
          { name: 'A', type: 'float32', shape: [rows, inner] },
          { name: 'B', type: 'float32', shape: [inner, columns] },
        ],
        outputs: [{ name: 'C', type: 'float32', shape: [rows, columns] }],
        ...(constant ? { constants: { B: inputs.b } } : {}),
      },
      { '': 17 },
    );
    const session = await openSession(runtime, model, workers);
    const a = new runtime.Tensor('float32', inputs.a, [rows, inner]);
    const b = new runtime.Tensor('float32', inputs.b, [inner, columns]);
    const feeds = constant ? { A: a } : { A: a, B: b };
    const product = async () => (await session.run(feeds)).C!.data as Float32Array;
    for (const start = performance.now(); performance.now() - start < 500; ) await product();
    return async () => ({ ...(await timeProduct(seconds, product)), check: sampleSum(await product()) });
  },
);
