import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ggufMetadata, ggufTensors, openModelTensors, writeGguf } from '../checkpoint/index.ts';
import { writeFp8Directory } from '../inference/fixtures/fp8-model.ts';
import { latentConfig } from '../inference/fixtures/stored-model.ts';
import { createRuntime } from '../tensor/index.ts';
import type { InspectReport } from './inspect.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const golden = (name: string) => fileURLToPath(new URL(`../../tests/goldens/${name}`, import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function jingqi(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, out, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, errors });
    });
  });
}

async function printed(...args: string[]): Promise<string> {
  const ended = await jingqi(...args);
  expect(ended).toMatchObject({ code: 0, errors: '' });
  return ended.out;
}

describe('jingqi logits', () => {
  it.each(['naive', 'absorbed'])('prints the logits after each prefix as JSON, %s', async (attention) => {
    const directory = golden('v3-yarn');
    const { tokens, logits_last_by_prefix: expected } = JSON.parse(readFileSync(`${directory}/golden.json`, 'utf8'));
    const out = await printed('logits', directory, '--ids', tokens.join(', '), '--attention', attention, '--json');
    const answer = JSON.parse(out) as { logits: number[][] };
    expect(Object.keys(answer)).toEqual(['logits']);
    expect(answer.logits.map(({ length }) => length)).toEqual(expected.map((row: number[]) => row.length));
    const difference = answer.logits.flat().map((value, at) => Math.abs(value - expected.flat()[at]));
    expect(Math.max(...difference)).toBeLessThan(1e-4);
  });

  it('prints those of a model with grouped-query attention', async () => {
    const directory = golden('llama-tied-bias');
    const { tokens, logits_last_by_prefix: expected } = JSON.parse(readFileSync(`${directory}/golden.json`, 'utf8'));
    const answer = JSON.parse(await printed('logits', directory, '--ids', tokens.join(), '--json'));
    const difference = answer.logits.flat().map((value: number, at: number) => Math.abs(value - expected.flat()[at]));
    expect(difference.length).toBe(expected.flat().length);
    expect(Math.max(...difference)).toBeLessThan(1e-4);
  });

  it('goes on with the cache where the ids are more than one step takes', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => (at * 7) % 60);
    const logits = async (count: number) =>
      JSON.parse(await printed('logits', golden('v3-plain'), '--ids', ids.slice(0, count).join(), '--json')).logits;
    const [long, short] = await Promise.all([logits(40), logits(35)]);
    expect(long.length).toBe(40);
    expect(short).toEqual(long.slice(0, 35));
  });

  it('prints the best tokens for people', async () => {
    const directory = golden('v3-plain');
    const { tokens, logits_last_by_prefix: expected } = JSON.parse(readFileSync(`${directory}/golden.json`, 'utf8'));
    const [, ...lines] = (await printed('logits', directory, '--ids', tokens.slice(0, 3).join())).trimEnd().split('\n');
    expect(lines.length).toBe(3);
    for (const [at, line] of lines.entries()) {
      const best = expected[at].indexOf(Math.max(...expected[at]));
      expect(line).toMatch(new RegExp(`…${tokens[at]}  ${best}:`));
    }
  });

  it.each([
    ['no ids', [golden('v3-plain')], "required option '--ids <ids>' not specified"],
    ['words', [golden('v3-plain'), '--ids', '1,two'], "'two' is no token id"],
    ['nothing between commas', [golden('v3-plain'), '--ids', '1,,2'], "'' is no token id"],
    ['an unknown id', [golden('v3-plain'), '--ids', '1,64'], "64 is outside the model's vocabulary of 64 tokens"],
    ['too many ids', [golden('v3-plain'), '--ids', new Array(129).fill(1).join()], 'longest context is 128 tokens'],
    [
      'an unknown form',
      [golden('v3-plain'), '--ids', '1', '--attention', 'flash'],
      'Allowed choices are naive, absorbed',
    ],
    ['no model', [golden('nowhere'), '--ids', '1'], 'no model, it holds no config.json'],
  ])('refuses %s in one line', async (_, args, reason) => {
    const { code, out, errors } = await jingqi('logits', ...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toContain(reason);
    expect(errors.trimEnd().split('\n').length).toBe(1);
  });
});

describe('jingqi inspect', () => {
  it('prints what a model is made of as JSON', async () => {
    const report: InspectReport = JSON.parse(await printed('inspect', golden('v3-mtp'), '--json'));
    const attention = 20 * 32 + 20 + 80 * 20 + 32 * 32 + 24 + 88 * 24 + 32 * 40;
    const expert = 3 * 32 * 16;
    const experts = 8 * 32 + 8 + expert;
    const layers = 2 * (attention + 64) + 3 * 32 * 52 + experts;
    const embedding = 64 * 32;
    expect(report).toMatchObject({
      modelType: 'deepseek_v3',
      layers: { total: 2, dense: 1, experts: 1 },
      predictionModules: 1,
      experts: { routed: 8, perToken: 3, shared: 1 },
      parameters: {
        total: 2 * embedding + 32 + layers + 8 * expert,
        active: embedding + 32 + 32 + layers + 3 * expert,
        predictionTotal: attention + 64 + experts + 8 * expert + 96 + 64 * 32,
        predictionActive: attention + 64 + experts + 3 * expert + 96 + 64 * 32,
      },
      cacheBytesPerToken: { format: 'f32', latent: 4 * 2 * 32, multiHead: 4 * 2 * 4 * (20 + 10) },
    });
    const { bytes, types } = report.weights;
    expect(types.BF16! + types.F32!).toBe(bytes);
    // The file repeats embedding and head in the prediction module; only the two biases are F32.
    const stored = report.parameters.total + report.parameters.predictionTotal + 2 * embedding;
    expect(bytes).toBe(2 * (stored - 16) + 4 * 16);
  });

  it('prints a table for people', async () => {
    const out = await printed('inspect', golden('v2-group-limited'));
    for (const row of ['layers', 'experts per layer', 'parameters', 'active per token', 'weights', 'cache per token']) {
      expect(out).toContain(`│ ${row} `);
    }
    expect(out).toMatch(/with multi-head attention +│ 1,440 bytes: 3\.8 times as much/);
  });

  it('tells grouped-query attention and the bytes that it keeps', async () => {
    const report: InspectReport = JSON.parse(await printed('inspect', golden('qwen2'), '--json'));
    expect(report).toMatchObject({
      modelType: 'qwen2',
      layers: { total: 2, dense: 2, experts: 0 },
      attention: { kind: 'grouped-query', heads: 6, keyValueHeads: 2, headDim: 6, inputBias: true },
      experts: null,
      cacheBytesPerToken: { format: 'f32', groupedQuery: 4 * 2 * 2 * 2 * 6, multiHead: 4 * 2 * 6 * 2 * 6 },
    });
  });

  it('prints a table of grouped-query attention', async () => {
    const out = await printed('inspect', golden('qwen3'));
    expect(out).toMatch(/attention +│ 4 heads on 2 of keys and values, 12 each, queries and keys normed /);
    expect(out).toMatch(/with multi-head attention +│ 768 bytes: 2\.0 times as much/);
  });

  it('describes a GGUF file as the directory that it was made from', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'jingqi-inspect-'));
    try {
      const directory = golden('qwen2');
      const config = JSON.parse(readFileSync(`${directory}/config.json`, 'utf8'));
      const source = await openModelTensors(directory);
      const file = path.join(folder, 'model.gguf');
      await writeGguf(file, {
        metadata: ggufMetadata(config, 'F16'),
        tensors: ggufTensors(source, config, (_, { length }) => (length > 1 ? 'F16' : 'F32')),
      });
      await source.close();
      const [from, to]: InspectReport[] = await Promise.all(
        [directory, file].map(async (model) => JSON.parse(await printed('inspect', model, '--json'))),
      );
      expect(to).toEqual({ ...from, directory: file, weights: { ...to!.weights, memoryBytes: expect.any(Number) } });
      expect(Object.keys(to!.weights.types).sort()).toEqual(['F16', 'F32']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells that weights in 8 bits stay so, with which logits are those of the widened ones', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'jingqi-fp8-'));
    const runtime = await createRuntime({ workers: 1, memoryBytes: 2 ** 24 });
    try {
      const model = await writeFp8Directory(runtime, path.join(folder, 'model'), latentConfig, { embeddings: true });
      const logits = async (weights: string): Promise<number[]> =>
        JSON.parse(await printed('logits', model, '--ids', '1,2,3', '--json', '--weights', weights)).logits.flat();
      const [report, stored, widened] = await Promise.all([
        printed('inspect', model, '--json').then((out) => JSON.parse(out) as InspectReport),
        logits('stored'),
        logits('f32'),
      ]);
      const { types, memoryBytes } = report.weights;
      expect(Object.keys(types).sort()).toEqual(['F32', 'F8_E4M3']);
      expect(types.F8_E4M3).toBeGreaterThan(0.9 * report.parameters.total);
      expect(memoryBytes).toBeLessThan(1.1 * report.parameters.total);
      const largest = Math.max(...widened.map(Math.abs));
      expect(Math.max(...widened.map((value, at) => Math.abs(value - stored[at]!)))).toBeLessThan(1e-5 * largest);
    } finally {
      await runtime.close();
      await rm(folder, { recursive: true });
    }
  });

  it('refuses a directory without a model in one line', async () => {
    const { code, out, errors } = await jingqi('inspect', golden(''));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(/^jingqi: .*: no model, it holds no config\.json\n$/);
  });
});
