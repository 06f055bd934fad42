import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type NativeHost, nativeHost } from '../platform/native.ts';
import type { Kernel } from './kernel.ts';
import { findDifference, SAMPLE_BYTES, seeded } from './sample-call.ts';
import { assembleKernel, conventionOf, RECORD, type X64Level, x64Target } from './targets/x64/index.ts';
import { nativeLevels } from './testing.ts';

/** What the quick and the long fuzz share. */

/** Calls machine code on one memory. */
export class NativeRunner {
  readonly memory = new ArrayBuffer(SAMPLE_BYTES);
  readonly #host = nativeHost() as NativeHost;
  readonly #record = new DataView(new ArrayBuffer(RECORD.bytes));

  load(code: Uint8Array) {
    const image = this.#host.load(code);
    const call = this.#host.caller(image.address);
    const record = this.#record;
    record.setBigUint64(RECORD.memory, this.#host.addressOf(this.memory), true);
    const run = (argumentBlock: number, worker: number, workers: number) => {
      record.setBigUint64(RECORD.arguments, BigInt(argumentBlock), true);
      record.setInt32(RECORD.worker, worker, true);
      record.setInt32(RECORD.workers, workers, true);
      call(this.#host.addressOf(record.buffer));
    };
    return { run, release: () => image.release() };
  }
}

/** Random sizes, contents, places and numbers of workers for one kernel at one level, against the interpreter. */
export function fuzzKernel(runner: NativeRunner, kernel: Kernel, level: X64Level, runs: number): void {
  const { run, release } = runner.load(assembleKernel(kernel, level, conventionOf(process.platform)));
  const target = x64Target(level);
  try {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), fc.boolean(), (seed, workers, large) => {
        const { memory } = runner;
        const random = seeded(seed);
        expect(findDifference({ kernel, target, memory, run, random, workers, large })).toBeUndefined();
      }),
      { numRuns: runs },
    );
  } finally {
    release();
  }
}

/** Milliseconds that a process may take which writes and runs the code of every kernel, on a machine that is busy. */
export const WHOLE_ROOM = 120_000;

/** Runs the script that puts pages without rights around every buffer. */
export function runBetweenGuardPages(...options: readonly string[]) {
  const script = fileURLToPath(new URL('./fixtures/guard-pages.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', script, ...options]);
  return { status, signal, last: stdout.toString().trim().split('\n').at(-1), errors: stderr.toString() };
}

export const levels = [...nativeLevels()];
