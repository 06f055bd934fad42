/**
 * Weights in blocks of few bits, and how they stand in memory for kernels.
 *
 * In a file a matrix W[N, K] is stored by rows, each row as blocks of 32 weights along K (the formats of GGUF). For
 * kernels `panelWidth` rows make a panel, so that the same place of all its rows is read as whole vectors:
 *
 *     panel = blocks along K, each [scales of the rows, f16][quants of the rows]
 *     quants = words of 4 bytes, [place along K][row]; a word holds 4 weights of 8 bits, or 8 of 4 bits:
 *              the low nibbles weights 4s…4s+3, the high nibbles weights 16+4s…19+4s
 *
 * Quants are unsigned, w = scale·(q - offset): processors multiply unsigned with signed bytes. A panel has as many bytes
 * as its rows in the file, so a loader can repack in place. Rows that do not fill the last panel have scale zero.
 *
 * Other formats fit the same form without growing. With the bytes of a row in the header of a group and in each block:
 *
 * | format | blocks in a group | header | block |
 * |---|---|---|---|
 * | Q8_0 | 1 | scale 2 | 32 |
 * | Q4_0, Q4_1 | 1 | scale 2, with a minimum 4 | 16 |
 * | Q5_0, Q5_1 | 1 | scale 2, with a minimum 4 | nibbles 16, then the fifth bits as a plane of 4 |
 * | Q4_K, Q5_K | 8 | scale and minimum 4, factors of 6 bits as nibbles 8 and upper bits 4 | 16, Q5_K with a plane of 4 |
 * | Q6_K | 8 | scale 2, factors of 8 bits for 16 half blocks 16 | 16, then two upper bits each as a plane of 8 |
 * | MXFP4 | 1 | exponent 1 | 16, nibbles that stand for doubled values by a table of 16 bytes |
 *
 * In all of them the inner loop stays a sum of integer products over 32 (Q6_K: 16) weights, which is then multiplied by a
 * factor; a minimum is one more multiply-add, with the sum of the activations that stands beside them.
 */

/** Weights of a block, along K. */
export const BLOCK = 32;
/** Vectors of rows in a panel: two, so that V8 can fuse them and each broadcast of an activation serves twice. */
export const PANEL_VECTORS = 2;

export type BlockFormat = 'q8_0' | 'q4_0';

interface FormatDetails {
  readonly bits: 4 | 8;
  /** What is subtracted from the unsigned quants of panels. */
  readonly offset: number;
  /** Flips the quants of the file, four bytes at once, to those of panels. */
  readonly flip: number;
}

const SCALE_BYTES = 2;
const DETAILS: Readonly<Record<BlockFormat, FormatDetails>> = {
  q8_0: { bits: 8, offset: 128, flip: 0x80808080 | 0 },
  q4_0: { bits: 4, offset: 8, flip: 0 },
};

export function isBlockFormat(name: string): name is BlockFormat {
  return Object.hasOwn(DETAILS, name);
}

export function formatDetails(format: BlockFormat): FormatDetails {
  return DETAILS[format];
}

/** Bytes of one row's block: its scale and its quants. */
export function blockBytes(format: BlockFormat): number {
  return SCALE_BYTES + (BLOCK * DETAILS[format].bits) / 8;
}

/** Rows of W in a panel. */
export function panelWidth(lanes: number): number {
  return PANEL_VECTORS * lanes;
}

/** Bytes of a panel's scales of one block, which stand before its quants. */
export function panelScaleBytes(lanes: number): number {
  return panelWidth(lanes) * SCALE_BYTES;
}

/** Bytes of W[rows, inner] in panels. */
export function panelsBytes(format: BlockFormat, lanes: number, rows: number, inner: number): number {
  const panels = Math.ceil(rows / panelWidth(lanes));
  return panels * panelWidth(lanes) * rowBytes(format, inner);
}

/** Bytes of one row in a file. Throws a RangeError if `inner` is no multiple of 32. */
export function rowBytes(format: BlockFormat, inner: number): number {
  if (!(Number.isInteger(inner) && inner >= 0 && inner % BLOCK === 0)) {
    throw new RangeError(`rows of ${format} weights are multiples of ${BLOCK} long, got ${inner}`);
  }
  return (inner / BLOCK) * blockBytes(format);
}

/**
 * Repacks up to `panelWidth` rows of `inner` weights, as they lie in a file, into one panel. Rows that are not there
 * become zeros. `source` and `panel` must not overlap. Throws a RangeError for sizes that do not match and for a scale
 * that is infinite or NaN, which no sound file has.
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
  const rows = bytes === 0 ? 0 : source.length / bytes;
  if (!Number.isInteger(rows) || rows > width || panel.length !== width * bytes) {
    throw new RangeError(
      `a panel of ${width} rows of ${bytes} bytes cannot hold ${source.length} bytes, or has not ${panel.length}`,
    );
  }
  const [from, to] = [viewOf(source), viewOf(panel)];
  const { flip } = DETAILS[format];
  const perBlock = blockBytes(format);
  if (rows < width) panel.fill(0);
  for (let row = 0; row < rows; row++) {
    let at = row * bytes;
    for (let block = 0; block < inner / BLOCK; block++, at += perBlock) {
      const start = block * width * perBlock;
      const scale = from.getUint16(at, true);
      if ((scale & 0x7c00) === 0x7c00) {
        throw new RangeError(`${format} weights: the scale of block ${block} in row ${row} of the panel is not finite`);
      }
      to.setUint16(start + SCALE_BYTES * row, scale, true);
      let place = start + SCALE_BYTES * width + 4 * row;
      for (let word = SCALE_BYTES; word < perBlock; word += 4, place += 4 * width) {
        to.setInt32(place, from.getInt32(at + word, true) ^ flip, true);
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
  for (let row = 0; row < rows; row += width) {
    const some = source.subarray(row * bytes, Math.min(rows, row + width) * bytes);
    packPanel(format, lanes, inner, some, panels.subarray(row * bytes, (row + width) * bytes));
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
