import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText, Random } from './random.ts';

describe('Random', () => {
  it('repeats for equal seeds and differs for different ones', () => {
    const draw = (seed: number | string) =>
      Array.from(
        { length: 8 },
        (
          (r) => () =>
            r.next()
        )(new Random(seed)),
      );
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw('1'));
  });

  it('resumes from its state', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 20 }), (seed, skip) => {
        const random = new Random(seed);
        for (let i = 0; i < skip; i++) random.bits();
        const state = JSON.parse(JSON.stringify(random.state()));
        const resumed = Random.fromState(state);
        for (let i = 0; i < 5; i++) expect(resumed.bits()).toBe(random.bits());
      }),
    );
  });

  it('draws evenly: mean, variance, integers and normal deviates', () => {
    const random = new Random('even');
    const n = 20000;
    let sum = 0;
    let squares = 0;
    let normal = 0;
    let normalSquares = 0;
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.next();
      const g = random.gaussian();
      sum += x;
      squares += x * x;
      normal += g;
      normalSquares += g * g;
      counts[random.integer(1, 6) - 1]! += 1;
    }
    expect(sum / n).toBeCloseTo(0.5, 1);
    expect(squares / n - (sum / n) ** 2).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(normal / n)).toBeLessThan(0.03);
    expect(Math.abs(normalSquares / n - 1)).toBeLessThan(0.04);
    for (const count of counts) expect(Math.abs(count - n / 6)).toBeLessThan(250);
  });

  it('shuffles without losing anything, forks without advancing', () => {
    const random = new Random(5);
    const before = random.state();
    const fork = random.fork('x');
    expect(random.state()).toEqual(before);
    expect(fork.bits()).not.toBe(random.fork('y').bits());
    expect(random.shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
  });

  it('follows weights and refuses bad input', () => {
    const random = new Random(9);
    let hits = 0;
    for (let i = 0; i < 4000; i++) if (random.weighted({ a: 3, b: 1, c: 0 }) === 'a') hits += 1;
    expect(hits).toBeGreaterThan(2850);
    expect(hits).toBeLessThan(3150);
    expect(() => random.integer(3, 2)).toThrow(/low <= high/);
    expect(() => random.pick([])).toThrow(/empty/);
    expect(() => new Random(Number.NaN)).toThrow(/finite/);
    expect(() => Random.fromState([0, 0, 0, 0])).toThrow(/zeros/);
  });

  it('hashes stably', () => {
    expect(hashText('')).toBe(hashText(''));
    expect(hashText('a')).not.toBe(hashText('b'));
  });
});
