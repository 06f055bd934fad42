import { describe, expect, it } from 'vitest';
import { BLOCK, type Dot8Variant, dot8Matmul, packWeights, quantiseActivations } from './dot8-example.ts';
import { allTargets, createArena, targetInfo } from './testing.ts';

const forms: readonly Dot8Variant[] = [
  { rows: 1, vectors: 4, scale: 'f16' },
  { rows: 4, vectors: 2, scale: 'f32' },
  { rows: 3, vectors: 1, scale: 'f16' },
];
// The interpreter in f64 keeps floats apart from bytes, so it cannot read scales that stand between bytes.
const targets = allTargets.filter((target) => target !== 'interpreter64');
const cases = targets.flatMap((target) => forms.map((form) => ({ target, ...form })));

describe.each(cases)('4-bit × 8-bit product on $target, $rows rows × $vectors vectors, $scale scales', (test) => {
  const { target, rows, vectors, scale } = test;
  const { lanes } = targetInfo(target);

  it.each([1, 2, 3])('is exact in the integers and rounds only the scaled sums, with %i workers', (workers) => {
    const [m, n, blocks] = [2 * rows, 8 * lanes, 3];
    const inner = blocks * BLOCK;
    const noise = (i: number, range: number) => ((i * 7919 + ((i * i) % 613)) % range) | 0;
    const weightQuants = Uint8Array.from({ length: n * inner }, (_, i) => noise(i, 16));
    const weightScales = Float32Array.from({ length: n * blocks }, (_, i) => (1 + noise(i, 64)) / 1024);
    const activations = quantiseActivations(
      Float32Array.from({ length: m * inner }, (_, i) => noise(i + 5, 2001) / 1000 - 1),
    );
    const arena = createArena({ target });
    const c = arena.f32(m * n);
    arena.run(
      dot8Matmul({ rows, vectors, scale }),
      {
        a: arena.bytes(Uint8Array.from(activations.quants, (q) => q & 255)),
        scalesA: arena.f32(activations.scales),
        corrections: arena.i32(activations.corrections),
        weights: arena.bytes(packWeights(weightQuants, weightScales, n, inner, lanes, scale)),
        c,
        rows: m,
        columns: n,
        blocks,
      },
      { workers },
    );
    const result = c.read();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let expected = 0;
        let magnitude = 0;
        for (let block = 0; block < blocks; block++) {
          let sum = 0;
          for (let k = block * BLOCK; k < (block + 1) * BLOCK; k++) {
            sum += activations.quants[i * inner + k]! * (weightQuants[j * inner + k]! - 8);
          }
          const term = sum * weightScales[j * blocks + block]! * activations.scales[i * blocks + block]!;
          expected += term;
          magnitude += Math.abs(term);
        }
        expect(Math.abs(result[i * n + j]! - expected)).toBeLessThanOrEqual((blocks + 2) * 2 ** -24 * magnitude);
      }
    }
  });
});
