import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainTokenizer } from './bpe-trainer.ts';
import { nanoTokenizerConfig } from './chat.ts';
import { sampleCorpus } from './fixtures/sample-texts.ts';
import { DEFAULT_SPECIAL_TOKENS } from './special-tokens.ts';
import { Tokenizer } from './tokenizer.ts';

const json = trainTokenizer(sampleCorpus(), { vocabularySize: 400 });
const tokenizer = Tokenizer.fromJson(JSON.parse(JSON.stringify(json)), nanoTokenizerConfig());
const library = new LibraryTokenizer(json, nanoTokenizerConfig());

/** Any text: all of Unicode, lone surrogates, what the training texts hold, and special tokens. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 4 }),
      fc.string({
        unit: fc.constantFrom('😶‍🌫️', '🦙', '🚀', '\ud83d', '\udc00', '\r\n', '\n', ' ', '\t', '\u3000', '\ufeff'),
      }),
      fc.constantFrom(
        '请计算',
        '答案是',
        ' the answer',
        "I'm",
        '12.50',
        '٣',
        '①',
        '...',
        '？！',
        '.com',
        'é',
        'e\u0301',
      ),
      fc.constantFrom(...DEFAULT_SPECIAL_TOKENS.map((token) => token.content), '<think', '<｜'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('Tokenizer', () => {
  it('gives every text back, byte for byte (lone surrogates as U+FFFD)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.toWellFormed());
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the ids of the library, cached or not', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const expected = library.encode(text, { add_special_tokens: false }).ids;
        expect([...tokenizer.encode(text)]).toEqual(expected);
        expect([...tokenizer.encode(text)]).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes digits one by one', () => {
    const ids = tokenizer.encode('1234567890 12.5 ٣٤');
    const pieces = [...ids].map((id) => tokenizer.decode([id]));
    expect(pieces.slice(0, 10)).toEqual([...'1234567890']);
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const text = tokenizer.decode([id]);
      if (!DEFAULT_SPECIAL_TOKENS.some((token) => token.content === text)) expect(text).not.toMatch(/\p{N}.|.\p{N}/su);
    }
  });

  it('knows its special tokens by name', () => {
    expect(tokenizer.vocabularySize).toBe(400);
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.padId]).toEqual([0, 1, 2]);
    expect(tokenizer.specialIds.get('<｜User｜>')).toBe(3);
    expect(tokenizer.specialId('</think>')).toBe(6);
    expect([...tokenizer.encode('<think>\n</think>')]).toEqual([5, ...tokenizer.encode('\n'), 6]);
    expect(() => tokenizer.specialId('<tool>')).toThrow('no special token <tool>');
  });

  it('takes the longest special token where several begin at one place', () => {
    const specialTokens = ['<a', '<a>', '<a>b'].map((content) => ({ content, special: true }));
    const nested = Tokenizer.fromJson(trainTokenizer([], { vocabularySize: 259, specialTokens }));
    expect([...nested.encode('<a>b<a><a')]).toEqual([2, 1, 0]);
  });

  it('hides special tokens when asked, but not the thinking marks', () => {
    const ids = tokenizer.encode(
      '<｜begin▁of▁sentence｜><｜User｜>1<｜Assistant｜><think>\n2</think>3<｜end▁of▁sentence｜>',
    );
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe('1<think>\n2</think>3');
  });

  it('adds what the configuration asks for, and nothing unless asked', () => {
    const texts = (given: object) => {
      const configured = Tokenizer.fromJson(json, { ...nanoTokenizerConfig(), ...given });
      return [
        configured.decode(configured.encode('5')),
        configured.decode(configured.encode('5', { addSpecial: true })),
      ];
    };
    expect(texts({})).toEqual(['5', '5']);
    expect(texts({ add_bos_token: true })).toEqual(['5', '<｜begin▁of▁sentence｜>5']);
    expect(texts({ add_bos_token: true, add_eos_token: true })).toEqual([
      '5',
      '<｜begin▁of▁sentence｜>5<｜end▁of▁sentence｜>',
    ]);
    expect(texts({ add_bos_token: true, bos_token: { content: '<｜User｜>' } })[1]).toBe('<｜User｜>5');
    const template = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<｜begin▁of▁sentence｜>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
    };
    const templated = Tokenizer.fromJson({ ...json, post_processor: template }, {});
    expect([...templated.encode('5', { addSpecial: true })]).toEqual([0, ...templated.encode('5')]);
    // A token of the vocabulary that is not among the added ones.
    const merged = json.model.merges[0]!.join('');
    const single = [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: merged, type_id: 0 } }];
    const ending = Tokenizer.fromJson({ ...json, post_processor: { ...template, single } }, { eos_token: merged });
    expect([...ending.encode('5', { addSpecial: true })]).toEqual([...ending.encode('5'), json.model.vocab[merged]]);
    expect(ending.eosId).toBe(json.model.vocab[merged]);
  });

  it('leaves the cache aside where pieces are not independent', () => {
    const eating = { ...json, added_tokens: json.added_tokens.map((token) => ({ ...token, lstrip: true })) };
    const strict = Tokenizer.fromJson(eating);
    expect(strict.decode(strict.encode('a  <think>b'))).toBe('a<think>b');
    const normalizing = Tokenizer.fromJson({ ...json, normalizer: { type: 'Lowercase' } });
    expect(normalizing.decode(normalizing.encode('ABC 12'))).toBe('abc 12');
  });

  it('says what is wrong with a file or an id', () => {
    expect(() => Tokenizer.fromJson({})).toThrow('the field "model" is missing');
    expect(() => Tokenizer.fromJson({ ...json, decoder: { type: 'Metaspace' } })).toThrow('the decoder "Metaspace"');
    expect(() => Tokenizer.fromJson(json, 7)).toThrow('tokenizer_config.json does not hold an object');
    expect(() => tokenizer.decode([5, 400])).toThrow('token id 400 is not in the vocabulary (0 to 399)');
  });
});

describe('streamDecoder', () => {
  it('joins to the decoded text and never gives half a character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const decoder = tokenizer.streamDecoder();
        const pieces = [...tokenizer.encode(text)].map((id) => decoder.push(id));
        pieces.push(decoder.end());
        expect(pieces.join('')).toBe(text.toWellFormed());
        for (const piece of pieces) {
          expect(piece.isWellFormed()).toBe(true);
          if (!text.toWellFormed().includes('\ufffd')) expect(piece).not.toContain('\ufffd');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('replaces bytes that are no character once it is certain that they are none', () => {
    const ids = fc.array(fc.integer({ min: 0, max: tokenizer.vocabularySize - 1 }), { maxLength: 24 });
    fc.assert(
      fc.property(ids, (list) => {
        const decoder = tokenizer.streamDecoder();
        const pieces = list.map((id) => decoder.push(id));
        pieces.push(decoder.end());
        const bytes = Uint8Array.from(list.flatMap((id) => [...tokenizer.bytesOf(id)]));
        expect(pieces.join('')).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
      }),
      { numRuns: 1000 },
    );
    const [first, second] = tokenizer.encode('🦙');
    const decoder = tokenizer.streamDecoder();
    expect([first!, second!, ...tokenizer.encode('a')].map((id) => decoder.push(id))).toEqual(['', '', '\ufffda']);
  });

  it('holds the bytes of a character back until all have come', () => {
    const ids = tokenizer.encode('🦙');
    expect(ids.length).toBe(4);
    const decoder = tokenizer.streamDecoder();
    expect([...ids].map((id) => decoder.push(id))).toEqual(['', '', '', '🦙']);
    expect(decoder.push(ids[0]!)).toBe('');
    expect(decoder.end()).toBe('\ufffd');
  });
});
