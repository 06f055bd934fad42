import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ggmlType } from './ggml-types.ts';
import {
  isQuantizable,
  MIX_NAMES,
  type MixName,
  mixBase,
  mixFileType,
  mixNamed,
  mixTypes,
} from './quantization-mix.ts';

/** What llama.cpp chooses (scripts/goldens/llama_mixes.py). */
const golden = JSON.parse(
  readFileSync(new URL('../../tests/goldens/llama-mixes.json', import.meta.url), 'utf8'),
) as Record<string, { tensors: Record<string, number[]>; mixes: Record<MixName, number[]> }>;

const models = {
  llama: { layers: 16, experts: 0, tied: false },
  qwen2: { layers: 9, experts: 0, tied: true },
  deepseek2: { layers: 11, experts: 16, tied: false },
  'deepseek2 of 8 experts': { layers: 6, experts: 8, tied: false },
};

describe.each(Object.entries(models))('types in %s are those of llama.cpp', (name, model) => {
  const { tensors, mixes } = golden[name]!;
  it.each(MIX_NAMES.filter((mix) => mix !== 'f32' && (mix !== 'mxfp4_moe' || model.experts > 0)))('%s', (mix) => {
    const choose = mixTypes(mix, model);
    const entries = Object.entries(tensors);
    expect(mixes[mix].length).toBe(entries.length);
    const different: string[] = [];
    for (const [at, [tensor, shape]] of entries.entries()) {
      const ours = isQuantizable(tensor, shape) ? choose(tensor, shape) : 'F32';
      const theirs = ggmlType(mixes[mix][at]!);
      if (ours !== theirs) different.push(`${tensor}: ${ours}, llama.cpp ${theirs}`);
    }
    const latent = ({ length }: { length: number }) =>
      Array.from({ length }, (_, layer) =>
        ['k', 'v'].map((part) => `blk.${layer}.attn_${part}_b.weight: Q8_0, llama.cpp MXFP4`),
      ).flat();
    expect(different).toEqual(mix === 'mxfp4_moe' ? latent({ length: model.layers }) : []);
  });
});

it('pure mixes have one type, and rows that do not fit another', () => {
  const choose = mixTypes('q4_k_m', models.llama, true);
  expect(choose('output.weight', [64, 256])).toBe('Q4_K');
  expect(choose('blk.0.attn_v.weight', [64, 256])).toBe('Q4_K');
  expect(choose('blk.0.attn_v.weight', [64, 96])).toBe('Q5_0');
  expect(choose('blk.0.attn_v.weight', [64, 40])).toBe('F16');
  expect(mixTypes('mxfp4_moe', models.llama, true)('blk.0.ffn_up.weight', [64, 64])).toBe('MXFP4');
  expect(() => mixTypes('mxfp4_moe', models.llama)).toThrow('this model has none');
});

it('mixes are known by their names', () => {
  expect(mixNamed('Q4_K_M')).toBe('q4_k_m');
  expect(mixNamed('q4_k')).toBe('q4_k_m');
  expect(mixNamed('mxfp4')).toBe('mxfp4_moe');
  expect(mixFileType(mixNamed('Q5_K'))).toBe(17);
  expect(mixBase('q6_k')).toBe('Q6_K');
  expect(() => mixNamed('q3_k')).toThrow(/"q3_k" is no type that can be written; there are f32, f16/);
  expect(() => mixNamed('constructor')).toThrow(/no type/);
});
