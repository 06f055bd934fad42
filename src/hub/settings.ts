import { platform } from '../platform/index.ts';
import { HubError } from './problems.ts';

/** How the hub is reached and where its files are kept. */
export interface HubSettings {
  /** Address of the hub or of a mirror, without a slash at its end. */
  readonly endpoint: string;
  /** The cache that is shared with Hugging Face's own tools. */
  readonly cacheDirectory: string;
  /** Undefined where none is known or none shall be sent. */
  readonly token: HubToken | undefined;
  /** Nothing is asked of the network. */
  readonly offline: boolean;
  /** Whether snapshots may be symbolic links; where they may not, or cannot, files stand in their places. */
  readonly links: boolean;
  readonly patience: Patience;
}

export interface HubToken {
  readonly value: string;
  /** Where it comes from, for messages, which never show the token. */
  readonly source: string;
}

/** What is done about connections that break. All times in milliseconds. */
export interface Patience {
  /** Failures in a row, none of which brought a new byte, after which a request is given up. */
  readonly failures: number;
  /** Before the second try; each further wait is twice as long, up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** The longest time that a server may ask to wait (`Retry-After`). */
  readonly longestRetryAfter: number;
  /** Silence after which a connection counts as broken. */
  readonly silence: number;
}

const PATIENCE: Patience = {
  failures: 6,
  firstWait: 1000,
  longestWait: 30_000,
  longestRetryAfter: 600_000,
  silence: 60_000,
};

/**
 * Settings by the variables of Hugging Face's own tools: HF_ENDPOINT; HF_HUB_CACHE (HUGGINGFACE_HUB_CACHE), else
 * HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; HF_TOKEN (HUGGING_FACE_HUB_TOKEN),
 * else the file HF_TOKEN_PATH, else HF_HOME/token; HF_HUB_DISABLE_IMPLICIT_TOKEN; HF_HUB_OFFLINE (TRANSFORMERS_OFFLINE);
 * HF_HUB_DISABLE_SYMLINKS; HF_HUB_DOWNLOAD_TIMEOUT (seconds).
 * @throws {HubError} naming the variable that makes no sense.
 */
export async function hubSettings(): Promise<HubSettings> {
  const home = hubHome();
  const cacheDirectory = placeFrom('HF_HUB_CACHE') ?? placeFrom('HUGGINGFACE_HUB_CACHE') ?? `${home}/hub`;
  const implicit = !isOn('HF_HUB_DISABLE_IMPLICIT_TOKEN');
  const seconds = Number(variable('HF_HUB_DOWNLOAD_TIMEOUT') ?? Number.NaN);
  return {
    endpoint: endpoint(),
    cacheDirectory,
    token: implicit ? await findToken(home) : undefined,
    offline: isOn('HF_HUB_OFFLINE') || isOn('TRANSFORMERS_OFFLINE'),
    links: !isOn('HF_HUB_DISABLE_SYMLINKS'),
    patience: seconds > 0 ? { ...PATIENCE, silence: seconds * 1000 } : PATIENCE,
  };
}

/** A variable of the environment; one that is empty counts as not set. */
function variable(name: string): string | undefined {
  return platform().environment(name)?.trim() || undefined;
}

function isOn(name: string): boolean {
  return /^(1|on|yes|true)$/i.test(variable(name) ?? '');
}

function endpoint(): string {
  const given = variable('HF_ENDPOINT') ?? 'https://huggingface.co';
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new HubError('setting', `HF_ENDPOINT is '${given}', which is no address such as https://huggingface.co`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function hubHome(): string {
  const given = placeFrom('HF_HOME');
  if (given !== undefined) return given;
  const cache = placeFrom('XDG_CACHE_HOME');
  if (cache !== undefined) return `${cache}/huggingface`;
  const home = platform().homeDirectory();
  if (home !== undefined) return `${home}/.cache/huggingface`;
  throw new HubError('setting', 'there is no home directory to keep models in: set HF_HOME to a directory');
}

/** A directory or file that a variable names; `~` and other variables in it are written out. */
function placeFrom(name: string): string | undefined {
  const given = variable(name);
  if (given === undefined) return undefined;
  const home = platform().homeDirectory();
  const open = home === undefined ? given : given.replace(/^~(?=$|[\\/])/, () => home);
  return open.replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
    return platform().environment(plain ?? braced ?? '') ?? whole;
  });
}

async function findToken(home: string): Promise<HubToken | undefined> {
  for (const source of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const value = variable(source);
    if (value !== undefined) return checkedToken({ value, source });
  }
  const source = placeFrom('HF_TOKEN_PATH') ?? `${home}/token`;
  if (!(await platform().files.exists(source))) return undefined;
  const value = (await platform().files.readText(source)).trim();
  return value === '' ? undefined : checkedToken({ value, source });
}

/** A header carries nothing else, and the message of one that is refused would show the token. */
function checkedToken(token: HubToken): HubToken {
  if (/^[\x21-\x7e]+$/.test(token.value)) return token;
  throw new HubError('setting', `the token from ${token.source} holds blanks or characters that no token has`);
}
