import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttentionVariant,
  attentionBackward,
  attentionForward,
  attentionScratchElements,
  attentionScratchKeys,
  packedKeysElements,
  packKeys,
  sumKeyRopePartials,
} from './attention.ts';
import { expNonPositive } from './intrinsics.ts';
import { defineKernel } from './kernel.ts';
import { allTargets, createArena, type TestTarget } from './testing.ts';

interface Problem {
  readonly variant: AttentionVariant;
  readonly heads: number;
  readonly documents: readonly number[];
  readonly seed: number;
  readonly workers: number;
  readonly misalignment: number;
  readonly padding: number;
}

interface Inputs {
  readonly queryNope: number[];
  readonly queryRope: number[];
  readonly keyNope: number[];
  readonly keyRope: number[];
  readonly value: number[];
}

const SCALE = 0.375;

function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1);
  };
}

function shape({ variant, heads, documents, padding }: Problem) {
  const rows = documents.reduce((sum, length) => sum + length, 0);
  const keyHeads = heads / variant.group;
  const start: number[] = [];
  const end: number[] = [];
  for (const length of documents) {
    const first = start.length;
    for (let i = 0; i < length; i++) {
      start.push(first);
      end.push(first + length);
    }
  }
  const row = {
    queryNope: heads * variant.nopeDim + padding,
    queryRope: heads * variant.ropeDim + padding,
    keyNope: keyHeads * variant.nopeDim + padding,
    keyRope: variant.ropeDim + padding,
    value: keyHeads * variant.valueDim + padding,
    output: heads * variant.valueDim + padding,
  };
  return { rows, keyHeads, start, end, row, longest: Math.max(1, ...documents) };
}

function inputsOf(problem: Problem): Inputs & { outputGradient: number[] } {
  const { rows, row } = shape(problem);
  const next = random(problem.seed);
  const array = (stride: number) => Array.from({ length: rows * stride }, next);
  return {
    queryNope: array(row.queryNope),
    queryRope: array(row.queryRope),
    keyNope: array(row.keyNope),
    keyRope: array(row.keyRope),
    value: array(row.value),
    outputGradient: array(row.output),
  };
}

/** The formulas of the docstring in double precision. */
function reference(problem: Problem, inputs: Inputs) {
  const { variant, heads } = problem;
  const { rows, start, row } = shape(problem);
  const output = new Array<number>(rows * row.output).fill(0);
  const logSumExp = new Array<number>(rows * heads).fill(0);
  for (let t = 0; t < rows; t++) {
    for (let h = 0; h < heads; h++) {
      const keyHead = Math.floor(h / variant.group);
      const scores: number[] = [];
      for (let s = start[t]!; s <= t; s++) {
        let score = 0;
        for (let d = 0; d < variant.nopeDim; d++) {
          score +=
            inputs.queryNope[t * row.queryNope + h * variant.nopeDim + d]! *
            inputs.keyNope[s * row.keyNope + keyHead * variant.nopeDim + d]!;
        }
        for (let d = 0; d < variant.ropeDim; d++) {
          score +=
            inputs.queryRope[t * row.queryRope + h * variant.ropeDim + d]! * inputs.keyRope[s * row.keyRope + d]!;
        }
        scores.push(score * SCALE);
      }
      const highest = Math.max(...scores);
      const normalizer = highest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
      logSumExp[t * heads + h] = normalizer;
      scores.forEach((score, i) => {
        for (let d = 0; d < variant.valueDim; d++) {
          output[t * row.output + h * variant.valueDim + d]! +=
            Math.exp(score - normalizer) * inputs.value[(start[t]! + i) * row.value + keyHead * variant.valueDim + d]!;
        }
      });
    }
  }
  return { output, logSumExp };
}

function runKernels(target: TestTarget, problem: Problem, inputs: Inputs & { outputGradient: number[] }) {
  const { variant, heads, workers, misalignment } = problem;
  const { rows, keyHeads, start, end, row, longest } = shape(problem);
  const arena = createArena({ target, bytes: 1 << 21 });
  const given = { offset: misalignment };
  const queryNope = arena.f32(inputs.queryNope, given);
  const queryRope = arena.f32(inputs.queryRope, given);
  const keyNope = arena.f32(inputs.keyNope, given);
  const keyRope = arena.f32(inputs.keyRope, given);
  const value = arena.f32(inputs.value, given);
  const outputGradient = arena.f32(inputs.outputGradient, given);
  const pack = (source: typeof value, dim: number, packedHeads: number, rowStride: number) => {
    const packed = arena.f32(packedKeysElements(rows, packedHeads, dim), given);
    const sizes = { rows, heads: packedHeads, rowStride, headStride: dim };
    if (dim > 0) arena.run(packKeys({ dim }), { packed, source, ...sizes }, { workers });
    return packed;
  };
  const packedKeyNope = pack(keyNope, variant.nopeDim, keyHeads, row.keyNope);
  const packedKeyRope = pack(keyRope, variant.ropeDim, 1, row.keyRope);
  const packedValue = pack(value, variant.valueDim, keyHeads, row.value);
  const blank = (length: number) => arena.f32(new Array<number>(length).fill(0), given);
  const output = blank(rows * row.output);
  const logSumExp = blank(rows * heads);
  const scratch = arena.f32(attentionScratchElements(longest, workers), given);
  const starts = arena.i32(start);
  const common = {
    scratch,
    queryNope,
    queryRope,
    packedKeyNope,
    packedKeyRope,
    output,
    logSumExp,
    start: starts,
    rows,
    heads,
    scratchKeys: attentionScratchKeys(longest),
    scale: SCALE,
    queryNopeRowStride: row.queryNope,
    queryNopeHeadStride: variant.nopeDim,
    queryRopeRowStride: row.queryRope,
    queryRopeHeadStride: variant.ropeDim,
    outputRowStride: row.output,
  };
  const values = { value, valueRowStride: row.value, valueHeadStride: variant.valueDim };
  arena.run(attentionForward(variant), { ...common, ...values }, { workers });
  const queryNopeGradient = blank(rows * row.queryNope);
  const queryRopeGradient = blank(rows * row.queryRope);
  const keyNopeGradient = blank(rows * row.keyNope);
  const keyRopeGradient = blank(rows * row.keyRope);
  const keyRopePartials = arena.f32(keyHeads * rows * variant.ropeDim, given);
  const valueGradient = blank(rows * row.value);
  arena.run(
    attentionBackward(variant),
    {
      ...common,
      queryNopeGradient,
      queryRopeGradient,
      keyNopeGradient,
      keyRopePartials,
      valueGradient,
      outputGradient,
      keyNope,
      keyRope,
      packedValue,
      end: arena.i32(end),
      keyNopeRowStride: row.keyNope,
      keyNopeHeadStride: variant.nopeDim,
      keyRopeRowStride: row.keyRope,
      outputGradientRowStride: row.output,
      queryNopeGradientRowStride: row.queryNope,
      queryNopeGradientHeadStride: variant.nopeDim,
      queryRopeGradientRowStride: row.queryRope,
      queryRopeGradientHeadStride: variant.ropeDim,
      keyNopeGradientRowStride: row.keyNope,
      keyNopeGradientHeadStride: variant.nopeDim,
      valueGradientRowStride: row.value,
      valueGradientHeadStride: variant.valueDim,
    },
    { workers },
  );
  arena.run(
    sumKeyRopePartials,
    {
      keyRopeGradient,
      partials: keyRopePartials,
      rows,
      heads: keyHeads,
      ropeDim: variant.ropeDim,
      rowStride: row.keyRope,
    },
    { workers },
  );
  return {
    output: output.read(),
    logSumExp: logSumExp.read(),
    gradients: {
      queryNope: queryNopeGradient.read(),
      queryRope: queryRopeGradient.read(),
      keyNope: keyNopeGradient.read(),
      keyRope: keyRopeGradient.read(),
      value: valueGradient.read(),
    },
  };
}

/** Largest difference relative to max(1, |expected|). */
function largestError(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  let error = 0;
  expected.forEach((value, i) => {
    const difference = Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value));
    error = Math.max(error, difference);
  });
  return error;
}

const problems: fc.Arbitrary<Problem> = fc.record({
  variant: fc.record({
    nopeDim: fc.integer({ min: 1, max: 20 }),
    ropeDim: fc.constantFrom(0, 2, 5, 16),
    valueDim: fc.integer({ min: 1, max: 40 }),
    group: fc.constantFrom(1, 1, 2),
  }),
  heads: fc.constantFrom(2, 4),
  documents: fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 45 })), { maxLength: 4 }),
  seed: fc.integer(),
  workers: fc.integer({ min: 1, max: 3 }),
  misalignment: fc.integer({ min: 0, max: 3 }),
  padding: fc.constantFrom(0, 3),
});

describe.each(allTargets)('attention over packed rows on %s', (target) => {
  const tolerance = target === 'interpreter64' ? 1e-12 : 4e-6;

  it('gives the weighted values and log-sum-exp of the formula', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const inputs = inputsOf(problem);
        const expected = reference(problem, inputs);
        const actual = runKernels(target, problem, inputs);
        expect(largestError(actual.output, expected.output)).toBeLessThan(tolerance);
        expect(largestError(actual.logSumExp, expected.logSumExp)).toBeLessThan(tolerance);
      }),
      { numRuns: target.startsWith('wasm') ? 25 : 8 },
    );
  });
});

describe.each(allTargets)('NaN and infinity in attention over packed rows on %s', (target) => {
  const problem: Problem = {
    variant: { nopeDim: 4, ropeDim: 2, valueDim: 5, group: 1 },
    heads: 2,
    documents: [6, 7],
    seed: 9,
    workers: 2,
    misalignment: 0,
    padding: 0,
  };
  const { heads, variant } = problem;

  it('reach only the rows that see the key or query', () => {
    const inputs = inputsOf(problem);
    const clean = runKernels(target, problem, inputs).output;
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      // Element 0 of head 0 in row 3: as a query it concerns row 3, as a key the rest of its document, rows 3 to 5.
      for (const [name, last] of [['queryNope', 3] as const, ['keyNope', 5] as const]) {
        const broken = { ...inputs, [name]: inputs[name].with(3 * heads * variant.nopeDim, bad) };
        runKernels(target, problem, broken).output.forEach((value, i) => {
          const row = Math.floor(i / (heads * variant.valueDim));
          const head = Math.floor(i / variant.valueDim) % heads;
          const affected = head === 0 && row >= 3 && row <= last;
          if (!affected) expect(value).toBe(clean[i]!);
          else if (Number.isNaN(bad)) expect(value).toBeNaN();
        });
      }
    }
  });
});

describe('gradients of attention over packed rows', () => {
  const cases: Problem[] = [
    {
      variant: { nopeDim: 6, ropeDim: 3, valueDim: 9, group: 1 },
      heads: 2,
      documents: [7, 1, 12],
      seed: 5,
      workers: 2,
      misalignment: 1,
      padding: 2,
    },
    {
      variant: { nopeDim: 5, ropeDim: 0, valueDim: 4, group: 2 },
      heads: 4,
      documents: [3, 10],
      seed: 6,
      workers: 3,
      misalignment: 0,
      padding: 0,
    },
  ];

  it.each(cases)('agree with central differences ($variant)', (problem) => {
    const inputs = inputsOf(problem);
    const { gradients } = runKernels('interpreter64', problem, inputs);
    const loss = (changed: Inputs) =>
      reference(problem, changed).output.reduce((sum, value, i) => sum + value * inputs.outputGradient[i]!, 0);
    const step = 1e-5;
    for (const name of ['queryNope', 'queryRope', 'keyNope', 'keyRope', 'value'] as const) {
      const estimated = inputs[name].map((value, i) => {
        const moved = (by: number) => loss({ ...inputs, [name]: inputs[name].with(i, value + by) });
        return (moved(step) - moved(-step)) / (2 * step);
      });
      expect(largestError(gradients[name], estimated), name).toBeLessThan(1e-8);
    }
  });

  it.each(allTargets)('on %s agree with the same kernels in double precision, whatever the workers', (target) => {
    fc.assert(
      fc.property(problems, (problem) => {
        const inputs = inputsOf(problem);
        const { gradients } = runKernels(target, problem, inputs);
        const exact = runKernels('interpreter64', { ...problem, workers: 1 }, inputs).gradients;
        const single = runKernels(target, { ...problem, workers: 1 }, inputs).gradients;
        for (const name of ['queryNope', 'queryRope', 'keyNope', 'keyRope', 'value'] as const) {
          expect(largestError(gradients[name], exact[name]), name).toBeLessThan(2e-5);
          expect(gradients[name], name).toEqual(single[name]);
        }
      }),
      { numRuns: 5 },
    );
  });
});

describe.each(allTargets)('the exponential of softmax on %s', (target) => {
  const kernel = defineKernel('exponentials', { result: 'out', x: 'in', count: 'i32' }, (b, p) => {
    b.strips(p.count, (strip) => strip.store(p.result, expNonPositive(b, strip.load(p.x))));
  });
  const run = (values: readonly number[]) => {
    const arena = createArena({ target });
    const result = arena.f32(values.length);
    arena.run(kernel, { result, x: arena.f32(values), count: values.length });
    return result.read();
  };

  it('has a relative error below 2e-7 from -87 up to 0', () => {
    const values = Array.from({ length: 20000 }, (_, i) => Math.fround((-87 * i) / 19999));
    const worst = run(values).reduce((error, value, i) => {
      return Math.max(error, Math.abs(value / Math.exp(values[i]!) - 1));
    }, 0);
    expect(worst).toBeLessThan(2e-7);
  });

  it('is 1 at zero, tiny or 0 far below, and keeps NaN', () => {
    const [zero, infinite, far, edge, lost] = run([0, Number.NEGATIVE_INFINITY, -1e30, -87.5, Number.NaN]);
    expect([zero, infinite, far]).toEqual([1, 0, 0]);
    expect(edge!).toBeGreaterThanOrEqual(0);
    expect(edge!).toBeLessThan(1.7e-38);
    expect(lost).toBeNaN();
  });
});
