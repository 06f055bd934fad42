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

const TOKENS = 64;

/** Tokens per second of training, a step a measurement, or of decoding. */
await serveSubject<NanoSubjectOptions>(({ task, ...options }) => (task === 'train' ? train(options) : decode(options)));

async function train({ target, workers }: Omit<NanoSubjectOptions, 'task'>): Promise<() => number> {
  const runtime = await openRuntime(target, { workers, memoryBytes: 3 * 2 ** 30 });
  const { program, load } = openNanoTraining(runtime);
  let step = 0;
  const once = () => {
    const rows = load(++step);
    const start = performance.now();
    program.replay();
    return (1000 * rows) / (performance.now() - start);
  };
  // The first steps run before the engine's optimising compiler is done.
  for (let i = 0; i < 3; i++) once();
  return once;
}

async function decode({
  target,
  workers,
  sequences,
}: Omit<NanoSubjectOptions, 'task'>): Promise<() => Promise<number>> {
  const runtime = await openRuntime(target, { workers, memoryBytes: 2 ** 29 });
  const { config, parameters } = await openNano(runtime);
  const engine = Engine.create({ runtime, config, parameters, maximumSequences: sequences });
  const setting = { engine, sequences, vocabulary: config.vocabularySize };
  for (let tokens = 0; tokens < 1000; tokens += TOKENS) await generate(setting, TOKENS + 1);
  // The difference leaves out the prompt.
  return async () => {
    const short = await generate(setting, 1);
    const long = await generate(setting, TOKENS + 1);
    return (1000 * sequences * TOKENS) / (long - short);
  };
}
