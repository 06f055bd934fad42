import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHAT_ENCODINGS, chatEncodingFor } from './chat-encodings.ts';
import type { ChatEncodingOptions } from './encodings/encoding.ts';
import { jsonEntries, pythonJson, reformatJson } from './encodings/python-json.ts';
import type { ChatMessage, Tool } from './messages.ts';

const GOLDENS = fileURLToPath(new URL('../../../shared/data/encoding/', import.meta.url));
const [v31, v32, v4] = ['deepseek-v3.1', 'deepseek-v3.2', 'deepseek-v4'].map((name) => CHAT_ENCODINGS.get(name)!);
const BOS = '<｜begin▁of▁sentence｜>';
const EOS = '<｜end▁of▁sentence｜>';

describe.skipIf(!existsSync(GOLDENS))("DeepSeek's examples (need ../shared/data/encoding)", () => {
  it.each([
    ['deepseek-v3.2', '', true],
    ['deepseek-v3.2', '_search_w_date', true],
    ['deepseek-v3.2', '_search_wo_date', true],
    ['deepseek-v4', '_1', true],
    ['deepseek-v4', '_2', true],
    ['deepseek-v4', '_3', true],
    ['deepseek-v4', '_4', false],
  ])('%s test_input%s', (name, suffix, thinking) => {
    const read = (file: string) => readFileSync(`${GOLDENS}${name}/${file}`, 'utf8');
    const input = JSON.parse(read(`test_input${suffix}.json`)) as
      | readonly ChatMessage[]
      | { messages: readonly ChatMessage[]; tools?: readonly Tool[] };
    const { messages, tools = [] } = 'messages' in input ? input : { messages: input };
    const text = CHAT_ENCODINGS.get(name)!.encode(messages, { thinking, tools });
    // One of the files ends with a line end, as text files do.
    expect(text).toBe(read(`test_output${suffix}.txt`).replace(/\n$/, ''));
  });
});

const system = { role: 'system', content: 'S' };
const question = { role: 'user', content: 'Q' };
const thought = { role: 'assistant', reasoning_content: 'R', content: 'A' };
const call = { id: 'c', function: { name: 'f', arguments: '{"b": 1.0, "a": "x"}' } };
const calling = { role: 'assistant', content: null, tool_calls: [call, { ...call, id: 'd' }] };
const results = [
  { role: 'tool', tool_call_id: 'd', content: 'second' },
  { role: 'tool', tool_call_id: 'c', content: 'first' },
];
const tools = [{ function: { name: 'f', description: 'é', parameters: { type: 'object' } } }];
const think: ChatEncodingOptions = { thinking: true };

describe('DeepSeek-V3.1', () => {
  const calls =
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"b": 1.0, "a": "x"}<｜tool▁call▁end｜>' +
    '<｜tool▁call▁begin｜>f<｜tool▁sep｜>{"b": 1.0, "a": "x"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>';

  it.each<[string, ChatMessage[], ChatEncodingOptions, string]>([
    ['a question', [system, question], {}, `${BOS}S<｜User｜>Q<｜Assistant｜></think>`],
    ['a question to think about', [question], think, `${BOS}<｜User｜>Q<｜Assistant｜><think>`],
    [
      'earlier thinking left out, systems joined',
      [system, question, { ...thought, content: 'R</think>A' }, { ...system, content: 'T' }, question],
      think,
      `${BOS}S\n\nT<｜User｜>Q<｜Assistant｜></think>A${EOS}<｜User｜>Q<｜Assistant｜><think>`,
    ],
    [
      'tool calls and results; the model goes on by itself',
      [question, calling, ...results],
      {},
      `${BOS}<｜User｜>Q<｜Assistant｜></think>${calls}${EOS}<｜tool▁output▁begin｜>second<｜tool▁output▁end｜>` +
        '<｜tool▁output▁begin｜>first<｜tool▁output▁end｜>',
    ],
    [
      'an answer after results',
      [question, { ...calling, content: 'so' }, ...results, { role: 'assistant', content: 'a</think>b' }],
      {},
      `${BOS}<｜User｜>Q<｜Assistant｜></think>so${calls}${EOS}<｜tool▁output▁begin｜>second<｜tool▁output▁end｜>` +
        `<｜tool▁output▁begin｜>first<｜tool▁output▁end｜>a</think>b${EOS}`,
    ],
    [
      'a prefix',
      [question, { role: 'assistant', content: 'A', prefix: true }],
      think,
      `${BOS}<｜User｜>Q<｜Assistant｜><think>A`,
    ],
  ])('%s', (_, messages, options, expected) => {
    expect(v31!.encode(messages, options)).toBe(expected);
  });

  it('introduces tools as the model card has it', () => {
    expect(v31!.encode([system, question], { tools })).toBe(
      `${BOS}S\n\n## Tools\nYou have access to the following tools:\n\n### f\nDescription: é\n\n` +
        'Parameters: {"type": "object"}\n\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n' +
        '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments<｜tool▁call▁end｜>' +
        '{additional_tool_calls}<｜tool▁calls▁end｜>\n\nWhere:\n' +
        '- `tool_call_name` must be an exact match to one of the available tools\n' +
        "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema\n" +
        '- For multiple tool calls, chain them directly without separators or spaces' +
        '<｜User｜>Q<｜Assistant｜></think>',
    );
  });
});

describe('DeepSeek-V3.2', () => {
  it.each<[string, ChatMessage[], ChatEncodingOptions, string]>([
    ['a question', [system, question], {}, `${BOS}S<｜User｜>Q<｜Assistant｜></think>`],
    [
      'earlier thinking left out',
      [question, thought, question],
      think,
      `${BOS}<｜User｜>Q<｜Assistant｜></think>A${EOS}<｜User｜>Q<｜Assistant｜><think>`,
    ],
    ['no thinking asked for', [question, thought], {}, `${BOS}<｜User｜>Q<｜Assistant｜></think>A${EOS}`],
    [
      'developer messages of finished searches left out',
      [{ role: 'developer', content: 'D' }, thought, question],
      think,
      `${BOS}A${EOS}<｜User｜>Q<｜Assistant｜><think>`,
    ],
    [
      'a form for answers, and a prefix that goes on thinking',
      [{ ...system, response_format: { a: 1 } }, question, { role: 'assistant', reasoning_content: 'R', prefix: true }],
      think,
      `${BOS}S\n\n## Response Format:\n\nYou MUST strictly adhere to the following schema to reply:\n{"a": 1}` +
        '<｜User｜>Q<｜Assistant｜><think>R',
    ],
  ])('%s', (_, messages, options, expected) => {
    expect(v32!.encode(messages, options)).toBe(expected);
  });

  it.each<[string, ChatMessage[], RegExp]>([
    [
      'an unknown role',
      [{ role: 'latest_reminder', content: '' }],
      /message 0 \(latest_reminder\): DeepSeek-V3.2 knows/,
    ],
    ['a question without content', [system, { role: 'user' }], /message 1 \(user\): it has no content/],
    ['a result without a call', [question, thought, results[0]!], /message 2 \(tool\): .* makes 0 tool calls/],
    ['an answer without its thinking', [question, { role: 'assistant', content: 'A' }], /without reasoning_content/],
    [
      'arguments that are no object',
      [question, { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '[1]' } }] }],
      /arguments of a call of f are not a JSON object/,
    ],
    ['a developer without content', [{ role: 'developer', content: '' }], /it has no content/],
  ])('refuses %s', (_, messages, message) => {
    expect(() => v32!.encode(messages, think)).toThrow(message);
  });
});

describe('DeepSeek-V4', () => {
  const called =
    '<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="b" string="false">1.0</｜DSML｜parameter>\n' +
    '<｜DSML｜parameter name="a" string="true">x</｜DSML｜parameter>\n</｜DSML｜invoke>\n';

  it.each<[string, ChatMessage[], ChatEncodingOptions, string]>([
    [
      'results in the order of their calls, and the question after them in one turn',
      [question, calling, ...results, question],
      {},
      `${BOS}<｜User｜>Q<｜Assistant｜></think>\n\n<｜DSML｜tool_calls>\n${called}${called}</｜DSML｜tool_calls>${EOS}` +
        '<｜User｜><tool_result>first</tool_result>\n\n<tool_result>second</tool_result>\n\nQ<｜Assistant｜></think>',
    ],
    [
      'earlier thinking left out',
      [question, thought, question],
      think,
      `${BOS}<｜User｜>Q<｜Assistant｜></think>A${EOS}<｜User｜>Q<｜Assistant｜><think>`,
    ],
    [
      'earlier thinking kept where asked for',
      [question, thought, question],
      { ...think, dropThinking: false },
      `${BOS}<｜User｜>Q<｜Assistant｜><think>R</think>A${EOS}<｜User｜>Q<｜Assistant｜><think>`,
    ],
    ['two questions in one turn', [question, question], {}, `${BOS}<｜User｜>Q\n\nQ<｜Assistant｜></think>`],
    [
      'quick tasks',
      [
        { ...question, task: 'query' },
        { role: 'assistant', content: 'A', task: 'title' },
      ],
      think,
      `${BOS}<｜User｜>Q<｜query｜>A${EOS}<｜title｜>`,
    ],
    [
      'a prefix',
      [question, { role: 'assistant', content: 'A', prefix: true }],
      {},
      `${BOS}<｜User｜>Q<｜Assistant｜></think>A`,
    ],
  ])('%s', (_, messages, options, expected) => {
    expect(v4!.encode(messages, options)).toBe(expected);
  });

  it('keeps earlier thinking where there are tools', () => {
    const text = v4!.encode([question, thought, question], { ...think, tools });
    expect(text.startsWith(`${BOS}\n\n## Tools\n\n`)).toBe(true);
    expect(text.endsWith(`<｜User｜>Q<｜Assistant｜><think>R</think>A${EOS}<｜User｜>Q<｜Assistant｜><think>`)).toBe(
      true,
    );
  });

  it('asks for most effort before all else', () => {
    const text = v4!.encode([system, question], { ...think, reasoningEffort: 'max' });
    expect(text.startsWith(`${BOS}Reasoning Effort: Absolute maximum with no shortcuts permitted.\n`)).toBe(true);
    expect(text.endsWith('is left unchecked.\n\nS<｜User｜>Q<｜Assistant｜><think>')).toBe(true);
    expect(v4!.encode([question], { reasoningEffort: 'max' })).toBe(`${BOS}<｜User｜>Q<｜Assistant｜></think>`);
  });

  it('refuses an unknown task', () => {
    expect(() => v4!.encode([{ ...question, task: 'sing' }])).toThrow(
      /message 0 \(user\): the task sing is not one of action/,
    );
  });
});

describe('chatEncodingFor', () => {
  const first = '{% set ns = namespace(is_last_user=false) %}{{ ns.is_last_user }}<｜tool▁call▁begin｜>';
  it.each([
    [{ modelType: 'deepseek_v32' }, 'deepseek-v3.2'],
    [{ modelType: 'deepseek_v4' }, 'deepseek-v4'],
    [{ modelType: 'deepseek_v3' }, undefined],
    [{ modelType: 'deepseek_v32', chatTemplate: `${first}{{ ns.is_only_sys }}` }, undefined],
    [{ modelType: 'deepseek_v3', chatTemplate: first }, 'deepseek-v3.1'],
    [{ modelType: 'deepseek_v3', chatTemplate: '<｜tool▁call▁begin｜>```json' }, undefined],
    [{ modelType: 'llama', chatTemplate: '{{ messages }}' }, undefined],
  ])('%j gives %s', (model, name) => {
    expect(chatEncodingFor(model)?.name).toBe(name);
  });
});

describe('JSON as Python writes it', () => {
  it.each([
    ['{"b":1,"a":[true,null,"x, y: z"]}', '{"b": 1, "a": [true, null, "x, y: z"]}'],
    ['{ "2" : 1.0 , "1" : 1e5 }', '{"2": 1.0, "1": 100000.0}'],
    [
      '[1e16, 1e-5, 0.0001, 123456789012345680000, 1.5e300, -0, -0.0, 2.50]',
      '[1e+16, 1e-05, 0.0001, 123456789012345680000, 1.5e+300, 0, -0.0, 2.5]',
    ],
    ['[0.1, 1234567.875, 9007199254740993.0, 0.00012]', '[0.1, 1234567.875, 9007199254740992.0, 0.00012]'],
    ['"\\u00e9\\n\\u0001\\/"', '"é\\n\\u0001/"'],
    ['{}', '{}'],
    ['[]', '[]'],
  ])('%s', (text, expected) => {
    expect(reformatJson(text)).toBe(expected);
  });

  it('writes values', () => {
    expect(pythonJson({ a: [1, 'é', { b: null }] })).toBe('{"a": [1, "é", {"b": null}]}');
    expect(() => pythonJson(undefined)).toThrow(/undefined has no JSON/);
  });

  it('reads the entries of an object', () => {
    expect(jsonEntries('{"2":{"x":[1,{}]},"1":"a\\"b","2b":-1.0}')).toEqual([
      { key: '2', value: '{"x": [1, {}]}', isString: false },
      { key: '1', value: 'a"b', isString: true },
      { key: '2b', value: '-1.0', isString: false },
    ]);
    expect(jsonEntries(' {} ')).toEqual([]);
    expect(() => jsonEntries('{"a": }')).toThrow(SyntaxError);
  });
});
