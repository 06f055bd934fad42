import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { damage, subjects, tryDamage } from './fixtures/damaged-files.ts';

it('20,000 damaged files are read or refused by name', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'jingqi-damaged-'));
  try {
    const files = await subjects(directory);
    const refused = new Map(files.map(({ name }) => [name, 0]));
    const property = fc.asyncProperty(fc.nat(files.length - 1), damage, async (which, change) => {
      const { name } = files[which]!;
      if ((await tryDamage(files[which]!, change, directory)) !== undefined) refused.set(name, refused.get(name)! + 1);
    });
    await fc.assert(property, { numRuns: 20_000 });
    // About 2,850 cases each.
    for (const [name, count] of refused) expect(count, name).toBeGreaterThan(500);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(2 ** 29);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
