import type { PackedTexts } from '../checkpoint/packed-texts.ts';
import { BYTE_CHARACTERS, writeBytes, writeBytesOfUtf8 } from './byte-alphabet.ts';

const NONE = -1;

/** A start of the hash that nobody who writes a file can know, or he could have all tokens meet in one place. */
const SEED = Math.floor(Math.random() * 2 ** 32) | 0;

/**
 * The tokens of a byte-level vocabulary by id and by the bytes they stand for, all in one buffer: made in a tenth of the
 * time that a map of strings takes.
 */
export class Vocabulary {
  /** Bytes of all tokens, and where they begin and end by id; tokens that are not there begin at NONE. */
  #bytes: Uint8Array;
  #used = 0;
  #size = 0;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /**
   * Tokens in the byte alphabet by the hash of their bytes, with open addressing: hash, id, start and end at 4 · place, so
   * that what a search needs lies in one line of the cache.
   */
  readonly #table: Int32Array;
  /** Tokens with characters outside the alphabet, by their text. */
  readonly #others = new Map<string, number>();
  readonly #otherIds = new Set<number>();
  readonly #utf8 = new TextEncoder();
  #scratch = new Uint8Array(256);

  /**
   * Without tokens so far.
   * @param size above all ids to come
   * @param count tokens to come
   * @param bytes about the bytes that they stand for
   */
  constructor(size: number, count: number, bytes: number) {
    this.#bytes = new Uint8Array(bytes);
    this.#starts = new Int32Array(size).fill(NONE);
    this.#ends = new Int32Array(size);
    let places = 1024;
    while (places < 1.5 * count) places *= 2;
    this.#table = new Int32Array(4 * places).fill(NONE);
  }

  /** One more than the largest id of a token. */
  get size(): number {
    return this.#size;
  }

  /** Adds a token by its text. Returns the id of the same token if it is there already, and then adds nothing. */
  add(id: number, token: string): number | undefined {
    this.#reserve(token.length);
    if (writeBytes(token, 0, token.length, this.#bytes, this.#used)) return this.#addBytes(id, token.length);
    return this.#addOther(id, token);
  }

  /** As `add`, of one of many texts. */
  addPacked(id: number, texts: PackedTexts, index: number): number | undefined {
    const [start, end] = [texts.start(index), texts.ends[index]!];
    this.#reserve(end - start);
    const length = writeBytesOfUtf8(texts.bytes, start, end, this.#bytes, this.#used);
    return length === NONE ? this.#addOther(id, texts.text(index)) : this.#addBytes(id, length);
  }

  /** The id of the token that stands for the bytes from…to-1. */
  idOf(bytes: Uint8Array, from: number, to: number): number | undefined {
    const id = this.#table[this.#placeOf(hashOf(bytes, from, to), bytes, from, to) + 1]!;
    return id === NONE ? undefined : id;
  }

  /** Whether `idOf` gives this id; cheaper than to ask it, where tokens are asked for in their order. */
  is(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[id] ?? NONE;
    return start !== NONE && this.#equals(start, this.#ends[id]!, bytes, from, to) && !this.#otherIds.has(id);
  }

  /** The id of a token by its text in the byte alphabet, or with other characters. */
  idOfText(token: string): number | undefined {
    if (this.#scratch.length < token.length) this.#scratch = new Uint8Array(2 * token.length);
    if (!writeBytes(token, 0, token.length, this.#scratch, 0)) return this.#others.get(token);
    return this.idOf(this.#scratch, 0, token.length);
  }

  /** The ids of all bytes, undefined for those that have no token. */
  byteIds(): (number | undefined)[] {
    return BYTE_CHARACTERS.map((_, byte) => this.idOf(Uint8Array.of(byte), 0, 1));
  }

  /** The bytes a token stands for, in place; undefined where there is none of this id. */
  bytesOf(id: number): Uint8Array | undefined {
    const start = this.#starts[id] ?? NONE;
    return start === NONE ? undefined : this.#bytes.subarray(start, this.#ends[id]);
  }

  /** The token whose bytes have just been written behind the others. */
  #addBytes(id: number, length: number): number | undefined {
    const [start, end] = [this.#used, this.#used + length];
    const hash = hashOf(this.#bytes, start, end);
    const place = this.#placeOf(hash, this.#bytes, start, end);
    const table = this.#table;
    if (table[place + 1] !== NONE) return table[place + 1]!;
    table[place] = hash;
    table[place + 1] = id;
    table[place + 2] = start;
    table[place + 3] = end;
    this.#put(id, end);
    return undefined;
  }

  #addOther(id: number, token: string): number | undefined {
    const before = this.#others.get(token);
    if (before !== undefined) return before;
    this.#others.set(token, id);
    this.#otherIds.add(id);
    const bytes = this.#utf8.encode(token);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#put(id, this.#used + bytes.length);
    return undefined;
  }

  #put(id: number, end: number): void {
    this.#starts[id] = this.#used;
    this.#ends[id] = end;
    this.#used = end;
    this.#size = Math.max(this.#size, id + 1);
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(this.#used + length, 2 * this.#bytes.length));
    longer.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = longer;
  }

  /** Where the entry of a token begins in the table, or the free one that it would have. */
  #placeOf(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const table = this.#table;
    const mask = table.length / 4 - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const at = 4 * place;
      if (table[at + 1] === NONE) return at;
      if (table[at] === hash && this.#equals(table[at + 2]!, table[at + 3]!, bytes, from, to)) return at;
    }
  }

  /** Whether our own bytes start…end-1 are those of another buffer. */
  #equals(start: number, end: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (end - start !== to - from) return false;
    const own = this.#bytes;
    for (let at = from, place = start; at < to; at++, place++) if (own[place] !== bytes[at]) return false;
    return true;
  }
}

/** FNV-1a, begun with the seed, and mixed at the end, since the lower bits choose the place. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = SEED;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
