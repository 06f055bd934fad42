import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { recipes, train } from '../src/training/index.ts';

const SCRIPT = fileURLToPath(new URL('../scripts/train-nano.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-nano-'));
const [run, model] = [path.join(folder, 'run'), path.join(folder, 'model')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
const trainNano = (...flags: string[]) =>
  node(SCRIPT, '--recipe', 'tiny', '--run', run, '--model', model, '--n', '1', ...flags);

it('trains, exports, measures and describes a model; an unfinished run is told how to go on', async () => {
  const { tiny } = recipes;
  const recipe = { ...tiny!, schedule: { ...tiny!.schedule, steps: 12 } };
  const stop = new AbortController();
  await train({ recipe, directory: run, signal: stop.signal, onStep: ({ step }) => step === 3 && stop.abort() });
  const refused = trainNano();
  expect(refused.status).toBe(1);
  expect(refused.output).toMatch(/ended after step 3 of 12; go on with npm run train:tiny -- --resume/);
  const trained = trainNano('--resume');
  expect(trained.output).toContain(path.join(model, 'README.md'));
  expect(trained.status).toBe(0);
  const card = readFileSync(path.join(model, 'README.md'), 'utf8');
  expect(card).toContain('| steps | 12 |');
  for (const [, picture] of card.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
    expect(existsSync(path.join(model, picture!))).toBe(true);
  expect(node(MAIN, 'inspect', model).status).toBe(0);
  expect(trainNano().output).toContain('trained already');
}, 300_000);
