import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserPlatform } from './browser.ts';

const content = Uint8Array.from({ length: 50 }, (_, i) => i * 2);
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (request.url === '/ranges' && range) {
      const [first, last] = [Number(range[1]), Number(range[2])];
      response.writeHead(206, { 'Content-Range': `bytes ${first}-${last}/${content.length}` });
      response.end(content.subarray(first, last + 1));
    } else if (request.url === '/ranges' || request.url === '/whole') {
      response.writeHead(200);
      response.end(content);
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

  it('says what is absent and refuses to write', async () => {
    expect(await files.exists(`${base}/absent`)).toBe(false);
    await expect(files.open(`${base}/absent`)).rejects.toThrow(`cannot read ${base}/absent: the server answered 404`);
    await expect(files.writeAtomic('x', 'y')).rejects.toThrow('cannot write x: files are read-only in a browser');
  });
});
