import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzzKernel, levels, NativeRunner, runBetweenGuardPages, WHOLE_ROOM } from './fuzz.fixture.ts';
import { type Kernel, lowerKernel } from './kernel.ts';
import { kernelSamples } from './kernel-samples.ts';
import { findDifference, SAMPLE_BYTES, seeded } from './sample-call.ts';
import { interpreterTarget, interpretKernel } from './targets/interpreter.ts';
import { conventionOf, listKernel, type X64Level, x64Target } from './targets/x64/index.ts';

const samples = kernelSamples();
const RUNS = 3;

describe('samples of kernels', () => {
  it('name every kernel of this room', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((file) => /^[a-z0-9-]+\.ts$/.test(file) && file !== 'kernel.ts');
    const defined = files.flatMap((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return [...text.matchAll(/(?:defineKernel(?:Family)?|defineTwoInputs|product)\(\s*'(\w+)'/g)].map(
        ([, name]) => name!,
      );
    });
    const sampled = new Set(samples.map(({ name }) => name));
    expect(defined.length).toBeGreaterThan(60);
    expect(defined.filter((name) => !sampled.has(name))).toEqual([]);
  });

  it('find one changed result and one changed byte beside the results', () => {
    const target = interpreterTarget(4);
    const memory = new ArrayBuffer(SAMPLE_BYTES);
    const view = new DataView(memory);
    const kernel = samples.find(({ name }) => name === 'rmsNorm')!;
    const right = interpretKernel(lowerKernel(kernel, target), { bytes: view });
    const changed = (change?: (output: number) => void) =>
      findDifference({
        ...{ kernel, target, memory, random: seeded(3), large: true },
        run(args, worker, workers) {
          right(args, worker, workers);
          change?.(Number(view.getBigUint64(args + 16, true)));
        },
      });
    expect(changed()).toBeUndefined();
    expect(changed((y) => view.setFloat32(y, view.getFloat32(y, true) + 1e-4, true))).toMatch(/^y at element 0: /);
    expect(changed((y) => view.setUint8(y - 1, 0))).toMatch(/^beside its buffers/);
  });
});

describe.skipIf(levels.length === 0)('machine code against the interpreter', () => {
  const runner = new NativeRunner();

  it.each(samples)('computes the same, at any size and place: $key', (kernel) => {
    for (const [, level] of levels) fuzzKernel(runner, kernel, level, RUNS);
  });

  it.each(samples)('is found out when one instruction does nothing: $key', (kernel) => {
    const [, level] = levels.at(-1)!;
    const target = x64Target(level);
    // Some stores stand where a variant or these sizes never get, as in the loop over whole vectors of six experts.
    const detected = eachWithoutOneStore(kernel, level).some((code) => {
      const { run, release } = runner.load(code);
      const differs = [true, false].some((large, seed) => {
        const random = seeded(seed);
        return findDifference({ kernel, target, memory: runner.memory, run, random, large }) !== undefined;
      });
      release();
      return differs;
    });
    expect(detected).toBe(true);
  });
});

describe.skipIf(levels.length === 0 || process.platform !== 'linux')('between pages that must not be touched', () => {
  it.each(levels)(
    'reads and writes nothing that a kernel does not declare (%s)',
    (name) => {
      const whole = { status: 0, signal: null, last: 'done', errors: '' };
      expect(runBetweenGuardPages(name, '1', '2')).toEqual(whole);
    },
    WHOLE_ROOM,
  );

  it('ends a process whose buffers are shorter than declared', () => {
    expect(runBetweenGuardPages(levels[0]![0], '1', '2', 'short').signal).toBe('SIGSEGV');
  });
});

/** The code with no operation in place of one of its stores, some of them from all over it, which are tried in turn. */
function eachWithoutOneStore(kernel: Kernel, level: X64Level): Uint8Array[] {
  const { code, listing } = listKernel(kernel, level, conventionOf(process.platform));
  const stores = listing.filter(({ text }) => /^(v\w+|mov) \[(?!rsp)/.test(text));
  if (stores.length === 0) throw new Error(`kernel ${kernel.key} stores nothing`);
  const apart = Math.ceil(stores.length / 12);
  const some = stores.filter((_, i) => i % apart === 0);
  return some.map(({ at, bytes }) => code.slice().fill(0x90, at, at + bytes));
}
