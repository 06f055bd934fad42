import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocateParameters, isExperts, type ModelConfig } from '../model/index.ts';
import { createRuntime, type Runtime, Tensor } from '../tensor/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { writeCheckpoint } from './checkpoint-write.ts';
import { tinyConfig, tinyTensors } from './fixtures/tiny-model.ts';
import { bf16ToFloat32 } from './float-formats.ts';
import { checkpointTensors, loadModel, loadWeights } from './model-weights.ts';
import { tensorSpecs } from './names.ts';

let parent = '';
let runtime: Runtime;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'jingqi-weights-'));
  runtime = await createRuntime({ target: 'interpreter', memoryBytes: 2 ** 24 });
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** A checkpoint that lives in memory alone. */
function inMemory(config: ModelConfig, tensors: ReadonlyMap<string, Float32Array>): Checkpoint {
  const read = async (name: string, target: Float32Array) => target.set(tensors.get(name)!);
  return { config, directory: 'memory', tensors, read } as unknown as Checkpoint;
}

const dimension = fc.integer({ min: 1, max: 4 });
const configs = fc
  .record({
    heads: dimension,
    attention: fc.record({
      kind: fc.constant('latent' as const),
      qkNopeHeadDim: dimension,
      qkRopeHeadDim: fc.constantFrom(2, 4),
      vHeadDim: dimension,
      queryLoraRank: fc.option(dimension),
      keyValueLoraRank: dimension,
      ropeInterleaved: fc.constant(true),
      indexer: fc.option(fc.record({ heads: dimension, headDim: dimension, topk: dimension })),
    }),
    hiddenSize: dimension,
    intermediateSize: dimension,
    moeIntermediateSize: dimension,
    layers: dimension,
    firstDenseLayers: fc.integer({ min: 0, max: 2 }),
    sharedExperts: fc.integer({ min: 0, max: 2 }),
    tieWordEmbeddings: fc.boolean(),
    mtpLayers: fc.integer({ min: 0, max: 2 }),
    topkMethod: fc.constantFrom('noaux_tc' as const, 'greedy' as const),
  })
  .map((part): ModelConfig => ({ ...tinyConfig, ...part }));

const groupedQueryConfigs = fc
  .record({
    keyValueHeads: fc.constantFrom(1, 2),
    headDim: fc.constantFrom(2, 4),
    queryKeyNorm: fc.boolean(),
    inputBias: fc.boolean(),
    outputBias: fc.boolean(),
  })
  .map(
    (part): ModelConfig => ({
      ...tinyConfig,
      modelType: 'llama',
      attention: { kind: 'grouped-query', ...part },
      routedExperts: 0,
      mtpLayers: 0,
    }),
  );

describe('loadWeights and checkpointTensors', () => {
  it.each(['interpreter', 'interpreter64'] as const)('give back every bit of every tensor on %s', async (target) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(configs, groupedQueryConfigs), fc.integer(), async (config, seed) => {
        const other = await createRuntime({ target, memoryBytes: 2 ** 18 });
        const source = tinyTensors((tensor, element) => Math.fround(Math.sin(seed + tensor * 977 + element)), config);
        const parameters = allocateParameters(other, config);
        await loadWeights(other, inMemory(config, new Map(source.map((t) => [t.name, t.data]))), parameters);
        const back = [...checkpointTensors(other, config, parameters)];
        expect(back.map(({ name, shape }) => ({ name, shape }))).toEqual(
          source.map(({ name, shape }) => ({ name, shape })),
        );
        for (const [at, { data }] of back.entries()) expect([...data()]).toEqual([...source[at]!.data]);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['F32', 'BF16'] as const)('keep their bits through files of %s', async (dtype) => {
    const directory = join(parent, dtype);
    const bits = Uint16Array.of(0);
    const value = Float32Array.of(0);
    const exactInBf16 = (tensor: number, element: number) => {
      bits[0] = (tensor * 131 + element * 7919) % 0x7f80;
      bf16ToFloat32(bits, value);
      return value[0]!;
    };
    const source = tinyTensors(exactInBf16);
    const parameters = allocateParameters(runtime, tinyConfig);
    await loadWeights(runtime, inMemory(tinyConfig, new Map(source.map((t) => [t.name, t.data]))), parameters);
    await writeCheckpoint(directory, {
      config: tinyConfig,
      tensors: checkpointTensors(runtime, tinyConfig, parameters),
      dtype,
    });
    const model = await loadModel(runtime, directory);
    expect(model.config).toEqual(tinyConfig);
    for (const [at, { name, tensor }] of model.parameters.all.entries()) {
      const original = parameters.all[at]!;
      expect(name).toBe(original.name);
      expect(runtime.read(tensor)).toEqual(runtime.read(original.tensor));
    }
  });

  it('place rows by part and stack experts', async () => {
    const tensors = new Map(
      [...tensorSpecs(tinyConfig)]
        .filter(({ optional }) => !optional)
        .map(({ name, shape }) => {
          const columns = shape.at(-1)!;
          const length = shape.reduce((product, size) => product * size, 1);
          return [name, Float32Array.from({ length }, (_, at) => Math.floor(at / columns))];
        }),
    );
    for (const [name, values] of tensors) {
      const expert = /experts\.(\d)\./.exec(name)?.[1];
      if (expert !== undefined) for (const at of values.keys()) values[at]! += 100 * Number(expert);
      if (name.includes('up_proj')) for (const at of values.keys()) values[at]! += 1000;
    }
    const parameters = allocateParameters(runtime, tinyConfig);
    await loadWeights(runtime, inMemory(tinyConfig, tensors), parameters);
    const rows = (tensor: unknown) => {
      if (!(tensor instanceof Tensor)) throw new Error('these weights are plain numbers');
      return [...runtime.read(tensor)].filter((_, at) => at % tensor.columns === 0);
    };
    const { attention, feedForward } = parameters.layers[1]!;
    if (attention.kind !== 'latent') throw new Error('the attention is latent');
    // Two heads of 2 nope and 2 rope rows; of 2 nope and 3 value rows.
    expect(rows(attention.queryCompression!.up)).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
    expect(rows(attention.latentUp)).toEqual([0, 1, 5, 6, 2, 3, 4, 7, 8, 9]);
    if (!isExperts(feedForward)) throw new Error('layer 1 has experts');
    expect(rows(feedForward.experts.gateUp)).toEqual(
      [0, 1, 2, 3].flatMap((expert) => [0, 1, 2, 1000, 1001, 1002].map((row) => 100 * expert + row)),
    );
    expect(rows(feedForward.shared!.gateUp)).toEqual([0, 1, 2, 1000, 1001, 1002]);
  });

  it('accept copies of embedding and head that agree and refuse others by name', async () => {
    const config: ModelConfig = { ...tinyConfig, tieWordEmbeddings: true };
    const tensors = new Map(tinyTensors((t, e) => t + e / 8, config).map((t) => [t.name, t.data]));
    const embedding = tensors.get('model.embed_tokens.weight')!;
    const copies = ['lm_head.weight', 'model.layers.2.embed_tokens.weight', 'model.layers.2.shared_head.head.weight'];
    for (const name of copies) tensors.set(name, embedding.slice());
    await loadWeights(runtime, inMemory(config, tensors), allocateParameters(runtime, config));
    for (const name of copies) {
      const damaged = new Map([...tensors, [name, embedding.with(3, 17)] as const]);
      await expect(
        loadWeights(runtime, inMemory(config, damaged), allocateParameters(runtime, config)),
      ).rejects.toThrow(`memory: ${name} differs`);
    }
  });
});
