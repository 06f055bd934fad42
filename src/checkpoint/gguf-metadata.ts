import { describeValue } from '../model/describe-value.ts';
import { type FileCursor, LARGE_ITEM } from './gguf-cursor.ts';
import type { PackedTexts } from './packed-texts.ts';

/** The types of metadata values, by their number in the file. */
export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;

export type GgufValueType = (typeof VALUE_TYPES)[number];

type NumberType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

/** Elements of an array: numbers and booleans (0, 1) packed, texts, or arrays. */
export type GgufArray =
  | { readonly type: 'array'; readonly elementType: NumberType | 'bool'; readonly value: NumberArray }
  | { readonly type: 'array'; readonly elementType: 'uint64'; readonly value: BigUint64Array }
  | { readonly type: 'array'; readonly elementType: 'int64'; readonly value: BigInt64Array }
  | {
      readonly type: 'array';
      readonly elementType: 'string';
      readonly value: readonly string[];
      readonly texts?: PackedTexts;
    }
  | { readonly type: 'array'; readonly elementType: 'array'; readonly value: readonly GgufArray[] };

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A metadata value with the type it has in the file, so that it can be written as it was read. */
export type GgufValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | GgufArray;

/** Bytes of a value, or the least that one can have. */
const LEAST_BYTES: Record<GgufValueType, number> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  string: 8,
  array: 12,
  uint64: 8,
  int64: 8,
  float64: 8,
};

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** Arrays in arrays in arrays; no published file goes beyond one. */
const DEEPEST = 4;
/** Longest key, as the specification has it. */
const LONGEST_KEY = 65535;

/** The metadata of a file, in its order: keys and values until `count` are read. */
export async function readMetadata(cursor: FileCursor, count: number): Promise<Map<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  const { path } = cursor.file;
  for (let i = 0; i < count; i += 1) {
    const key = await cursor.text(`the name of metadata key ${i + 1} of ${count}`, LONGEST_KEY);
    if (key === '') throw new Error(`${path}: metadata key ${i + 1} of ${count} has no name`);
    const what = `metadata key ${describeValue(key)}`;
    cursor.spend(LARGE_ITEM, what);
    if (metadata.has(key)) throw new Error(`${path}: ${what} stands there twice`);
    metadata.set(key, await readValue(cursor, what));
  }
  return metadata;
}

async function readType(cursor: FileCursor, what: string): Promise<GgufValueType> {
  await cursor.need(4, what);
  const number = cursor.uint32();
  const type = VALUE_TYPES[number];
  if (type === undefined) throw new Error(`${cursor.file.path}: ${what} has a value of unknown type ${number}`);
  return type;
}

async function readValue(cursor: FileCursor, what: string): Promise<GgufValue> {
  const type = await readType(cursor, what);
  switch (type) {
    case 'array':
      return readArray(cursor, what, 1);
    case 'string':
      return { type, value: await cursor.text(what) };
  }
  await cursor.need(LEAST_BYTES[type], what);
  switch (type) {
    case 'bool': {
      const byte = cursor.uint8();
      if (byte > 1) throw new Error(`${cursor.file.path}: ${what} is a boolean of value ${byte}`);
      return { type, value: byte === 1 };
    }
    case 'uint64':
      return { type, value: cursor.uint64() };
    case 'int64':
      return { type, value: cursor.int64() };
    default:
      return { type, value: cursor[type]() };
  }
}

async function readArray(cursor: FileCursor, what: string, depth: number): Promise<GgufArray> {
  const { path } = cursor.file;
  if (depth > DEEPEST) throw new Error(`${path}: ${what} has arrays nested more than ${DEEPEST} deep`);
  const elementType = await readType(cursor, what);
  const count = await cursor.count(LEAST_BYTES[elementType], what);
  if (elementType === 'string') {
    cursor.spend(count, what);
    return textArray(await cursor.texts(count, what));
  }
  if (elementType === 'array') {
    const value: GgufArray[] = [];
    cursor.spend(count * LARGE_ITEM, what);
    while (value.length < count) value.push(await readArray(cursor, what, depth + 1));
    return { type: 'array', elementType, value };
  }
  const length = count * LEAST_BYTES[elementType];
  await cursor.need(length, what);
  const bytes = cursor.bytes(length);
  const value = new ARRAYS[elementType](bytes.buffer, 0, count);
  if (elementType === 'bool' && bytes.some((byte) => byte > 1)) {
    throw new Error(`${path}: ${what} has a boolean that is neither 0 nor 1`);
  }
  return { type: 'array', elementType, value } as GgufArray;
}

/** An array of texts that was read; strings are made of them when they are first asked for. */
function textArray(texts: PackedTexts): GgufArray {
  let strings: readonly string[] | undefined;
  const array = {
    type: 'array',
    elementType: 'string',
    get value() {
      strings ??= texts.strings();
      return strings;
    },
  } as const;
  // Hidden, so that what was read equals what was written.
  return Object.defineProperty(array, 'texts', { value: texts });
}

/** Values by key without their types; arrays of texts as they were read (see {@link PackedTexts}). */
export function plainMetadata(metadata: ReadonlyMap<string, GgufValue>): Record<string, unknown> {
  return Object.fromEntries(
    [...metadata].map(([key, value]) => [
      key,
      'texts' in value && value.texts !== undefined ? value.texts : value.value,
    ]),
  );
}

/** The bytes of a value as a file holds it, its type before it. */
export function encodeValue(value: GgufValue): Uint8Array<ArrayBuffer>[] {
  return [uint32(VALUE_TYPES.indexOf(value.type)), ...encodeContent(value)];
}

function encodeContent(value: GgufValue): Uint8Array<ArrayBuffer>[] {
  switch (value.type) {
    case 'string':
      return encodeText(value.value);
    case 'bool':
      return [Uint8Array.of(value.value ? 1 : 0)];
    case 'uint64':
    case 'int64':
      return [new Uint8Array(ARRAYS[value.type].of(value.value).buffer)];
    case 'array':
      return encodeArray(value);
    default:
      return [new Uint8Array(ARRAYS[value.type].of(value.value).buffer)];
  }
}

function encodeArray(array: GgufArray): Uint8Array<ArrayBuffer>[] {
  const head = [uint32(VALUE_TYPES.indexOf(array.elementType)), uint64(array.value.length)];
  if (array.elementType === 'string') return [...head, ...array.value.flatMap(encodeText)];
  if (array.elementType === 'array') return [...head, ...array.value.flatMap(encodeArray)];
  const { buffer, byteOffset, byteLength } = array.value;
  return [...head, new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))];
}

/** A text as a file holds it: its length in bytes, then UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = new TextEncoder().encode(text);
  return [uint64(bytes.length), bytes];
}

export function uint32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export function uint64(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}
