import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, linearScale, logScale, short } from './chart.ts';
import { levelOf, plotTraining, readLog, smooth } from './plot.ts';
import type { StepReport } from './trainer.ts';

const EXPERTS = 8;

function report(step: number, more: Partial<StepReport> = {}): StepReport {
  const load = [1, 2].map((layer) => Array.from({ length: EXPERTS }, (_, e) => 100 + ((e * 37 + step * layer) % 90)));
  return {
    step,
    loss: 5 / step + 0.1,
    predictionLoss: 6 / step + 0.1,
    gradientNorm: 1,
    learningRate: 0.004,
    stepTokens: 1000,
    tokens: 1000 * step,
    seconds: step,
    balance: load.map((slots, at) => ({ layer: at + 1, maxOverMean: 1.3, least: Math.min(...slots) })),
    ...(step % 20 === 0 ? { load } : {}),
    ...(step % 50 === 0 ? { validationLoss: 5 / step + 0.12 } : {}),
    ...more,
  };
}

const steps = (count: number) => Array.from({ length: count }, (_, at) => report(at + 1));

describe('plotTraining', () => {
  it('draws loss, rate, balance and load of a long run in small files', () => {
    const pictures = plotTraining(steps(5000), 2);
    expect(Object.keys(pictures).sort()).toEqual([
      'expert-balance.svg',
      'expert-load.svg',
      'learning-rate.svg',
      'loss.svg',
    ]);
    for (const [name, picture] of Object.entries(pictures)) {
      expect(picture.length, name).toBeLessThan(90_000);
      expect(picture, name).not.toMatch(/NaN|undefined|Infinity/);
      expect(picture.match(/<(svg|g|text|style|title)\b/g)!.length).toBe(
        picture.match(/<\/(svg|g|text|style|title)>/g)!.length,
      );
    }
    expect(pictures['loss.svg']).toContain('5k steps, 5M tokens');
    expect(pictures['loss.svg']!.match(/<circle/g)).toHaveLength(100);
    expect(pictures['expert-load.svg']).toContain('layer 1</text>');
    expect(pictures['expert-load.svg']).toContain('prediction module</text>');
    expect(pictures['expert-load.svg']).not.toContain('layer 2</text>');
  });

  it('draws every expert over the whole width, once', () => {
    const picture = plotTraining(steps(400), 3)['expert-load.svg']!;
    const panels = picture.split('<g class="cells" transform').slice(1);
    expect(panels).toHaveLength(2);
    for (const panel of panels) {
      const widths = new Map<string, number>();
      for (const [, row, width] of panel.matchAll(/M\d+ ([\d.]+)h(\d+)/g)) {
        widths.set(row!, (widths.get(row!) ?? 0) + Number(width));
      }
      expect([...widths.values()]).toEqual(Array(EXPERTS).fill(400 / 20));
    }
  });

  it('draws a run of one step, one without experts, one without prediction', () => {
    expect(Object.keys(plotTraining(steps(1))).sort()).toEqual(['expert-balance.svg', 'learning-rate.svg', 'loss.svg']);
    const dense = [1, 2, 3].map((step) => report(step, { balance: [], predictionLoss: 0 }));
    const pictures = plotTraining(dense);
    expect(Object.keys(pictures)).toEqual(['loss.svg', 'learning-rate.svg']);
    expect(pictures['loss.svg']).not.toMatch(/NaN|Infinity|prediction/);
  });
});

describe('readLog', () => {
  it('reads what a run writes, and names the line that is none', () => {
    const lines = steps(3).map((line) => JSON.stringify(line));
    expect(readLog(`${lines.join('\n')}\n`, 'log.jsonl')).toEqual(steps(3));
    expect(() => readLog(`${lines[0]}\n{"step":2,`, 'log.jsonl')).toThrow(/log\.jsonl, line 2: not a line/);
    expect(() => readLog(`${lines[0]}\n{"a":2}`, 'log.jsonl')).toThrow(/line 2: .*no step and loss/);
    expect(() => readLog('', 'log.jsonl')).toThrow(/holds no step yet/);
  });
});

describe('smooth', () => {
  it('stays within its neighbours, keeps straight lines and both ends', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 400 }), (values) => {
        const smoothed = smooth(values);
        expect(smoothed).toHaveLength(values.length);
        expect([smoothed[0], smoothed.at(-1)]).toEqual([
          expect.closeTo(values[0]!, 9),
          expect.closeTo(values.at(-1)!, 9),
        ]);
        expect(Math.max(...smoothed)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(Math.min(...smoothed)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      }),
      { numRuns: 30 },
    );
    smooth(Array.from({ length: 500 }, (_, i) => 3 * i)).forEach((value, i) => {
      expect(value).toBeCloseTo(3 * i, 8);
    });
  });
});

describe('scales', () => {
  it('have round ticks inside their range, about as many as asked for', () => {
    const bounds = fc.tuple(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 1.2, max: 1e4, noNaN: true }),
    );
    fc.assert(
      fc.property(bounds, ([from, factor]) => {
        const to = from * factor;
        for (const scale of [linearScale([0, to], [0, 100]), logScale([from, to], [0, 100])]) {
          expect(scale.ticks.every((tick) => tick >= scale.from * 0.99 && tick <= to * 1.01)).toBe(true);
          expect([scale(scale.from), scale(to)]).toEqual([expect.closeTo(0, 6), expect.closeTo(100, 6)]);
        }
        const { ticks } = linearScale([0, to], [0, 100], 6);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 50 },
    );
    expect(linearScale([0, 5000], [0, 1], 5).ticks).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(logScale([0.04, 3], [0, 1]).ticks).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect([short(0), short(950), short(1250), short(20_300_000)]).toEqual(['0', '950', '1.25k', '20.3M']);
  });

  it('give loads below, at and above the mean their colours', () => {
    const middle = (LEVELS - 1) / 2;
    expect([levelOf(0), levelOf(0.5), levelOf(1), levelOf(2), levelOf(9)]).toEqual([
      0,
      0,
      middle,
      LEVELS - 1,
      LEVELS - 1,
    ]);
    expect([levelOf(1.03), levelOf(0.97)]).toEqual([middle, middle]);
    expect(levelOf(1.3)).toBe(LEVELS - 1 - levelOf(1 / 1.3));
  });
});
