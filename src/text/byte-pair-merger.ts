import { BYTE_CHARACTERS } from './byte-alphabet.ts';

type Json = Readonly<Record<string, unknown>>;

const NONE = -1;

/**
 * Byte-pair merging of one word: of all neighbours that a merge joins, those of the earliest merge first, from left to
 * right (Sennrich et al. 2016, as Hugging Face's BPE orders them). Time is n log n in the bytes of a word.
 */
export class BytePairMerger {
  /** Token of each byte; NONE for those that the vocabulary lacks. */
  readonly #bytes: Int32Array;
  /** Hash table of pairs with open addressing: left, right, rank and resulting token at 4 · place. */
  readonly #table: Int32Array;
  readonly #mask: number;
  /** Whole words that are tokens, by their text in the byte alphabet; undefined where merges alone decide. */
  readonly #wholes: ReadonlyMap<string, number> | undefined;
  readonly #utf8 = new TextEncoder();
  // Scratch for one word: a doubly linked list of tokens, and a heap of rank · 2³² + place.
  #tokens = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #heap = new Float64Array(128);
  #heapSize = 0;

  private constructor(bytes: Int32Array, table: Int32Array, wholes: ReadonlyMap<string, number> | undefined) {
    this.#bytes = bytes;
    this.#table = table;
    this.#mask = table.length / 4 - 1;
    this.#wholes = wholes;
  }

  /**
   * The merger of the `model` of a byte-level tokenizer.json; undefined where it is another kind, or has options that
   * change how words are merged.
   * @param known the ids of the model's tokens, where they are at hand
   */
  static of(model: Json, known?: ReadonlyMap<string, number>): BytePairMerger | undefined {
    const { vocab, merges, type = 'BPE' } = model;
    const plain =
      type === 'BPE' &&
      !model.dropout &&
      !model.byte_fallback &&
      !model.unk_token &&
      !model.continuing_subword_prefix &&
      !model.end_of_word_suffix;
    if (!plain || typeof vocab !== 'object' || vocab === null || !Array.isArray(merges)) return undefined;
    const ids = known ?? new Map(Object.entries(vocab as Record<string, number>));
    const bytes = Int32Array.from(BYTE_CHARACTERS, (character) => ids.get(character) ?? NONE);
    let size = 1024;
    while (size < 2 * merges.length) size *= 2;
    const table = new Int32Array(4 * size).fill(NONE);
    for (let rank = 0; rank < merges.length; rank++) {
      const merge = merges[rank] as string | readonly string[];
      const space = typeof merge === 'string' ? merge.indexOf(' ') : 0;
      const left = typeof merge === 'string' ? merge.slice(0, space) : merge[0]!;
      const right = typeof merge === 'string' ? merge.slice(space + 1) : merge[1]!;
      const [first, second, joined] = [ids.get(left), ids.get(right), ids.get(left + right)];
      if (first === undefined || second === undefined || joined === undefined) return undefined;
      const place = 4 * placeOf(table, size - 1, first, second);
      // Where a pair stands twice, the later rank counts, as in the library's map.
      table[place] = first;
      table[place + 1] = second;
      table[place + 2] = rank;
      table[place + 3] = joined;
    }
    return new BytePairMerger(bytes, table, model.ignore_merges ? ids : undefined);
  }

  /** Appends the tokens of a word. Bytes that the vocabulary lacks are left out first, as Hugging Face's BPE does. */
  merge(word: string, ids: number[]): void {
    const bytes = this.#utf8.encode(word);
    const whole = this.#wholes?.get(Array.from(bytes, (byte) => BYTE_CHARACTERS[byte]).join(''));
    if (whole !== undefined) {
      ids.push(whole);
      return;
    }
    if (bytes.length > this.#tokens.length) this.#grow(bytes.length);
    const [tokens, next, previous] = [this.#tokens, this.#next, this.#previous];
    let count = 0;
    for (const byte of bytes) {
      const token = this.#bytes[byte]!;
      if (token === NONE) continue;
      tokens[count] = token;
      next[count] = count + 1;
      previous[count] = count - 1;
      count++;
    }
    if (count === 0) return;
    next[count - 1] = NONE;
    this.#heapSize = 0;
    for (let at = 0; at + 1 < count; at++) this.#offer(at);
    while (this.#heapSize > 0) {
      const entry = this.#pop();
      const rank = Math.floor(entry / 2 ** 32);
      const at = entry - rank * 2 ** 32;
      const right = next[at]!;
      // Entries are left in the heap when their pair changes; such a one no longer names the rank of what stands there.
      if (tokens[at] === NONE || right === NONE) continue;
      const place = 4 * placeOf(this.#table, this.#mask, tokens[at]!, tokens[right]!);
      if (this.#table[place + 2] !== rank) continue;
      tokens[at] = this.#table[place + 3]!;
      tokens[right] = NONE;
      next[at] = next[right]!;
      if (next[at] !== NONE) previous[next[at]!] = at;
      this.#offer(at);
      if (previous[at]! >= 0) this.#offer(previous[at]!);
    }
    for (let at = 0; at !== NONE; at = next[at]!) ids.push(tokens[at]!);
  }

  /** Puts the pair that begins at a place into the heap, if a merge joins it. */
  #offer(at: number): void {
    const right = this.#next[at]!;
    if (right === NONE) return;
    const rank = this.#table[4 * placeOf(this.#table, this.#mask, this.#tokens[at]!, this.#tokens[right]!) + 2]!;
    if (rank === NONE) return;
    const heap = this.#heap;
    const entry = rank * 2 ** 32 + at;
    let hole = this.#heapSize++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (heap[parent]! <= entry) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #pop(): number {
    const heap = this.#heap;
    const first = heap[0]!;
    const size = --this.#heapSize;
    const entry = heap[size]!;
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= entry) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = entry;
    return first;
  }

  #grow(count: number): void {
    const size = 2 ** Math.ceil(Math.log2(count));
    this.#tokens = new Int32Array(size);
    this.#next = new Int32Array(size);
    this.#previous = new Int32Array(size);
    // At first at most one entry for each neighbour, then each of at most count merges takes one and adds two.
    this.#heap = new Float64Array(2 * size);
  }
}

/** Place of a pair in the table, or the free place where it would stand. */
function placeOf(table: Int32Array, mask: number, left: number, right: number): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  hash = (hash ^ (hash >>> 15)) & mask;
  while (table[4 * hash] !== NONE && (table[4 * hash] !== left || table[4 * hash + 1] !== right)) {
    hash = (hash + 1) & mask;
  }
  return hash;
}
