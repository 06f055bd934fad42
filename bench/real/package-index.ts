import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WheelFile } from './models.ts';

const SIMPLE_JSON = 'application/vnd.pypi.simple.v1+json';
const TRIES = 3;

export interface DownloadOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Milliseconds before the second try; four times as many before the third. Default 1000. */
  readonly pause?: number | undefined;
}

/** Base address of a package index: PIP_INDEX_URL as pip takes it, else PyPI. */
export function indexFromEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return (environment.PIP_INDEX_URL || 'https://pypi.org/simple').replace(/\/+$/, '');
}

/**
 * Downloads a wheel that is known by its hash, with three tries where connections break. The index is asked in the form of
 * PEP 691 (JSON) or, of mirrors that have nothing else, PEP 503 (HTML).
 * @throws {Error} naming the project and what is wrong
 */
export async function downloadWheel(
  index: string,
  wheel: WheelFile,
  { onProgress = () => {}, pause = 1000 }: DownloadOptions = {},
): Promise<Uint8Array> {
  const { project, version, sha256 } = wheel;
  const name = `${project} ${version}`;
  return tryAgain(`${name} from ${withoutLogin(index)}`, pause, async () => {
    const page = new URL(`${index}/${project}/`);
    const address = await wheelAddress(page, wheel);
    if (address === undefined) {
      throw new Final(`the index has no wheel with the SHA-256 ${sha256}; set PIP_INDEX_URL to one that has it`);
    }
    // Files often stand on another host, which must not see the login of the index.
    const login = address.host === page.host ? loginOf(page) : {};
    const response = await fetchOk(address, login);
    const total = Number(response.headers.get('content-length') ?? 0);
    const bytes = await collect(response, (done) => onProgress(done, Math.max(done, total)));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) throw new Error(`the wheel arrived with the SHA-256 ${found} instead of ${sha256}`);
    return bytes;
  });
}

/** An error that another try would only repeat. */
class Final extends Error {}

async function tryAgain<T>(what: string, pause: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || error instanceof Final) {
        const { message, cause } = error as Error;
        const detail = cause instanceof Error ? `${message} (${cause.message})` : message;
        throw new Error(`could not download ${what}: ${detail}`, { cause: error });
      }
      await sleep(pause * 4 ** (attempt - 1));
    }
  }
}

async function wheelAddress(page: URL, { sha256 }: WheelFile): Promise<URL | undefined> {
  const response = await fetchOk(page, { ...loginOf(page), accept: `${SIMPLE_JSON}, text/html;q=0.1` });
  const text = await response.text();
  // What a page names is relative to where it was found, redirects followed.
  const base = response.url || page;
  if ((response.headers.get('content-type') ?? '').includes('json')) {
    const { files } = JSON.parse(text) as { files?: readonly { url: string; hashes?: { sha256?: string } }[] };
    const found = files?.find(({ hashes }) => hashes?.sha256 === sha256);
    return found && new URL(found.url, base);
  }
  for (const [, link] of text.matchAll(/<a\b[^>]*?\bhref\s*=\s*["']([^"']+)["']/gi)) {
    const address = new URL(link!.replaceAll('&amp;', '&'), base);
    if (address.hash !== `#sha256=${sha256}`) continue;
    address.hash = '';
    return address;
  }
  return undefined;
}

async function fetchOk(address: URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  const plain = new URL(address);
  plain.username = '';
  plain.password = '';
  const response = await fetch(plain, { headers });
  if (response.ok) return response;
  const message = `${plain} answered ${response.status} ${response.statusText}`;
  const passing = response.status >= 500 || response.status === 429 || response.status === 408;
  throw passing ? new Error(message) : new Final(message);
}

/** Name and password in the address of an index, which fetch refuses there. */
function loginOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

function withoutLogin(index: string): string {
  return index.replace(/\/\/[^/@]*@/, '//');
}

async function collect(response: Response, onProgress: (done: number) => void): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let done = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    done += piece.length;
    onProgress(done);
  }
  return Buffer.concat(pieces);
}
