import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats } from './floats.fixture.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half-numbers.ts';
import { defineKernel } from './kernel.ts';
import { allTargets, createArena, type TestTarget, targetInfo } from './testing.ts';

const targets: TestTarget[] = allTargets.filter((target) => target !== 'interpreter64' && target !== 'wasm-fused');

describe.each(targets)('numbers of 16, 8 and 4 bits on %s', (target) => {
  const arena = createArena({ target });
  const x = arena.f32(19, { offset: 1 });
  const z = arena.f32(19);

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
