import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import type { RECORD } from '../kernels/targets/x64/index.ts';
import type { NativeHost } from '../platform/index.ts';

/*
 * How threads call machine code. It stands apart from what makes that code, and knows the layout of a record only by name:
 * a worker has it from the thread that starts it, and would else read the whole compiler at its start.
 */

/** Where what machine code is called with stands in a record. */
export type RecordLayout = typeof RECORD;

/** What machine code is called with, see RECORD. Addresses do not keep buffers alive, so they are held here. */
export interface NativeRecord {
  readonly layout: RecordLayout;
  readonly address: bigint;
  readonly words: Int32Array;
  readonly memory: ArrayBufferLike;
}

/** The function of machine code at an address, for the calling thread; `record` is the thread's own, in `words`. */
export function nativeFunction(host: NativeHost, address: bigint, record: NativeRecord): KernelFunction {
  const call = host.caller(address);
  const { layout } = record;
  const [argumentsAt, workerAt, workersAt] = [layout.arguments / 4, layout.worker / 4, layout.workers / 4];
  return (argumentBlock, worker, workers) => {
    const { words } = record;
    words[argumentsAt] = argumentBlock;
    words[workerAt] = worker;
    words[workersAt] = workers;
    call(record.address);
  };
}

/** A record for the calling thread, filled with the address of the memory that kernels work on. */
export function nativeRecord(host: NativeHost, memory: ArrayBufferLike, layout: RecordLayout): NativeRecord {
  const view = new DataView(new ArrayBuffer(layout.bytes));
  view.setBigUint64(layout.memory, host.addressOf(memory), true);
  return { layout, address: host.addressOf(view.buffer), words: new Int32Array(view.buffer), memory };
}
