import type { KernelFunction } from '../kernels/targets/wasm/index.ts';

/** Words of one step in a Program's table: kernel number, address of its argument block, whether to wait before it. */
export const STEP_WORDS = 4;

/** Words of the block in shared memory through which the threads of a pool meet. */
export const CONTROL = {
  /** Raised by the main thread to announce a command. */
  generation: 0,
  command: 1,
  /** Operands of the command. */
  first: 2,
  second: 3,
  /** Threads that have reached the current barrier, and the number of barriers passed. */
  arrived: 4,
  passed: 5,
  /** Threads that sleep on `generation` or `passed`. */
  sleepers: 6,
  /** 1 + index of a worker whose kernel failed. */
  failed: 7,
  /** Workers that have started. */
  ready: 8,
  words: 16,
} as const;

export const COMMAND = { replay: 1, load: 2, stop: 3 } as const;

/** Turns of a spin loop before a thread goes to sleep: some hundred microseconds. */
const SPINS = 20_000;

/** Waits until word `index` differs from `value`: spins first, then sleeps where the host allows it. */
export function waitWhile(control: Int32Array, index: number, value: number, canSleep: boolean): void {
  for (;;) {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(control, index) !== value) return;
    }
    if (Atomics.load(control, CONTROL.failed) !== 0) return;
    if (!canSleep) continue;
    Atomics.add(control, CONTROL.sleepers, 1);
    // The time limit is for a failed peer, which would never wake this thread.
    Atomics.wait(control, index, value, 100);
    Atomics.sub(control, CONTROL.sleepers, 1);
  }
}

/** Sets word `index` and wakes whoever sleeps on it. */
export function announce(control: Int32Array, index: number, value: number): void {
  Atomics.store(control, index, value);
  if (Atomics.load(control, CONTROL.sleepers) > 0) Atomics.notify(control, index);
}

/** Returns when all `workers` threads have called it. */
export function barrier(control: Int32Array, workers: number, canSleep: boolean): void {
  const passed = Atomics.load(control, CONTROL.passed);
  if (Atomics.add(control, CONTROL.arrived, 1) === workers - 1) {
    Atomics.store(control, CONTROL.arrived, 0);
    announce(control, CONTROL.passed, (passed + 1) | 0);
  } else waitWhile(control, CONTROL.passed, passed, canSleep);
}

/** Runs a Program's steps as one of several workers. Nothing is allocated here. */
export function runSteps(
  functions: readonly KernelFunction[],
  steps: Int32Array,
  control: Int32Array,
  worker: number,
  workers: number,
  canSleep: boolean,
): void {
  for (let at = 0; at < steps.length; at += STEP_WORDS) {
    if (workers > 1 && steps[at + 2] !== 0) {
      barrier(control, workers, canSleep);
      if (Atomics.load(control, CONTROL.failed) !== 0) return;
    }
    functions[steps[at]!]!(steps[at + 1]!, worker, workers);
  }
}
