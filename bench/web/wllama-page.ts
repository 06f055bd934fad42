/** What is used of wllama, spelled out so that types hold where the peer is not installed. */
interface Peer {
  readonly Wllama: {
    new (paths: { readonly default: string }, config: { readonly suppressNativeLog: boolean }): Wllama;
    getLibllamaVersion(): string;
  };
}
interface Wllama {
  loadModel(blobs: readonly Blob[], options: Readonly<Record<string, unknown>>): Promise<void>;
  createCompletion(options: Readonly<Record<string, unknown>>): Promise<{ readonly timings?: Timings }>;
  isMultithread(): boolean;
  getNumThreads(): number;
}
interface Timings {
  readonly prompt_n: number;
  readonly prompt_ms: number;
  readonly predicted_n: number;
  readonly predicted_ms: number;
}

const FOLDER = '/peers/@wllama/wllama/esm';
const address: string = `${FOLDER}/index.js`;
const { Wllama } = (await import(address)) as Peer;
const wllama = new Wllama({ default: `${FOLDER}/wasm/wllama.wasm` }, { suppressNativeLog: true });

window.measuring = {
  async open({ model, threads, context }) {
    const blob = await (await fetch(model)).blob();
    await wllama.loadModel([blob], { n_threads: threads, n_ctx: context, n_parallel: 1, n_gpu_layers: 0 });
    const used = wllama.isMultithread() ? wllama.getNumThreads() : 1;
    if (used !== threads) throw new Error(`wllama runs ${used} threads instead of ${threads}`);
    return `llama.cpp ${Wllama.getLibllamaVersion()}, ${used} threads`;
  },
  /** By the times that it takes itself, without what crossing to its worker costs. */
  async answer(prompt, tokens) {
    const { timings } = await wllama.createCompletion({
      prompt,
      max_tokens: tokens + 1,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: false,
    });
    if (timings === undefined) throw new Error('wllama told no times');
    const { prompt_n, prompt_ms, predicted_n, predicted_ms } = timings;
    if (predicted_n !== tokens + 1) throw new Error(`${predicted_n} tokens came instead of ${tokens + 1}`);
    return { promptTokens: prompt_n, promptMilliseconds: prompt_ms, tokens, milliseconds: predicted_ms };
  },
};
