import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openCheckpoint,
  openGgufCheckpoint,
  openModelTensors,
  type WeightSource,
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
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jingqi-halves-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tied: ModelConfig = { ...groupedConfig, tieWordEmbeddings: true };
const files = [
  { name: 'deepseek_v3', config: latentConfig, kind: 'safetensors', type: 'BF16' },
  { name: 'deepseek_v3', config: latentConfig, kind: 'safetensors', type: 'F16' },
  { name: 'deepseek_v3', config: latentConfig, kind: 'GGUF', type: 'BF16' },
  { name: 'deepseek_v3', config: latentConfig, kind: 'GGUF', type: 'F16' },
  { name: 'qwen2 with a tied embedding', config: tied, kind: 'safetensors', type: 'BF16' },
  { name: 'qwen2 with a tied embedding', config: tied, kind: 'GGUF', type: 'F16' },
  { name: 'qwen2', config: groupedConfig, kind: 'safetensors', type: 'F16' },
] as const;

describe.each(['native', 'wasm'] as const)('weights in 16 bits on %s', (target) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ target, workers: 1, memoryBytes: 2 ** 27 });
  });
  afterAll(() => runtime.close());

  it.each(files)(
    'of a $name in $kind of type $type give the logits of the widened weights',
    async ({ name, config, kind, type }) => {
      const place = join(folder, `${target}-${name}-${kind}-${type}`.replaceAll(' ', '-'));
      const file =
        kind === 'GGUF'
          ? await openGgufCheckpoint(await writeGgufFile(runtime, place, config, type))
          : await openCheckpoint(await writeDirectory(runtime, place, config, type));
      try {
        const source: WeightSource = {
          ...file,
          config: kind === 'GGUF' ? parseModelConfig((file as { config: unknown }).config) : config,
        };
        const formats = weightFormats(source);
        // All but norms, biases and the router, which GGUF files have in f32, stay as they are.
        expect(parameterBytes(source.config, formats)).toBeLessThan(1.1 * file.totalBytes);
        const form = config.attention.kind === 'latent' ? 'absorbed' : 'naive';
        const expected = await logitsOf(runtime, source, new Map(), form);
        const actual = await logitsOf(runtime, source, formats, form);
        // Widening is exact; sums of up to 160 terms are taken in another order, of which each step is off by 2⁻²⁴.
        const errors = expected.map((row, at) => relativeError(row, actual[at]!));
        expect(Math.max(...errors)).toBeLessThan(1e-5);
      } finally {
        await file.close();
      }
    },
  );
});

describe('weights in 16 bits', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ workers: 1, memoryBytes: 2 ** 26 });
  });
  afterAll(() => runtime.close());

  it('are embedding, head and all matrices; what has no pairs along its rows is widened', async () => {
    const odd = { ...latentConfig, moeIntermediateSize: 95 };
    const file = await openCheckpoint(await writeDirectory(runtime, join(folder, 'odd'), odd, 'BF16'));
    const formats = weightFormats(file);
    await file.close();
    const { embedding, head, layers } = allocateParameters(runtime, odd, formats);
    for (const weight of [embedding, head]) expect((weight as BlockTensor).format).toBe('bf16');
    const { attention, feedForward } = layers[1]!;
    if (attention.kind !== 'latent' || !('router' in feedForward)) throw new Error('layer 1 has a latent and experts');
    expect(attention.latentUp).toMatchObject({ keys: { shape: [2, 64, 32] }, values: { shape: [2, 32, 64] } });
    expect(feedForward.experts.gateUp).toBeInstanceOf(BlockTensor);
    // Rows of 95 numbers.
    expect(feedForward.experts.down).not.toBeInstanceOf(BlockTensor);
  });

  it.each(['lm_head.weight', 'model.layers.3.embed_tokens.weight', 'model.layers.3.shared_head.head.weight'])(
    'a copy that differs is refused: %s',
    async (name) => {
      const config = { ...latentConfig, tieWordEmbeddings: true, mtpLayers: 1 };
      const directory = await writeDirectory(runtime, join(folder, `copies-${name}`), config, 'BF16');
      const file = await openCheckpoint(directory);
      const tensors = await openModelTensors(directory);
      const stored = tensors.tensors.get('model.embed_tokens.weight')!;
      const load = async (change: number) => {
        const source: WeightSource = {
          ...file,
          tensors: new Map([...file.tensors, [name, { ...stored, name }]]),
          async readRawRows(from, first, target) {
            await file.readRawRows(from === name ? stored.name : from, first, target);
            if (from === name) target[7]! ^= change;
          },
        };
        await logitsOf(runtime, source, weightFormats(source), 'absorbed');
      };
      await load(0);
      await expect(load(1)).rejects.toThrow(`${name} differs`);
      await Promise.all([file.close(), tensors.close()]);
    },
  );
});
