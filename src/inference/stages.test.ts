import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWeights, openGgufCheckpoint, weightFormats } from '../checkpoint/index.ts';
import { allocateParameters, type ModelConfig, parameterBytes, parseModelConfig } from '../model/index.ts';
import { createRuntime, NARROW_BYTES, type Runtime, startRuntimes } from '../tensor/index.ts';
import { Engine } from './engine.ts';
import { groupedConfig, latentConfig, writeGgufFile } from './fixtures/stored-model.ts';
import { planMemory } from './model-memory.ts';
import { prefixLogits } from './prefix-logits.ts';
import { cutLayers, type Stage } from './stages.ts';

describe('cutLayers', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 });

  it('keeps to the capacity, in as few parts as there can be, the largest as small as it can be', () => {
    fc.assert(
      fc.property(sizes, fc.nat(60), fc.integer({ min: 1, max: 400 }), (layers, others, capacity) => {
        const ends = cutLayers({ layers, others }, capacity);
        const fewest = fewestParts(layers, others, capacity);
        expect(ends?.length).toBe(fewest);
        if (ends === undefined) return;
        const parts = ends.map((end, at) => layers.slice(ends[at - 1] ?? 0, end));
        expect(parts.flat()).toEqual(layers);
        const largest = Math.max(...parts.map((part, at) => sum(part) + (at === 0 ? others : 0)));
        expect(largest).toBeLessThanOrEqual(capacity);
        expect(fewestParts(layers, others, largest - 1) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(fewest!);
      }),
    );
  });
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** By trying every cut: the fewest parts whose sums are within a limit, `others` counting to the first. */
function fewestParts(layers: readonly number[], others: number, limit: number): number | undefined {
  const best = [0, ...layers.map(() => Number.POSITIVE_INFINITY)];
  for (let end = 1; end <= layers.length; end++) {
    for (let start = 0; start < end; start++) {
      const bytes = sum(layers.slice(start, end)) + (start === 0 ? others : 0);
      if (bytes <= limit) best[end] = Math.min(best[end]!, best[start]! + 1);
    }
  }
  return Number.isFinite(best.at(-1)) ? best.at(-1) : undefined;
}

describe('an engine', () => {
  it('refuses stages that leave out layers, or have some twice, or in another order', async () => {
    const runtime = await createRuntime({ target: 'interpreter', memoryBytes: 2 ** 24 });
    const config = { ...latentConfig, layers: 4 };
    const parameters = allocateParameters(runtime, config);
    const used = runtime.memory.usedBytes;
    for (const [ranges, named] of [
      [[], '(none)'],
      [[[0, 3]], '0 to 3'],
      [[[1, 4]], '1 to 4'],
      [
        [
          [0, 2],
          [3, 4],
        ],
        '0 to 2, 3 to 4',
      ],
      [
        [
          [0, 2],
          [1, 4],
        ],
        '0 to 2, 1 to 4',
      ],
      [
        [
          [2, 4],
          [0, 2],
        ],
        '2 to 4, 0 to 2',
      ],
      [
        [
          [0, 2],
          [2, 2],
          [2, 4],
        ],
        '0 to 2, 2 to 2, 2 to 4',
      ],
      [[[0, 5]], '0 to 5'],
    ] as [number[][], string][]) {
      const stages = ranges.map(([first, end]): Stage => ({ runtime, first: first!, end: end! }));
      const create = () => Engine.create({ runtime, stages, config, parameters, contextLength: 16 });
      expect(create).toThrow(`stages of the layers ${named} are not those of a model from 0 to 4`);
    }
    expect(runtime.memory.usedBytes).toBe(used);
    await runtime.close();
  });

  it('gives the cache back where its other tensors find no room', async () => {
    const runtime = await createRuntime({ target: 'interpreter', memoryBytes: 2 ** 24 });
    const parameters = allocateParameters(runtime, latentConfig);
    const used = runtime.memory.usedBytes;
    const create = () => Engine.create({ runtime, config: latentConfig, parameters, rowLimit: 2 ** 23 });
    expect(create).toThrow(/out of memory: tensor token ids/);
    expect(runtime.memory.usedBytes).toBe(used);
    await runtime.close();
  });
});

describe('planMemory', () => {
  const large: ModelConfig = {
    ...latentConfig,
    layers: 40,
    routedExperts: 2000,
    hiddenSize: 1024,
    moeIntermediateSize: 128,
  };
  const contents = { config: large, formats: new Map(), cacheFormat: 'f16', cacheTokens: 1000 } as const;

  it('puts a model in one memory where it fits or where that has no limit', () => {
    const small = { ...contents, config: latentConfig };
    expect(planMemory(small, true)).toMatchObject({ memories: { length: 1 }, layerEnds: [latentConfig.layers] });
    expect(planMemory(contents, false)).toMatchObject({ memories: { length: 1 }, layerEnds: [40] });
  });

  it('cuts a model that is too large for 32-bit addresses', () => {
    const { memories, layerEnds } = planMemory(contents, true);
    expect(memories.length).toBeGreaterThan(4);
    expect(Math.max(...memories)).toBeLessThanOrEqual(NARROW_BYTES);
    expect(sum(memories)).toBeGreaterThan(parameterBytes(large));
    expect(layerEnds.at(-1)).toBe(40);
  });

  it('leaves it whole where a layer alone is too large for them', () => {
    const wide = { ...contents, config: { ...large, routedExperts: 40_000 } };
    expect(planMemory(wide, true)).toMatchObject({ memories: { length: 1 }, layerEnds: [40] });
  });
});

let folder: string;
let whole: Runtime;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jingqi-stages-'));
  whole = await createRuntime({ target: 'wasm', workers: 2, memoryBytes: 2 ** 26 });
});
afterAll(async () => {
  await whole.close();
  await rm(folder, { recursive: true });
});

describe.each([
  ['latent attention and experts', { ...latentConfig, layers: 5 }],
  ['grouped-query attention, embedding and head in one', { ...groupedConfig, layers: 5, tieWordEmbeddings: true }],
] as const)('a model with %s in three memories', (name, config) => {
  const ends = [2, 3, config.layers];
  const tokens = Array.from({ length: 45 }, (_, at) => (at * 37) % 96);

  async function place(runtimes: readonly Runtime[], path: string, threadsFrom: number) {
    const opened = await openGgufCheckpoint(path);
    const source = { ...opened, config: parseModelConfig(opened.config) };
    const runtimeOf = (layer = 0) => runtimes[runtimes.length === 1 ? 0 : ends.findIndex((end) => layer < end)]!;
    const parameters = allocateParameters(runtimeOf, source.config, weightFormats(source));
    await loadWeights(runtimes[0]!, source, parameters, { threadsFrom });
    await opened.close();
    const stages = runtimes.map((runtime, stage): Stage => {
      return { runtime, first: ends[stage - 1] ?? 0, end: runtimes.length === 1 ? config.layers : ends[stage]! };
    });
    return { runtime: runtimes[0]!, stages, config: source.config, parameters };
  }

  it.each([
    ['read by the calling thread', Number.POSITIVE_INFINITY],
    ['read by several threads', 0],
  ])('computes what it does in one, %s', async (_, threadsFrom) => {
    const file = await writeGgufFile(whole, join(folder, `${name} ${threadsFrom}`), config, 'Q4_0');
    const runtimes = await startRuntimes({ target: 'wasm', workers: 2 }, () => ends.map(() => 2 ** 24));
    await runtimes[0]!.ready;
    try {
      const one = await place([whole], file, Number.POSITIVE_INFINITY);
      const several = await place(runtimes, file, threadsFrom);
      for (const runtime of runtimes) expect(runtime.memory.usedBytes).toBeGreaterThan(10_000);
      expect([...prefixLogits(several, tokens)]).toEqual([...prefixLogits(one, tokens)]);

      const used = runtimes.map(({ memory }) => memory.usedBytes);
      const answers = [];
      for (const model of [one, several]) {
        const engine = Engine.create({ ...model, maximumSequences: 3, contextLength: 80, rowLimit: 40 });
        const requests = [45, 7, 20].map((length) => ({
          prompt: tokens.slice(0, length),
          ...{ maximumTokens: 12, temperature: 0, endTokens: [], logProbabilities: 3 },
        }));
        answers.push(await engine.generateAll(requests));
        await engine.close();
      }
      expect(answers[1]).toEqual(answers[0]);
      expect(runtimes.map(({ memory }) => memory.usedBytes)).toEqual(used);
    } finally {
      await runtimes[0]!.close();
    }
  });
});
