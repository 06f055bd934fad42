import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyShortUtf8, PackedTexts } from './packed-texts.ts';

describe('packed texts', () => {
  it('are the texts they were made of', () => {
    const property = fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const packed = PackedTexts.of(texts);
      expect(packed.length).toBe(texts.length);
      expect(packed.strings()).toEqual(texts);
      for (const [index, text] of texts.entries()) {
        expect(packed.text(index)).toBe(text);
        expect(packed.ends[index]! - packed.start(index)).toBe(new TextEncoder().encode(text).length);
      }
    });
    fc.assert(property);
  });
});

describe('copyShortUtf8', () => {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const isShort = (bytes: Uint8Array) => {
    try {
      return [...utf8.decode(bytes)].every((character) => character.codePointAt(0)! < 0x800);
    } catch {
      return false;
    }
  };
  /** Mostly bytes that stand on a border of some kind. */
  const byte = fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xdf, 0xe0, 0xff), fc.nat(255));
  const bytes = fc.oneof(
    fc.array(byte, { maxLength: 8 }).map((list) => Uint8Array.from(list)),
    fc
      .string({ unit: fc.constantFrom('a', 'Ġ', '\u07ff', '\u0800', '\u0080') })
      .map((text) => new TextEncoder().encode(text)),
  );

  it('copies all bytes, and is sure of short characters alone', () => {
    const property = fc.property(bytes, (text) => {
      const source = Uint8Array.of(0x41, ...text, 0x80);
      const target = new Uint8Array(text.length + 2).fill(7);
      expect(copyShortUtf8(source, 1, text.length, target, 1)).toBe(isShort(text));
      expect([...target]).toEqual([7, ...text, 7]);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
