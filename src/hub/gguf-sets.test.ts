import { describe, expect, it } from 'vitest';
import { chooseGguf, ggufSets } from './gguf-sets.ts';
import { hubSource, parseHubSource } from './source.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path, size: 10 }));
const PUBLISHED = files(
  'README.md',
  'DeepSeek-V2-Lite-Chat.IQ4_XS.gguf',
  'DeepSeek-V2-Lite-Chat-Q4_K_M.gguf',
  'DeepSeek-V2-Lite-Chat-Q4_K_S.gguf',
  'DeepSeek-V2-Lite-Chat-UD-Q4_K_XL.gguf',
  'BF16/DeepSeek-V2-Lite-Chat-BF16-00002-of-00002.gguf',
  'BF16/DeepSeek-V2-Lite-Chat-BF16-00001-of-00002.gguf',
  'model-mxfp4.gguf',
  'imatrix.gguf',
);

describe('GGUF files of a repository', () => {
  it('are grouped by model, their quantisation read from the name', () => {
    expect(ggufSets(PUBLISHED).map(({ path, parts, quantisation }) => [path, parts, quantisation])).toEqual([
      ['BF16/DeepSeek-V2-Lite-Chat-BF16.gguf', 2, 'BF16'],
      ['DeepSeek-V2-Lite-Chat-Q4_K_M.gguf', 1, 'Q4_K_M'],
      ['DeepSeek-V2-Lite-Chat-Q4_K_S.gguf', 1, 'Q4_K_S'],
      ['DeepSeek-V2-Lite-Chat-UD-Q4_K_XL.gguf', 1, 'Q4_K_XL'],
      ['DeepSeek-V2-Lite-Chat.IQ4_XS.gguf', 1, 'IQ4_XS'],
      ['imatrix.gguf', 1, undefined],
      ['model-mxfp4.gguf', 1, 'MXFP4'],
    ]);
    expect(ggufSets(PUBLISHED)[0]?.files.map(({ path }) => path.slice(-19))).toEqual(
      ['-00001-of-00002.gguf', '-00002-of-00002.gguf'].map((end) => end.slice(-19)),
    );
  });

  it.each([
    ['q4_k_m', 'DeepSeek-V2-Lite-Chat-Q4_K_M.gguf'],
    ['UD-Q4_K_XL', 'DeepSeek-V2-Lite-Chat-UD-Q4_K_XL.gguf'],
    ['BF16', 'BF16/DeepSeek-V2-Lite-Chat-BF16.gguf'],
    ['DeepSeek-V2-Lite-Chat-BF16-00002-of-00002.gguf', 'BF16/DeepSeek-V2-Lite-Chat-BF16.gguf'],
    ['deepseek-v2-lite-chat-q4_k_s.gguf', 'DeepSeek-V2-Lite-Chat-Q4_K_S.gguf'],
    ['*iq4*', 'DeepSeek-V2-Lite-Chat.IQ4_XS.gguf'],
    ['*q4_k_?.gguf', undefined],
    ['K_M', 'DeepSeek-V2-Lite-Chat-Q4_K_M.gguf'],
    ['4_K_M', undefined],
    ['Q4', undefined],
  ])('are chosen by %s', (wanted, expected) => {
    const choose = () => chooseGguf('o/n', ggufSets(PUBLISHED), wanted).path;
    if (expected === undefined) expect(choose).toThrow(/'.*' fits (no GGUF file|several files) of o\/n/);
    else expect(choose()).toBe(expected);
  });

  it('need no choice where there is one model, whatever lies beside it', () => {
    const sets = ggufSets(files('a-Q4_0.gguf', 'mmproj-a-f16.gguf', 'a.imatrix.gguf'));
    expect(chooseGguf('o/n', sets, undefined).path).toBe('a-Q4_0.gguf');
  });
});

describe('names of models', () => {
  it.each([
    ['deepseek-ai/DeepSeek-V2-Lite', 'deepseek-ai/DeepSeek-V2-Lite', undefined],
    ['a/b:Q4_K_M', 'a/b', 'Q4_K_M'],
    ['a/b.c_d:folder/x.gguf', 'a/b.c_d', 'folder/x.gguf'],
  ])('%s', (text, name, file) => {
    expect(parseHubSource(text)).toEqual({ name, file });
  });

  it.each(['a', 'a/b/c', './a', '../a', '/a/b', 'a/', 'a/b:', 'a--b/c', 'a/b..c', '.a/b', 'a/b-', 'a b/c', 'a/b?c'])(
    "'%s' is none",
    (text) => {
      expect(parseHubSource(text)).toBeUndefined();
    },
  );

  it('are refused with an example, and two choices of a file too', () => {
    expect(() => hubSource('https://huggingface.co/a/b', undefined)).toThrow(/leave out the address of the hub$/);
    expect(() => hubSource('a/b:Q4_0', 'Q8_0')).toThrow(/names a file, and another one is asked for: Q8_0/);
    expect(hubSource('a/b', 'Q8_0')).toEqual({ name: 'a/b', file: 'Q8_0' });
  });
});
