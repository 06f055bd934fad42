import { loadWeights, modelSize } from '../../src/checkpoint/index.ts';
import { Engine, openModel, openModelSource, prefixLogits } from '../../src/inference/index.ts';
import { allocateParameters } from '../../src/model/index.ts';
import { createRuntime } from '../../src/tensor/index.ts';
import type { ComparedModel, Greedy } from './compared-model.ts';

interface OpenOptions {
  readonly workers: number;
  /** Most tokens of a prompt with its continuation. */
  readonly context: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** A model as `openModel` loads it, on a target. */
export async function openOurs(
  file: string,
  target: 'native' | 'wasm',
  { workers, context, onProgress }: OpenOptions,
): Promise<ComparedModel> {
  const { engine, close } = await openModel(file, { target, workers, contextLength: context, onProgress });
  const { runtime, cache } = engine;
  return compared(`${runtime.target.name}, cache in ${cache.format}`, engine, close);
}

/**
 * The same weights, each widened to f32, and products of f32 throughout: what the file says, with no rounding but that of
 * f32. Needs 4 bytes for each parameter.
 */
export async function openWidened(file: string, { workers, context, onProgress }: OpenOptions): Promise<ComparedModel> {
  const source = await openModelSource(file);
  try {
    const { config } = source;
    const size = modelSize(config);
    const memoryBytes = Math.ceil(4.2 * size.main.total + 4 * size.cacheNumbers * context) + 2 ** 29;
    const runtime = await createRuntime({ memoryBytes, workers });
    const parameters = allocateParameters(runtime, config);
    await loadWeights(runtime, source, parameters, { onProgress });
    const engine = Engine.create({ runtime, config, parameters, maximumSequences: 1, contextLength: context });
    return compared('weights in f32', engine, async () => {
      await engine.close();
      await runtime.close();
    });
  } finally {
    await source.close();
  }
}

function compared(name: string, engine: Engine, close: () => Promise<void>): ComparedModel {
  return {
    name,
    close,
    async *logits(ids) {
      yield* prefixLogits(engine, ids, { cache: engine.cache.format });
    },
    async greedy({ prompt, count }: Greedy) {
      const request = { prompt, maximumTokens: count, temperature: 0, endTokens: [] };
      return [...(await engine.generate(request).result).tokens];
    },
  };
}
