import {
  axes,
  band,
  dots,
  type Frame,
  LEVELS,
  legend,
  line,
  linearScale,
  logScale,
  type Point,
  picture,
  SERIES_COLOURS,
  short,
  text,
} from './chart.ts';
import type { StepReport } from './trainer.ts';

const WIDTH = 860;
const HEIGHT = 430;
const FRAME: Frame = { left: 72, right: WIDTH - 28, top: 118, bottom: HEIGHT - 58 };
/** Most points of a line; a pixel needs no more. */
const POINTS = 400;
/** Most columns of a heat map. */
const COLUMNS = 125;
/** Share of a run over which lines are smoothed, to each side. */
const SMOOTHING = 0.006;

/** The log of a run as its lines tell it. Throws with the number of a line that is not one of a training log. */
export function readLog(log: string, path: string): StepReport[] {
  const reports = log.split('\n').flatMap((content, at) => {
    if (content === '') return [];
    try {
      const report = JSON.parse(content) as StepReport;
      if (!(Number.isFinite(report.step) && Number.isFinite(report.loss))) throw new Error('it has no step and loss');
      return [report];
    } catch (error) {
      throw new Error(`${path}, line ${at + 1}: not a line of a training log (${(error as Error).message})`);
    }
  });
  if (reports.length === 0) throw new Error(`${path}: holds no step yet; plot again when the run has made some`);
  return reports;
}

/**
 * Pictures of a training run, SVG by file name.
 * @param mainLayers layers of the main model; experts of later layers belong to prediction modules.
 */
export function plotTraining(
  reports: readonly StepReport[],
  mainLayers = Number.POSITIVE_INFINITY,
): Record<string, string> {
  const nameOf = (layer: number) => (layer < mainLayers ? `layer ${layer}` : 'prediction module');
  const pictures: Record<string, string> = {
    'loss.svg': plotLoss(reports),
    'learning-rate.svg': plotLearningRate(reports),
  };
  if (reports.some(({ balance }) => balance.length > 0)) pictures['expert-balance.svg'] = plotBalance(reports, nameOf);
  if (reports.some(({ load }) => load !== undefined)) pictures['expert-load.svg'] = plotLoad(reports, nameOf);
  return pictures;
}

/** Mean of each value and its neighbours, fewer of them near the ends. */
export function smooth(values: readonly number[]): number[] {
  const reach = Math.round(values.length * SMOOTHING);
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, at) => {
    const near = Math.min(reach, at, values.length - 1 - at);
    return (sums[at + near + 1]! - sums[at - near]!) / (2 * near + 1);
  });
}

/** Least and largest of any number of values. */
function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** Indices 0 … count-1 in at most `parts` ranges of nearly equal length. */
function ranges(count: number, parts: number): [number, number][] {
  const number = Math.min(count, parts);
  return Array.from({ length: number }, (_, at) => [
    Math.floor((at * count) / number),
    Math.floor(((at + 1) * count) / number),
  ]);
}

/** Points of a smoothed line, few enough to draw. */
function points(x: readonly number[], y: readonly number[]): Point[] {
  const kept = ranges(x.length, POINTS).map(([start]): Point => [x[start]!, y[start]!]);
  const last = x.length - 1;
  return x.length <= POINTS ? kept : [...kept, [x[last]!, y[last]!]];
}

function plotLoss(reports: readonly StepReport[]): string {
  const losses = reports.map(({ loss }) => loss);
  const predictions = reports.map(({ predictionLoss }) => predictionLoss);
  const predicting = predictions.some((loss) => loss > 0);
  const measured = reports.filter(({ validationLoss }) => validationLoss !== undefined);
  const drawn = [
    ...losses,
    ...measured.map(({ validationLoss }) => validationLoss!),
    ...(predicting ? predictions : []),
  ];
  const [lowest, highest] = extent(drawn.filter((value) => value > 0));
  const span = [lowest * 0.92, highest * 1.08] as const;
  const x = linearScale([0, reports.at(-1)!.tokens], [FRAME.left, FRAME.right], 8);
  const y = logScale(span, [FRAME.bottom, FRAME.top]);
  const at = reports.map(({ tokens }) => x(tokens));
  const draw = (values: readonly number[]) => points(at, smooth(values).map(y));
  const parts = ranges(reports.length, POINTS);
  const middle = parts.map(([start, end]) => at[(start + end - 1) >> 1]!);
  const extreme = (choose: (...values: number[]) => number) =>
    parts.map(([start, end]) => y(choose(...losses.slice(start, end))));
  const validation = measured.map(({ tokens, validationLoss }): Point => [x(tokens), y(validationLoss!)]);
  const last = measured.at(-1);
  const note =
    `${short(reports.at(-1)!.step)} steps, ${short(reports.at(-1)!.tokens)} tokens; cross-entropy of the answers’ tokens` +
    (last === undefined ? '' : `; last validation ${last.validationLoss!.toFixed(4)}`);
  return picture({ width: WIDTH, height: HEIGHT }, { title: 'Loss', note }, [
    axes(
      FRAME,
      { scale: x, label: 'training tokens', format: short },
      { scale: y, label: 'nats per token', format: (value) => String(value) },
    ),
    legend(FRAME.left, 84, [
      { name: 'training', classes: 'c0' },
      ...(measured.length > 0 ? [{ name: 'validation', classes: 'c1' }] : []),
      ...(predicting ? [{ name: 'multi-token prediction (training)', classes: 'c2 thin' }] : []),
    ]),
    ...(reports.length > POINTS ? [band(middle, extreme(Math.min), extreme(Math.max), 'c0')] : []),
    predicting ? line(draw(predictions), 'c2 thin') : '',
    line(draw(losses), 'c0'),
    line(validation, 'c1 thin'),
    dots(validation, 'c1'),
  ]);
}

function plotLearningRate(reports: readonly StepReport[]): string {
  const rates = reports.map(({ learningRate }) => learningRate);
  const [, peak] = extent(rates);
  const height = 300;
  const frame = { ...FRAME, top: 98, bottom: height - 58 };
  const x = linearScale([0, reports.at(-1)!.step], [frame.left, frame.right], 8);
  const y = linearScale([0, peak * 1.05], [frame.bottom, frame.top], 4);
  const at = reports.map(({ step }) => x(step));
  return picture(
    { width: WIDTH, height },
    { title: 'Learning rate', note: `peak ${decimal(peak)}, at the end ${decimal(rates.at(-1)!)}` },
    [
      axes(frame, { scale: x, label: 'step', format: short }, { scale: y, label: '', format: decimal }),
      line(points(at, rates.map(y)), 'c0'),
    ],
  );
}

const decimal = (value: number) => String(Number(value.toPrecision(3)));

type LayerName = (layer: number) => string;

/** Mean slots of an expert per step, by layer, from the lines that tell every expert's. */
function meanLoads(reports: readonly StepReport[]): Map<number, number> {
  const measured = reports.findLast(({ load }) => load !== undefined);
  const mean = (slots: readonly number[]) => slots.reduce((sum, count) => sum + count, 0) / slots.length;
  return new Map(measured?.balance.map(({ layer }, at) => [layer, mean(measured.load![at]!)]) ?? []);
}

function plotBalance(reports: readonly StepReport[], nameOf: LayerName): string {
  const means = meanLoads(reports);
  const layers = reports[0]!.balance.map(({ layer }) => layer);
  const series = layers.map((layer, at) => ({
    layer,
    classes: `c${at % SERIES_COLOURS}`,
    busiest: smooth(reports.map(({ balance }) => balance[at]!.maxOverMean)),
    idlest: means.has(layer) ? smooth(reports.map(({ balance }) => balance[at]!.least / means.get(layer)!)) : [],
  }));
  const highest = Math.max(2.2, extent(series.flatMap(({ busiest }) => busiest))[1]);
  const lowest = Math.max(0.1, Math.min(0.45, extent(series.flatMap(({ idlest }) => idlest))[0]));
  const x = linearScale([0, reports.at(-1)!.step], [FRAME.left, FRAME.right], 8);
  const y = Object.assign(logScale([lowest, highest], [FRAME.bottom, FRAME.top]), {
    ticks: [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10].filter((tick) => tick >= lowest && tick <= highest),
  });
  const at = reports.map(({ step }) => x(step));
  const title = 'Expert balance';
  const note =
    'Load of the busiest expert (solid) and the idlest (dotted) over the mean, per layer; smoothed, 1× is even';
  return picture({ width: WIDTH, height: HEIGHT }, { title, note }, [
    axes(
      FRAME,
      { scale: x, label: 'step', format: short },
      { scale: y, label: 'load / mean', format: (value) => `${value}×` },
    ),
    legend(
      FRAME.left,
      84,
      series.map(({ layer, classes }) => ({ name: nameOf(layer), classes })),
    ),
    `<path class="axis" d="M${FRAME.left} ${Math.round(y(1))}H${FRAME.right}"/>`,
    ...series.map(({ idlest, classes }) => line(points(at, idlest.map(y)), `${classes} thin dashed`)),
    ...series.map(({ busiest, classes }) => line(points(at, busiest.map(y)), classes)),
  ]);
}

/** Loads at and beyond these factors of the mean have the strongest colours. */
const FARTHEST = 2;

/** The class of a load: the middle one at the mean, the outer ones at half and at double of it. */
export function levelOf(overMean: number): number {
  const side = (LEVELS - 1) / 2;
  const place = Math.log(Math.max(overMean, 1e-6)) / Math.log(FARTHEST);
  return side + Math.round(side * Math.max(-1, Math.min(1, place)));
}

function plotLoad(reports: readonly StepReport[], nameOf: LayerName): string {
  const measured = reports.filter(({ load }) => load !== undefined);
  const layers = measured[0]!.balance.map(({ layer }) => layer);
  const experts = measured[0]!.load![0]!.length;
  const columns = ranges(measured.length, COLUMNS);
  const steps: [number, number] = [0, measured.at(-1)!.step];
  const acrossPanels = layers.length > 1 ? 2 : 1;
  const gap = 56;
  const panel = {
    width: (FRAME.right - FRAME.left - gap * (acrossPanels - 1)) / acrossPanels,
    height: experts * Math.max(1, Math.min(10, 320 / experts)),
  };
  const pitch = panel.height + 74;
  const panels = layers.map((layer, at) => {
    const left = FRAME.left + (at % acrossPanels) * (panel.width + gap);
    const top = 104 + Math.floor(at / acrossPanels) * pitch;
    const loads = columns.map(([start, end]) => {
      const sums = new Array<number>(experts).fill(0);
      for (const { load } of measured.slice(start, end)) {
        for (const [expert, slots] of load![at]!.entries()) sums[expert]! += slots;
      }
      const mean = sums.reduce((sum, slots) => sum + slots, 0) / experts;
      return sums.map((slots) => levelOf(slots / Math.max(mean, 1e-9)));
    });
    return drawPanel({ left, top, right: left + panel.width, bottom: top + panel.height }, nameOf(layer), loads, steps);
  });
  const height = 104 + Math.ceil(layers.length / acrossPanels) * pitch - 8;
  const title = 'Expert load';
  const note = `Tokens that each of ${experts} experts (rows) takes over the run, against the mean of its layer`;
  return picture({ width: WIDTH, height }, { title, note }, [colourBar(FRAME.right, 34), ...panels]);
}

function drawPanel(
  { left, right, top, bottom }: Frame,
  name: string,
  levels: readonly (readonly number[])[],
  steps: [number, number],
): string {
  const experts = levels[0]!.length;
  const paths = new Map<number, string>();
  for (let expert = 0; expert < experts; expert++) {
    for (let column = 0; column < levels.length; ) {
      const level = levels[column]![expert]!;
      let end = column + 1;
      while (end < levels.length && levels[end]![expert] === level) end++;
      paths.set(level, `${paths.get(level) ?? ''}M${column} ${expert + 0.5}h${end - column}`);
      column = end;
    }
  }
  const scale = `translate(${left} ${top}) scale(${(right - left) / levels.length} ${(bottom - top) / experts})`;
  const x = linearScale(steps, [left, right], 4);
  const rowOf = (expert: number) => top + ((expert + 0.5) / experts) * (bottom - top);
  const every = [1, 2, 4, 5, 10, 20, 50, 100].find((step) => experts / step <= 5) ?? 200;
  const rows = Array.from({ length: Math.ceil(experts / every) }, (_, at) => at * every);
  return [
    text(left, top - 10, name, 'label'),
    `<g class="cells" transform="${scale}">`,
    ...[...paths].map(([level, path]) => `<path class="l${level}" d="${path}"/>`),
    '</g>',
    ...rows.map((expert) => text(left - 8, rowOf(expert) + 4, String(expert), 'tick', 'end')),
    ...x.ticks.map((tick) => {
      const mark = `<path class="axis" d="M${x(tick).toFixed(1)} ${bottom}v4"/>`;
      return mark + text(x(tick), bottom + 18, short(tick), 'tick', 'middle');
    }),
    text(right, bottom + 34, 'step', 'label', 'end'),
  ].join('\n');
}

function colourBar(right: number, y: number): string {
  const width = 13;
  const left = right - LEVELS * width;
  const cells = Array.from(
    { length: LEVELS },
    (_, level) => `<path class="l${level}" stroke-width="10" d="M${left + level * width} ${y - 5}h${width}"/>`,
  );
  return [
    `<g class="cells">${cells.join('')}</g>`,
    text(left, y + 14, '½×', 'tick', 'middle'),
    text((left + right) / 2, y + 14, 'mean', 'tick', 'middle'),
    text(right, y + 14, '2×', 'tick', 'middle'),
  ].join('');
}
