import type { FileHandle } from 'node:fs/promises';
import { type AtomicFile, checkRange, type FileSystem, type PartialFile, type ReadableFile } from './platform.ts';

type FsPromises = typeof import('node:fs/promises');
type PathModule = typeof import('node:path');

/** Node refuses single reads of 2 GiB and more. */
const LARGEST_READ = 1 << 30;

let temporaryFiles = 0;

/** {@link FileSystem} over `node:fs/promises`. */
export function nodeFiles(): FileSystem {
  const fs = process.getBuiltinModule('node:fs/promises');
  const paths = process.getBuiltinModule('node:path');
  const files: FileSystem = {
    open: (path) => open(fs, path),
    readText: (path) => told('read', path, () => fs.readFile(path, 'utf8')),
    async readBytes(path) {
      const file = await files.open(path);
      try {
        return await file.read(0, file.size);
      } finally {
        await file.close();
      }
    },
    exists: (path) =>
      fs.access(path).then(
        () => true,
        () => false,
      ),
    list: (path) => told('list', path, async () => (await fs.readdir(path)).sort()),
    stat: (path) =>
      told('look at', path, async () => {
        const status = await fs.stat(path);
        const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'other';
        return { kind, size: status.size, modified: status.mtimeMs };
      }),
    async makeDirectory(path) {
      await told('make directory', path, () => fs.mkdir(path, { recursive: true }));
    },
    createAtomic: (path) => createAtomic(fs, paths, path),
    openPartial: (path) => openPartial(fs, path),
    link: (target, path) => link(fs, target, path),
    copy: (from, to) => copy(fs, from, to),
    freeBytes: (path) => freeBytes(fs, paths, path),
    async writeAtomic(path, content) {
      const file = await files.createAtomic(path);
      await file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
      await file.commit();
    },
    writeNow(path, content) {
      const { mkdirSync, renameSync, writeFileSync } = process.getBuiltinModule('node:fs');
      const writing = `${path}.${process.pid}.now`;
      try {
        mkdirSync(paths.dirname(path), { recursive: true });
        writeFileSync(writing, content, { flush: true });
        renameSync(writing, path);
      } catch (error) {
        throw new Error(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
      }
    },
    remove: (path) => told('remove', path, () => fs.rm(path, { recursive: true, force: true })),
    rename: (from, to) =>
      told('rename', from, async () => {
        await fs.rename(from, to);
        await syncDirectory(fs, paths.dirname(to));
      }),
  };
  return files;
}

async function open(fs: FsPromises, path: string): Promise<ReadableFile> {
  // Opening a pipe would wait for somebody who writes to it.
  const { isFile } = await told('open', path, async () => {
    const found = await fs.stat(path);
    return { isFile: found.isFile() || found.isDirectory() };
  });
  if (!isFile) throw new Error(`cannot open ${path}: it is a device, a pipe or a socket`);
  const handle = await told('open', path, () => fs.open(path, 'r'));
  try {
    const status = await told('open', path, () => handle.stat());
    if (status.isDirectory()) throw new Error(`cannot open ${path}: it is a directory`);
    return readable(path, status.size, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function readable(path: string, size: number, handle: FileHandle): ReadableFile {
  const file: ReadableFile = {
    path,
    size,
    async read(offset, length) {
      checkRange(path, size, offset, length);
      const bytes = new Uint8Array(length);
      await file.readInto(bytes, offset);
      return bytes;
    },
    async readInto(target, offset) {
      checkRange(path, size, offset, target.length);
      let done = 0;
      while (done < target.length) {
        const length = Math.min(LARGEST_READ, target.length - done);
        const { bytesRead } = await told('read', path, () => handle.read(target, done, length, offset + done));
        if (bytesRead === 0) {
          throw new Error(`${path}: ended at byte ${offset + done} while being read; it had ${size} when opened`);
        }
        done += bytesRead;
      }
    },
    close: () => handle.close(),
  };
  return file;
}

/** A name beside `path` that no other file has, in this process or in another. */
function temporaryName(path: string): string {
  temporaryFiles += 1;
  return `${path}.${process.pid}-${Date.now().toString(36)}-${temporaryFiles}.tmp`;
}

async function openPartial(fs: FsPromises, path: string): Promise<PartialFile> {
  const handle = await told('open', path, () => fs.open(path, 'a'));
  let size = (await handle.stat()).size;
  return {
    path,
    get size() {
      return size;
    },
    write: (bytes) =>
      told('write', path, async () => {
        let done = 0;
        while (done < bytes.length) {
          const { bytesWritten } = await handle.write(bytes, done, Math.min(LARGEST_READ, bytes.length - done));
          done += bytesWritten;
          size += bytesWritten;
        }
      }),
    async clear() {
      await told('write', path, () => handle.truncate(0));
      size = 0;
    },
    touch: () => told('write', path, () => handle.utimes(new Date(), new Date())),
    flush: () => told('write', path, () => handle.sync()),
    close: () => handle.close(),
  };
}

/** What a system answers that has no links, or does not let this user make them. */
const NO_LINKS = new Set(['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'UNKNOWN']);

async function link(fs: FsPromises, target: string, path: string): Promise<boolean> {
  const temporary = temporaryName(path);
  try {
    await fs.symlink(target, temporary);
  } catch (error) {
    if (NO_LINKS.has(String((error as NodeJS.ErrnoException).code))) return false;
    await told('link', path, () => Promise.reject(error));
  }
  try {
    await told('link', path, () => fs.rename(temporary, path));
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  return true;
}

async function copy(fs: FsPromises, from: string, to: string): Promise<void> {
  const temporary = temporaryName(to);
  try {
    // Where the file system can share blocks between files, nothing is written twice.
    await told('copy', from, () => fs.copyFile(from, temporary, fs.constants.COPYFILE_FICLONE));
    await told('copy', from, () => fs.rename(temporary, to));
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/** Asks at the nearest directory above that exists. */
async function freeBytes(fs: FsPromises, paths: PathModule, path: string): Promise<number | undefined> {
  for (let place = paths.resolve(path); ; place = paths.dirname(place)) {
    try {
      const { bavail, bsize } = await fs.statfs(place);
      return bavail * bsize;
    } catch {
      if (paths.dirname(place) === place) return undefined;
    }
  }
}

async function createAtomic(fs: FsPromises, paths: PathModule, path: string): Promise<AtomicFile> {
  const temporary = temporaryName(path);
  const handle = await told('create', path, () => fs.open(temporary, 'wx'));
  let state: 'open' | 'committed' | 'aborted' = 'open';
  const abort = async () => {
    if (state !== 'open') return;
    state = 'aborted';
    await handle.close().catch(() => undefined);
    await fs.rm(temporary, { force: true });
  };
  const step = async (work: () => Promise<void>) => {
    if (state !== 'open') throw new Error(`cannot write ${path}: it was already ${state}`);
    try {
      await told('write', path, work);
    } catch (error) {
      await abort();
      throw error;
    }
  };
  return {
    path,
    write: (bytes) =>
      step(async () => {
        let done = 0;
        while (done < bytes.length) {
          const length = Math.min(LARGEST_READ, bytes.length - done);
          done += (await handle.write(bytes, done, length)).bytesWritten;
        }
      }),
    commit: () =>
      step(async () => {
        await handle.sync();
        await handle.close();
        await fs.rename(temporary, path);
        state = 'committed';
        await syncDirectory(fs, paths.dirname(path));
      }),
    abort,
  };
}

/** Makes a rename last through a power failure. Windows cannot open a directory for this and needs no such step. */
async function syncDirectory(fs: FsPromises, directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'the disk quota is used up; free some space and try again',
  EFBIG: 'the file would be larger than the file system or the process limit allows',
};

/** Runs `work`; a system error is passed on with the action, the path and a reason in words, its `code` kept. */
async function told<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const reason = REASONS[code] ?? (error as Error).message;
    throw Object.assign(new Error(`cannot ${action} ${path}: ${reason}`, { cause: error }), { code });
  }
}
