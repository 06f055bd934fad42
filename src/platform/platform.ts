import type { NativeHost } from './native.ts';

/**
 * The one interface between the rooms and their host. Everything that differs between Node and a browser (workers,
 * files, clocks) passes through it, so that the rooms above it run in both.
 *
 * In a browser there are three cases:
 * - A page without shared memory (the usual one): everything runs on the calling thread, with one worker.
 * - A cross-origin isolated page, calling from a worker of its own: threads share one memory and sleep while they wait,
 *   as on Node. This is the way to run a model there; the page stays responsive.
 * - A cross-origin isolated page, calling from its main thread: browsers forbid that thread to sleep, so it spins while
 *   the others finish. The page stands still during a step either way; spinning costs a core's power, not more time.
 */
export interface Platform {
  readonly name: 'node' | 'browser';
  /** The operating system as Node names it (`linux`, `darwin`, `win32`), or `browser`. */
  readonly system: string;
  /** A variable of the process's environment; undefined where there is none. */
  environment(name: string): string | undefined;
  /** The user's own directory, absolute; undefined where there is none. */
  homeDirectory(): string | undefined;
  /** This process among those of its machine; undefined in a browser. */
  process(): HostProcess | undefined;
  /** Begins a checksum. Throws in a browser, which has none that takes a file piece by piece. */
  checksum(algorithm: 'sha256' | 'sha1'): Checksum;
  /** Where files may be kept that can be made again, absolute; undefined where there is no such place. May not exist. */
  cacheDirectory(): string | undefined;
  /** Runs machine code, or the reason why this host cannot; see native.ts. */
  native(): NativeHost | { readonly unavailable: string };
  /** Processors this process may use, at least 1. */
  readonly cores: number;
  /** Whether memory can be shared with workers (in a browser only on a cross-origin isolated page). */
  readonly sharedMemory: boolean;
  /**
   * Whether this thread may sleep on a word of shared memory (`Atomics.wait`). False on a page's main thread, which has
   * to spin instead, and where there is no shared memory.
   */
  readonly canSleep: boolean;
  /**
   * Whether the engine pairs adjacent 128-bit vector operations into 256-bit ones (V8's `--experimental-wasm-revectorize`
   * on x86-64). Asking turns it on where it can be; code compiled before is not affected.
   */
  fusesVectors(): boolean;
  /** The engine and the processor by name and version: what code depends on that the engine compiles. */
  engine(): string;
  /** Turns fusing off for code compiled from now on. */
  stopFusingVectors(): void;
  /**
   * Has a WebAssembly function compiled by the engine's optimising compiler now, instead of after it has run for a while.
   * Returns whether the host could ask for that.
   */
  optimize(wasmFunction: (...values: never[]) => unknown): boolean;
  /** Bytes of memory that could still be used; undefined where the host does not tell. */
  availableMemory(): number | undefined;
  /** Milliseconds since an arbitrary start; never goes backwards. */
  now(): number;
  /**
   * Starts a module worker. `name` appears in error messages. A browser calls `startWeb` where it is given: bundlers find
   * a worker's module, and bundle it, only where it is written out at its user as
   * `() => new Worker(new URL('./module.ts', import.meta.url), { type: 'module' })`.
   */
  createWorker(url: URL, name: string, startWeb?: () => Worker): HostWorker;
  /**
   * The address of a worker's module beside the caller: `workerUrl('./pool-worker', import.meta.url)`. The ending is
   * that of the calling module, `.ts` in a checkout and `.js` in the build.
   */
  workerUrl(relativeWithoutExtension: string, importMetaUrl: string): URL;
  readonly files: FileSystem;
}

export interface HostProcess {
  readonly id: number;
  /** The name of the machine. */
  readonly machine: string;
  /** Whether a process with this number runs on this machine. */
  isRunning(id: number): boolean;
}

/** A checksum of bytes that come one after another. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** In lower-case hexadecimal digits. Ends it. */
  end(): string;
}

/** A worker as its creator sees it. */
export interface HostWorker {
  /** Sends a structured clone of `message`; buffers in `transfer` move instead of being copied. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(callback: (message: unknown) => void): void;
  /** Called for an uncaught error in the worker and, where the host tells, for an end that nobody asked for. */
  onError(callback: (error: Error) => void): void;
  terminate(): Promise<void>;
  /** Lets the process end while this worker is idle (no effect in a browser, where a page's workers end with it). */
  unref(): void;
}

/** What a worker's own module uses to talk to its creator. */
export interface WorkerScope {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(callback: (message: unknown) => void): void;
}

/**
 * Files by path (Node) or by address (a browser, read-only). Every method rejects with an error that names the path.
 */
export interface FileSystem {
  open(path: string): Promise<ReadableFile>;
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array<ArrayBuffer>>;
  exists(path: string): Promise<boolean>;
  /** Names of a directory's entries, sorted by code unit. */
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStatus>;
  /** Makes the directory and its missing parents. */
  makeDirectory(path: string): Promise<void>;
  /** Opens a file that appears under its name only at `commit`. */
  createAtomic(path: string): Promise<AtomicFile>;
  /** Opens a file to append to, and makes it where it is not there. */
  openPartial(path: string): Promise<PartialFile>;
  /**
   * Makes a symbolic link, in one step also where the name is taken. `target` is absolute or relative to the link's
   * directory. False where the system or the file system allows none; nothing has changed then.
   */
  link(target: string, path: string): Promise<boolean>;
  /** Copies a file, links followed; the copy appears under its name only when it is whole. */
  copy(from: string, to: string): Promise<void>;
  /**
   * Bytes that this user can still write at `path`, which need not exist yet; undefined where the host does not tell.
   */
  freeBytes(path: string): Promise<number | undefined>;
  /** Writes a whole file: a reader sees the old content or the new, never a part. Strings are written as UTF-8. */
  writeAtomic(path: string, content: Uint8Array | string): Promise<void>;
  /** As `writeAtomic`, but done when it returns, and makes the directory. For what must be kept if the process ends now. */
  writeNow(path: string, content: string): void;
  /** Removes a file or a directory with all it holds; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Last change in milliseconds since 1970, 0 where the host does not tell. */
  readonly modified: number;
}

/** An open file, read by range. */
export interface ReadableFile {
  readonly path: string;
  /** Bytes when the file was opened. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; rejects where the file ends before. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills `target`, which may lie in shared memory, with the bytes from `offset`; rejects where the file ends before. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** A file being written beside its final name. After any error, and after `abort`, nothing of it is left. */
export interface AtomicFile {
  readonly path: string;
  /** Appends. The bytes may lie in shared memory and must not change until the promise settles. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to disk, then takes the final name in one step. */
  commit(): Promise<void>;
  /** Drops what was written; nothing happens after `commit` or a second time. */
  abort(): Promise<void>;
}

/** A file that grows under its own name and is still there after a crash, so that another process can go on with it. */
export interface PartialFile {
  readonly path: string;
  /** Bytes in the file. */
  readonly size: number;
  /** Appends. */
  write(bytes: Uint8Array): Promise<void>;
  /** Drops all bytes. */
  clear(): Promise<void>;
  /** Sets the time of its last change to now: a sign that its process is still at it. */
  touch(): Promise<void>;
  /** Waits until all is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** See {@link Platform.workerUrl}. */
export function workerUrl(relativeWithoutExtension: string, importMetaUrl: string): URL {
  const path = new URL(importMetaUrl).pathname;
  return new URL(relativeWithoutExtension + (path.endsWith('.ts') ? '.ts' : '.js'), importMetaUrl);
}

export function checkRange(path: string, size: number, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(
      `${path}: cannot read ${length} bytes at offset ${offset}; both must be whole and not negative`,
    );
  }
  if (offset + length > size) {
    throw new RangeError(`${path}: cannot read bytes ${offset} to ${offset + length}, the file has ${size}`);
  }
}
