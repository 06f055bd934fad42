import { describe, expect, it } from 'vitest';
import { checkGradients, compareCase, evaluateCase } from '../testing.ts';
import { CASES } from './cases.fixture.ts';

describe.each([...CASES])('%s', (_, test) => {
  it('has the gradients of central differences', async () => {
    expect(await checkGradients(test)).toBeLessThan(1e-6);
  });
  it('gives the same on WebAssembly in single precision as in double precision', async () => {
    const expected = await evaluateCase(test, { target: 'interpreter64' });
    for (const target of ['wasm', 'wasm-plain'] as const) {
      expect(compareCase(await evaluateCase(test, { target, workers: 1 }), expected, 5e-6)).toBeLessThan(5e-6);
    }
  });
});
