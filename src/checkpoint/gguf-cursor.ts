import type { ReadableFile } from '../platform/index.ts';
import { copyShortUtf8, PackedTexts } from './packed-texts.ts';

/** Bytes read from the file at a time. */
const WINDOW = 1 << 20;
/** Longest text, in bytes: chat templates have some 20,000, tokenizers kept whole as JSON some 20 million. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/**
 * What one header may hold: a text costs 1, a key, an array or a tensor 16. Small things of a file take ten times their
 * bytes in memory, so that the length of a header alone does not bound it. The largest vocabularies have 260,000 tokens
 * and 520,000 merges.
 */
const MOST_ITEMS = 1 << 22;
export const LARGE_ITEM = 16;

/**
 * Reads a file from its start, piece by piece. Nothing is allocated for what the file cannot hold: every method first
 * compares what it is asked for with the bytes that are left before `limit`.
 */
export class FileCursor {
  readonly file: ReadableFile;
  /** Reading never goes beyond this byte. */
  readonly limit: number;
  private window = new Uint8Array(0);
  private view = new DataView(this.window.buffer);
  /** Where the window starts in the file, and the place in the window that is read next. */
  private start = 0;
  private at = 0;
  private items = MOST_ITEMS;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(file: ReadableFile, limit: number) {
    this.file = file;
    this.limit = Math.min(limit, file.size);
  }

  /** Byte of the file that is read next. */
  get position(): number {
    return this.start + this.at;
  }

  /** Bytes left. */
  get left(): number {
    return this.limit - this.position;
  }

  /** Whether the next `bytes` bytes are in memory, so that the methods without `await` can read them. */
  has(bytes: number): boolean {
    return this.window.length - this.at >= bytes;
  }

  /**
   * Brings the next `bytes` bytes into memory.
   * @param what for the message where the file ends before.
   */
  async need(bytes: number, what: string): Promise<void> {
    if (this.has(bytes)) return;
    if (bytes > this.left) {
      const end = this.limit < this.file.size ? `the ${this.limit} bytes that a header may have` : 'the file';
      throw new Error(`${this.file.path}: truncated, ${end} ends within ${what}`);
    }
    const position = this.position;
    this.window = await this.file.read(position, Math.min(this.left, Math.max(bytes, WINDOW)));
    this.view = new DataView(this.window.buffer);
    this.start = position;
    this.at = 0;
  }

  /** Counts `cost` against what a header may hold. */
  spend(cost: number, what: string): void {
    this.items -= cost;
    if (this.items < 0) throw new Error(`${this.file.path}: ${what} is one too many; no header has so many parts`);
  }

  private advance(bytes: number): number {
    const at = this.at;
    this.at += bytes;
    return at;
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }
  int8(): number {
    return this.view.getInt8(this.advance(1));
  }
  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }
  int16(): number {
    return this.view.getInt16(this.advance(2), true);
  }
  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }
  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }
  uint64(): bigint {
    return this.view.getBigUint64(this.advance(8), true);
  }
  int64(): bigint {
    return this.view.getBigInt64(this.advance(8), true);
  }
  float32(): number {
    return this.view.getFloat32(this.advance(4), true);
  }
  float64(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  /** A copy of the next bytes, which starts a buffer of its own. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const at = this.advance(length);
    return this.window.slice(at, at + length);
  }

  /**
   * A count or length: 64 bits that stand for things of at least `itemBytes` bytes each, still to come.
   * @throws {Error} where the file is too small for them.
   */
  async count(itemBytes: number, what: string): Promise<number> {
    await this.need(8, what);
    const count = this.uint64();
    if (count > BigInt(Math.floor(this.left / itemBytes))) {
      throw new Error(
        `${this.file.path}: ${what} has a count of ${count}, but the file has only ${this.left} bytes left`,
      );
    }
    return Number(count);
  }

  /** A text: its length, then UTF-8. */
  async text(what: string, longest = LONGEST_TEXT): Promise<string> {
    const length = await this.textLength(what, longest);
    const at = this.advance(length);
    return this.decode(this.window.subarray(at, at + length), what);
  }

  /** So many texts, one after another. */
  async texts(count: number, what: string): Promise<PackedTexts> {
    const ends = new Uint32Array(count);
    let bytes = new Uint8Array(Math.min(this.left, WINDOW));
    let end = 0;
    for (let i = 0; i < count; i += 1) {
      const length = this.lengthAtHand() ?? (await this.textLength(what, LONGEST_TEXT));
      if (end + length > bytes.length) {
        const longer = new Uint8Array(Math.max(end + length, 2 * bytes.length));
        longer.set(bytes);
        bytes = longer;
      }
      const at = this.advance(length);
      if (!copyShortUtf8(this.window, at, length, bytes, end)) this.decode(bytes.subarray(end, end + length), what);
      end += length;
      ends[i] = end;
    }
    return new PackedTexts(bytes.slice(0, end), ends);
  }

  /** The length of the next text, passed over, where all of the text is in memory too. */
  private lengthAtHand(): number | undefined {
    if (!this.has(8) || this.view.getUint32(this.at + 4, true) !== 0) return undefined;
    const length = this.view.getUint32(this.at, true);
    if (length > LONGEST_TEXT || !this.has(8 + length)) return undefined;
    this.at += 8;
    return length;
  }

  /** The length of the next text, which is then in memory. */
  private async textLength(what: string, longest: number): Promise<number> {
    const length = await this.count(1, what);
    if (length > longest)
      throw new Error(`${this.file.path}: ${what} has a text of ${length} bytes, at most ${longest} are read`);
    await this.need(length, what);
    return length;
  }

  private decode(bytes: Uint8Array, what: string): string {
    try {
      return this.decoder.decode(bytes);
    } catch (error) {
      throw new Error(`${this.file.path}: ${what} holds a text that is not UTF-8`, { cause: error });
    }
  }
}
