import { loadOnnxRuntime, openSession } from '../onnx.ts';
import { type OnnxTensor, onnxModel } from '../onnx-model.ts';
import { serveSubject } from '../subject.ts';
import { activations, type BlocksResult, PRODUCT, quant, SCALE, sampleSum } from './blocks-inputs.ts';
import { timeProduct } from './matmul-inputs.ts';

/** onnxruntime's MatMulNBits on the CPU: 4 bits in blocks of 32, activations quantised to 8 bits (accuracy level 4). */
await serveSubject<{ workers: number; seconds: number }>(async ({ workers, seconds }) => {
  const runtime = await loadOnnxRuntime();
  const { rows, columns, inner } = PRODUCT;
  const quants = new Uint8Array((columns * inner) / 2);
  for (let n = 0, at = 0; n < columns; n++) {
    for (let k = 0; k < inner; k += 2) quants[at++] = quant(n, k) | (quant(n, k + 1) << 4);
  }
  const scales = new Float32Array((columns * inner) / 32).fill(SCALE);
  const inputs: OnnxTensor[] = [
    { name: 'a', type: 'float32', shape: [rows, inner] },
    { name: 'quants', type: 'uint8', shape: [columns, inner / 32, 16] },
    { name: 'scales', type: 'float32', shape: [scales.length] },
  ];
  const model = onnxModel(
    {
      operation: 'MatMulNBits',
      domain: 'com.microsoft',
      attributes: { K: inner, N: columns, bits: 4, block_size: 32, accuracy_level: 4 },
      inputs,
      outputs: [{ name: 'c', type: 'float32', shape: [rows, columns] }],
      constants: { quants, scales },
    },
    { '': 17, 'com.microsoft': 1 },
  );
  const session = await openSession(runtime, model, workers);
  const feeds = { a: new runtime.Tensor('float32', activations(PRODUCT), [rows, inner]) };
  await timeProduct(seconds, () => session.run(feeds));
  return async (): Promise<BlocksResult> => {
    const time = await timeProduct(seconds, () => session.run(feeds));
    const { c } = await session.run(feeds);
    return { product: (rows * columns * inner) / time.seconds / 1e9, check: sampleSum(c!.data as Float32Array) };
  };
});
