import type { KernelFunction } from '../kernels/targets/wasm/index.ts';

/**
 * Words of one step in a Program's table: kernel number, address of its argument block, whether to wait before it,
 * whether worker 0 runs it alone.
 */
export const STEP_WORDS = 4;

/** Words of the block in shared memory through which the threads of a pool meet; each group has cache lines of its own. */
export const CONTROL = {
  /** Raised by the main thread to announce a command. */
  generation: 0,
  command: 1,
  /** Operands of the command: words of the memory, from and to. */
  first: 2,
  end: 3,
  /** Turns that a thread spins before it goes to sleep. */
  patience: 4,
  /** Which of the pool's memories the operands are words of. */
  memory: 5,
  /** Threads that have reached the current barrier, and the number of barriers passed. */
  arrived: 16,
  passed: 17,
  /** Threads that sleep on `generation` or `passed`. */
  sleepers: 18,
  /** Times that a thread went to sleep since the command began. */
  sleeps: 19,
  /** 1 + index of the first worker that failed; set once what follows is written. */
  failed: 32,
  /** Step at which it failed, or -1. */
  failedStep: 33,
  /** Taken by the thread that reports its failure. */
  reporting: 34,
  /** Bytes of the message, and where it begins. */
  messageBytes: 35,
  message: 48,
  words: 176,
} as const;

export const COMMAND = { replay: 1, load: 2, stop: 3 } as const;

/** A number of bytes rounded up to whole words. */
export function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** A kernel call that threw, or a worker that ended. */
export class StepError extends Error {
  /** Index of the worker. */
  readonly worker: number;
  /** Index of the step, -1 outside a Program. */
  readonly step: number;

  constructor(worker: number, step: number, message: string) {
    super(message);
    this.name = 'StepError';
    this.worker = worker;
    this.step = step;
  }
}

/**
 * Waits until word `index` differs from `value` or a worker has failed: spins first, then sleeps where the host allows
 * it.
 */
function waitWhile(control: Int32Array, index: number, value: number, canSleep: boolean): void {
  const patience = control[CONTROL.patience]!;
  for (;;) {
    for (let turn = 0; turn < patience; turn++) {
      if (Atomics.load(control, index) !== value) return;
    }
    if (Atomics.load(control, CONTROL.failed) !== 0) return;
    if (!canSleep) continue;
    // Counted before the wait looks at the word: whoever changes it either sees the count or is seen by the wait.
    Atomics.add(control, CONTROL.sleepers, 1);
    Atomics.add(control, CONTROL.sleeps, 1);
    Atomics.wait(control, index, value);
    Atomics.sub(control, CONTROL.sleepers, 1);
  }
}

/** Sets word `index` and wakes whoever sleeps on it. */
function announce(control: Int32Array, index: number, value: number): void {
  Atomics.store(control, index, value);
  if (Atomics.load(control, CONTROL.sleepers) > 0) Atomics.notify(control, index);
}

/** Announces a command to all workers; its operands are words of memory `memory`. */
export function command(control: Int32Array, kind: number, first: number, end: number, memory = 0): void {
  control[CONTROL.command] = kind;
  control[CONTROL.memory] = memory;
  control[CONTROL.first] = first;
  control[CONTROL.end] = end;
  announce(control, CONTROL.generation, (Atomics.load(control, CONTROL.generation) + 1) | 0);
}

/** Waits for the command after number `generation`; false when a worker has failed and there will be none. */
export function nextCommand(control: Int32Array, generation: number): boolean {
  waitWhile(control, CONTROL.generation, generation, true);
  return Atomics.load(control, CONTROL.failed) === 0;
}

/**
 * Returns when all `workers` threads have called it: true, or false when one has failed. A thread cannot come back to
 * a barrier before everyone has left the last one's count, because the count is reset before the barrier opens.
 */
export function barrier(control: Int32Array, workers: number, canSleep: boolean): boolean {
  const passed = Atomics.load(control, CONTROL.passed);
  if (Atomics.add(control, CONTROL.arrived, 1) === workers - 1) {
    Atomics.store(control, CONTROL.arrived, 0);
    announce(control, CONTROL.passed, (passed + 1) | 0);
  } else waitWhile(control, CONTROL.passed, passed, canSleep);
  return Atomics.load(control, CONTROL.failed) === 0;
}

/** Tells all threads that a worker failed, with the reason. Only the first report counts. */
export function reportFailure(control: Int32Array, worker: number, step: number, reason: unknown): void {
  if (Atomics.compareExchange(control, CONTROL.reporting, 0, 1) !== 0) return;
  const text = new TextEncoder().encode(reason instanceof Error ? reason.message : String(reason));
  const start = control.byteOffset + 4 * CONTROL.message;
  const room = new Uint8Array(control.buffer, start, 4 * (CONTROL.words - CONTROL.message));
  const bytes = text.subarray(0, room.length);
  room.set(bytes);
  control[CONTROL.messageBytes] = bytes.length;
  control[CONTROL.failedStep] = step;
  Atomics.store(control, CONTROL.failed, worker + 1);
  // Changing the word that the others wait for ends their waits even if they are about to fall asleep.
  Atomics.add(control, CONTROL.passed, 1);
  Atomics.notify(control, CONTROL.passed);
  Atomics.notify(control, CONTROL.generation);
}

/** The failure that was reported, if any. */
export function reportedFailure(control: Int32Array): StepError | undefined {
  const failed = Atomics.load(control, CONTROL.failed);
  if (failed === 0) return undefined;
  const start = control.byteOffset + 4 * CONTROL.message;
  const text = new Uint8Array(control.buffer, start, control[CONTROL.messageBytes]!).slice();
  return new StepError(failed - 1, control[CONTROL.failedStep]!, new TextDecoder().decode(text));
}

/**
 * Runs the steps in words first…end-1 of the memory as one of several workers. A failure is reported to the others; they
 * stop at their next barrier. Nothing is allocated here.
 */
export function runSteps(
  functions: readonly KernelFunction[],
  words: Int32Array,
  first: number,
  end: number,
  control: Int32Array,
  worker: number,
  workers: number,
  canSleep: boolean,
): void {
  let at = first;
  try {
    for (; at < end; at += STEP_WORDS) {
      if (words[at + 2] !== 0 && !barrier(control, workers, canSleep)) return;
      const run = functions[words[at]!]!;
      if (words[at + 3] === 0) run(words[at + 1]! >>> 0, worker, workers);
      else if (worker === 0) run(words[at + 1]! >>> 0, 0, 1);
    }
  } catch (error) {
    reportFailure(control, worker, (at - first) / STEP_WORDS, error);
  }
}
