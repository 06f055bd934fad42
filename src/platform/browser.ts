import { browserFiles } from './browser-files.ts';
import { type HostWorker, type Platform, type WorkerScope, workerUrl } from './platform.ts';

export function createBrowserPlatform(): Platform {
  const sharedMemory = typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated === true;
  return {
    name: 'browser',
    system: 'browser',
    environment: () => undefined,
    homeDirectory: () => undefined,
    process: () => undefined,
    checksum() {
      throw new Error('a browser has no checksum that takes a file piece by piece');
    },
    cacheDirectory: () => undefined,
    native: () => ({ unavailable: 'machine code runs only in Node, which this is not: use WebAssembly' }),
    cores: Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1),
    sharedMemory,
    canSleep: sharedMemory && mayWait(),
    fusesVectors: () => false,
    engine: () => globalThis.navigator?.userAgent ?? 'unknown',
    stopFusingVectors: () => {},
    optimize: () => false,
    availableMemory: () => undefined,
    now: () => performance.now(),
    createWorker,
    workerUrl,
    files: browserFiles(),
  };
}

/** Asks by waiting for a word that already differs: a thread that may not wait throws before it looks. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

function createWorker(url: URL, name: string, startWeb?: () => Worker): HostWorker {
  const worker = startWeb?.() ?? new Worker(url, { type: 'module', name });
  return {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    onMessage(callback) {
      worker.addEventListener('message', (event) => callback(event.data));
    },
    onError(callback) {
      worker.addEventListener('error', (event) => {
        const reason = event.message ?? `its module ${url.href} could not be loaded`;
        callback(new Error(`worker ${name} failed: ${reason}`, { cause: event.error }));
      });
      worker.addEventListener('messageerror', () => {
        callback(new Error(`worker ${name} sent a message that cannot be read`));
      });
    },
    terminate: async () => worker.terminate(),
    unref: () => undefined,
  };
}

/** The part of DedicatedWorkerGlobalScope that is used here; TypeScript's worker and page types exclude each other. */
interface DedicatedScope {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', callback: (event: { readonly data: unknown }) => void): void;
  readonly document?: unknown;
}

export function browserWorkerScope(): WorkerScope {
  const scope = globalThis as unknown as DedicatedScope;
  if (scope.document !== undefined) throw new Error('workerScope() was called outside a worker');
  return {
    post: (message, transfer) => scope.postMessage(message, transfer ?? []),
    onMessage(callback) {
      scope.addEventListener('message', (event) => callback(event.data));
    },
  };
}
