import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubServer } from './fixtures/hub-server.ts';
import { COMMIT, ggufRepository, LATER, shardedModel, testSettings } from './fixtures/repositories.ts';
import { locateModel } from './locate.ts';
import type { PullOptions } from './pull.ts';

const server = new HubServer();
let folder = '';
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jingqi-locate-'));
});
afterEach(() => {
  server.reset();
  rmSync(folder, { recursive: true });
});

const locate = (text: string, options: PullOptions = {}) =>
  locateModel(text, { settings: testSettings(server.url, folder), ...options });

/** A snapshot as huggingface_hub writes it on systems with links, made by hand. */
function layOut(name: string, files: Readonly<Record<string, string>>, { commit = COMMIT, ref = 'main' } = {}): string {
  const repository = path.join(folder, `models--${name.replace('/', '--')}`);
  const snapshot = path.join(repository, 'snapshots', commit);
  mkdirSync(path.join(repository, 'blobs'), { recursive: true });
  mkdirSync(path.dirname(path.join(repository, 'refs', ref)), { recursive: true });
  writeFileSync(path.join(repository, 'refs', ref), commit);
  let blob = 0;
  for (const [file, content] of Object.entries(files)) {
    const place = path.join(snapshot, file);
    mkdirSync(path.dirname(place), { recursive: true });
    blob += 1;
    const digits = String(blob).padStart(64, '0');
    writeFileSync(path.join(repository, 'blobs', digits), content);
    symlinkSync(path.relative(path.dirname(place), path.join(repository, 'blobs', digits)), place);
  }
  return snapshot;
}

const INDEX = JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } });
const SHARDED = {
  'config.json': '{}',
  'tokenizer.json': '{}',
  'model.safetensors.index.json': INDEX,
  'model-1.safetensors': '1',
  'model-2.safetensors': '2',
};

describe('locateModel', () => {
  it('leaves paths as they are, whether they exist or not', async () => {
    for (const given of [
      './model',
      '/nowhere/at/all',
      'model',
      'folder/file.gguf',
      'a/b/c',
      '..',
      'C:\\models\\x',
      folder,
    ]) {
      expect(await locate(given)).toEqual({ path: given });
    }
    expect(server.asked).toEqual([]);
  });

  it('takes for a path what exists as one, though it looks like a name of the hub', async () => {
    expect(await locate('models/nano')).toEqual({ path: 'models/nano' });
  });

  it.each(['revision', 'file'])('refuses a %s for a path', async (option) => {
    await expect(locate('./model', { [option]: 'x' })).rejects.toThrow(`a ${option} is chosen of a model of the hub`);
  });

  it('finds in the cache what huggingface_hub has laid out, without asking the network', async () => {
    const snapshot = layOut('whales/known', SHARDED);
    expect(await locate('whales/known')).toEqual({
      path: snapshot,
      hub: { name: 'whales/known', revision: 'main', commit: COMMIT },
    });
    expect((await locate('whales/known', { revision: COMMIT })).path).toBe(snapshot);
    const other = layOut('whales/known', SHARDED, { commit: LATER, ref: 'refs/pr/1' });
    expect((await locate('whales/known', { revision: 'refs/pr/1' })).path).toBe(other);
    expect(server.asked).toEqual([]);
  });

  it('finds a snapshot of one file, and one without links', async () => {
    const repository = path.join(folder, 'models--whales--copied');
    mkdirSync(path.join(repository, 'snapshots', COMMIT), { recursive: true });
    mkdirSync(path.join(repository, 'refs'));
    writeFileSync(path.join(repository, 'refs/main'), `${COMMIT}\n`);
    for (const file of ['config.json', 'tokenizer.json', 'model.safetensors']) {
      writeFileSync(path.join(repository, 'snapshots', COMMIT, file), '{}');
    }
    expect((await locate('whales/copied')).path).toBe(`${repository}/snapshots/${COMMIT}`);
    expect(server.asked).toEqual([]);
  });

  it('finds GGUF files: the only one, or the one that is named', async () => {
    const snapshot = layOut('whales/gguf', { 'x-Q4_0.gguf': 'a' });
    expect((await locate('whales/gguf')).path).toBe(`${snapshot}/x-Q4_0.gguf`);
    layOut('whales/gguf', { 'big/x-Q8_0-00002-of-00002.gguf': 'b', 'big/x-Q8_0-00001-of-00002.gguf': 'c' });
    expect((await locate('whales/gguf:q8_0')).path).toBe(`${snapshot}/big/x-Q8_0-00001-of-00002.gguf`);
    await expect(locate('whales/gguf')).rejects.toThrow(/holds several GGUF models; choose one, as whales\/gguf:Q/);
    expect(server.asked).toEqual([]);
  });

  it('pulls what the cache lacks, and what it has not whole', async () => {
    server.repositories.push(shardedModel(), ggufRepository());
    const onPlan = vi.fn();
    const found = await locate('whales/small', { onPlan });
    expect(found.hub).toEqual({ name: 'whales/small', revision: 'main', commit: COMMIT });
    expect(onPlan).toHaveBeenCalledOnce();
    rmSync(path.join(found.path, 'model-00002-of-000002.safetensors'));
    await locate('whales/small', { onPlan });
    expect(onPlan).toHaveBeenCalledTimes(2);
    server.asked.length = 0;
    await locate('whales/small', { onPlan });
    expect(server.asked).toEqual([]);
    expect((await locate('whales/small-GGUF:Q4_K_M')).path).toMatch(/small-Q4_K_M\.gguf$/);
  });

  it.each([
    ['a broken link', (snapshot: string) => rmSync(path.join(snapshot, '../../blobs', `${'5'.padStart(64, '0')}`))],
    ['no config', (snapshot: string) => rmSync(path.join(snapshot, 'config.json'))],
    ['no such ref', (snapshot: string) => rmSync(path.join(snapshot, '../../refs/main'))],
  ])('does not take a snapshot with %s for a model', async (_, damage) => {
    damage(layOut('whales/torn', SHARDED));
    const offline = { settings: testSettings(server.url, folder, { offline: true }) };
    await expect(locate('whales/torn', offline)).rejects.toThrow(
      /^there is no file or directory whales\/torn here, and whales\/torn is not \(or not whole\) in .*jingqi pull whales\/torn$/,
    );
  });

  it('asks the hub about weights without a tokenizer, and is content with them where it cannot be reached', async () => {
    const { 'tokenizer.json': _, ...bare } = SHARDED;
    const snapshot = layOut('whales/bare', bare);
    const away = { settings: testSettings('http://127.0.0.1:1', folder), onNotice: vi.fn() };
    expect((await locate('whales/bare', away)).path).toBe(snapshot);
    expect(away.onNotice).toHaveBeenCalledOnce();
    const offline = { settings: testSettings(server.url, folder, { offline: true }) };
    expect((await locate('whales/bare', offline)).path).toBe(snapshot);
  });

  it('says of a name that is neither path nor repository that it is neither', async () => {
    await expect(locate('models/nanoo')).rejects.toThrow(
      /^there is no file or directory models\/nanoo here, and there is no repository models\/nanoo at http/,
    );
  });
});
