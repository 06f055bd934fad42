import { f16BitsOf } from '../src/checkpoint/float-formats.ts';
import { GGML_TYPES, type GgmlType } from '../src/checkpoint/ggml-types.ts';
import { hashText } from '../src/platform/random.ts';

/** The types that {@link randomTensor} can fill. */
export type FilledType = 'F32' | 'Q4_0' | 'Q4_K' | 'Q6_K';

/** What a tensor's numbers are like: of mean 0 and a deviation, or all the same. */
export type Filling = { readonly deviation: number } | { readonly value: number };

/** Bytes made at a time; whole blocks of every type. */
const PIECE_BYTES = 18 * 144 * 105 * 4;

/**
 * The bytes of a tensor with random numbers, piece by piece, the same for the same seed. Each piece is valid only until
 * the next is asked for. Quantised numbers are uniform over their range rather than normal: what a product costs does not
 * depend on it. Their mean is zero, or a model of many layers would carry little but the mean.
 */
export function* randomTensor(
  type: FilledType,
  elements: number,
  filling: Filling,
  seed: string,
): Generator<Uint8Array<ArrayBuffer>> {
  const block = GGML_TYPES[type];
  const total = (elements / block.elements) * block.bytes;
  const buffer = new ArrayBuffer(Math.min(PIECE_BYTES, Math.ceil(total / 4) * 4));
  const fill = 'value' in filling ? constant(type, buffer, filling.value) : FILLERS[type](buffer, filling.deviation);
  let state = hashText(seed) | 1;
  for (let done = 0; done < total; done += buffer.byteLength) {
    state = fill(state);
    yield new Uint8Array(buffer, 0, Math.min(buffer.byteLength, total - done));
  }
}

/** Fills the buffer anew from a generator's state; gives the state afterwards. */
type Fill = (state: number) => number;

const FILLERS: Readonly<Record<FilledType, (buffer: ArrayBuffer, deviation: number) => Fill>> = {
  F32: uniform,
  Q4_0: fillQ4_0,
  Q4_K: fillQ4K,
  Q6_K: fillQ6K,
};

function constant(type: GgmlType, buffer: ArrayBuffer, value: number): Fill {
  if (type !== 'F32') throw new Error(`a tensor of one number would have to be F32, not ${type}`);
  new Float32Array(buffer).fill(value);
  return (state) => state;
}

/** Marsaglia's xorshift with 32 bits of state: not good, but as fast as memory, and the numbers only have to differ. */
function randomWords(words: Uint32Array, state: number): number {
  let word = state;
  for (let i = 0; i < words.length; i++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[i] = word;
  }
  return word;
}

function uniform(buffer: ArrayBuffer, deviation: number): Fill {
  const words = new Uint32Array(buffer);
  const values = new Float32Array(buffer);
  const width = deviation * Math.sqrt(12);
  return (state) => {
    const next = randomWords(words, state);
    for (let i = 0; i < words.length; i++) values[i] = (words[i]! / 2 ** 32 - 0.5) * width;
    return next;
  };
}

/** 4-bit numbers 1 to 15, 8 twice as often as others, less 8. */
const DEVIATION_4 = Math.sqrt((2 * (7 * 8 * 15)) / 6 / 16);

function fillQ4_0(buffer: ArrayBuffer, deviation: number): Fill {
  const words = new Uint32Array(buffer);
  const halves = new Uint16Array(buffer);
  const scale = f16Bits(deviation / DEVIATION_4);
  return (state) => {
    const next = randomWords(words, state);
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      // Half-bytes of 0 become 8, so that numbers lie evenly around zero.
      words[i] = word | ((~(word | (word >>> 1) | (word >>> 2) | (word >>> 3)) & 0x11111111) << 3);
    }
    for (let at = 0; at < halves.length; at += 9) halves[at] = scale;
    return next;
  };
}

/** 4-bit numbers 0 to 15; every part has scale 32 and minimum 32, whose f16 factors place their mean at zero. */
function fillQ4K(buffer: ArrayBuffer, deviation: number): Fill {
  const words = new Uint32Array(buffer);
  const halves = new Uint16Array(buffer);
  const step = deviation / Math.sqrt(255 / 12);
  const [scale, minimum] = [f16Bits(step / 32), f16Bits((7.5 * step) / 32)];
  return (state) => {
    const next = randomWords(words, state);
    for (let at = 0; at < halves.length; at += 72) {
      halves[at] = scale;
      halves[at + 1] = minimum;
      // Parts 0 to 3 hold 32 in their low six bits; the two bits above are the upper ones, 2, of parts 4 to 7.
      halves.fill(0xa0a0, at + 2, at + 6);
      halves.fill(0, at + 6, at + 8);
    }
    return next;
  };
}

/** 6-bit numbers −32 to 31 with scales of 8 and −8 in turn, which takes their mean of −1/2 away. */
function fillQ6K(buffer: ArrayBuffer, deviation: number): Fill {
  const words = new Uint32Array(buffer);
  const halves = new Uint16Array(buffer);
  const scale = f16Bits(deviation / Math.sqrt(4095 / 12) / 8);
  return (state) => {
    const next = randomWords(words, state);
    for (let at = 0; at < halves.length; at += 105) {
      halves.fill(0xf808, at + 96, at + 104);
      halves[at + 104] = scale;
    }
    return next;
  };
}

function f16Bits(value: number): number {
  const half = f16BitsOf(value);
  if ((half & 0x7c00) === 0) throw new Error(`the scale ${value} is too small for an f16`);
  return half;
}
