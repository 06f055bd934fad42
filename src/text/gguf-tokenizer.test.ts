import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainTokenizer } from './bpe-trainer.ts';
import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { sampleCorpus } from './fixtures/sample-texts.ts';
import { metadataOf } from './fixtures/vocabularies.ts';
import { type GgufMetadata, readGgufTokenizer, tokenizerFromGguf } from './gguf-tokenizer.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import { Tokenizer } from './tokenizer.ts';

const json = trainTokenizer(sampleCorpus(), { vocabularySize: 400 });
const metadata: GgufMetadata = {
  ...metadataOf(json, 'deepseek-v3'),
  'tokenizer.ggml.bos_token_id': 0,
  'tokenizer.ggml.eos_token_id': 1n,
  'tokenizer.ggml.padding_token_id': 2,
  'tokenizer.ggml.eot_token_id': 4,
  'tokenizer.ggml.eom_token_id': 0xffffffff,
  'tokenizer.ggml.add_bos_token': true,
  'tokenizer.chat_template': '{{ messages }}',
};

const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        ' the answer',
        '请计算',
        "I'm",
        '12.50',
        '٣①½',
        '\r\n\n',
        '   ',
        '\t',
        '...',
        '.com',
        'e\u0301',
        '🦙',
        'ü',
      ),
      fc.constantFrom('<think>', '<｜User｜>', '<think'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('tokenizerFromGguf', () => {
  it('encodes as the tokenizer.json that the metadata were made from', () => {
    const [original, read] = [Tokenizer.fromJson(json), tokenizerFromGguf(metadata)];
    fc.assert(
      fc.property(texts, (text) => {
        expect([...read.encode(text)]).toEqual([...original.encode(text)]);
        expect(read.decode(read.encode(text))).toBe(text.toWellFormed());
      }),
      { numRuns: 300 },
    );
  });

  it.each([...PRE_TOKENIZERS.keys()])('%s gives the ids of the library', (pre) => {
    const { tokenizerJson, tokenizerConfig } = readGgufTokenizer({ ...metadata, 'tokenizer.ggml.pre': pre });
    // A token that no merges lead to, which some pre-tokenizers find as a whole word.
    const { vocab } = tokenizerJson.model;
    const withWhole = { ...tokenizerJson, model: { ...tokenizerJson.model, vocab: { ...vocab, abba: 400 } } };
    const [read, library] = [
      Tokenizer.fromJson(withWhole, tokenizerConfig),
      new LibraryTokenizer(withWhole, tokenizerConfig),
    ];
    fc.assert(
      fc.property(texts, (text) => {
        const whole = `${text}abba 1234`;
        expect([...read.encode(whole)]).toEqual(library.encode(whole, { add_special_tokens: false }).ids);
      }),
      { numRuns: 40 },
    );
    expect([...read.encode('abba')].includes(400)).toBe(PRE_TOKENIZERS.get(pre)!.ignoresMerges ?? false);
  });

  it('reads special tokens, what is added around a text, the template, and what ends an answer', () => {
    const read = tokenizerFromGguf(metadata);
    expect([read.bosId, read.eosId, read.padId, read.chatTemplate]).toEqual([0, 1, 2, '{{ messages }}']);
    expect([...read.encode('', { addSpecial: true })]).toEqual([0]);
    expect(readGgufTokenizer(metadata).endTokenIds).toEqual([1, 4]);
    expect(read.decode([0, 3, 5, 6], { skipSpecial: true })).toBe('<think></think>');
    const silent = { ...metadata, 'tokenizer.ggml.add_bos_token': undefined };
    expect([...tokenizerFromGguf(silent).encode('', { addSpecial: true })]).toEqual([]);
    const llama = tokenizerFromGguf({ ...silent, 'tokenizer.ggml.pre': 'llama-bpe' });
    expect([...llama.encode('', { addSpecial: true })]).toEqual([0]);
  });

  it('leaves out control characters without a token before it merges, as Hugging Face tokenizers does', () => {
    const missing = [0x04, 0x06, 0x1d, 0x7f, 0xf1];
    const tokens = [...BYTE_CHARACTERS.filter((_, byte) => !missing.includes(byte)), '()'];
    const read = tokenizerFromGguf({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'gpt-2',
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': tokens.map(() => 1),
      'tokenizer.ggml.merges': ['( )'],
    });
    const texts = ['()a', '(\u0004)a', '\u0004', '\u0004\u0006()', '\u0005'];
    expect(texts.map((text) => [...read.encode(text)].map((id) => tokens[id]))).toEqual([
      ['()', 'a'],
      ['()', 'a'],
      [],
      ['()'],
      [BYTE_CHARACTERS[5]],
    ]);
  });

  it('takes linear time in a long word', () => {
    // With a quadratic loop this would take minutes.
    const text = 'answer'.repeat(100_000);
    const read = tokenizerFromGguf(metadata);
    expect(read.decode(read.encode(text))).toBe(text);
    const llm = tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.pre': 'deepseek-llm' });
    const spaces = `${' '.repeat(100_000)}5`;
    expect(llm.decode(llm.encode(spaces))).toBe(spaces);
  });

  it.each<[string, GgufMetadata, RegExp]>([
    ['no tokenizer', {}, /tokenizer.ggml.model is missing/],
    ['SentencePiece', { ...metadata, 'tokenizer.ggml.model': 'llama' }, /of kind "llama"; only gpt2/],
    [
      'an unknown pre-tokenizer',
      { ...metadata, 'tokenizer.ggml.pre': 'tekken' },
      /"tekken".*not supported; known are gpt-2/,
    ],
    ['no pre-tokenizer', { ...metadata, 'tokenizer.ggml.pre': undefined }, /tokenizer.ggml.pre is missing/],
    ['no tokens', { ...metadata, 'tokenizer.ggml.tokens': undefined }, /tokenizer.ggml.tokens is missing/],
    ['a token twice', { ...metadata, 'tokenizer.ggml.tokens': ['a', 'a'] }, /"a" twice, as tokens 0 and 1/],
    ['a token that is no text', { ...metadata, 'tokenizer.ggml.tokens': [7] }, /tokens\[0\] is not a text/],
    ['a missing byte', { ...metadata, 'tokenizer.ggml.tokens': ['a'] }, /no token for the byte 0x9/],
    ['too few types', { ...metadata, 'tokenizer.ggml.token_type': [1] }, /has 1 entries for 400 tokens/],
    ['a merge of one part', { ...metadata, 'tokenizer.ggml.merges': ['ab'] }, /merges\[0\] is "ab"/],
    ['a merge to no token', { ...metadata, 'tokenizer.ggml.merges': ['z q'] }, /merges\[0\] is "z q"/],
    ['an id outside', { ...metadata, 'tokenizer.ggml.eos_token_id': 400 }, /eos_token_id is 400, outside .*0 to 399/],
    [
      'a flag that is none',
      { ...metadata, 'tokenizer.ggml.add_bos_token': 1 },
      /add_bos_token is 1, not true or false/,
    ],
    ['a template that is no text', { ...metadata, 'tokenizer.chat_template': [] }, /chat_template is not a text/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => tokenizerFromGguf(wrong)).toThrow(message);
  });
});
