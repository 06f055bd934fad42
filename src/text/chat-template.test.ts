import { Template } from '@huggingface/jinja';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatTemplate, strftime } from './chat-template.ts';

const render = (source: string, variables = {}) => new ChatTemplate(source).render(variables);
const times = (count: number, text: string) => text.repeat(count);

describe('ChatTemplate', () => {
  it('reads variables, loops, ranges and constants', () => {
    expect(
      render('{% for m in ms %}{{ loop.index }}{{ m.a }}{% endfor %}{{ none }}|{{ True }}', { ms: [{ a: 'x' }] }),
    ).toBe(
      new Template('{% for m in ms %}{{ loop.index }}{{ m.a }}{% endfor %}{{ none }}|{{ True }}').render({
        ms: [{ a: 'x' }],
      }),
    );
    for (const range of ['range(4)', 'range(1, 4)', 'range(7, 0, -3)', 'range(3, 1)', 'range(0, 5, 2)']) {
      const source = `{% for i in ${range} %}{{ i }},{% endfor %}`;
      expect(render(source)).toBe(new Template(source).render());
    }
  });

  it('gives the exceptions that templates raise', () => {
    expect(() => render("{{ raise_exception('no tools here') }}")).toThrow('no tools here');
  });

  it.each<[string, string, RegExp]>([
    [
      'loops in loops',
      `${times(6, '{% for i in range(1000) %}')}x${times(6, '{% endfor %}')}`,
      /more than 100000 steps/,
    ],
    ['a long range', '{% for i in range(1000000000) %}{% endfor %}', /a range of 1000000000 numbers; at most 65536/],
    ['a range that does not move', '{% for i in range(0, 5, 0) %}{% endfor %}', /a range of/],
    [
      'a text that doubles',
      `{% set x = 'abcdefgh' %}${times(40, '{% set x = x + x %}')}`,
      /a text or list beyond 16777216/,
    ],
    ['a list that doubles', `{% set x = [1] %}${times(40, '{% set x = x + x %}')}`, /a text or list beyond 16777216/],
    [
      'a tree that doubles',
      `{% set x = [1] %}${times(40, '{% set x = [x, x] %}')}{{ x | tojson }}`,
      /a text or list beyond/,
    ],
    ['a sum of too many', `{{ 1${times(100_000, '+1')} }}`, /(failed|cannot be read): it is nested too deeply/],
    [
      'large texts over and over',
      `{% set x = 'a' %}${times(20, '{% set x = x + x %}')}{% for i in range(60000) %}{% set y = x | upper %}{% endfor %}`,
      /more than 100000 steps/,
    ],
    ['no end', '{% for x in y %}', /cannot be read/],
    ['brackets without number', `{{ ${times(100_000, '(')}`, /cannot be read/],
    ['a source without end', times(2 ** 20 + 1, 'a'), /has 1048577 characters/],
    ['a date that is not known', "{{ strftime_now('%Q') }}", /the date as %Q/],
  ])('refuses %s', (_, source, message) => {
    expect(() => new ChatTemplate(source).render({}, { steps: 100_000 })).toThrow(message);
  });

  it('renders or refuses any mixture of what templates are made of', () => {
    const token = fc.constantFrom(
      ...[
        '{%',
        '%}',
        '{{',
        '}}',
        '{#',
        '#}',
        '-',
        ' for ',
        ' in ',
        ' if ',
        ' else ',
        ' endif ',
        ' endfor ',
        ' set ',
        'x',
        'messages',
      ],
      ...[
        '=',
        '==',
        '+',
        '~',
        '|',
        '(',
        ')',
        '[',
        ']',
        ':',
        ',',
        '.',
        "'",
        '"',
        ' not ',
        ' is ',
        'none',
        '1',
        'range',
        'tojson',
        'macro ',
        'endmacro',
        '\n',
        '%',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        let text: unknown = '';
        try {
          text = new ChatTemplate(tokens.join('')).render(
            { messages: [{ role: 'user', content: 'a' }] },
            { steps: 1e5 },
          );
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(typeof text).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });

  it('ends after its time', () => {
    const source = `${times(6, '{% for i in range(1000) %}')}x${times(6, '{% endfor %}')}`;
    expect(() => new ChatTemplate(source).render({}, { time: 50 })).toThrow(/takes too long/);
  });

  it('writes dates', () => {
    const date = new Date(2026, 1, 3, 15, 4, 5);
    expect(strftime('%A %a %d %-d %e %B %b %m %Y %y %H:%M:%S %I %p %%', date)).toBe(
      'Tuesday Tue 03 3  3 February Feb 02 2026 26 15:04:05 03 PM %',
    );
    expect(render("{{ strftime_now('%Y') }}")).toMatch(/^20\d\d$/);
  });
});
