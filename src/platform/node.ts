import { nativeHost } from './native.ts';
import { nodeFiles } from './node-files.ts';
import {
  type Checksum,
  type HostProcess,
  type HostWorker,
  type Platform,
  type WorkerScope,
  workerUrl,
} from './platform.ts';

/**
 * Built-in modules come through `process.getBuiltinModule` and only when called, so that this file can stand in a
 * browser bundle and no import has to wait (a worker that awaits at its top level may miss its first messages).
 */
export function createNodePlatform(): Platform {
  const { availableParallelism } = process.getBuiltinModule('node:os');
  return {
    name: 'node',
    system: process.platform,
    environment: (name) => process.env[name],
    homeDirectory,
    process: hostProcess,
    checksum,
    cacheDirectory,
    native: nativeHost,
    cores: Math.max(1, availableParallelism()),
    sharedMemory: true,
    canSleep: true,
    fusesVectors,
    engine,
    stopFusingVectors,
    optimize,
    availableMemory: () => process.availableMemory?.(),
    now: () => performance.now(),
    createWorker,
    workerUrl,
    files: nodeFiles(),
  };
}

function homeDirectory(): string | undefined {
  const home = process.getBuiltinModule('node:os').homedir();
  return process.getBuiltinModule('node:path').isAbsolute(home) ? home : undefined;
}

function hostProcess(): HostProcess {
  const isRunning = (id: number) => {
    try {
      process.kill(id, 0);
      return true;
    } catch (error) {
      // A process of another user is there, though no signal may be sent to it.
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  };
  return { id: process.pid, machine: process.getBuiltinModule('node:os').hostname(), isRunning };
}

function checksum(algorithm: 'sha256' | 'sha1'): Checksum {
  const hash = process.getBuiltinModule('node:crypto').createHash(algorithm);
  return {
    update: (bytes) => void hash.update(bytes),
    end: () => hash.digest('hex'),
  };
}

/** JINGQI_CACHE, else by the custom of the system: XDG_CACHE_HOME, ~/Library/Caches, LOCALAPPDATA. */
function cacheDirectory(): string | undefined {
  const { JINGQI_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const { join, isAbsolute, resolve } = process.getBuiltinModule('node:path');
  if (JINGQI_CACHE) return resolve(JINGQI_CACHE);
  const given = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME;
  if (given !== undefined && isAbsolute(given)) return join(given, 'jingqi');
  const home = homeDirectory();
  if (home === undefined) return undefined;
  return join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'jingqi');
}

let fusing: boolean | undefined;

/**
 * The flag exists in V8 since 12 and changes nothing where the processor has no 256-bit vectors. In V8 12 (Node 22) the
 * wide tiles of the matrix product, which are made for fusing, ran at half the speed of the narrow ones without it.
 */
function fusesVectors(): boolean {
  if (fusing === undefined) {
    const v8 = process.getBuiltinModule('node:v8');
    fusing = process.arch === 'x64' && v8Version() >= 13;
    if (fusing) v8.setFlagsFromString('--experimental-wasm-revectorize');
  }
  return fusing;
}

function engine(): string {
  return `v8 ${process.versions.v8}, ${process.getBuiltinModule('node:os').cpus()[0]?.model ?? process.arch}`;
}

function stopFusingVectors(): void {
  if (fusing) process.getBuiltinModule('node:v8').setFlagsFromString('--no-experimental-wasm-revectorize');
  fusing = false;
}

let tierUp: ((wasmFunction: unknown) => void) | undefined | null = null;

/** By V8's own test hook, which a script may name only while a flag is set; absent where code from text is forbidden. */
function optimize(wasmFunction: (...values: never[]) => unknown): boolean {
  // The hook ends the process if it gets anything but a function of WebAssembly; a table refuses such with an error.
  new WebAssembly.Table({ element: 'anyfunc', initial: 1 }).set(0, wasmFunction);
  if (tierUp === null) tierUp = tierUpHook();
  tierUp?.(wasmFunction);
  return tierUp !== undefined;
}

function tierUpHook(): ((wasmFunction: unknown) => void) | undefined {
  if (v8Version() < 12) return undefined;
  const v8 = process.getBuiltinModule('node:v8');
  v8.setFlagsFromString('--allow-natives-syntax');
  try {
    return new Function('f', '%WasmTierUpFunction(f)') as (wasmFunction: unknown) => void;
  } catch {
    return undefined;
  } finally {
    v8.setFlagsFromString('--no-allow-natives-syntax');
  }
}

function v8Version(): number {
  return Number.parseInt(process.versions.v8 ?? '0', 10);
}

function createWorker(url: URL, name: string): HostWorker {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(url, { name });
  let ending = false;
  return {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    onMessage(callback) {
      worker.on('message', callback);
    },
    onError(callback) {
      let reported = false;
      const report = (error: Error) => {
        if (ending || reported) return;
        reported = true;
        callback(error);
      };
      worker.on('error', (reason: unknown) => {
        report(new Error(`worker ${name} failed: ${messageOf(reason)}`, { cause: reason }));
      });
      worker.on('messageerror', (reason) => {
        report(new Error(`worker ${name} sent a message that cannot be read: ${reason.message}`, { cause: reason }));
      });
      worker.on('exit', (code) => report(new Error(`worker ${name} ended by itself with exit code ${code}`)));
    },
    async terminate() {
      ending = true;
      await worker.terminate();
    },
    unref: () => worker.unref(),
  };
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

export function nodeWorkerScope(): WorkerScope {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  if (parentPort === null) throw new Error('workerScope() was called outside a worker');
  return {
    post: (message, transfer) => parentPort.postMessage(message, [...(transfer ?? [])]),
    onMessage(callback) {
      parentPort.on('message', callback);
    },
  };
}
