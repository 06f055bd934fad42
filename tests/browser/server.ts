import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface ServerOptions {
  /** Sends the headers that make a page cross-origin isolated and so let it share memory. */
  readonly isolated: boolean;
  /** Folders by the first part of the address. `packages` holds installed packages. */
  readonly folders: Readonly<Record<string, string>>;
  /** Whether parts of files can be asked for. Default true. */
  readonly ranges?: boolean;
}

export interface TestServer {
  readonly url: string;
  /** Requests answered so far, as `GET /path 200`. */
  readonly requests: string[];
  close(): Promise<void>;
}

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.ts': 'text/javascript',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
};

/**
 * Serves files on this machine only. TypeScript loses its types on the way, and imports of packages by name become
 * addresses: a page's import map does not reach its workers.
 */
export async function serve({ isolated, folders, ranges = true }: ServerOptions): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer(async ({ method = 'GET', url = '/', headers }, response) => {
    if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    try {
      const file = locate(folders, url);
      await send(response, file, folders.packages, method === 'HEAD', ranges ? headers.range : undefined);
    } catch (error) {
      response.writeHead((error as NodeJS.ErrnoException).code === 'ENOENT' ? 404 : 500).end(String(error));
    }
    requests.push(`${method} ${url} ${response.statusCode}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function locate(folders: ServerOptions['folders'], url: string): string {
  const [, first = '', ...rest] = decodeURIComponent(new URL(url, 'http://localhost').pathname).split('/');
  const folder = folders[first];
  if (folder === undefined || rest.includes('..')) {
    throw Object.assign(new Error(`nothing is served at ${url}`), { code: 'ENOENT' });
  }
  return path.join(folder, ...rest);
}

async function send(
  response: ServerResponse,
  file: string,
  packages: string | undefined,
  headOnly: boolean,
  range: string | undefined,
): Promise<void> {
  const extension = path.extname(file);
  response.setHeader('Content-Type', TYPES[extension] ?? 'application/octet-stream');
  if (['.js', '.mjs', '.ts'].includes(extension)) {
    const source = await readFile(file, 'utf8');
    const code = extension === '.ts' ? stripTypeScriptTypes(source) : source;
    response.writeHead(200).end(packages === undefined ? code : await resolveImports(code, packages));
    return;
  }
  const { size } = await stat(file);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined) {
    response.writeHead(200, { 'Content-Length': size });
    if (headOnly) response.end();
    else createReadStream(file).pipe(response);
    return;
  }
  const [start, end] = [Number(first), Math.min(Number(last), size - 1)];
  response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${size}`, 'Content-Length': end - start + 1 });
  createReadStream(file, { start, end }).pipe(response);
}

/** `from 'zod'` → `from '/packages/zod/index.js'`. */
async function resolveImports(code: string, packages: string): Promise<string> {
  const named = /(\bfrom\s*|^import\s*)(['"])((?:@[\w-]+\/)?[\w-]+)\2/gm;
  const addresses = new Map<string, string>();
  for (const [, , , name] of code.matchAll(named)) addresses.set(name!, await entryOf(name!, packages));
  return code.replace(named, (_whole, before, quote, name) => `${before}${quote}${addresses.get(name)}${quote}`);
}

async function entryOf(name: string, packages: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(packages, name, 'package.json'), 'utf8'));
  return path.posix.join('/packages', name, manifest.module ?? manifest.main ?? 'index.js');
}
