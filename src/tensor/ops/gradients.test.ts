import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../runtime.ts';
import { caseRuntime, checkGradients, compareCase, evaluateCase } from '../testing.ts';
import { CASES } from './cases.fixture.ts';

let double: Runtime;
let single: Runtime[];
beforeAll(async () => {
  double = await caseRuntime({ target: 'interpreter64' });
  single = [await caseRuntime({ target: 'wasm' }), await caseRuntime({ target: 'wasm-plain' })];
});
afterAll(async () => {
  for (const runtime of [double, ...single]) await runtime.close();
});

describe.each([...CASES])('%s', (_, test) => {
  it('has the gradients of central differences', () => {
    expect(checkGradients(test, double)).toBeLessThan(1e-6);
  });
  it('gives the same on WebAssembly in single precision as in double precision', () => {
    const expected = evaluateCase(test, double);
    for (const runtime of single) {
      expect(compareCase(evaluateCase(test, runtime), expected, 5e-6)).toBeLessThan(5e-6);
    }
  });
});
