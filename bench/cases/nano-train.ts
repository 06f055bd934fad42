import { allocateParameters, parseModelConfig } from '../../src/model/index.ts';
import type { Program, Runtime } from '../../src/tensor/index.ts';
import {
  initialiseParameters,
  recipeTokenizer,
  recordTraining,
  taskBatch,
  writeBatch,
  writeHyperparameters,
} from '../../src/training/index.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { type CallTime, describeCalls, inGaps, inKernels, KernelProfile, leastOf } from '../kernel-profile.ts';
import { nanoRecipe } from '../nano.ts';
import { openRuntime } from '../runtime.ts';

/** The training step of the nano recipe, recorded. */
export interface NanoTraining {
  readonly program: Program<unknown>;
  /** Writes the batch of a step, from 1 on; returns its number of tokens. */
  load(step: number): number;
}

export function openNanoTraining(runtime: Runtime): NanoTraining {
  const recipe = nanoRecipe();
  const { tokenizer } = recipeTokenizer({ ...recipe, tokenizer: { ...recipe.tokenizer, problems: 2000 } });
  const config = parseModelConfig({ ...recipe.config, vocab_size: recipe.tokenizer.vocabularySize });
  const parameters = allocateParameters(runtime, config);
  initialiseParameters(runtime, parameters, recipe.seed);
  const { batch, optimizer, predictionWeight, biasSpeed, balanceAlpha } = recipe;
  const sizes = { rows: batch.rows, longestDocument: batch.longest };
  const { program, inputs, groups } = recordTraining(runtime, config, parameters, {
    ...sizes,
    optimizer,
    predictionWeight,
    biasSpeed,
    balanceAlpha,
  });
  return {
    program,
    load(step) {
      const filled = taskBatch(tokenizer, recipe.seed, step, { split: 'train', ...batch });
      writeBatch(runtime, inputs, filled, predictionWeight);
      writeHyperparameters(runtime, groups, optimizer, { muon: 1e-4, adamw: 1e-4 }, step);
      return filled.filledRows;
    },
  };
}

async function run({ quick, workers, target, progress, note }: BenchContext): Promise<BenchRow[]> {
  progress('training a tokenizer and recording the training step');
  const runtime = await openRuntime(target, { workers, memoryBytes: 3 * 2 ** 30 });
  try {
    const profile = new KernelProfile(runtime);
    const { program, load } = openNanoTraining(runtime);
    let rows = 0;
    const hostTimes: number[] = [];
    const replayTimes: number[] = [];
    const steps = quick ? 4 : 16;
    for (let step = 1; step <= steps; step++) {
      progress(`step ${step} of ${steps}`);
      const start = performance.now();
      rows = load(step);
      const loaded = performance.now();
      program.replay();
      // The first steps run before the engine's optimising compiler is done.
      if (step <= 2) continue;
      hostTimes.push(loaded - start);
      replayTimes.push(performance.now() - loaded);
    }
    progress('timing kernels');
    const runs: CallTime[][] = [];
    for (let i = 0; i < (quick ? 3 : 12); i++) runs.push(await profile.times(() => program.replay()));
    const calls = await profile.withWork(leastOf(runs), () => program.replay());
    note(`A training step: ${program.steps} kernel calls, ${program.barriers} barriers\n${describeCalls(calls, 24)}`);
    const products = calls.filter(({ operations }) => operations > 0);
    note(`Its matrix products\n${describeCalls(products, 24, ({ kernel, shape }) => `${kernel.name} ${shape}`)}`);
    return summary({ target: runtime.target.name, rows, calls, hostTimes, replayTimes });
  } finally {
    await runtime.close();
  }
}

function summary(figures: {
  target: string;
  rows: number;
  calls: readonly CallTime[];
  hostTimes: readonly number[];
  replayTimes: readonly number[];
}): BenchRow[] {
  const { target, rows, calls, hostTimes, replayTimes } = figures;
  const steps = replayTimes.map((time, i) => time + hostTimes[i]!);
  const [kernels, gaps, host] = [inKernels(calls), inGaps(calls), Math.min(...hostTimes)];
  const quiet = kernels + gaps + host;
  const products = calls.filter(({ operations }) => operations > 0);
  const operations = products.reduce((sum, call) => sum + call.operations, 0);
  const update = calls.slice(calls.findIndex(({ kernel }) => kernel.name === 'reducePartials'));
  const share = (part: number) => (100 * part) / quiet;
  const less = { unit: '% of a step', better: 'less' } as const;
  const rate = (milliseconds: number) => figure((1000 * rows) / milliseconds);
  return [
    row({
      name: `nano, training, ${target}`,
      ours: (1000 * rows) / Math.min(...steps),
      unit: 'tokens/s',
      note: `${rows} tokens in the fastest of ${steps.length} steps; by the median ${rate(median(steps))}, by the least time of each call ${rate(quiet)}`,
    }),
    row({
      name: 'outside kernels',
      ours: share(gaps + host),
      ...less,
      note: 'by the least time of each call and of each gap between calls',
    }),
    row({ name: 'of this making the batch', ours: share(host), ...less }),
    row({
      name: 'clipping and updates of the optimizer',
      ours: share(inKernels(update) + inGaps(update)),
      ...less,
      note: `of them matrix products ${figure(share(inKernels(update.filter(({ operations }) => operations > 0))))} %`,
    }),
    row({ name: 'in matrix products', ours: share(inKernels(products)), ...less }),
    row({ name: 'matrix products, packing apart', ours: operations / inKernels(products) / 1e6, unit: 'GFLOP/s' }),
    row({ name: 'matrix products over the whole step', ours: operations / quiet / 1e6, unit: 'GFLOP/s' }),
  ];
}

export default {
  name: 'nano-train',
  description: 'tokens/s of the nano recipe in training, time outside kernels, the kernels that take longest',
  run,
} satisfies BenchCase;
