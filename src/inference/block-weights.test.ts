import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dequantize,
  ggmlBytes,
  openCheckpoint,
  openGgufCheckpoint,
  quantize,
  type WeightSource,
  type WritableType,
  weightFormats,
} from '../checkpoint/index.ts';
import { allocateParameters, type ModelConfig, parameterBytes, parseModelConfig } from '../model/index.ts';
import { BlockTensor, createRuntime, type Runtime } from '../tensor/index.ts';
import {
  groupedConfig,
  latentConfig,
  logitsOf,
  relativeError,
  writeDirectory,
  writeGgufFile,
} from './fixtures/stored-model.ts';

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
const writeQuantised = (config: ModelConfig, type: WritableType) =>
  writeGgufFile(runtime, join(folder, `${config.modelType}-${type}`), config, type);

describe.each([
  ['deepseek_v3', latentConfig, 'Q4_0'],
  ['deepseek_v3', latentConfig, 'Q8_0'],
  ['qwen2', groupedConfig, 'Q4_0'],
  ['qwen2', groupedConfig, 'Q8_0'],
] as const)('a %s in a GGUF file of type %3$s', (_, config, type) => {
  it('has the logits of the widened weights but for the rounding of activations, and keeps the blocks', async () => {
    const file = await openGgufCheckpoint(await writeQuantised(config, type));
    try {
      const source: WeightSource = { ...file, config: parseModelConfig(file.config) };
      const formats = weightFormats(source);
      // All but norms, biases, the router: near the size of the file.
      expect(parameterBytes(source.config, formats)).toBeLessThan(1.25 * file.totalBytes);
      const form = config.attention.kind === 'latent' ? 'absorbed' : 'naive';
      const expected = await logitsOf(runtime, source, new Map(), form);
      const actual = await logitsOf(runtime, source, formats, form);
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
    const file = await openGgufCheckpoint(await writeQuantised(latentConfig, 'Q8_0'));
    try {
      const source: WeightSource = { ...file, config: parseModelConfig(file.config) };
      const parameters = allocateParameters(runtime, source.config, weightFormats(source));
      expect(parameters.head).toBeInstanceOf(BlockTensor);
      await expect(logitsOf(runtime, source, weightFormats(source), 'naive')).rejects.toThrow('absorbed form');
    } finally {
      await file.close();
    }
  });

  it('are the values of a latent whose keys lie in the same matrix, and the keys f32', async () => {
    const config = latentConfig;
    const file = await openCheckpoint(await writeDirectory(runtime, join(folder, 'one-matrix'), config, 'F32'));
    try {
      // As GGUF files of before 2025 have it: kv_b_proj in one piece, its blocks along the latent.
      const isLatentUp = (name: string) => name.endsWith('kv_b_proj.weight');
      const rowsOf = async (name: string): Promise<Uint8Array> => {
        const values = new Float32Array(file.tensors.get(name)!.elements);
        await file.read(name, values);
        const blocks = new Uint8Array(ggmlBytes('Q8_0', values.length));
        quantize('Q8_0', values, blocks);
        return blocks;
      };
      const source: WeightSource = {
        ...file,
        tensors: new Map(
          [...file.tensors].map(([name, tensor]) => [name, isLatentUp(name) ? { ...tensor, dtype: 'Q8_0' } : tensor]),
        ),
        async read(name, target) {
          if (isLatentUp(name)) dequantize('Q8_0', await rowsOf(name), target);
          else await file.read(name, target);
        },
        async readRawRows(name, first, target) {
          const start = first * ggmlBytes('Q8_0', 64);
          target.set((await rowsOf(name)).subarray(start, start + target.length));
        },
      };
      const formats = weightFormats(source);
      expect([...formats.entries()]).toEqual(
        [0, 1, 2].map((layer) => [`layers.${layer}.attention.latentUp`, ['f32', 'q8_0']]),
      );
      const expected = await logitsOf(runtime, source, new Map(), 'absorbed');
      const actual = await logitsOf(runtime, source, formats, 'absorbed');
      // One product of three layers rounds its activations.
      const errors = expected.map((row, at) => relativeError(row, actual[at]!));
      expect(Math.max(...errors)).toBeLessThan(0.01);
      expect(Math.max(...errors)).toBeGreaterThan(0);
    } finally {
      await file.close();
    }
  });
});
