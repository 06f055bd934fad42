import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headsMatmul, headsMatmulTransposed } from './heads-matmul.ts';
import { allTargets, createArena } from './testing.ts';

describe.each(allTargets)('products by head on %s', (target) => {
  it.each([false, true])('multiplies every head with its matrix, transposed: %s', (transposed) => {
    fc.assert(
      fc.property(
        fc.record({ rows: fc.nat(3), heads: fc.integer({ min: 1, max: 3 }), inner: fc.nat(5), columns: fc.nat(70) }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(3),
        ({ rows, heads, inner, columns }, workers, gap) => {
          const arena = createArena({ target, bytes: 1 << 17 });
          const value = (i: number) => Math.fround(Math.sin(i * 12.9898) * 2);
          const [xHeadStride, xRowStride] = [inner + gap, heads * (inner + gap) + gap];
          const yRowStride = heads * columns + gap;
          const xs = Array.from({ length: rows * xRowStride }, (_, i) => value(i));
          const ws = Array.from({ length: heads * inner * columns }, (_, i) => value(i + 1000));
          const x = arena.f32(xs, { offset: 1 });
          const w = arena.f32(ws, { offset: 3 });
          const y = arena.f32(new Array(rows * yRowStride).fill(-7));
          const sizes = { rows, heads, inner, columns, xRowStride, xHeadStride, yRowStride };
          arena.run(transposed ? headsMatmulTransposed : headsMatmul, { x, w, y, ...sizes }, { workers });
          const result = y.read();
          for (let r = 0; r < rows; r++) {
            for (let h = 0; h < heads; h++) {
              for (let c = 0; c < columns; c++) {
                let sum = 0;
                for (let k = 0; k < inner; k++) {
                  sum +=
                    xs[r * xRowStride + h * xHeadStride + k]! *
                    ws[h * inner * columns + (transposed ? c * inner + k : k * columns + c)]!;
                }
                expect(Math.abs(result[r * yRowStride + h * columns + c]! - sum)).toBeLessThanOrEqual(
                  inner * inner * 4 * 1.2e-7,
                );
              }
            }
            expect(result.slice(r * yRowStride + heads * columns, (r + 1) * yRowStride)).toEqual(
              new Array(gap).fill(-7),
            );
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
