import { browserWorkerScope, createBrowserPlatform } from './browser.ts';
import { createNodePlatform, nodeWorkerScope } from './node.ts';
import type { Platform, WorkerScope } from './platform.ts';

export type { NativeHost, NativeImage } from './native.ts';
export type {
  AtomicFile,
  Checksum,
  FileStatus,
  FileSystem,
  HostProcess,
  HostWorker,
  PartialFile,
  Platform,
  ReadableFile,
  WorkerScope,
} from './platform.ts';
export { workerUrl } from './platform.ts';

const onNode = typeof globalThis.process?.versions?.node === 'string';
let current: Platform | undefined;

/** The host this code runs on. */
export function platform(): Platform {
  current ??= onNode ? createNodePlatform() : createBrowserPlatform();
  return current;
}

/** Inside a worker: the line to its creator. Throws anywhere else. */
export function workerScope(): WorkerScope {
  return onNode ? nodeWorkerScope() : browserWorkerScope();
}
