import { describeValue } from '../model/describe-value.ts';
import { platform, type ReadableFile } from '../platform/index.ts';
import { bf16ToFloat32, f16ToFloat32 } from './float-formats.ts';
import { readJsonFile } from './json-file.ts';
import { joinPath } from './paths.ts';
import { headerLength, parseHeader, type StoredTensor, type TensorInfo } from './safetensors-header.ts';

/** Elements converted at a time: the private buffer beside a tensor of any size stays at 2 MiB. */
const CHUNK = 1 << 20;

/** Tensors in files of any format, read one by one. */
export interface TensorSource<T extends StoredTensor = StoredTensor> {
  readonly tensors: ReadonlyMap<string, T>;
  /**
   * Reads a tensor as f32, row-major.
   * @param target exactly as many elements as the tensor; may lie in shared memory.
   * @throws {Error} for a type that is not read as f32.
   */
  read(name: string, target: Float32Array): Promise<void>;
  /**
   * Reads whole rows of a tensor as f32, all axes but the last counted as rows; where it is absent, only whole tensors
   * can be read.
   * @param target a multiple of the last axis.
   */
  readRows?(name: string, firstRow: number, target: Float32Array): Promise<void>;
  /** The bytes of a tensor of any type, little-endian. */
  readRaw(name: string): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Tensors in one or several safetensors files; F32, F16 and BF16 are read as f32. */
export interface TensorReader extends TensorSource<TensorInfo> {
  readonly metadata: Readonly<Record<string, string>>;
  /** A part of a tensor's bytes. */
  readRawRange(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The same into memory that is there: as many bytes as fill it. */
  readRawInto(name: string, offset: number, target: Uint8Array): Promise<void>;
}

/** Opens one file and checks its header against its size. Nothing else is read. */
export async function openSafetensors(path: string): Promise<TensorReader> {
  const file = await platform().files.open(path);
  try {
    if (file.size < 10) throw new Error(`${path}: not a safetensors file, it has only ${file.size} bytes`);
    const length = headerLength(path, await file.read(0, 8), file.size);
    const { tensors, metadata } = parseHeader(path, await file.read(8, length), file.size);
    return reader(new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata, [file]);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Opens the weights of a model directory: `model.safetensors`, or the files that `model.safetensors.index.json` names.
 * @throws {Error} if a file is absent or index and files disagree.
 */
export async function openModelTensors(directory: string): Promise<TensorReader> {
  const { files } = platform();
  const single = joinPath(directory, 'model.safetensors');
  const index = joinPath(directory, 'model.safetensors.index.json');
  if (await files.exists(index)) return openShards(directory, index);
  if (await files.exists(single)) return openSafetensors(single);
  throw new Error(`${directory}: holds neither model.safetensors nor model.safetensors.index.json`);
}

async function openShards(directory: string, index: string): Promise<TensorReader> {
  const map = parseIndex(index, await readJsonFile(index));
  const names = [...new Set(map.values())];
  const shards: TensorReader[] = [];
  try {
    const tensors = new Map<string, TensorInfo>();
    for (const name of names) {
      const shard = await openSafetensors(joinPath(directory, name));
      shards.push(shard);
      for (const tensor of shard.tensors.values()) {
        if (map.get(tensor.name) !== name) {
          const where = map.get(tensor.name) ?? 'no file';
          throw new Error(`${tensor.path}: holds tensor ${tensor.name}, which ${index} places in ${where}`);
        }
        tensors.set(tensor.name, tensor);
      }
    }
    for (const [tensor, name] of map) {
      if (!tensors.has(tensor))
        throw new Error(`${joinPath(directory, name)}: tensor ${tensor} is missing; ${index} places it there`);
    }
    return joined(tensors, shards);
  } catch (error) {
    await Promise.all(shards.map((shard) => shard.close()));
    throw error;
  }
}

/** Which file of a model holds each tensor, by its `model.safetensors.index.json`. @throws {Error} naming `path`. */
export function parseIndex(path: string, json: unknown): Map<string, string> {
  const { weight_map: map } = Object(json) as { weight_map?: unknown };
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new Error(`${path}: has no weight_map`);
  const entries = Object.entries(map as Record<string, unknown>);
  if (entries.length === 0) throw new Error(`${path}: weight_map is empty`);
  for (const [name, file] of entries) {
    // A name with a path in it could point outside the model's directory.
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file)) {
      throw new Error(
        `${path}: weight_map places ${name} in ${describeValue(file)}, which is no safetensors file name`,
      );
    }
  }
  return new Map(entries as [string, string][]);
}

function joined(tensors: ReadonlyMap<string, TensorInfo>, shards: readonly TensorReader[]): TensorReader {
  const home = new Map(shards.flatMap((shard) => [...shard.tensors.keys()].map((name) => [name, shard] as const)));
  const shardOf = (name: string) => home.get(name) ?? shards[0]!;
  return {
    tensors,
    metadata: shards[0]!.metadata,
    read: async (name, target) => shardOf(name).read(name, target),
    readRows: async (name, firstRow, target) => shardOf(name).readRows!(name, firstRow, target),
    readRaw: async (name) => shardOf(name).readRaw(name),
    readRawRange: async (name, offset, length) => shardOf(name).readRawRange(name, offset, length),
    readRawInto: async (name, offset, target) => shardOf(name).readRawInto(name, offset, target),
    close: async () => void (await Promise.all(shards.map((shard) => shard.close()))),
  };
}

function reader(
  tensors: ReadonlyMap<string, TensorInfo>,
  metadata: Readonly<Record<string, string>>,
  [file]: readonly [ReadableFile],
): TensorReader {
  const find = (name: string) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`${file.path}: holds no tensor ${name}`);
    return tensor;
  };
  const placeOf = (name: string, offset: number, length: number): number => {
    const tensor = find(name);
    if (!(offset >= 0 && length >= 0 && offset + length <= tensor.bytes)) {
      throw new Error(
        `${file.path}: tensor ${name} has ${tensor.bytes} bytes, cannot read ${length} from byte ${offset}`,
      );
    }
    return tensor.offset + offset;
  };
  return {
    tensors,
    metadata,
    async read(name, target) {
      const tensor = find(name);
      if (target.length !== tensor.elements) {
        throw new Error(`${file.path}: tensor ${name} has ${tensor.elements} elements, the target ${target.length}`);
      }
      await readFloat32(file, tensor, 0, target);
    },
    async readRows(name, firstRow, target) {
      const tensor = find(name);
      const first = firstRow * (tensor.shape.at(-1) ?? 1);
      if (!(Number.isInteger(first) && first >= 0 && first + target.length <= tensor.elements)) {
        throw new Error(
          `${file.path}: tensor ${name} has ${tensor.elements} elements, cannot read ${target.length} from row ${firstRow}`,
        );
      }
      await readFloat32(file, tensor, first, target);
    },
    async readRaw(name) {
      const { offset, bytes } = find(name);
      return file.read(offset, bytes);
    },
    readRawRange: async (name, offset, length) => file.read(placeOf(name, offset, length), length),
    readRawInto: async (name, offset, target) => file.readInto(target, placeOf(name, offset, target.length)),
    close: () => file.close(),
  };
}

async function readFloat32(file: ReadableFile, tensor: TensorInfo, first: number, target: Float32Array): Promise<void> {
  const { dtype, offset } = tensor;
  if (dtype === 'F32') {
    await file.readInto(new Uint8Array(target.buffer, target.byteOffset, target.byteLength), offset + 4 * first);
    return;
  }
  const widen = dtype === 'BF16' ? bf16ToFloat32 : dtype === 'F16' ? f16ToFloat32 : undefined;
  if (widen === undefined) {
    throw new Error(
      `${tensor.path}: tensor ${tensor.name} has type ${dtype}; only F32, F16 and BF16 can be read as f32`,
    );
  }
  const elements = target.length;
  const buffer = new Uint16Array(Math.min(CHUNK, elements));
  for (let done = 0; done < elements; done += CHUNK) {
    const part = buffer.subarray(0, Math.min(CHUNK, elements - done));
    await file.readInto(new Uint8Array(part.buffer, 0, part.byteLength), offset + (first + done) * 2);
    widen(part, target.subarray(done, done + part.length));
  }
}
