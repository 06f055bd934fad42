/** What is used of node-llama-cpp, spelled out so that types hold where it is not installed. */
interface Peer {
  getLlama(options: object): Promise<Llama>;
}
interface Llama {
  loadModel(options: object): Promise<Model>;
}
interface Model {
  createContext(options: object): Promise<Context>;
  dispose(): Promise<void>;
}
interface Context {
  getSequence(): {
    controlledEvaluate(
      input: readonly (readonly [token: number, options: unknown])[],
    ): Promise<{ next?: { logits?: ReadonlyMap<number, number> } }[]>;
  };
  dispose(): Promise<void>;
}

const PEER: string = 'node-llama-cpp';
const WANTED = { generateNext: { logits: true, options: { temperature: 0 } } };

let llama: Llama | undefined;

/** llama.cpp on the processor alone, keys and values in f32 so that rounding them does not hide other differences. */
export const LlamaLogits = {
  /** The logits after every prefix. */
  async of(file: string, ids: readonly number[]): Promise<Float32Array[]> {
    llama ??= await ((await import(PEER)) as Peer).getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      maxThreads: 1,
      logLevel: 'error',
    });
    const model = await llama.loadModel({ modelPath: file, gpuLayers: 0, ignoreMemorySafetyChecks: true });
    const context = await model.createContext({
      sequences: 1,
      contextSize: 256,
      threads: { ideal: 1, min: 1 },
      // It multiplies in f16.
      flashAttention: false,
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
      ignoreMemorySafetyChecks: true,
    });
    try {
      const results = await context.getSequence().controlledEvaluate(ids.map((id) => [id, WANTED]));
      return results.map(({ next }) => {
        const row = new Float32Array(next!.logits!.size);
        for (const [id, logit] of next!.logits!) row[id] = logit;
        return row;
      });
    } finally {
      await context.dispose();
      await model.dispose();
    }
  },
};
