import { describeValue } from '../model/describe-value.ts';
import type { ScaleGrid } from './scale-grid.ts';

/** Bytes per element of the types that safetensors files may hold. */
export const ELEMENT_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
} as const;

export type ElementType = keyof typeof ELEMENT_BYTES;

/** A tensor in a file of any format. */
export interface StoredTensor {
  readonly name: string;
  /** The type of its numbers as the format names it. */
  readonly dtype: string;
  /** Row-major: the last axis is contiguous. */
  readonly shape: readonly number[];
  readonly elements: number;
  readonly bytes: number;
  /** Where its first byte stands in the file. */
  readonly offset: number;
  readonly path: string;
  /** By what numbers in 8 bits are multiplied, where they are read as what they stand for (see `withBlockScales`). */
  readonly scales?: ScaleGrid | undefined;
}

/** One tensor of a safetensors file. */
export interface TensorInfo extends StoredTensor {
  readonly dtype: ElementType;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The limit of the reference implementation; the largest published headers stay below 1 MB. */
const LARGEST_HEADER = 100_000_000;

/** Length of the header from the first 8 bytes of a file. */
export function headerLength(path: string, first: Uint8Array, fileBytes: number): number {
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (length < 2 || length > LARGEST_HEADER) {
    throw new Error(`${path}: not a safetensors file, its header would have ${length} bytes`);
  }
  if (8 + length > fileBytes) {
    throw new Error(`${path}: truncated, its header has ${length} bytes but the file only ${fileBytes}`);
  }
  return length;
}

/**
 * Reads a header and checks it against the size of the file: known types, shapes that agree with their bytes, every
 * byte belonging to exactly one tensor.
 * @param header the bytes between the length and the data.
 * @throws {Error} naming the file and the tensor.
 */
export function parseHeader(path: string, header: Uint8Array, fileBytes: number): SafetensorsHeader {
  const json = parseJson(path, header);
  const { __metadata__: metadata, ...entries } = json;
  const dataStart = 8 + header.length;
  const tensors = Object.entries(entries).map(([name, entry]) => parseEntry(path, name, entry, dataStart));
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let end = dataStart;
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      const what =
        tensor.offset < end ? 'overlaps the one before' : `leaves ${tensor.offset - end} bytes unused before it`;
      throw new Error(`${path}: tensor ${describeValue(tensor.name)} ${what}`);
    }
    end += tensor.bytes;
    if (end > fileBytes) {
      throw new Error(
        `${path}: truncated, tensor ${describeValue(tensor.name)} ends at byte ${end} but the file has ${fileBytes} bytes`,
      );
    }
  }
  if (end !== fileBytes) throw new Error(`${path}: ${fileBytes - end} bytes after the last tensor belong to none`);
  return { tensors, metadata: parseMetadata(path, metadata) };
}

function parseJson(path: string, header: Uint8Array): Record<string, unknown> {
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: the header is not JSON (${(error as Error).message})`, { cause: error });
  }
  if (!isRecord(json)) throw new Error(`${path}: the header is not a JSON object`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new Error(`${path}: the header names ${describeValue(repeated)} twice`);
  return json;
}

function parseMetadata(path: string, metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw new Error(`${path}: __metadata__ is not a table of texts`);
  }
  return metadata as Record<string, string>;
}

function parseEntry(path: string, name: string, entry: unknown, dataStart: number): TensorInfo {
  const bad = (reason: string) => new Error(`${path}: tensor ${describeValue(name)} ${reason}`);
  if (!isRecord(entry)) throw bad('has no description');
  const { dtype, shape, data_offsets: offsets, ...rest } = entry;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw bad(`has a field ${describeValue(unknown)} that is not understood`);
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) throw bad(`has dtype ${describeValue(dtype)}`);
  if (!isCounts(shape)) throw bad(`has shape ${describeValue(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) throw bad(`has data_offsets ${describeValue(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const elements = shape.reduce((product, length) => product * length, 1);
  const bytes = elements * ELEMENT_BYTES[dtype as ElementType];
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    throw bad(
      `of type ${dtype} and shape ${describeValue(shape)} needs ${bytes} bytes, but data_offsets give it ${end - begin}`,
    );
  }
  return { name, dtype: dtype as ElementType, shape, elements, bytes, offset: dataStart + begin, path };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/**
 * The first key that an object in valid JSON has twice. JSON.parse keeps the last of them silently, and two readers that
 * keep different ones would see different tensors.
 */
function repeatedKey(json: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [text, colon] of json.matchAll(token)) {
    if (text === '{') objects.push(new Set());
    else if (text === '[') objects.push(undefined);
    else if (text === '}' || text === ']') objects.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(text.slice(0, -colon.length)) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** A tensor that is to be written. */
export interface TensorLayout {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
}

/** Length and header for tensors written one after the other; spaces pad it so that the data starts at a multiple of 8. */
export function encodeHeader(tensors: readonly TensorLayout[]): Uint8Array<ArrayBuffer> {
  // Maps to pairs, not an object: a tensor named like a number would move to the front.
  const fields = [`"__metadata__":${JSON.stringify({ format: 'pt' })}`];
  let offset = 0;
  for (const { name, dtype, shape } of tensors) {
    const end = offset + shape.reduce((product, length) => product * length, ELEMENT_BYTES[dtype]);
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`);
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}
