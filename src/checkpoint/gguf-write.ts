import { type AtomicFile, platform } from '../platform/index.ts';
import { quantize, type WritableType } from './block-quantize.ts';
import { GGML_TYPES, type GgmlType, ggmlBytes } from './ggml-types.ts';
import { MOST_PARTS } from './gguf.ts';
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

/** Converts whole blocks; the source may change once it has returned. */
export type BlockConverter = (type: WritableType, source: Float32Array) => Uint8Array | Promise<Uint8Array>;

export interface GgufWriteOptions {
  /** Tensors beyond so many bytes go to a further file; see {@link writeGguf}. Default: all in one file. */
  readonly largestFile?: number | undefined;
  /** In place of `quantize` on this thread. */
  readonly convert?: BlockConverter | undefined;
  /** Pieces given to `convert` before the first is awaited. Default 1. */
  readonly piecesUnderWay?: number | undefined;
  /** Called now and then with the bytes of tensors written and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Elements converted at a time. */
const PIECE = 1 << 20;

/**
 * Writes a model as GGUF of version 3: one file, or, where its tensors have more bytes than `largestFile`, several named
 * NAME-00001-of-0000N.gguf, as llama.cpp splits them. They appear under their names when all are whole. Tensors stand in
 * the given order, as llama.cpp demands, and one after another is converted.
 * @returns the paths written.
 * @throws {Error} naming the tensor, if its shape or data do not fit its type; nothing is left then.
 */
export async function writeGguf(
  path: string,
  { metadata, tensors, alignment = DEFAULT_ALIGNMENT }: GgufToWrite,
  { largestFile = Number.POSITIVE_INFINITY, ...options }: GgufWriteOptions = {},
): Promise<string[]> {
  checkTensors(tensors);
  const parts = partsOf(tensors, largestFile);
  const whole = new Map<string, GgufValue>();
  for (const [key, value] of metadata) {
    if (key === '' || whole.has(key)) throw new Error(`${path}: metadata key "${key}" is given twice or empty`);
    whole.set(key, value);
  }
  const progress = progressOf(tensors, options.onProgress);
  const opened: AtomicFile[] = [];
  const finished: string[] = [];
  try {
    for (const [at, part] of parts.entries()) {
      const split = parts.length === 1 ? [] : splitEntries(at, parts.length, tensors.length);
      const header = encodeHeader([...(at === 0 ? whole : []), ...split], part, alignment);
      const file = await platform().files.createAtomic(parts.length === 1 ? path : partPath(path, at, parts.length));
      opened.push(file);
      await file.write(header);
      for (const tensor of part) await writeTensor(file, tensor, alignment, { ...options, progress });
    }
    for (const file of opened) {
      await file.commit();
      finished.push(file.path);
    }
  } catch (error) {
    for (const file of opened) await file.abort();
    for (const part of finished) await platform().files.remove(part);
    throw error;
  }
  return finished;
}

function partsOf(tensors: readonly GgufTensorToWrite[], largestFile: number): GgufTensorToWrite[][] {
  const parts: GgufTensorToWrite[][] = [[]];
  let room = largestFile;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    if (bytes > room && parts.at(-1)!.length > 0) {
      parts.push([]);
      room = largestFile;
    }
    parts.at(-1)!.push(tensor);
    room -= bytes;
  }
  if (parts.length > MOST_PARTS) {
    throw new Error(`the model would be split into ${parts.length} files, at most ${MOST_PARTS} are possible`);
  }
  return parts;
}

function splitEntries(part: number, count: number, tensors: number): [string, GgufValue][] {
  return [
    ['split.no', { type: 'uint16', value: part }],
    ['split.count', { type: 'uint16', value: count }],
    ['split.tensors.count', { type: 'int32', value: tensors }],
  ];
}

/** Where part number `at` of `count` of a model goes that is asked for as NAME.gguf. */
export function partPath(path: string, at: number, count: number): string {
  const digits = (number: number) => String(number).padStart(5, '0');
  return `${path.replace(/\.gguf$/i, '')}-${digits(at + 1)}-of-${digits(count)}.gguf`;
}

function progressOf(tensors: readonly GgufTensorToWrite[], onProgress: GgufWriteOptions['onProgress']) {
  const total = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  let done = 0;
  return (bytes: number) => {
    done += bytes;
    onProgress?.(done, total);
  };
}

function encodeHeader(
  metadata: Iterable<readonly [string, GgufValue]>,
  tensors: readonly GgufTensorToWrite[],
  alignment: number,
): Uint8Array<ArrayBuffer> {
  const entries = new Map(metadata);
  entries.delete('general.alignment');
  if (alignment !== DEFAULT_ALIGNMENT) entries.set('general.alignment', { type: 'uint32', value: alignment });
  const parts = [new TextEncoder().encode('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.size)];
  for (const [key, value] of entries) {
    // A vocabulary has too many parts for the arguments of one call.
    for (const part of [...encodeText(key), ...encodeValue(value)]) parts.push(part);
  }
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape, dtype } = tensor;
    const lengths = shape.toReversed().map(uint64);
    parts.push(...encodeText(name), uint32(shape.length), ...lengths, uint32(GGML_TYPES[dtype].id), uint64(offset));
    offset = aligned(offset + bytesOf(tensor), alignment);
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

function bytesOf(tensor: GgufTensorToWrite): number {
  return ggmlBytes(tensor.dtype, elementsOf(tensor));
}

function checkTensors(tensors: readonly GgufTensorToWrite[]): void {
  const names = new Set<string>();
  for (const tensor of tensors) checkTensor(tensor, names);
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

interface TensorOptions extends Pick<GgufWriteOptions, 'convert' | 'piecesUnderWay'> {
  readonly progress: (bytes: number) => void;
}

async function writeTensor(
  file: AtomicFile,
  tensor: GgufTensorToWrite,
  alignment: number,
  options: TensorOptions,
): Promise<void> {
  const { name, shape, dtype } = tensor;
  const size = bytesOf(tensor);
  let written = 0;
  const write = async (bytes: Uint8Array) => {
    written += bytes.length;
    if (written > size)
      throw new Error(`tensor ${name} of shape [${shape}] and type ${dtype} has more data than ${size} bytes`);
    await file.write(bytes);
    options.progress(bytes.length);
  };
  if ('raw' in tensor) for await (const piece of piecesOf(tensor.raw)) await write(piece);
  else await writeNumbers(tensor, write, options);
  if (written !== size) {
    throw new Error(
      `tensor ${name} of shape [${shape}] and type ${dtype} needs ${size} bytes, its data have ${written}`,
    );
  }
  const padding = aligned(size, alignment) - size;
  if (padding > 0) await file.write(new Uint8Array(padding));
}

/** Converts pieces, several at once where `convert` can, and writes them in their order. */
async function writeNumbers(
  { name, dtype, data }: Extract<GgufTensorToWrite, { data: unknown }>,
  write: (bytes: Uint8Array) => Promise<void>,
  { convert = convertHere, piecesUnderWay = 1 }: TensorOptions,
): Promise<void> {
  const { elements } = GGML_TYPES[dtype];
  const converted = async (part: Float32Array) => {
    try {
      return await convert(dtype, part);
    } catch (error) {
      throw new Error(`tensor ${name} as ${dtype}: ${(error as Error).message}`, { cause: error });
    }
  };
  const underWay: Promise<Uint8Array>[] = [];
  for await (const piece of piecesOf(data)) {
    if (piece.length % elements !== 0) {
      throw new Error(
        `tensor ${name} is given in a piece of ${piece.length} elements, not whole blocks of ${elements}`,
      );
    }
    for (let done = 0; done < piece.length; done += PIECE) {
      const promise = converted(piece.subarray(done, done + PIECE));
      // If an earlier piece fails, nobody waits for this one.
      promise.catch(() => undefined);
      underWay.push(promise);
      if (underWay.length >= piecesUnderWay) await write(await underWay.shift()!);
    }
  }
  for (const promise of underWay) await write(await promise);
}

const convertHere: BlockConverter = (type, source) => {
  const target = new Uint8Array(ggmlBytes(type, source.length));
  quantize(type, source, target);
  return target;
};

async function* piecesOf<T extends Float32Array | Uint8Array>(data: Pieces<T>): AsyncGenerator<T> {
  const made = typeof data === 'function' ? await data() : data;
  if (ArrayBuffer.isView(made)) yield made as T;
  else yield* made as AsyncIterable<T>;
}
