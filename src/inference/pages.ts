/** Content number of the empty prefix, the parent of every first page. */
export const NO_CONTENT = 0;

/**
 * Which pages of a cache are in use, by how many sequences, and which hold contents that a later sequence may use again.
 *
 * A page that has been filled is registered under its tokens and the content before it. Contents are numbered: two pages
 * share a number only if they hold the same tokens after the same prefix, so a match is exact, not a matter of hashes.
 * A page that nobody uses keeps its content until the page is taken for something else, the longest unused first.
 */
export class Pages {
  readonly count: number;
  /** Positions in a page. */
  readonly size: number;
  /** Sequences that use each page. */
  readonly #users: Int32Array;
  /** Unused pages, the next to be taken first. */
  readonly #free: Set<number>;
  readonly #keys: (string | undefined)[];
  readonly #contents: number[];
  readonly #pageOfKey = new Map<string, number>();
  #lastContent = NO_CONTENT;

  constructor(count: number, size: number) {
    this.count = count;
    this.size = size;
    this.#users = new Int32Array(count);
    this.#free = new Set(Array.from({ length: count }, (_, page) => page));
    this.#keys = new Array(count).fill(undefined);
    this.#contents = new Array(count).fill(NO_CONTENT);
  }

  get free(): number {
    return this.#free.size;
  }

  /** Sequences that use a page. */
  users(page: number): number {
    return this.#users[page]!;
  }

  /** Pages needed for that many positions. */
  needed(positions: number): number {
    return Math.ceil(positions / this.size);
  }

  /** Takes an unused page and drops what it held; undefined if none is left. */
  take(): number | undefined {
    for (const page of this.#free) {
      this.#free.delete(page);
      this.#forget(page);
      this.#users[page] = 1;
      return page;
    }
    return undefined;
  }

  /** Finds the page that holds `tokens[start…start + size - 1]` after the content `parent`, and uses it. */
  reuse(parent: number, tokens: Int32Array, start: number): number | undefined {
    const page = this.#pageOfKey.get(this.#key(parent, tokens, start));
    if (page === undefined) return undefined;
    if (this.#users[page]!++ === 0) this.#free.delete(page);
    return page;
  }

  /** Number of a registered page's content. */
  content(page: number): number {
    return this.#contents[page]!;
  }

  /** Makes a filled page findable; returns the number of its content, that of an earlier page if one holds the same. */
  register(page: number, parent: number, tokens: Int32Array, start: number): number {
    const key = this.#key(parent, tokens, start);
    const earlier = this.#pageOfKey.get(key);
    if (earlier !== undefined) return this.#contents[earlier]!;
    this.#keys[page] = key;
    this.#pageOfKey.set(key, page);
    this.#contents[page] = ++this.#lastContent;
    return this.#lastContent;
  }

  /** Gives back a sequence's pages. Of equally old contents the last pages go first: prefixes are worth more. */
  release(pages: readonly number[]): void {
    for (let i = pages.length - 1; i >= 0; i--) {
      const page = pages[i]!;
      if (this.#users[page]! < 1) throw new Error(`page ${page} was released more often than it was taken`);
      if (--this.#users[page]! === 0) this.#free.add(page);
    }
  }

  /** Forgets all contents, as when the weights have changed. */
  forgetContents(): void {
    for (let page = 0; page < this.count; page++) this.#forget(page);
  }

  #forget(page: number): void {
    const key = this.#keys[page];
    if (key === undefined) return;
    this.#pageOfKey.delete(key);
    this.#keys[page] = undefined;
    this.#contents[page] = NO_CONTENT;
  }

  #key(parent: number, tokens: Int32Array, start: number): string {
    return `${parent}:${tokens.subarray(start, start + this.size).join()}`;
  }
}
