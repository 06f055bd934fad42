import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ModelConfig, parseModelConfig, type RopeScaling, type YarnScaling } from './config.ts';
import { ropeAttentionFactor, ropeFrequencies, ropeTable, softmaxScale } from './rope.ts';

const goldens = fileURLToPath(new URL('../../../shared/data/goldens/', import.meta.url));

interface Golden {
  readonly softmax_scale: number;
  readonly freqs_cis_first_20: readonly (readonly [number, number])[];
}

describe.skipIf(!existsSync(goldens))('rotary embedding of the reference models (needs ../shared/data)', () => {
  it.each(['deepseek-v2-lite-tiny', 'deepseek-v3-tiny'])('%s', (name) => {
    const read = (file: string) => JSON.parse(readFileSync(`${goldens}${name}/${file}`, 'utf8')) as unknown;
    const config = parseModelConfig(read('config.json'));
    const golden = read('golden.json') as Golden;
    expect(Math.abs(softmaxScale(config) - golden.softmax_scale)).toBeLessThan(1e-15);
    const table = ropeTable(config, 0, 20);
    const expected = golden.freqs_cis_first_20.flat();
    expect(table.length).toBe(expected.length);
    // The reference is written with 7 decimals.
    const worst = Math.max(...expected.map((value, at) => Math.abs(value - table[at]!)));
    expect(worst).toBeLessThan(1.2e-7);
    expect([...ropeTable(config, 7, 2)]).toEqual([...table.subarray(7 * 8, 9 * 8)]);
  });
});

const yarn: YarnScaling = {
  kind: 'yarn',
  factor: 40,
  originalMaxPositions: 4096,
  betaFast: 32,
  betaSlow: 1,
  mscale: 1,
  mscaleAllDim: 1,
  attentionFactor: null,
};
const attention = { kind: 'latent', qkNopeHeadDim: 128, qkRopeHeadDim: 64 };
const config = (change: Partial<YarnScaling> | null): ModelConfig =>
  ({ attention, ropeTheta: 10000, ropeScaling: change === null ? null : { ...yarn, ...change } }) as ModelConfig;
const groupedQuery = (ropeScaling: RopeScaling | null): ModelConfig =>
  ({ attention: { kind: 'grouped-query', headDim: 128 }, ropeTheta: 500_000, ropeScaling }) as ModelConfig;

describe('rotary embedding', () => {
  it('turns pair i by theta^(-2i/d) a position', () => {
    const frequencies = ropeFrequencies(config(null));
    expect(frequencies.length).toBe(32);
    for (const [pair, frequency] of frequencies.entries()) {
      expect(frequency / 10000 ** (-pair / 32)).toBeCloseTo(1, 6);
    }
  });

  it('slows with YaRN only the pairs that turn rarely', () => {
    // DeepSeek-V3: 32 turns within 4,096 positions end at pair 10.47, one turn at pair 22.5.
    const plain = ropeFrequencies(config(null));
    const slowed = ropeFrequencies(config({}));
    const ratio = [...plain].map((frequency, pair) => frequency / slowed[pair]!);
    for (const [pair, value] of ratio.entries()) {
      if (pair <= 10) expect(value).toBe(1);
      else if (pair >= 23) expect(value).toBeCloseTo(40, 4);
      else expect(1 / value).toBeCloseTo(1 - ((pair - 10) / 13) * (39 / 40), 5);
    }
  });

  it('keeps every pair where none turns once within the original length', () => {
    expect([...ropeFrequencies(config({ originalMaxPositions: 2 }))]).toEqual([...ropeFrequencies(config(null))]);
  });

  it('scales scores by mscale_all_dim squared and the table by the quotient', () => {
    const grown = 0.1 * Math.log(40) + 1;
    expect(softmaxScale(config(null))).toBe(192 ** -0.5);
    expect(softmaxScale(config({}))).toBeCloseTo(192 ** -0.5 * grown * grown, 14);
    expect(softmaxScale(config({ mscaleAllDim: 0 }))).toBe(192 ** -0.5);
    expect(softmaxScale(config({ factor: 1 }))).toBe(192 ** -0.5);
    expect(ropeAttentionFactor(config(null))).toBe(1);
    expect(ropeAttentionFactor(config({ mscale: 0.8, mscaleAllDim: 0.8 }))).toBe(1);
    expect(ropeAttentionFactor(config({ mscaleAllDim: 0 }))).toBeCloseTo(grown, 14);
    expect(ropeAttentionFactor(config({ attentionFactor: 1.25 }))).toBe(1.25);
    expect(ropeTable(config({ attentionFactor: 1.25 }), 0, 1)[0]).toBe(1.25);
  });

  it('slows every pair alike with linear scaling', () => {
    const plain = ropeFrequencies(groupedQuery(null));
    expect(plain.length).toBe(64);
    const slowed = ropeFrequencies(groupedQuery({ kind: 'linear', factor: 4 }));
    expect([...slowed]).toEqual([...plain].map((frequency) => frequency / 4));
  });

  it('slows with llama3 what turns less than once within the original length, and keeps what turns four times', () => {
    const scaling = { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4 } as const;
    const plain = ropeFrequencies(groupedQuery(null));
    const slowed = ropeFrequencies(groupedQuery({ ...scaling, originalMaxPositions: 8192 }));
    let between = 0;
    for (const [pair, frequency] of plain.entries()) {
      const turns = (8192 * frequency) / (2 * Math.PI);
      const kept = Math.min(1, Math.max(0, (turns - 1) / 3));
      if (kept > 0 && kept < 1) between += 1;
      expect(slowed[pair]! / frequency).toBeCloseTo(kept + (1 - kept) / 8, 5);
    }
    expect(between).toBeGreaterThan(3);
  });

  it('in grouped-query attention leaves the scores to the size of a head', () => {
    const { mscale: _, ...rest } = yarn;
    const scaled = groupedQuery({ ...rest, mscale: 1, mscaleAllDim: 0 });
    expect(softmaxScale(scaled)).toBe(128 ** -0.5);
    expect(ropeAttentionFactor(scaled)).toBeCloseTo(0.1 * Math.log(40) + 1, 14);
  });
});
