import { ARGUMENT_SLOT_BYTES, type Kernel, lowerKernel, type TargetInfo } from '../kernels/index.ts';
import { PEAK_BYTES, peakOperations, registerPeak } from '../kernels/measure.ts';
import { type OperationCounter, operationCounter } from '../kernels/operations.ts';
import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import type { Platform } from '../platform/index.ts';
import type { Executor, KernelObserver, ObservedKernel } from './executor.ts';
import type { LinearMemory } from './memory.ts';

/** What was seen of a kernel on the calling thread, which is worker 0, in all memories. */
interface Seen {
  readonly kernel: Kernel;
  readonly count: OperationCounter | undefined;
  calls: number;
  milliseconds: number;
  /** Of the calls whose operations were counted. */
  counted: { calls: number; milliseconds: number; operations: number; bytes: number };
}

/** A kernel's line of the report; shares and speeds of worker 0 alone, undefined where they cannot be told. */
export interface WatchedKernel {
  readonly key: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Operations a second, where there are any, and as a share of what the thread reaches from registers. */
  readonly speed?: number;
  readonly share?: number;
  /** Bytes that instructions load and store, a second. */
  readonly traffic?: number;
}

/**
 * Prints the program and the code of chosen kernels when they are compiled, and what they reached when the runtime is
 * closed: for those who work on kernels. Watching costs a call two looks at the clock, and now and then a count of its
 * operations.
 */
export class KernelWatch implements KernelObserver {
  readonly #wanted: readonly string[];
  readonly #now: () => number;
  readonly #tell: (text: string) => void;
  readonly #seen = new Map<string, Seen>();

  /** `wanted`: names of kernels or beginnings of their keys; `all` is every kernel. */
  constructor(wanted: readonly string[], now: () => number, tell: (text: string) => void = console.error) {
    this.#wanted = wanted;
    this.#now = now;
    this.#tell = tell;
  }

  /** What the environment variable JINGQI_DEBUG asks for, names separated by commas; undefined for nothing. */
  static ofEnvironment(host: Platform): KernelWatch | undefined {
    const wanted = (host.environment('JINGQI_DEBUG') ?? '').split(',').map((name) => name.trim());
    const names = wanted.filter((name) => name !== '');
    return names.length === 0 ? undefined : new KernelWatch(names, () => host.now());
  }

  #wants({ key }: Kernel): boolean {
    return this.#wanted.some((name) => name === 'all' || key.toLowerCase().startsWith(name.toLowerCase()));
  }

  observe({ kernel, target, memory }: ObservedKernel, run: KernelFunction, describe: () => string): KernelFunction {
    if (!this.#wants(kernel)) return run;
    const seen = this.#seen.get(kernel.key) ?? this.#begin(kernel, target, describe);
    return (block, worker, workers) => {
      const start = this.#now();
      run(block, worker, workers);
      this.#add(seen, this.#now() - start, (count) => count(memory.view, block, worker, workers));
    };
  }

  #begin(kernel: Kernel, target: TargetInfo, describe: () => string): Seen {
    this.#tell(`${kernel.key}\n\n${describe()}\n`);
    const count = operationCounter(lowerKernel(kernel, target));
    const counted = { calls: 0, milliseconds: 0, operations: 0, bytes: 0 };
    const seen: Seen = { kernel, count, calls: 0, milliseconds: 0, counted };
    this.#seen.set(kernel.key, seen);
    return seen;
  }

  #add(seen: Seen, milliseconds: number, counts: (count: OperationCounter) => ReturnType<OperationCounter>): void {
    seen.calls++;
    seen.milliseconds += milliseconds;
    // Counting can take longer than the call: it is done for calls 2, 4, 8, … The first finds cold caches.
    if (seen.count === undefined || seen.calls < 2 || (seen.calls & (seen.calls - 1)) !== 0) return;
    const { operations, bytes } = counts(seen.count);
    seen.counted.calls++;
    seen.counted.milliseconds += milliseconds;
    seen.counted.operations += operations;
    seen.counted.bytes += bytes;
  }

  /** What was seen so far, longest first; `peak` in operations a second of one thread. */
  kernels(peak: number | undefined): WatchedKernel[] {
    return [...this.#seen.values()]
      .map(({ kernel: { key }, calls, milliseconds, counted }) => {
        if (counted.calls === 0) return { key, calls, milliseconds };
        const seconds = counted.milliseconds / 1000;
        const speed = counted.operations / seconds;
        const traffic = counted.bytes / seconds;
        if (counted.operations === 0) return { key, calls, milliseconds, traffic };
        return { key, calls, milliseconds, traffic, speed, ...(peak === undefined ? {} : { share: speed / peak }) };
      })
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** Prints what the kernels reached. Measures the thread's peak with the runtime's executor first. */
  report(executor: Executor, memory: LinearMemory): void {
    const peak = threadPeak(executor, memory, this.#now);
    const kernels = this.kernels(peak);
    if (kernels.length === 0) {
      this.#tell(`JINGQI_DEBUG: nothing ran whose name begins with ${this.#wanted.join(' or ')}`);
      return;
    }
    const of = peak === undefined ? '' : `, of ${(peak / 1e9).toFixed(1)} GFLOP/s that it reaches from registers`;
    this.#tell(`Kernels on ${executor.target.name}, worker 0${of}:\n${kernels.map(lineOf).join('\n')}`);
  }
}

function lineOf({ key, calls, milliseconds, speed, share, traffic }: WatchedKernel): string {
  const giga = (value: number) => (value / 1e9).toFixed(2);
  const parts = [`${calls} ${calls === 1 ? 'call' : 'calls'} in ${milliseconds.toFixed(2)} ms`];
  if (speed !== undefined) parts.push(`${giga(speed)} GFLOP/s`);
  if (share !== undefined) parts.push(`${(100 * share).toFixed(1)} % of peak`);
  if (traffic !== undefined) parts.push(`${giga(traffic)} GB/s loaded and stored`);
  if (traffic === undefined) parts.push(calls < 2 ? 'too few calls to count' : 'its operations cannot be counted');
  return `  ${key}: ${parts.join(', ')}`;
}

/** Milliseconds of each of some measurements, and turns that take longer than that on any machine. */
const MEASURE = 2;
const MOST_TURNS = 1 << 17;

/** f32 multiply-adds of the calling thread, in operations a second; undefined where memory leaves no room to measure. */
export function threadPeak(executor: Executor, memory: LinearMemory, now: () => number): number | undefined {
  const bytes = 2 * PEAK_BYTES;
  let start: number;
  try {
    start = memory.allocate(bytes, 'the measurement of the peak', { near: true });
  } catch {
    return undefined;
  }
  const { view } = memory;
  const data = start + PEAK_BYTES;
  const setTurns = (turns: number) => view.setInt32(start + ARGUMENT_SLOT_BYTES, turns, true);
  view.setBigUint64(start, BigInt(data), true);
  const number = executor.kernelNumber(registerPeak as unknown as Kernel);
  const time = () => {
    const begin = now();
    executor.functions[number]!(start, 0, 1);
    return now() - begin;
  };
  let turns = 16;
  for (setTurns(turns); turns < MOST_TURNS && time() < MEASURE; setTurns(turns)) turns *= 2;
  const least = Math.min(...Array.from({ length: 10 }, time));
  memory.release(start, bytes);
  return (1000 * peakOperations(executor.target, turns)) / least;
}
