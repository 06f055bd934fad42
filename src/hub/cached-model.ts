import { platform } from '../platform/index.ts';
import { cachedCommit, filesBelow, snapshotDirectory } from './cache.ts';
import { chooseFiles } from './choose-files.ts';
import { HubError } from './problems.ts';
import type { HubSettings } from './settings.ts';
import type { HubSource } from './source.ts';

/** A model that the cache has whole, whoever put it there. */
export interface CachedModel {
  /** The directory of the snapshot, or the GGUF file in it, first of its parts. */
  readonly path: string;
  readonly commit: string;
  /** Bytes of weights and description. */
  readonly size: number;
  readonly files: number;
  /** Whether a tokenizer can be expected; without one the hub may have more than the cache. */
  readonly hasTokenizer: boolean;
}

/**
 * Looks for a model in the cache without asking the network: `config.json` and all weights that the index names, or the
 * GGUF file that is asked for, or the only one there.
 * @throws {HubError} where several GGUF files of the cache fit.
 */
export async function findCached(
  settings: HubSettings,
  { name, file }: HubSource,
  revision: string,
): Promise<CachedModel | undefined> {
  const commit = await cachedCommit(settings, name, revision);
  if (commit === undefined) return undefined;
  const directory = snapshotDirectory(settings, name, commit);
  const { files } = platform();
  if (!(await files.exists(directory))) return undefined;
  const found = (await filesBelow(directory)).map((entry) => ({ ...entry, checksum: undefined }));
  try {
    const choice = await chooseFiles({ name, revision, commit, files: found }, file, ({ path }) =>
      files.readText(`${directory}/${path}`),
    );
    const all = [...choice.others, ...choice.weights];
    return {
      path: choice.main === undefined ? directory : `${directory}/${choice.main}`,
      commit,
      size: all.reduce((sum, { size }) => sum + size, 0),
      files: all.length,
      hasTokenizer: choice.kind === 'gguf' || all.some(({ path }) => path === 'tokenizer.json'),
    };
  } catch (error) {
    if (error instanceof HubError && error.problem === 'no-file') return undefined;
    throw error;
  }
}
