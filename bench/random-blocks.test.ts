import { expect, it } from 'vitest';
import { dequantize, GGML_TYPES } from '../src/checkpoint/index.ts';
import { type FilledType, randomTensor } from './random-blocks.ts';

function numbers(type: FilledType, elements: number, seed: string): Float32Array {
  const pieces = [...copies(randomTensor(type, elements, { deviation: 0.5 }, seed))];
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const values = new Float32Array(elements);
  dequantize(type, bytes, values);
  return values;
}

function* copies(pieces: Iterable<Uint8Array>) {
  for (const piece of pieces) yield piece.slice();
}

it.each(['F32', 'Q4_0', 'Q4_K', 'Q6_K'] as const)('%s has the mean and the deviation that were asked for', (type) => {
  // More than one piece, the last one not full.
  const elements = GGML_TYPES[type].elements * 20_000 * (type === 'F32' ? 256 : 1);
  const values = numbers(type, elements, 'a');
  const mean = values.reduce((sum, value) => sum + value, 0) / elements;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / elements;
  // Six deviations of the mean of independent numbers, and room for the rounding of scales to f16.
  expect(Math.abs(mean)).toBeLessThan((6 * 0.5) / Math.sqrt(elements) + 0.5 / 2048);
  expect(Math.sqrt(variance) / 0.5).toBeCloseTo(1, 1.5);
});

it('gives the same numbers for the same seed only', () => {
  const [first, again, other] = ['a', 'a', 'b'].map((seed) => numbers('Q4_0', 3200, seed));
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
