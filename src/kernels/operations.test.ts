import { describe, expect, it } from 'vitest';
import { ARGUMENT_SLOT_BYTES } from './ir.ts';
import { defineKernel, type Kernel, lowerKernel, type Parameters } from './kernel.ts';
import { kernelSamples } from './kernel-samples.ts';
import { vectorLoop } from './loops.ts';
import { matmul } from './matmul.ts';
import { tileFor } from './matmul-tile.ts';
import { peakOperations, registerPeak } from './measure.ts';
import { operationCounter } from './operations.ts';
import { interpreterTarget } from './targets/interpreter.ts';
import { x64Target } from './targets/x64/index.ts';

const target = interpreterTarget(4);

/** Counts a call whose memory holds the argument block at 0 and `words` from 1024 on. */
function count<P extends Parameters>(
  kernel: Kernel<P>,
  args: Readonly<Record<keyof P & string, number>>,
  { info = target, words = [] as number[], worker = 0, workers = 1 } = {},
) {
  const memory = new DataView(new ArrayBuffer(4096));
  Object.entries(kernel.parameters).forEach(([name, kind], position) => {
    const at = position * ARGUMENT_SLOT_BYTES;
    if (kind === 'f32') memory.setFloat32(at, args[name]!, true);
    else if (kind === 'i32') memory.setInt32(at, args[name]!, true);
    else memory.setBigUint64(at, BigInt(args[name]!), true);
  });
  words.forEach((word, i) => {
    memory.setInt32(1024 + 4 * i, word, true);
  });
  const counter = operationCounter(lowerKernel(kernel as unknown as Kernel, info));
  return counter?.(memory, 0, worker, workers);
}

/** y += factor · x, by whole vectors and a rest. */
const addTo = defineKernel('add_to', { x: 'in', y: 'inout', factor: 'f32', count: 'i32' }, (b, p) => {
  b.split(p.count, 4, (start, end) => {
    vectorLoop(b, start, end, 2, (strips) => {
      for (const strip of strips) strip.store(p.y, b.fma(b.splat(p.factor), strip.load(p.x), strip.load(p.y)));
    });
  });
});

describe('counting what a call computes', () => {
  it('counts loops over vectors, each worker its part', () => {
    const args = { x: 2048, y: 3072, factor: 2, count: 96 };
    expect(count(addTo, args)).toEqual({ operations: 2 * 96, bytes: 3 * 4 * 96 });
    const parts = [0, 1, 2].map((worker) => count(addTo, args, { worker, workers: 3 })!.operations);
    expect(parts.reduce((a, b) => a + b)).toBe(2 * 96);
    expect(Math.max(...parts)).toBeLessThan(96);
  });

  it('counts what memory decides', () => {
    const rows = defineKernel('some_rows', { bounds: 'in', x: 'in', y: 'out' }, (b, p) => {
      const end = b.loadI32(p.bounds, 4);
      b.loop(b.loadI32(p.bounds), end, 1, (row) => {
        b.if(b.eq(b.and(row, 1), 0), () => {
          const address = b.offset(p.x, row, 16);
          b.store(p.y, b.mul(b.loadVector(address), b.loadVector(address)));
        });
      });
    });
    expect(count(rows, { bounds: 1024, x: 2048, y: 3072 }, { words: [3, 8] })?.operations).toBe(2 * 4); // 4 and 6
  });

  it('says so where only a run could tell', () => {
    const ownResult = defineKernel('own_result', { y: 'inout' }, (b, p) => {
      b.loop(0, b.loadI32(p.y), 1, (i) => b.store(b.offset(p.y, i), b.f32(1)));
    });
    expect(count(ownResult, { y: 2048 })).toBeUndefined();
    const byVector = defineKernel('by_vector', { x: 'in', y: 'out' }, (b, p) => {
      b.if(b.gt(b.reduceMax(b.loadVector(p.x)), b.f32(0)), () => b.store(p.y, b.f32(1)));
    });
    expect(count(byVector, { x: 2048, y: 2048 })).toBeUndefined();
  });

  it.each([
    ['avx512', x64Target({ avx512: true, vnni: true, bf16: true })],
    ['avx2', x64Target({ avx512: false, vnni: false, bf16: false })],
    ['interpreter', target],
  ])('gives a matrix product and the peak their textbook numbers on %s', (_, info) => {
    const turns = 7;
    expect(count(registerPeak, { data: 2048, turns }, { info })?.operations).toBe(peakOperations(info, turns));
    const { rows, columns } = tileFor(info);
    const product = matmul({ operands: 'rows', precision: 'f32', accumulate: false });
    // Whole tiles of C: 2·M·N·K, over as many passes along K as it takes.
    const [M, N, K] = [3 * rows, 2 * columns, 2500];
    const sizes = { rows: M, columns: N, inner: K, strideA: K, strideB: K, strideC: N };
    const addresses = { a: 1 << 20, b: 1 << 20, tail: 1 << 20, c: 1 << 20 };
    for (const workers of [1, 2]) {
      const all = Array.from({ length: workers }, (_, worker) => {
        return count(product, { ...sizes, ...addresses }, { info, worker, workers })!.operations;
      });
      const products = 2 * M * N * K;
      const sum = all.reduce((a, b) => a + b);
      // Later passes add what C held: one addition an element.
      expect(sum).toBeGreaterThanOrEqual(products);
      expect(sum).toBeLessThanOrEqual(products + 2 * M * N);
    }
  });

  it('can count all kernels but two, which decide by what they compute', () => {
    const samples = kernelSamples();
    const counted = samples.filter((kernel) => operationCounter(lowerKernel(kernel, target)) !== undefined);
    const missing = [...new Set(samples.filter((kernel) => !counted.includes(kernel)).map(({ name }) => name))];
    expect(missing).toEqual(['selectPositions', 'routeTokens']);
  });
});
