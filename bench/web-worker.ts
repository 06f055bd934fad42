import { resolveObjectURL } from 'node:buffer';
import { Worker as NodeWorker } from 'node:worker_threads';

const BOOTSTRAP = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.once('message', (source) => {
  (0, eval)(source);
  parentPort.on('message', (data) => globalThis.onmessage({ data }));
});
`;

/** As much of a browser's Worker as peers need that start one from a blob's address and exchange messages. */
class WebWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly #worker = new NodeWorker(BOOTSTRAP, { eval: true });
  readonly #loaded: Promise<void>;

  constructor(url: string) {
    this.#worker.on('message', (data) => this.onmessage?.({ data }));
    this.#worker.on('error', (error: Error) => this.onerror?.({ message: error.message }));
    const blob = resolveObjectURL(url);
    if (blob === undefined) throw new Error(`${url} is not a blob's address`);
    this.#loaded = blob.text().then((source) => this.#worker.postMessage(source));
  }
  postMessage(message: unknown): void {
    void this.#loaded.then(() => this.#worker.postMessage(message));
  }
  terminate(): void {
    void this.#worker.terminate();
  }
}

/** Gives Node the global `Worker` that browsers have. */
export function installWebWorkers(): void {
  (globalThis as { Worker?: unknown }).Worker = WebWorker;
}
