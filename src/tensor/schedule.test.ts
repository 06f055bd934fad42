import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Access, planBarriers, planMemory } from './plan.ts';
import { orderSteps, runsAlone } from './schedule.ts';
import type { Storage } from './tensor.ts';

const KIB = 1024;

/** Storages whose first two lie over one another, the rest apart; sizes on both sides of the limit for working alone. */
const storages: readonly Storage[] = [
  { name: 'all', bytes: 64 * KIB, address: 0, persistent: true },
  { name: 'part', bytes: 32 * KIB, address: 16 * KIB, persistent: true },
  ...Array.from({ length: 4 }, (_, i) => ({
    name: `temporary ${i}`,
    bytes: 64 * KIB,
    address: undefined,
    persistent: false,
  })),
];

const access: fc.Arbitrary<Access> = fc
  .record({ storage: fc.constantFrom(...storages), start: fc.integer({ min: 0, max: 3 }), writes: fc.boolean() })
  .chain(({ storage, start, writes }) =>
    fc.constantFrom(8 * KIB, 32 * KIB - 8 * KIB * start).map((length) => ({
      storage,
      start: start * 8 * KIB,
      length,
      writes,
    })),
  );
const program = fc.array(fc.array(access, { minLength: 1, maxLength: 3 }), { maxLength: 30 });

/** Once planned, temporaries have addresses; here without sharing memory. */
function placed(steps: readonly (readonly Access[])[]): Access[][] {
  const addresses = new Map(storages.map((storage, i) => [storage, storage.address ?? (i + 1) * 64 * KIB]));
  return steps.map((accesses) =>
    accesses.map((one) => ({ ...one, storage: { ...one.storage, address: addresses.get(one.storage) } })),
  );
}

function conflict(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some((x) =>
    b.some((y) => {
      const [from, other] = [x.storage.address! + x.start, y.storage.address! + y.start];
      return (x.writes || y.writes) && from < other + y.length && other < from + x.length;
    }),
  );
}

describe('orderSteps', () => {
  it('keeps the order of steps that depend on one another', () => {
    fc.assert(
      fc.property(program, (steps) => {
        const { order } = orderSteps(steps, steps.map(runsAlone));
        expect([...order].sort((a, b) => a - b)).toEqual(steps.map((_, i) => i));
        const final = placed(steps);
        order.forEach((step, position) => {
          for (const later of order.slice(position + 1)) {
            if (later < step) expect(conflict(final[step]!, final[later]!)).toBe(false);
          }
        });
      }),
    );
  });

  it('leaves no conflict between workers without a barrier', () => {
    fc.assert(
      fc.property(program, (steps) => {
        const alone = steps.map(runsAlone);
        const { order } = orderSteps(steps, alone);
        const final = order.map((step) => placed(steps)[step]!);
        const single = order.map((step) => alone[step]!);
        const barriers = planBarriers(final, single);
        for (let first = 0; first < final.length; first++) {
          for (let second = first + 1; second < final.length && !barriers[second]; second++) {
            const sameWorker = single[first]! && single[second]!;
            if (!sameWorker) expect(conflict(final[first]!, final[second]!)).toBe(false);
          }
        }
      }),
    );
  });

  it('lets memory be shared without a further barrier', () => {
    fc.assert(
      fc.property(program, (steps) => {
        const alone = steps.map(runsAlone);
        const { order, phases } = orderSteps(steps, alone);
        const ordered = order.map((step) => steps[step]!);
        const { offsets } = planMemory(ordered, new Set(), phases);
        const final = ordered.map((accesses) =>
          accesses.map((one) => {
            const offset = offsets.get(one.storage);
            const address = offset === undefined ? one.storage.address : 2 ** 20 + offset;
            return { ...one, storage: { ...one.storage, address } };
          }),
        );
        const barriers = planBarriers(
          final,
          order.map((step) => alone[step]!),
        );
        expect(barriers.map(Number)).toEqual(ordered.map((_, i) => phases[i]! - (phases[i - 1] ?? 0)));
      }),
    );
  });

  it('brings independent chains together and lets small steps follow one another', () => {
    const storage = (name: string, bytes: number): Storage => ({ name, bytes, address: undefined, persistent: false });
    const step = (from: Storage, to: Storage): Access[] => [
      { storage: from, start: 0, length: from.bytes, writes: false },
      { storage: to, start: 0, length: to.bytes, writes: true },
    ];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => storage(name, 100 * KIB)) as [
      Storage,
      Storage,
      Storage,
      Storage,
    ];
    const [p, q, r] = ['p', 'q', 'r'].map((name) => storage(name, KIB)) as [Storage, Storage, Storage];
    // Two long chains recorded one after the other, then three small steps in a row.
    const steps = [step(a, b), step(b, a), step(c, d), step(d, c), step(p, q), step(q, r), step(r, p)];
    const alone = steps.map(runsAlone);
    expect(alone).toEqual([false, false, false, false, true, true, true]);
    const { order, phases } = orderSteps(steps, alone);
    expect(order).toEqual([0, 2, 4, 5, 6, 1, 3]);
    expect([...phases]).toEqual([0, 0, 0, 0, 0, 1, 1]);
    [a, b, c, d, p, q, r].forEach((one, i) => {
      one.address = i * 128 * KIB;
    });
    const wait = planBarriers(
      order.map((index) => steps[index]!),
      order.map((index) => alone[index]!),
    );
    expect(wait).toEqual([false, false, false, false, false, true, false]);
  });
});
