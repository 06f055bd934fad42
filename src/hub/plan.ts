import { platform } from '../platform/index.ts';
import { formatBytes } from '../tensor/index.ts';
import { hasFile, type Place, placeOf, snapshotDirectory } from './cache.ts';
import { checkFetchable, chooseFiles, type FileChoice } from './choose-files.ts';
import { type FetchableFile, type HubRepository, listRepository, type RequestOptions } from './listing.ts';
import { partialBytes } from './partial.ts';
import { HubError } from './problems.ts';
import type { HubSettings } from './settings.ts';
import type { HubSource } from './source.ts';
import { fetchBytes } from './transfer.ts';

/** What a model needs of the hub, and what of it is in the cache. */
export interface PullPlan {
  /** `organisation/name`. */
  readonly name: string;
  /** As it was asked for. */
  readonly revision: string;
  /** What the revision is now, 40 hexadecimal digits. */
  readonly commit: string;
  /** In the order in which they are fetched: what describes the model, then its weights. */
  readonly files: readonly PlannedFile[];
  /** How many of them describe the model. */
  readonly others: number;
  /** The directory of the snapshot, or the GGUF file in it, first of its parts. */
  readonly path: string;
  /** Bytes of all files. */
  readonly size: number;
  /** Bytes that are in the cache, those of unfinished files too. */
  readonly there: number;
  /** Bytes that can still be written to the cache's disk; undefined where the system does not tell. */
  readonly free: number | undefined;
}

export interface PlannedFile extends FetchableFile {
  /** Bytes that are in the cache; fewer than `size` where an earlier attempt was cut off. */
  readonly there: number;
  /** Whether the snapshot has it, so that nothing is to be done. */
  readonly placed: boolean;
  readonly place: Place;
  /** Its content, where it had to be read for the plan. */
  readonly content?: Uint8Array;
}

/**
 * Asks the hub what a model consists of and compares with the cache. Writes nothing.
 * @throws {HubError}
 */
export async function planPull(
  settings: HubSettings,
  source: HubSource,
  revision: string,
  options: RequestOptions = {},
): Promise<PullPlan> {
  const { name } = source;
  const repository = await listRepository(settings, name, revision, options);
  const contents = new Map<string, Uint8Array>();
  const choice = await chooseFiles(repository, source.file, async (file) => {
    checkFetchable(name, file);
    const bytes = await readSmall(settings, repository, file, options);
    contents.set(file.path, bytes);
    return new TextDecoder().decode(bytes);
  });
  const files: PlannedFile[] = [];
  for (const file of [...choice.others, ...choice.weights]) {
    checkFetchable(name, file);
    const content = contents.get(file.path);
    const planned = await compare(file, placeOf(settings, name, repository.commit, file));
    files.push(content === undefined ? planned : { ...planned, content });
  }
  return {
    name,
    revision,
    commit: repository.commit,
    files,
    others: choice.others.length,
    path: pathOf(snapshotDirectory(settings, name, repository.commit), choice),
    size: files.reduce((sum, { size }) => sum + size, 0),
    there: files.reduce((sum, { there }) => sum + there, 0),
    free: await platform().files.freeBytes(settings.cacheDirectory),
  };
}

const pathOf = (directory: string, { main }: FileChoice) => (main === undefined ? directory : `${directory}/${main}`);

async function compare(file: FetchableFile, place: Place): Promise<PlannedFile> {
  const placed = await hasFile(place.path, file.size);
  const whole = placed || (await hasFile(place.blob, file.size));
  const there = whole ? file.size : Math.min(file.size, await partialBytes(place.blob));
  return { ...file, there, placed, place };
}

/** Far above the index of any published model: that of DeepSeek-V3 has 9 MB. */
const LARGEST_INDEX = 256 << 20;

async function readSmall(
  settings: HubSettings,
  repository: HubRepository,
  file: FetchableFile,
  { signal, onNotice }: RequestOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, revision, commit } = repository;
  const { blob, path } = placeOf(settings, name, commit, file);
  const { files } = platform();
  for (const place of [path, blob]) if (await hasFile(place, file.size)) return files.readBytes(place);
  if (file.size > LARGEST_INDEX) {
    throw new HubError('damaged', `${name}: ${file.path} has ${formatBytes(file.size)}, which no index of weights has`);
  }
  return fetchBytes({
    settings,
    repository: name,
    revision,
    commit,
    file,
    signal,
    onPosition: () => undefined,
    onNotice: onNotice ?? (() => undefined),
  });
}
