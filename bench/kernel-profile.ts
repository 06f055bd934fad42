import type { Kernel } from '../src/kernels/index.ts';
import type { Runtime } from '../src/tensor/index.ts';
import { type CallWork, NO_WORK, workOf } from './call-work.ts';
import type { Limits } from './limits.ts';
import { processorTime } from './processor-clock.ts';

type KernelFunction = (block: number, worker: number, workers: number) => void;

/** One kernel call, as the measuring thread sees it. */
export interface CallTime extends CallWork {
  readonly kernel: Kernel;
  readonly milliseconds: number;
  /** From the end of the call before it: reading the table, waiting for other workers, the host's work between steps. */
  readonly gap: number;
}

const MOST_CALLS = 1 << 20;

/**
 * Times the kernel calls of worker 0. The other workers run the same calls, so that what worker 0 does not spend in
 * kernels is passed in barriers (waiting for the others included), in reading the step table and in the host.
 * Create it before Programs are recorded: it learns the kernels' names as they are compiled. Runtimes of several memories
 * must share their threads, and so the numbers of kernels.
 */
export class KernelProfile {
  readonly #runtimes: readonly Runtime[];
  readonly #kernels: Kernel[] = [];
  readonly #starts = new Float64Array(MOST_CALLS);
  readonly #ends = new Float64Array(MOST_CALLS);
  readonly #numbers = new Int32Array(MOST_CALLS);
  readonly #now: () => number;
  #count = 0;

  constructor(...runtimes: readonly [Runtime, ...Runtime[]]) {
    this.#runtimes = runtimes;
    // A single thread has no one to wait for, and its processor time tells what it does itself on a busy machine.
    this.#now = runtimes[0].workers === 1 ? () => 1000 * processorTime() : () => performance.now();
    for (const { executor } of runtimes) {
      const number = executor.kernelNumber.bind(executor);
      executor.kernelNumber = (kernel) => {
        const given = number(kernel);
        this.#kernels[given] = kernel;
        return given;
      };
    }
  }

  /** Puts `around` in the place of every kernel compiled so far; gives the function that takes it away again. */
  #wrap(around: (index: number, run: KernelFunction, runtime: Runtime) => KernelFunction): () => void {
    const saved = this.#runtimes.flatMap((runtime) => {
      const functions = runtime.executor.functions as KernelFunction[];
      return [...functions.entries()]
        .filter(([, run]) => run !== undefined)
        .map(([index, run]) => ({ functions, index, run, runtime }));
    });
    for (const { functions, index, run, runtime } of saved) functions[index] = around(index, run, runtime);
    return () => {
      for (const { functions, index, run } of saved) functions[index] = run;
    };
  }

  #clocked(index: number, run: KernelFunction): KernelFunction {
    return (block, worker, workers) => {
      const at = this.#count++;
      this.#numbers[at] = index;
      this.#starts[at] = this.#now();
      run(block, worker, workers);
      this.#ends[at] = this.#now();
    };
  }

  /** The kernel calls of worker 0 while `body` runs, in order; kernels must have been compiled before. */
  async times(body: () => unknown): Promise<CallTime[]> {
    const cost = this.#cost();
    this.#count = 0;
    const unwrap = this.#wrap((index, run) => this.#clocked(index, run));
    const begin = this.#now();
    try {
      await body();
    } finally {
      unwrap();
    }
    return Array.from({ length: this.#count }, (_, i) => {
      const [start, end, before] = [this.#starts[i]!, this.#ends[i]!, i === 0 ? begin : this.#ends[i - 1]!];
      return {
        kernel: this.#kernels[this.#numbers[i]!]!,
        milliseconds: Math.max(0, end - start - cost.call),
        gap: Math.max(0, start - before - cost.gap),
        ...NO_WORK,
      };
    });
  }

  /** What measuring adds to each call and each gap, in milliseconds. */
  #cost(): { call: number; gap: number } {
    const nothing = this.#clocked(0, () => {});
    const cost = { call: Number.POSITIVE_INFINITY, gap: Number.POSITIVE_INFINITY };
    const turns = 200;
    for (let round = 0; round < 200; round++) {
      this.#count = 0;
      for (let i = 0; i < turns; i++) nothing(0, 0, 1);
      let calls = 0;
      for (let i = 0; i < turns; i++) calls += this.#ends[i]! - this.#starts[i]!;
      const all = this.#ends[turns - 1]! - this.#starts[0]!;
      cost.call = Math.min(cost.call, calls / turns);
      cost.gap = Math.min(cost.gap, (all - calls) / turns);
    }
    return cost;
  }

  /** Adds what there was to do to the calls that `body` makes, from their arguments. */
  async withWork(calls: readonly CallTime[], body: () => unknown): Promise<CallTime[]> {
    const list: CallWork[] = [];
    const unwrap = this.#wrap((index, run, { memory, target }) => (block, worker, workers) => {
      list.push(workOf(this.#kernels[index]!, block, memory.view, target));
      run(block, worker, workers);
    });
    try {
      await body();
    } finally {
      unwrap();
    }
    if (list.length !== calls.length) throw new Error(`${list.length} calls where ${calls.length} were timed`);
    return calls.map((call, at) => ({ ...call, ...list[at]! }));
  }
}

/**
 * Several runs of the same calls as one: each call from the run in which it and the wait after it took least. Load by
 * others, which lengthens some calls of each run, mostly drops out; what the calls take by themselves, waiting for the
 * slower worker included, stays.
 */
export function leastOf(runs: readonly (readonly CallTime[])[]): CallTime[] {
  const [first] = runs;
  const gaps = [Math.min(...runs.map((calls) => calls[0]!.gap))];
  const times = first!.map((_, at) => {
    const until = (calls: readonly CallTime[]) => calls[at]!.milliseconds + (calls[at + 1]?.gap ?? 0);
    const best = runs.reduce((least, calls) => (until(calls) < until(least) ? calls : least));
    gaps.push(best[at + 1]?.gap ?? 0);
    return best[at]!.milliseconds;
  });
  return first!.map((call, at) => ({ ...call, milliseconds: times[at]!, gap: gaps[at]! }));
}

export const inKernels = (calls: readonly CallTime[]): number =>
  calls.reduce((sum, call) => sum + call.milliseconds, 0);
export const inGaps = (calls: readonly CallTime[]): number => calls.reduce((sum, call) => sum + call.gap, 0);

/** Length of the shortest piece that the list ends with three times. */
export function periodOf(list: readonly string[]): number {
  const end = list.length;
  for (let period = 1; period * 3 <= end; period++) {
    let same = true;
    for (let i = 1; same && i <= period * 2; i++) same = list[end - i] === list[end - i - period];
    if (same) return period;
  }
  throw new Error('the steps do not repeat');
}

/** A table of kernels for people, longest first, taken together by `nameOf`: by default variants of one kernel. */
export function describeCalls(
  calls: readonly CallTime[],
  most: number,
  nameOf: (call: CallTime) => string = ({ kernel }) => kernel.name,
  limits?: Limits,
): string {
  const groups = [...Map.groupBy(calls, nameOf)].map(([name, list]) => ({ name, ...sumOf(list, limits) }));
  const total = inKernels(calls) + inGaps(calls);
  const width = Math.min(64, Math.max(44, ...groups.map(({ name }) => name.length)));
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1).padStart(6)} %`;
  const shown = groups
    .sort((a, b) => b.milliseconds + b.gap - a.milliseconds - a.gap)
    .slice(0, most)
    .map(({ name, count, milliseconds, gap, operations, bytes, atLimit }) => {
      const times = `${String(count).padStart(6)}${milliseconds.toFixed(3).padStart(10)}`;
      const shares = `${percent(milliseconds, total)}${percent(gap, total)}`;
      const line = `  ${name.slice(0, width).padEnd(width)}${times}${shares}`;
      const speed = (amount: number) => (amount > 0 ? (amount / milliseconds / 1e6).toFixed(1) : '').padStart(8);
      if (limits === undefined) return `${line}${speed(operations)}`;
      const arithmetic = operations > 0 ? percent(atLimit, milliseconds) : '        ';
      const reading = bytes > 0 ? percent(bytes / limits.reading / 1e6, milliseconds) : '';
      return `${line}${speed(operations / 2)}${arithmetic}${speed(bytes)}${reading}`;
    });
  const head = `  ${'kernel'.padEnd(width)} calls        ms   share waiting`;
  return [`${head}${limits === undefined ? ' GFLOP/s' : '  GMAC/s of peak    GB/s of reading'}`, ...shown].join('\n');
}

/** What calls come to; `atLimit` is how many milliseconds their arithmetic would take at the machine's limit. */
function sumOf(calls: readonly CallTime[], limits: Limits | undefined) {
  const sums = { count: calls.length, milliseconds: 0, gap: 0, operations: 0, bytes: 0, atLimit: 0 };
  for (const { milliseconds, gap, operations, bytes, arithmetic } of calls) {
    sums.milliseconds += milliseconds;
    sums.gap += gap;
    sums.operations += operations;
    sums.bytes += bytes;
    if (limits !== undefined) sums.atLimit += operations / 2 / limits[arithmetic] / 1e6;
  }
  return sums;
}
