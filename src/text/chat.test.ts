import { describe, expect, it } from 'vitest';
import { trainTokenizer } from './bpe-trainer.ts';
import {
  encodeChat,
  encodeExample,
  encodePrompt,
  NANO_CHAT_TEMPLATE,
  nanoTokenizerConfig,
  renderChat,
} from './chat.ts';
import { sampleCorpus, sampleTexts } from './fixtures/sample-texts.ts';
import { Tokenizer } from './tokenizer.ts';

const json = trainTokenizer(sampleCorpus(), { vocabularySize: 400 });
const tokenizer = Tokenizer.fromJson(json, nanoTokenizerConfig({ contextLength: 512 }));
const BOS = '<｜begin▁of▁sentence｜>';
const EOS = '<｜end▁of▁sentence｜>';
const render = (messages: { role: string; content: string }[], addGenerationPrompt = false) =>
  renderChat(messages, { template: NANO_CHAT_TEMPLATE, addGenerationPrompt });

describe('the nano chat template', () => {
  it.each([
    ['a question', [{ role: 'user', content: ' 1+1?\n' }], true, `${BOS}<｜User｜> 1+1?\n<｜Assistant｜><think>\n`],
    [
      'earlier thinking left out',
      [
        { role: 'user', content: '1+1?' },
        { role: 'assistant', content: '<think>\nadd\n</think>\n\n2' },
        { role: 'user', content: '再加1？' },
      ],
      true,
      `${BOS}<｜User｜>1+1?<｜Assistant｜>2${EOS}<｜User｜>再加1？<｜Assistant｜><think>\n`,
    ],
    [
      'a system text, no generation prompt',
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'hello' },
      ],
      false,
      `${BOS}Be brief.<｜User｜>hi<｜Assistant｜>hello${EOS}`,
    ],
    ['nothing', [], false, BOS],
  ])('%s', (_, messages, addGenerationPrompt, expected) => {
    expect(render(messages, addGenerationPrompt)).toBe(expected);
  });

  it('refuses a role it does not know', () => {
    expect(() => render([{ role: 'tool', content: '' }])).toThrow(/roles system, user and assistant, not tool/);
  });
});

describe('nanoTokenizerConfig', () => {
  it('is plain JSON that names the special tokens and carries the template', () => {
    const config = JSON.parse(JSON.stringify(nanoTokenizerConfig({ contextLength: 512 })));
    expect(config).toMatchObject({ bos_token: BOS, eos_token: EOS, add_bos_token: false, model_max_length: 512 });
    expect(config.chat_template).toBe(NANO_CHAT_TEMPLATE);
  });
});

describe('encodeChat', () => {
  it("uses the tokenizer's own template and tokens", () => {
    const other = Tokenizer.fromJson(json, {
      bos_token: '<｜User｜>',
      eos_token: { content: '<｜Assistant｜>' },
      chat_template: '{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}{{ eos_token }}{{ extra }}',
    });
    const ids = encodeChat(other, [{ role: 'user', content: 'ab' }], { variables: { extra: '!' } });
    expect(other.decode(ids)).toBe('<｜User｜>ab<｜Assistant｜>!');
  });
});

describe('encodeExample', () => {
  it('is the prompt, then the solution as it is encoded alone, then the end token', () => {
    for (const { question, solution } of sampleTexts()) {
      const prompt = [...encodePrompt(tokenizer, question)];
      const { ids, lossMask } = encodeExample(tokenizer, question, solution);
      const continuation = solution.slice('<think>\n'.length);
      expect([...ids]).toEqual([...prompt, ...tokenizer.encode(continuation), tokenizer.eosId]);
      expect(lossMask.length).toBe(ids.length);
      expect([...lossMask]).toEqual([...ids].map((_, i) => (i < prompt.length ? 0 : 1)));
    }
    const { question } = sampleTexts()[0]!;
    expect(tokenizer.decode(encodePrompt(tokenizer, question))).toBe(
      `${BOS}<｜User｜>${question}<｜Assistant｜><think>\n`,
    );
  });

  it('refuses a solution whose beginning would change the tokens of the prompt', () => {
    const texts = [...sampleCorpus(), ...Array.from({ length: 1000 }, () => 'a\n\nb')];
    const withEmptyLines = Tokenizer.fromJson(trainTokenizer(texts, { vocabularySize: 400 }), nanoTokenizerConfig());
    expect(withEmptyLines.encode('\n\n').length).toBe(1);
    const example = (solution: string) => encodeExample(withEmptyLines, 'q', solution);
    expect(() => example('<think>\n\nabc</think>d')).toThrow(/changes the tokens of its prompt.*"<think>/);
    expect(() => example('<think>\nabc</think>d')).not.toThrow();
  });

  it('refuses a solution that does not open the thinking as the prompt does', () => {
    expect(() => encodeExample(tokenizer, 'q', 'the answer')).toThrow(/must begin with "<think>\\n"/);
  });

  it('takes the whole solution where the template opens no thinking', () => {
    const plain = Tokenizer.fromJson(json, {
      ...nanoTokenizerConfig(),
      chat_template: '{{ messages[0].content }}<｜Assistant｜>',
    });
    const { ids, lossMask } = encodeExample(plain, 'q', '<think>\na\n</think>\nb');
    expect(plain.decode(ids)).toBe(`q<｜Assistant｜><think>\na\n</think>\nb${EOS}`);
    expect([...lossMask].indexOf(1)).toBe(2);
  });
});
