import { type AtomicFile, platform } from '../platform/index.ts';
import { float32ToBf16, float32ToF16 } from './float-formats.ts';
import { joinPath } from './paths.ts';
import { ELEMENT_BYTES, encodeHeader } from './safetensors-header.ts';

/** Elements converted at a time. */
const CHUNK = 1 << 20;

/** The types in which weights are written. */
export type WeightType = 'F32' | 'BF16' | 'F16';

/** A tensor to write, row-major. `data` may lie in shared memory, or be a function that is called when its turn comes. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightType;
  readonly data: Float32Array | (() => Float32Array | Promise<Float32Array>);
}

/**
 * Writes one safetensors file, atomically. Types with larger elements come first, as readers that map the file need
 * every tensor aligned; otherwise the order is the one given.
 * @throws {Error} naming the tensor if its data has another length than its shape, or a finite number is too large for
 * its type.
 */
export async function writeSafetensors(path: string, tensors: readonly TensorToWrite[]): Promise<void> {
  const ordered = inFileOrder(tensors);
  const file = await platform().files.createAtomic(path);
  try {
    await file.write(encodeHeader(ordered));
    for (const tensor of ordered) await writeTensor(file, tensor);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

function inFileOrder<T extends TensorToWrite>(tensors: readonly T[]): T[] {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new Error(`tensor ${name} is given twice`);
    if (name === '__metadata__') throw new Error('a tensor cannot be named __metadata__');
    names.add(name);
  }
  return tensors.toSorted((a, b) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
}

async function writeTensor(file: AtomicFile, tensor: TensorToWrite): Promise<void> {
  const data = typeof tensor.data === 'function' ? await tensor.data() : tensor.data;
  const elements = elementsOf(tensor);
  if (data.length !== elements) {
    const shape = JSON.stringify(tensor.shape);
    throw new Error(`tensor ${tensor.name} of shape ${shape} needs ${elements} elements, its data has ${data.length}`);
  }
  if (tensor.dtype === 'F32') {
    await file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  const narrow = tensor.dtype === 'BF16' ? float32ToBf16 : float32ToF16;
  const infinity = tensor.dtype === 'BF16' ? 0x7f80 : 0x7c00;
  const buffer = new Uint16Array(Math.min(CHUNK, elements));
  for (let done = 0; done < elements; done += CHUNK) {
    const source = data.subarray(done, done + CHUNK);
    const part = buffer.subarray(0, source.length);
    narrow(source, part);
    const lost = part.findIndex((bits, at) => (bits & 0x7fff) === infinity && Number.isFinite(source[at]));
    if (lost >= 0) {
      throw new Error(`tensor ${tensor.name} holds ${source[lost]}, which is too large for ${tensor.dtype}`);
    }
    await file.write(new Uint8Array(part.buffer, 0, part.byteLength));
  }
}

function elementsOf({ shape }: Pick<TensorToWrite, 'shape'>): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Writes the weights of a model directory: `model.safetensors`, or, where they exceed `largestFile` bytes, numbered files
 * and `model.safetensors.index.json`, which comes last.
 * @returns the names of the files written.
 */
export async function writeModelTensors(
  directory: string,
  tensors: readonly TensorToWrite[],
  largestFile: number,
): Promise<string[]> {
  const bytesOf = (tensor: TensorToWrite) => elementsOf(tensor) * ELEMENT_BYTES[tensor.dtype];
  const shards: TensorToWrite[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    if (shards.length === 0 || bytes > room) {
      shards.push([]);
      room = largestFile;
    }
    shards.at(-1)!.push(tensor);
    room -= bytes;
  }
  if (shards.length <= 1) {
    await writeSafetensors(joinPath(directory, 'model.safetensors'), tensors);
    return ['model.safetensors'];
  }
  const digits = (number: number) => String(number).padStart(5, '0');
  const names = shards.map((_, at) => `model-${digits(at + 1)}-of-${digits(shards.length)}.safetensors`);
  for (const [at, name] of names.entries()) await writeSafetensors(joinPath(directory, name), shards[at]!);
  const index = {
    metadata: { total_size: tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0) },
    weight_map: Object.fromEntries(shards.flatMap((shard, at) => shard.map(({ name }) => [name, names[at]!]))),
  };
  const indexName = 'model.safetensors.index.json';
  await platform().files.writeAtomic(joinPath(directory, indexName), `${JSON.stringify(index, null, 2)}\n`);
  return [...names, indexName];
}
