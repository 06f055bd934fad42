import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bf16ToFloat32, float32ToBf16, openCheckpoint } from '../checkpoint/index.ts';
import { Tokenizer } from '../text/index.ts';
import { DESCRIPTION_FILE, exportModel, MODEL_LOG, type ModelDescription, thinLog } from './export.ts';
import { recipes } from './recipes.ts';
import { tasks } from './tasks/index.ts';
import { type StepReport, train } from './trainer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-export-'));
const run = path.join(folder, 'run');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('exportModel', () => {
  const model = path.join(folder, 'model');
  const json = (name: string) => JSON.parse(readFileSync(path.join(model, name), 'utf8'));

  beforeAll(async () => {
    const { tiny } = recipes;
    // An odd number of steps: a bias moves by the same amount up or down in each, and must not end at zero.
    const recipe = { ...tiny!, schedule: { ...tiny!.schedule, steps: 3, warmupSteps: 1 } };
    await train({ recipe, directory: run, workers: 1, memoryBytes: 2 ** 28 });
    // A line of a step that the checkpoint does not hold, as a killed run leaves it.
    writeFileSync(path.join(run, 'log.jsonl'), `${readFileSync(path.join(run, 'log.jsonl'), 'utf8')}{"step":4}\n`);
    await exportModel(run, model);
  });

  it('rounds the weights to bf16 and keeps router biases', async () => {
    const [source, target] = [await openCheckpoint(path.join(run, 'checkpoint')), await openCheckpoint(model)];
    expect(target.config).toEqual(source.config);
    expect([...target.tensors.keys()].sort()).toEqual([...source.tensors.keys()].sort());
    const biases: string[] = [];
    for (const [name, { shape, dtype }] of target.tensors) {
      const [values, rounded] = [0, 0].map(() => new Float32Array(shape.reduce((product, size) => product * size, 1)));
      await source.read(name, values!);
      await target.read(name, rounded!);
      if (dtype === 'F32') {
        biases.push(name);
        expect(values!.some((value) => value !== 0)).toBe(true);
      } else {
        const bits = new Uint16Array(values!.length);
        float32ToBf16(values!, bits);
        bf16ToFloat32(bits, values!);
      }
      expect(rounded).toEqual(values);
    }
    expect(biases.sort()).toEqual([1, 2].map((layer) => `model.layers.${layer}.mlp.gate.e_score_correction_bias`));
    await source.close();
    await target.close();
  });

  it('writes beside them what Hugging Face and this project look for', () => {
    expect(readdirSync(folder).sort()).toEqual(['model', 'run']);
    expect(json('config.json')).toMatchObject({ torch_dtype: 'bfloat16', architectures: ['DeepseekV3ForCausalLM'] });
    const tokenizer = Tokenizer.fromJson(json('tokenizer.json'), json('tokenizer_config.json'));
    const special = json('special_tokens_map.json') as Record<string, string>;
    const generation = json('generation_config.json') as Record<string, number>;
    for (const role of ['bos', 'eos', 'pad'] as const) {
      const id = tokenizer.specialId(special[`${role}_token`]!);
      expect([generation[`${role}_token_id`], json('config.json')[`${role}_token_id`]]).toEqual([id, id]);
    }
    const description = json(DESCRIPTION_FILE) as ModelDescription;
    expect(description.name).toBe('jingqi-tiny');
    expect(description.tasks.map(({ name }) => name)).toEqual(Object.keys(tasks));
    for (const { title, description: about, examples } of description.tasks) {
      for (const language of ['en', 'zh'] as const) {
        expect([title[language], about[language], ...examples[language]].every((text) => text.length > 0)).toBe(true);
      }
    }
    const log = readFileSync(path.join(model, MODEL_LOG), 'utf8');
    const steps = log
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as StepReport).step);
    expect(steps).toEqual([1, 2, 3]);
    expect(json('recipe.json')).toMatchObject({ name: 'tiny', schedule: { steps: 3 } });
  });

  it('replaces a former export whole and keeps its card', async () => {
    writeFileSync(path.join(model, 'README.md'), 'a card');
    await exportModel(run, model, { dtype: 'F32' });
    expect(json('config.json')).toMatchObject({ torch_dtype: 'float32' });
    expect(readFileSync(path.join(model, 'README.md'), 'utf8')).toBe('a card');
    expect(readdirSync(folder).sort()).toEqual(['model', 'run']);
  });

  it('refuses what is no run, and a place that is no model', async () => {
    await expect(exportModel(path.join(folder, 'none'), model)).rejects.toThrow(/none: no training run/);
    await expect(exportModel(run, run)).rejects.toThrow(/not a model directory/);
    expect(existsSync(path.join(run, 'checkpoint'))).toBe(true);
  });
});

describe('thinLog', () => {
  const line = (step: number, more: Partial<StepReport> = {}) =>
    JSON.stringify({ step, loss: 1 / 3 + step, gradientNorm: 2 / 3, balance: [], ...more });
  const lines = Array.from({ length: 1000 }, (_, i) =>
    line(i + 1, { ...(i % 20 === 19 ? { load: [[1, 2]] } : {}), ...(i % 250 === 249 ? { validationLoss: 0.5 } : {}) }),
  );
  const steps = (kept: readonly string[]) => kept.map((text) => (JSON.parse(text) as StepReport).step);

  it('keeps a short log as it is', () => {
    expect(thinLog(lines, 1e6)).toEqual(lines);
  });

  it('keeps measurements, the first line and the last of a long one, within its bytes', () => {
    const kept = thinLog(lines, 12_000);
    expect(kept.join('\n').length).toBeLessThan(12_000);
    expect(kept.length).toBeGreaterThan(100);
    expect(steps(kept)).toEqual(
      expect.arrayContaining([1, 1000, ...Array.from({ length: 50 }, (_, i) => 20 * (i + 1))]),
    );
    expect(steps(kept)).toEqual(steps(kept).toSorted((a, b) => a - b));
    expect(JSON.parse(kept[0]!)).toMatchObject({ loss: 1.33333, gradientNorm: 0.666667 });
  });
});
