/**
 * The alphabet of byte-level BPE (GPT-2): each of the 256 bytes is written as one printable character, so that a
 * vocabulary of strings can hold any bytes. Printable Latin-1 stands for itself; the rest take U+0100 onwards.
 */
function buildAlphabet(): readonly string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let replacement = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : replacement++));
}

/** Character that stands for a byte, by byte value: 256 strings of one UTF-16 unit each. */
export const BYTE_CHARACTERS: readonly string[] = buildAlphabet();

const OTHER = -1;
/** Byte by the code of its character; OTHER for characters outside the alphabet, all of which from this length on. */
const BYTE_OF_CODE = new Int16Array(0x144).fill(OTHER);
for (const [byte, character] of BYTE_CHARACTERS.entries()) BYTE_OF_CODE[character.charCodeAt(0)] = byte;

const utf8 = new TextEncoder();

/**
 * Bytes that a vocabulary entry stands for. An entry with a character outside the alphabet (a special token such as
 * `<｜User｜>`) stands for its own UTF-8 text, as the ByteLevel decoder of Hugging Face has it.
 */
export function bytesOfToken(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  return writeBytes(token, 0, token.length, bytes, 0) ? bytes : utf8.encode(token);
}

/**
 * Writes the bytes that the characters from…to-1 of a text stand for into `target`, one for each. False where one of them
 * is outside the alphabet.
 */
export function writeBytes(text: string, from: number, to: number, target: Uint8Array, at: number): boolean {
  for (let i = from, place = at; i < to; i++, place++) {
    const code = text.charCodeAt(i);
    const byte = code < BYTE_OF_CODE.length ? BYTE_OF_CODE[code]! : OTHER;
    if (byte === OTHER) return false;
    target[place] = byte;
  }
  return true;
}

/**
 * As `writeBytes`, of a text in UTF-8. Returns how many bytes it stands for, -1 where a character is outside the alphabet.
 */
export function writeBytesOfUtf8(text: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  let place = at;
  for (let i = from; i < to; i++, place++) {
    let code = text[i]!;
    if (code >= 0x80) {
      // All of the alphabet has one byte in UTF-8, or two.
      if (code >= 0xe0 || i + 1 >= to) return OTHER;
      code = ((code & 0x1f) << 6) | (text[++i]! & 0x3f);
    }
    const byte = code < BYTE_OF_CODE.length ? BYTE_OF_CODE[code]! : OTHER;
    if (byte === OTHER) return OTHER;
    target[place] = byte;
  }
  return place - at;
}
