import { copyMemory, PEAK_BYTES, peakOperations, readMemory, registerPeak } from '../kernels/measure.ts';
import { record, recorder } from './record.ts';
import type { Runtime } from './runtime.ts';

/** What a machine reaches with all workers of a runtime. */
export interface MachineLimits {
  /** f32 multiply-adds from registers, in floating-point operations a second. */
  readonly peak: number;
  /** Bytes a second of main memory: read only, and copied (each byte counted when read and when written). */
  readonly read: number;
  readonly copy: number;
}

/** Bytes of each of two arrays: more than caches hold. */
const ARRAY_BYTES = 1 << 27;
/** Memory that the measurement needs of a runtime. */
export const MEASURE_BYTES = 2 * ARRAY_BYTES + (1 << 22);

/** Least time of one replay in seconds, over at least `seconds`. */
function best(replay: () => void, seconds: number): number {
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000 * seconds;
  do {
    const start = performance.now();
    replay();
    least = Math.min(least, (performance.now() - start) / 1000);
  } while (performance.now() < end);
  return least;
}

/** Measures for some two seconds. */
export function measureMachine(runtime: Runtime): MachineLimits {
  const turns = 20_000;
  const data = runtime.allocate('data', [(PEAK_BYTES * (runtime.workers + 1)) / 4]);
  const peak = record(runtime, () => {
    recorder().call(registerPeak, { data, turns });
    return data;
  });
  const operations = peakOperations(runtime.target, turns) * runtime.workers;
  const count = ARRAY_BYTES / 4;
  const x = runtime.allocate('x', [count]);
  // Arrays a power of two apart would fight for the same lines of the caches.
  runtime.allocate('gap', [1040]);
  const y = runtime.allocate('y', [count]);
  const sums = runtime.allocate('sums', [16 * runtime.workers]);
  const read = record(runtime, () => {
    recorder().call(readMemory, { x, sums, count });
    return sums;
  });
  const copy = record(runtime, () => {
    recorder().call(copyMemory, { x, y, count });
    return y;
  });
  // Untouched pages would all be the one page of zeros.
  (runtime.view(x) as Float32Array).fill(1);
  copy.replay();
  return {
    peak: operations / best(() => peak.replay(), 0.5),
    read: ARRAY_BYTES / best(() => read.replay(), 0.5),
    copy: (2 * ARRAY_BYTES) / best(() => copy.replay(), 0.5),
  };
}
