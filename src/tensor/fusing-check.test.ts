import { expect, it, vi } from 'vitest';
import { platform } from '../platform/index.ts';
import { compileFused, findFusingFault, judgeFusing } from './fusing-check.ts';
import { createRuntime } from './index.ts';

const host = platform();

it('finds kernels that compute something else, by name', () => {
  const broken = ['rmsNorm', 'matmul_pack_transposed(operand=b)', 'siluGate'];
  for (const key of broken) {
    const found = findFusingFault(host, (...asked) => {
      const [, kernel, , memory] = asked;
      const run = compileFused(...asked);
      // As if an upper half of a fused vector had gone wrong.
      return (block, worker, workers) => {
        run(block, worker, workers);
        if (kernel.key !== key) return;
        const view = new DataView(memory.buffer);
        const { parameters } = kernel;
        const output = Object.values(parameters).indexOf('out');
        const address = view.getUint32(block + 8 * output, true) + 20;
        view.setFloat32(address, view.getFloat32(address, true) + 0.01, true);
      };
    });
    expect(found).toBe(key);
  }
});

it.skipIf(!host.fusesVectors())('fuses on this engine (skipped where the engine has no fusing)', async () => {
  expect(findFusingFault(host)).toBeUndefined();
  const runtime = await createRuntime({ target: 'wasm', workers: 1, memoryBytes: 1 << 20 });
  expect([runtime.target.fusedVectors, runtime.notes]).toEqual([2, []]);
  await runtime.close();
});

it('goes without fusing, and says so, where the check fails', async () => {
  vi.resetModules();
  const fresh = await import('./fusing-check.ts');
  const stopFusingVectors = vi.fn();
  const strange = { ...host, fusesVectors: () => true, stopFusingVectors };
  const verdict = fresh.judgeFusing(strange, () => 'matmul');
  expect(verdict.fuses).toBe(false);
  expect(verdict.note).toContain('wrong results in kernel matmul; it is off');
  expect(stopFusingVectors).toHaveBeenCalledOnce();
  // It is asked once in a process.
  expect(fresh.judgeFusing(strange, () => 'another')).toBe(verdict);
  const { createRuntime: create } = await import('./runtime.ts');
  const runtime = await create({ target: 'wasm', workers: 1, memoryBytes: 1 << 20 });
  expect([runtime.target.fusedVectors, runtime.notes]).toEqual([1, [verdict.note]]);
  await runtime.close();
  expect(judgeFusing(host).note).toBeUndefined();
});

it('is not asked of targets that do without', async () => {
  for (const options of [
    { target: 'wasm-plain' },
    { target: 'wasm', fuseVectors: false },
    { target: 'wasm', wideMemory: true },
  ] as const) {
    const runtime = await createRuntime({ workers: 1, memoryBytes: 1 << 20, ...options });
    expect([runtime.target.fusedVectors, runtime.notes]).toEqual([1, []]);
    await runtime.close();
  }
});
