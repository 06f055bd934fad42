import { bf16ToF32, f32ToBf16 } from './half-numbers.ts';

/** What a q8 cache gives back of numbers, by the formulas of `storeNumbers` in f32, `block` numbers to a scale. */
export function quantised(numbers: readonly number[], block: number): number[] {
  const blocks = Array.from({ length: Math.ceil(numbers.length / block) }, (_, i) =>
    numbers.slice(i * block, (i + 1) * block),
  );
  return blocks.flatMap((values) => {
    const largest = Math.max(...values.map(Math.abs));
    const scale = bf16ToF32(f32ToBf16(Math.fround(largest * Math.fround(1 / 127))));
    if (scale < 2 ** -100) return values.map(() => 0);
    const inverse = Math.fround(1 / scale);
    return values.map((value) => Math.fround(roundToEven(Math.fround(value * inverse)) * scale));
  });
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** Numbers of five bits between -1 and 1, so that floats of 16 bits hold them exactly; the same for the same seed. */
export function exactNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 27) / 16 - 1;
  };
}
