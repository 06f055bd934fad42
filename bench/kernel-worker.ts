import { parentPort, workerData } from 'node:worker_threads';
import type { KernelFunction } from '../src/kernels/targets/wasm/index.ts';
import { type CallList, type CompiledKernel, KernelLoader, type RunRequest, runCalls } from './kernel-runner.ts';

const { memory, worker, workers } = workerData as {
  memory: WebAssembly.Memory;
  worker: number;
  workers: number;
};
const cells = new Int32Array(memory.buffer);
const functions = new Map<string, KernelFunction>();
const lists: CallList[] = [];
const loader = new KernelLoader(memory);

parentPort!.on('message', (message: { modules: readonly [string, CompiledKernel][]; list: CallList } | RunRequest) => {
  if ('modules' in message) {
    for (const [key, module] of message.modules) functions.set(key, loader.load(module));
    lists.push(message.list);
    return;
  }
  const list = lists[message.index]!;
  const calls = list.map(({ key, block }) => ({ run: functions.get(key)!, block }));
  runCalls(cells, calls, worker, workers, message.repeats);
});
parentPort!.postMessage('ready');
