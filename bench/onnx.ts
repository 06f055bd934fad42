/** What is used of onnxruntime-node, spelled out so that types hold where the peer is not installed. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: string, data: ArrayBufferView, dimensions: readonly number[]) => OnnxValue;
}
export interface OnnxValue {
  readonly data: ArrayBufferView;
}
export interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxValue>>): Promise<Readonly<Record<string, OnnxValue>>>;
}

const PEER: string = 'onnxruntime-node';

export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const loaded = (await import(PEER)) as OnnxRuntime & { readonly default?: OnnxRuntime };
  return loaded.default ?? loaded;
}

/** A session on the processor alone, with as many threads as given. */
export function openSession(runtime: OnnxRuntime, model: Uint8Array, threads: number): Promise<OnnxSession> {
  return runtime.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
}
