import { createInterface } from 'node:readline';
import { coloursFor } from './answer-printer.ts';

const LEAVE_HINT = {
  en: 'Press Ctrl-C again or Ctrl-D to leave.',
  zh: '再按一次 Ctrl-C 或按 Ctrl-D 退出。',
};

/** Reads lines from a person, with editing and history. */
export class Prompt {
  readonly #language: 'en' | 'zh';
  readonly #history: string[] = [];
  /** Lines that came at once, as when several were pasted. */
  readonly #pasted: string[] = [];

  constructor(language: 'en' | 'zh') {
    this.#language = language;
  }

  /** The next line; undefined when the person leaves (Ctrl-D, or Ctrl-C twice). */
  async next(): Promise<string | undefined> {
    const { bold, cyan, dim } = coloursFor(process.stdout);
    const mark = bold(cyan('> '));
    const pasted = this.#pasted.shift();
    if (pasted !== undefined) {
      process.stdout.write(`${mark}${pasted}\n`);
      return pasted;
    }
    // One interface per line: while an answer comes, the terminal is not readline's.
    const reader = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: mark,
      history: [...this.#history],
      historySize: 200,
      removeHistoryDuplicates: true,
    });
    const line = await new Promise<string | undefined>((resolve) => {
      let warned = false;
      reader.on('line', (text) => {
        this.#pasted.push(text);
        // The other lines of a paste arrive before the host's next turn.
        setImmediate(() => resolve(this.#pasted.shift()));
      });
      reader.on('close', () => resolve(undefined));
      reader.on('SIGINT', () => {
        if (warned && reader.line === '') return resolve(undefined);
        warned = reader.line === '';
        const hint = dim(LEAVE_HINT[this.#language]);
        process.stdout.write(warned ? `\n${hint}\n` : '\n');
        // Drops what was typed, as shells do.
        reader.write(null, { ctrl: true, name: 'e' });
        reader.write(null, { ctrl: true, name: 'u' });
        reader.prompt();
      });
      reader.on('history', (lines) => {
        this.#history.splice(0, this.#history.length, ...lines);
      });
      reader.prompt();
    });
    reader.close();
    if (line === undefined) process.stdout.write('\n');
    return line;
  }
}

/**
 * Runs `work` with a signal that Ctrl-C raises. The terminal is in raw mode meanwhile: Ctrl-C comes as a character, so
 * it does not end programs around this one (npm, a shell script); other keys are ignored and not shown.
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { stdin } = process;
  const onData = (data: Buffer | string) => {
    if (data.toString().includes('\x03')) stop.abort();
  };
  const onSignal = () => stop.abort();
  process.on('SIGINT', onSignal);
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  try {
    await work(stop.signal);
  } finally {
    stdin.off('data', onData);
    stdin.pause();
    stdin.setRawMode(false);
    process.off('SIGINT', onSignal);
  }
}
