import { formatBytes } from '../tensor/index.ts';

/** Shorter work shows nothing. */
const QUIET_MILLISECONDS = 1000;
/** Columns of the bar; with fewer than the shortest it says nothing. */
const BAR = { longest: 24, shortest: 6 };

/** One line on standard error that is rewritten while bytes are read or fetched; silent where that is no terminal. */
export class LoadingLine {
  readonly #name: string;
  readonly #start = performance.now();
  /** Bytes that were there at the start, which say nothing of the speed. */
  #first: number | undefined;
  #last = 0;
  #shown = false;

  constructor(name: string) {
    this.#name = name;
  }

  show(done: number, total: number): void {
    const now = performance.now();
    this.#first ??= done;
    if (process.stderr.isTTY !== true || now - this.#start < QUIET_MILLISECONDS || now - this.#last < 100) return;
    this.#last = now;
    this.#shown = true;
    const rate = Math.max(0, done - this.#first) / ((now - this.#start) / 1000);
    const text = progressText(this.#name, { done, total, rate }, process.stderr.columns);
    process.stderr.write(`\r\x1b[2K${text}`);
  }

  end(): void {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }
}

/**
 * Name, bar, bytes, bytes a second and the time that is left, in one line of a terminal with this many columns: where there
 * is no room the bar gets shorter, then it goes, then the end.
 */
export function progressText(
  name: string,
  { done, total, rate }: { readonly done: number; readonly total: number; readonly rate: number },
  columns = 0,
): string {
  const share = total === 0 ? 1 : done / total;
  const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
  const numbers = `${formatBytes(done)} of ${formatBytes(total)}, ${formatBytes(rate)}/s${left}`;
  // A full line makes some terminals go on to the next; 0 columns say nothing.
  const room = columns > 0 ? columns - 1 : Number.POSITIVE_INFINITY;
  const width = Math.min(BAR.longest, room - name.length - numbers.length - 2);
  if (width < BAR.shortest) return `${name} ${numbers}`.slice(0, room);
  return `${name} ${'█'.repeat(Math.round(share * width)).padEnd(width, '░')} ${numbers}`;
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
