import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainTokenizer } from './bpe-trainer.ts';
import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { sampleCorpus } from './fixtures/sample-texts.ts';
import { DEFAULT_SPECIAL_TOKENS } from './special-tokens.ts';
import { Tokenizer } from './tokenizer.ts';

/** The training rule, written as plainly as it can be: count every pair anew before each merge. */
function learnPlainly(words: readonly string[], vocabularySize: number): [string, string][] {
  const vocabulary = new Map(BYTE_CHARACTERS.map((character, id) => [character, id]));
  let split = words.map((word) => [...word]);
  const merges: [string, string][] = [];
  while (vocabulary.size < vocabularySize) {
    const counts = new Map<string, { pair: [string, string]; count: number }>();
    for (const word of split) {
      for (let i = 1; i < word.length; i++) {
        const pair: [string, string] = [word[i - 1]!, word[i]!];
        const entry = counts.get(pair.join(' ')) ?? { pair, count: 0 };
        entry.count++;
        counts.set(pair.join(' '), entry);
      }
    }
    const id = (token: string) => vocabulary.get(token)!;
    const best = [...counts.values()].sort(
      (a, b) => b.count - a.count || id(a.pair[0]) - id(b.pair[0]) || id(a.pair[1]) - id(b.pair[1]),
    )[0];
    if (best === undefined || best.count < 2) break;
    const [left, right] = best.pair;
    merges.push([left, right]);
    if (!vocabulary.has(left + right)) vocabulary.set(left + right, vocabulary.size);
    split = split.map((word) => {
      const merged: string[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) {
          merged.push(left + right);
          i++;
        } else merged.push(word[i]!);
      }
      return merged;
    });
  }
  return merges;
}

describe('trainTokenizer', () => {
  it('gives special tokens the first ids, then the bytes, then merges', () => {
    const { model, added_tokens } = trainTokenizer(sampleCorpus(), { vocabularySize: 400 });
    expect(added_tokens.map((token) => token.id)).toEqual(DEFAULT_SPECIAL_TOKENS.map((_, id) => id));
    expect(model.vocab['<｜begin▁of▁sentence｜>']).toBe(0);
    expect(model.vocab['<｜end▁of▁sentence｜>']).toBe(1);
    expect(model.vocab['<｜▁pad▁｜>']).toBe(2);
    const first = DEFAULT_SPECIAL_TOKENS.length;
    expect(BYTE_CHARACTERS.map((character) => model.vocab[character])).toEqual(
      Array.from({ length: 256 }, (_, byte) => first + byte),
    );
    const ids = Object.values(model.vocab).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: 400 }, (_, id) => id));
    for (const [left, right] of model.merges) expect(model.vocab[left + right]).toBeGreaterThanOrEqual(first + 256);
  });

  it('learns what counting every pair anew would learn', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 256, max: 290 }),
        (words, size) => {
          const { model } = trainTokenizer(words, { vocabularySize: size, specialTokens: [] });
          expect(model.merges).toEqual(learnPlainly(words, size));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of the texts', () => {
    const texts = sampleCorpus();
    const forwards = trainTokenizer(texts, { vocabularySize: 500 });
    const backwards = trainTokenizer([...texts].reverse(), { vocabularySize: 500 });
    expect(JSON.stringify(backwards)).toBe(JSON.stringify(forwards));
  });

  it('merges neither across digits, nor special tokens, nor past the longest token', () => {
    const texts = Array.from({ length: 50 }, () => '1234 1234 <think>\n</think> 请计算请计算请计算请计算');
    const { model } = trainTokenizer(texts, { vocabularySize: 1000, maximumTokenBytes: 9 });
    const learnt = model.merges.map(([left, right]) => left + right);
    expect(learnt.length).toBeGreaterThan(0);
    for (const token of learnt) {
      expect(token).not.toMatch(/[0-9]/);
      expect(token).not.toContain('think');
      expect(token.length).toBeLessThanOrEqual(9);
    }
  });

  it("with letterMerges 'word-start' leaves letters alone except from a space or a capital on", () => {
    const texts = Array.from(
      { length: 50 },
      () => 'What is a banana? "banana" 单词banana里 (banana) r: b a n a1 iPhone',
    );
    const { model } = trainTokenizer(texts, { vocabularySize: 400, letterMerges: 'word-start' });
    const learnt = model.merges.map(([left, right]) => left + right);
    expect(learnt).toEqual(expect.arrayContaining(['Ġbanana', 'What', 'Ġi', 'Ġis']));
    for (const token of learnt.filter((each) => /[A-Za-z]/.test(each)))
      expect(token).toMatch(/^(Ġ[A-Za-z]|[A-Z])[a-z]*$/);
    const tokenizer = Tokenizer.fromJson(trainTokenizer(texts, { vocabularySize: 400, letterMerges: 'word-start' }));
    const pieces = (text: string) => Array.from(tokenizer.encode(text), (id) => tokenizer.decode([id]));
    expect(pieces('"banana"')).toEqual(['"', ...'banana', '"']);
    expect(pieces(' banana')).toEqual([' banana']);
    expect(pieces(' bandana').slice(1)).toEqual([...'dana']);
  });

  it('stops when no pair is left that is seen often enough', () => {
    const { model } = trainTokenizer(['ab ab ab cd'], { vocabularySize: 1000, specialTokens: [], minimumCount: 3 });
    // Words: ab, Ġab twice, Ġcd.
    expect(model.merges).toEqual([['a', 'b']]);
    expect(Object.keys(model.vocab).length).toBe(257);
  });

  it('refuses a vocabulary that cannot hold special tokens and bytes', () => {
    expect(() => trainTokenizer([], { vocabularySize: 256 })).toThrow(/vocabularySize 256 is too small/);
    const twice = [
      { content: '<a>', special: true },
      { content: '<a>', special: true },
    ];
    expect(() => trainTokenizer([], { vocabularySize: 300, specialTokens: twice })).toThrow(/the same/);
  });
});
