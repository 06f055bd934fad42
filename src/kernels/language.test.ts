import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Builder, I32, VectorF32, VectorI32 } from './builder.ts';
import { floats } from './floats.fixture.ts';
import { defineKernel } from './kernel.ts';
import { allTargets, createArena, type TestTarget, targetInfo } from './testing.ts';

const targets: TestTarget[] = allTargets.filter((target) => target !== 'interpreter64' && target !== 'wasm-fused');
const words = fc.oneof(fc.integer(), fc.integer({ min: -100, max: 100 }));
const close = (actual: number, expected: number, bound = 1e-6) =>
  Object.is(actual, expected) ||
  actual === expected ||
  (Number.isNaN(actual) && Number.isNaN(expected)) ||
  Math.abs(actual - expected) <= bound * Math.abs(expected) + 1e-44;
/** Below the smallest normal number e^-x overflows and a sigmoid is 0. */
const closeAboveDenormals = (actual: number, expected: number) =>
  close(actual, expected) || (actual === 0 && Math.abs(expected) < 2 ** -126);

/** A kernel that applies a function to each element of two arrays of n floats. */
function mapF32(name: string, apply: (b: Builder, x: never, y: never) => never) {
  return defineKernel(name, { x: 'in', y: 'in', z: 'out', n: 'i32' }, (b, p) => {
    b.strips(p.n, (strip) => strip.store(p.z, apply(b, strip.load(p.x) as never, strip.load(p.y) as never)));
  });
}
function mapI32(name: string, apply: (b: Builder, x: VectorI32, y: VectorI32) => VectorI32) {
  return defineKernel(name, { x: 'in', y: 'in', z: 'out', n: 'i32' }, (b, p) => {
    b.strips(p.n, (strip) => strip.storeI32(p.z, apply(b, strip.loadI32(p.x), strip.loadI32(p.y))));
  });
}
function scalarF32(name: string, apply: (b: Builder, x: never, y: never) => never) {
  return defineKernel(name, { x: 'in', y: 'in', z: 'out', n: 'i32' }, (b, p) => {
    b.loop(0, p.n, 1, (i) =>
      b.store(b.offset(p.z, i), apply(b, b.load(b.offset(p.x, i)) as never, b.load(b.offset(p.y, i)) as never)),
    );
  });
}
function scalarI32(name: string, apply: (b: Builder, x: I32, y: I32) => I32) {
  return defineKernel(name, { x: 'in', y: 'in', z: 'out', n: 'i32' }, (b, p) => {
    b.loop(0, p.n, 1, (i) =>
      b.storeI32(b.offset(p.z, i), apply(b, b.loadI32(b.offset(p.x, i)), b.loadI32(b.offset(p.y, i)))),
    );
  });
}

const FLOAT_CASES: [string, (b: Builder, x: never, y: never) => never, (x: number, y: number) => number][] = (
  [
    ['add', (b, x, y) => b.add(x, y), (x, y) => x + y],
    ['sub', (b, x, y) => b.sub(x, y), (x, y) => x - y],
    ['mul', (b, x, y) => b.mul(x, y), (x, y) => x * y],
    ['div', (b, x, y) => b.div(x, y), (x, y) => x / y],
    ['neg', (b, x) => b.neg(x), (x) => -x],
    ['abs', (b, x) => b.abs(x), (x) => Math.abs(x)],
    ['sqrt', (b, x) => b.sqrt(x), (x) => Math.sqrt(x)],
    ['floor', (b, x) => b.floor(x), (x) => Math.floor(x)],
    ['nearest', (b, x) => b.nearest(x), (x) => (Math.abs(x) > 2 ** 30 || !Number.isFinite(x) ? x : roundEven(x))],
    ['select', (b, x, y) => b.select(b.lt(x, y), x, 7), (x, y) => (x < y ? x : 7)],
    ['at_least', (b, x, y) => b.atLeast(x, y), (x, y) => taken(x, y, x < y)],
    ['at_most', (b, x, y) => b.atMost(x, y), (x, y) => taken(x, y, x > y)],
    ['at_least a constant', (b, x) => b.atLeast(x, -3), (x) => taken(x, -3, x < -3)],
    ['at_most a constant', (b, x) => b.atMost(x, 3), (x) => taken(x, 3, x > 3)],
    ['exp', (b, x) => b.exp(x), (x) => Math.exp(x)],
    ['log', (b, x) => b.log(x), (x) => Math.log(x)],
    ['sigmoid', (b, x) => b.sigmoid(x), (x) => 1 / (1 + Math.exp(-x))],
  ] as [string, (b: Builder, x: VectorF32, y: VectorF32) => VectorF32, (x: number, y: number) => number][]
).map(([name, apply, expected]) => [name, apply as never, expected]);

const taken = (x: number, bound: number, beyond: boolean) => (beyond ? bound : x);

function roundEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

describe.each(targets)('the language on %s', (target) => {
  const arena = createArena({ target });
  const x = arena.f32(19, { offset: 1 });
  const y = arena.f32(19, { offset: 3 });
  const z = arena.f32(19);
  const xi = arena.i32(19, { offset: 1 });
  const yi = arena.i32(19);
  const zi = arena.i32(19, { offset: 2 });

  it.each(FLOAT_CASES)('f32 %s', (name, apply, expected) => {
    for (const kernel of [mapF32(`v_${name}`, apply), scalarF32(`s_${name}`, apply)]) {
      fc.assert(
        fc.property(fc.array(fc.tuple(floats, floats), { minLength: 0, maxLength: 19 }), (pairs) => {
          x.write(new Array(19).fill(0).map((_, i) => pairs[i]?.[0] ?? 0));
          y.write(new Array(19).fill(0).map((_, i) => pairs[i]?.[1] ?? 0));
          z.write(new Array(19).fill(-77));
          arena.run(kernel, { x, y, z, n: pairs.length });
          const actual = z.read();
          const xs = x.read();
          const ys = y.read();
          pairs.forEach((_, i) => {
            const want = Math.fround(expected(xs[i]!, ys[i]!));
            const near = name === 'sigmoid' ? closeAboveDenormals : close;
            if (!near(actual[i]!, want)) expect([name, xs[i], ys[i], actual[i]]).toEqual([name, xs[i], ys[i], want]);
          });
          expect(actual.slice(pairs.length).every((value) => value === -77)).toBe(true);
        }),
        { numRuns: 30 },
      );
    }
  });

  const integerCases: [string, (b: Builder, x: never, y: never) => unknown, (x: number, y: number) => number][] = [
    ['add', (b, p, q) => b.add<'i32'>(p, q), (p, q) => (p + q) | 0],
    ['sub', (b, p, q) => b.sub<'i32'>(p, q), (p, q) => (p - q) | 0],
    ['mul', (b, p, q) => b.mul<'i32'>(p, q), (p, q) => Math.imul(p, q)],
    ['min', (b, p, q) => b.min<'i32'>(p, q), Math.min],
    ['max', (b, p, q) => b.max<'i32'>(p, q), Math.max],
    ['and', (b, p, q) => b.and<'i32'>(p, q), (p, q) => p & q],
    ['or', (b, p, q) => b.or<'i32'>(p, q), (p, q) => p | q],
    ['xor', (b, p, q) => b.xor<'i32'>(p, q), (p, q) => p ^ q],
    ['shl', (b, p) => b.shiftLeft<'i32'>(p, 5), (p) => p << 5],
    ['shr_s', (b, p) => b.shiftRight<'i32'>(p, 3), (p) => p >> 3],
    ['shr_u', (b, p) => b.shiftRightUnsigned<'i32'>(p, 3), (p) => (p >>> 3) | 0],
    ['select', (b, p, q) => b.select<'i32'>(b.ge<'i32'>(p, q), p, -5), (p, q) => (p >= q ? p : -5)],
    [
      'to_f32',
      (b, p) => b.toI32(b.toF32(p) as never),
      (p) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.fround(p))),
    ],
  ];
  it.each(integerCases)('i32 %s', (name, apply, expected) => {
    for (const kernel of [mapI32(`vi_${name}`, apply as never), scalarI32(`si_${name}`, apply as never)]) {
      fc.assert(
        fc.property(fc.array(fc.tuple(words, words), { minLength: 19, maxLength: 19 }), fc.nat(19), (pairs, n) => {
          xi.write(pairs.map((pair) => pair[0]));
          yi.write(pairs.map((pair) => pair[1]));
          zi.write(new Array(19).fill(-77));
          arena.run(kernel, { x: xi, y: yi, z: zi, n });
          expect(zi.read()).toEqual(pairs.map(([p, q], i) => (i < n ? expected(p, q) : -77)));
        }),
        { numRuns: 25 },
      );
    }
  });

  it('divides and takes remainders as integers do', () => {
    const kernel = defineKernel('divide', { x: 'in', z: 'out', d: 'i32' }, (b, p) => {
      const value = b.loadI32(p.x);
      [
        b.divide(value, p.d),
        b.remainder(value, p.d),
        b.divideUnsigned(value, p.d),
        b.remainderUnsigned(value, p.d),
      ].forEach((result, i) => b.storeI32(p.z, result, 4 * i));
    });
    fc.assert(
      fc.property(
        words,
        words.filter((d) => d !== 0 && d !== -1),
        (value, d) => {
          xi.write(new Array(19).fill(value));
          arena.run(kernel, { x: xi, z: zi, d });
          const unsigned = [Math.floor((value >>> 0) / (d >>> 0)) | 0, ((value >>> 0) % (d >>> 0)) | 0];
          expect(
            zi
              .read()
              .slice(0, 4)
              .map((v) => v | 0),
          ).toEqual([(value / d) | 0, (value % d) | 0, ...unsigned]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('reduces vectors by halving', () => {
    const kernel = defineKernel('reduce', { x: 'in', z: 'out' }, (b, p) => {
      const v = b.loadVector(p.x);
      [b.reduceAdd(v), b.reduceMax(v), b.reduceMin(v)].forEach((result, i) => b.store(p.z, result, 4 * i));
      b.storeI32(p.z, b.reduceAdd(b.toI32(v)), 12);
    });
    const values = Array.from({ length: 19 }, (_, i) => ((i * 7) % 5) - 1.5 * i);
    x.write(values);
    arena.run(kernel, { x, z });
    const { lanes } = targetInfo(target);
    const used = values.slice(0, lanes);
    const sum = used.reduce((a, b) => a + b);
    expect(z.read().slice(0, 3)).toEqual([sum, Math.max(...used), Math.min(...used)]);
  });

  it('sums neighbouring lanes and groups of four, and so many vectors at once', () => {
    const { lanes } = targetInfo(target);
    const kernel = defineKernel('neighbours', { x: 'in', z: 'out' }, (b, p) => {
      const vectors = Array.from({ length: lanes }, (_, i) => b.loadVector(p.x, 4 * lanes * i));
      const halve = (level: VectorF32[], add: (a: VectorF32, c: VectorF32) => VectorF32) =>
        Array.from({ length: level.length / 2 }, (_, i) => add(level[2 * i]!, level[2 * i + 1]!));
      const pairs = halve(vectors, (a, c) => b.addPairs(a, c));
      let sums = halve(pairs, (a, c) => b.addPairs(a, c));
      while (sums.length > 1) sums = halve(sums, (a, c) => b.addQuads(a, c));
      const [first, second] = vectors as [VectorF32, VectorF32];
      // The same vector twice and constants, which stand in other places.
      const seven = b.vectorF32(7);
      const results = [
        sums[0]!,
        pairs[0]!,
        b.addPairs(first, first),
        b.addPairs(seven, second),
        b.addPairs(second, seven),
      ];
      if (lanes > 4) results.push(b.addQuads(first, second), b.addQuads(second, second), b.addQuads(seven, first));
      results.forEach((result, i) => b.store(p.z, result, 4 * lanes * i));
    });
    const values = Array.from({ length: lanes * lanes }, (_, i) => ((i * 37) % 101) - 50);
    const input = arena.f32(values, { offset: 1 });
    const output = arena.f32(8 * lanes, { offset: 2 });
    arena.run(kernel, { x: input, z: output });
    const vector = (i: number) => values.slice(i * lanes, (i + 1) * lanes);
    const sevens = new Array<number>(lanes).fill(7);
    const pairs = (a: number[], c: number[]) =>
      a.map((_, i) => {
        const [from, at] = [i % 4 < 2 ? a : c, i - (i % 4) + 2 * (i % 2)];
        return from[at]! + from[at + 1]!;
      });
    const quads = (a: number[], c: number[]) =>
      [a, c].flatMap((from) =>
        from.filter((_, i) => i % 8 < 4).map((value, i) => value + from[8 * (i >> 2) + 4 + (i % 4)]!),
      );
    const [first, second] = [vector(0), vector(1)];
    const expected = [
      ...Array.from({ length: lanes }, (_, i) => vector(i).reduce((sum, value) => sum + value)),
      ...[pairs(first, second), pairs(first, first), pairs(sevens, second), pairs(second, sevens)].flat(),
      ...(lanes > 4 ? [quads(first, second), quads(second, second), quads(sevens, first)].flat() : []),
    ];
    expect(output.read().slice(0, expected.length)).toEqual(expected);
  });

  it('takes the larger of neighbouring lanes and groups of four, and so of many vectors at once', () => {
    const { lanes } = targetInfo(target);
    const kernel = defineKernel('larger_neighbours', { x: 'in', z: 'out' }, (b, p) => {
      let vectors = Array.from({ length: lanes }, (_, i) => b.loadVector(p.x, 4 * lanes * i));
      const halve = (join: (a: VectorF32, c: VectorF32) => VectorF32) => {
        vectors = Array.from({ length: vectors.length / 2 }, (_, i) => join(vectors[2 * i]!, vectors[2 * i + 1]!));
      };
      const [first, second] = vectors as [VectorF32, VectorF32];
      const results = [b.maxPairs(first, first), b.maxPairs(b.vectorF32(7), second)];
      if (lanes > 4) results.push(b.maxQuads(second, b.vectorF32(7)));
      for (let i = 0; i < 2; i++) halve((a, c) => b.maxPairs(a, c));
      while (vectors.length > 1) halve((a, c) => b.maxQuads(a, c));
      [vectors[0]!, ...results].forEach((result, i) => b.store(p.z, result, 4 * lanes * i));
    });
    const values = Array.from({ length: lanes * lanes }, (_, i) => ((i * 37) % 101) - 50);
    const output = arena.f32(4 * lanes, { offset: 2 });
    arena.run(kernel, { x: arena.f32(values, { offset: 1 }), z: output });
    const vector = (i: number) => values.slice(i * lanes, (i + 1) * lanes);
    const [first, second, sevens] = [vector(0), vector(1), new Array<number>(lanes).fill(7)];
    const pairs = (a: number[], c: number[]) =>
      a.map((_, i) => {
        const [from, at] = [i % 4 < 2 ? a : c, i - (i % 4) + 2 * (i % 2)];
        return Math.max(from[at]!, from[at + 1]!);
      });
    const quads = [second, sevens].flatMap((from) =>
      from.filter((_, i) => i % 8 < 4).map((value, i) => Math.max(value, from[8 * (i >> 2) + 4 + (i % 4)]!)),
    );
    const expected = [
      ...Array.from({ length: lanes }, (_, i) => Math.max(...vector(i))),
      ...[pairs(first, first), pairs(sevens, second), lanes > 4 ? quads : []].flat(),
    ];
    expect(output.read().slice(0, expected.length)).toEqual(expected);
  });

  it('shares work out: every index once, whatever the number of workers', () => {
    const count = arena.i32(101);
    const counter = arena.i32(1);
    const kernel = defineKernel('share', { count: 'inout', counter: 'inout', n: 'i32' }, (b, p) => {
      const bump = (i: I32) => b.storeI32(b.offset(p.count, i), b.add(b.loadI32(b.offset(p.count, i)), 1));
      b.splitLoop(p.n, bump);
      b.split(p.n, 8, (start, end) => b.loop(start, end, 1, bump));
      b.dynamicLoop(p.counter, p.n, bump);
    });
    for (const workers of [1, 2, 3, 7]) {
      for (const n of [0, 1, 8, 17, 101]) {
        count.write(new Array(101).fill(0));
        counter.write([0]);
        arena.run(kernel, { count, counter, n }, { workers });
        expect(count.read()).toEqual(Array.from({ length: 101 }, (_, i) => (i < n ? 3 : 0)));
      }
    }
  });

  it('keeps a variable read before its change', () => {
    const kernel = defineKernel('variable', { z: 'out' }, (b, p) => {
      const cell = b.variable(b.i32(1));
      const before = cell.get();
      b.loop(0, 4, 1, (i) =>
        b.if(
          b.eq(b.and(i, 1), 0),
          () => cell.set(b.add(cell.get(), 10)),
          () => cell.set(b.mul(cell.get(), 2)),
        ),
      );
      b.storeI32(p.z, before);
      b.storeI32(p.z, cell.get(), 4);
      const down = b.variable(b.i32(5));
      b.while(
        () => b.gt(down.get(), 2),
        () => down.set(b.sub(down.get(), 1)),
      );
      b.storeI32(p.z, down.get(), 8);
    });
    arena.run(kernel, { z: zi });
    expect(zi.read().slice(0, 3)).toEqual([1, 64, 2]);
  });

  it('fetches ahead without reading, whatever the address', () => {
    const kernel = defineKernel('fetch_ahead', { z: 'out' }, (b, p) => {
      b.prefetch(p.z, 4);
      b.prefetch(b.offset(p.z, -(2 ** 28), 4));
      b.loop(0, 2, 1, (i) => {
        const place = b.offset(p.z, i);
        b.prefetch(place, 2 ** 20);
        b.storeI32(place, b.add(i, 7));
      });
    });
    arena.run(kernel, { z: zi });
    expect(zi.read().slice(0, 2)).toEqual([7, 8]);
  });
});
