import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Platform, platform } from '../platform/index.ts';
import { compileFused, findFusingFault } from './fusing-check.ts';
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

describe('the verdict', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'jingqi-fusing-'));
    vi.resetModules();
  });
  afterEach(() => rm(cache, { recursive: true }));
  /** Each as in a process of its own. */
  const judgeAnew = async (changed: Partial<Platform>, findFault: () => string | undefined) => {
    vi.resetModules();
    const { judgeFusing } = await import('./fusing-check.ts');
    const stopFusingVectors = vi.fn();
    const fusing = { ...host, fusesVectors: () => true, stopFusingVectors, cacheDirectory: () => cache, ...changed };
    const verdict = await judgeFusing(fusing, findFault);
    // It is asked once in a process.
    expect(await judgeFusing(fusing, () => 'another')).toBe(verdict);
    expect(stopFusingVectors).toHaveBeenCalledTimes(verdict.fuses || !fusing.fusesVectors() ? 0 : 1);
    return verdict;
  };
  const written = () => vi.waitUntil(async () => (await readdir(cache)).some((name) => name.endsWith('.json')), 20_000);

  it('goes without fusing, and says so, where the check fails, now and at the next start', async () => {
    const verdict = await judgeAnew({}, () => 'matmul');
    expect(verdict.fuses).toBe(false);
    expect(verdict.note).toContain('wrong results in kernel matmul; it is off');
    const { createRuntime: create } = await import('./runtime.ts');
    const runtime = await create({ target: 'wasm', workers: 1, memoryBytes: 1 << 20 });
    expect([runtime.target.fusedVectors, runtime.notes]).toEqual([1, [verdict.note]]);
    await runtime.close();
    await written();
    expect(await judgeAnew({}, () => undefined)).toEqual(verdict);
  });

  it('is remembered until the engine changes', async () => {
    const check = vi.fn(() => undefined);
    expect(await judgeAnew({}, check)).toEqual({ fuses: true });
    await written();
    expect(await judgeAnew({}, check)).toEqual({ fuses: true });
    expect(check).toHaveBeenCalledTimes(1);
    expect((await judgeAnew({ engine: () => 'another' }, () => 'matmul')).fuses).toBe(false);
    expect(await judgeAnew({}, check)).toEqual({ fuses: true });
  });

  it('is found anew where nothing can be remembered', async () => {
    const check = vi.fn(() => undefined);
    for (let start = 0; start < 2; start++) await judgeAnew({ cacheDirectory: () => undefined }, check);
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('needs no check where the engine does not fuse', async () => {
    const check = vi.fn(() => undefined);
    expect(await judgeAnew({ fusesVectors: () => false }, check)).toEqual({ fuses: false });
    expect(check).not.toHaveBeenCalled();
  });
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
