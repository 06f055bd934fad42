import { mkdtemp, readdir, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { platform, workerScope, workerUrl } from './index.ts';

const { files, cacheDirectory } = platform();
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('files on Node', () => {
  it('reads ranges, also into shared memory', async () => {
    const path = join(directory, 'a');
    await writeFile(
      path,
      Uint8Array.from({ length: 100 }, (_, i) => i),
    );
    const file = await files.open(path);
    expect(file.size).toBe(100);
    expect([...(await file.read(10, 3))]).toEqual([10, 11, 12]);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const shared = new Uint8Array(memory.buffer, 5, 4);
    await file.readInto(shared, 96);
    expect([...new Uint8Array(memory.buffer, 4, 6)]).toEqual([0, 96, 97, 98, 99, 0]);
    await expect(file.read(98, 3)).rejects.toThrow(`${path}: cannot read bytes 98 to 101, the file has 100`);
    await expect(file.read(-1, 3)).rejects.toThrow(/offset -1/);
    await writeFile(path, 'short');
    await expect(file.read(0, 50)).rejects.toThrow(/ended at byte 5/);
    await file.close();
  });

  it('shows an atomic file only at commit and leaves nothing after abort', async () => {
    const path = join(directory, 'b');
    await files.writeAtomic(path, 'old');
    const file = await files.createAtomic(path);
    await file.write(new TextEncoder().encode('new '));
    expect(await files.readText(path)).toBe('old');
    const memory = new SharedArrayBuffer(3);
    new Uint8Array(memory).set([49, 50, 51]);
    await file.write(new Uint8Array(memory));
    await file.commit();
    expect(await files.readText(path)).toBe('new 123');
    await file.abort();
    await expect(file.write(new Uint8Array(1))).rejects.toThrow(/already committed/);
    const dropped = await files.createAtomic(path);
    await dropped.write(new Uint8Array(10));
    await dropped.abort();
    await dropped.abort();
    expect(await readdir(directory)).toEqual(['b']);
    expect(await files.readText(path)).toBe('new 123');
  });

  it('lets a partial file grow, and another go on with it', async () => {
    const path = join(directory, 'partial');
    const first = await files.openPartial(path);
    await first.write(Uint8Array.of(1, 2, 3));
    expect(first.size).toBe(3);
    await first.flush();
    await first.close();
    const second = await files.openPartial(path);
    expect(second.size).toBe(3);
    await utimes(path, 1, 1);
    await second.touch();
    expect((await files.stat(path)).modified).toBeGreaterThan(Date.now() - 60_000);
    await second.write(Uint8Array.of(4));
    expect([...(await files.readBytes(path))]).toEqual([1, 2, 3, 4]);
    await second.clear();
    await second.write(Uint8Array.of(5));
    expect([...(await files.readBytes(path)), second.size]).toEqual([5, 1]);
    await second.close();
  });

  it('makes links in one step, also over another, and copies what they lead to', async () => {
    const path = join(directory, 'link');
    await files.writeAtomic(join(directory, 'one'), '1');
    await files.writeAtomic(join(directory, 'two'), '2');
    for (const target of ['one', 'two']) {
      expect(await files.link(target, path)).toBe(true);
      expect(await readlink(path)).toBe(target);
    }
    await files.copy(path, join(directory, 'copy'));
    await expect(readlink(join(directory, 'copy'))).rejects.toThrow(/EINVAL/);
    expect(await files.readText(join(directory, 'copy'))).toBe('2');
    await expect(files.copy(join(directory, 'none'), path)).rejects.toThrow(
      /cannot copy .*none: there is no such file/,
    );
    await expect(files.link('one', join(directory, 'none/link'))).rejects.toThrow(/cannot link .*none\/link/);
    expect(await readdir(directory)).toEqual(['copy', 'link', 'one', 'two']);
  });

  it('tells free bytes also of what does not exist yet', async () => {
    const [here, below] = [await files.freeBytes(directory), await files.freeBytes(join(directory, 'a/b/c'))];
    expect(here).toBeGreaterThan(0);
    // Others write meanwhile.
    expect(Math.abs(below! - here!)).toBeLessThan(2 ** 32);
  });

  it('says that the disk is full and removes what it had begun', async () => {
    const path = join(directory, 'c');
    const file = await files.createAtomic(path);
    const { FileHandle } = await fileHandlePrototype(path);
    const write = FileHandle.write;
    FileHandle.write = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    try {
      await expect(file.write(new Uint8Array(8))).rejects.toThrow(`cannot write ${path}: the disk is full`);
    } finally {
      FileHandle.write = write;
    }
    expect(await readdir(directory)).toEqual(['other']);
  });

  it('writes at once what must be kept if the process ends', async () => {
    const path = join(directory, 'new', 'fault');
    files.writeNow(path, 'hello');
    expect(await files.readText(path)).toBe('hello');
    expect(await files.list(join(directory, 'new'))).toEqual(['fault']);
    expect(() => files.writeNow(join(path, 'below'), 'x')).toThrow(`cannot write ${join(path, 'below')}: `);
    await files.remove(join(directory, 'new'));
  });

  it('names path and reason of what fails', async () => {
    const absent = join(directory, 'absent');
    await expect(files.open(absent)).rejects.toThrow(`cannot open ${absent}: there is no such file`);
    await expect(files.open(directory)).rejects.toThrow(/it is a directory/);
    await expect(files.createAtomic(join(absent, 'x'))).rejects.toThrow(/cannot create/);
    expect(await files.exists(absent)).toBe(false);
    await files.remove(absent);
  });

  it('makes, lists, looks at, renames and removes', async () => {
    const inner = join(directory, 'd', 'e');
    await files.makeDirectory(inner);
    await files.writeAtomic(join(inner, 'z'), 'hello');
    await files.rename(join(inner, 'z'), join(inner, 'y'));
    expect(await files.list(inner)).toEqual(['y']);
    expect(await files.stat(join(inner, 'y'))).toMatchObject({ kind: 'file', size: 5 });
    expect((await files.stat(inner)).kind).toBe('directory');
    await files.remove(join(directory, 'd'));
    expect(await files.list(directory)).toEqual([]);
  });
});

describe('the cache directory', () => {
  it('is where the user says, else where the system keeps such things', () => {
    vi.stubEnv('JINGQI_CACHE', 'somewhere');
    expect(cacheDirectory()).toBe(resolve('somewhere'));
    vi.stubEnv('JINGQI_CACHE', '');
    vi.stubEnv(process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME', directory);
    expect(cacheDirectory()).toBe(join(directory, 'jingqi'));
    vi.stubEnv(process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME', 'relative');
    expect(cacheDirectory()).toMatch(/jingqi$/);
    vi.unstubAllEnvs();
  });
});

describe('workers on Node', () => {
  const url = workerUrl('./fixtures/echo-worker', import.meta.url);

  it('names a worker file by the ending of the module that asks', () => {
    expect(workerUrl('./w', 'file:///a/b.ts').href).toBe('file:///a/w.ts');
    expect(workerUrl('./w', 'https://h/a/b.js?v=1').href).toBe('https://h/a/w.js');
  });

  it('exchanges messages', async () => {
    const worker = platform().createWorker(url, 'echo');
    const answer = new Promise((resolve) => worker.onMessage(resolve));
    worker.post({ question: 1 });
    expect(await answer).toEqual({ echo: { question: 1 } });
    await worker.terminate();
  });

  it.each([
    ['fail', /worker echo failed: asked to fail/],
    ['leave', /worker echo ended by itself with exit code 3/],
  ])('reports the error of a worker told to %s', async (message, reason) => {
    const worker = platform().createWorker(url, 'echo');
    const error = new Promise<Error>((resolve) => worker.onError(resolve));
    worker.post(message);
    expect((await error).message).toMatch(reason);
  });

  it('has no scope on the main thread', () => {
    // Vitest may itself run tests in a worker, where a scope exists.
    const main = process.getBuiltinModule('node:worker_threads').isMainThread;
    if (main) expect(() => workerScope()).toThrow(/outside a worker/);
    else expect(workerScope()).toBeDefined();
  });
});

async function fileHandlePrototype(path: string) {
  const { open } = await import('node:fs/promises');
  const handle = await open(join(path, '..', 'other'), 'w');
  await handle.close();
  return { FileHandle: Object.getPrototypeOf(handle) as { write: unknown } };
}

describe('optimize', () => {
  const { optimize } = platform();
  it('takes functions of WebAssembly only', () => {
    // A module with one function that returns nothing, exported as "f".
    const code = [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 4, 1, 2, 0, 11,
    ];
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(code))).exports;
    expect(optimize(f as () => void)).toBe(true);
    expect((f as () => void)()).toBeUndefined();
    expect(() => optimize(() => {})).toThrow(TypeError);
  });
});

it('computes checksums of bytes that come in pieces', () => {
  const sums = (['sha256', 'sha1'] as const).map((algorithm) => {
    const sum = platform().checksum(algorithm);
    for (const piece of ['a', 'bc']) sum.update(new TextEncoder().encode(piece));
    return sum.end();
  });
  // Of `abc`, from FIPS 180-4's examples.
  expect(sums).toEqual([
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'a9993e364706816aba3e25717850c26c9cd0d89d',
  ]);
});

it('knows which processes run', () => {
  const self = platform().process()!;
  expect(self.id).toBe(process.pid);
  expect([self.id, process.ppid, 2 ** 30].map((id) => self.isRunning(id))).toEqual([true, true, false]);
});
