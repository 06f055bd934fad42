import { platform } from '../platform/index.ts';
import { type FetchableFile, isCommit } from './listing.ts';
import type { HubSettings } from './settings.ts';

/*
 * The cache as Hugging Face's huggingface_hub lays it out, so that both find what the other has fetched:
 *
 *   models--ORGANISATION--NAME/blobs/DIGITS              contents, by checksum
 *   models--ORGANISATION--NAME/refs/REVISION             the commit that a branch or tag was when it was last fetched
 *   models--ORGANISATION--NAME/snapshots/COMMIT/PATH     links to contents, or files where there are no links
 */

export function repositoryDirectory({ cacheDirectory }: HubSettings, name: string): string {
  return `${cacheDirectory}/models--${name.replaceAll('/', '--')}`;
}

export function snapshotDirectory(settings: HubSettings, name: string, commit: string): string {
  return `${repositoryDirectory(settings, name)}/snapshots/${commit}`;
}

export function blobPath(settings: HubSettings, name: string, { checksum }: FetchableFile): string {
  return `${repositoryDirectory(settings, name)}/blobs/${checksum.digits}`;
}

/** The commit that a revision was when it was last fetched; undefined where it never was. */
export async function cachedCommit(settings: HubSettings, name: string, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const { files } = platform();
  const path = refPath(settings, name, revision);
  if (path === undefined || !(await files.exists(path))) return undefined;
  const commit = (await files.readText(path)).trim();
  return isCommit(commit) ? commit : undefined;
}

export async function writeRef(settings: HubSettings, name: string, revision: string, commit: string): Promise<void> {
  const path = refPath(settings, name, revision);
  if (isCommit(revision) || path === undefined || (await cachedCommit(settings, name, revision)) === commit) return;
  const { files } = platform();
  await files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
  await files.writeAtomic(path, commit);
}

/** Undefined for a revision that could not be a path below `refs`. */
function refPath(settings: HubSettings, name: string, revision: string): string | undefined {
  if (!/^[\w][\w.+-]*(\/[\w][\w.+-]*)*$/.test(revision)) return undefined;
  return `${repositoryDirectory(settings, name)}/refs/${revision}`;
}

/** Whether a file is there with that many bytes, at the end of a link or by itself. */
export async function hasFile(path: string, size: number): Promise<boolean> {
  const { files } = platform();
  if (!(await files.exists(path))) return false;
  const status = await files.stat(path);
  return status.kind === 'file' && status.size === size;
}

/** One file of a commit in the cache. */
export interface Place {
  /** Its content by checksum. */
  readonly blob: string;
  /** Its name in the snapshot. */
  readonly path: string;
}

export function placeOf(settings: HubSettings, name: string, commit: string, file: FetchableFile): Place {
  return { blob: blobPath(settings, name, file), path: `${snapshotDirectory(settings, name, commit)}/${file.path}` };
}

/**
 * Gives a content its name in a snapshot: a link to it where links are to be had. Else the content itself moves there, as
 * in huggingface_hub, or a copy of it where the content was there before: links of other snapshots may lead to it.
 */
export async function placeInSnapshot(
  { blob, path }: Place,
  file: FetchableFile,
  { links, keepContent }: { readonly links: boolean; readonly keepContent: boolean },
): Promise<void> {
  const { files } = platform();
  if (await hasFile(path, file.size)) return;
  await files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
  const up = '../'.repeat(1 + file.path.split('/').length);
  if (links && (await files.link(`${up}blobs/${file.checksum.digits}`, path))) return;
  try {
    await (keepContent ? files.copy(blob, path) : files.rename(blob, path));
  } catch (error) {
    // Another process may have been quicker.
    if (!(await hasFile(path, file.size))) throw error;
  }
}

/** Paths and sizes of all files below a directory, links followed; links that lead nowhere are left out. */
export async function filesBelow(directory: string, prefix = ''): Promise<{ path: string; size: number }[]> {
  const { files } = platform();
  const found: { path: string; size: number }[] = [];
  for (const entry of await files.list(directory)) {
    const path = `${directory}/${entry}`;
    if (!(await files.exists(path))) continue;
    const { kind, size } = await files.stat(path);
    if (kind === 'file') found.push({ path: prefix + entry, size });
    if (kind === 'directory') found.push(...(await filesBelow(path, `${prefix}${entry}/`)));
  }
  return found;
}
