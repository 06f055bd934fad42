import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepReport } from './trainer.ts';
import type { TrainingState } from './training-state.ts';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const STEPS = 16;
const SAVE_EVERY = 3;
const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

function start(directory: string, ...flags: string[]): Run {
  const common = ['--recipe', 'tiny', '--directory', directory, '--save-every', String(SAVE_EVERY)];
  const child = spawn(process.execPath, [MAIN, 'train', ...common, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return { child, ended };
}

/** Asks until it holds, or the process ends. */
async function waitUntil({ child }: Run, holds: () => boolean): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && !holds()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const fresh = (workers: number) => ['--steps', String(STEPS), '--workers', String(workers)];
const resumed = (workers: number) => ['--resume', '--workers', String(workers)];
const bytes = (directory: string, name: string) => readFileSync(path.join(directory, 'checkpoint', name));
const state = (directory: string) => JSON.parse(bytes(directory, 'training.json').toString()) as TrainingState;
/** 0 also for the instant in which one checkpoint takes another's place. */
const savedStep = (directory: string) => {
  try {
    return state(directory).step;
  } catch {
    return 0;
  }
};
const logOf = (directory: string) =>
  readFileSync(path.join(directory, 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StepReport);

// Seconds on a machine that has nothing else to do; the limits are for one that has.
describe('a training run', { timeout: 120_000 }, () => {
  const whole = path.join(folder, 'whole');
  beforeAll(async () => {
    const { code, stderr } = await start(whole, ...fresh(2)).ended;
    expect(code, stderr).toBe(0);
  }, 120_000);

  function expectSameAsWhole(directory: string): void {
    for (const name of ['model.safetensors', 'optimizer.safetensors']) {
      expect(bytes(directory, name).equals(bytes(whole, name)), name).toBe(true);
    }
    expect(state(directory).step).toBe(STEPS);
    const losses = (of: string) => logOf(of).map(({ step, loss, tokens }) => ({ step, loss, tokens }));
    expect(losses(directory)).toEqual(losses(whole));
    // Nothing of the killed processes is left that would be taken for a checkpoint.
    expect(readdirSync(directory).filter((name) => !name.endsWith('.tmp'))).toEqual(['checkpoint', 'log.jsonl']);
  }

  it('killed at any moment and resumed ends with the bytes of one that was not, whatever the number of workers', async () => {
    const directory = path.join(folder, 'killed');
    const writing = path.join(directory, 'checkpoint.writing');
    const kills: ((run: Run) => Promise<void>)[] = [
      // While the first checkpoint is followed by a second one: in the middle of its writing.
      async (run) => {
        await waitUntil(run, () => existsSync(path.join(directory, 'checkpoint')));
        await waitUntil(run, () => existsSync(writing));
      },
      // At a moment nobody chose.
      async (run) => {
        const step = savedStep(directory);
        await waitUntil(run, () => savedStep(directory) > step);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
      },
    ];
    for (const [index, moment] of kills.entries()) {
      const run = start(directory, ...(index === 0 ? fresh(1) : resumed(1)));
      await moment(run);
      run.child.kill('SIGKILL');
      const { signal, stderr } = await run.ended;
      expect(signal, stderr).toBe('SIGKILL');
    }
    const { code, stderr } = await start(directory, ...resumed(1)).ended;
    expect(code, stderr).toBe(0);
    expectSameAsWhole(directory);
  });

  it('in bf16 is resumed in bf16 and ends with the same bytes for any number of workers', async () => {
    const [one, two] = ['bf16-1', 'bf16-2'].map((name) => path.join(folder, name)) as [string, string];
    const { code, stderr } = await start(one, ...fresh(1), '--products', 'bf16').ended;
    expect(code, stderr).toBe(0);
    const run = start(two, ...fresh(2), '--products', 'bf16');
    await waitUntil(run, () => existsSync(path.join(two, 'checkpoint')));
    run.child.kill('SIGINT');
    await run.ended;
    expect(state(two).step).toBeLessThan(STEPS);
    expect(state(two).recipe.products).toBe('bf16');
    const resuming = await start(two, ...resumed(2)).ended;
    expect(resuming.code, resuming.stderr).toBe(0);
    for (const name of ['model.safetensors', 'optimizer.safetensors']) {
      expect(bytes(two, name).equals(bytes(one, name)), name).toBe(true);
    }
    expect(bytes(one, 'model.safetensors').equals(bytes(whole, 'model.safetensors'))).toBe(false);
  });

  it('goes on with the tokenizer of its checkpoint, whatever the recipe would give now', async () => {
    const directory = path.join(folder, 'tokenizer');
    cpSync(whole, directory, { recursive: true });
    const tokenizer = bytes(directory, 'tokenizer.json');
    const { recipe, ...rest } = state(directory);
    const changed = {
      ...recipe,
      tokenizer: { ...recipe.tokenizer, problems: 50 },
      schedule: { ...recipe.schedule, steps: STEPS + 1 },
    };
    writeFileSync(path.join(directory, 'checkpoint', 'training.json'), JSON.stringify({ ...rest, recipe: changed }));
    const { code, stderr } = await start(directory, ...resumed(1)).ended;
    expect(code, stderr).toBe(0);
    expect(state(directory).step).toBe(STEPS + 1);
    expect(bytes(directory, 'tokenizer.json').equals(tokenizer)).toBe(true);
  });

  it('saves and ends on Ctrl-C, and goes on from there', async () => {
    const directory = path.join(folder, 'interrupted');
    const run = start(directory, ...fresh(1));
    await waitUntil(run, () => existsSync(path.join(directory, 'checkpoint')));
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    const { step } = state(directory);
    expect(step).toBeLessThan(STEPS);
    expect(stderr).toContain(`Saved at step ${step}; go on with --resume.`);
    expect(logOf(directory).map((report) => report.step)).toEqual(Array.from({ length: step }, (_, i) => i + 1));
    expect((await start(directory, ...resumed(1)).ended).code).toBe(0);
    expectSameAsWhole(directory);
  });

  it.each([
    ['a directory that cannot be made', 'file/run', fresh(1), /cannot make directory .*file\/run: .* not a directory/],
    ['a directory with a former run', 'whole', fresh(1), /whole: holds a training run; go on with --resume/],
    ['nothing to resume', 'none', ['--resume'], /none\/checkpoint: no model/],
    [
      'another precision on resume',
      'whole',
      ['--resume', '--products', 'bf16'],
      /--products cannot change on --resume/,
    ],
    ['a precision it does not know', 'other', ['--products', 'fp8'], /--products is f32 or bf16, not 'fp8'/],
    ['another schedule on resume', 'whole', ['--resume', '--steps', '9'], /--steps cannot change on --resume/],
  ])('refuses %s in one line', async (_, place, flags, message) => {
    writeFileSync(path.join(folder, 'file'), '');
    const { code, stderr } = await start(path.join(folder, place), ...flags).ended;
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
