/**
 * Weights in blocks of few bits, and how they stand in memory for kernels.
 *
 * In a file a matrix W[N, K] is stored by rows, each row as blocks of 32 or 256 weights along K (the formats of GGUF). A
 * block has a scale, some formats a minimum too; the long blocks divide into parts with small integers by which scale and
 * minimum are multiplied. A weight is
 *
 *     w = scale·factor·(code - offset) + minimum·minimumFactor
 *
 * with codes of 4 to 8 bits, unsigned, because processors multiply unsigned with signed bytes. The codes of MXFP4 stand
 * for 4-bit floats, of which twice the value is an integer, so that its scale is halved. All products of scale or
 * minimum with a factor are exact in f32.
 *
 * For kernels `panelWidth` rows make a panel, so that the same place of all its rows is read as whole vectors:
 *
 *     panel = groups along K, each the blocks of all rows at one place: [scales][minima], then for every 32 weights
 *             [factors, part by part][factors of minima][codes, part by part]
 *     codes of a part = words of 4 bytes, [place along K][row]; a word holds 4 weights of 8 bits, or 8 of 4 bits: the low
 *             nibbles weights 4s…4s+3, the high nibbles as many from the middle of the part on
 *             before them, where codes have 5 or 6 bits, one word for each row with their upper bits: byte j holds those
 *             of weights j, 4+j, 8+j, … from its lowest bit on
 *
 * A product so reads a panel from its beginning to its end; with factors of a whole group in its front, those of long
 * blocks came from memory at half the speed.
 *
 * Factors are bytes here, where files press them into 6 bits, so that loading one is a single step: Q4_K and Q5_K take
 * 2.8 % and 2.3 % more memory for it. Upper bits stay apart from nibbles, because bytes for codes would take 45 % (Q5) or
 * 24 % (Q6_K) more, and memory is what people lack. A minimum that files subtract is negated here. An exponent of MXFP4
 * becomes a bf16 number, one byte more in 17.
 *
 * | format | weights in a block | bytes of a row's block in a file | in a panel |
 * |---|---|---|---|
 * | Q8_0 | 32 | scale 2, codes 32 | 34 |
 * | Q4_0, Q4_1 | 32 | scale 2, minimum 0 or 2, codes 16 | 18, 20 |
 * | Q5_0, Q5_1 | 32 | scale 2, minimum 0 or 2, upper bits 4, codes 16 | 22, 24 |
 * | Q4_K, Q5_K | 256 | scale 2, minimum 2, factors 12, upper bits 0 or 32, codes 128 | 148, 180 |
 * | Q6_K | 256 | codes 128, upper bits 64, factors 16 (of 16 weights each), scale 2 | 210 |
 * | MXFP4 | 32 | exponent 1, codes 16 | 18 |
 */

/** Weights of a block of activations, along K. */
export const BLOCK = 32;
/** Vectors of rows in a panel: two, so that V8 can fuse them and each broadcast of an activation serves twice. */
export const PANEL_VECTORS = 2;

export type BlockFormat = 'q8_0' | 'q4_0' | 'q4_1' | 'q5_0' | 'q5_1' | 'q4_k' | 'q5_k' | 'q6_k' | 'mxfp4';

export interface FormatDetails {
  /** Weights and bytes of a block in a file. */
  readonly weights: 32 | 256;
  readonly fileBytes: number;
  /** Bits of a code in the words of panels, and those that stand apart. */
  readonly bits: 4 | 8;
  readonly upperBits: 0 | 1 | 2;
  /** What codes stand for: themselves, or the doubled 4-bit floats plus 12 that {@link E2M1} has for them. */
  readonly codes: 'integers' | 'e2m1';
  /** What is subtracted from that. */
  readonly offset: number;
  readonly scale: 'f16' | 'bf16';
  /** Weights of a part, which have one factor. */
  readonly part: 16 | 32;
  readonly minimum: boolean;
  /** Integers by which a part multiplies the scale, and the minimum if there is one. */
  readonly factors: 'u8' | 'i8' | undefined;
}

const short = {
  weights: 32,
  bits: 4,
  upperBits: 0,
  codes: 'integers',
  offset: 0,
  scale: 'f16',
  part: 32,
  minimum: false,
  factors: undefined,
} as const;
const long = { ...short, weights: 256, minimum: true, factors: 'u8' } as const;
const DETAILS: Readonly<Record<BlockFormat, FormatDetails>> = {
  q8_0: { ...short, fileBytes: 34, bits: 8, offset: 128 },
  q4_0: { ...short, fileBytes: 18, offset: 8 },
  q4_1: { ...short, fileBytes: 20, minimum: true },
  q5_0: { ...short, fileBytes: 22, upperBits: 1, offset: 16 },
  q5_1: { ...short, fileBytes: 24, upperBits: 1, minimum: true },
  q4_k: { ...long, fileBytes: 144 },
  q5_k: { ...long, fileBytes: 176, upperBits: 1 },
  q6_k: { ...long, fileBytes: 210, upperBits: 2, offset: 32, part: 16, minimum: false, factors: 'i8' },
  mxfp4: { ...short, fileBytes: 17, codes: 'e2m1', offset: 12, scale: 'bf16' },
};

export const BLOCK_FORMATS = Object.keys(DETAILS) as readonly BlockFormat[];

export function isBlockFormat(name: string): name is BlockFormat {
  return Object.hasOwn(DETAILS, name);
}

export function formatDetails(format: BlockFormat): FormatDetails {
  return DETAILS[format];
}

/** Rows of W in a panel. */
export function panelWidth(lanes: number): number {
  return PANEL_VECTORS * lanes;
}

/** Where the numbers of a group lie in a panel of `width` rows, in bytes. */
export interface GroupLayout {
  /** From the beginning of the group to its minima, and to the first 32 weights. */
  readonly minima: number;
  readonly block: number;
  /** Bytes of every 32 weights, and from their beginning, where their factors are, to the factors of minima and to codes. */
  readonly blockBytes: number;
  readonly minimumFactors: number;
  readonly codes: number;
  /** Bytes of the codes of one part, and of its upper bits, which stand before the others. */
  readonly partBytes: number;
  readonly upper: number;
  readonly bytes: number;
}

export function groupLayout(format: BlockFormat, width: number): GroupLayout {
  const { weights, bits, upperBits, part, minimum, factors } = DETAILS[format];
  const parts = BLOCK / part;
  const minima = 2 * width;
  const block = minima + (minimum ? 2 * width : 0);
  const minimumFactors = factors ? parts * width : 0;
  const allFactors = minimumFactors + (factors && minimum ? parts * width : 0);
  const upper = upperBits ? 4 * width : 0;
  const codes = allFactors + upper;
  const partBytes = upper + (width * part * bits) / 8;
  const blockBytes = allFactors + parts * partBytes;
  const bytes = block + (weights / BLOCK) * blockBytes;
  return { minima, block, blockBytes, minimumFactors, codes, partBytes, upper, bytes };
}

/** Bytes of one row in a file. Throws a RangeError if `inner` does not consist of whole blocks. */
export function rowBytes(format: BlockFormat, inner: number): number {
  return blocksOf(format, inner) * DETAILS[format].fileBytes;
}

/** Bytes of one row in panels. Throws as {@link rowBytes}. */
export function panelRowBytes(format: BlockFormat, inner: number): number {
  return blocksOf(format, inner) * groupLayout(format, 1).bytes;
}

/** Bytes of W[rows, inner] in panels. */
export function panelsBytes(format: BlockFormat, lanes: number, rows: number, inner: number): number {
  const width = panelWidth(lanes);
  return Math.ceil(rows / width) * width * panelRowBytes(format, inner);
}

/** Blocks along K, as files have them. Throws a RangeError if `inner` is no multiple of their length. */
export function blocksOf(format: BlockFormat, inner: number): number {
  const { weights } = DETAILS[format];
  if (!(Number.isInteger(inner) && inner >= 0 && inner % weights === 0)) {
    throw new RangeError(`rows of ${format} weights are multiples of ${weights} long, got ${inner}`);
  }
  return inner / weights;
}
