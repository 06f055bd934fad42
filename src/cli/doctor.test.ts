import { afterEach, describe, expect, it, vi } from 'vitest';
import { asTable, examine, untried, whyTarget } from './doctor.ts';

afterEach(() => vi.unstubAllEnvs());

describe('jingqi doctor', () => {
  it('has machine, features, target and why, and the limits that were measured', async () => {
    const report = await examine(false);
    const limits = { peak: 123.4e9, read: 45.6e9, copy: 78.9e9 };
    const table = asTable({ ...report, limits });
    expect(report.cores).toBeGreaterThan(0);
    expect(report.memoryBytes).toBeGreaterThan(2 ** 28);
    for (const part of [report.processor, report.target, '123.4 GFLOP/s', 'reads 45.6 GB/s, copies 78.9 GB/s']) {
      expect(table).toContain(part);
    }
    const named = Array.from(table.matchAll(/^│ (\S.*?) +│/gm), ([, name]) => name);
    expect(named).toEqual([
      ...['Jingqi', 'Processor', 'Memory', 'Features', 'Kernels run as', 'Why'],
      ...['Multiply-adds, f32', 'Main memory'],
    ]);
    expect(report.target.startsWith('x64')).toBe(report.why.startsWith('The most that'));
    if (process.arch === 'x64' && report.target.startsWith('x64')) expect(report.features).toContain('AVX2');
  });

  it('runs on the target that is wished for, and says so', async () => {
    vi.stubEnv('JINGQI_TARGET', 'wasm');
    const report = await examine(false);
    expect(report.target).not.toMatch(/^x64/);
    expect(report.why).toBe('JINGQI_TARGET is wasm.');
  });

  it('says what stands in the way of machine code', () => {
    const reason = 'machine code is written for x64 and this Node runs on arm64: use WebAssembly';
    expect(whyTarget({ name: 'wasm', fusedVectors: 1 }, undefined, reason)).toBe(
      `WebAssembly, because there is no machine code here: ${reason}.`,
    );
    expect(whyTarget({ name: 'wasm', fusedVectors: 2 }, '', reason)).toMatch(/fuses pairs of vectors/);
  });

  it('says where machine code was never tried', () => {
    for (const system of ['darwin', 'win32']) {
      expect(untried(system, 'x64-avx2')).toEqual([expect.stringMatching(/never tried.*JINGQI_TARGET=wasm/)]);
      expect(untried(system, 'wasm')).toEqual([]);
    }
    expect(untried('linux', 'x64-avx512')).toEqual([]);
  });
});
