// npm run train:nano [-- --resume]: trains the embedded model from scratch, exports it to models/nano, measures it and
// writes its card. --recipe, --run, --model and --n serve to try the sequence with a smaller run.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { platform } from '../src/platform/index.ts';
import { checkpointDirectory, type TrainingState } from '../src/training/index.ts';
import { writeModelCard } from './model-card.ts';
import type { Machine } from './model-card-text.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      resume: { type: 'boolean', default: false },
      recipe: { type: 'string', default: 'nano' },
      run: { type: 'string' },
      model: { type: 'string' },
      n: { type: 'string', default: '400' },
      steps: { type: 'string' },
    },
  });
  const run = flags.run ?? `runs/${flags.recipe}`;
  const model = flags.model ?? `models/${flags.recipe}`;
  await trainUnlessDone(run, flags);
  await jingqi('export', run, model);
  mkdirSync(path.join(model, 'evaluation'), { recursive: true });
  for (const wordings of ['held-out', 'train']) {
    const json = path.join(model, 'evaluation', `${wordings}.json`);
    await jingqi('eval', '--model', model, '--n', flags.n, '--wordings', wordings, '--json', json);
  }
  process.stdout.write(`${await writeModelCard(model)}\n`);
}

interface TrainFlags {
  readonly resume: boolean;
  readonly recipe: string;
  readonly steps?: string;
}

async function trainUnlessDone(run: string, { resume, recipe, steps }: TrainFlags): Promise<void> {
  const before = stateOf(run);
  if (before !== undefined && before.step >= before.recipe.schedule.steps) {
    process.stderr.write(`${run}: trained already, ${before.step} steps; remove the directory to train anew\n`);
  } else if (before !== undefined && !resume) {
    const done = `${before.step} of ${before.recipe.schedule.steps}`;
    throw new Error(
      `${run}: holds a run that ended after step ${done}; go on with npm run train:${recipe} -- --resume, ` +
        'or remove the directory to begin anew',
    );
  } else {
    mkdirSync(run, { recursive: true });
    await platform().files.writeAtomic(`${run}/machine.json`, `${JSON.stringify(thisMachine(), null, 2)}\n`);
    const where = ['--recipe', recipe, '--directory', run];
    const how = before === undefined ? (steps === undefined ? [] : ['--steps', steps]) : ['--resume'];
    await jingqi('train', ...where, ...how);
    const after = stateOf(run);
    if (after === undefined || after.step < after.recipe.schedule.steps) {
      throw new Error(`training has not ended; go on with npm run train:${recipe} -- --resume`);
    }
  }
}

function stateOf(run: string): TrainingState | undefined {
  const file = `${checkpointDirectory(run)}/training.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TrainingState) : undefined;
}

function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
  };
}

/** Runs a command of this repository; Ctrl-C reaches it, and what it saved is kept. */
function jingqi(...args: string[]): Promise<void> {
  process.stderr.write(`\n$ jingqi ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'inherit' });
  const leave = () => undefined;
  process.on('SIGINT', leave);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', leave);
      if (code === 0) resolve();
      else reject(new Error(`jingqi ${args[0]} ended with ${signal ?? `code ${code}`}`));
    });
  });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`train-nano: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
