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

const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

const utf8 = new TextEncoder();

/**
 * Bytes that a vocabulary entry stands for. An entry with a character outside the alphabet (a special token such as
 * `<｜User｜>`) stands for its own UTF-8 text, as the ByteLevel decoder of Hugging Face has it.
 */
export function bytesOfToken(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHARACTER.get(token.charAt(i));
    if (byte === undefined) return utf8.encode(token);
    bytes[i] = byte;
  }
  return bytes;
}
