import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bf16ToF32, f32ToBf16 } from './half-numbers.ts';
import type { MatmulArgument, MatmulShape } from './matmul-plan.ts';
import { planMatmul } from './matmul-plan.ts';
import { FEW_ROWS } from './matmul-rows.ts';
import { tileFor } from './matmul-tile.ts';
import { interpreterTarget } from './targets/interpreter.ts';
import { allTargets, createArena, type TestBuffer, type TestTarget, targetInfo } from './testing.ts';

/** Deterministic values in -1..1 that are exact in f32. */
function noise(length: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

interface Case extends MatmulShape {
  /** Sizes when it runs; the shape's own are the planned maximum. */
  readonly counts?: readonly number[];
  readonly workers: number;
  /** Elements by which rows are longer than they need be, and by which arrays are moved off alignment. */
  readonly slack: number;
}

interface Outcome {
  readonly result: number[];
  readonly expected: number[];
  /** Bound on each element's error. */
  readonly bound: number[];
}

/** Runs the plan of a case and computes the same product in f64. */
function runCase(target: TestTarget, test: Case, edit: (a: Float32Array, b: Float32Array) => void = () => {}): Outcome {
  const { layout, rows, columns, inner, slack, workers, accumulate = false } = test;
  const groups = test.groups ?? 1;
  const counts = test.counts ?? [layout === 'tn' ? inner : rows];
  const offsets = [0];
  for (const count of counts) offsets.push(offsets.at(-1)! + count);
  const tn = layout === 'tn';
  const strideA = (tn ? rows : inner) + slack;
  const strideB = (layout === 'nt' ? inner : columns) + slack;
  const strideC = columns + slack;
  const a = noise((tn ? inner : rows) * strideA, 1);
  const b = noise((tn ? 1 : groups) * (layout === 'nt' ? columns : inner) * strideB, 2);
  const initial = noise((tn ? groups : 1) * rows * strideC, 3);
  edit(a, b);

  const plan = planMatmul(test, targetInfo(target));
  const arena = createArena({ target, bytes: 1 << (inner * columns > 1 << 19 ? 25 : 23) });
  const place = { offset: slack % 4 };
  const scratch = arena.f32(plan.scratchBytes / 4);
  const named = {
    a: arena.f32(a, place),
    b: arena.f32(b, place),
    c: arena.f32(initial, place),
    offsets: arena.i32(offsets),
    ...{ strideA, strideB, strideC, rows, columns, inner },
  };
  const resolve = (argument: MatmulArgument): number | TestBuffer => {
    if (typeof argument === 'number') return argument;
    return typeof argument === 'object' ? scratch.address + argument.scratch : named[argument];
  };
  for (const { kernel, args } of plan.calls) {
    const values = Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, resolve(argument)]));
    arena.run(kernel, values, { workers });
  }

  const few = layout === 'nt' && test.groups === undefined && rows <= FEW_ROWS;
  if (test.precision === 'bf16' && !few) for (const values of [a, b]) values.set(values.map(roundedToBf16));
  const expected = Array.from(initial);
  const bound = new Array<number>(initial.length).fill(0);
  for (let group = 0; group < groups; group++) {
    const [from, to] = [offsets[group]!, offsets[group + 1]!];
    for (let m = tn ? 0 : from; m < (tn ? rows : to); m++) {
      for (let n = 0; n < columns; n++) {
        const at = ((tn ? group * rows : 0) + m) * strideC + n;
        let sum = accumulate ? initial[at]! : 0;
        let magnitude = Math.abs(sum);
        for (let k = tn ? from : 0; k < (tn ? to : inner); k++) {
          const left = tn ? a[k * strideA + m]! : a[m * strideA + k]!;
          const matrix = tn ? 0 : group * (layout === 'nt' ? columns : inner) * strideB;
          const right = layout === 'nt' ? b[matrix + n * strideB + k]! : b[matrix + k * strideB + n]!;
          sum += left * right;
          magnitude += Math.abs(left * right);
        }
        expected[at] = sum;
        bound[at] = (inner + 4) * 2 ** -24 * magnitude;
      }
    }
  }
  return { result: named.c.read(), expected, bound };
}

const roundedToBf16 = (value: number): number => bf16ToF32(f32ToBf16(value));

function check({ result, expected, bound }: Outcome): void {
  for (const [i, value] of result.entries()) {
    const want = expected[i]!;
    if (Object.is(value, want) || Math.abs(value - want) <= bound[i]!) continue;
    expect.fail(`element ${i}: ${value} instead of ${want} ± ${bound[i]}`);
  }
}

const layout = fc.constantFrom('nt' as const, 'nn' as const, 'tn' as const);
const common = {
  layout,
  columns: fc.integer({ min: 1, max: 40 }),
  accumulate: fc.boolean(),
  slack: fc.integer({ min: 0, max: 5 }),
  workers: fc.constantFrom(1, 2, 3),
};
const dense = fc.record({ ...common, rows: fc.integer({ min: 0, max: 30 }), inner: fc.integer({ min: 0, max: 40 }) });
const grouped = fc
  .record({
    ...common,
    counts: fc.array(fc.nat(15), { minLength: 1, maxLength: 5 }),
    other: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ counts, other, ...rest }): Case => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const tn = rest.layout === 'tn';
    return { ...rest, counts, groups: counts.length, rows: tn ? other : total, inner: tn ? total : other };
  });

const forms = allTargets.flatMap((target) => (['f32', 'bf16'] as const).map((precision) => ({ target, precision })));
describe.each(forms)('matrix product in $precision on $target', ({ target, precision }) => {
  it('matches f64 for all layouts and sizes', () => {
    fc.assert(
      fc.property(dense, (test) => check(runCase(target, { ...test, precision }))),
      { numRuns: precision === 'f32' ? 60 : 30 },
    );
  });

  it('matches f64 over groups, with empty groups', () => {
    fc.assert(
      fc.property(grouped, (test) => check(runCase(target, { ...test, precision }))),
      { numRuns: precision === 'f32' ? 40 : 20 },
    );
  });

  it('adds up passes along a long K', () => {
    for (const which of ['nt', 'nn', 'tn'] as const) {
      check(runCase(target, { precision, layout: which, rows: 7, columns: 9, inner: 2100, workers: 2, slack: 1 }));
    }
  });

  it('packs both operands of a wide TN product', () => {
    const wide = { precision, layout: 'tn', rows: 259, columns: 515 } as const;
    expect(planMatmul({ ...wide, inner: 1030 }, targetInfo(target)).calls).toHaveLength(3);
    check(runCase(target, { ...wide, rows: 3, inner: 1030, workers: 2, slack: 1 }));
    const groups = { groups: 3, counts: [4, 0, 3] };
    check(runCase(target, { ...wide, inner: 7, ...groups, workers: 3, slack: 2 }));
  });

  const tall = precision === 'f32' && tileFor(targetInfo(target)).rows > 8;
  it.skipIf(!tall)('packs A too where its rows lie far apart (only tall tiles of f32 do)', () => {
    for (const which of ['nt', 'nn'] as const) {
      const test = { layout: which, rows: 29, columns: 1030, inner: 1027, workers: 2, slack: 3 };
      expect(planMatmul(test, targetInfo(target)).calls).toHaveLength(3);
      check(runCase(target, test));
    }
  });

  it('crosses bands of row blocks', () => {
    check(runCase(target, { precision, layout: 'nn', rows: 250, columns: 33, inner: 3, workers: 3, slack: 0 }));
  });

  it('gives the same bits whatever the number of workers', () => {
    const test = { layout: 'tn', rows: 40, columns: 37, inner: 1030, slack: 1, precision } as const;
    const one = runCase(target, { ...test, workers: 1 }).result;
    for (const workers of [2, 5]) expect(runCase(target, { ...test, workers }).result).toEqual(one);
  });

  it('keeps NaN and infinity to the rows and columns they belong to', () => {
    const test = { layout: 'nt', rows: 9, columns: 11, inner: 5, workers: 1, slack: 0, precision } as const;
    const { result } = runCase(target, test, (a, b) => {
      a[2 * 5 + 1] = Number.NaN;
      b[10 * 5 + 3] = Number.POSITIVE_INFINITY;
    });
    for (const [i, value] of result.entries()) {
      const [row, column] = [Math.floor(i / 11), i % 11];
      if (row === 2) expect(value).toBeNaN();
      else expect(Number.isFinite(value)).toBe(column !== 10);
    }
  });
});

describe('planMatmul', () => {
  it('names the size that is wrong', () => {
    expect(() => planMatmul({ layout: 'nt', rows: 4, columns: -1, inner: 2 }, interpreterTarget())).toThrow(/columns/);
  });

  it('refuses a precision it does not know', () => {
    const shape = { layout: 'nt', rows: 9, columns: 1, inner: 2, precision: 'fp8' as 'bf16' } as const;
    expect(() => planMatmul(shape, interpreterTarget())).toThrow(/precision.*fp8/);
  });

  it('keeps products of few rows in f32', () => {
    const plans = (['f32', 'bf16'] as const).map((precision) =>
      planMatmul({ layout: 'nt', rows: FEW_ROWS, columns: 5, inner: 2, precision }, interpreterTarget()),
    );
    expect(plans[1]).toEqual(plans[0]);
  });
});
