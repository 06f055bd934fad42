import type { PlannedFile, PullOptions, PullPlan } from '../hub/index.ts';
import { formatBytes } from '../tensor/index.ts';
import { LoadingLine } from './loading-line.ts';

/** How often a log, as opposed to a terminal, is told how far it is. */
const LOG_MILLISECONDS = 30_000;

/** Shows on standard error how a model is being pulled: a bar on a terminal, elsewhere lines. */
export class PullProgress {
  #line: LoadingLine | undefined;
  #told = performance.now();

  /** What to pass to `pullModel` or `locateModel`. */
  get hooks(): Pick<PullOptions, 'onPlan' | 'onProgress' | 'onFile' | 'onNotice'> {
    return {
      onPlan: (plan) => this.#begin(plan),
      onProgress: (done, total) => this.#show(done, total),
      onFile: (file) => this.#file(file),
      onNotice: (text) => this.#say(`jingqi: ${text}`),
    };
  }

  end(): void {
    this.#line?.end();
  }

  #begin({ name, files, size, there }: PullPlan): void {
    const kept = there > 0 ? `, ${formatBytes(there)} of them there already` : '';
    this.#say(`Fetching ${name}: ${count(files.length)}, ${formatBytes(size)}${kept}`);
    this.#line = new LoadingLine(name);
  }

  #show(done: number, total: number): void {
    this.#line?.show(done, total);
    if (process.stderr.isTTY || performance.now() - this.#told < LOG_MILLISECONDS) return;
    this.#say(`${formatBytes(done)} of ${formatBytes(total)}`);
  }

  #file({ path, size }: PlannedFile): void {
    if (!process.stderr.isTTY) this.#say(`${path} (${formatBytes(size)})`);
  }

  #say(text: string): void {
    this.#line?.end();
    this.#told = performance.now();
    process.stderr.write(`${text}\n`);
  }
}

export function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}
