import type { Kernel } from '../src/kernels/index.ts';
import type { Runtime } from '../src/tensor/index.ts';
import { type CallWork, workOf } from './call-work.ts';

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
 * Create it before Programs are recorded: it learns the kernels' names as they are compiled.
 */
export class KernelProfile {
  readonly #runtime: Runtime;
  readonly #kernels: Kernel[] = [];
  readonly #functions: KernelFunction[];
  readonly #starts = new Float64Array(MOST_CALLS);
  readonly #ends = new Float64Array(MOST_CALLS);
  readonly #numbers = new Int32Array(MOST_CALLS);
  #count = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const { executor } = runtime;
    this.#functions = executor.functions as KernelFunction[];
    const number = executor.kernelNumber.bind(executor);
    executor.kernelNumber = (kernel) => {
      const given = number(kernel);
      this.#kernels[given] = kernel;
      return given;
    };
  }

  /** Puts `around` in the place of every kernel compiled so far; gives the function that takes it away again. */
  #wrap(around: (index: number, run: KernelFunction) => KernelFunction): () => void {
    const saved = [...this.#functions];
    saved.forEach((run, index) => {
      this.#functions[index] = around(index, run);
    });
    return () => {
      saved.forEach((run, index) => {
        this.#functions[index] = run;
      });
    };
  }

  #clocked(index: number, run: KernelFunction): KernelFunction {
    return (block, worker, workers) => {
      const at = this.#count++;
      this.#numbers[at] = index;
      this.#starts[at] = performance.now();
      run(block, worker, workers);
      this.#ends[at] = performance.now();
    };
  }

  /** The kernel calls of worker 0 while `body` runs, in order; kernels must have been compiled before. */
  async times(body: () => unknown): Promise<CallTime[]> {
    const cost = this.#cost();
    this.#count = 0;
    const unwrap = this.#wrap((index, run) => this.#clocked(index, run));
    const begin = performance.now();
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
        ...{ operations: 0, weightBytes: 0, shape: '' },
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
    const { view } = this.#runtime.memory;
    const { target } = this.#runtime;
    const unwrap = this.#wrap((index, run) => (block, worker, workers) => {
      list.push(workOf(this.#kernels[index]!, block, view, target));
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
 * Several runs of the same calls as one: of each call and each gap the least. Load by others, which lengthens some calls
 * of each run, mostly drops out; what the calls take by themselves, waiting for the slower worker included, stays.
 */
export function leastOf(runs: readonly (readonly CallTime[])[]): CallTime[] {
  return runs[0]!.map((call, at) => ({
    ...call,
    milliseconds: Math.min(...runs.map((calls) => calls[at]!.milliseconds)),
    gap: Math.min(...runs.map((calls) => calls[at]!.gap)),
  }));
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

/**
 * A table of kernels for people, longest first, taken together by `nameOf`: by default variants of one kernel. With
 * `limit`, GB/s of reading memory, the share of it that reading weights reaches stands in the last column.
 */
export function describeCalls(
  calls: readonly CallTime[],
  most: number,
  nameOf: (call: CallTime) => string = ({ kernel }) => kernel.name,
  limit?: number,
): string {
  const shares = new Map<
    string,
    { calls: number; milliseconds: number; gap: number; operations: number; bytes: number }
  >();
  for (const call of calls) {
    const name = nameOf(call);
    const share = shares.get(name) ?? { calls: 0, milliseconds: 0, gap: 0, operations: 0, bytes: 0 };
    share.calls++;
    share.milliseconds += call.milliseconds;
    share.gap += call.gap;
    share.operations += call.operations;
    share.bytes += call.weightBytes;
    shares.set(name, share);
  }
  const total = inKernels(calls) + inGaps(calls);
  const width = Math.min(72, Math.max(44, ...[...shares.keys()].map(({ length }) => length)));
  const shown = [...shares]
    .sort(([, a], [, b]) => b.milliseconds + b.gap - a.milliseconds - a.gap)
    .slice(0, most)
    .map(([name, share]) => {
      const percent = (part: number) => ((100 * part) / total).toFixed(1).padStart(6);
      const speed = (amount: number) => (amount > 0 ? (amount / share.milliseconds / 1e6).toFixed(1) : '').padStart(8);
      const columns = [String(share.calls).padStart(6), share.milliseconds.toFixed(3).padStart(10)];
      const times = `${columns.join('')}${percent(share.milliseconds)} %${percent(share.gap)} %`;
      if (limit === undefined) return `  ${name.padEnd(width)}${times}${speed(share.operations)}`;
      const reading = share.bytes > 0 ? `${percent((total * share.bytes) / share.milliseconds / 1e6 / limit)} %` : '';
      return `  ${name.padEnd(width)}${times}${speed(share.operations)}${speed(share.bytes)}${reading}`;
    });
  const head = `  ${'kernel'.padEnd(width)} calls        ms  share waiting GFLOP/s`;
  return [limit === undefined ? head : `${head}    GB/s of limit`, ...shown].join('\n');
}
