import { panelWidth } from './block-formats.ts';
import { type Float8, largestScale } from './float8.ts';
import {
  type NarrowFormat,
  narrowDetails,
  narrowPanelRowBytes,
  narrowPanelsBytes,
  narrowRowBytes,
  SCALE_GROUP,
  scalesInRow,
} from './narrow-panels.ts';

type Shape = { readonly rows: number; readonly inner: number };

/**
 * Repacks W[rows, inner], as it lies in a file, panel by panel. `source` and `panels` must not overlap. Numbers of 8 bits
 * have `scales` [rows, groups of 128 along K]. Throws a RangeError for sizes that do not match and for what no sound file
 * has, and kernels do not see: an f16 weight that is infinite or NaN, a code of 8 bits that is, a scale beyond
 * {@link largestScale}.
 */
export function packNarrowPanels(
  format: NarrowFormat,
  lanes: number,
  shape: Shape,
  source: Uint8Array,
  panels: Uint8Array,
  scales?: Float32Array,
): void {
  const { rows, inner } = shape;
  const bytes = rows * narrowRowBytes(format, inner);
  const all = narrowPanelsBytes(format, lanes, rows, inner);
  if (source.length !== bytes || panels.length !== all) {
    throw new RangeError(
      `${format} weights [${rows}, ${inner}] have ${bytes} bytes, in panels ${all}; got ${source.length} and ` +
        `${panels.length}`,
    );
  }
  const { scaled } = narrowDetails(format);
  if (scaled) packScaled(format as Float8, panelWidth(lanes), shape, source, panels, scales);
  else packHalves(format as 'bf16' | 'f16', panelWidth(lanes), shape, source, panels);
}

function packHalves(
  format: 'bf16' | 'f16',
  width: number,
  { rows, inner }: Shape,
  source: Uint8Array,
  panels: Uint8Array,
): void {
  const pairs = format === 'bf16';
  const [from, to] = pairs ? [words(source), words(panels, true)] : [halves(source), halves(panels, true)];
  if (!pairs) checkFinite(from, inner);
  const places = pairs ? inner / 2 : inner;
  for (let row = 0; row < rows; row += width) {
    const panel = to.subarray(row * places, (row + width) * places);
    if (row + width > rows) panel.fill(0);
    transpose(from, row * places, places, panel, { rows: Math.min(width, rows - row), places, width });
  }
}

/** Kernels widen f16 in fewer steps than infinities would need. */
function checkFinite(weights: Elements, inner: number): void {
  for (let i = 0; i < weights.length; i++) {
    if ((weights[i]! & 0x7c00) === 0x7c00) {
      throw new RangeError(`f16 weights: number ${i % inner} of row ${Math.floor(i / inner)} is not finite`);
    }
  }
}

function packScaled(
  format: Float8,
  width: number,
  { rows, inner }: Shape,
  source: Uint8Array,
  panels: Uint8Array,
  scales: Float32Array | undefined,
): void {
  const groups = scalesInRow(format, inner);
  if (scales?.length !== rows * groups) {
    throw new RangeError(
      `${format} weights [${rows}, ${inner}] have ${rows * groups} scales, got ${scales?.length ?? 'none'}`,
    );
  }
  checkScales(format, scales, groups);
  const [from, to] = [words(source), words(panels, true)];
  const numbers = new Float32Array(panels.buffer, panels.byteOffset, panels.length / 4);
  checkCodes(format, from, inner);
  const [perRow, inPanel] = [inner / 4, narrowPanelRowBytes(format, inner) / 4];
  for (let row = 0; row < rows; row += width) {
    const some = Math.min(width, rows - row);
    let at = row * inPanel;
    if (some < width) to.fill(0, at, at + width * inPanel);
    for (let group = 0; group < groups; group++) {
      for (let r = 0; r < some; r++) numbers[at + r] = scales[(row + r) * groups + group]!;
      at += width;
      const first = group * (SCALE_GROUP / 4);
      const places = Math.min(SCALE_GROUP / 4, perRow - first);
      const target = to.subarray(at, at + places * width);
      transpose(from, row * perRow + first, perRow, target, { rows: some, places, width });
      at += places * width;
    }
  }
}

function checkScales(format: Float8, scales: Float32Array, groups: number): void {
  const most = largestScale(format);
  for (const [i, scale] of scales.entries()) {
    if (Math.abs(scale) <= most) continue;
    const where = `row ${Math.floor(i / groups)} from place ${(i % groups) * SCALE_GROUP} on`;
    if (!Number.isFinite(scale)) throw new RangeError(`${format} weights: the scale of ${where} is ${scale}`);
    throw new RangeError(
      `${format} weights: the scale ${scale} of ${where} is too large to compute with the weights as they are stored; ` +
        'convert the model to bf16',
    );
  }
}

/** Of each byte what is below the sign, and what must be added for the sign to be set by infinities and NaNs alone. */
const SPECIAL: Readonly<Record<Float8, readonly [mask: number, carry: number]>> = {
  f8_e4m3: [0x7f7f7f7f, 0x01010101],
  f8_e5m2: [0x7c7c7c7c, 0x04040404],
};

function checkCodes(format: Float8, codes: Elements, inner: number): void {
  const [mask, carry] = SPECIAL[format];
  for (let i = 0; i < codes.length; i++) {
    const special = ((codes[i]! & mask) + carry) & 0x80808080;
    if (special === 0) continue;
    const byte = [0x80, 0x8000, 0x800000].findIndex((bit) => (special & bit) !== 0);
    const at = 4 * i + (byte < 0 ? 3 : byte);
    throw new RangeError(`${format} weights: number ${at % inner} of row ${Math.floor(at / inner)} is not finite`);
  }
}

type Elements = Uint16Array | Uint32Array;

/** Places along K that are moved together: a cache line of words. */
const TOGETHER = 16;

/** Rows of `places` elements, `stride` apart from `first` on, to [places][width]. */
function transpose(
  from: Elements,
  first: number,
  stride: number,
  to: Elements,
  { rows, places, width }: { readonly rows: number; readonly places: number; readonly width: number },
): void {
  for (let start = 0; start < places; start += TOGETHER) {
    const end = Math.min(places, start + TOGETHER);
    for (let row = 0; row < rows; row++) {
      const base = first + row * stride;
      for (let k = start; k < end; k++) to[k * width + row] = from[base + k]!;
    }
  }
}

function words(bytes: Uint8Array, inPlace = false): Uint32Array {
  const { buffer, byteOffset, length } = aligned(bytes, 4, inPlace);
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function halves(bytes: Uint8Array, inPlace = false): Uint16Array {
  const { buffer, byteOffset, length } = aligned(bytes, 2, inPlace);
  return new Uint16Array(buffer, byteOffset, length / 2);
}

function aligned(bytes: Uint8Array, size: number, inPlace: boolean): Uint8Array {
  if (bytes.byteOffset % size === 0) return bytes;
  if (inPlace) throw new RangeError(`panels of narrow floats begin at a multiple of ${size} bytes`);
  return bytes.slice();
}
