import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerParser, parseAnswer } from './answer-parser.ts';
import { CHAT_ENCODINGS, toolCallFormatOf } from './chat-encodings.ts';
import type { ToolCallFormat } from './tool-calls.ts';

const CASES = fileURLToPath(new URL('../../../shared/data/api/parser-cases/', import.meta.url));
const FORMATS: readonly ToolCallFormat[] = ['deepseek-v3', 'deepseek-v3.1', 'deepseek-v3.2', 'deepseek-v4'];

interface ParserCase {
  readonly expected_output: {
    readonly normal_content: string;
    readonly reasoning_content: string;
    readonly tool_calls: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
  };
  readonly input_stream: readonly {
    readonly data: { readonly choices: readonly { readonly delta: { readonly content: string | null } }[] };
  }[];
}

describe.skipIf(!existsSync(CASES))('recorded streams (need ../shared/data/api/parser-cases)', () => {
  const files = existsSync(CASES)
    ? readdirSync(CASES).flatMap((format) =>
        readdirSync(CASES + format).map((file) => [format as ToolCallFormat, file] as const),
      )
    : [];
  it('are all there', () => expect(files.length).toBeGreaterThanOrEqual(11));

  it.each(files)('%s %s', (format, file) => {
    const { expected_output: expected, input_stream: stream } = JSON.parse(
      readFileSync(`${CASES}${format}/${file}`, 'utf8'),
    ) as ParserCase;
    const pieces = stream.map(({ data }) => data.choices[0]!.delta.content ?? '');
    const wanted = {
      thinking: expected.reasoning_content,
      answer: expected.normal_content,
      calls: expected.tool_calls.map((call) => call.function),
      closed: true,
    };
    expect(parseAnswer(pieces, { toolCalls: format })).toEqual(wanted);
    expect(parseAnswer([...pieces.join('')], { toolCalls: format })).toEqual(wanted);
  });
});

const dsml = (block: string, body: string) => `<｜DSML｜${block}>${body}</｜DSML｜${block}>`;
const invoke = (name: string, body: string) => `<｜DSML｜invoke name="${name}">${body}</｜DSML｜invoke>`;
const parameter = (name: string, value: string, string = true) =>
  `<｜DSML｜parameter name="${name}" string="${string}">${value}</｜DSML｜parameter>`;

describe('parseAnswer', () => {
  it.each<[string, ToolCallFormat, string, ReturnType<typeof parseAnswer>]>([
    [
      'text, a call, text',
      'deepseek-v4',
      `T</think>A\n\n${dsml('tool_calls', `\n${invoke('f', `\n${parameter('a', 'x"\n')}\n`)}\n`)}\nB`,
      { thinking: 'T', answer: 'AB', calls: [{ name: 'f', arguments: '{"a": "x\\"\\n"}' }], closed: true },
    ],
    [
      'no parameters, and a value that is no JSON',
      'deepseek-v3.2',
      `</think>${dsml('function_calls', invoke('f', '') + invoke('g', parameter('a', 'oops', false)))}`,
      {
        thinking: '',
        answer: '',
        calls: [
          { name: 'f', arguments: '{}' },
          { name: 'g', arguments: '{"a": "oops"}' },
        ],
        closed: true,
      },
    ],
    [
      'a call that is cut off',
      'deepseek-v4',
      `</think><｜DSML｜tool_calls>${invoke('f', '')}<｜DSML｜invoke name="g">${parameter('a', '1', false)}`,
      { thinking: '', answer: '', calls: [{ name: 'f', arguments: '{}' }], closed: false },
    ],
    [
      'text where a call should be',
      'deepseek-v4',
      `</think>${dsml('tool_calls', `so: <b>${invoke('f', 'hm')}`)}`,
      { thinking: '', answer: 'so: <b>hm', calls: [{ name: 'f', arguments: '{}' }], closed: true },
    ],
    [
      'a fence in the arguments',
      'deepseek-v3',
      '</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": "```\\n```"}\n```<｜tool▁call▁end｜>\n<｜tool▁calls▁end｜>',
      { thinking: '', answer: '', calls: [{ name: 'f', arguments: '{"a": "```\\n```"}' }], closed: true },
    ],
    [
      'something like a mark is text',
      'deepseek-v3.1',
      '</think>a <｜tool▁calls <｜tool▁calls▁beg\n',
      { thinking: '', answer: 'a <｜tool▁calls <｜tool▁calls▁beg\n', calls: [], closed: true },
    ],
    [
      'marks in the thinking are thinking',
      'deepseek-v4',
      '<｜DSML｜tool_calls></think>a',
      { thinking: '<｜DSML｜tool_calls>', answer: 'a', calls: [], closed: true },
    ],
  ])('%s', (_, toolCalls, text, expected) => {
    expect(parseAnswer(text, { toolCalls, startsInThinking: true })).toEqual(expected);
  });

  it('looks for no calls where none are asked for', () => {
    const text = dsml('tool_calls', '');
    expect(parseAnswer(text).answer).toBe(text);
  });

  it('gives the same parts wherever the text is cut, and does not fail on any text', () => {
    const marks = [
      '<｜DSML｜tool_calls>',
      '</｜DSML｜tool_calls>',
      '<｜DSML｜function_calls>',
      '<｜DSML｜invoke name="f">',
      '</｜DSML｜invoke>',
      '<｜DSML｜parameter name="a" string="true">',
      '<｜DSML｜parameter name="b" string="false">',
      '</｜DSML｜parameter>',
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁calls▁end｜>',
      '<｜tool▁call▁begin｜>',
      'function<｜tool▁sep｜>f\n```json\n',
      'f<｜tool▁sep｜>',
      '\n```<｜tool▁call▁end｜>',
      '<｜tool▁call▁end｜>',
      '</think>',
    ];
    const pieces = fc.array(fc.constantFrom(...marks, '<', '｜', '```', '\n', ' ', '{"a": 1}', '好', '🦙', '"'), {
      maxLength: 16,
    });
    fc.assert(
      fc.property(pieces, fc.constantFrom(...FORMATS), fc.boolean(), (parts, toolCalls, startsInThinking) => {
        const options = { toolCalls, startsInThinking };
        const whole = parseAnswer(parts.join(''), options);
        expect(parseAnswer(parts, options)).toEqual(whole);
        expect(parseAnswer([...parts.join('')], options)).toEqual(whole);
        if (toolCalls === 'deepseek-v4') for (const call of whole.calls) JSON.parse(call.arguments);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the calls that the encodings write', () => {
    const values = fc.dictionary(
      fc.string({ unit: fc.constantFrom('a', 'b', '_', 'é'), minLength: 1, maxLength: 5 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string({ maxLength: 5 }))),
    );
    fc.assert(
      fc.property(values, fc.constantFrom('deepseek-v3.1', 'deepseek-v3.2', 'deepseek-v4'), (given, name) => {
        const encoding = CHAT_ENCODINGS.get(name)!;
        const question = { role: 'user', content: 'Q' };
        const opening = encoding.encode([question]);
        const calls = [{ function: { name: 'f', arguments: JSON.stringify(given) } }];
        const text = encoding.encode([question, { role: 'assistant', content: 'A', tool_calls: calls }]);
        const answer = text.slice(opening.length).replace('<｜end▁of▁sentence｜>', '');
        const parsed = parseAnswer(answer, { toolCalls: encoding.toolCalls });
        expect(parsed).toMatchObject({ answer: 'A', closed: true, calls: [{ name: 'f' }] });
        expect(JSON.parse(parsed.calls[0]!.arguments)).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });
});

describe('AnswerParser', () => {
  it('gives the arguments of a call as they come', () => {
    const parser = new AnswerParser({ toolCalls: 'deepseek-v4' });
    expect(parser.push('<｜DSML｜tool_calls>\n<｜DSML｜invoke name="f">\n')).toEqual([
      { kind: 'call', index: 0, name: 'f' },
    ]);
    expect(parser.push('<｜DSML｜parameter name="a" string="true">one ')).toEqual([
      { kind: 'arguments', index: 0, text: '{"a": "' },
      { kind: 'arguments', index: 0, text: 'one ' },
    ]);
    expect(parser.push('two</｜DSML')).toEqual([{ kind: 'arguments', index: 0, text: 'two' }]);
    expect(parser.push('｜parameter>')).toEqual([{ kind: 'arguments', index: 0, text: '"' }]);
    expect(parser.push('</｜DSML｜invoke></｜DSML｜tool_calls>')).toEqual([
      { kind: 'arguments', index: 0, text: '}' },
      { kind: 'callEnd', index: 0 },
    ]);
    expect(parser.end()).toEqual([]);
    const v3 = new AnswerParser({ toolCalls: 'deepseek-v3' });
    expect(v3.push('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1,')).toEqual([
      { kind: 'call', index: 0, name: 'f' },
      { kind: 'arguments', index: 0, text: '{"a": 1,' },
    ]);
  });
});

describe('toolCallFormatOf', () => {
  it.each([
    ['<｜tool▁call▁begin｜>…```json', 'deepseek-v3'],
    ['<｜tool▁call▁begin｜>', 'deepseek-v3.1'],
    ['<tool_call>', undefined],
  ])('%s: %s', (template, format) => {
    expect(toolCallFormatOf(template)).toBe(format);
  });
});
