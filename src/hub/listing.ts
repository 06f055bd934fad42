import { z } from 'zod';
import { failureOf, HubError, Retries } from './problems.ts';
import { get } from './requests.ts';
import type { HubSettings } from './settings.ts';

/** A file of a repository. */
export interface HubFile {
  /** Below the repository, with `/` on every host. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Undefined where the hub gives none, as for a file whose place outside git it does not tell. */
  readonly checksum: FileChecksum | undefined;
}

/**
 * What a file's bytes must give. Large files (LFS, Xet) have a sha256, files in git the name of their git object: the sha1
 * of `blob SIZE`, a zero byte and the content. Hugging Face's cache names its files by these digits.
 */
export interface FileChecksum {
  readonly kind: 'sha256' | 'git-sha1';
  readonly digits: string;
}

/** A file whose bytes can be checked. */
export type FetchableFile = HubFile & { readonly checksum: FileChecksum };

/** A repository at one commit. */
export interface HubRepository {
  /** `organisation/name`. */
  readonly name: string;
  /** As it was asked for: a branch, a tag or a commit. */
  readonly revision: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told in one sentence when something is tried again. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

const ENTRY = z.object({
  type: z.string(),
  path: z.string(),
  size: z.number().int().nonnegative().optional(),
  oid: z.string().optional(),
  lfs: z.object({ oid: z.string(), size: z.number().int().nonnegative() }).optional(),
  xetHash: z.string().optional(),
});

/**
 * Asks the hub which commit a revision is and which files it holds.
 * @throws {HubError} where there is no such repository or revision, the token does not suffice, or the hub cannot be
 * reached.
 */
export async function listRepository(
  settings: HubSettings,
  name: string,
  revision: string,
  options: RequestOptions = {},
): Promise<HubRepository> {
  // Loaded only here: it is of no use to who runs a model that is there already, and to a page in a browser.
  const { listFiles, modelInfo } = await import('@huggingface/hub');
  const common = { hubUrl: settings.endpoint, fetch: libraryFetch(settings, name, revision, options) };
  const parsed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HubError || options.signal?.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new HubError('unreachable', `${settings.endpoint} does not answer as a hub does (${reason})`, {
        cause: error,
      });
    }
  };
  const commit = isCommit(revision)
    ? revision
    : (await parsed(() => modelInfo({ ...common, name, revision, additionalFields: ['sha'] }))).sha;
  if (typeof commit !== 'string' || !isCommit(commit)) {
    throw new HubError('unreachable', `${settings.endpoint} does not say which commit ${name} is at`);
  }
  const files = await parsed(async () => {
    const found: HubFile[] = [];
    const entries = listFiles({ ...common, repo: { type: 'model', name }, recursive: true, revision: commit });
    for await (const entry of entries) {
      const file = fileOf(ENTRY.parse(entry));
      if (file !== undefined) found.push(file);
    }
    return found;
  });
  return { name, revision, commit, files };
}

function fileOf({ type, path, size, oid, lfs, xetHash }: z.infer<typeof ENTRY>): HubFile | undefined {
  if (type !== 'file') return undefined;
  if (lfs !== undefined) {
    const digits = lfs.oid.replace(/^sha256:/, '');
    const checksum = /^[0-9a-f]{64}$/.test(digits) ? { kind: 'sha256' as const, digits } : undefined;
    return { path, size: lfs.size, checksum };
  }
  if (size === undefined) return undefined;
  // Of a file that lies outside git the object's name is that of a pointer to it.
  const known = xetHash === undefined && oid !== undefined && /^[0-9a-f]{40}$/.test(oid);
  return { path, size, checksum: known ? { kind: 'git-sha1', digits: oid } : undefined };
}

/** Far above any list: 1,000 files a page, some 300 bytes each. */
const LARGEST_ANSWER = 64 << 20;

/**
 * What the library fetches with: the answer is read whole, tried again where that may help, and its errors are ours. Pages
 * are asked for at the endpoint, whatever host the link to the next page names: a mirror may pass on the hub's own, which
 * may be out of reach and shall not get the mirror's token.
 */
function libraryFetch(settings: HubSettings, repository: string, revision: string, options: RequestOptions) {
  return async (input: string | URL | Request): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const asked = { repository, revision, host: url.host, settings };
    const retries = new Retries(settings.patience, options.onNotice);
    for (;;) {
      try {
        const { response, body, cancel } = await get(
          settings,
          url.href,
          { Accept: 'application/json' },
          options.signal,
        );
        if (!response.ok) {
          await cancel();
          throw failureOf(response, asked);
        }
        const whole = await gather(body(), url.host);
        const headers = new Headers({ 'Content-Type': 'application/json' });
        const next = nextPage(settings, url, response.headers.get('Link'));
        if (next !== undefined) headers.set('Link', `<${next}>; rel="next"`);
        return new Response(whole, { headers });
      } catch (error) {
        await retries.after(error, repository, '', options.signal);
      }
    }
  };
}

function nextPage({ endpoint }: HubSettings, from: URL, links: string | null): string | undefined {
  const next = /<([^>]*)>\s*;[^,]*\brel="?next\b/.exec(links ?? '')?.[1];
  if (next === undefined || !URL.canParse(next, from.href)) return undefined;
  const url = new URL(next, from.href);
  return url.href.startsWith(`${endpoint}/`) ? url.href : `${endpoint}${url.pathname}${url.search}`;
}

export async function gather(
  pieces: AsyncIterable<Uint8Array>,
  source: string,
  limit: number = LARGEST_ANSWER,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > limit)
      throw new HubError('unreachable', `${source} sends more than ${limit} bytes where a list belongs`);
    kept.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of kept) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
