import { platform } from '../src/platform/index.ts';

/** What is used of `node:ffi`; its types are too new to count on. */
interface Ffi {
  readonly DynamicLibrary: new (
    path: null,
  ) => {
    getFunction(
      name: string,
      signature: { arguments: readonly string[]; return: string },
    ): (clock: number, time: Uint8Array) => number;
  };
}

/** CLOCK_THREAD_CPUTIME_ID */
const LINUX_THREAD_CLOCK = 3;

/** Node's own clock of a thread moves with the scheduler's ticks of some milliseconds. */
function coarseClock(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function openClock(): () => number {
  if (process.platform !== 'linux') return coarseClock;
  // The host opens node:ffi without Node's warning that it is an experiment.
  if ('unavailable' in platform().native()) return coarseClock;
  try {
    const ffi = process.getBuiltinModule('node:ffi') as unknown as Ffi;
    const getTime = new ffi.DynamicLibrary(null).getFunction('clock_gettime', {
      arguments: ['i32', 'pointer'],
      return: 'i32',
    });
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    return () => {
      if (getTime(LINUX_THREAD_CLOCK, bytes) !== 0) return coarseClock();
      return Number(view.getBigInt64(0, true)) + Number(view.getBigInt64(8, true)) / 1e9;
    };
  } catch {
    return coarseClock;
  }
}

let clock: (() => number) | undefined;

/** Seconds of processor time that this thread has used: to the microsecond on Linux, by the scheduler's ticks elsewhere. */
export function processorTime(): number {
  clock ??= openClock();
  return clock();
}
