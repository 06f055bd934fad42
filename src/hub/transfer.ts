import { type Checksum, type PartialFile, platform } from '../platform/index.ts';
import { hasFile, type Place } from './cache.ts';
import type { FetchableFile } from './listing.ts';
import { claimPartial } from './partial.ts';
import { failureOf, HubError, PassingFailure, Retries } from './problems.ts';
import { type Answer, get } from './requests.ts';
import type { HubSettings } from './settings.ts';

/** One file on its way into the cache. */
export interface Transfer {
  readonly settings: HubSettings;
  readonly repository: string;
  readonly revision: string;
  readonly commit: string;
  readonly file: FetchableFile;
  /** Told how many bytes there are so far; can go back where bytes turn out to be wrong. */
  readonly onPosition: (bytes: number) => void;
  readonly onNotice: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Times that a content is begun anew because its checksum did not hold. */
const FRESH_STARTS = 1;
/** Bytes asked for at once: the hub serves no more than 50 GB in one answer. */
const LARGEST_RANGE = 16 * 2 ** 30;
/** Bytes gathered before they are written. */
const WRITE_SIZE = 1 << 20;
/** Bytes read at once of what is there already. */
const READ_SIZE = 8 << 20;
/** How often a process that waits shows that it is still there; see `claimPartial`. */
const SIGN_OF_LIFE = 60_000;

/** How {@link transfer} says where it puts the content. */
export interface PlacedTransfer extends Transfer {
  readonly place: Place;
}

/** Within a process two transfers of one content are the same transfer. */
const running = new Map<string, Promise<void>>();

/**
 * Fetches the content of a file into the cache, where the snapshot does not have it yet. It goes on where an earlier
 * attempt, of this process or of another one, has stopped, and stands under its name only when its checksum holds.
 * @throws {HubError} naming the file. What has arrived is kept, except where it is wrong.
 */
export function transfer(job: PlacedTransfer): Promise<void> {
  const { blob } = job.place;
  const under = running.get(blob);
  if (under !== undefined) return under.then(() => job.onPosition(job.file.size));
  const work = fetchInto(job).finally(() => running.delete(blob));
  running.set(blob, work);
  return work;
}

async function fetchInto(job: PlacedTransfer): Promise<void> {
  const { files } = platform();
  const { file, place, onPosition, signal } = job;
  const isDone = async () => (await hasFile(place.blob, file.size)) || (await hasFile(place.path, file.size));
  if (await isDone()) return onPosition(file.size);
  // Something under this name with another size is broken: nobody can want to keep it.
  await files.remove(place.blob);
  const onWait = (process: string) => job.onNotice(`${labelOf(job)}: process ${process} is fetching it; waiting`);
  const partial = await claimPartial(place.blob, { isDone, onWait, signal });
  if (partial === undefined) return onPosition(file.size);
  const sign = setInterval(() => void partial.touch().catch(() => undefined), SIGN_OF_LIFE);
  try {
    await fill(job, partial);
    await partial.flush();
  } finally {
    clearInterval(sign);
    await partial.close();
    if (partial.size === 0 && file.size > 0) await files.remove(partial.path);
  }
  await files.rename(partial.path, place.blob);
}

/** The bytes of a small file, fetched and checked like any other, but not kept. */
export async function fetchBytes(job: Transfer): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(0);
  const memory: PartialFile = {
    path: labelOf(job),
    get size() {
      return bytes.length;
    },
    async write(more) {
      const whole = new Uint8Array(bytes.length + more.length);
      whole.set(bytes);
      whole.set(more, bytes.length);
      bytes = whole;
    },
    async clear() {
      bytes = new Uint8Array(0);
    },
    touch: async () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
  await fill(job, memory);
  return bytes;
}

const labelOf = ({ repository, file }: Transfer) => `${repository}/${file.path}`;

/** Brings the file to its full size with the right bytes. */
async function fill(job: Transfer, partial: PartialFile): Promise<void> {
  const { file, settings, signal } = job;
  const label = labelOf(job);
  if (partial.size > file.size) await partial.clear();
  let content = await Content.resume(job, partial);
  const retries = new Retries(settings.patience, job.onNotice);
  let best = content.position;
  for (let starts = 0; ; starts += 1) {
    while (content.position < file.size) {
      try {
        await fetchOn(job, content);
      } catch (error) {
        if (content.position > best) retries.reset();
        best = Math.max(best, content.position);
        const kept = content.position > 0 ? `; ${content.position} of ${file.size} bytes are kept` : '';
        await retries.after(error, label, kept, signal);
      }
    }
    const digits = content.digits();
    if (digits === file.checksum.digits) return;
    await partial.clear();
    job.onPosition(0);
    const wrong = `${file.checksum.kind} is ${digits}, the hub lists ${file.checksum.digits}`;
    if (starts === FRESH_STARTS) {
      throw new HubError(
        'damaged',
        `${label}: what came is not the file that the hub lists, ${starts + 1} times over (${wrong}); nothing of it is kept`,
      );
    }
    job.onNotice(`${label}: the bytes are damaged (${wrong}); beginning anew`);
    content = await Content.resume(job, partial);
  }
}

/** A content that grows, with its checksum. */
class Content {
  readonly #partial: PartialFile;
  readonly #sum: Checksum;
  readonly #size: number;
  readonly #onPosition: (bytes: number) => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  private constructor({ file, onPosition }: Transfer, partial: PartialFile) {
    this.#partial = partial;
    this.#size = file.size;
    this.#onPosition = onPosition;
    this.#sum = platform().checksum(file.checksum.kind === 'sha256' ? 'sha256' : 'sha1');
    if (file.checksum.kind === 'git-sha1') this.#sum.update(new TextEncoder().encode(`blob ${file.size}\0`));
  }

  /** Takes in what is there already. */
  static async resume(job: Transfer, partial: PartialFile): Promise<Content> {
    const content = new Content(job, partial);
    if (partial.size === 0) return content;
    const there = await platform().files.open(partial.path);
    try {
      for (let at = 0; at < there.size; at += READ_SIZE) {
        job.signal?.throwIfAborted();
        const piece = await there.read(at, Math.min(READ_SIZE, there.size - at));
        content.#sum.update(piece);
        job.onPosition(at + piece.length);
      }
    } finally {
      await there.close();
    }
    return content;
  }

  /** Bytes so far. */
  get position(): number {
    return this.#partial.size + this.#waitingBytes;
  }

  /** Takes the next bytes, as many as belong to the file. False when it is full. */
  async add(bytes: Uint8Array): Promise<boolean> {
    const taken = bytes.subarray(0, this.#size - this.position);
    this.#sum.update(taken);
    this.#waiting.push(taken);
    this.#waitingBytes += taken.length;
    this.#onPosition(this.position);
    if (this.#waitingBytes >= WRITE_SIZE) await this.write();
    return this.position < this.#size;
  }

  /** Writes what was gathered. */
  async write(): Promise<void> {
    const whole = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const piece of this.#waiting) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#partial.write(whole);
  }

  digits(): string {
    return this.#sum.end();
  }
}

/** One request for what is missing, or for as much of it as is asked for at once. */
async function fetchOn(job: Transfer, content: Content): Promise<void> {
  const { settings, file, commit, signal } = job;
  const from = content.position;
  const to = Math.min(file.size, from + LARGEST_RANGE);
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const url = `${settings.endpoint}/${job.repository}/resolve/${commit}/${path}`;
  const range: Record<string, string> = from > 0 || to < file.size ? { Range: `bytes=${from}-${to - 1}` } : {};
  const answer = await get(settings, url, range, signal);
  try {
    checkAnswer(job, answer);
    // A server that knows no ranges sends what is here already once more.
    let surplus = from - firstByte(job, answer, from);
    for await (const piece of answer.body()) {
      const known = Math.min(surplus, piece.length);
      surplus -= known;
      if (known < piece.length && !(await content.add(piece.subarray(known)))) return;
    }
    if (content.position < to) {
      throw new PassingFailure(`${answer.host} ended after ${content.position} of ${file.size} bytes`);
    }
  } finally {
    await answer.cancel();
    await content.write();
  }
}

/** Refuses answers that cannot be the file, before any of their bytes stand beside the right ones. */
function checkAnswer(job: Transfer, { response, host, etag }: Answer): void {
  const { settings, repository, revision, file } = job;
  if (!response.ok) {
    const failure = failureOf(response, { repository, revision, file: file.path, host, settings });
    // What a repository lacks, its hub says; another host can only mean the address it was given, which grows old.
    if (host === new URL(settings.endpoint).host || failure instanceof PassingFailure) throw failure;
    throw new PassingFailure(`${host} answered ${response.status}`);
  }
  if (etag !== undefined && etag.length === file.checksum.digits.length && etag !== file.checksum.digits) {
    throw new HubError(
      'damaged',
      `${labelOf(job)}: the hub now offers other bytes (${etag}) than it listed (${file.checksum.digits}); try again`,
    );
  }
  if (/^text\/html\b/i.test(response.headers.get('Content-Type') ?? '') && !file.path.endsWith('.html')) {
    throw new PassingFailure(`${host} answered with a web page: does this network ask to log in?`);
  }
}

/** Where the answer's bytes begin. */
function firstByte({ file }: Transfer, { response, host }: Answer, asked: number): number {
  const encoded = !/^(identity)?$/i.test(response.headers.get('Content-Encoding') ?? '');
  if (response.status !== 206) {
    const length = response.headers.get('Content-Length');
    if (encoded || length === null || Number(length) === file.size) return 0;
    throw new PassingFailure(`${host} offers ${length} bytes, the hub lists ${file.size}`);
  }
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('Content-Range') ?? '') ?? [];
  if (encoded || first === undefined || Number(first) > asked || (total !== '*' && Number(total) !== file.size)) {
    const range = response.headers.get('Content-Range') ?? 'none';
    throw new PassingFailure(`${host} sends another part than was asked for (range ${range}, of ${file.size} bytes)`);
  }
  return Number(first);
}
