import { type AtomicFile, platform } from '../platform/index.ts';
import { quantize, type WritableType } from './block-quantize.ts';
import { GGML_TYPES, type GgmlType, ggmlBytes } from './ggml-types.ts';
import { aligned, DEFAULT_ALIGNMENT, LONGEST_NAME, MOST_AXES } from './gguf-header.ts';
import { encodeText, encodeValue, type GgufValue, uint32, uint64 } from './gguf-metadata.ts';

/** Content in one piece or in several, one after another; made when it is its turn to be written. */
export type Pieces<T> = T | (() => T | Promise<T> | Iterable<T> | AsyncIterable<T>);

interface TensorShape {
  readonly name: string;
  /** Row-major, the last axis whole blocks. */
  readonly shape: readonly number[];
}

/** A tensor that is to be written: numbers, converted to `dtype`, or the bytes themselves. */
export type GgufTensorToWrite = TensorShape &
  (
    | {
        readonly dtype: WritableType;
        /** Pieces of whole blocks. */
        readonly data: Pieces<Float32Array>;
      }
    | { readonly dtype: GgmlType; readonly raw: Pieces<Uint8Array> }
  );

export interface GgufToWrite {
  /** `general.alignment` is added by itself where `alignment` is not 32. */
  readonly metadata: Iterable<readonly [key: string, value: GgufValue]>;
  readonly tensors: readonly GgufTensorToWrite[];
  /** A power of two; llama.cpp and gguf-py use 32. */
  readonly alignment?: number;
}

/** Bytes converted at a time. */
const CHUNK = 1 << 20;

/**
 * Writes a GGUF file of version 3. It appears under its name when it is whole. Tensors stand in the given order, as
 * llama.cpp demands, and one after another is converted.
 * @throws {Error} naming the tensor, if its shape or data do not fit its type; nothing is left then.
 */
export async function writeGguf(
  path: string,
  { metadata, tensors, alignment = DEFAULT_ALIGNMENT }: GgufToWrite,
): Promise<void> {
  const header = encodeHeader(path, metadata, tensors, alignment);
  const file = await platform().files.createAtomic(path);
  try {
    await file.write(header);
    for (const tensor of tensors) await writeTensor(file, tensor, alignment);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

function encodeHeader(
  path: string,
  metadata: GgufToWrite['metadata'],
  tensors: readonly GgufTensorToWrite[],
  alignment: number,
): Uint8Array<ArrayBuffer> {
  const entries = new Map<string, GgufValue>();
  for (const [key, value] of metadata) {
    if (key === '' || entries.has(key)) throw new Error(`${path}: metadata key "${key}" is given twice or empty`);
    if (key !== 'general.alignment') entries.set(key, value);
  }
  if (alignment !== DEFAULT_ALIGNMENT) entries.set('general.alignment', { type: 'uint32', value: alignment });
  const parts = [new TextEncoder().encode('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.size)];
  for (const [key, value] of entries) {
    // A vocabulary has too many parts for the arguments of one call.
    for (const part of [...encodeText(key), ...encodeValue(value)]) parts.push(part);
  }
  let offset = 0;
  const names = new Set<string>();
  for (const tensor of tensors) {
    checkTensor(tensor, names);
    const { name, shape, dtype } = tensor;
    const lengths = shape.toReversed().map(uint64);
    parts.push(...encodeText(name), uint32(shape.length), ...lengths, uint32(GGML_TYPES[dtype].id), uint64(offset));
    offset = aligned(offset + ggmlBytes(dtype, elementsOf(tensor)), alignment);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(aligned(length, alignment));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function elementsOf({ shape }: TensorShape): number {
  return shape.reduce((product, length) => product * length, 1);
}

function checkTensor({ name, shape, dtype }: GgufTensorToWrite, names: Set<string>): void {
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0 || bytes > LONGEST_NAME) {
    throw new Error(`tensor name ${JSON.stringify(name)} has ${bytes} bytes, GGUF allows 1 to ${LONGEST_NAME}`);
  }
  if (names.has(name)) throw new Error(`tensor ${name} is given twice`);
  names.add(name);
  const { elements } = GGML_TYPES[dtype];
  if (shape.length > MOST_AXES || shape.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw new Error(`tensor ${name} has shape [${shape}]; GGUF has at most ${MOST_AXES} axes`);
  }
  if ((shape.at(-1) ?? 1) % elements !== 0) {
    throw new Error(
      `tensor ${name} of shape [${shape}] cannot be ${dtype}, whose rows are whole blocks of ${elements}`,
    );
  }
}

async function writeTensor(file: AtomicFile, tensor: GgufTensorToWrite, alignment: number): Promise<void> {
  const { name, shape, dtype } = tensor;
  const size = ggmlBytes(dtype, elementsOf(tensor));
  let written = 0;
  const write = async (bytes: Uint8Array) => {
    written += bytes.length;
    if (written > size)
      throw new Error(`tensor ${name} of shape [${shape}] and type ${dtype} has more data than ${size} bytes`);
    await file.write(bytes);
  };
  if ('raw' in tensor) for await (const piece of piecesOf(tensor.raw)) await write(piece);
  else for await (const piece of piecesOf(tensor.data)) await writeNumbers(tensor, piece, write);
  if (written !== size) {
    throw new Error(
      `tensor ${name} of shape [${shape}] and type ${dtype} needs ${size} bytes, its data have ${written}`,
    );
  }
  const padding = aligned(size, alignment) - size;
  if (padding > 0) await file.write(new Uint8Array(padding));
}

async function writeNumbers(
  { name, dtype }: { readonly name: string; readonly dtype: WritableType },
  data: Float32Array,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { elements, bytes } = GGML_TYPES[dtype];
  if (data.length % elements !== 0) {
    throw new Error(`tensor ${name} is given in a piece of ${data.length} elements, not whole blocks of ${elements}`);
  }
  const step = Math.floor(CHUNK / bytes) * elements;
  for (let done = 0; done < data.length; done += step) {
    const part = data.subarray(done, done + step);
    const target = new Uint8Array((part.length / elements) * bytes);
    try {
      quantize(dtype, part, target);
    } catch (error) {
      throw new Error(`tensor ${name} as ${dtype}: ${(error as Error).message}`, { cause: error });
    }
    await write(target);
  }
}

async function* piecesOf<T extends Float32Array | Uint8Array>(data: Pieces<T>): AsyncGenerator<T> {
  const made = typeof data === 'function' ? await data() : data;
  if (ArrayBuffer.isView(made)) yield made as T;
  else yield* made as AsyncIterable<T>;
}
