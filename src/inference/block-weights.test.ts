import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkpointTensors,
  ggufMetadata,
  ggufTensors,
  loadWeights,
  openGgufCheckpoint,
  openModelTensors,
  type WeightSource,
  type WritableType,
  weightFormats,
  writeCheckpoint,
  writeGguf,
} from '../checkpoint/index.ts';
import {
  type AttentionForm,
  allocateParameters,
  type ModelConfig,
  parameterBytes,
  parseModelConfig,
  toHuggingFaceConfig,
  type WeightFormats,
} from '../model/index.ts';
import { BlockTensor, createRuntime, type Runtime } from '../tensor/index.ts';
import { randomConfig, randomParameters } from './fixtures/random-model.ts';
import { prefixLogits } from './prefix-logits.ts';

/** Sizes of whole blocks, as real models have them. */
const latent: ModelConfig = {
  ...randomConfig,
  vocabularySize: 96,
  hiddenSize: 128,
  attention: {
    kind: 'latent',
    queryLoraRank: 64,
    keyValueLoraRank: 64,
    qkNopeHeadDim: 32,
    qkRopeHeadDim: 16,
    vHeadDim: 32,
    ropeInterleaved: true,
    indexer: null,
  },
  intermediateSize: 160,
  moeIntermediateSize: 96,
  // Every expert is chosen: rounding can then not tip a choice over.
  routedExperts: 4,
  expertsPerToken: 4,
  groups: 1,
  topkGroups: 1,
};
const grouped: ModelConfig = {
  ...latent,
  modelType: 'qwen2',
  heads: 4,
  attention: {
    kind: 'grouped-query',
    keyValueHeads: 2,
    headDim: 32,
    inputBias: true,
    outputBias: false,
    queryKeyNorm: false,
  },
  routedExperts: 0,
  sharedExperts: 0,
  firstDenseLayers: 3,
};

let folder: string;
let runtime: Runtime;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jingqi-blocks-'));
  runtime = await createRuntime({ workers: 2, memoryBytes: 2 ** 27 });
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

/** Writes a random model as a GGUF file whose matrices have one type. */
async function writeQuantised(config: ModelConfig, type: WritableType): Promise<string> {
  const directory = join(folder, `${config.modelType}-${type}`);
  const parameters = randomParameters(runtime, config, 7);
  // Small enough that what a product is off by does not grow on its way through the layers.
  for (const { kind, tensor } of parameters.all) {
    if (kind === 'matrix')
      runtime.write(
        tensor,
        Float32Array.from(runtime.read(tensor), (value) => value / 3),
      );
  }
  await writeCheckpoint(directory, { config, tensors: checkpointTensors(runtime, config, parameters), dtype: 'F32' });
  const source = await openModelTensors(directory);
  const fields = toHuggingFaceConfig(config);
  const path = `${directory}.gguf`;
  await writeGguf(path, { metadata: ggufMetadata(fields, type), tensors: ggufTensors(source, fields, () => type) });
  await source.close();
  return path;
}

const ids = Array.from({ length: 45 }, (_, at) => (at * 37) % 96);

async function logitsOf(
  source: WeightSource,
  formats: WeightFormats,
  attention: AttentionForm,
): Promise<Float32Array[]> {
  const parameters = allocateParameters(runtime, source.config, formats);
  await loadWeights(runtime, source, parameters);
  const rows = prefixLogits({ runtime, config: source.config, parameters }, ids, { attention });
  return Array.from(rows, (row) => row.slice());
}

/** Distance of two vectors by the length of the first. */
function relativeError(expected: Float32Array, actual: Float32Array): number {
  let [square, error] = [0, 0];
  for (const [at, value] of expected.entries()) {
    square += value * value;
    error += (value - actual[at]!) ** 2;
  }
  return Math.sqrt(error / square);
}

describe.each([
  ['deepseek_v3', latent, 'Q4_0'],
  ['deepseek_v3', latent, 'Q8_0'],
  ['qwen2', grouped, 'Q4_0'],
  ['qwen2', grouped, 'Q8_0'],
] as const)('a %s in a GGUF file of type %3$s', (_, config, type) => {
  it('has the logits of the widened weights but for the rounding of activations, and keeps the blocks', async () => {
    const file = await openGgufCheckpoint(await writeQuantised(config, type));
    try {
      const source: WeightSource = { ...file, config: parseModelConfig(file.config) };
      const formats = weightFormats(source);
      // All but norms, biases, the router: near the size of the file.
      expect(parameterBytes(source.config, formats)).toBeLessThan(1.25 * file.totalBytes);
      const form = config.attention.kind === 'latent' ? 'absorbed' : 'naive';
      const expected = await logitsOf(source, new Map(), form);
      const actual = await logitsOf(source, formats, form);
      // An activation is off by up to 1/254 of the largest of its 32: some 0.5 % of a product. Three layers of seven
      // products, one after another, add up as the root of their number at most.
      const errors = expected.map((row, at) => relativeError(row, actual[at]!));
      expect(Math.max(...errors)).toBeLessThan(0.02);
      expect(Math.max(...errors)).toBeGreaterThan(0);
    } finally {
      await file.close();
    }
  });
});

describe('weights in blocks', () => {
  it('are what a quantised file is loaded as, for the absorbed form of latent attention alone', async () => {
    const file = await openGgufCheckpoint(await writeQuantised(latent, 'Q8_0'));
    try {
      const source: WeightSource = { ...file, config: parseModelConfig(file.config) };
      const parameters = allocateParameters(runtime, source.config, weightFormats(source));
      expect(parameters.head).toBeInstanceOf(BlockTensor);
      await expect(logitsOf(source, weightFormats(source), 'naive')).rejects.toThrow('absorbed form');
    } finally {
      await file.close();
    }
  });
});
