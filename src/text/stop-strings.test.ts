import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStrings } from './stop-strings.ts';

function run(strings: readonly string[], pieces: readonly string[]): { text: string; found: string | undefined } {
  const stops = new StopStrings(strings);
  let text = '';
  for (const piece of pieces) text += stops.push(piece);
  return { text: text + stops.end(), found: stops.found };
}

describe('StopStrings', () => {
  it.each<[string, string[], string[], string, string | undefined]>([
    ['within a piece, with text before and after', ['END'], ['a', 'bENDc', 'd'], 'ab', 'END'],
    ['over several pieces', ['\n\nQ:'], ['yes.\n', '\n', 'Q', ': no'], 'yes.', '\n\nQ:'],
    ['begins within a piece', ['###'], ['a#', '#', '#'], 'a', '###'],
    ['only looked like one', ['###'], ['a#', '#', 'b#'], 'a##b#', undefined],
    ['begins again within itself', ['aab'], ['aa', 'ab'], 'a', 'aab'],
    ['the one that is complete first', ['bcd', 'c'], ['abcd'], 'ab', 'c'],
    ['the longest of those complete at one place', ['c', 'bc'], ['abc'], 'a', 'bc'],
    ['none', [], ['a', 'b'], 'ab', undefined],
  ])('%s', (_, strings, pieces, text, found) => {
    expect(run(strings, pieces)).toEqual({ text, found });
    expect(run(strings, [...pieces.join('')])).toEqual({ text, found });
    expect(run(strings, [pieces.join('')])).toEqual({ text, found });
  });

  it('gives text as soon as it cannot be part of a stop string', () => {
    const stops = new StopStrings(['<end>']);
    expect([stops.push('a<'), stops.push('e'), stops.push('x'), stops.push('<end>y'), stops.push('z')]).toEqual([
      'a',
      '',
      '<ex',
      '',
      '',
    ]);
  });

  it('ends where the whole text has the first complete string', () => {
    const letters = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength });
    fc.assert(
      fc.property(
        fc.array(letters(4), { maxLength: 3 }),
        fc.array(letters(3), { maxLength: 10 }),
        (strings, pieces) => {
          const whole = pieces.join('');
          const ends = strings.flatMap((string) =>
            whole.includes(string) ? [whole.indexOf(string) + string.length] : [],
          );
          const first = Math.min(...ends);
          const longest = Math.max(
            ...strings.map((string) => (whole.slice(0, first).endsWith(string) ? string.length : 0)),
          );
          expect(run(strings, pieces).text).toBe(ends.length === 0 ? whole : whole.slice(0, first - longest));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses an empty string', () => {
    expect(() => new StopStrings(['a', ''])).toThrow(/must not be empty/);
  });
});
