import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeChainModel } from '../inference/fixtures/chain-model.ts';
import { createRuntime } from '../tensor/index.ts';
import { registerAsk } from './ask.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'jingqi-talking-'));
  model = path.join(folder, 'model');
  const runtime = await createRuntime({ workers: 1, memoryBytes: 16 << 20 });
  await writeChainModel(runtime, model, '2+3\r</think>=5');
  await writeChainModel(runtime, path.join(folder, 'silent'), 'thinking'.slice(0, 5));
  await runtime.close();
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

function jingqi(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, CI: '1' } });
    let [out, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.on('close', (code) => resolve({ code, out, errors }));
    child.stdin.end(input);
  });
}

const file = async (content: string) => {
  const name = path.join(folder, `questions-${Math.random()}.jsonl`);
  await writeFile(name, content);
  return name;
};

describe('jingqi ask', () => {
  it('prints the answer alone where no person reads', async () => {
    expect(await jingqi(['ask', 'What', 'is 2+3?', '--model', model])).toEqual({ code: 0, out: '=5\n', errors: '' });
  });

  it('prints question, thinking, answer and tokens as JSON', async () => {
    const { out, code } = await jingqi(['ask', '2+3?', '--model', model, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ question: '2+3?', thinking: '2+3', answer: '=5', tokens: 7 });
  });

  it('answers a file in order, skipping empty lines', async () => {
    const questions = Array.from({ length: 80 }, (_, i) => `${'x'.repeat((i * 13) % 40)}${i}?`);
    const lines = questions.map((question) => `${JSON.stringify({ question, id: 1 })}\r\n`);
    const { out, code, errors } = await jingqi([
      'ask',
      '--file',
      await file(`\uFEFF${lines.join('\n')}`),
      '--json',
      '--model',
      model,
    ]);
    expect([code, errors]).toEqual([0, '']);
    const answers = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toEqual(questions.map((question) => ({ question, thinking: '2+3', answer: '=5', tokens: 7 })));
  });

  it('reads questions from standard input', async () => {
    expect((await jingqi(['ask', '--file', '-', '--model', model], '{"question": "a"}\n{"question": "b"}')).out).toBe(
      '=5\n=5\n',
    );
  });

  it('names bad lines by number and answers none', async () => {
    const long = JSON.stringify({ question: 'long '.repeat(50) });
    const bad = await file('{"question": "good"}\n\n{"question": 5}\nno JSON\n{"question": " "}\n');
    const { out, errors, code } = await jingqi(['ask', '--file', bad, '--json', '--model', model]);
    expect([out, code]).toEqual(['', 1]);
    expect(errors).toMatch(/line 3: it has no "question".*; line 4: it is not JSON.*; line 5: its "question" is empty/);
    const tooLong = await jingqi(['ask', '--file', await file(`{"question": "a"}\n${long}`), '--model', model]);
    expect(tooLong).toMatchObject({ out: '', code: 1 });
    expect(tooLong.errors).toMatch(/line 2: the prompt has \d+ tokens.*context of 128/);
  });

  it('says so and fails where there is no answer', async () => {
    const { out, errors, code } = await jingqi(['ask', 'a?', '--model', path.join(folder, 'silent')]);
    expect([out, code]).toEqual(['\n', 1]);
    expect(errors).toMatch(/no answer: 5 tokens/);
  });

  it.each<[string, string[], RegExp]>([
    ['no question', [], /give a question, or --file/],
    ['both', ['a', '--file', 'b'], /not both/],
    ['a missing file', ['--file', 'nowhere.jsonl'], /cannot read nowhere.jsonl/],
    ['a missing model', ['a', '--model', '/nowhere'], /\/nowhere: no model/],
    ['a wrong temperature', ['a', '--temperature', '-1'], /temperature must be 0 or above/],
    ['a wrong count', ['a', '--max-tokens', '0'], /whole number above 0/],
  ])('refuses %s', async (_, args, message) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerAsk(program);
    await expect(program.parseAsync(['ask', ...args], { from: 'user' })).rejects.toThrow(message);
  });
});

describe('jingqi start', () => {
  it('answers piped lines plainly and ends with them', async () => {
    const { out, errors, code } = await jingqi(['start', '--model', model], 'a\n\nb\r\nc');
    expect({ out, errors, code }).toEqual({ out: '=5\n=5\n=5\n', errors: '', code: 0 });
  });

  it('keeps the place of a question it cannot answer', async () => {
    const { out, errors, code } = await jingqi(['start', '--model', model], `a\n${'long '.repeat(50)}\nb\n`);
    expect([out, code]).toEqual(['=5\n\n=5\n', 1]);
    expect(errors).toMatch(/context of 128/);
  });
});

describe('jingqi eval', () => {
  it('prints a table and writes JSON', async () => {
    const report = path.join(folder, 'report.json');
    const args = ['eval', '--model', model, '--tasks', 'arithmetic/addition,letters', '--n', '3', '--max-tokens', '20'];
    const { out, code } = await jingqi([...args, '--language', 'zh', '--json', report]);
    expect(code).toBe(0);
    expect(out).toMatch(/arithmetic │ addition +│ zh/);
    const { rows, problems, wordings } = JSON.parse(await readFile(report, 'utf8'));
    expect([problems, wordings]).toEqual([3 * rows.length, 'held-out']);
    expect(rows[0]).toMatchObject({ task: 'arithmetic', kind: 'addition', language: 'zh', problems: 3, right: 0 });
  });

  it('names a task that does not exist', async () => {
    const { errors, code } = await jingqi(['eval', '--model', model, '--tasks', 'cooking']);
    expect(code).toBe(1);
    expect(errors).toMatch(/no task 'cooking'; there are arithmetic/);
  });
});
