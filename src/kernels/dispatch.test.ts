import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accumulateLoad,
  addExperts,
  combineExperts,
  combineExpertsBackward,
  gatherTokens,
  planDispatch,
  updateBias,
} from './dispatch.ts';
import { allTargets, createArena } from './testing.ts';

const problems = fc
  .record({
    experts: fc.integer({ min: 1, max: 9 }),
    chosen: fc.integer({ min: 1, max: 4 }),
    tokens: fc.integer({ min: 0, max: 12 }),
    width: fc.integer({ min: 1, max: 37 }),
    padding: fc.constantFrom(0, 5),
    offset: fc.integer({ min: 0, max: 3 }),
    workers: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer({ min: 0, max: 10000 }),
  })
  .map((problem) => {
    const { experts, chosen, tokens, seed } = problem;
    const indices = Array.from({ length: tokens * chosen }, (_, i) => ((seed + i * i * 7 + i) % 1009) % experts);
    return { ...problem, indices };
  });

function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(Math.sin(seed * 1.1 + i * 2.3)));
}

/** Slots in the order of their expert, then of the slot itself. */
function sortedSlots(indices: readonly number[]): number[] {
  return indices.map((_, slot) => slot).sort((a, b) => indices[a]! - indices[b]! || a - b);
}

describe.each(allTargets)('tokens to experts on %s', (target) => {
  const tolerance = target === 'interpreter64' ? 1e-13 : 1e-5;

  it('plans the order that sorting gives', () => {
    fc.assert(
      fc.property(problems, ({ experts, indices, workers }) => {
        const arena = createArena({ target });
        const slots = indices.length;
        const counts = arena.i32(new Array<number>(experts).fill(-7));
        const offsets = arena.i32(experts + 1);
        const positions = arena.i32(slots);
        const rowSlots = arena.i32(slots);
        const given = { indices: arena.i32(indices), slots, experts };
        arena.run(planDispatch, { counts, offsets, positions, rowSlots, ...given }, { workers });
        const sorted = sortedSlots(indices);
        expect(rowSlots.read()).toEqual(sorted);
        expect(positions.read()).toEqual(indices.map((_, slot) => sorted.indexOf(slot)));
        const expected = Array.from({ length: experts }, (_, e) => indices.filter((index) => index === e).length);
        expect(counts.read()).toEqual(expected);
        expect(offsets.read()).toEqual(
          [0, ...expected].map((_, e) => expected.slice(0, e).reduce((sum, count) => sum + count, 0)),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('gathers tokens, combines weighted rows, and gives their gradients', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { chosen, tokens, width, padding, offset, workers, indices } = problem;
        const arena = createArena({ target });
        const rows = tokens * chosen;
        const stride = width + padding;
        const sorted = sortedSlots(indices);
        const position = indices.map((_, slot) => sorted.indexOf(slot));
        const positions = arena.i32(position);
        const x = numbers(tokens * stride, 1);
        const y = numbers(rows * stride, 2);
        const weight = numbers(rows, 3);
        const near = (actual: number, expected: number) =>
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);

        const gathered = arena.f32(numbers(rows * stride, 9), { offset });
        arena.run(
          gatherTokens({ chosen }),
          {
            result: gathered,
            x: arena.f32(x, { offset }),
            rowSlots: arena.i32(sorted),
            rows,
            width,
            resultRowStride: stride,
            xRowStride: stride,
          },
          { workers },
        );
        const copies = gathered.read();
        sorted.forEach((slot, row) => {
          const from = Math.floor(slot / chosen) * stride;
          expect(copies.slice(row * stride, row * stride + width)).toEqual(x.slice(from, from + width));
        });

        const expertRows = arena.f32(y, { offset });
        const weights = arena.f32(weight, { offset });
        const layout = { positions, weights, tokens, width, resultRowStride: stride, rowsRowStride: stride };
        for (const variant of [
          { weighted: true, accumulate: false },
          { weighted: true, accumulate: true },
          { weighted: false, accumulate: true },
        ]) {
          const result = arena.f32(x, { offset });
          const constants = { chosen, weighted: variant.weighted };
          const call = { result, rows: expertRows, ...layout };
          if (variant.accumulate) arena.run(addExperts(constants), call, { workers });
          else arena.run(combineExperts(constants), call, { workers });
          result.read().forEach((value, i) => {
            const token = Math.floor(i / stride);
            const column = i % stride;
            let sum = variant.accumulate || column >= width ? x[i]! : 0;
            for (let k = 0; k < chosen && column < width; k++) {
              const slot = token * chosen + k;
              sum += (variant.weighted ? weight[slot]! : 1) * y[position[slot]! * stride + column]!;
            }
            near(value, sum);
          });
        }

        const rowsGradient = arena.f32(rows * stride, { offset });
        const weightsGradient = arena.f32(rows, { offset });
        arena.run(
          combineExpertsBackward({ chosen }),
          {
            rowsGradient,
            weightsGradient,
            resultGradient: arena.f32(x, { offset }),
            rows: expertRows,
            positions,
            weights,
            tokens,
            width,
            rowsGradientRowStride: stride,
            resultGradientRowStride: stride,
            rowsRowStride: stride,
          },
          { workers },
        );
        const rowGradients = rowsGradient.read();
        const weightGradients = weightsGradient.read();
        // The combination is linear in rows and in weights, so its gradients are these products exactly.
        for (let slot = 0; slot < rows; slot++) {
          const from = Math.floor(slot / chosen) * stride;
          let product = 0;
          for (let column = 0; column < width; column++) {
            const place = position[slot]! * stride + column;
            near(rowGradients[place]!, weight[slot]! * x[from + column]!);
            product += x[from + column]! * y[place]!;
          }
          near(weightGradients[slot]!, product);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each([1, 2, 3])('raises the bias of idle experts and lowers that of busy ones (%i workers)', (workers) => {
    const arena = createArena({ target });
    const experts = 6;
    const load = arena.i32(new Array<number>(experts).fill(0));
    const lastLoad = arena.i32(experts);
    const bias = arena.f32([0, 1, -1, 0.5, 0, 0], { offset: 1 });
    for (const counts of [
      [1, 2, 3, 0, 5, 4],
      [0, 1, 0, 4, 4, 0],
    ]) {
      arena.run(accumulateLoad, { load, counts: arena.i32(counts), experts }, { workers });
    }
    expect(load.read()).toEqual([1, 3, 3, 4, 9, 4]);
    arena.run(updateBias, { bias, load, lastLoad, experts, speed: 0.25 }, { workers });
    // The mean is 4: two experts meet it exactly and stay.
    expect(bias.read()).toEqual([0.25, 1.25, -0.75, 0.5, -0.25, 0]);
    expect(lastLoad.read()).toEqual([1, 3, 3, 4, 9, 4]);
    expect(load.read()).toEqual(new Array<number>(experts).fill(0));
  });
});
