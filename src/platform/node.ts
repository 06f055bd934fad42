import { nodeFiles } from './node-files.ts';
import { type HostWorker, type Platform, type WorkerScope, workerUrl } from './platform.ts';

/**
 * Built-in modules come through `process.getBuiltinModule` and only when called, so that this file can stand in a
 * browser bundle and no import has to wait (a worker that awaits at its top level may miss its first messages).
 */
export function createNodePlatform(): Platform {
  const { availableParallelism } = process.getBuiltinModule('node:os');
  return {
    name: 'node',
    cores: Math.max(1, availableParallelism()),
    sharedMemory: true,
    canSleep: true,
    fusesVectors,
    now: () => performance.now(),
    createWorker,
    workerUrl,
    files: nodeFiles(),
  };
}

let fusing: boolean | undefined;

/** The flag exists in V8 since 12; it changes nothing where the processor has no 256-bit vectors. */
function fusesVectors(): boolean {
  if (fusing === undefined) {
    const v8 = process.getBuiltinModule('node:v8');
    const known = Number.parseInt(process.versions.v8 ?? '0', 10) >= 12;
    fusing = process.arch === 'x64' && known;
    if (fusing) v8.setFlagsFromString('--experimental-wasm-revectorize');
  }
  return fusing;
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
