import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitThinking, type ThinkingEvent, ThinkingParser } from './thinking.ts';

function stream(pieces: readonly string[], startsInThinking: boolean): { thinking: string; answer: string } {
  const parser = new ThinkingParser({ startsInThinking });
  const parts = { thinking: '', answer: '' };
  const take = (events: ThinkingEvent[]) => {
    for (const event of events) parts[event.kind] += event.text;
  };
  for (const piece of pieces) take(parser.push(piece));
  take(parser.end());
  return parts;
}

describe('splitThinking', () => {
  it.each([
    ['opened by the prompt', '12+3=15\n</think>\n15', true, '12+3=15', '15', true],
    ['opened by the text', '<think>\nadd\n</think>\n\nThe answer is 15.\n', false, 'add', 'The answer is 15.\n', true],
    ['white space before the mark', '\n <think>a</think>b', false, 'a', 'b', true],
    ['mark repeated after the prompt', '<think>\na\n</think>\nb', true, 'a', 'b', true],
    ['no thinking', 'The answer is 15.', false, '', 'The answer is 15.', true],
    ['empty thinking', '\n</think>\n\nb', true, '', 'b', true],
    ['never closed', 'step one\nstep two\n', true, 'step one\nstep two', '', false],
    ['cut inside the closing mark', 'a\n</thi', true, 'a\n</thi', '', false],
    ['cut inside the opening mark', '<thi', false, '', '<thi', true],
    ['something like a mark in the thinking', 'a </thin> <b> </ c\n</think>d', true, 'a </thin> <b> </ c', 'd', true],
    ['a mark in the answer is text', 'x</think>y <think> z', true, 'x', 'y <think> z', true],
    ['nothing', '', false, '', '', true],
    ['nothing in open thinking', '', true, '', '', false],
    ['line ends inside the thinking stay', '\n\na\n\nb\n\n</think>\n\nc\n\nd', true, 'a\n\nb', 'c\n\nd', true],
  ])('%s', (_, text, startsInThinking, thinking, answer, closed) => {
    expect(splitThinking(text, { startsInThinking })).toEqual({ thinking, answer, closed });
  });
});

describe('ThinkingParser', () => {
  it('gives the same parts wherever the text is cut', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<', '/', 'think', '>', '\n', ' ', 'a', '好', '</', 'thi');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, startsInThinking) => {
        const text = pieces.join('');
        const { thinking, answer } = splitThinking(text, { startsInThinking });
        expect(stream(pieces, startsInThinking)).toEqual({ thinking, answer });
        expect(stream([...text], startsInThinking)).toEqual({ thinking, answer });
      }),
      { numRuns: 500 },
    );
  });

  it('emits text as soon as it cannot be part of a mark', () => {
    const parser = new ThinkingParser({ startsInThinking: true });
    expect(parser.push('12+3')).toEqual([{ kind: 'thinking', text: '12+3' }]);
    expect(parser.push('=15\n')).toEqual([{ kind: 'thinking', text: '=15' }]);
    expect(parser.push('</th')).toEqual([]);
    expect(parser.push('ink>\n')).toEqual([]);
    expect(parser.kind).toBe('answer');
    expect(parser.push('15')).toEqual([{ kind: 'answer', text: '15' }]);
    expect(parser.push('\n')).toEqual([{ kind: 'answer', text: '\n' }]);
    expect(parser.end()).toEqual([]);
  });
});
