import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPattern } from './pattern-check.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import { Tokenizer } from './tokenizer.ts';

const nano = () =>
  JSON.parse(readFileSync(new URL('../../models/nano/tokenizer.json', import.meta.url), 'utf8')) as Record<
    string,
    ReturnType<typeof JSON.parse>
  >;

describe('patterns', () => {
  it('of published tokenizers pass', () => {
    for (const { patterns } of PRE_TOKENIZERS.values()) for (const pattern of patterns) checkPattern(pattern);
    checkPattern(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
    );
    checkPattern('(?=(\\d{3})+(?!\\d))');
    checkPattern('[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+| {2,4}');
  });

  it.each([
    '(a+)+$',
    '(a*)*b',
    '(a|aa)+$',
    '((a{1,9}){2,9})x',
    '(?:\\s+|x)*y',
    '(a?){50}a',
    '.*.*.*.*x',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '(unclosed',
    '[unclosed',
    'a)b',
    'x\\',
    '('.repeat(40) + ')'.repeat(40),
    'a'.repeat(30_000),
  ])('%.30s is refused', (pattern) => {
    expect(() => checkPattern(pattern)).toThrow();
  });

  it('that pass are fast on texts made to slow them down', () => {
    const texts = ['a', ' ', '\n', '1', "'", ' \n', 'aA', '\u3000'].map((part) => part.repeat(500));
    for (const { patterns } of PRE_TOKENIZERS.values()) {
      for (const pattern of patterns) {
        const start = performance.now();
        for (const text of texts) text.match(new RegExp(pattern, 'gu'));
        expect(performance.now() - start).toBeLessThan(2000);
      }
    }
  });
});

describe('a tokenizer.json', () => {
  it.each<[string, (json: Record<string, ReturnType<typeof JSON.parse>>) => void, RegExp]>([
    ['with a huge id', (json) => (json.model.vocab.a = 2 ** 40), /model.vocab gives "a" the id 1099511627776/],
    ['with a broken id', (json) => (json.model.vocab.a = 0.5), /model.vocab gives "a" the id 0.5/],
    ['with an id twice', (json) => (json.model.vocab.a = json.model.vocab.b), /gives the id \d+ to two tokens/],
    ['with a text for merges', (json) => (json.model.merges = 'a b'), /model.merges is no list/],
    ['with a merge of three', (json) => (json.model.merges[3] = 'a b c'), /model.merges\[3\] is "a b c"/],
    [
      'with an added token without text',
      (json) => (json.added_tokens[0].content = ''),
      /added_tokens\[0\] has the content ""/,
    ],
    ['with a negative added id', (json) => (json.added_tokens[0].id = -1), /added_tokens\[0\] has the id -1/],
    ['of another kind', (json) => (json.model.type = 'Unigram'), /has a model of type "Unigram"/],
    [
      'with a hostile pattern',
      (json) => (json.pre_tokenizer.pretokenizers[0].pattern.Regex = '(a+)+$'),
      /pre_tokenizer.pretokenizers.0.pattern.Regex "\(a\+\)\+\$": repeats what itself repeats/,
    ],
    [
      'with an invalid pattern',
      (json) => (json.pre_tokenizer.pretokenizers[0].pattern.Regex = '\\p{Nothing}'),
      /tokenizer.json cannot be read: .*regular expression/i,
    ],
    [
      'with a pattern of a wrong type',
      (json) => (json.pre_tokenizer.pretokenizers[0].pattern = 'x'),
      /pre_tokenizer.pretokenizers.0.pattern is "x", neither a String nor a Regex/,
    ],
    [
      'with an added token beyond measure',
      (json) => (json.added_tokens[0].content = 'x'.repeat(100_000)),
      /added_tokens\[0\] has 100000 characters/,
    ],
    ['with an unknown step', (json) => (json.pre_tokenizer = { type: 'Magic' }), /tokenizer.json cannot be read/],
  ])('%s is refused', (_, damage, message) => {
    const json = nano();
    damage(json);
    expect(() => Tokenizer.fromJson(json)).toThrow(message);
  });

  it('nested beyond measure is refused', () => {
    const json = nano();
    for (let i = 0; i < 20_000; i++) json.pre_tokenizer = { type: 'Sequence', pretokenizers: [json.pre_tokenizer] };
    expect(() => Tokenizer.fromJson(json)).toThrow(/nested more than/);
  });
});
