import { panelWidth } from './block-formats.ts';

/**
 * Weights in floats of 16 or 8 bits, and how they stand in memory for kernels. In a file a matrix W[N, K] is stored by
 * rows. For kernels `panelWidth` rows make a panel, as with blocks (block-formats.ts), along which K runs:
 *
 *     bf16: panel = pairs along K, each a word of 4 bytes per row [K/2][row]: the even place in the low half
 *     f16:  panel = places along K, each a number per row [K][row]
 *     f8:   panel = groups of 128 places along K, the last of what is left: [scales, f32 per row], then
 *           words of 4 bytes, [place/4][row]: the first of four places in the lowest byte
 *
 * All widen to f32 as the file says, to the last bit: bf16 and f16 exactly, a number of 8 bits times its scale rounded once.
 * A bf16 number is the upper half of an f32, so that a pair is taken apart by a shift and a mask, and no lane has to move;
 * f16 numbers are converted by an instruction that takes half a vector; those of 8 bits see float8.ts.
 *
 * Files have a scale for each block of 128 × 128 numbers in 8 bits. A scale for each row and group here costs 3 % and
 * leaves nothing to align: matrices whose rows stand one behind the other, or in another order, need no common grid.
 * A panel in 16 bits has as many bytes as its rows in the file. Rows that do not fill the last panel are zeros.
 */
export type NarrowFormat = 'bf16' | 'f16' | 'f8_e4m3' | 'f8_e5m2';

/** Places along K of a row that share a scale. */
export const SCALE_GROUP = 128;

interface NarrowDetails {
  /** Bytes of a number. */
  readonly bytes: 1 | 2;
  /** Numbers along K that stand together in a panel: K is a multiple of it. */
  readonly together: 1 | 2 | 4;
  /** Whether groups of {@link SCALE_GROUP} places have a scale. */
  readonly scaled: boolean;
}

const DETAILS: Readonly<Record<NarrowFormat, NarrowDetails>> = {
  bf16: { bytes: 2, together: 2, scaled: false },
  f16: { bytes: 2, together: 1, scaled: false },
  f8_e4m3: { bytes: 1, together: 4, scaled: true },
  f8_e5m2: { bytes: 1, together: 4, scaled: true },
};

export const NARROW_FORMATS = Object.keys(DETAILS) as readonly NarrowFormat[];

export function isNarrowFormat(name: string): name is NarrowFormat {
  return Object.hasOwn(DETAILS, name);
}

export function narrowDetails(format: NarrowFormat): NarrowDetails {
  return DETAILS[format];
}

/** Scales of a row in panels. */
export function scalesInRow(format: NarrowFormat, inner: number): number {
  return DETAILS[format].scaled ? Math.ceil(inner / SCALE_GROUP) : 0;
}

/** Bytes of the numbers of one row in a file. Throws a RangeError for a length that does not fill the panels. */
export function narrowRowBytes(format: NarrowFormat, inner: number): number {
  const { bytes, together } = DETAILS[format];
  if (!(Number.isInteger(inner) && inner >= 0 && inner % together === 0)) {
    throw new RangeError(`rows of ${format} weights are multiples of ${together} long, got ${inner}`);
  }
  return bytes * inner;
}

/** Bytes of one row in panels. Throws as {@link narrowRowBytes}. */
export function narrowPanelRowBytes(format: NarrowFormat, inner: number): number {
  return narrowRowBytes(format, inner) + 4 * scalesInRow(format, inner);
}

/** Bytes of W[rows, inner] in panels. */
export function narrowPanelsBytes(format: NarrowFormat, lanes: number, rows: number, inner: number): number {
  const width = panelWidth(lanes);
  return Math.ceil(rows / width) * width * narrowPanelRowBytes(format, inner);
}
