import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedTexts } from '../checkpoint/packed-texts.ts';
import { BYTE_CHARACTERS, bytesOfToken, writeBytesOfUtf8 } from './byte-alphabet.ts';
import { Vocabulary } from './vocabulary.ts';

/** Tokens that begin alike, share bytes with each other's UTF-8, or are in the alphabet and outside it by turns. */
const token = fc.oneof(
  fc.string({ unit: fc.constantFrom(...BYTE_CHARACTERS), maxLength: 5 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'Ġ', 'Ń'), maxLength: 3 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('__proto__', '<｜User｜>', '中', 'ä¸Ń', 'ń', 'ł', 'é'),
);

const LARGEST = 200;
const tokens = fc.uniqueArray(fc.tuple(token, fc.nat(LARGEST)), { selector: ([, id]) => id, maxLength: 100 });

const filled = (entries: readonly (readonly [string, number])[]) => {
  const vocabulary = new Vocabulary(LARGEST + 1, entries.length, 8);
  const kept = new Map<string, number>();
  for (const [text, id] of entries) {
    expect(vocabulary.add(id, text)).toBe(kept.get(text));
    if (!kept.has(text)) kept.set(text, id);
  }
  return { vocabulary, kept };
};

describe('a vocabulary', () => {
  it('knows tokens by their text, their bytes and their ids as maps do, and those that stand there twice', () => {
    const property = fc.property(tokens, fc.array(token), (entries, strangers) => {
      const { vocabulary, kept } = filled(entries);
      expect(vocabulary.size).toBe(Math.max(-1, ...kept.values()) + 1);
      const asked = [...kept.keys(), ...strangers];
      expect(asked.map((text) => vocabulary.idOfText(text))).toEqual(asked.map((text) => kept.get(text)));
      const byId = new Map([...kept].map(([text, id]) => [id, text]));
      const ids = Array.from({ length: LARGEST + 3 }, (_, at) => at - 1);
      const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
      expect(ids.map((id) => hex(vocabulary.bytesOf(id)))).toEqual(
        ids.map((id) => (byId.has(id) ? hex(bytesOfToken(byId.get(id)!)) : undefined)),
      );
      expect(vocabulary.byteIds()).toEqual(BYTE_CHARACTERS.map((character) => kept.get(character)));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('takes tokens from packed texts', () => {
    const property = fc.property(fc.array(token, { maxLength: 50 }), (texts) => {
      const wellFormed = texts.map((text) => text.toWellFormed());
      const packed = PackedTexts.of(wellFormed);
      const one = new Vocabulary(texts.length, texts.length, 0);
      const other = new Vocabulary(texts.length, texts.length, 0);
      for (const [id, text] of wellFormed.entries()) {
        expect(one.addPacked(id, packed, id)).toBe(other.add(id, text));
        expect(one.idOfText(text)).toBe(other.idOfText(text));
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('takes no token outside the alphabet for one with the same bytes', () => {
    const { vocabulary } = filled([
      ['ä¸Ń', 3],
      ['中', 4],
    ]);
    const bytes = new TextEncoder().encode('..中');
    expect(vocabulary.idOf(bytes, 2, 5)).toBe(3);
    expect([3, 4, 5].map((id) => vocabulary.is(id, bytes, 2, 5))).toEqual([true, false, false]);
    expect(vocabulary.is(3, bytes, 1, 5)).toBe(false);
  });
});

it('the byte alphabet is read from UTF-8 as from strings', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...BYTE_CHARACTERS), fc.constantFrom('\u0144', '中', ' ')) });
  const property = fc.property(text, (string) => {
    const utf8 = new TextEncoder().encode(`x${string}x`);
    const target = new Uint8Array(utf8.length);
    const length = writeBytesOfUtf8(utf8, 1, utf8.length - 1, target, 1);
    if ([...string].every((character) => BYTE_CHARACTERS.includes(character))) {
      expect(length).toBe(string.length);
      expect([...target.subarray(1, 1 + length)]).toEqual([...bytesOfToken(string)]);
    } else expect(length).toBe(-1);
  });
  fc.assert(property, { numRuns: 300 });
});
