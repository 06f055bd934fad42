import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadThreads, loadWeights, openGgufCheckpoint, type WeightSource, weightFormats } from '../checkpoint/index.ts';
import { allocateParameters, type ModelParameters, parseModelConfig } from '../model/index.ts';
import { BlockTensor, createRuntime, type Runtime } from '../tensor/index.ts';
import { latentConfig, writeGgufFile } from './fixtures/stored-model.ts';

let folder: string;
let runtime: Runtime;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jingqi-threads-'));
  runtime = await createRuntime({ workers: 2, memoryBytes: 2 ** 26 });
  file = await writeGgufFile(runtime, join(folder, 'model'), latentConfig, 'Q4_0');
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

async function withSource<T>(path: string, work: (source: WeightSource) => Promise<T>): Promise<T> {
  const opened = await openGgufCheckpoint(path);
  try {
    return await work({ ...opened, config: parseModelConfig(opened.config) });
  } finally {
    await opened.close();
  }
}

const load = (source: WeightSource, options: Parameters<typeof loadWeights>[3]): Promise<ModelParameters> => {
  const parameters = allocateParameters(runtime, source.config, weightFormats(source));
  return loadWeights(runtime, source, parameters, options).then(() => parameters);
};

/** The panels of the head and of the experts of the last layer, which are the ends of the file. */
function panelsOf({ head, layers }: ModelParameters): Uint8Array[] {
  const { feedForward } = layers.at(-1)!;
  const experts = 'experts' in feedForward ? feedForward.experts.down : undefined;
  return [head, experts].map((weight) => {
    if (!(weight instanceof BlockTensor)) throw new Error('the weight is not in blocks');
    return (runtime.view(weight.panels) as Uint8Array).slice();
  });
}

describe('loading in threads of its own', () => {
  it('puts the same bytes in place as the calling thread does, and tells of each once', async () => {
    await withSource(file, async (source) => {
      const ends: number[][] = [];
      const panels: Uint8Array[][] = [];
      for (const threadsFrom of [Number.POSITIVE_INFINITY, 0]) {
        let last = [0, 0];
        const parameters = await load(source, { threadsFrom, onProgress: (done, total) => (last = [done, total]) });
        ends.push(last);
        panels.push(panelsOf(parameters));
      }
      expect(panels[1]).toEqual(panels[0]);
      expect(panels[0]!.some((bytes) => bytes.some((byte) => byte !== 0))).toBe(true);
      expect(ends[1]).toEqual(ends[0]);
    });
  });

  it('names the matrix whose blocks are damaged', async () => {
    const damaged = await writeGgufFile(runtime, join(folder, 'damaged'), latentConfig, 'Q4_0');
    const { offset } = await withSource(damaged, async ({ tensors }) => tensors.get('lm_head.weight')!);
    const handle = await open(damaged, 'r+');
    // An infinite scale.
    await handle.write(Uint8Array.of(0x00, 0x7c), 0, 2, offset);
    await handle.close();
    await withSource(damaged, async (source) => {
      await expect(load(source, { threadsFrom: 0 })).rejects.toThrow(/weights head, rows from 0: .*not finite/);
    });
  });

  it.each([1, 3])('takes threads that run already, %d with the calling one', async (count) => {
    await withSource(file, async (source) => {
      const expected = panelsOf(await load(source, { threadsFrom: Number.POSITIVE_INFINITY }));
      const parameters = await load(source, { threads: new LoadThreads(count) });
      expect(panelsOf(parameters)).toEqual(expected);
    });
  });

  it('ends when it is told to', async () => {
    await withSource(file, async (source) => {
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(load(source, { threadsFrom: 0, signal })).rejects.toThrow('enough');
      const later = new AbortController();
      const loading = load(source, { threads: new LoadThreads(2), signal: later.signal });
      later.abort(new Error('enough now'));
      await expect(loading).rejects.toThrow('enough now');
    });
  });

  it('fails where a thread cannot read the file, though the calling one could', async () => {
    await withSource(file, async (source) => {
      const elsewhere = new Map(
        [...source.tensors].map(([name, tensor]) => [
          name,
          tensor.source?.kind === 'rows'
            ? { ...tensor, source: { ...tensor.source, tensor: { ...tensor.source.tensor, path: '/nowhere' } } }
            : tensor,
        ]),
      );
      // The calling thread does not come to its turn before the other has failed.
      const readRawRows = async (...parts: Parameters<NonNullable<WeightSource['readRawRows']>>) => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return source.readRawRows!(...parts);
      };
      const loading = load({ ...source, tensors: elsewhere, readRawRows }, { threadsFrom: 0 });
      await expect(loading).rejects.toThrow(/cannot open \/nowhere: there is no such file/);
    });
  });
});
