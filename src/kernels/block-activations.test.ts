import { describe, expect, it } from 'vitest';
import { ACTIVATION_BYTES, quantiseRows } from './block-activations.ts';
import { BLOCK } from './block-formats.ts';
import { gatedScratchElements, quantiseGated } from './block-gated.ts';
import { addRmsNormQuantised, normScratchElements } from './block-norm.ts';
import { noise, quantise } from './blocks.fixture.ts';
import { addRmsNorm } from './rmsnorm.ts';
import { siluGate } from './silu-gate.ts';
import { allTargets, createArena } from './testing.ts';

// In f64 the quotients are rounded elsewhere, so that ties differ.
const targets = allTargets.filter((target) => target !== 'interpreter64');

/** Blocks that are ordinary, all zero, full of ties, tiny, and huge. */
function blockOf(kind: number, seed: number): number[] {
  const spread = Array.from({ length: BLOCK }, (_, k) => noise(seed + k, 20001) / 10000 - 1);
  if (kind === 1) return spread.map(() => 0);
  if (kind === 2) return spread.map((_, k) => (k === 5 ? -127 : k - 15.5));
  if (kind === 3) return spread.map((value) => value * 2 ** -101);
  if (kind === 4) return spread.map((value) => value * 3e38);
  if (kind === 5) return spread.map((value) => value * 2 ** -97);
  return spread;
}

describe.each(targets)('8-bit blocks of activations on %s', (target) => {
  it.each([
    { rows: 1, blocks: 1, workers: 1 },
    { rows: 3, blocks: 5, workers: 2 },
    { rows: 7, blocks: 3, workers: 3 },
    { rows: 0, blocks: 2, workers: 2 },
  ])('are exact for $rows rows of $blocks blocks, $workers workers', ({ rows, blocks, workers }) => {
    const inner = blocks * BLOCK;
    const stride = inner + 3;
    const values = Array.from({ length: rows * blocks }, (_, i) => blockOf(i % 6, 100 * i)).flat();
    const arena = createArena({ target });
    const held = new Array<number>(rows * stride + 1).fill(1e9);
    for (const [i, value] of values.entries()) held[Math.floor(i / inner) * stride + (i % inner)] = value;
    const quantised = arena.bytes(rows * blocks * ACTIVATION_BYTES);
    const a = arena.f32(held, { offset: 3 });
    arena.run(quantiseRows, { a, quantised, strideA: stride, rows, blocks }, { workers });
    expect(quantised.read()).toEqual([...quantise(values)]);
  });

  it.each([
    { rows: 1, blocks: 3, workers: 2 },
    { rows: 5, blocks: 10, workers: 3 },
    { rows: 3, blocks: 37, workers: 2 },
    { rows: 0, blocks: 1, workers: 1 },
  ])('of gated rows equal those of what siluGate gives: $rows rows of $blocks blocks', ({ rows, blocks, workers }) => {
    const columns = blocks * BLOCK;
    const arena = createArena({ target });
    const numbers = (stride: number, seed: number) =>
      arena.f32(Array.from({ length: rows * stride + 1 }, (_, i) => noise(seed + i, 20001) / 1000 - 10));
    const strides = { gateStride: columns + 3, upStride: columns + 1 };
    const inputs = { gate: numbers(columns + 3, 0), up: numbers(columns + 1, 7), ...strides, rows };
    const y = arena.f32(new Array<number>(rows * columns + 1).fill(0));
    const [expected, quantised] = [0, 1].map(() => arena.bytes(rows * blocks * ACTIVATION_BYTES));
    arena.run(siluGate, { ...inputs, y, yStride: columns, columns }, { workers });
    arena.run(quantiseRows, { a: y, quantised: expected!, strideA: columns, rows, blocks }, { workers });
    const scratch = arena.f32(new Array<number>(gatedScratchElements(workers)).fill(0));
    arena.run(quantiseGated, { ...inputs, quantised: quantised!, scratch, blocks }, { workers });
    expect(quantised!.read()).toEqual(expected!.read());
  });

  it.each([
    { rows: 1, blocks: 3, workers: 2 },
    { rows: 5, blocks: 10, workers: 3 },
    { rows: 3, blocks: 37, workers: 2 },
    { rows: 2, blocks: 32, workers: 1 },
    { rows: 0, blocks: 1, workers: 1 },
  ])('of normed sums equal those of what addRmsNorm gives: $rows rows of $blocks blocks', (shape) => {
    const { rows, blocks, workers } = shape;
    const columns = blocks * BLOCK;
    const stride = columns + 3;
    const arena = createArena({ target });
    const numbers = (count: number, seed: number) =>
      arena.f32(Array.from({ length: count + 1 }, (_, i) => noise(seed + i, 20001) / 1000 - 10));
    const inputs = { a: numbers(rows * stride, 0), addend: numbers(rows * stride, 7), weight: numbers(columns, 3) };
    const room = (count: number) => arena.f32(new Array<number>(count + 1).fill(0));
    const [sums, h, y, inverse] = [rows * stride, rows * stride, rows * columns, rows].map(room) as [
      ReturnType<typeof room>,
      ReturnType<typeof room>,
      ReturnType<typeof room>,
      ReturnType<typeof room>,
    ];
    const [expected, quantised] = [0, 1].map(() => arena.bytes(rows * blocks * ACTIVATION_BYTES));
    const sizes = { rows, stride, eps: 1e-6 };
    arena.run(addRmsNorm, { ...inputs, h: sums, y, inverse, ...sizes, columns, yStride: columns }, { workers });
    arena.run(quantiseRows, { a: y, quantised: expected!, strideA: columns, rows, blocks }, { workers });
    const scratch = room(normScratchElements(workers));
    arena.run(addRmsNormQuantised, { ...inputs, h, quantised: quantised!, scratch, ...sizes, blocks }, { workers });
    expect(quantised!.read()).toEqual(expected!.read());
    expect(h.read()).toEqual(sums.read());
  });
});

it('rounds ties to even, keeps the scale and adds up the quants', () => {
  const [quants, tail] = [new Int8Array(quantise(blockOf(2, 0)).buffer), new DataView(quantise(blockOf(2, 0)).buffer)];
  expect([...quants.subarray(0, 8)]).toEqual([-16, -14, -14, -12, -12, -127, -10, -8]);
  const sum = (start: number) => quants.subarray(start, start + 16).reduce((total, quant) => total + quant, 0);
  expect(tail.getFloat32(32, true)).toBe(1);
  expect([tail.getInt16(36, true), tail.getInt16(38, true)]).toEqual([-sum(0), -sum(16)]);
  expect(tail.getFloat32(40, true)).toBe(sum(0) + sum(16));
  expect(tail.getInt32(44, true)).toBe(-sum(0) - sum(16));
});
