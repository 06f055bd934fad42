import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Builder, I32, VectorF32, VectorI32 } from './builder.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { defineKernel } from './kernel.ts';
import { allTargets, createArena, type TestTarget, targetInfo } from './testing.ts';

const targets: TestTarget[] = allTargets.filter((target) => target !== 'interpreter64' && target !== 'wasm-fused');
const special = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-40, -1e-42, 3.4e38, 2 ** -126, 0.5, 1.5, 2.5, -2.5];
const floats = fc.oneof(
  fc.constantFrom(...special),
  fc.float({ noDefaultInfinity: true }),
  fc.double({ min: -100, max: 100 }),
);
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

  it('computes integer dot products of bytes', () => {
    const kernel = defineKernel('dot', { a: 'in', b: 'in', z: 'out', w: 'i32' }, (b, p) => {
      const sum = b.dot(b.vectorI32(3), b.loadBytes(p.a), b.loadBytes(p.b));
      b.storeI32(p.z, sum);
      b.storeI32(p.z, b.dot(b.vectorI32(0), b.splatBytes(p.w), b.loadBytes(p.b)), 4 * b.lanes);
      b.storeI32(p.z, b.dot(b.vectorI32(0), b.loadSplatBytes(p.a, 1), b.loadBytes(p.b)), 12 * b.lanes);
      const nibbles = b.and(b.shiftRightUnsigned(b.loadBytes(p.b), 4), 15);
      b.storeBytes(b.offset(p.z, 8 * b.lanes, 1), b.sub<'vi8'>(nibbles, 8));
    });
    const { lanes } = targetInfo(target);
    const bytes = fc.array(fc.nat(255), { minLength: 4 * lanes, maxLength: 4 * lanes });
    const a = arena.bytes(64, { offset: 5 });
    const c = arena.bytes(64, { offset: 3 });
    const out = arena.i32(64);
    fc.assert(
      fc.property(bytes, bytes, fc.integer(), (va, vc, w) => {
        const seven = vc.map((value) => value & 127);
        a.write([...va, ...new Array(64 - va.length).fill(0)]);
        c.write([...seven, ...new Array(64 - seven.length).fill(0)]);
        arena.run(kernel, { a, b: c, z: out, w });
        const signed = (value: number) => (value << 24) >> 24;
        const expected = Array.from({ length: lanes }, (_, j) =>
          [0, 1, 2, 3].reduce((sum, i) => sum + signed(va[4 * j + i]!) * seven[4 * j + i]!, 3),
        );
        const broadcast = Array.from({ length: lanes }, (_, j) =>
          [0, 1, 2, 3].reduce((sum, i) => sum + signed(w >> (8 * i)) * seven[4 * j + i]!, 0),
        );
        const result = out.read();
        expect(result.slice(0, lanes)).toEqual(expected);
        expect(result.slice(lanes, 2 * lanes)).toEqual(broadcast);
        const loaded = Array.from({ length: lanes }, (_, j) =>
          [0, 1, 2, 3].reduce((sum, i) => sum + signed(va[1 + i]!) * seven[4 * j + i]!, 0),
        );
        expect(result.slice(3 * lanes, 4 * lanes)).toEqual(loaded);
        const low = seven.slice(0, 4).map((value) => ((value >> 4) - 8) & 255);
        expect(result[2 * lanes]! | 0).toBe(low.reduce((word, byte, i) => word | (byte << (8 * i)), 0));
      }),
      { numRuns: 40 },
    );
  });

  it('moves and masks the bits of bytes', () => {
    const moves = [
      [4, 0x30],
      [1, 0xff],
      [0, 0x81],
      [-2, 0x30],
      [-3, 0xff],
      [7, -128],
    ] as const;
    const kernel = defineKernel('move_bits', { a: 'in', z: 'out' }, (b, p) => {
      const bytes = b.loadBytes(p.a);
      for (const [i, [up, mask]] of moves.entries()) {
        b.storeBytes(b.offset(p.z, i * b.lanes), b.moveBits(bytes, up, mask));
      }
    });
    const { lanes } = targetInfo(target);
    const values = Array.from({ length: 4 * lanes }, (_, i) => (97 * i + 131) % 256);
    const [a, out] = [arena.bytes(values, { offset: 3 }), arena.bytes(moves.length * 4 * lanes)];
    arena.run(kernel, { a, z: out });
    const moved = ([up, mask]: readonly [number, number]) =>
      values.map((value) => (up < 0 ? value >> -up : value << up) & mask & 255);
    expect(out.read()).toEqual(moves.flatMap(moved));
  });

  it('takes codes of 4-bit floats to twice their values and 12', () => {
    const kernel = defineKernel('e2m1', { a: 'in', z: 'out' }, (b, p) => {
      b.storeBytes(p.z, b.doubledE2m1(b.loadBytes(p.a)));
      b.storeBytes(b.offset(p.z, b.lanes), b.doubledE2m1(b.shiftRightUnsigned(b.loadBytes(p.a), 1)));
    });
    const { lanes } = targetInfo(target);
    const codes = Array.from({ length: 4 * lanes }, (_, i) => (7 * i + 3) % 16);
    const [a, out] = [arena.bytes(codes, { offset: 3 }), arena.bytes(8 * lanes)];
    arena.run(kernel, { a, z: out });
    const halves = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
    const doubled = (code: number) => 12 + 2 * (code < 8 ? halves[code]! : -halves[code - 8]!);
    expect(out.read()).toEqual([...codes.map(doubled), ...codes.map((code) => doubled(code >> 1))]);
  });

  it('computes integer dot products with unsigned bytes of full range', () => {
    const kernel = defineKernel('dot_unsigned', { a: 'in', b: 'in', z: 'out' }, (b, p) => {
      const [signed, unsigned] = [b.loadBytes(p.a), b.loadBytes(p.b)];
      b.storeI32(p.z, b.dotUnsigned(b.vectorI32(-7), signed, unsigned));
      b.storeI32(p.z, b.dotUnsigned(b.vectorI32(0), b.loadSplatBytes(p.a, 1), unsigned), 4 * b.lanes);
      b.storeI32(p.z, b.dotUnsigned(b.vectorI32(1), signed, b.vectorI8(255)), 8 * b.lanes);
      b.storeI32(p.z, b.dotUnsigned(b.vectorI32(1), b.vectorI8(-128), unsigned), 12 * b.lanes);
    });
    const { lanes } = targetInfo(target);
    const edges = fc.constantFrom(0, 1, 127, 128, 129, 255);
    const bytes = fc.array(fc.oneof(edges, fc.nat(255)), { minLength: 64, maxLength: 64 });
    const a = arena.bytes(64, { offset: 5 });
    const c = arena.bytes(64, { offset: 3 });
    const out = arena.i32(64);
    fc.assert(
      fc.property(bytes, bytes, (va, vc) => {
        a.write(va);
        c.write(vc);
        arena.run(kernel, { a, b: c, z: out });
        const signed = (value: number) => (value << 24) >> 24;
        const sums = (start: number, left: (at: number) => number, right: (at: number) => number) =>
          Array.from({ length: lanes }, (_, j) =>
            [0, 1, 2, 3].reduce((sum, i) => sum + left(4 * j + i) * right(4 * j + i), start),
          );
        const [left, right] = [(at: number) => signed(va[at]!), (at: number) => vc[at]!];
        expect(out.read().slice(0, 4 * lanes)).toEqual([
          ...sums(-7, left, right),
          ...sums(0, (at) => signed(va[1 + (at % 4)]!), right),
          ...sums(1, left, () => 255),
          ...sums(1, () => -128, right),
        ]);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['f16', 'bf16'] as const)('converts %s both ways', (memory) => {
    const narrow = defineKernel(`narrow_${memory}`, { x: 'in', z: 'out', n: 'i32' }, (b, p) => {
      b.strips(p.n, (strip) => strip.store(p.z, strip.load(p.x), memory));
    });
    const widen = defineKernel(`widen_${memory}`, { x: 'in', z: 'out', n: 'i32' }, (b, p) => {
      b.strips(p.n, (strip) => strip.store(p.z, strip.load(p.x, memory)));
    });
    const halves = arena.u16(19, { offset: 1 });
    const encode = memory === 'f16' ? f32ToF16 : f32ToBf16;
    const decode = memory === 'f16' ? f16ToF32 : bf16ToF32;
    const edges = fc.oneof(
      floats,
      fc.constantFrom(65504, 65519.99, 65520, 6e-8, 2.9e-8, 2 ** -24, 2 ** -25, 6.1e-5, 1e6),
    );
    fc.assert(
      fc.property(fc.array(edges, { minLength: 19, maxLength: 19 }), fc.nat(19), (values, n) => {
        x.write(values);
        halves.write(new Array(19).fill(0));
        arena.run(narrow, { x, z: halves, n });
        const bits = halves.read();
        x.read().forEach((value, i) => {
          if (i < n && !Number.isNaN(value)) expect([value, bits[i]]).toEqual([value, encode(value)]);
          if (i < n && Number.isNaN(value)) expect(decode(bits[i]!)).toBeNaN();
        });
        arena.run(widen, { x: halves, z, n });
        const back = z.read();
        for (let i = 0; i < n; i++) expect(back[i]).toEqual(decode(bits[i]!));
      }),
      { numRuns: 40 },
    );
  });

  it('converts every f16 exactly, alone and in vectors', () => {
    const kernel = defineKernel('widen_all', { x: 'in', z: 'out', one: 'out', n: 'i32' }, (b, p) => {
      b.strips(p.n, (strip) => strip.store(p.z, strip.load(p.x, 'f16')));
      b.loop(0, p.n, 1, (i) => b.store(b.offset(p.one, i), b.load(b.offset(p.x, i, 2), 0, 'f16')));
    });
    const count = 4096 + 7;
    const large = createArena({ target, bytes: 1 << 18 });
    const [halves, vectors, singles] = [large.u16(count), large.f32(count), large.f32(count)];
    for (let start = 0; start < 65536; start += 4096) {
      const bits = Array.from({ length: count }, (_, i) => (start + i) & 0xffff);
      halves.write(bits);
      large.run(kernel, { x: halves, z: vectors, one: singles, n: count });
      expect(vectors.read()).toEqual(bits.map(f16ToF32));
      expect(singles.read()).toEqual(bits.map(f16ToF32));
    }
  });

  it.each(['f16', 'bf16'] as const)('rounds to %s between all neighbours, alone and in vectors', (memory) => {
    const kernel = defineKernel(`narrow_all_${memory}`, { x: 'in', z: 'out', one: 'out', n: 'i32' }, (b, p) => {
      b.strips(p.n, (strip) => strip.store(p.z, strip.load(p.x), memory));
      b.loop(0, p.n, 1, (i) => b.store(b.offset(p.one, i, 2), b.load(b.offset(p.x, i)), 0, memory));
    });
    const [encode, decode] = memory === 'f16' ? [f32ToF16, f16ToF32] : [f32ToBf16, bf16ToF32];
    // Each finite number, the middle to the next, and both sides of the middle; only every few numbers, for time.
    const values: number[] = [];
    for (let bits = 0; decode(bits + 1) < Infinity; bits += memory === 'f16' ? 7 : 37) {
      const middle = (decode(bits) + decode(bits + 1)) / 2;
      const step = (decode(bits + 1) - decode(bits)) / 1024;
      for (const value of [decode(bits), middle, middle - step, middle + step]) values.push(value, -value);
    }
    values.push(Infinity, -Infinity);
    const large = createArena({ target, bytes: 1 << 22 });
    const x = large.f32(values, { offset: 1 });
    const [vectors, singles] = [large.u16(values.length), large.u16(values.length, { offset: 1 })];
    large.run(kernel, { x, z: vectors, one: singles, n: values.length });
    const expected = x.read().map(encode);
    expect(vectors.read()).toEqual(expected);
    expect(singles.read()).toEqual(expected);
  });

  describe('pairs of bf16 numbers', () => {
    const { lanes } = targetInfo(target);
    const make = defineKernel('make_pairs', { x: 'in', y: 'in', z: 'out' }, (b, p) => {
      const [first, second] = [b.loadVector(p.x), b.loadVector(p.y)];
      b.storeI32(p.z, b.pairs(first, second));
      b.storeI32(p.z, b.pairs(b.vectorF32(1.5), second), 4 * b.lanes);
    });
    const multiply = defineKernel('multiply_pairs', { x: 'in', y: 'in', z: 'inout', w: 'out' }, (b, p) => {
      const [sum, pairs] = [b.loadVector(p.z), b.loadVectorI32(p.x)];
      const one = b.loadSplatI32(p.y, 4);
      // A sum that is read again, operands from memory on both sides, and one operand in two products of one block.
      b.store(p.w, b.dotPairs(sum, pairs, b.loadVectorI32(p.y)));
      b.store(p.w, b.dotPairs(sum, one, pairs), 4 * b.lanes);
      b.store(p.w, b.dotPairs(b.vectorF32(0), b.loadVectorI32(p.y), one), 8 * b.lanes);
      b.store(p.z, b.dotPairs(sum, pairs, pairs));
    });
    const some = fc.oneof(
      fc.constantFrom(0, -0, 1, 1e-40, -1e-39, 2 ** -126, 3e18, NaN, Infinity, -Infinity),
      fc.double({ min: -4, max: 4 }),
    );
    const vector = fc.array(some, { minLength: lanes, maxLength: lanes });
    const tiny = (value: number) => Math.abs(value) < 2 ** -126;
    const flush = (value: number) => (tiny(value) ? Math.sign(value) * 0 : value);

    it('are rounded to nearest even', () => {
      const [px, py, pz] = [arena.f32(16), arena.f32(16, { offset: 1 }), arena.i32(32)];
      fc.assert(
        fc.property(fc.array(floats, { minLength: 32, maxLength: 32 }), (values) => {
          px.write(values.slice(0, 16));
          py.write(values.slice(16));
          arena.run(make, { x: px, y: py, z: pz });
          const bits = pz.read();
          const same = (actual: number, value: number) => {
            if (Number.isNaN(value)) expect(bf16ToF32(actual)).toBeNaN();
            else if (tiny(value)) expect([f32ToBf16(value), f32ToBf16(flush(value))]).toContain(actual);
            else expect(actual).toBe(f32ToBf16(value));
          };
          const [first, second] = [px.read(), py.read()];
          for (let lane = 0; lane < lanes; lane++) {
            same(bits[lane]! & 0xffff, first[lane]!);
            same(bits[lane]! >>> 16, second[lane]!);
            same(bits[lane + lanes]! & 0xffff, 1.5);
            same(bits[lane + lanes]! >>> 16, second[lane]!);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('are multiplied within the bound', () => {
      const [px, py, pz, pw] = [arena.i32(16, { offset: 3 }), arena.i32(16), arena.f32(16), arena.f32(48)];
      const halves = (word: number) => [bf16ToF32(word & 0xffff), bf16ToF32(word >>> 16)] as const;
      const check = (actual: number, sum: number, a: number, b: number) => {
        const [[a0, a1], [b0, b1]] = [halves(a), halves(b)];
        const terms = [sum, a0 * b0, a1 * b1];
        const exact = terms[0]! + terms[1]! + terms[2]!;
        const flushed = flush(sum) + flush(a0) * flush(b0) + flush(a1) * flush(b1);
        if (!Number.isFinite(exact) || !Number.isFinite(flushed)) {
          expect([exact, flushed].some((value) => Object.is(value, actual))).toBe(true);
          return;
        }
        const magnitude = terms.reduce((total, term) => total + Math.abs(term), 0);
        const lost = Math.abs(exact - flushed) + 3 * 2 ** -126;
        const error = Math.abs(actual - exact);
        if (!(error <= 2 * 2 ** -24 * (1 + 2 ** -20) * magnitude + lost)) {
          expect.fail(`${sum} + ${a0}·${b0} + ${a1}·${b1} gave ${actual}`);
        }
      };
      fc.assert(
        fc.property(vector, vector, vector, vector, vector, (x0, x1, y0, y1, sums) => {
          const words = (low: number[], high: number[]) =>
            Array.from({ length: 16 }, (_, i) => f32ToBf16(low[i] ?? 0) | (f32ToBf16(high[i] ?? 0) << 16));
          const [xs, ys] = [words(x0, x1), words(y0, y1)];
          px.write(xs);
          py.write(ys);
          pz.write([...sums, ...new Array(16 - lanes).fill(0)]);
          const before = pz.read();
          arena.run(multiply, { x: px, y: py, z: pz, w: pw });
          const [result, squares] = [pw.read(), pz.read()];
          for (let lane = 0; lane < lanes; lane++) {
            check(result[lane]!, before[lane]!, xs[lane]!, ys[lane]!);
            check(result[lanes + lane]!, before[lane]!, ys[1]!, xs[lane]!);
            check(result[2 * lanes + lane]!, 0, ys[lane]!, ys[1]!);
            check(squares[lane]!, before[lane]!, xs[lane]!, xs[lane]!);
          }
        }),
        { numRuns: 80 },
      );
    });
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

describe.each(allTargets)('neighbouring vectors of narrow integers on %s', (target) => {
  it.each(['u8', 'i8', 'u16'] as const)('are widened alike: %s', (memory) => {
    const kernel = defineKernel(`neighbours_${memory}`, { x: 'in', z: 'out' }, (b, p) => {
      const width = b.lanes * (memory === 'u16' ? 2 : 1);
      // Three in a row: a pair and one that is left, and once more one that stands apart.
      const vectors = [0, 1, 2, 4].map((v) => b.loadVectorI32(p.x, v * width, memory));
      vectors.forEach((vector, v) => {
        b.storeI32(p.z, vector, v * b.lanes * 4);
      });
    });
    const { lanes } = targetInfo(target);
    const arena = createArena({ target });
    const numbers = Array.from({ length: 5 * lanes }, (_, i) => (i * 40503 + 129) & (memory === 'u16' ? 0xffff : 0xff));
    const x = memory === 'u16' ? arena.u16(numbers, { offset: 1 }) : arena.bytes(numbers, { offset: 1 });
    const z = arena.i32(4 * lanes);
    arena.run(kernel, { x, z });
    const widened = numbers.map((each) => (memory === 'i8' ? (each << 24) >> 24 : each));
    expect(z.read()).toEqual([...widened.slice(0, 3 * lanes), ...widened.slice(4 * lanes)]);
  });
});
