import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzSeed } from '../checkpoint/fixtures/fuzz-seed.ts';
import { modelDamage, modelSubjects, tryModelDamage } from './fixtures/damaged-model-files.ts';

const RUNS = Number(process.env.JINGQI_FUZZ_RUNS ?? 20_000);

it(`${RUNS} damaged tokenizers, templates and their settings are read or refused by name`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'jingqi-damaged-models-'));
  try {
    const files = await modelSubjects(directory);
    const outcomes = new Map(files.map(({ name }) => [name, { read: 0, refused: 0 }]));
    const property = fc.asyncProperty(fc.nat(files.length - 1), modelDamage, async (which, change) => {
      const refused = (await tryModelDamage(files[which]!, change, directory)) !== undefined;
      outcomes.get(files[which]!.name)![refused ? 'refused' : 'read'] += 1;
    });
    await fc.assert(property, { numRuns: RUNS, seed: fuzzSeed() });
    const { rss, arrayBuffers } = process.memoryUsage();
    process.stdout.write(`${JSON.stringify(Object.fromEntries(outcomes))}, ${Math.round(rss / 2 ** 20)} MiB\n`);
    for (const [name, { refused }] of outcomes) expect(refused, name).toBeGreaterThan(RUNS / 50);
    expect(arrayBuffers).toBeLessThan(2 ** 29);
    expect(rss).toBeLessThan(3 * 2 ** 30);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
