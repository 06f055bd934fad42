import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { convertModel } from '../inference/index.ts';
import { sizeArgument } from './convert.ts';

const NANO = fileURLToPath(new URL('../../models/nano', import.meta.url));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const run = (...words: string[]) => promisify(execFile)(process.execPath, [MAIN, ...words]);

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-convert-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const place = (name: string) => join(directory, name);

it('quantize gives with several threads the bytes that one thread gives', async () => {
  const { stderr } = await run('quantize', NANO, place('model.gguf'), '--type', 'Q4_K_M', '--workers', '2');
  expect(stderr).toMatch(/model\.gguf\nF32 .*, Q5_0 .* s\n/);
  await convertModel(NANO, place('here.gguf'), { type: 'q4_k_m' });
  expect(Buffer.compare(await readFile(place('model.gguf')), await readFile(place('here.gguf')))).toBe(0);
  const { stderr: parts } = await run('convert', place('model.gguf'), place('parts.gguf'), '--split-size', '2M');
  const names = [1, 2, 3].map((part) => place(`parts-0000${part}-of-00003.gguf`));
  expect(parts.split('\n').slice(0, 3)).toEqual(names);
});

it('mistakes are named, and leave nothing', async () => {
  await expect(run('quantize', NANO, place('a.gguf'), '--type', 'q3_k')).rejects.toThrow(/"q3_k" is no type/);
  await expect(run('quantize', NANO, place('a'), '--type', 'q8_0')).rejects.toThrow(/names end in \.gguf/);
  await expect(run('convert', NANO, place('a.gguf'), '--split-size', '0')).rejects.toThrow(/written like 2G or 500M/);
  await expect(run('convert', place('absent'), place('a.gguf'))).rejects.toThrow(/absent/);
  expect(await readdir(directory)).toEqual([]);
});

it('sizes are powers of ten', () => {
  expect(['2G', '500M', '1.5k', '300', '1GB'].map(sizeArgument)).toEqual([2e9, 5e8, 1500, 300, 1e9]);
  for (const text of ['', 'G', '-1', '1T', '1e9']) expect(() => sizeArgument(text)).toThrow(/written like/);
});
