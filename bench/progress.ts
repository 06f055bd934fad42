import pc from 'picocolors';

/** A line on stderr that says what is going on; on a terminal it is replaced by the next one. */
export class Progress {
  readonly #terminal = process.stderr.isTTY === true;
  #shown = '';

  show(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    process.stderr.write(this.#terminal ? `\r\x1b[2K${pc.dim(text)}` : `${text}\n`);
  }
  clear(): void {
    if (this.#terminal) process.stderr.write('\r\x1b[2K');
    this.#shown = '';
  }
}
