import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../model/config.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type CheckpointToWrite, writeCheckpoint } from './checkpoint-write.ts';
import { tinyConfig, tinyTensors } from './fixtures/tiny-model.ts';
import { expectedTensors } from './names.ts';

const goldens = fileURLToPath(new URL('../../../shared/data/goldens/', import.meta.url));
let parent = '';
let directory = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'jingqi-checkpoint-'));
  directory = join(parent, 'model');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const write = (change: Partial<CheckpointToWrite> = {}) =>
  writeCheckpoint(directory, {
    config: tinyConfig,
    tensors: tinyTensors((tensor, element) => tensor + element / 8),
    dtype: 'F32',
    ...change,
  });

async function readAll(checkpoint: Checkpoint): Promise<Map<string, number[]>> {
  const values = new Map<string, number[]>();
  for (const { name, elements } of checkpoint.tensors.values()) {
    const target = new Float32Array(elements);
    await checkpoint.read(name, target);
    values.set(name, [...target]);
  }
  return values;
}

describe.skipIf(!existsSync(goldens))('the reference models (need ../shared/data)', () => {
  it.each([
    ['deepseek-v2-lite-tiny', 131],
    ['deepseek-v3-tiny', 139],
  ])('%s opens, is copied, and reads the same', async (name, count) => {
    const original = await openCheckpoint(join(goldens, name));
    expect(original.tensors.size).toBe(count);
    expect([...original.tensors.keys()].sort()).toEqual([...expectedTensors(original.config).keys()].sort());
    const values = await readAll(original);
    const shapes = [...original.tensors.values()];
    await write({
      config: original.config,
      tensors: shapes.map((t) => ({ name: t.name, shape: t.shape, data: Float32Array.from(values.get(t.name)!) })),
    });
    const copy = await openCheckpoint(directory);
    expect(copy.config).toEqual(original.config);
    expect(copy.totalBytes).toBe(original.totalBytes);
    expect(await readAll(copy)).toEqual(values);
    await Promise.all([original.close(), copy.close()]);
  });
});

describe('writeCheckpoint and openCheckpoint', () => {
  it.each(['F32', 'BF16', 'F16'] as const)('keep a model in %s, in several files', async (dtype) => {
    const extraTensors = {
      'optimizer.safetensors': [{ name: 'm', shape: [1], dtype: 'F32' as const, data: Float32Array.of(3) }],
    };
    const extraFiles = { 'tokenizer.json': '{"version":1}', 'notes.txt': 'hello' };
    await write({ dtype, largestFile: 500, extraFiles, extraTensors });
    const checkpoint = await openCheckpoint(`${directory}/`);
    expect(checkpoint.config).toEqual(tinyConfig);
    expect(checkpoint.tensors.get('model.layers.1.mlp.gate.e_score_correction_bias')?.dtype).toBe('F32');
    expect(checkpoint.tensors.get('lm_head.weight')?.dtype).toBe(dtype);
    const values = await readAll(checkpoint);
    for (const { name, data } of tinyTensors((tensor, element) => tensor + element / 8)) {
      for (const [at, value] of values.get(name)!.entries()) {
        expect(Math.abs(value - data[at]!)).toBeLessThanOrEqual(dtype === 'F32' ? 0 : data[at]! * 2 ** -8);
      }
    }
    expect(await checkpoint.readJson('tokenizer.json')).toEqual({ version: 1 });
    expect(await checkpoint.readText('notes.txt')).toBe('hello');
    expect(await checkpoint.has('absent.json')).toBe(false);
    const optimizer = await checkpoint.openTensors('optimizer.safetensors');
    expect(optimizer.tensors.get('m')?.elements).toBe(1);
    await optimizer.close();
    await checkpoint.close();
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('give the same bytes whatever the order of the tensors', async () => {
    await write();
    const first = await readFile(join(directory, 'model.safetensors'));
    await write({ tensors: tinyTensors((tensor, element) => tensor + element / 8).reverse() });
    expect(await readFile(join(directory, 'model.safetensors'))).toEqual(first);
  });

  it('keep other files of the directory and drop weights of the former model', async () => {
    await write({ largestFile: 500 });
    await writeFile(join(directory, 'README.md'), 'card');
    await mkdir(join(directory, 'logs'));
    await writeFile(join(directory, 'logs', 'a.jsonl'), '{}');
    await write();
    expect((await readdir(directory)).sort()).toEqual(['README.md', 'config.json', 'logs', 'model.safetensors']);
    expect(await readFile(join(directory, 'logs', 'a.jsonl'), 'utf8')).toBe('{}');
  });

  it('open tied embeddings with and without the copies', async () => {
    const config: ModelConfig = { ...tinyConfig, tieWordEmbeddings: true };
    const tensors = tinyTensors(() => 1, config);
    expect(tensors.some(({ name }) => name === 'lm_head.weight')).toBe(false);
    await write({ config, tensors });
    await (await openCheckpoint(directory)).close();
    const copy = (name: string) => ({ name, shape: [6, 4], data: new Float32Array(24) });
    const copies = ['lm_head.weight', 'model.layers.2.embed_tokens.weight', 'model.layers.2.shared_head.head.weight'];
    await write({ config, tensors: [...tensors, ...copies.map(copy)] });
    await (await openCheckpoint(directory)).close();
  });

  it('find the former checkpoint if a process ended while moving', async () => {
    await write();
    await rename(directory, `${directory}.previous`);
    const former = await openCheckpoint(directory);
    expect(former.directory).toBe(`${directory}.previous`);
    await former.close();
    await writeFile(join(`${directory}.previous`, 'README.md'), 'card');
    await write();
    expect(await readdir(parent)).toEqual(['model']);
    expect(await readFile(join(directory, 'README.md'), 'utf8')).toBe('card');
  });

  it('refuse tensors that do not fit, before anything is written', async () => {
    const tensors = tinyTensors(() => 1);
    const wrong: [CheckpointToWrite['tensors'], RegExp][] = [
      [tensors.slice(1), /model.embed_tokens.weight is missing/],
      [tensors.slice(0, 3), /weights do not fit config.json: .* is missing; and more/],
      [[...tensors, tensors[0]!], /model.embed_tokens.weight is given twice/],
      [[...tensors, { ...tensors[0]!, name: 'x' }], /x is not part of this model/],
      [[{ ...tensors[0]!, shape: [4, 6] }, ...tensors.slice(1)], /has shape \[4,6\] where the config asks for \[6,4\]/],
      [tensors.filter(({ name }) => !name.includes('layers.2.eh_proj')), /set num_nextn_predict_layers to 0/],
      [[{ ...tensors[0]!, data: new Float32Array(1) }, ...tensors.slice(1)], /needs 24 elements, its data has 1/],
    ];
    for (const [given, message] of wrong) await expect(write({ tensors: given })).rejects.toThrow(message);
    await expect(write({ extraFiles: { '../x': '' } })).rejects.toThrow(/not a plain file name/);
    await expect(write({ extraFiles: { 'config.json': '' } })).rejects.toThrow(/written by itself/);
    expect(await readdir(parent)).toEqual([]);
  });

  it('refuse to replace what is no checkpoint', async () => {
    await mkdir(directory);
    await writeFile(join(directory, 'thesis.txt'), 'years of work');
    await expect(write()).rejects.toThrow(/exists and is not a model directory/);
    expect(await readdir(directory)).toEqual(['thesis.txt']);
    await expect(openCheckpoint(directory)).rejects.toThrow(/holds no config.json/);
  });
});

describe('openCheckpoint refuses', () => {
  it('a config that asks for endless tensors, at once', async () => {
    await write();
    const path = join(directory, 'config.json');
    const json = JSON.parse(await readFile(path, 'utf8')) as object;
    const giant = { ...json, num_hidden_layers: 9999, n_routed_experts: 2 ** 24, n_group: 1, topk_group: 1 };
    await writeFile(path, JSON.stringify(giant));
    const start = performance.now();
    await expect(openCheckpoint(directory)).rejects.toThrow(/mlp.gate.weight has shape \[4,4\]/);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('what is absent, by name', async () => {
    await expect(openCheckpoint(directory)).rejects.toThrow(`${directory}: no model`);
    await write();
    await rm(join(directory, 'model.safetensors'));
    await expect(openCheckpoint(directory)).rejects.toThrow(/holds neither model.safetensors nor/);
    await writeFile(join(directory, 'config.json'), '{"model_type":"gpt2"}');
    await expect(openCheckpoint(directory)).rejects.toThrow(`${directory}/config.json: its model_type is "gpt2"`);
    await writeFile(join(directory, 'config.json'), '{');
    await expect(openCheckpoint(directory)).rejects.toThrow(`${directory}/config.json: is not JSON`);
  });

  it('any damage of any file, or reads a sound model', async () => {
    await write({ largestFile: 1000 });
    const damaged = join(parent, 'damaged');
    await mkdir(damaged);
    const names = await readdir(directory);
    const whole = new Map<string, Buffer>();
    for (const name of names) whole.set(name, await readFile(join(directory, name)));
    const damage = fc.record({
      name: fc.constantFrom(...names),
      place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.option(fc.integer({ min: 0, max: 255 })),
    });
    let refused = 0;
    const property = fc.asyncProperty(damage, async ({ name, place, byte }) => {
      for (const other of names) await copyFile(join(directory, other), join(damaged, other));
      const bytes = Buffer.from(whole.get(name)!);
      const at = Math.floor(place * bytes.length);
      if (byte !== null) bytes[at] = byte;
      await writeFile(join(damaged, name), byte === null ? bytes.subarray(0, at) : bytes);
      try {
        const checkpoint = await openCheckpoint(damaged);
        await readAll(checkpoint).finally(() => checkpoint.close());
      } catch (error) {
        refused += 1;
        expect((error as Error).message).toContain(damaged);
      }
    });
    await fc.assert(property, { numRuns: 150 });
    expect(refused).toBeGreaterThan(75);
  });
});

it('a writer killed at any moment leaves one whole checkpoint', async () => {
  const script = fileURLToPath(new URL('./fixtures/write-forever.ts', import.meta.url));
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 37));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const checkpoint = await openCheckpoint(directory);
    const { version } = (await checkpoint.readJson('state.json')) as { version: number };
    const values = await readAll(checkpoint);
    expect(new Set([...values.values()].flat())).toEqual(new Set([version]));
    await checkpoint.close();
  }
}, 20_000);
