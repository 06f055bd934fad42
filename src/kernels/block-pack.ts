/**
 * Repacks rows of blocks, as they lie in files, into panels (block-formats.ts). All numbers are moved by words of 4 bytes:
 * a core repacks one and a half to three GB in a second, no slower than files come from the cache of the system.
 */
import {
  type BlockFormat,
  blocksOf,
  formatDetails,
  type GroupLayout,
  groupLayout,
  panelRowBytes,
  panelsBytes,
  panelWidth,
  rowBytes,
} from './block-formats.ts';

/** Moves the block at `at` of a file to row `row` of the group at `to`; yields the bits of a scale that is not finite, or 0. */
type PackBlock = (move: Move, at: number, to: number, row: number) => number;

interface Move {
  readonly from: DataView;
  readonly to: DataView;
  readonly layout: GroupLayout;
  readonly width: number;
}

const PACK: Readonly<Record<BlockFormat, PackBlock>> = {
  q8_0: packBytes,
  q4_0: packNibbles(false, false),
  q4_1: packNibbles(true, false),
  q5_0: packNibbles(false, true),
  q5_1: packNibbles(true, true),
  q4_k: packLong(false),
  q5_k: packLong(true),
  q6_k: packSixBits,
  mxfp4: packMicroscaled,
};

/**
 * Repacks up to `panelWidth` rows of `inner` weights, as they lie in a file, into one panel. Rows that are not there
 * become zeros. `source` and `panel` must not overlap. Throws a RangeError for sizes that do not match and for a scale or
 * minimum that is infinite or NaN, which no sound file has.
 */
export function packPanel(
  format: BlockFormat,
  lanes: number,
  inner: number,
  source: Uint8Array,
  panel: Uint8Array,
): void {
  const bytes = rowBytes(format, inner);
  const width = panelWidth(lanes);
  const panelBytes = width * panelRowBytes(format, inner);
  const rows = bytes === 0 ? 0 : source.length / bytes;
  if (!Number.isInteger(rows) || rows > width || panel.length !== panelBytes) {
    throw new RangeError(
      `a panel of ${width} rows of ${bytes} bytes cannot hold ${source.length} bytes, or has not ${panel.length}`,
    );
  }
  const layout = groupLayout(format, width);
  const move = { from: viewOf(source), to: viewOf(panel), layout, width };
  const { fileBytes } = formatDetails(format);
  const pack = PACK[format];
  const blocks = blocksOf(format, inner);
  if (rows < width) panel.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      if (pack(move, row * bytes + block * fileBytes, block * layout.bytes, row) !== 0) {
        throw new RangeError(
          `${format} weights: scale or minimum of block ${block} in row ${row} of the panel is not finite`,
        );
      }
    }
  }
}

/** Repacks W[rows, inner] panel by panel; `panels` has `panelsBytes` bytes. */
export function packPanels(
  format: BlockFormat,
  lanes: number,
  shape: { readonly rows: number; readonly inner: number },
  source: Uint8Array,
  panels: Uint8Array,
): void {
  const { rows, inner } = shape;
  const bytes = rowBytes(format, inner);
  if (source.length !== rows * bytes || panels.length !== panelsBytes(format, lanes, rows, inner)) {
    throw new RangeError(
      `${format} weights [${rows}, ${inner}] have ${rows * bytes} bytes, in panels ` +
        `${panelsBytes(format, lanes, rows, inner)}; got ${source.length} and ${panels.length}`,
    );
  }
  const width = panelWidth(lanes);
  const panelBytes = width * panelRowBytes(format, inner);
  for (let row = 0, at = 0; row < rows; row += width, at += panelBytes) {
    const some = source.subarray(row * bytes, Math.min(rows, row + width) * bytes);
    packPanel(format, lanes, inner, some, panels.subarray(at, at + panelBytes));
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bits of an f16 number where its exponent says infinity or NaN, otherwise 0. */
function notFinite(bits: number): number {
  return (bits & 0x7c00) === 0x7c00 ? bits : 0;
}

/** Q8_0: a scale, then signed bytes. */
function packBytes({ from, to, width }: Move, at: number, start: number, row: number): number {
  const scale = from.getUint16(at, true);
  to.setUint16(start + 2 * row, scale, true);
  let place = start + 2 * width + 4 * row;
  for (let word = at + 2; word < at + 34; word += 4, place += 4 * width) {
    to.setInt32(place, from.getInt32(word, true) ^ (0x80808080 | 0), true);
  }
  return notFinite(scale);
}

/** Byte i of 32 upper bits, spread over the lowest two bits of four bytes: bit j to byte j, bit 4+j behind it. */
const SPREAD = Int32Array.from({ length: 256 }, (_, byte) => {
  const nibble = (bits: number) => (bits * 0x00204081) & 0x01010101;
  return nibble(byte & 15) | (nibble(byte >> 4) << 1);
});

/** Q4_0, Q4_1, Q5_0 and Q5_1: scale, minimum, upper bits, and nibbles, whose order in a file is that of panels. */
function packNibbles(minimum: boolean, fifth: boolean): PackBlock {
  const nibbles = 2 + (minimum ? 2 : 0) + (fifth ? 4 : 0);
  return ({ from, to, layout, width }, at, start, row) => {
    const scale = from.getUint16(at, true);
    to.setUint16(start + 2 * row, scale, true);
    let bad = notFinite(scale);
    if (minimum) {
      const lowest = from.getUint16(at + 2, true);
      to.setUint16(start + layout.minima + 2 * row, lowest, true);
      bad |= notFinite(lowest);
    }
    const codes = start + layout.block + layout.codes + 4 * row;
    for (let word = 0; word < 4; word++) {
      to.setInt32(codes + 4 * width * word, from.getInt32(at + nibbles + 4 * word, true), true);
    }
    if (fifth) {
      const bits = from.getInt32(at + nibbles - 4, true);
      const low = SPREAD[bits & 255]! | (SPREAD[(bits >>> 8) & 255]! << 2);
      const high = (SPREAD[(bits >>> 16) & 255]! << 4) | (SPREAD[bits >>> 24]! << 6);
      to.setInt32(codes - layout.upper, low | high, true);
    }
    return bad;
  };
}

/** MXFP4: an exponent e, of which 2^(e - 128) becomes a bf16 number, the half of what it stands for; then nibbles. */
function packMicroscaled({ from, to, layout, width }: Move, at: number, start: number, row: number): number {
  const exponent = from.getUint8(at);
  // The two least are denormal.
  to.setUint16(start + 2 * row, exponent < 2 ? 0x20 << exponent : (exponent - 1) << 7, true);
  const codes = start + layout.block + 4 * row;
  for (let word = 0; word < 4; word++) {
    to.setInt32(codes + 4 * width * word, from.getInt32(at + 1 + 4 * word, true), true);
  }
  return 0;
}

const LOW = 0x0f0f0f0f;
const HIGH = 0xf0f0f0f0 | 0;
const SIX = 0x3f3f3f3f;
const TWO = 0x03030303;

/** Q4_K and Q5_K: scale, minimum, 6-bit factors in 12 bytes, fifth bits, nibbles of two parts in each 32 bytes. */
function packLong(fifth: boolean): PackBlock {
  const planes = new Int32Array(8);
  return ({ from, to, layout, width }, at, start, row) => {
    const scale = from.getUint16(at, true);
    const lowest = from.getUint16(at + 2, true);
    to.setUint16(start + 2 * row, scale, true);
    to.setUint16(start + layout.minima + 2 * row, lowest ^ 0x8000, true);
    // Of four parts at once: the factors of the first four lie in 6 bits, those of the others in nibbles with two bits
    // above those of the first.
    const [first, second, third] = [
      from.getInt32(at + 4, true),
      from.getInt32(at + 8, true),
      from.getInt32(at + 12, true),
    ];
    const { block, blockBytes, upper } = layout;
    const factors = start + block + row;
    storeBytes(to, factors, blockBytes, first & SIX);
    storeBytes(to, factors + 4 * blockBytes, blockBytes, (third & LOW) | (((first >>> 6) & TWO) << 4));
    const minima = factors + layout.minimumFactors;
    storeBytes(to, minima, blockBytes, second & SIX);
    storeBytes(to, minima + 4 * blockBytes, blockBytes, ((third >>> 4) & LOW) | (((second >>> 6) & TWO) << 4));
    if (fifth) fifthBits(from, at + 16, planes);
    let codes = start + block + layout.codes + 4 * row;
    let nibbles = at + (fifth ? 48 : 16);
    for (let pair = 0; pair < 4; pair++, nibbles += 32, codes += 2 * blockBytes) {
      for (let word = 0; word < 4; word++) {
        const left = from.getInt32(nibbles + 4 * word, true);
        const right = from.getInt32(nibbles + 16 + 4 * word, true);
        const place = codes + 4 * width * word;
        to.setInt32(place, (left & LOW) | ((right & LOW) << 4), true);
        to.setInt32(place + blockBytes, ((left >>> 4) & LOW) | (right & HIGH), true);
      }
      if (fifth) {
        to.setInt32(codes - upper, planes[2 * pair]!, true);
        to.setInt32(codes + blockBytes - upper, planes[2 * pair + 1]!, true);
      }
    }
    return notFinite(scale) | notFinite(lowest);
  };
}

function storeBytes(to: DataView, at: number, step: number, four: number): void {
  to.setUint8(at, four & 255);
  to.setUint8(at + step, (four >>> 8) & 255);
  to.setUint8(at + 2 * step, (four >>> 16) & 255);
  to.setUint8(at + 3 * step, four >>> 24);
}

/**
 * The fifth bits of Q5_K, 32 bytes of which bit k of byte i belongs to weight i of part k, as one word for each part: a
 * transposition of 8 × 8 bits in the four bytes of words at once, by exchanging ever smaller squares.
 */
function fifthBits(from: DataView, at: number, planes: Int32Array): void {
  for (let word = 0; word < 8; word++) planes[word] = from.getInt32(at + 4 * word, true);
  for (let i = 0; i < 4; i++) exchange(planes, i, i + 4, 4, LOW);
  for (let i = 0; i < 6; i += (i & 1) === 0 ? 1 : 3) exchange(planes, i, i + 2, 2, 0x33333333);
  for (let i = 0; i < 8; i += 2) exchange(planes, i, i + 1, 1, 0x55555555);
}

/** Exchanges the bits of word a that lie `shift` above those of `mask` with the bits of word b under `mask`. */
function exchange(words: Int32Array, a: number, b: number, shift: number, mask: number): void {
  const different = ((words[a]! >>> shift) ^ words[b]!) & mask;
  words[b]! ^= different;
  words[a]! ^= different << shift;
}

/** Q6_K: nibbles, upper bits, 16 signed factors, scale; in halves of 128 weights. */
function packSixBits({ from, to, layout, width }: Move, at: number, start: number, row: number): number {
  const scale = from.getUint16(at + 208, true);
  to.setUint16(start + 2 * row, scale, true);
  const { block, blockBytes } = layout;
  const factors = start + block + row;
  for (let pair = 0; pair < 8; pair++) {
    to.setUint8(factors + pair * blockBytes, from.getUint8(at + 192 + 2 * pair));
    to.setUint8(factors + pair * blockBytes + width, from.getUint8(at + 193 + 2 * pair));
  }
  for (let half = 0; half < 2; half++) {
    for (let column = 0; column < 2; column++) {
      const codes = start + block + 4 * half * blockBytes + layout.codes + column * layout.partBytes + 4 * row;
      const nibbles = at + 64 * half + 16 * column;
      packColumn(from, to, layout, width, nibbles, at + 128 + 32 * half + 16 * column, codes);
    }
  }
  return notFinite(scale);
}

/** The four parts of a half that share 16 bytes of upper bits: one in each 32 weights from the one at `codes` on. */
function packColumn(
  from: DataView,
  to: DataView,
  { blockBytes, upper }: GroupLayout,
  width: number,
  nibbles: number,
  upperBits: number,
  codes: number,
): void {
  for (let pair = 0; pair < 2; pair++) {
    for (let word = 0; word < 2; word++) {
      const left = from.getInt32(nibbles + 32 * pair + 4 * word, true);
      const right = from.getInt32(nibbles + 32 * pair + 8 + 4 * word, true);
      const place = codes + pair * blockBytes + 4 * width * word;
      to.setInt32(place, (left & LOW) | ((right & LOW) << 4), true);
      to.setInt32(place + 2 * blockBytes, ((left >>> 4) & LOW) | (right & HIGH), true);
    }
  }
  let [a, b] = [from.getInt32(upperBits, true), from.getInt32(upperBits + 4, true)];
  let [c, d] = [from.getInt32(upperBits + 8, true), from.getInt32(upperBits + 12, true)];
  // A transposition of 4 × 4 pairs of bits, as in `fifthBits`.
  let different = ((a >>> 4) ^ c) & LOW;
  c ^= different;
  a ^= different << 4;
  different = ((b >>> 4) ^ d) & LOW;
  d ^= different;
  b ^= different << 4;
  different = ((a >>> 2) ^ b) & 0x33333333;
  b ^= different;
  a ^= different << 2;
  different = ((c >>> 2) ^ d) & 0x33333333;
  d ^= different;
  c ^= different << 2;
  to.setInt32(codes - upper, a, true);
  to.setInt32(codes + blockBytes - upper, b, true);
  to.setInt32(codes + 2 * blockBytes - upper, c, true);
  to.setInt32(codes + 3 * blockBytes - upper, d, true);
}
