import { instantiateKernel, type KernelFunction } from '../kernels/targets/wasm/index.ts';
import { workerScope } from '../platform/index.ts';
import type { WorkerStart } from './pool.ts';
import { barrier, COMMAND, CONTROL, runSteps, waitWhile } from './steps.ts';

/** The thread of a pool's worker: waits for commands in shared memory until it is told to stop. */
const scope = workerScope();
let started = false;
scope.onMessage((message) => {
  if (started) return;
  started = true;
  scope.post('ready');
  serve(message as WorkerStart);
});

function serve({ memory, controlAddress, worker, workers }: WorkerStart): void {
  const control = new Int32Array(memory.buffer, controlAddress, CONTROL.words);
  const functions: KernelFunction[] = [];
  let generation = 0;
  for (;;) {
    while (Atomics.load(control, CONTROL.generation) === generation) {
      waitWhile(control, CONTROL.generation, generation, true);
      if (Atomics.load(control, CONTROL.failed) !== 0) return;
    }
    generation = (generation + 1) | 0;
    const [command, first, second] = [control[CONTROL.command]!, control[CONTROL.first]!, control[CONTROL.second]!];
    if (command === COMMAND.stop) return;
    try {
      if (command === COMMAND.replay) {
        runSteps(functions, new Int32Array(memory.buffer, first, second), control, worker, workers, true);
      } else if (command === COMMAND.load) {
        const bytes = new Uint8Array(memory.buffer, first, second).slice();
        functions.push(instantiateKernel(new WebAssembly.Module(bytes), memory));
      }
    } catch (error) {
      Atomics.store(control, CONTROL.failed, worker + 1);
      throw error;
    }
    barrier(control, workers, true);
  }
}
