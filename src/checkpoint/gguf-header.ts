import { describeValue } from '../model/describe-value.ts';
import type { ReadableFile } from '../platform/index.ts';
import { GGML_TYPES, type GgmlType, ggmlBytes, ggmlType } from './ggml-types.ts';
import { FileCursor, LARGE_ITEM } from './gguf-cursor.ts';
import { type GgufValue, readMetadata } from './gguf-metadata.ts';
import type { StoredTensor } from './safetensors-header.ts';

/** One tensor of a GGUF file. Its shape is row-major, the reverse of the order in the file. */
export interface GgufTensor extends StoredTensor {
  readonly dtype: GgmlType;
}

export interface GgufHeader {
  readonly version: 2 | 3;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** In the order of the header. */
  readonly tensors: readonly GgufTensor[];
  /** Every tensor starts at a multiple of this from the start of the data. */
  readonly alignment: number;
  /** Byte of the file at which the data start. */
  readonly dataStart: number;
}

/** "GGUF" */
const MAGIC = 0x46554747;
export const DEFAULT_ALIGNMENT = 32;
/** The largest published headers, with a vocabulary of 260,000 and its merges, stay below 20 MB. */
const LARGEST_HEADER = 128 * 1024 * 1024;
/** ggml keeps names in 64 bytes, the last of them zero, and shapes in four numbers. */
export const LONGEST_NAME = 63;
export const MOST_AXES = 4;
const LARGEST_ALIGNMENT = 1 << 20;
/** Name length, one letter, number of axes, type, offset. */
const LEAST_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8;
/** Length, one letter, type, value. */
const LEAST_KEY_BYTES = 8 + 1 + 4 + 1;

/**
 * Reads the header of a GGUF file of version 2 or 3 (ggml, docs/gguf.md) in pieces of 1 MiB and checks it against the
 * size of the file: known types, counts and lengths that the file can hold, texts in UTF-8, names that are unique, shapes
 * of whole blocks, every tensor aligned and inside the file, every byte of the data in one tensor or the padding behind
 * it.
 * @throws {Error} naming the file, and the key or tensor.
 */
export async function readGgufHeader(file: ReadableFile): Promise<GgufHeader> {
  const { path } = file;
  const cursor = new FileCursor(file, LARGEST_HEADER);
  if (file.size < 24) throw new Error(`${path}: not a GGUF file, it has only ${file.size} bytes`);
  await cursor.need(24, 'its first 24 bytes');
  const magic = cursor.uint32();
  if (magic !== MAGIC) throw new Error(`${path}: not a GGUF file, it does not start with "GGUF"`);
  const version = checkVersion(path, cursor.uint32());
  const tensorCount = await cursor.count(LEAST_TENSOR_BYTES, 'the list of tensors');
  const keyCount = await cursor.count(LEAST_KEY_BYTES, 'the metadata');
  const metadata = await readMetadata(cursor, keyCount);
  const alignment = readAlignment(path, metadata);
  const entries: TensorEntry[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i += 1) {
    const entry = await readTensor(cursor, `tensor ${i + 1} of ${tensorCount}`);
    if (names.has(entry.name)) throw new Error(`${path}: tensor ${describeValue(entry.name)} stands there twice`);
    names.add(entry.name);
    entries.push(entry);
  }
  const dataStart = aligned(cursor.position, alignment);
  const tensors = entries.map((entry) => ({ ...entry, path, offset: dataStart + entry.offset }));
  checkPlaces(path, tensors, { dataStart, alignment, fileBytes: file.size });
  return { version, metadata, tensors, alignment, dataStart };
}

/** The next multiple of `alignment`. */
export function aligned(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function checkVersion(path: string, version: number): 2 | 3 {
  if (version === 2 || version === 3) return version;
  if ((version & 0xffff) === 0) {
    throw new Error(
      `${path}: a big-endian GGUF file, only little-endian ones are read; convert it on the machine it is from`,
    );
  }
  throw new Error(`${path}: GGUF version ${version}, only versions 2 and 3 are read`);
}

function readAlignment(path: string, metadata: ReadonlyMap<string, GgufValue>): number {
  const entry = metadata.get('general.alignment');
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  const value = Number(entry.value);
  if (entry.type !== 'uint32' || value < 1 || value > LARGEST_ALIGNMENT || (value & (value - 1)) !== 0) {
    const what = entry.type === 'uint32' ? String(value) : `of type ${entry.type}`;
    throw new Error(`${path}: metadata key "general.alignment" is ${what}, not a power of two as a uint32`);
  }
  return value;
}

/** A tensor whose offset still counts from the start of the data. */
type TensorEntry = Omit<GgufTensor, 'path'>;

async function readTensor(cursor: FileCursor, which: string): Promise<TensorEntry> {
  const { path } = cursor.file;
  const name = await cursor.text(`the name of ${which}`, LONGEST_NAME);
  if (name === '') throw new Error(`${path}: ${which} has no name`);
  const what = `tensor ${describeValue(name)}`;
  cursor.spend(LARGE_ITEM, what);
  const bad = (reason: string) => new Error(`${path}: ${what} ${reason}`);
  await cursor.need(4, what);
  const axes = cursor.uint32();
  if (axes > MOST_AXES) throw bad(`has ${axes} axes, at most ${MOST_AXES} are possible`);
  await cursor.need(8 * axes + 12, what);
  const lengths = Array.from({ length: axes }, () => cursor.uint64());
  const typeNumber = cursor.uint32();
  const offset = cursor.uint64();
  const dtype = ggmlType(typeNumber);
  if (dtype === undefined) throw bad(`has type number ${typeNumber}, which is not known`);
  const count = lengths.reduce((product, length) => product * length, 1n);
  if (lengths.some((length) => length > LARGEST_NUMBER) || count > LARGEST_NUMBER) {
    throw bad(`has shape [${lengths}], beyond what a file can hold`);
  }
  const elements = Number(count);
  const inBlock = GGML_TYPES[dtype].elements;
  if (Number(lengths[0] ?? 1n) % inBlock !== 0) {
    throw bad(`of type ${dtype} has rows of ${lengths[0] ?? 1} elements, not whole blocks of ${inBlock}`);
  }
  // Larger than any file; compared with this one's size once it is known where the data start.
  if (offset > LARGEST_NUMBER) throw bad(`starts at byte ${offset} of the data`);
  const shape = lengths.map(Number).reverse();
  return { name, dtype, shape, elements, bytes: ggmlBytes(dtype, elements), offset: Number(offset) };
}

/** 2^50: far above any file, and sums with it are exact. */
const LARGEST_NUMBER = 1n << 50n;

function checkPlaces(
  path: string,
  tensors: readonly GgufTensor[],
  { dataStart, alignment, fileBytes }: { dataStart: number; alignment: number; fileBytes: number },
): void {
  let end = dataStart;
  const ordered = tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  for (const { name, offset, bytes } of ordered) {
    const bad = (reason: string) => new Error(`${path}: tensor ${describeValue(name)} ${reason}`);
    if ((offset - dataStart) % alignment !== 0) throw bad(`starts at no multiple of ${alignment}`);
    if (offset < end) throw bad('overlaps the one before');
    const place = aligned(end - dataStart, alignment) + dataStart;
    if (offset > place) throw bad(`leaves ${offset - place} bytes unused before it`);
    end = offset + bytes;
    if (end > fileBytes)
      throw new Error(
        `${path}: truncated, tensor ${describeValue(name)} ends at byte ${end} but the file has ${fileBytes} bytes`,
      );
  }
  const rest = fileBytes - (aligned(end - dataStart, alignment) + dataStart);
  if (tensors.length > 0 && rest > 0) throw new Error(`${path}: ${rest} bytes after the last tensor belong to none`);
}
