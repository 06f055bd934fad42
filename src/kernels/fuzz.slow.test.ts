import { describe, expect, it } from 'vitest';
import { fuzzKernel, levels, NativeRunner, runBetweenGuardPages } from './fuzz.fixture.ts';
import { kernelSamples } from './kernel-samples.ts';

/** The fuzz of fuzz.test.ts for long enough to find what is rare. */
describe.skipIf(levels.length === 0)('machine code, for long', () => {
  it.each(levels)('computes the same in any kernel, at any size and place (%s)', (_, level) => {
    const runner = new NativeRunner();
    for (const kernel of kernelSamples()) fuzzKernel(runner, kernel, level, 300);
  });

  it.skipIf(process.platform !== 'linux').each(levels)(
    'touches nothing that a kernel does not declare (%s)',
    (name) => {
      const whole = { status: 0, signal: null, last: 'done', errors: '' };
      expect(runBetweenGuardPages(name, '100', '300')).toEqual(whole);
    },
  );
});
