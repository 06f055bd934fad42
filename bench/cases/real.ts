import { appendFileSync, closeSync, openSync, readSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { type BenchCase, type BenchContext, type BenchRow, figure } from '../bench.ts';
import type { ProcessMemory } from '../gauges.ts';
import { type Pinning, pinnedEnvironment } from '../pinning.ts';
import { Subject } from '../subject.ts';
import type { Generated, GenerationTask, Loaded, RealModelOptions } from '../subjects/real-tasks.ts';
import { ensureSyntheticGguf, syntheticTitle, weightBytesPerToken } from '../synthetic-gguf.ts';
import { readOptions, type SideName } from './real-options.ts';
import { type Measured, QUIET, realRows, type Side } from './real-rows.ts';

/** What is measured on each model, each result usable for several rows. */
const TASKS = {
  prefill: { sequences: 1, prompt: 512, steps: 0 },
  short: { sequences: 1, prompt: 32, steps: 64 },
  long: { sequences: 1, prompt: 2048, steps: 64 },
  eight: { sequences: 8, prompt: 32, steps: 32 },
} satisfies Readonly<Record<string, GenerationTask>>;
export type TaskName = keyof typeof TASKS;

/** Positions and sequences that the tasks need. */
const SIZES = { contextLength: 2304, maximumSequences: 8 } as const;

interface Effort {
  /** Times that every side is started anew. */
  readonly sessions: number;
  /** Measurements of each task in a session. */
  readonly repeats: number;
  /** Tries of a measurement until it is undisturbed. */
  readonly tries: number;
}

async function run(context: BenchContext): Promise<BenchRow[]> {
  const options = readOptions(context);
  const { quick, workers, progress, note } = context;
  const effort = quick ? { sessions: 1, repeats: 2, tries: 1 } : { sessions: 3, repeats: 2, tries: 3 };
  const pinning = pinnedEnvironment('libggml-cpu', workers);
  if ('reason' in pinning) note(`llama.cpp's threads are not pinned: ${pinning.reason}`);
  const rows: BenchRow[] = [];
  try {
    for (const model of options.models) {
      const file = await ensureSyntheticGguf(model, options.directory, progress);
      const sides = options.only.map((name) => sideOf(name, file, context, pinning));
      note(`${syntheticTitle(model)}: ${file}, ${figure(weightBytesPerToken(model) / 1e6)} MB of weights a token`);
      if (options.profile) {
        await profileSides(sides, file, context);
        continue;
      }
      await measureModel(sides, file, effort, context);
      rows.push(...realRows(model, statSync(file).size, sides));
    }
  } finally {
    if ('release' in pinning) pinning.release();
  }
  return rows;
}

function sideOf(name: SideName, file: string, { workers, target }: BenchContext, pinning: Pinning): Side {
  const common: RealModelOptions = { file, workers, ...SIZES };
  const module = (subject: string) => new URL(`../subjects/${subject}.ts`, import.meta.url);
  const start = () => {
    if (name === 'llama.cpp') {
      const environment = 'environment' in pinning ? pinning.environment : {};
      return Subject.start<unknown>(module('real-llama'), common, environment);
    }
    return Subject.start<unknown>(module('real-ours'), {
      ...common,
      target: name === 'native' ? target : 'wasm-fused',
      wideMemory: name === 'wasm64',
    });
  };
  return { name, start, results: new Map(), loads: [], peaks: [] };
}

/** Fills the sides with results: all of them open at a time and measured in turn, or one after another. */
async function measureModel(
  sides: readonly Side[],
  file: string,
  effort: Effort,
  context: BenchContext,
): Promise<void> {
  const groups = fitTogether(file, sides) ? [sides] : sides.map((side) => [side]);
  if (groups.length > 1) context.note('Too large to be open on all sides at once: they take turns, each started anew.');
  for (let session = 1; session <= effort.sessions; session++) {
    for (const group of groups) {
      const where = effort.sessions > 1 ? `session ${session} of ${effort.sessions}, ` : '';
      await measureGroup(group, file, effort, {
        ...context,
        progress: (text) => context.progress(`${where}${text}`),
      });
    }
  }
}

/** llama.cpp maps the file and keeps a second copy in another order; ours keeps one. */
function fitTogether(file: string, sides: readonly Side[]): boolean {
  const { size } = statSync(file);
  const copies = sides.reduce((sum, { name }) => sum + (name === 'llama.cpp' ? 2 : 1.1), 0);
  return copies * size + sides.length * 1.5e9 < 0.9 * freemem();
}

async function measureGroup(
  group: readonly Side[],
  file: string,
  { repeats, tries }: Effort,
  { progress, note, flags }: Pick<BenchContext, 'progress' | 'note' | 'flags'>,
): Promise<void> {
  const keep = (side: Side, what: string, result: object) => {
    if (flags.measurements === undefined) return;
    appendFileSync(flags.measurements, `${JSON.stringify({ file, side: side.name, what, ...result })}\n`);
  };
  const open: { side: Side; subject: Subject<unknown> }[] = [];
  try {
    for (const side of group) {
      if (side.failure !== undefined) continue;
      const subject = await side.start();
      open.push({ side, subject });
      if (!(await load(side, subject, file, { progress, note }))) {
        open.pop();
        await subject.close();
      } else keep(side, 'load', side.loads.at(-1)!);
    }
    for (let repeat = 1; repeat <= repeats; repeat++) {
      for (const name of Object.keys(TASKS) as TaskName[]) {
        for (const { side, subject } of open) {
          progress(`${side.name}, ${name}, ${repeat} of ${repeats}`);
          const measured = await undisturbed(subject, TASKS[name], tries);
          keep(side, name, measured);
          side.results.set(name, [...(side.results.get(name) ?? []), measured]);
        }
      }
    }
    for (const { side, subject } of open) {
      const memory = (await subject.measure({ kind: 'memory' })) as ProcessMemory;
      side.peaks.push(memory.peak);
      keep(side, 'memory', memory);
    }
  } finally {
    await Promise.all(open.map(({ subject }) => subject.close()));
  }
}

/** Says which kernels the time of our sides goes to, one side after another; measures nothing else. */
async function profileSides(sides: readonly Side[], file: string, context: BenchContext): Promise<void> {
  const { progress, note } = context;
  for (const side of sides.filter(({ name }) => name !== 'llama.cpp')) {
    const subject = await side.start();
    try {
      if (!(await load(side, subject, file, context))) continue;
      progress(`${side.name}, profile`);
      const lines = (await subject.measure({ kind: 'profile' })) as readonly string[];
      note(lines.join('\n'));
    } finally {
      await subject.close();
    }
  }
}

/** Loads the file, which lies in the system's cache by then, and runs every kind of step once. False where that fails. */
async function load(
  side: Side,
  subject: Subject<unknown>,
  file: string,
  { progress, note }: Pick<BenchContext, 'progress' | 'note'>,
): Promise<boolean> {
  progress(`${side.name}, reading the file`);
  readThrough(file);
  progress(`${side.name}, loading`);
  try {
    const loaded = (await subject.measure({ kind: 'load' })) as Loaded;
    if (side.loads.length === 0) note(`  ${side.name}: ${loaded.described}`);
    side.loads.push(loaded);
    progress(`${side.name}, warming up`);
    for (const [sequences, prompt, steps] of [
      [1, 64, 8],
      [8, 32, 4],
    ]) {
      await subject.measure({ kind: 'generate', sequences, prompt, steps });
    }
    return true;
  } catch (error) {
    side.failure = (error as Error).message.split('\n', 1)[0]!.replace(/^Error: /, '');
    note(`  ${side.name} fails: ${side.failure}`);
    return false;
  }
}

/** So that every side loads from memory. Without effect where the file is larger than what the system keeps. */
function readThrough(file: string): void {
  const descriptor = openSync(file, 'r');
  const buffer = new Uint8Array(1 << 23);
  try {
    while (readSync(descriptor, buffer) > 0);
  } finally {
    closeSync(descriptor);
  }
}

async function undisturbed(subject: Subject<unknown>, task: GenerationTask, tries: number): Promise<Measured> {
  let best: Measured | undefined;
  for (let attempt = 1; attempt <= tries; attempt++) {
    const measured = { ...((await subject.measure({ kind: 'generate', ...task })) as Generated), task };
    if (best === undefined || measured.others < best.others) best = measured;
    if (best.others <= QUIET) break;
  }
  return best!;
}

export default {
  name: 'real',
  description: 'whole models of 1.5 and 15.7 billion parameters against llama.cpp: prefill, decoding, memory, loading',
  run,
} satisfies BenchCase;
