import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROBENIUS_PARTIALS, frobeniusNormalise, frobeniusPartials, muonMomentum, muonUpdate } from './muon.ts';
import { expectClose, forAnyWorkers, randomRows, Sheet, sum } from './sheets.fixture.ts';
import { allTargets, createArena } from './testing.ts';

const [RATE, MOMENTUM, DECAY] = [0.02, 0.95, 0.1].map(Math.fround) as [number, number, number];
const EPS = Math.fround(1e-7);
const flats = fc.record({
  count: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 800 })),
  offset: fc.nat(3),
  seed: fc.nat(),
});

describe.each(allTargets)('Muon on %s', (target) => {
  const arena = createArena({ target });
  const [g, m, d, p, block] = Array.from({ length: 5 }, () => new Sheet(arena, 1700)) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];
  const hyperparameters = (gradientScale: number) => block.put([[RATE, MOMENTUM, DECAY, gradientScale]]);

  it('updates the momentum and gives the direction', () => {
    fc.assert(
      fc.property(flats, fc.boolean(), ({ count, offset, seed }, nesterov) => {
        const [gradient, before] = [randomRows(seed, 1, count), randomRows(seed + 1, 1, count)];
        const result = forAnyWorkers((workers) => {
          arena.run(
            muonMomentum({ nesterov }),
            {
              gradients: g.put(gradient, { offset }),
              momentum: m.put(before, { offset: 1 }),
              direction: d.room(1, count, { offset: 2 }),
              hyperparameters: hyperparameters(0.5),
              count,
            },
            { workers },
          );
          return [...m.get(), ...d.get()];
        });
        const fresh = gradient[0]!.map((value) => (1 - MOMENTUM) * 0.5 * value);
        const momentum = fresh.map((value, i) => MOMENTUM * before[0]![i]! + value);
        const direction = nesterov ? momentum.map((value, i) => fresh[i]! + MOMENTUM * value) : momentum;
        expectClose(arena, result, [momentum, direction], 2e-7);
      }),
      { numRuns: 15 },
    );
  });

  it('normalises each matrix by its Frobenius norm', () => {
    fc.assert(
      fc.property(flats, fc.integer({ min: 0, max: 2 }), ({ count, offset, seed }, matrices) => {
        const stride = count + 1;
        const values = randomRows(seed, matrices, count, 3);
        const [result, inPlace] = forAnyWorkers((workers) => {
          const x = g.put(values, { stride, offset });
          const partials = m.room(matrices, FROBENIUS_PARTIALS);
          const shape = { matrices, count, stride };
          arena.run(frobeniusPartials, { x, partials, ...shape }, { workers });
          const y = d.room(matrices, count, { stride, offset: 1 });
          arena.run(frobeniusNormalise, { x, partials, y, eps: EPS, ...shape }, { workers });
          arena.run(frobeniusNormalise, { x, partials, y: x, eps: EPS, ...shape }, { workers });
          return [d.get(), g.get()] as const;
        });
        const norm = (row: number[]) => Math.sqrt(sum(row.map((value) => value * value)));
        const expected = values.map((row) => row.map((value) => value / Math.max(norm(row), EPS)));
        expectClose(arena, result, expected, 1e-6, 0.01);
        expect(inPlace).toEqual(result);
      }),
      { numRuns: 15 },
    );
  });

  it('leaves a matrix of zeros at zero', () => {
    const x = g.put([[0, 0, 0]]);
    const partials = m.room(1, FROBENIUS_PARTIALS);
    arena.run(frobeniusPartials, { x, partials, matrices: 1, count: 3, stride: 3 });
    arena.run(frobeniusNormalise, { x, partials, y: x, matrices: 1, count: 3, stride: 3, eps: EPS });
    expect(g.get()).toEqual([[0, 0, 0]]);
  });

  it('steps along the direction and decays', () => {
    fc.assert(
      fc.property(flats, ({ count, offset, seed }) => {
        const [parameters, direction] = [randomRows(seed, 1, count), randomRows(seed + 1, 1, count)];
        const result = forAnyWorkers((workers) => {
          const addresses = { parameters: p.put(parameters, { offset }), direction: d.put(direction, { offset: 3 }) };
          const numbers = { hyperparameters: hyperparameters(1), count, factor: 1.5 };
          arena.run(muonUpdate, { ...addresses, ...numbers }, { workers });
          return p.get();
        });
        const expected = parameters[0]!.map((value, i) => value * (1 - RATE * DECAY) - RATE * 1.5 * direction[0]![i]!);
        expectClose(arena, result, [expected], 2e-7);
      }),
      { numRuns: 15 },
    );
  });

  it('changes nothing when the gradient scale is not a number', () => {
    for (const scale of [Number.NaN, Infinity]) {
      const direction = d.put([[9, 9]]);
      arena.run(muonMomentum({ nesterov: true }), {
        ...{ gradients: g.put([[Number.NaN, 1]]), momentum: m.put([[1, 2]]), direction, count: 2 },
        hyperparameters: hyperparameters(scale),
      });
      const parameters = p.put([[3, 4]]);
      arena.run(muonUpdate, { parameters, direction, hyperparameters: hyperparameters(scale), count: 2, factor: 1 });
      expect([m.get(), d.get(), p.get()]).toEqual([[[1, 2]], [[0, 0]], [[3, 4]]]);
    }
  });
});
