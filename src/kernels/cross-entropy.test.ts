import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyBackward, crossEntropyWithGradient } from './cross-entropy.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, shapes, sum } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

interface Expected {
  losses: number[][];
  normalisers: number[][];
  gradients: number[][];
}

function reference(
  logits: number[][],
  targets: number[],
  weights: number[],
  scales: number[],
  zCoefficient: number,
): Expected {
  const normalisers = logits.map((row) => {
    const maximum = Math.max(...row);
    return maximum + Math.log(sum(row.map((logit) => Math.exp(logit - maximum))));
  });
  const kept = (r: number, value: number) => (weights[r] === 0 ? 0 : value);
  return {
    losses: logits.map((row, r) => {
      const z = normalisers[r]!;
      return [kept(r, weights[r]! * (z - row[targets[r]!]! + zCoefficient * z * z))];
    }),
    normalisers: normalisers.map((z, r) => [kept(r, z)]),
    gradients: logits.map((row, r) =>
      row.map((logit, c) => {
        const p = Math.exp(logit - normalisers[r]!) * (1 + 2 * zCoefficient * normalisers[r]!);
        return kept(r, weights[r]! * scales[r]! * (p - (c === targets[r] ? 1 : 0)));
      }),
    ),
  };
}

describe.each(allTargets)('cross-entropy on %s', (target) => {
  const arena = createArena({ target });
  const [logitSheet, gradientSheet, weightSheet, scaleSheet, lossSheet, normaliserSheet] = Array.from(
    { length: 6 },
    () => new Sheet(arena),
  ) as [Sheet, Sheet, Sheet, Sheet, Sheet, Sheet];
  const targetBuffer = arena.i32(8);

  const options = fc.record({
    zCoefficient: fc.constantFrom(0, Math.fround(1e-3)),
    perRow: fc.boolean(),
    inPlace: fc.boolean(),
    zeroWeights: fc.boolean(),
  });

  it('gives losses and gradients, in two calls or one', () => {
    fc.assert(
      fc.property(shapes, options, ({ rows, columns, padding, offset, seed }, { zCoefficient, ...how }) => {
        const logits = randomRows(seed, rows, columns, 4);
        const weights = randomRows(seed + 1, rows, 1).map(([w], r) => (how.zeroWeights && r % 2 === 0 ? 0 : w!));
        const targets = weights.map((w, r) => (w === 0 ? 1 << 30 : (seed + 7 * r) % columns));
        const scales = how.perRow ? randomRows(seed + 2, rows, 1).map(([s]) => s!) : new Array(rows).fill(0.375);
        targetBuffer.write([...targets, ...new Array(8 - rows).fill(-1)]);
        const stride = columns + padding;
        const expected = reference(logits, targets, weights, scales, zCoefficient);

        const prepare = () => {
          const address = logitSheet.put(logits, { stride, offset });
          return {
            shared: {
              ...{ logits: address, targets: targetBuffer, rows, columns, logitsStride: stride, zCoefficient },
              weights: weightSheet.put(weights.map((w) => [w])),
              losses: lossSheet.room(rows, 1),
              logSumExp: normaliserSheet.room(rows, 1),
            },
            gradient: {
              scale: scaleSheet.put(how.perRow ? scales.map((s) => [s]) : [[0.375]]),
              scaleStride: how.perRow ? 1 : 0,
              dlogits: how.inPlace ? address : gradientSheet.room(rows, columns, { stride, offset: 1 }),
              dlogitsStride: stride,
            },
          };
        };
        const results = () => ({
          losses: lossSheet.get(),
          normalisers: normaliserSheet.get(),
          gradients: how.inPlace ? logitSheet.get() : gradientSheet.get(),
        });
        const inTwo = forAnyWorkers((workers) => {
          const { shared, gradient } = prepare();
          arena.run(crossEntropy, shared, { workers });
          const { losses: _, ...backward } = shared;
          arena.run(crossEntropyBackward, { ...backward, ...gradient }, { workers });
          return results();
        });
        const inOne = forAnyWorkers((workers) => {
          const { shared, gradient } = prepare();
          arena.run(crossEntropyWithGradient, { ...shared, ...gradient }, { workers });
          return results();
        });
        for (const result of [inTwo, inOne]) {
          expectClose(arena, result.losses, expected.losses, 1e-6, 10);
          expectClose(arena, result.normalisers, expected.normalisers, 1e-6, 4);
          expectClose(arena, result.gradients, expected.gradients, 3e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  function withGradient(logits: number[][], targets: number[]) {
    const [rows, columns] = [logits.length, logits[0]!.length];
    targetBuffer.write([...targets, ...new Array(8 - rows).fill(-1)]);
    arena.run(crossEntropyWithGradient, {
      ...{ logits: logitSheet.put(logits), targets: targetBuffer, rows, columns, zCoefficient: 0 },
      weights: weightSheet.put(logits.map(() => [1])),
      scale: scaleSheet.put([[1]]),
      losses: lossSheet.room(rows, 1),
      logSumExp: normaliserSheet.room(rows, 1),
      dlogits: gradientSheet.room(rows, columns),
      ...{ logitsStride: columns, dlogitsStride: columns, scaleStride: 0 },
    });
    return { losses: lossSheet.get().flat(), gradients: gradientSheet.get() };
  }

  it('bears large logits, masked logits, infinities and NaN', () => {
    const huge = Math.fround(1e30);
    const { losses, gradients } = withGradient(
      [
        [huge, -huge, huge, 0, 0],
        [-Infinity, 1, -Infinity, 1, -Infinity],
        [0, Number.NaN, 0, 0, 0],
        [0, Infinity, 0, 0, 0],
      ],
      [0, 1, 0, 0],
    );
    expectClose(arena, [losses.slice(0, 2)], [[0, Math.LN2]], 1e-6);
    if (target !== 'interpreter64') expect(losses[0]).toBe(0); // ln 2 is lost in 1e30
    expectClose(arena, gradients.slice(0, 1), [[-0.5, 0, 0.5, 0, 0]], 1e-6);
    expectClose(arena, gradients.slice(1, 2), [[0, -0.5, 0, 0.5, 0]], 1e-6);
    for (const row of [2, 3]) {
      expect(losses[row]).toBeNaN();
      expect(gradients[row]!.some(Number.isNaN)).toBe(true);
    }
  });
});
