/**
 * Texts as files hold them, UTF-8 one after another. A vocabulary has 150,000 and as many merges: to make strings of them
 * takes longer than all else that is done with a header, and who opens a model needs but a few.
 */
export class PackedTexts {
  /** All texts, without their lengths. */
  readonly bytes: Uint8Array;
  /** Where each text ends in `bytes`; it begins where the one before it ends. */
  readonly ends: Uint32Array;

  /** Both as the properties have them; the bytes must be UTF-8, which is not checked again. */
  constructor(bytes: Uint8Array, ends: Uint32Array) {
    this.bytes = bytes;
    this.ends = ends;
  }

  static of(texts: readonly string[]): PackedTexts {
    const utf8 = new TextEncoder();
    const parts = texts.map((text) => utf8.encode(text));
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    const ends = new Uint32Array(parts.length);
    let at = 0;
    for (const [index, part] of parts.entries()) {
      bytes.set(part, at);
      at += part.length;
      ends[index] = at;
    }
    return new PackedTexts(bytes, ends);
  }

  get length(): number {
    return this.ends.length;
  }

  /** Where a text begins in `bytes`. */
  start(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }

  text(index: number): string {
    return decoder.decode(this.bytes.subarray(this.start(index), this.ends[index]));
  }

  strings(): string[] {
    return Array.from(this.ends, (_, index) => this.text(index));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Copies a text and looks whether it is UTF-8 of characters below U+0800, as all are in byte-level vocabularies but for
 * special tokens. False says nothing: longer characters, or no UTF-8.
 */
export function copyShortUtf8(
  source: Uint8Array,
  from: number,
  length: number,
  target: Uint8Array,
  to: number,
): boolean {
  const end = from + length;
  let known = true;
  for (let at = from, place = to; at < end; at += 1, place += 1) {
    const byte = source[at]!;
    target[place] = byte;
    if (byte < 0x80) continue;
    const next = at + 1 < end ? source[at + 1]! : 0;
    if (byte >= 0xc2 && byte < 0xe0 && (next & 0xc0) === 0x80) {
      at += 1;
      place += 1;
      target[place] = next;
    } else known = false;
  }
  return known;
}
