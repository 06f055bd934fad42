import { instantiateKernel, type KernelFunction } from '../kernels/targets/wasm/index.ts';
import { platform, workerScope } from '../platform/index.ts';
import { nativeFunction, nativeRecord, type RecordLayout } from './native-call.ts';
import { pinThread } from './pinning.ts';
import type { WorkerReady, WorkerStart } from './pool.ts';
import { barrier, COMMAND, CONTROL, nextCommand, reportFailure, roundUp, runSteps } from './steps.ts';

/** The thread of a pool's worker: waits for commands in shared memory until it is told to stop. */
const scope = workerScope();
let started = false;
scope.onMessage((message) => {
  if (started) return;
  started = true;
  const start = message as WorkerStart;
  const { processor } = start;
  const ready: WorkerReady = { pinned: processor !== undefined && pinThread(platform(), processor) };
  scope.post(ready);
  serve(start);
});

function serve({ memories, control: buffer, worker, workers, native }: WorkerStart): void {
  const control = new Int32Array(buffer);
  const places = memories.map((memory) => ({
    words: new Int32Array(memory.buffer),
    functions: [] as KernelFunction[],
  }));
  const receive = native ? receiveCode(memories, native) : receiveModule(memories);
  // Commands cannot be missed: the main thread waits at the barrier below before it announces another.
  for (let generation = 0; nextCommand(control, generation); generation = (generation + 1) | 0) {
    const command = control[CONTROL.command];
    const first = control[CONTROL.first]! >>> 0;
    const end = control[CONTROL.end]! >>> 0;
    if (command === COMMAND.stop) return;
    const { words, functions } = places[control[CONTROL.memory]!]!;
    if (command === COMMAND.replay) runSteps(functions, words, first, end, control, worker, workers, true);
    else {
      try {
        for (let at = first; at < end; at += 1 + roundUp(words[at]!) / 4) {
          const bytes = new Uint8Array(words.buffer, 4 * at + 4, words[at]!).slice();
          for (const [number, run] of receive(bytes).entries()) places[number]!.functions.push(run);
        }
      } catch (error) {
        reportFailure(control, worker, -1, error);
      }
    }
    barrier(control, workers, true);
  }
}

/** Functions of a kernel, one for each memory. */
type Receive = (bytes: Uint8Array<ArrayBuffer>) => KernelFunction[];

function receiveModule(memories: readonly WebAssembly.Memory[]): Receive {
  return (bytes) => {
    const module = new WebAssembly.Module(bytes);
    return memories.map((memory) => instantiateKernel(module, memory));
  };
}

function receiveCode(memories: readonly WebAssembly.Memory[], layout: RecordLayout): Receive {
  const host = platform().native();
  if ('unavailable' in host) throw new Error(host.unavailable);
  const records = memories.map(({ buffer }) => nativeRecord(host, buffer, layout));
  return (bytes) => records.map((record) => nativeFunction(host, new BigUint64Array(bytes.buffer)[0]!, record));
}
