import { formatBytes } from '../tensor/index.ts';

/** Shorter loading shows nothing. */
const QUIET_MILLISECONDS = 1000;
const BAR = 24;

/** One line on standard error that is rewritten while a model is read; silent where that is no terminal. */
export class LoadingLine {
  readonly #name: string;
  readonly #start = performance.now();
  #last = 0;
  #shown = false;

  constructor(name: string) {
    this.#name = name;
  }

  show(done: number, total: number): void {
    const now = performance.now();
    const seconds = (now - this.#start) / 1000;
    if (process.stderr.isTTY !== true || now - this.#start < QUIET_MILLISECONDS || now - this.#last < 100) return;
    this.#last = now;
    this.#shown = true;
    const share = total === 0 ? 1 : done / total;
    const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░');
    const rate = done / seconds;
    const left = Math.ceil((total - done) / rate);
    process.stderr.write(
      `\r\x1b[2K${this.#name} ${bar} ${formatBytes(done)} of ${formatBytes(total)}, ${formatBytes(rate)}/s, ${left} s left`,
    );
  }

  end(): void {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }
}
