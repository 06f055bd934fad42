import type { Merges, Pair } from './merges.ts';
import type { Vocabulary } from './vocabulary.ts';

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
  /** Words that are tokens are not merged; undefined where merges alone decide. */
  readonly #wholes: Vocabulary | undefined;
  readonly #utf8 = new TextEncoder();
  // Scratch for one word: a doubly linked list of tokens, and a heap of rank · 2³² + place.
  #tokens = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #heap = new Float64Array(128);
  #heapSize = 0;

  private constructor(bytes: Int32Array, table: Int32Array, wholes: Vocabulary | undefined) {
    this.#bytes = bytes;
    this.#table = table;
    this.#mask = table.length / 4 - 1;
    this.#wholes = wholes;
  }

  /**
   * The merger of a vocabulary; undefined where a part of a merge is no token.
   * @param ignoresMerges whether a word that is a token becomes that token, wherever merges lead
   * @param onNoToken called with the rank of a merge that has not two parts, or whose parts do not make a token
   */
  static of(
    vocabulary: Vocabulary,
    merges: Merges,
    { ignoresMerges = false, onNoToken }: { ignoresMerges?: boolean; onNoToken?: (rank: number) => void } = {},
  ): BytePairMerger | undefined {
    let size = 1024;
    while (size < 1.5 * merges.length) size *= 2;
    const table = new Int32Array(4 * size).fill(NONE);
    const pair: Pair = { bytes: new Uint8Array(256), left: 0, length: 0 };
    let complete = true;
    // Most vocabularies have the tokens in the order of the merges that make them.
    let next = 0;
    for (let rank = 0; rank < merges.length; rank++) {
      let first: number | undefined;
      let second: number | undefined;
      let joined: number | undefined;
      if (merges.read(rank, pair)) {
        const { bytes, left, length } = pair;
        first = vocabulary.idOf(bytes, 0, left);
        second = vocabulary.idOf(bytes, left, length);
        joined = vocabulary.is(next, bytes, 0, length) ? next : vocabulary.idOf(bytes, 0, length);
      } else {
        const [left, right] = merges.parts(rank) ?? [];
        if (left !== undefined && right !== undefined) {
          first = vocabulary.idOfText(left);
          second = vocabulary.idOfText(right);
          joined = vocabulary.idOfText(left + right);
        }
      }
      if (joined === undefined) onNoToken?.(rank);
      if (first === undefined || second === undefined || joined === undefined) {
        complete = false;
        continue;
      }
      next = joined + 1;
      const place = 4 * placeOf(table, size - 1, first, second);
      // Where a pair stands twice, the later rank counts, as in the library's map.
      table[place] = first;
      table[place + 1] = second;
      table[place + 2] = rank;
      table[place + 3] = joined;
    }
    if (!complete) return undefined;
    const bytes = Int32Array.from(vocabulary.byteIds(), (id) => id ?? NONE);
    return new BytePairMerger(bytes, table, ignoresMerges ? vocabulary : undefined);
  }

  /** Appends the tokens of a word. Bytes that the vocabulary lacks are left out first, as Hugging Face's BPE does. */
  merge(word: string, ids: number[]): void {
    const bytes = this.#utf8.encode(word);
    const whole = this.#wholes?.idOf(bytes, 0, bytes.length);
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
