import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../inference/fixtures/chain-model.ts';
import { encodeChat } from '../text/index.ts';
import { Conversation } from './conversation.ts';

const model = (contextLength: number) => ({ engine: { contextLength }, tokenizer: byteTokenizer, encoding: undefined });
const tokens = (messages: Parameters<typeof encodeChat>[1]) =>
  encodeChat(byteTokenizer, messages, { addGenerationPrompt: true }).length;

describe('a conversation', () => {
  it('asks with what was said before', () => {
    const conversation = new Conversation(model(4096));
    expect(conversation.with('one?')).toEqual([{ role: 'user', content: 'one?' }]);
    conversation.add('one?', '1');
    expect(conversation.with('two?')).toEqual([
      { role: 'user', content: 'one?' },
      { role: 'assistant', content: '1' },
      { role: 'user', content: 'two?' },
    ]);
  });

  it('forgets a question without an answer, and everything when told to', () => {
    const conversation = new Conversation(model(4096));
    conversation.add('one?', '');
    expect(conversation.length).toBe(0);
    conversation.add('two?', '2');
    conversation.forget();
    expect(conversation.with('three?')).toEqual([{ role: 'user', content: 'three?' }]);
  });

  it('drops the oldest questions, each with its answer, so that a quarter of the context is left for the answer', () => {
    const contextLength = 400;
    const conversation = new Conversation(model(contextLength));
    for (let i = 0; i < 40; i++) conversation.add(`question ${i}`, `answer ${i}`);
    const asked = conversation.with('the last?') as { role: string; content: string }[];
    expect(tokens(asked as never)).toBeLessThanOrEqual(0.75 * contextLength);
    expect(asked[0]!.role).toBe('user');
    expect(asked.length % 2).toBe(1);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.at(-2)!.content).toBe('answer 39');
    const oneMore = [
      { role: 'user', content: `question ${39 - (asked.length - 1) / 2}` },
      { role: 'assistant', content: `answer ${39 - (asked.length - 1) / 2}` },
      ...asked,
    ];
    expect(tokens(oneMore as never)).toBeGreaterThan(0.75 * contextLength);
  });

  it('leaves a question that is too long alone to be refused by the engine', () => {
    const conversation = new Conversation(model(100));
    conversation.add('a', 'b');
    expect(conversation.with('x'.repeat(500))).toHaveLength(1);
  });
});
