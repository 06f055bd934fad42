import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernel, type KernelFunction } from '../src/kernels/targets/wasm/index.ts';
import { type CallList, type RunRequest, runCalls } from './kernel-runner.ts';

const { memory, worker, workers } = workerData as {
  memory: WebAssembly.Memory;
  worker: number;
  workers: number;
};
const cells = new Int32Array(memory.buffer);
const functions = new Map<string, KernelFunction>();
const lists: CallList[] = [];

parentPort!.on(
  'message',
  (message: { modules: readonly [string, WebAssembly.Module][]; list: CallList } | RunRequest) => {
    if ('modules' in message) {
      for (const [key, module] of message.modules) functions.set(key, instantiateKernel(module, memory));
      lists.push(message.list);
      return;
    }
    const list = lists[message.index]!;
    const calls = list.map(({ key, block }) => ({ run: functions.get(key)!, block }));
    runCalls(cells, calls, worker, workers, message.repeats);
  },
);
parentPort!.postMessage('ready');
