import pc from 'picocolors';
import type { AnswerEvent, AnswerStatistics } from '../inference/index.ts';

/** Where text goes; `isTTY` tells whether a person reads it. */
export type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/** Colours of a stream: none where it is no terminal, or where NO_COLOR is set. */
export function coloursFor(stream: Pick<Output, 'isTTY'>): ReturnType<typeof pc.createColors> {
  const forced = Boolean(process.env.FORCE_COLOR);
  return pc.createColors(pc.isColorSupported && (forced || stream.isTTY === true));
}

/** Prints an answer as it comes: the thinking dimmed, then the answer. Gives back whether there was an answer. */
export class AnswerPrinter {
  readonly #output: Output;
  readonly #colours: ReturnType<typeof pc.createColors>;
  /** Without a terminal the thinking is left out: what follows reads answers. */
  readonly #showThinking: boolean;
  #part: 'thinking' | 'answer' | undefined;
  #atLineStart = true;

  constructor(output: Output) {
    this.#output = output;
    this.#colours = coloursFor(output);
    this.#showThinking = output.isTTY === true;
  }

  print(event: AnswerEvent): void {
    if (event.kind === 'end' || (event.kind === 'thinking' && !this.#showThinking)) return;
    if (this.#part !== event.kind) this.#begin(event.kind);
    const { dim, isColorSupported } = this.#colours;
    // Each line on its own, or a terminal that repaints lines would lose the style.
    const styled = isColorSupported && event.kind === 'thinking' ? event.text.replace(/[^\n]+/g, dim) : event.text;
    this.#output.write(styled);
    this.#atLineStart = event.text.endsWith('\n');
  }

  /** Ends the line; returns whether anything of the answer itself has come. */
  end(): boolean {
    if (!this.#atLineStart || this.#part === undefined) this.#output.write('\n');
    return this.#part === 'answer';
  }

  #begin(part: 'thinking' | 'answer'): void {
    if (this.#part !== undefined) this.#output.write(this.#atLineStart ? '\n' : '\n\n');
    this.#part = part;
    // Without colours, words tell the parts apart.
    if (this.#showThinking && !this.#colours.isColorSupported) {
      this.#output.write(part === 'thinking' ? '[thinking]\n' : '[answer]\n');
    }
  }
}

/** `58 tokens, 812 tokens/s`, and why the answer ended if not by itself. */
export function describeStatistics({ generatedTokens, tokensPerSecond, finish }: AnswerStatistics): string {
  const speed = tokensPerSecond === 0 ? '' : `, ${wholeNumber(tokensPerSecond)} tokens/s`;
  const why = { stop: '', length: ' (stopped at the limit of tokens)', abort: ' (stopped)' }[finish];
  return `${wholeNumber(generatedTokens)} ${generatedTokens === 1 ? 'token' : 'tokens'}${speed}${why}`;
}

const wholeNumber = (value: number) => Math.round(value).toLocaleString('en');
