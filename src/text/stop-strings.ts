/** Watches a text as it comes for strings that end it, and holds back what may be the beginning of one. */
export class StopStrings {
  readonly #strings: readonly string[];
  #buffer = '';
  #found: string | undefined;

  /** @throws {RangeError} if one of the strings is empty */
  constructor(strings: readonly string[]) {
    if (strings.includes('')) throw new RangeError('a stop string must not be empty');
    this.#strings = strings;
  }

  /** The stop string that has come, once one has. */
  get found(): string | undefined {
    return this.#found;
  }

  /**
   * Takes the next piece; gives the text that is certain by now. Once a stop string has come, the text ends before it
   * (before the one that is complete first, of several that are so at one place before the longest), and nothing
   * follows.
   */
  push(piece: string): string {
    if (this.#found !== undefined) return '';
    this.#buffer += piece;
    let end = Number.POSITIVE_INFINITY;
    for (const string of this.#strings) {
      const at = this.#buffer.indexOf(string);
      if (at < 0 || at + string.length > end) continue;
      if (at + string.length < end || string.length > this.#found!.length) this.#found = string;
      end = at + string.length;
    }
    if (this.#found !== undefined) {
      const text = this.#buffer.slice(0, end - (this.#found as string).length);
      this.#buffer = '';
      return text;
    }
    const held = Math.max(0, ...this.#strings.map((string) => heldLength(this.#buffer, string)));
    const text = this.#buffer.slice(0, this.#buffer.length - held);
    this.#buffer = this.#buffer.slice(text.length);
    return text;
  }

  /** What was held back, when no more text will come. */
  end(): string {
    const text = this.#buffer;
    this.#buffer = '';
    return text;
  }
}

/** Length of the longest end of a text that may be the beginning of a mark. */
export function heldLength(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
