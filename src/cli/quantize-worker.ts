import { ggmlBytes, quantize, type WritableType } from '../checkpoint/index.ts';
import { workerScope } from '../platform/index.ts';

/** What a {@link QuantizePool} asks of a worker, and the answer: the blocks, or why there are none. */
export interface QuantizeJob {
  readonly type: WritableType;
  readonly source: Float32Array;
}
export type QuantizeAnswer = { readonly blocks: Uint8Array<ArrayBuffer> } | { readonly error: string };

const scope = workerScope();
scope.onMessage((message) => {
  const { type, source } = message as QuantizeJob;
  const blocks = new Uint8Array(ggmlBytes(type, source.length));
  try {
    quantize(type, source, blocks);
    scope.post({ blocks } satisfies QuantizeAnswer, [blocks.buffer]);
  } catch (error) {
    scope.post({ error: (error as Error).message } satisfies QuantizeAnswer);
  }
});
