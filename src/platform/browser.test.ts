import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserPlatform } from './browser.ts';

const content = Uint8Array.from({ length: 50 }, (_, i) => i * 2);
/** Two and a half blocks of the file system's. */
const large = Uint8Array.from({ length: 10 << 20 }, (_, i) => (i * 7) ^ (i >> 11));
const asked: string[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if ((request.url === '/ranges' || request.url === '/large') && range) {
      const bytes = request.url === '/large' ? large : content;
      const [first, last] = [Number(range[1]), Number(range[2])];
      asked.push(`${first}-${last}`);
      response.writeHead(206, { 'Content-Range': `bytes ${first}-${last}/${bytes.length}` });
      response.end(bytes.subarray(first, last + 1));
    } else if (request.url === '/ranges' || request.url === '/whole') {
      response.writeHead(200);
      response.end(content);
    } else if (request.url?.startsWith('/app/')) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html>');
    } else {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe('files in a browser', () => {
  const { files } = createBrowserPlatform();

  it.each(['/ranges', '/whole'])('reads parts of %s', async (path) => {
    const file = await files.open(base + path);
    expect(file.size).toBe(50);
    expect([...(await file.read(10, 2))]).toEqual([20, 22]);
    const target = new Uint8Array(new SharedArrayBuffer(3));
    await file.readInto(target, 47);
    expect([...target]).toEqual([94, 96, 98]);
    await expect(file.read(49, 2)).rejects.toThrow(/the file has 50/);
    expect(await files.readBytes(base + path)).toEqual(content);
    expect(await files.exists(base + path)).toBe(true);
  });

  it('reads small parts out of blocks and large ones by themselves', async () => {
    const file = await files.open(`${base}/large`);
    asked.length = 0;
    const block = 4 << 20;
    const parts: [number, number][] = [
      [3, 10],
      [block - 5, 11],
      [100, 4],
      [2 * block + 1, large.length - 2 * block - 1],
      [1, block + 1],
      [7, 0],
    ];
    const read = await Promise.all(parts.map(([offset, length]) => file.read(offset, length)));
    parts.forEach(([offset, length], at) => {
      expect(Buffer.compare(read[at]!, large.subarray(offset, offset + length))).toBe(0);
    });
    expect(asked.sort()).toEqual([
      `0-${block - 1}`,
      `1-${block + 1}`,
      `${block}-${2 * block - 1}`,
      `${2 * block}-${large.length - 1}`,
    ]);
  });

  it('takes a web page in the place of another file for its absence', async () => {
    expect(await files.exists(`${base}/app/config.json`)).toBe(false);
    await expect(files.open(`${base}/app/config.json`)).rejects.toThrow('config.json: the server answered with a web');
    expect(await files.readText(`${base}/app/index.html`)).toBe('<!doctype html>');
    expect(await files.exists(`${base}/app/`)).toBe(true);
  });

  it('says what is absent and refuses to write', async () => {
    expect(await files.exists(`${base}/absent`)).toBe(false);
    await expect(files.open(`${base}/absent`)).rejects.toThrow(`cannot read ${base}/absent: the server answered 404`);
    await expect(files.writeAtomic('x', 'y')).rejects.toThrow('cannot write x: files are read-only in a browser');
    expect(() => files.writeNow('x', 'y')).toThrow('cannot write x: files are read-only in a browser');
  });
});
