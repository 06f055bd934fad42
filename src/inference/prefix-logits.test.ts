import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedModel, loadModel } from '../checkpoint/index.ts';
import { createRuntime, type Runtime } from '../tensor/index.ts';
import { Engine } from './engine.ts';
import { prefixLogits } from './prefix-logits.ts';

describe('prefixLogits', () => {
  const directory = fileURLToPath(new URL('../../tests/goldens/llama-tied-bias', import.meta.url));
  const { tokens, logits_last_by_prefix: expected } = JSON.parse(readFileSync(`${directory}/golden.json`, 'utf8'));
  let runtime: Runtime;
  let model: LoadedModel;
  beforeAll(async () => {
    runtime = await createRuntime({ memoryBytes: 2 ** 25, workers: 1 });
    model = await loadModel(runtime, directory);
  });
  afterAll(() => runtime.close());

  it('gives the logits of transformers after each prefix, from the parameters of an engine', async () => {
    const engine = Engine.create({ runtime, ...model, maximumSequences: 1, contextLength: 64 });
    const rows = [...prefixLogits(engine, tokens)];
    expect(rows.length).toBe(tokens.length);
    const difference = rows.map((row, at) => Math.max(...row.map((value, id) => Math.abs(value - expected[at][id]))));
    expect(Math.max(...difference)).toBeLessThan(1e-4);
    await engine.close();
  });

  it('keeps its cache in the format that is asked for', () => {
    const rows = (cache: 'f32' | 'f16' | 'q8') =>
      [...prefixLogits({ runtime, ...model }, tokens, { cache })].map((row) => Float32Array.from(row));
    const exact = rows('f32');
    const error = (cache: 'f16' | 'q8') =>
      Math.max(...rows(cache).map((row, at) => Math.max(...row.map((value, id) => Math.abs(value - exact[at]![id]!)))));
    // f16 rounds by 2⁻¹¹ of a number at most, q8 by 2⁻⁸ of the largest in its block.
    expect(error('f16')).toBeGreaterThan(0);
    expect(error('q8')).toBeGreaterThan(2 * error('f16'));
  });

  it('gives its memory back, also where it is left early', () => {
    // 500 times a cache of 40 positions would be more than the runtime has.
    const ids = Array.from({ length: 40 }, (_, at) => at % 50);
    for (let i = 0; i < 500; i++) for (const row of prefixLogits({ runtime, ...model }, ids)) if (row.length > 0) break;
    expect([...prefixLogits({ runtime, ...model }, [])]).toEqual([]);
  });

  it('keeps nothing where the memory does not suffice', async () => {
    const small = await createRuntime({ memoryBytes: 3 * 2 ** 20, workers: 1 });
    try {
      const loaded = await loadModel(small, directory);
      const tight = { runtime: small, ...loaded, config: { ...loaded.config, maxPositions: 20_000 } };
      // The cache of the first layer still fits, that of the second does not.
      const many = new Array(tight.config.maxPositions).fill(1);
      for (let i = 0; i < 20; i++) expect(() => prefixLogits(tight, many).next()).toThrow(/memory/);
      expect(prefixLogits(tight, many.slice(0, 8000)).next().done).toBe(false);
    } finally {
      await small.close();
    }
  });

  it('refuses ids that the model cannot read', () => {
    const { vocabularySize, maxPositions } = model.config;
    const all = (ids: number[]) => [...prefixLogits({ runtime, ...model }, ids)];
    expect(() => all([1, vocabularySize])).toThrow(`token 1 is ${vocabularySize}, outside the model's vocabulary`);
    expect(() => all(new Array(maxPositions + 1).fill(1))).toThrow(`longest context is ${maxPositions} tokens`);
  });
});
