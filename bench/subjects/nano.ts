import { Engine } from '../../src/inference/index.ts';
import { generate } from '../cases/nano-decode.ts';
import { openNanoTraining } from '../cases/nano-train.ts';
import type { RunnerTarget } from '../kernel-runner.ts';
import { openNano } from '../nano.ts';
import { openRuntime } from '../runtime.ts';
import { serveSubject } from '../subject.ts';

export interface NanoSubjectOptions {
  readonly task: 'train' | 'decode';
  readonly target: RunnerTarget;
  readonly workers: number;
  /** Sequences that are decoded together. */
  readonly sequences: number;
}

/** Milliseconds; what does not belong to the tokens is in `before` and in `all`, and may be taken off by the least of each. */
export interface NanoTimes {
  readonly before: number;
  readonly all: number;
  readonly tokens: number;
}

const TOKENS = 64;

/** Times a step of training, batch included, or an answer, with that of its first token as `before`. */
await serveSubject<NanoSubjectOptions>(({ task, ...options }) => (task === 'train' ? train(options) : decode(options)));

async function train({ target, workers }: Omit<NanoSubjectOptions, 'task'>): Promise<() => NanoTimes> {
  const runtime = await openRuntime(target, { workers, memoryBytes: 3 * 2 ** 30 });
  const { program, load } = openNanoTraining(runtime);
  let step = 0;
  const once = () => {
    const start = performance.now();
    const tokens = load(++step);
    program.replay();
    return { before: 0, all: performance.now() - start, tokens };
  };
  // The first steps run before the engine's optimising compiler is done.
  for (let i = 0; i < 3; i++) once();
  return once;
}

async function decode({
  target,
  workers,
  sequences,
}: Omit<NanoSubjectOptions, 'task'>): Promise<() => Promise<NanoTimes>> {
  const runtime = await openRuntime(target, { workers, memoryBytes: 2 ** 29 });
  const { config, parameters } = await openNano(runtime);
  const engine = Engine.create({ runtime, config, parameters, maximumSequences: sequences });
  const setting = { engine, sequences, vocabulary: config.vocabularySize };
  for (let tokens = 0; tokens < 1000; tokens += TOKENS) await generate(setting, TOKENS + 1);
  return async () => ({
    before: await generate(setting, 1),
    all: await generate(setting, TOKENS + 1),
    tokens: sequences * TOKENS,
  });
}
