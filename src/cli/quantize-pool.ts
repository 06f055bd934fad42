import { type BlockConverter, ggmlBytes, quantize } from '../checkpoint/index.ts';
import { type HostWorker, platform } from '../platform/index.ts';
import type { QuantizeAnswer, QuantizeJob } from './quantize-worker.ts';

interface Waiting {
  readonly job: QuantizeJob;
  readonly resolve: (blocks: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that convert numbers to blocks, each one piece at a time. */
export class QuantizePool {
  readonly #workers: HostWorker[] = [];
  readonly #idle: HostWorker[] = [];
  readonly #busy = new Map<HostWorker, Waiting>();
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(count: number) {
    for (let i = 0; i < count; i += 1) {
      const worker = platform().createWorker(
        platform().workerUrl('./quantize-worker', import.meta.url),
        `quantize ${i + 1}`,
      );
      worker.onMessage((message) => this.#answered(worker, message as QuantizeAnswer));
      worker.onError((error) => this.#fail(error));
      this.#workers.push(worker);
      this.#idle.push(worker);
    }
  }

  /** Pieces that keep all threads busy while one is written. */
  get piecesUnderWay(): number {
    return 2 * this.#workers.length;
  }

  /** For `writeGguf`: copies the numbers, so that the caller may change them. */
  readonly convert: BlockConverter = (type, source) => {
    // Copying and rounding cost less than sending elsewhere.
    if (type === 'F32' || type === 'F16' || type === 'BF16') {
      const target = new Uint8Array(ggmlBytes(type, source.length));
      quantize(type, source, target);
      return target;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job: { type, source: source.slice() }, resolve, reject });
      this.#next();
    });
  };

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop()!;
      const waiting = this.#waiting.shift()!;
      this.#busy.set(worker, waiting);
      worker.post(waiting.job, [waiting.job.source.buffer as ArrayBuffer]);
    }
  }

  #answered(worker: HostWorker, answer: QuantizeAnswer): void {
    const waiting = this.#busy.get(worker)!;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if ('error' in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.blocks);
    this.#next();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of [...this.#busy.values(), ...this.#waiting.splice(0)]) reject(error);
    this.#busy.clear();
  }
}
