import { platform, type ReadableFile } from '../platform/index.ts';
import { dequantize, READABLE_TYPES } from './block-formats.ts';
import { GGML_TYPES } from './ggml-types.ts';
import { type GgufHeader, type GgufTensor, readGgufHeader } from './gguf-header.ts';
import type { GgufValue } from './gguf-metadata.ts';
import type { TensorSource } from './safetensors.ts';

/** Elements converted at a time: the private buffer beside a tensor of any size stays below 4 MiB. */
const CHUNK = 1 << 20;

/** A model in one GGUF file or in several that belong together. Every type in `READABLE_TYPES` is read as f32. */
export interface GgufReader extends TensorSource<GgufTensor> {
  /** The file that was asked for; of a split model the first one. */
  readonly path: string;
  /** Of a split model that of the first file, which holds all but each file's number. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** Bytes of all tensors. */
  readonly totalBytes: number;
  /**
   * Reads a part of a tensor as f32.
   * @param first its first element, at the start of a block.
   * @param target whole blocks; may lie in shared memory.
   */
  readRange(name: string, first: number, target: Float32Array): Promise<void>;
  /** Fills `target`, which may lie in shared memory, with a tensor's bytes from `offset` on. */
  readRawInto(name: string, offset: number, target: Uint8Array): Promise<void>;
}

/**
 * Opens a GGUF file; of a model split into `NAME-00001-of-00003.gguf` and so on, all of them, whichever is named. Reads
 * only the headers.
 * @throws {Error} naming the file, and what in it is damaged or does not belong together.
 */
export async function openGguf(path: string): Promise<GgufReader> {
  const opened: OpenFile[] = [];
  try {
    opened.push(await openFile(path));
    const count = splitNumber(opened[0]!, 'split.count') ?? 1;
    if (count > 1) await openOthers(path, count, opened);
    return reader(opened);
  } catch (error) {
    await Promise.all(opened.map(({ file }) => file.close()));
    throw error;
  }
}

interface OpenFile {
  readonly file: ReadableFile;
  readonly header: GgufHeader;
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await platform().files.open(path);
  try {
    return { file, header: await readGgufHeader(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Far above any published model: DeepSeek-V3 in bf16 has some 30 parts. */
export const MOST_PARTS = 1000;

function splitNumber({ file, header }: OpenFile, key: string): number | undefined {
  const entry = header.metadata.get(key);
  if (entry === undefined) return undefined;
  if (typeof entry.value !== 'number' || !Number.isInteger(entry.value) || entry.value < 0) {
    throw new Error(`${file.path}: metadata key "${key}" is no count`);
  }
  return entry.value;
}

/** Opens the other parts of a split model and puts all in order. */
async function openOthers(path: string, count: number, opened: OpenFile[]): Promise<void> {
  if (count > MOST_PARTS)
    throw new Error(`${path}: metadata key "split.count" is ${count}, at most ${MOST_PARTS} parts are read`);
  const place = /^(.*-)(\d{5})-of-(\d{5})\.gguf$/s.exec(path);
  if (place === null || Number(place[3]) !== count) {
    throw new Error(
      `${path}: is a part of a model split into ${count} files and must be named like NAME-00001-of-${digits(count)}.gguf`,
    );
  }
  const [given] = opened.splice(0);
  try {
    for (let part = 0; part < count; part += 1) {
      const name = `${place[1]}${digits(part + 1)}-of-${digits(count)}.gguf`;
      opened.push(name === path ? given! : await openFile(name));
      checkPart(opened[part]!, part, count);
    }
  } finally {
    if (!opened.includes(given!)) opened.push(given!);
  }
  const total = splitNumber(opened[0]!, 'split.tensors.count');
  const found = opened.reduce((sum, { header }) => sum + header.tensors.length, 0);
  if (total !== undefined && total !== found) {
    throw new Error(
      `${path}: the ${count} files of the model hold ${found} tensors, but "split.tensors.count" is ${total}`,
    );
  }
}

function checkPart(part: OpenFile, number: number, count: number): void {
  const said = splitNumber(part, 'split.no');
  if (said !== number) {
    throw new Error(
      `${part.file.path}: metadata key "split.no" is ${said ?? 'absent'}, but by its name it should be ${number}`,
    );
  }
  const of = splitNumber(part, 'split.count');
  if (of !== count) throw new Error(`${part.file.path}: metadata key "split.count" is ${of ?? 'absent'}, not ${count}`);
}

const digits = (number: number): string => String(number).padStart(5, '0');

function reader(opened: readonly OpenFile[]): GgufReader {
  const tensors = new Map<string, GgufTensor>();
  const files = new Map<string, ReadableFile>();
  let totalBytes = 0;
  for (const { file, header } of opened) {
    files.set(file.path, file);
    for (const tensor of header.tensors) {
      const other = tensors.get(tensor.name);
      if (other !== undefined) throw new Error(`${file.path}: tensor ${tensor.name} stands in ${other.path} too`);
      tensors.set(tensor.name, tensor);
      totalBytes += tensor.bytes;
    }
  }
  const { path } = opened[0]!.file;
  const find = (name: string): GgufTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`${path}: holds no tensor ${name}`);
    return tensor;
  };
  const readRawInto = async (name: string, offset: number, target: Uint8Array): Promise<void> => {
    const tensor = find(name);
    checkRange(tensor, 'bytes', tensor.bytes, offset, target.length);
    await files.get(tensor.path)!.readInto(target, tensor.offset + offset);
  };
  return {
    path,
    tensors,
    metadata: opened[0]!.header.metadata,
    totalBytes,
    readRawInto,
    async readRaw(name) {
      const { offset, bytes, path: home } = find(name);
      return files.get(home)!.read(offset, bytes);
    },
    async readRange(name, first, target) {
      const tensor = find(name);
      checkRange(tensor, 'elements', tensor.elements, first, target.length);
      await readFloat32(files.get(tensor.path)!, tensor, first, target);
    },
    async read(name, target) {
      const tensor = find(name);
      if (target.length !== tensor.elements) {
        throw new Error(`${tensor.path}: tensor ${name} has ${tensor.elements} elements, the target ${target.length}`);
      }
      await readFloat32(files.get(tensor.path)!, tensor, 0, target);
    },
    close: async () => void (await Promise.all(opened.map(({ file }) => file.close()))),
  };
}

function checkRange({ path, name }: GgufTensor, what: string, all: number, first: number, count: number): void {
  if (Number.isInteger(first) && first >= 0 && first + count <= all) return;
  throw new Error(`${path}: tensor ${name} has ${all} ${what}, cannot read ${count} from ${first} on`);
}

async function readFloat32(file: ReadableFile, tensor: GgufTensor, first: number, target: Float32Array): Promise<void> {
  const { dtype, name, path, offset } = tensor;
  const { elements, bytes } = GGML_TYPES[dtype];
  if (first % elements !== 0 || target.length % elements !== 0) {
    throw new Error(`${path}: tensor ${name} of type ${dtype} is read in whole blocks of ${elements} elements`);
  }
  if (dtype === 'F32') {
    await file.readInto(new Uint8Array(target.buffer, target.byteOffset, target.byteLength), offset + 4 * first);
    return;
  }
  if (!READABLE_TYPES.includes(dtype)) {
    throw new Error(`${path}: tensor ${name} has type ${dtype}; only ${READABLE_TYPES.join(', ')} can be read as f32`);
  }
  const buffer = new Uint8Array((Math.min(CHUNK, target.length) / elements) * bytes);
  for (let done = 0; done < target.length; done += CHUNK) {
    const part = target.subarray(done, done + CHUNK);
    const source = buffer.subarray(0, (part.length / elements) * bytes);
    await file.readInto(source, offset + ((first + done) / elements) * bytes);
    dequantize(dtype, source, part);
  }
}
