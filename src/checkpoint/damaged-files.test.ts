import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { damage, type Subject, subjects, tryDamage } from './fixtures/damaged-files.ts';

let directory = '';
let files: Subject[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-damaged-'));
  files = await subjects(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('whole files are read', async () => {
  expect(files.map(({ name }) => name).length).toBe(7);
  for (const file of files) await file.use();
});

it('damaged files are read or refused by name', async () => {
  let refused = 0;
  const one = fc.asyncProperty(fc.nat(6), damage, async (which, change) => {
    if ((await tryDamage(files[which]!, change, directory)) !== undefined) refused += 1;
  });
  await fc.assert(one, { numRuns: 400 });
  // A byte of a name or a weight may change without harm; most damage does harm.
  expect(refused).toBeGreaterThan(150);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(2 ** 29);
}, 120_000);
