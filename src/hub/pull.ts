import { platform } from '../platform/index.ts';
import { formatBytes } from '../tensor/index.ts';
import { placeInSnapshot, writeRef } from './cache.ts';
import { type CachedModel, findCached } from './cached-model.ts';
import { type PlannedFile, type PullPlan, planPull } from './plan.ts';
import { HubError } from './problems.ts';
import { type HubSettings, hubSettings } from './settings.ts';
import { type HubSource, hubSource } from './source.ts';
import { transfer } from './transfer.ts';

export interface PullOptions {
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string | undefined;
  /** Which GGUF file: its name, a pattern with `*` and `?`, or a quantisation. */
  readonly file?: string | undefined;
  /** Default: {@link hubSettings}, which reads the environment. */
  readonly settings?: HubSettings | undefined;
  /** Files that are fetched at once. Default 4. */
  readonly parallel?: number | undefined;
  /** Called when it is known what there is to fetch, if there is anything. */
  readonly onPlan?: ((plan: PullPlan) => void) | undefined;
  /** Bytes that are there and bytes in all; the first can shrink where bytes turn out to be wrong. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called when a file is whole. */
  readonly onFile?: ((file: PlannedFile) => void) | undefined;
  /** Told in one sentence when something is tried again, or waited for. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Stops it; what has arrived is kept. */
  readonly signal?: AbortSignal | undefined;
}

export interface PulledModel {
  /** `organisation/name`. */
  readonly name: string;
  readonly revision: string;
  readonly commit: string;
  /** The directory of the snapshot, or the GGUF file in it, first of its parts. */
  readonly path: string;
  readonly files: number;
  /** Bytes of all files. */
  readonly size: number;
  /** Bytes that had to be fetched; 0 where all was there. */
  readonly fetched: number;
}

const PARALLEL = 4;

/**
 * Brings a model of the hub into the cache: `organisation/name`, or `organisation/name:Q4_K_M` for one of several GGUF
 * files. The hub is asked what the revision is now; what is there is not fetched again. Where the hub cannot be reached,
 * or may not be asked, what the cache has counts.
 * @throws {HubError} with what to do.
 */
export async function pullModel(text: string, options: PullOptions = {}): Promise<PulledModel> {
  const source = hubSource(text, options.file);
  const settings = options.settings ?? (await hubSettings());
  const revision = options.revision ?? 'main';
  const cached = await cachedModel(settings, source, revision);
  if (settings.offline) {
    if (cached !== undefined) return asItIs(source, revision, cached);
    throw new HubError('offline', offlineText(settings, text, options));
  }
  let plan: PullPlan;
  try {
    // Who has the model need not wait long to hear that it may not be the newest.
    const patience = cached === undefined ? settings.patience : { ...settings.patience, failures: 1 };
    plan = await planPull({ ...settings, patience }, source, revision, options);
  } catch (error) {
    if (cached === undefined || !(error instanceof HubError) || error.problem !== 'unreachable') throw error;
    options.onNotice?.(`${error.message}; going on with what is in the cache`);
    return asItIs(source, revision, cached);
  }
  const missing = plan.files.some(({ placed }) => !placed);
  if (missing) {
    checkSpace(settings, plan);
    options.onPlan?.(plan);
    await fetchFiles(settings, plan, options);
  }
  await writeRef(settings, source.name, revision, plan.commit);
  const { name, commit, path, size, there } = plan;
  return { name, revision, commit, path, files: plan.files.length, size, fetched: size - there };
}

function asItIs({ name }: HubSource, revision: string, { commit, path, files, size }: CachedModel): PulledModel {
  return { name, revision, commit, path, files, size, fetched: 0 };
}

/** Where the cache alone cannot decide between files, the hub's list can. */
async function cachedModel(
  settings: HubSettings,
  source: HubSource,
  revision: string,
): Promise<CachedModel | undefined> {
  try {
    return await findCached(settings, source, revision);
  } catch (error) {
    if (settings.offline || !(error instanceof HubError) || error.problem !== 'choice') throw error;
    return undefined;
  }
}

function offlineText({ cacheDirectory }: HubSettings, text: string, { revision, file }: PullOptions): string {
  const flags = `${revision === undefined || revision === 'main' ? '' : ` --revision ${revision}`}${file === undefined ? '' : ` --file ${file}`}`;
  return (
    `${text} is not (or not whole) in ${cacheDirectory}, and HF_HUB_OFFLINE keeps it from being fetched: ` +
    `unset it and type: jingqi pull ${text}${flags}`
  );
}

function checkSpace({ cacheDirectory }: HubSettings, { name, size, there, free }: PullPlan): void {
  const needed = size - there;
  if (free === undefined || needed <= free) return;
  throw new HubError(
    'no-space',
    `${name} needs ${formatBytes(needed)} more, but only ${formatBytes(free)} are free at ${cacheDirectory}: ` +
      'make room, or set HF_HOME to a directory on another disk',
  );
}

/** What describes the model first: a snapshot never has weights alone. */
async function fetchFiles(settings: HubSettings, plan: PullPlan, options: PullOptions): Promise<void> {
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
  const positions = new Map(plan.files.map(({ path, there }) => [path, there]));
  let done = plan.there;
  const onPosition = (path: string, bytes: number) => {
    done += bytes - positions.get(path)!;
    positions.set(path, bytes);
    options.onProgress?.(done, plan.size);
  };
  const fetchOne = async (file: PlannedFile) => {
    await fetchFile(settings, plan, file, { ...options, signal }, onPosition);
    onPosition(file.path, file.size);
    options.onFile?.(file);
  };
  const { files, others } = plan;
  for (const part of [files.slice(0, others), files.slice(others)]) {
    const queue = part.filter(({ placed }) => !placed);
    const lane = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) await fetchOne(file);
    };
    await allOrFirstFailure(Array.from({ length: options.parallel ?? PARALLEL }, lane), failed);
  }
}

/** Waits for all; the first that fails stops the others. */
async function allOrFirstFailure(work: readonly Promise<void>[], failed: AbortController): Promise<void> {
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    work.map((one) =>
      one.catch((error: unknown) => {
        first ??= { error };
        failed.abort(error);
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}

async function fetchFile(
  settings: HubSettings,
  plan: PullPlan,
  file: PlannedFile,
  { signal, onNotice = () => undefined }: PullOptions,
  onPosition: (path: string, bytes: number) => void,
): Promise<void> {
  const { place, content } = file;
  const { files } = platform();
  await files.makeDirectory(place.blob.slice(0, place.blob.lastIndexOf('/')));
  const wasThere = await files.exists(place.blob);
  if (content !== undefined && !wasThere) await files.writeAtomic(place.blob, content);
  await transfer({
    settings,
    repository: plan.name,
    revision: plan.revision,
    commit: plan.commit,
    file,
    place,
    onPosition: (bytes) => onPosition(file.path, bytes),
    onNotice,
    signal,
  });
  const twins = plan.files.filter(({ checksum }) => checksum.digits === file.checksum.digits);
  await placeInSnapshot(place, file, { links: settings.links, keepContent: wasThere || twins.length > 1 });
}
