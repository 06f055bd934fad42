import type { HubSettings, Patience } from './settings.ts';

/** What kept a model from being found or fetched. */
export type HubProblem =
  /** The source names nothing that exists, or nothing that a model can be. */
  | 'source'
  /** A variable of the environment makes no sense. */
  | 'setting'
  /** The network may not be asked. */
  | 'offline'
  /** The repository does not exist, or is private. */
  | 'no-repository'
  | 'no-revision'
  /** Its owners let in whom they have accepted. */
  | 'gated'
  /** The token is not accepted. */
  | 'token'
  /** It is there but has not what was asked for. */
  | 'no-file'
  /** Several files fit. */
  | 'choice'
  | 'no-space'
  /** The network or the server did not do their part, again and again. */
  | 'unreachable'
  /** The bytes that came are not those that the hub lists. */
  | 'damaged';

export class HubError extends Error {
  readonly problem: HubProblem;

  constructor(problem: HubProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubError';
    this.problem = problem;
  }
}

/** A failure that may pass: the same request is made again after a while. */
export class PassingFailure extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;
  /** No server was reached at all. */
  readonly unreached: boolean;

  constructor(
    message: string,
    { retryAfter, unreached = false }: { retryAfter?: number | undefined; unreached?: boolean } = {},
  ) {
    super(message);
    this.retryAfter = retryAfter;
    this.unreached = unreached;
  }
}

/** Statuses that the same request may not meet again. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The failure that an answer stands for whose status is no success. `asked` is the repository, or the file in it. */
export function failureOf(response: Response, asked: Asked): PassingFailure | HubError {
  const { status } = response;
  const said = response.headers.get('X-Error-Message')?.slice(0, 300);
  const answer = `${asked.host} answered ${status}${said === undefined ? '' : ` (${said})`}`;
  if (PASSING.has(status)) return new PassingFailure(answer, { retryAfter: retryAfter(response.headers) });
  const code = response.headers.get('X-Error-Code');
  const name = asked.repository;
  if (code === 'GatedRepo') return new HubError('gated', gatedText(asked));
  if (code === 'RevisionNotFound') {
    return new HubError('no-revision', `${name} has no revision '${asked.revision}': name a branch, a tag or a commit`);
  }
  if (code === 'EntryNotFound') return new HubError('no-file', `${name} has no file ${asked.file ?? ''}`.trim());
  if (status === 401 || status === 403 || status === 404) return closed(status, answer, asked);
  return new HubError('unreachable', `${name}: ${answer}`);
}

/** What was asked for, for messages. */
export interface Asked {
  readonly repository: string;
  readonly revision: string;
  readonly file?: string;
  readonly host: string;
  readonly settings: HubSettings;
}

const LOG_IN = 'set HF_TOKEN, or log in with `hf auth login` (formerly `huggingface-cli login`)';

function gatedText({ repository, settings: { endpoint, token } }: Asked): string {
  const access = `${repository} is gated: ask its owners for access at ${endpoint}/${repository}`;
  if (token === undefined) return `${access}, and then give a token: ${LOG_IN}`;
  return `${access}; the account of the token from ${token.source} has none (yet)`;
}

/** The hub says no more, so that nobody learns which private repositories there are. */
function closed(status: number, answer: string, { repository, settings: { endpoint, token } }: Asked): HubError {
  const exists = `there is no repository ${repository} at ${endpoint}, or it is private`;
  if (token === undefined) {
    return new HubError('no-repository', `${exists} and needs a token: check the name, or ${LOG_IN}`);
  }
  if (status === 404) {
    return new HubError('no-repository', `${exists} and the token from ${token.source} does not open it`);
  }
  const what = status === 401 ? 'not accepted (wrong, or no longer valid)' : 'not allowed to read this';
  return new HubError('token', `${repository}: the token from ${token.source} is ${what}: ${answer}`);
}

/** `Retry-After` in seconds or as a date; else when the limit is lifted by `RateLimit: …;r=0;t=55`. Milliseconds. */
export function retryAfter(headers: Headers): number | undefined {
  const given = headers.get('Retry-After')?.trim();
  if (given !== undefined && /^\d+$/.test(given)) return Number(given) * 1000;
  const date = given === undefined ? Number.NaN : Date.parse(given);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const limit = headers.get('RateLimit') ?? '';
  const reset = /;\s*r=0\b/.test(limit) ? /;\s*t=(\d+)/.exec(limit)?.[1] : undefined;
  return reset === undefined ? undefined : Number(reset) * 1000;
}

/** What a failure counts where no server was reached and nothing has arrived before: there may be no network at all. */
const UNREACHED = 3;

/** Counts failures that may pass, and waits between them. */
export class Retries {
  readonly #patience: Patience;
  readonly #notice: (text: string) => void;
  #failures = 0;
  #reached = false;

  constructor(patience: Patience, notice: (text: string) => void = () => undefined) {
    this.#patience = patience;
    this.#notice = notice;
  }

  /** To be called when something new has arrived. */
  reset(): void {
    this.#failures = 0;
    this.#reached = true;
  }

  /**
   * Waits until the next try is due. Throws what is no {@link PassingFailure}, and a {@link HubError} when patience is at
   * its end. `kept` says what becomes of what has arrived.
   */
  async after(failure: unknown, what: string, kept: string, signal: AbortSignal | undefined): Promise<void> {
    if (!(failure instanceof PassingFailure)) throw failure;
    this.#reached ||= !failure.unreached;
    this.#failures += this.#reached ? 1 : UNREACHED;
    const { failures, firstWait, longestWait, longestRetryAfter } = this.#patience;
    const asked = failure.retryAfter;
    if (asked !== undefined && asked > longestRetryAfter) {
      const minutes = Math.ceil(asked / 60_000);
      const wait = `the server asks to wait ${minutes} minutes`;
      throw new HubError('unreachable', `${what}: ${failure.message}, and ${wait}; try again then${kept}`);
    }
    if (this.#failures >= failures) {
      throw new HubError('unreachable', `${what}: ${failure.message}${failures > 1 ? ', again and again' : ''}${kept}`);
    }
    const doubled = Math.min(longestWait, firstWait * 2 ** (this.#failures - 1));
    // Many clients that were cut off together should not come back together.
    const wait = asked ?? doubled * (0.75 + Math.random() / 2);
    this.#notice(`${what}: ${failure.message}; trying again in ${seconds(wait)} s`);
    await sleep(wait, signal);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
