import { version } from '../version.ts';
import { PassingFailure } from './problems.ts';
import type { HubSettings } from './settings.ts';

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** An answer whose body is still to be read. */
export interface Answer {
  readonly response: Response;
  /** The host that gave it, after all redirects. */
  readonly host: string;
  /** The content's own name as the hub tells it, before any redirect: the sha256 or the git object of the file. */
  readonly etag: string | undefined;
  /** Pieces of the body as they come. Throws a {@link PassingFailure} when the connection breaks or falls silent. */
  body(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Drops the rest. */
  cancel(): Promise<void>;
}

/**
 * Makes one GET request and follows redirects. The token goes to the endpoint's own origin and nowhere else, and no
 * redirect leads from https to http.
 * @throws {PassingFailure} where the server cannot be reached; the reason of `signal` when it is raised.
 */
export async function get(
  settings: HubSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const watch = watchSilence(settings.patience.silence, signal);
  let address = new URL(url);
  let etag: string | undefined;
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await watch.over(
        fetch(address, {
          redirect: 'manual',
          signal: watch.signal,
          headers: { ...headers, ...ownHeaders(settings, address) },
        }),
        address.host,
      );
      if (address.origin === new URL(settings.endpoint).origin) etag = contentName(response.headers) ?? etag;
      const location = REDIRECTS.has(response.status) ? response.headers.get('Location') : null;
      if (location === null) return answer(response, etag, address.host, watch);
      await response.body?.cancel();
      if (redirects === MOST_REDIRECTS) throw new PassingFailure(`${address.host} redirects without end`);
      address = redirected(address, location);
    }
  } catch (error) {
    watch.end();
    throw error;
  }
}

function ownHeaders({ endpoint, token }: HubSettings, address: URL): Record<string, string> {
  const own: Record<string, string> = { 'User-Agent': `jingqi/${version}`, 'Accept-Encoding': 'identity' };
  if (token !== undefined && address.origin === new URL(endpoint).origin) own.Authorization = `Bearer ${token.value}`;
  return own;
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new PassingFailure(`${from.host} redirects to no address`);
  const to = new URL(location, from.href);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) {
    throw new PassingFailure(`${from.host} redirects to ${to.protocol}//${to.host}, away from an encrypted connection`);
  }
  return to;
}

/** `X-Linked-Etag` for files outside git, else the ETag, where it looks like a checksum that the hub lists. */
function contentName(headers: Headers): string | undefined {
  const given = headers.get('X-Linked-Etag') ?? headers.get('ETag') ?? '';
  return /^(?:W\/)?"?([0-9a-f]{64}|[0-9a-f]{40})"?$/.exec(given)?.[1];
}

function answer(response: Response, etag: string | undefined, host: string, watch: Watch): Answer {
  const { body: stream } = response;
  return {
    response,
    host,
    etag,
    async *body() {
      const reader = stream?.getReader();
      try {
        for (;;) {
          const { value, done } = reader === undefined ? { done: true } : await watch.over(reader.read(), host);
          if (done || value === undefined) return;
          yield value;
        }
      } finally {
        watch.end();
        await reader?.cancel().catch(() => undefined);
      }
    },
    async cancel() {
      watch.end();
      await stream?.cancel().catch(() => undefined);
    },
  };
}

interface Watch {
  readonly signal: AbortSignal;
  /** Waits for something from the network. */
  over<T>(waiting: Promise<T>, host: string): Promise<T>;
  end(): void;
}

/** Cuts a connection on which nothing comes for `silence` milliseconds, and tells why a connection broke. */
function watchSilence(silence: number, user: AbortSignal | undefined): Watch {
  const cut = new AbortController();
  const follow = () => cut.abort();
  user?.addEventListener('abort', follow, { once: true });
  return {
    signal: cut.signal,
    async over(waiting, host) {
      user?.throwIfAborted();
      let silent = false;
      const timer = setTimeout(() => {
        silent = true;
        cut.abort();
      }, silence);
      try {
        return await waiting;
      } catch (error) {
        user?.throwIfAborted();
        if (silent) throw new PassingFailure(`nothing came from ${host} for ${silence / 1000} s`);
        throw new PassingFailure(brokenText(error, host), { unreached: UNREACHED.has(codeOf(error) ?? 'none') });
      } finally {
        clearTimeout(timer);
      }
    },
    end: () => user?.removeEventListener('abort', follow),
  };
}

const BROKEN: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known: is there a network?',
  EAI_AGAIN: 'its name cannot be looked up: is there a network?',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ETIMEDOUT: 'it does not answer',
};

/** `none`: as for a port that the standard forbids. */
const UNREACHED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'none']);

function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if ('code' in cause) return String(cause.code);
  return undefined;
}

function brokenText(error: unknown, host: string): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : undefined;
    if (code !== undefined) return `${host}: ${BROKEN[code] ?? `${cause.message} (${code})`}`;
    if (cause.cause === undefined) return `${host}: ${cause.message}`;
  }
  return `${host}: ${String(error)}`;
}
