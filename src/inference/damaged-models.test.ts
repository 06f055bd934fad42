import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subject } from '../checkpoint/fixtures/damaged-files.ts';
import { fuzzSeed } from '../checkpoint/fixtures/fuzz-seed.ts';
import { modelDamage, modelSubjects, tryModelDamage } from './fixtures/damaged-model-files.ts';
import { openModelSource } from './model-source.ts';

let directory = '';
let files: Subject[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-damaged-models-'));
  files = await modelSubjects(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('whole files are read', async () => {
  for (const file of files) await file.use();
});

it('damaged tokenizers, templates and settings are read or refused by name', async () => {
  let refused = 0;
  const property = fc.asyncProperty(fc.nat(files.length - 1), modelDamage, async (which, change) => {
    if ((await tryModelDamage(files[which]!, change, directory)) !== undefined) refused += 1;
  });
  await fc.assert(property, { numRuns: 100, seed: fuzzSeed(), endOnFailure: true });
  expect(refused).toBeGreaterThan(15);
}, 120_000);

describe('an index of shards', () => {
  const open = async (map: Record<string, unknown>) => {
    const path = join(directory, 'model', 'model.safetensors.index.json');
    await writeFile(path, JSON.stringify({ weight_map: map }));
    try {
      await (await openModelSource(join(directory, 'model'))).close();
    } finally {
      await rm(path);
    }
  };

  it.each(['../../etc/passwd', '/etc/passwd', '../model.safetensors', 'a/b.safetensors', 'C:\\x.safetensors', '', 7])(
    'that points to %j is refused',
    async (shard) => {
      await expect(open({ 'model.norm.weight': shard })).rejects.toThrow(
        /index.json: weight_map places model.norm.weight in .*, which is no safetensors file name/,
      );
    },
  );

  it.skipIf(process.platform === 'win32')(
    'whose shard is a link to something else is refused, contents unseen',
    async () => {
      const link = join(directory, 'model', 'link.safetensors');
      for (const [to, message] of [
        [join(directory, 'model', 'tokenizer.json'), /link.safetensors: not a safetensors file/],
        ['/dev/zero', /cannot open .*link.safetensors: it is a device, a pipe or a socket/],
        [directory, /it is a directory/],
        [join(directory, 'absent'), /there is no such file/],
      ] as const) {
        await symlink(to, link);
        await expect(open({ 'model.norm.weight': 'link.safetensors' })).rejects.toThrow(message);
        await rm(link);
      }
      execFileSync('mkfifo', [link]);
      await expect(open({ 'model.norm.weight': 'link.safetensors' })).rejects.toThrow(/a device, a pipe or a socket/);
      await rm(link);
    },
  );
});
