import { serveSubject } from '../subject.ts';
import { installWebWorkers } from '../web-worker.ts';
import { type MatmulSubjectOptions, matmulInputs, sampleSum, timeProduct } from './matmul-inputs.ts';

/** What is used of jax-js, spelled out so that types hold where the peer is not installed. */
interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  blockUntilReady(): Promise<unknown>;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
interface JaxJs {
  init(device: 'wasm'): Promise<unknown>;
  defaultDevice(device: 'wasm'): unknown;
  jit(f: JaxJs['numpy']['matmul']): JaxJs['numpy']['matmul'];
  readonly numpy: {
    array(values: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
  };
}
const PEER: string = '@jax-js/jax';

/**
 * jax-js's matrix product on its WebAssembly backend. It uses several threads where there is a global `Worker`, as in a
 * browser; Node has none, so that it is given one when `threads` asks for it. Seconds of one product.
 */
await serveSubject<MatmulSubjectOptions & { threads: boolean }>(async ({ rows, inner, columns, threads, seconds }) => {
  if (threads) installWebWorkers();
  const { init, defaultDevice, jit, numpy } = (await import(PEER)) as JaxJs;
  await init('wasm');
  defaultDevice('wasm');
  const inputs = matmulInputs({ rows, inner, columns });
  const a = numpy.array(inputs.a).reshape([rows, inner]);
  const b = numpy.array(inputs.b).reshape([inner, columns]);
  const product = jit(numpy.matmul);
  const once = async () => {
    const c = product(a.ref, b.ref);
    await c.blockUntilReady();
    return c;
  };
  for (const start = performance.now(); performance.now() - start < 1500; ) (await once()).dispose();
  return async () => {
    const figures = await timeProduct(seconds, async () => (await once()).dispose());
    return { ...figures, check: sampleSum((await (await once()).data()) as Float32Array) };
  };
});
