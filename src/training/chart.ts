/**
 * The little that charts of a training run need, as SVG text: scales with round ticks, lines, bands, axes, and one look
 * for light and dark surroundings. Colours are CSS classes, so that the same picture follows the reader's colour scheme;
 * programs that know no media queries show the light one, on its own background.
 */

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
function tickStep(from: number, to: number, count: number): number {
  const rough = Math.max((to - from) / count, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  count = 6,
): Scale {
  const step = tickStep(from, to, count);
  const first = Math.ceil(from / step - 1e-9);
  const ticks: number[] = [];
  for (let i = first; i * step <= to + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  const width = to - from || 1;
  return Object.assign((value: number) => start + ((value - from) / width) * (end - start), { ticks, from, to });
}

/** Values at or below 0 are drawn at the low end. */
export function logScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  factors: readonly number[] = [1, 2, 5],
): Scale {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (tick >= from * 0.999 && tick <= to * 1.001) ticks.push(tick);
    }
  }
  const height = Math.log(to / from) || 1;
  const place = (value: number) => start + (Math.log(Math.max(value, from) / from) / height) * (end - start);
  return Object.assign(place, { ticks, from, to });
}

/** One digit after the point is a tenth of a pixel. */
const pixel = (value: number) => String(Math.round(value * 10) / 10);

export type Point = readonly [x: number, y: number];

export function line(points: readonly Point[], classes: string): string {
  if (points.length === 0) return '';
  const path = points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${pixel(x)} ${pixel(y)}`).join('');
  return `<path class="line ${classes}" d="${path}"/>`;
}

/** The area between two lines with the same x. */
export function band(x: readonly number[], low: readonly number[], high: readonly number[], classes: string): string {
  if (x.length === 0) return '';
  const there = x.map((value, at) => `${pixel(value)} ${pixel(high[at]!)}`);
  const back = x.map((value, at) => `${pixel(value)} ${pixel(low[at]!)}`).reverse();
  return `<path class="band ${classes}" d="M${[...there, ...back].join('L')}Z"/>`;
}

export function dots(points: readonly Point[], classes: string): string {
  return points.map(([x, y]) => `<circle class="dot ${classes}" cx="${pixel(x)}" cy="${pixel(y)}" r="2.6"/>`).join('');
}

export function text(x: number, y: number, content: string, classes = '', anchor = 'start'): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const end = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${pixel(x)}" y="${pixel(y)}" class="${classes}"${end}>${escaped}</text>`;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Horizontal lines at the ticks of y, ticks and name of x below, the name of y above the axis. */
export function axes(
  { left, right, top, bottom }: Frame,
  x: { readonly scale: Scale; readonly label: string; readonly format: (value: number) => string },
  y: { readonly scale: Scale; readonly label: string; readonly format: (value: number) => string },
): string {
  const rows = y.scale.ticks.map((tick) => {
    const at = y.scale(tick);
    return `<path class="grid" d="M${left} ${pixel(at)}H${right}"/>${text(left - 8, at + 4, y.format(tick), 'tick', 'end')}`;
  });
  const columns = x.scale.ticks.map((tick) => {
    const at = x.scale(tick);
    return `<path class="axis" d="M${pixel(at)} ${bottom}v4"/>${text(at, bottom + 18, x.format(tick), 'tick', 'middle')}`;
  });
  return [
    ...rows,
    `<path class="axis" d="M${left} ${bottom}H${right}"/>`,
    ...columns,
    text(right, bottom + 36, x.label, 'label', 'end'),
    text(24, top - 12, y.label, 'label'),
  ].join('\n');
}

/** Names of lines beside short pieces of them, in one row that begins at x. */
export function legend(
  x: number,
  y: number,
  entries: readonly { readonly name: string; readonly classes: string }[],
): string {
  let at = x;
  return entries
    .map(({ name, classes }) => {
      const sample = `<path class="line ${classes}" d="M${pixel(at)} ${y - 4}h18"/>${text(at + 24, y, name, 'label')}`;
      at += 24 + textWidth(name) + 22;
      return sample;
    })
    .join('');
}

/** Near enough for text of 12 pixels in the fonts that systems use. */
export function textWidth(content: string): number {
  return [...content].reduce(
    (sum, letter) => sum + (/[MWmw×]/.test(letter) ? 9.5 : /[ilj.,: ]/.test(letter) ? 3.6 : 6.7),
    0,
  );
}

/** Lines of a chart, by class c0, c1, …; told apart by readers with any colour vision. */
const SERIES = [
  ['#2563eb', '#6ea8fe'],
  ['#d9480f', '#ff9f5a'],
  ['#0b8a7d', '#3fd4c2'],
  ['#c2255c', '#ff7eb0'],
  ['#7048e8', '#b197fc'],
  ['#8a6d00', '#e6c84f'],
  ['#495057', '#ced4da'],
  ['#2b8a3e', '#8ce99a'],
] as const;
export const SERIES_COLOURS = SERIES.length;

/** Classes l0 … l12 of a heat map: below, at, and above the middle. */
const LEVELS_LIGHT =
  '#08306b #1b5ba6 #3f8fc5 #7db8da #b6d6e9 #dbe9f2 #f3f3f1 #fbe3d0 #f9c49f #f19a68 #de6f3a #b94a1b #7f2704'.split(' ');
const LEVELS_DARK =
  '#9ecdf5 #6fb0e8 #4690cf #2f70aa #265580 #223f5a #232a32 #4a3527 #74492a #a3602f #d07c3c #f0a05f #ffcb9a'.split(' ');
export const LEVELS = LEVELS_LIGHT.length;

function palette(
  column: 0 | 1,
  colours: { background: string; ink: string; soft: string; grid: string; axis: string },
): string {
  const { background, ink, soft, grid, axis } = colours;
  const levels = column === 0 ? LEVELS_LIGHT : LEVELS_DARK;
  return [
    `.back{fill:${background};stroke:${grid}}.title{fill:${ink}}.tick,.note{fill:${soft}}.label{fill:${ink}}`,
    `.grid{stroke:${grid}}.axis{stroke:${axis}}.dot{stroke:${background}}`,
    ...SERIES.map((pair, at) => `.c${at}{stroke:${pair[column]}}.band.c${at},.dot.c${at}{fill:${pair[column]}}`),
    ...levels.map((colour, at) => `.l${at}{stroke:${colour}}`),
  ].join('');
}

const STYLE = [
  "text{font:12px system-ui,-apple-system,'Segoe UI','Helvetica Neue','Noto Sans',Arial,sans-serif}",
  '.title{font-size:17px;font-weight:600}.note{font-size:12.5px}',
  '.line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.thin{stroke-width:1.2}',
  '.dashed{stroke-dasharray:2 4}.band{stroke:none;opacity:.16}.dot{stroke-width:1}',
  '.grid,.axis{fill:none;stroke-width:1}.cells{fill:none;shape-rendering:crispEdges}',
  palette(0, { background: '#ffffff', ink: '#1f2328', soft: '#59636e', grid: '#e4e8ec', axis: '#8c959f' }),
  `@media(prefers-color-scheme:dark){${palette(1, { background: '#0d1117', ink: '#e6edf3', soft: '#9198a1', grid: '#262c34', axis: '#656c76' })}}`,
].join('\n');

/** A whole picture with its title, a line that explains it, and a description for those who do not see it. */
export function picture(
  size: { readonly width: number; readonly height: number },
  words: { readonly title: string; readonly note: string },
  body: readonly string[],
): string {
  const { width, height } = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${words.title.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    text(24, 34, words.title, 'title'),
    text(24, 55, words.note, 'note'),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** 1,250,000 as 1.25M. */
export function short(value: number): string {
  for (const [unit, name] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))}${name}`;
  }
  return String(Number(value.toPrecision(3)));
}
