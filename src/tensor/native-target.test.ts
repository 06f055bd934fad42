import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { Kernel } from '../kernels/index.ts';
import { kernelSamples } from '../kernels/kernel-samples.ts';
import { assembleKernel, type Convention, detectProcessor, type X64Level } from '../kernels/targets/x64/index.ts';
import { platform } from '../platform/index.ts';
import { CheckedCode } from './checked-code.ts';
import { add, createRuntime, record, scale } from './index.ts';
import { checkAll, checkOnce, judgeNative, machineName, nativeReport } from './native-target.ts';

const host = platform();
const verdict = await judgeNative(host);
const native = 'host' in verdict ? verdict : undefined;

describe('machine code', () => {
  const cacheAt = (directory: string | undefined) => ({ ...host, cacheDirectory: () => directory });
  const withCode = async (directory?: string) => ({
    ...native!,
    checked: await CheckedCode.open(cacheAt(directory), 'test'),
  });
  /** As if the function had forgotten its work. */
  const breaking = (name: string) => (kernel: Kernel, level: X64Level, convention: Convention) =>
    kernel.name === name ? Uint8Array.of(0xc3) : assembleKernel(kernel, level, convention);
  const few = kernelSamples().filter(({ name }) => ['add', 'rmsNorm', 'siluGate'].includes(name));

  it.skipIf(native === undefined)('is compared once, kernel by kernel, and the outcome is kept in a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jingqi-'));
    const target = await withCode(directory);
    const assembled: string[] = [];
    const assemble = (kernel: Kernel, level: X64Level, convention: Convention) => {
      assembled.push(kernel.name);
      return assembleKernel(kernel, level, convention);
    };
    await checkAll(target, host, { kernels: few, assemble });
    expect(assembled).toEqual(few.map(({ name }) => name));
    expect([target.checked.complete, target.checked.fault]).toEqual([true, undefined]);
    const again = await withCode(directory);
    expect(again.checked.complete).toBe(true);
    expect(again.checked.has(assembleKernel(few[0]!, target.level, target.convention))).toBe(true);
    expect(again.checked.has(Uint8Array.of(0xc3))).toBe(false);
    const other = await CheckedCode.open(cacheAt(directory), 'another machine');
    expect(other.complete).toBe(false);
  });

  it.skipIf(native === undefined)(
    'is refused, by the name of the kernel, where one computes something else',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'jingqi-'));
      const target = await withCode(directory);
      const said: string[] = [];
      await checkAll(target, host, { kernels: few, assemble: breaking('rmsNorm'), tell: (line) => said.push(line) });
      expect(said.at(-1)).toMatch(
        /gives wrong results in kernel rmsNorm on this machine.* Kernels run as WebAssembly\.$/,
      );
      expect((await withCode(directory)).checked.fault).toBe('rmsNorm');
      expect(() => checkOnce(target, few[1]!, Uint8Array.of(0xc3))).toThrow(/in kernel rmsNorm .*start again/);
    },
  );

  it.skipIf(native === undefined)('makes way for WebAssembly at the next start', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jingqi-'));
    vi.stubEnv('JINGQI_CACHE', directory);
    const { level, convention, host: nativeHost } = native!;
    const checked = await CheckedCode.open(host, machineName(level, detectProcessor(nativeHost, convention)));
    checked.finish('siluGate');
    await checked.save();
    vi.resetModules();
    const { createRuntime: create } = await import('./runtime.ts');
    const runtime = await create({ workers: 1, memoryBytes: 1 << 20 });
    vi.unstubAllEnvs();
    expect(runtime.target.name).toBe('wasm');
    expect(runtime.notes.join()).toContain('wrong results in kernel siluGate');
    await runtime.close();
  });

  it.skipIf(native === undefined)('is left for good once a kernel errs that is compiled later', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jingqi-'));
    const { level, convention, host: nativeHost } = native!;
    const machine = machineName(level, detectProcessor(nativeHost, convention));
    const checked = await CheckedCode.open(cacheAt(directory), machine);
    checked.finish(undefined);
    await checked.save();
    const script = fileURLToPath(new URL('./fixtures/late-fault.ts', import.meta.url));
    const run = () => {
      const env = { ...process.env, JINGQI_CACHE: directory };
      return spawnSync(process.execPath, ['--no-warnings', script], { env, encoding: 'utf8' });
    };
    // Nothing catches the error: the process ends by it, and the fault is on record nevertheless.
    const first = run();
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/wrong results in kernel fickle .*start again.*JINGQI_TARGET=wasm/);
    expect(first.stdout).toMatch(/^x64\nwasm No machine code: .* in kernel fickle .*\n$/);
    const second = run();
    expect([second.status, second.stdout]).toEqual([0, first.stdout.split('\n').slice(1).join('\n')]);
  });

  it.skipIf(native === undefined)('keeps what other processes found meanwhile', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jingqi-'));
    const [one, other, last] = [await withCode(directory), await withCode(directory), await withCode(directory)];
    one.checked.add(Uint8Array.of(1));
    other.checked.add(Uint8Array.of(2));
    await one.checked.save();
    await other.checked.save();
    const both = (await withCode(directory)).checked;
    expect([1, 2, 3].map((code) => both.has(Uint8Array.of(code)))).toEqual([true, true, false]);
    one.checked.fail('rmsNorm');
    last.checked.finish(undefined);
    await last.checked.save();
    const { complete, fault } = (await withCode(directory)).checked;
    expect([complete, fault]).toEqual([false, 'rmsNorm']);
  });

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
    expect(await fresh.judgeNative(without)).toEqual({ reason: 'this host is a stone' });
    expect(await fresh.nativeReport(without)).toEqual({ features: [], reason: 'this host is a stone' });
    expect((await nativeReport(host)).features.includes('AVX2')).toBe(native !== undefined);
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
