import { panelWidth } from './block-formats.ts';

/**
 * Weights in 16-bit floats, and how they stand in memory for kernels. In a file a matrix W[N, K] is stored by rows. For
 * kernels `panelWidth` rows make a panel, as with blocks (block-formats.ts), along which K runs:
 *
 *     bf16: panel = pairs along K, each a word of 4 bytes per row [K/2][row]: the even place in the low half
 *     f16:  panel = places along K, each a number per row [K][row]
 *
 * Both widen to f32 exactly. A bf16 number is the upper half of an f32, so that a pair is taken apart by a shift and a
 * mask, and no lane has to move; f16 numbers are converted by an instruction that takes half a vector. A panel has as many
 * bytes as its rows in the file. Rows that do not fill the last panel are zeros.
 */
export type HalfFormat = 'bf16' | 'f16';

/** Numbers along K that stand together in a panel. */
const PLACES: Readonly<Record<HalfFormat, 1 | 2>> = { bf16: 2, f16: 1 };

export function isHalfFormat(name: string): name is HalfFormat {
  return Object.hasOwn(PLACES, name);
}

/** Numbers along K that stand together in a panel: K is a multiple of it. */
export function placesTogether(format: HalfFormat): 1 | 2 {
  return PLACES[format];
}

/** Bytes of one row in a file. Throws a RangeError for a length that does not fill the panels. */
export function halfRowBytes(format: HalfFormat, inner: number): number {
  if (!(Number.isInteger(inner) && inner >= 0 && inner % PLACES[format] === 0)) {
    throw new RangeError(`rows of ${format} weights have an even length, got ${inner}`);
  }
  return 2 * inner;
}

/**
 * Repacks W[rows, inner], as it lies in a file, panel by panel. `source` and `panels` must not overlap. Throws a RangeError
 * for sizes that do not match and for an f16 weight that is infinite or NaN, which no sound file has.
 */
export function packHalfPanels(
  format: HalfFormat,
  lanes: number,
  { rows, inner }: { readonly rows: number; readonly inner: number },
  source: Uint8Array,
  panels: Uint8Array,
): void {
  const [bytes, width] = [halfRowBytes(format, inner), panelWidth(lanes)];
  const all = Math.ceil(rows / width) * width * bytes;
  if (source.length !== rows * bytes || panels.length !== all) {
    throw new RangeError(
      `${format} weights [${rows}, ${inner}] have ${rows * bytes} bytes, in panels ${all}; got ${source.length} and ` +
        `${panels.length}`,
    );
  }
  const pairs = format === 'bf16';
  const [from, to] = pairs ? [words(source), words(panels, true)] : [halves(source), halves(panels, true)];
  if (!pairs) checkFinite(from, inner);
  const places = inner / PLACES[format];
  for (let row = 0; row < rows; row += width) {
    const some = from.subarray(row * places, Math.min(rows, row + width) * places);
    const panel = to.subarray(row * places, (row + width) * places);
    if (row + width > rows) panel.fill(0);
    transpose(some, panel, Math.min(width, rows - row), places, width);
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

type Elements = Uint16Array | Uint32Array;

/** Places along K that are moved together: a cache line of words. */
const TOGETHER = 16;

/** [rows][places] to [places][width]. */
function transpose(from: Elements, to: Elements, rows: number, places: number, width: number): void {
  for (let start = 0; start < places; start += TOGETHER) {
    const end = Math.min(places, start + TOGETHER);
    for (let row = 0; row < rows; row++) {
      const base = row * places;
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
  if (inPlace) throw new RangeError(`panels of 16-bit weights begin at a multiple of ${size} bytes`);
  return bytes.slice();
}
