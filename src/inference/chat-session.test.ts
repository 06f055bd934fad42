import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '../tensor/index.ts';
import { CHAT_ENCODINGS } from '../text/index.ts';
import {
  type AnswerEvent,
  type AnswerOptions,
  answer,
  answerAll,
  prepareQuestion,
  type Question,
} from './chat-session.ts';
import { Engine } from './engine.ts';
import { byteTokenizer, chainConfig, chainParameters } from './fixtures/chain-model.ts';

let runtime: Runtime;
let engine: Engine;

beforeAll(async () => {
  runtime = await createRuntime({ workers: 1, memoryBytes: 32 << 20 });
  const parameters = chainParameters(runtime, '2+3\r</think>=5 好');
  engine = Engine.create({ runtime, config: chainConfig, parameters, maximumSequences: 3 });
});
afterAll(() => runtime.close());

async function events(question: Question, options?: AnswerOptions): Promise<AnswerEvent[]> {
  const list: AnswerEvent[] = [];
  for await (const event of answer(engine, byteTokenizer, question, options)) list.push(event);
  return list;
}

describe('answer', () => {
  it('streams the thinking, then the answer, whole characters only, then the statistics', async () => {
    const list = await events('2+3?');
    expect(list.slice(0, -1).map((event) => ('text' in event ? [event.kind, event.text] : event.kind))).toEqual([
      ['thinking', '2'],
      ['thinking', '+'],
      ['thinking', '3'],
      ['answer', '='],
      ['answer', '5'],
      ['answer', ' '],
      ['answer', '好'],
    ]);
    expect(list.at(-1)).toMatchObject({
      kind: 'end',
      statistics: { finish: 'stop', generatedTokens: 11, promptTokens: expect.any(Number) },
    });
  });

  it('ends at the limit of tokens, with what has come', async () => {
    const list = await events('2+3?', { maximumTokens: 2 });
    expect(list.at(-1)).toMatchObject({ statistics: { finish: 'length', generatedTokens: 2 } });
    expect(list).toHaveLength(3);
  });

  it('ends when aborted and still tells the statistics', async () => {
    const stop = new AbortController();
    const list: AnswerEvent[] = [];
    for await (const event of answer(engine, byteTokenizer, 'Hm?', { signal: stop.signal })) {
      list.push(event);
      stop.abort();
    }
    expect(list.at(-1)).toMatchObject({ statistics: { finish: 'abort' } });
  });

  it('goes on with a conversation', async () => {
    const conversation = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ];
    const list = await events(conversation);
    expect(list.at(-1)).toMatchObject({ statistics: { finish: 'stop' } });
  });

  it('ends before a stop string, over the borders of tokens, and generates no token after it', async () => {
    const list = await events('2+3?', { stop: ['5 ', 'never'] });
    expect(list.slice(0, -1).map((event) => ('text' in event ? event.text : ''))).toEqual(['2', '+', '3', '=']);
    expect(list.at(-1)).toMatchObject({ statistics: { finish: 'stop', generatedTokens: 8 } });
    const held = await events('2+3?', { stop: ['5!'] });
    expect(held.map((event) => ('text' in event ? event.text : '')).join('')).toBe('2+3=5 好');
    await expect(events('2+3?', { stop: [''] })).rejects.toThrow(/must not be empty/);
  });

  it('writes the conversation by an encoding', async () => {
    const encoding = CHAT_ENCODINGS.get('deepseek-v4')!;
    const written = byteTokenizer.encode(encoding.encode([{ role: 'user', content: 'a' }], { thinking: true }));
    const { request, startsInThinking } = prepareQuestion(engine, byteTokenizer, 'a', {
      encoding,
      encodingOptions: { thinking: true },
    });
    expect([request.prompt, startsInThinking]).toEqual([written, true]);
  });

  it('refuses a question that is longer than the context', async () => {
    await expect(events('long '.repeat(40))).rejects.toThrow(/fit the context of 128/);
  });
});

describe('answerAll', () => {
  it('answers in order and tells of each as it is done', async () => {
    const done: number[] = [];
    const questions = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    const answers = await answerAll(engine, byteTokenizer, questions, { onAnswer: (_, index) => done.push(index) });
    expect(answers).toEqual(
      questions.map((question) => ({
        question,
        thinking: '2+3',
        answer: '=5 好',
        closed: true,
        tokens: 11,
        finish: 'stop',
      })),
    );
    expect(done.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('ends answers before stop strings', async () => {
    const answers = await answerAll(engine, byteTokenizer, ['a', 'b'], { stop: [' 好'] });
    expect(answers.map(({ answer, finish, tokens }) => [answer, finish, tokens])).toEqual([
      ['=5', 'stop', 11],
      ['=5', 'stop', 11],
    ]);
  });

  it('has an empty answer where the thinking does not end', async () => {
    const [only] = await answerAll(engine, byteTokenizer, ['a'], { maximumTokens: 3 });
    expect(only).toMatchObject({ thinking: '2+3', answer: '', closed: false, tokens: 3, finish: 'length' });
  });
});
