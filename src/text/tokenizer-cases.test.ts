import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CASES, ggufMetadata, metadataOf, vocabularyFile } from './fixtures/vocabularies.ts';
import { tokenizerFromGguf } from './gguf-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

/** Each name has cases `NAME.inp` and `NAME.out`; the vocabularies are too large for this repository. */
const NAMES = ['gpt-2', 'deepseek-llm', 'deepseek-coder', 'deepseek-v3', 'deepseek-r1-qwen'];

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
}

function readCases(name: string): Case[] {
  const texts = readFileSync(`${CASES}${name}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
  const lines = readFileSync(`${CASES}${name}.out`, 'utf8').split('\n').slice(0, texts.length);
  return texts.map((text, index) => ({ text, ids: (lines[index]!.match(/\d+/g) ?? []).map(Number) }));
}

/** Every tokenizer that the vocabularies at hand give for a name, by how it was made. */
function tokenizersOf(name: string): { how: string; open: () => Tokenizer }[] {
  const gguf = vocabularyFile(`ggml-vocab-${name}.gguf`);
  const json = vocabularyFile(`${name}.tokenizer.json`);
  const readJson = () => JSON.parse(readFileSync(json!, 'utf8'));
  return [
    ...(gguf === undefined ? [] : [{ how: 'a GGUF file', open: () => tokenizerFromGguf(ggufMetadata(gguf)) }]),
    ...(json === undefined
      ? []
      : [
          { how: 'tokenizer.json', open: () => Tokenizer.fromJson(readJson()) },
          { how: 'tokenizer.json as GGUF', open: () => tokenizerFromGguf(metadataOf(readJson(), name)) },
        ]),
  ];
}

describe.skipIf(!existsSync(CASES))('tokenisation cases (need ../shared/data/tokenizer)', () => {
  for (const name of NAMES) {
    const tokenizers = existsSync(CASES) ? tokenizersOf(name) : [];
    if (tokenizers.length === 0) {
      it.skip(`${name} (needs ggml-vocab-${name}.gguf or ${name}.tokenizer.json there or in $JINGQI_VOCABULARIES)`);
    }
    for (const { how, open } of tokenizers) {
      it(`${name}, from ${how}`, () => {
        const tokenizer = open();
        const cases = readCases(name);
        expect(cases.length).toBeGreaterThanOrEqual(45);
        for (const { text, ids } of cases) {
          expect({ text, ids: [...tokenizer.encode(text)] }).toEqual({ text, ids });
          expect(tokenizer.decode(ids)).toBe(text);
        }
      });
    }
  }

  for (const [name, key] of [
    ['deepseek-v3', 'deepseek-v3'],
    ['deepseek-v4', 'deepseek-v4-flash (no bos)'],
  ] as const) {
    const file = existsSync(CASES) ? vocabularyFile(`${name}.tokenizer.json`) : undefined;
    it.skipIf(file === undefined)(
      `fingerprint of ${name} (needs ${name}.tokenizer.json in $JINGQI_VOCABULARIES)`,
      () => {
        const fingerprint = JSON.parse(readFileSync(`${CASES}vocab_fingerprint.json`, 'utf8'));
        const tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(file!, 'utf8')));
        const ids = [...fingerprint[key].bos, ...tokenizer.encode(fingerprint.text)];
        expect(
          createHash('sha256')
            .update(`[${ids.join(', ')}]`)
            .digest('hex'),
        ).toBe(fingerprint[key].sha256);
      },
    );
  }
});
