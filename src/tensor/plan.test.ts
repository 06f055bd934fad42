import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Access, planBarriers, planMemory } from './plan.ts';
import type { Storage } from './tensor.ts';

/** Up to 12 storages of up to 1,000 bytes, and steps that touch some of them. */
const programs = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 }),
    touched: fc.array(
      fc.array(fc.record({ which: fc.nat({ max: 11 }), writes: fc.boolean() }), { minLength: 1, maxLength: 4 }),
      { maxLength: 30 },
    ),
    kept: fc.array(fc.nat({ max: 11 }), { maxLength: 3 }),
  })
  .map(({ sizes, touched, kept }) => {
    const storages = sizes.map(
      (bytes, i): Storage => ({ name: `s${i}`, bytes, address: undefined, persistent: false }),
    );
    const at = (index: number) => storages[index % storages.length]!;
    const steps = touched.map((accesses) =>
      accesses.map(({ which, writes }): Access => ({ storage: at(which), start: 0, length: at(which).bytes, writes })),
    );
    return { steps, kept: new Set(kept.map(at)) };
  });

describe('planMemory', () => {
  it('never lets two storages that live at once overlap, and keeps kept ones to the end', () => {
    fc.assert(
      fc.property(programs, ({ steps, kept }) => {
        const { offsets, bytes } = planMemory(steps, kept);
        const touches = (storage: Storage) =>
          steps.flatMap((accesses, step) => (accesses.some((access) => access.storage === storage) ? [step] : []));
        const lives = [...offsets].map(([storage, offset]) => ({
          start: offset,
          end: offset + storage.bytes,
          first: Math.min(...touches(storage)),
          last: kept.has(storage) ? steps.length : Math.max(...touches(storage)),
        }));
        expect(offsets.size).toBe(new Set(steps.flat().map(({ storage }) => storage)).size);
        lives.forEach((a, i) => {
          expect(a.end).toBeLessThanOrEqual(bytes);
          expect(a.start % 64).toBe(0);
          const together = lives.slice(i + 1).filter((b) => a.first <= b.last && b.first <= a.last);
          expect(together.filter((b) => a.start < b.end && b.start < a.end)).toEqual([]);
        });
      }),
    );
  });

  it('lets a chain of temporaries share two places', () => {
    const storages = Array.from({ length: 10 }, (_, i): Storage => {
      return { name: `s${i}`, bytes: 640, address: undefined, persistent: false };
    });
    const steps = storages.slice(1).map((storage, i): Access[] => [
      { storage: storages[i]!, start: 0, length: 640, writes: false },
      { storage, start: 0, length: 640, writes: true },
    ]);
    expect(planMemory(steps, new Set()).bytes).toBe(2 * 640);
  });

  it('leaves persistent storages where they are', () => {
    const storage: Storage = { name: 'weights', bytes: 64, address: 128, persistent: true };
    const { offsets, bytes } = planMemory([[{ storage, start: 0, length: 64, writes: true }]], new Set([storage]));
    expect([offsets.size, bytes]).toEqual([0, 0]);
  });
});

/** Steps on one memory of 40 bytes. */
const memorySteps = fc.array(
  fc.array(fc.record({ start: fc.nat({ max: 30 }), length: fc.integer({ min: 1, max: 10 }), writes: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  { maxLength: 25 },
);
const memory: Storage = { name: 'memory', bytes: 40, address: 64, persistent: true };

function conflict(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some((x) =>
    b.some((y) => (x.writes || y.writes) && x.start < y.start + y.length && y.start < x.start + x.length),
  );
}

describe('planBarriers', () => {
  it('waits exactly where a step conflicts with one since the last barrier that another worker may run', () => {
    fc.assert(
      fc.property(memorySteps, fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }), (ranges, alone) => {
        const steps = ranges.map((accesses) => accesses.map((range): Access => ({ storage: memory, ...range })));
        const single = alone.slice(0, steps.length);
        let sinceBarrier: number[] = [];
        const expected = steps.map((accesses, step) => {
          const wait = sinceBarrier.some(
            (other) => !(single[other] && single[step]) && conflict(steps[other]!, accesses),
          );
          sinceBarrier = wait ? [step] : [...sinceBarrier, step];
          return wait;
        });
        expect(planBarriers(steps, single)).toEqual(expected);
      }),
    );
  });

  it('names a storage without memory', () => {
    const storage: Storage = { name: 'lost', bytes: 4, address: undefined, persistent: false };
    expect(() => planBarriers([[{ storage, start: 0, length: 4, writes: true }]], [false])).toThrow(
      /lost has no address/,
    );
  });
});
