import type { PackedTexts } from '../checkpoint/packed-texts.ts';
import { writeBytes, writeBytesOfUtf8 } from './byte-alphabet.ts';

/** The bytes of a merge's two parts, one behind the other, as `Merges.read` has written them. */
export interface Pair {
  bytes: Uint8Array;
  /** Bytes of the first part, and of both. */
  left: number;
  length: number;
}

/** The merges of a vocabulary in their order. */
export interface Merges {
  readonly length: number;
  /** Reads a merge; false where characters of it are outside the byte alphabet, or it has not two parts. */
  read(rank: number, pair: Pair): boolean;
  /** The parts as texts; undefined where there are not two. */
  parts(rank: number): readonly [string, string] | undefined;
}

/** Merges as tokenizer.json has them, checked before: two texts each, or one with a space between the parts. */
export function jsonMerges(merges: readonly (string | readonly string[])[]): Merges {
  const parts = (rank: number): [string, string] => {
    const merge = merges[rank]!;
    if (typeof merge !== 'string') return [merge[0]!, merge[1]!];
    const space = merge.indexOf(' ');
    return [merge.slice(0, space), merge.slice(space + 1)];
  };
  return {
    length: merges.length,
    parts,
    read(rank, pair) {
      const merge = merges[rank]!;
      if (typeof merge !== 'string') {
        const [left, right] = merge as readonly [string, string];
        reserve(pair, left.length + right.length);
        pair.left = left.length;
        pair.length = left.length + right.length;
        return (
          writeBytes(left, 0, left.length, pair.bytes, 0) && writeBytes(right, 0, right.length, pair.bytes, pair.left)
        );
      }
      reserve(pair, merge.length);
      pair.left = merge.indexOf(' ');
      pair.length = merge.length - 1;
      return (
        writeBytes(merge, 0, pair.left, pair.bytes, 0) &&
        writeBytes(merge, pair.left + 1, merge.length, pair.bytes, pair.left)
      );
    },
  };
}

const SPACE = 0x20;

/** Merges as GGUF has them: one text each, with a space between the parts. */
export function packedMerges(merges: PackedTexts): Merges {
  return {
    length: merges.length,
    parts(rank) {
      const merge = merges.text(rank);
      const space = merge.indexOf(' ', 1);
      return space < 0 || space + 1 === merge.length ? undefined : [merge.slice(0, space), merge.slice(space + 1)];
    },
    read(rank, pair) {
      const { bytes } = merges;
      const [start, end] = [merges.start(rank), merges.ends[rank]!];
      let space = start + 1;
      while (space < end && bytes[space] !== SPACE) space++;
      if (space + 1 >= end) return false;
      reserve(pair, end - start);
      pair.left = writeBytesOfUtf8(bytes, start, space, pair.bytes, 0);
      if (pair.left < 0) return false;
      const right = writeBytesOfUtf8(bytes, space + 1, end, pair.bytes, pair.left);
      pair.length = pair.left + right;
      return right >= 0;
    },
  };
}

function reserve(pair: Pair, length: number): void {
  if (pair.bytes.length < length) pair.bytes = new Uint8Array(2 * length);
}
