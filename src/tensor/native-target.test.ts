import { describe, expect, it, vi } from 'vitest';
import { assembleKernel } from '../kernels/targets/x64/index.ts';
import { platform } from '../platform/index.ts';
import { add, createRuntime, record, scale } from './index.ts';
import { findNativeFault, judgeNative, nativeReport } from './native-target.ts';

const host = platform();
const verdict = judgeNative(host);
const native = 'host' in verdict ? verdict : undefined;

describe('machine code', () => {
  it.skipIf(native === undefined)('passes its check (skipped where there is no machine code)', () => {
    for (const wish of ['best', 'avx2'] as const) {
      const judged = judgeNative(host, wish);
      expect('host' in judged && findNativeFault(judged)).toBeUndefined();
    }
  });

  it.skipIf(native === undefined)(
    'is refused, by the name of the kernel, where a kernel computes something else',
    () => {
      const fault = findNativeFault(native!, (kernel, ...rest) => {
        const code = assembleKernel(kernel, ...rest);
        if (kernel.name !== 'rmsNorm') return code;
        // As if the function had forgotten its work.
        return Uint8Array.of(0xc3);
      });
      expect(fault).toBe('rmsNorm');
    },
  );

  it.skipIf(native === undefined)('gives the same result with 1, 2 and 3 workers, and as WebAssembly', async () => {
    const results: number[][] = [];
    for (const [target, workers] of [
      ['native', 1],
      ['native', 2],
      ['native', 3],
      ['wasm', 1],
    ] as const) {
      const runtime = await createRuntime({ target, workers, memoryBytes: 1 << 22 });
      const x = runtime.allocate('x', [300, 257]);
      runtime.write(
        x,
        Float32Array.from({ length: x.size }, (_, i) => Math.sin(i)),
      );
      const program = record(runtime, () => add(scale(x, 3), x));
      program.replay();
      results.push([...runtime.read(program.outputs)]);
      await runtime.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    results[3]!.forEach((value, i) => {
      expect(Math.abs(value - results[0]![i]!)).toBeLessThan(1e-6);
    });
  });

  it('says in one sentence why there is none', async () => {
    const without = { ...host, native: () => ({ unavailable: 'this host is a stone' }) };
    vi.resetModules();
    const fresh = await import('./native-target.ts');
    expect(fresh.judgeNative(without)).toEqual({ reason: 'this host is a stone' });
    expect(fresh.nativeReport(without)).toEqual({ features: [], reason: 'this host is a stone' });
    expect(nativeReport(host).features.includes('AVX2')).toBe(native !== undefined);
  });

  it('obeys JINGQI_TARGET and refuses what it does not know', async () => {
    vi.stubEnv('JINGQI_TARGET', 'wasm');
    const runtime = await createRuntime({ workers: 1, memoryBytes: 1 << 20 });
    expect(runtime.target.name).toBe('wasm');
    await runtime.close();
    vi.stubEnv('JINGQI_TARGET', 'abacus');
    await expect(createRuntime({ workers: 1 })).rejects.toThrow(/JINGQI_TARGET is 'abacus'; it may be native/);
    vi.unstubAllEnvs();
  });
});
