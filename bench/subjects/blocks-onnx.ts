import { onnxModel } from '../onnx-model.ts';
import { serveSubject } from '../subject.ts';
import { activations, type BlocksResult, PRODUCT, quant, SCALE, sampleSum } from './blocks-inputs.ts';
import { timeProduct } from './matmul-inputs.ts';

/** What is used of onnxruntime, spelled out so that types hold where the peer is not installed. */
interface OnnxRuntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(
        inputs: Readonly<Record<string, unknown>>,
      ): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
    }>;
  };
}
const PEER: string = 'onnxruntime-node';

/** onnxruntime's MatMulNBits on the CPU: 4 bits in blocks of 32, activations quantised to 8 bits (accuracy level 4). */
await serveSubject<{ workers: number; seconds: number }>(async ({ workers, seconds }) => {
  const { default: runtime } = (await import(PEER)) as { default: OnnxRuntime };
  const { rows, columns, inner } = PRODUCT;
  const quants = new Uint8Array((columns * inner) / 2);
  for (let n = 0, at = 0; n < columns; n++) {
    for (let k = 0; k < inner; k += 2) quants[at++] = quant(n, k) | (quant(n, k + 1) << 4);
  }
  const scales = new Float32Array((columns * inner) / 32).fill(SCALE);
  const model = onnxModel({
    operation: 'MatMulNBits',
    domain: 'com.microsoft',
    attributes: { K: inner, N: columns, bits: 4, block_size: 32, accuracy_level: 4 },
    input: { name: 'a', type: 'f32', shape: [rows, inner] },
    output: { name: 'c', type: 'f32', shape: [rows, columns] },
    constants: [
      { name: 'quants', type: 'u8', shape: [columns, inner / 32, 16], data: quants },
      { name: 'scales', type: 'f32', shape: [scales.length], data: scales },
    ],
  });
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: workers,
    interOpNumThreads: 1,
  });
  const inputs = { a: new runtime.Tensor('float32', activations(PRODUCT), [rows, inner]) };
  await timeProduct(seconds, () => session.run(inputs));
  return async (): Promise<BlocksResult> => {
    const time = await timeProduct(seconds, () => session.run(inputs));
    const { c } = await session.run(inputs);
    return { product: (rows * columns * inner) / time.seconds / 1e9, check: sampleSum(c!.data) };
  };
});
