import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { scored } from './agreement.ts';
import { LogitFile } from './logit-file.ts';

it('gives rows back, and leaves nothing', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'jingqi-real-'));
  try {
    const file = await LogitFile.create(path.join(directory, 'logits.tmp'));
    const rows = [Float32Array.of(1, 2, 3), Float32Array.of(4.5, -1, 0)];
    // A row may be a part of a larger buffer.
    for (const row of rows) await file.append(scored(Float32Array.of(9, ...row).subarray(1)));
    for (const at of [1, 0]) expect((await file.row(at)).logits).toEqual(rows[at]);
    await expect(file.row(2)).rejects.toThrow('row 2 of 2');
    await expect(file.append(scored(Float32Array.of(1)))).rejects.toThrow('a row of 1 logits after 3');
    await file.close();
    expect(await readdir(directory)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
