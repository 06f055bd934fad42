import { READABLE_TYPES } from './block-formats.ts';
import type { WritableType } from './block-quantize.ts';
import type { GgufReader } from './gguf.ts';
import type { GgufTensor } from './gguf-header.ts';
import type { GgufValue } from './gguf-metadata.ts';
import type { GgufTensorToWrite, Pieces } from './gguf-write.ts';
import { isQuantizable } from './quantization-mix.ts';

/** Bytes copied, and elements read, at a time; whole blocks of every type. */
const COPY = 1 << 24;
const READ = 1 << 22;

/** The metadata of a file without what told how it was split or how its weights were kept. */
export function* keptMetadata(reader: GgufReader): Generator<readonly [string, GgufValue]> {
  for (const entry of reader.metadata) {
    if (!/^split\.|^general\.(alignment|file_type|quantization_version)$|^quantize\./.test(entry[0])) yield entry;
  }
}

/**
 * The tensors of a GGUF file for `writeGguf`, names and shapes as they are, matrices in other types. What has its type
 * already, norms, biases and routers are copied as they are.
 * @param choose the type of a matrix; without it all tensors stay as they are.
 * @throws {Error} naming a tensor that has to change and whose type cannot be read.
 */
export function retypedTensors(
  reader: GgufReader,
  choose?: (name: string, shape: readonly number[]) => WritableType,
): GgufTensorToWrite[] {
  return [...reader.tensors.values()].map((tensor) => {
    const { name, shape, dtype, path } = tensor;
    const type = choose !== undefined && isQuantizable(name, shape) ? choose(name, shape) : dtype;
    if (type === dtype) return { name, shape, dtype, raw: copied(reader, tensor) };
    if (!READABLE_TYPES.includes(dtype)) {
      throw new Error(`${path}: tensor ${name} has type ${dtype}, which cannot be read to make ${type} of it`);
    }
    return { name, shape, dtype: type as WritableType, data: numbers(reader, tensor) };
  });
}

function copied(reader: GgufReader, { name, bytes }: GgufTensor): Pieces<Uint8Array> {
  return async function* () {
    for (let at = 0; at < bytes; at += COPY) {
      const piece = new Uint8Array(Math.min(COPY, bytes - at));
      await reader.readRawInto(name, at, piece);
      yield piece;
    }
  };
}

function numbers(reader: GgufReader, { name, elements }: GgufTensor): Pieces<Float32Array> {
  return async function* () {
    for (let at = 0; at < elements; at += READ) {
      const piece = new Float32Array(Math.min(READ, elements - at));
      await reader.readRange(name, at, piece);
      yield piece;
    }
  };
}
