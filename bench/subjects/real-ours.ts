import type { Engine, OpenModel } from '../../src/inference/index.ts';
import { Random } from '../../src/platform/random.ts';
import { processMemory } from '../gauges.ts';
import { KernelProfile } from '../kernel-profile.ts';
import type { RunnerTarget } from '../kernel-runner.ts';
import { openForBench } from '../open-for-bench.ts';
import { profileModel } from '../step-profile.ts';
import { serveSubject } from '../subject.ts';
import { WeightReading } from '../weight-reading.ts';
import {
  type Generated,
  type GenerationTask,
  IDS,
  type Loaded,
  type RealModelOptions,
  type RealRequest,
  watchParts,
} from './real-tasks.ts';

export interface OurModelOptions extends RealModelOptions {
  readonly target: RunnerTarget;
  /** See `OpenModelOptions`. */
  readonly wideMemory: boolean;
}

/** Jingqi on a GGUF file. */
await serveSubject<OurModelOptions>((options) => {
  const random = new Random(1);
  let model: OpenModel | undefined;
  let profile: KernelProfile | undefined;
  let reading: WeightReading | undefined;

  const load = async (): Promise<Loaded> => {
    const start = performance.now();
    model = await openForBench(options.file, options);
    const seconds = (performance.now() - start) / 1000;
    const { runtime, stages } = model.engine;
    // It learns the kernels' names while Programs are recorded.
    profile = new KernelProfile(runtime, ...stages.slice(1).map((stage) => stage.runtime));
    reading = new WeightReading(model.engine);
    const { name, lanes } = runtime.target;
    const memories = stages.length === 1 ? '' : `, ${stages.length} memories`;
    const described = `${name}, vectors of ${lanes}, ${runtime.workers} workers${memories}`;
    return { seconds, memory: processMemory(), described };
  };

  return async (request): Promise<unknown> => {
    const asked = request as RealRequest;
    if (asked.kind === 'load') return load();
    if (model === undefined || profile === undefined || reading === undefined)
      throw new Error('the model is not loaded');
    switch (asked.kind) {
      case 'generate':
        return generate(model.engine, reading, asked, random);
      case 'memory':
        return processMemory();
      case 'profile':
        return profileModel(model.engine, profile, options.target);
    }
  };
});

/**
 * Tokens are fed back as they are chosen; `distinct` tells whether sequences went their own ways. A step's tokens are
 * known when the engine asks whether they end the answer, which gives the times of steps without readers in between.
 */
async function generate(
  engine: Engine,
  weights: WeightReading,
  { sequences, prompt, steps }: GenerationTask,
  random: Random,
): Promise<Generated> {
  const chosen = Array.from({ length: sequences }, (): number[] => []);
  const inPrograms: number[] = [];
  const watch = watchParts();
  let waiting = sequences;
  let firstAt = 0;
  const begin = engine.statistics.programTime;
  const requests = chosen.map((tokens) => ({
    prompt: Int32Array.from({ length: prompt }, () => random.integer(IDS.first, IDS.last)),
    maximumTokens: steps + 1,
    temperature: 0,
    endTokens: [],
    until(token: number) {
      if (tokens.push(token) === 1 && --waiting === 0) {
        firstAt = performance.now();
        inPrograms.length = 0;
        if (steps > 0) watch.next();
      }
      const { programTime } = engine.statistics;
      if (programTime !== inPrograms.at(-1)) inPrograms.push(programTime);
      return false;
    },
  }));
  const before = weights.measure();
  const start = performance.now();
  await engine.generateAll(requests);
  const end = performance.now();
  const bytesPerSecond = (before + weights.measure()) / 2;
  const cacheBytesPerToken = engine.cache.bytes / engine.cache.layers[0]!.rows;
  const stepTimes = inPrograms.slice(1).map((time, i) => (time - inPrograms[i]!) / 1000);
  let distinct = 0;
  for (let step = 0; step < steps; step++) distinct += new Set(chosen.map((tokens) => tokens[step])).size / steps;
  return {
    prefill: (firstAt - start) / 1000,
    decode: steps === 0 ? 0 : (end - firstAt) / 1000,
    inside: {
      prefill: (inPrograms[0]! - begin) / 1000,
      decode: stepTimes.reduce((sum, seconds) => sum + seconds, 0),
    },
    steps: stepTimes,
    others: watch.worst(),
    distinct,
    ...(steps > 0 ? { reading: { bytesPerSecond, cacheBytesPerToken } } : {}),
  };
}
