import { type PanelFormat, rowBytes } from '../kernels/panels.ts';
import { allocateParameters, type ModelConfig, type ModelParameters } from '../model/index.ts';
import { BlockTensor, type Runtime, Tensor } from '../tensor/index.ts';
import { BlockLoader, type RowReader } from './block-loader.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { GgufTensor } from './gguf-header.ts';
import type { GgufView, RowSource } from './gguf-view.ts';
import type { LoadThreads } from './load-threads.ts';
import { type TensorSpec, tensorSpecs } from './names.ts';
import { placeInFile, rowReader, transposedRows } from './row-readers.ts';
import type { StoredTensor } from './safetensors-header.ts';
import type { TensorToWrite } from './safetensors-write.ts';
import { type Place, placesOf } from './weight-places.ts';

/** A model read from a directory. */
export interface LoadedModel {
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
}

/**
 * Allocates the parameters of the model in `directory` and fills them.
 * @throws {Error} as {@link openCheckpoint} and {@link loadWeights} do; OutOfMemoryError if the runtime is too small.
 */
export async function loadModel(runtime: Runtime, directory: string): Promise<LoadedModel> {
  const checkpoint = await openCheckpoint(directory);
  try {
    const { config } = checkpoint;
    const parameters = allocateParameters(runtime, config);
    await loadWeights(runtime, checkpoint, parameters);
    return { config, parameters };
  } finally {
    await checkpoint.close();
  }
}

/** What weights are read from: a checkpoint, or a GGUF file with its blocks (see `GgufView`). */
export interface WeightSource extends Pick<Checkpoint, 'config' | 'directory' | 'read'> {
  readonly tensors: ReadonlyMap<string, StoredTensor & { readonly source?: RowSource }>;
  readonly readRawRows?: GgufView['readRawRows'];
  readonly readTensorRows?: GgufView['readTensorRows'];
  readonly readScales?: Checkpoint['readScales'];
}

export interface LoadOptions {
  /** Called now and then with the bytes read so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the loading, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes in blocks or narrow floats from which other threads take part. Default: 128 MiB. */
  readonly threadsFrom?: number | undefined;
  /** Those threads where they run already; they are closed at the end. */
  readonly threads?: LoadThreads | undefined;
}

/**
 * Fills a model's parameters, allocated for the checkpoint's config, from its tensors. Those in blocks or narrow floats take
 * the bytes of the file. Copies of the embedding and the head that published checkpoints repeat in their prediction modules (or keep
 * although they are tied) are compared.
 * @throws {Error} naming such a copy if it differs: the model would not be the one that the file describes.
 */
export async function loadWeights(
  runtime: Runtime,
  checkpoint: WeightSource,
  parameters: ModelParameters,
  { onProgress, signal, threadsFrom, threads }: LoadOptions = {},
): Promise<void> {
  const { config, tensors, directory } = checkpoint;
  let [done, total] = [0, 0];
  for (const { bytes } of tensors.values()) total += bytes;
  const read = (bytes: number) => {
    done += bytes;
    onProgress?.(done, total);
  };
  const blocks = new BlockLoader(runtime, read);
  const plain: { readonly spec: TensorSpec; readonly places: readonly Place[] }[] = [];
  const copies: typeof plain = [];
  for (const spec of tensorSpecs(config)) {
    if (spec.optional && !tensors.has(spec.name)) continue;
    if (addSplitLatent(blocks, spec, checkpoint, parameters)) continue;
    const places = placesOf(spec, config, parameters);
    if (spec.optional) copies.push({ spec, places });
    else {
      if (places.some((place) => place instanceof Tensor)) plain.push({ spec, places });
      addBlocks(blocks, spec, checkpoint, places);
    }
  }
  const stop = new AbortController();
  const packed = blocks.finish({
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    threadsFrom,
    threads,
  });
  // Judged below; until then it must not count as an error that nobody hears of.
  packed.catch(() => {});
  try {
    for (const { spec, places } of plain) {
      signal?.throwIfAborted();
      const target = inPlace(runtime, places) ?? new Float32Array(elementsOf(spec));
      await checkpoint.read(spec.name, target);
      scatter(runtime, places, target);
      read(places.every((place) => place instanceof Tensor) ? (tensors.get(spec.name)?.bytes ?? 0) : 0);
    }
  } catch (error) {
    stop.abort(error);
    // The memory and the files are its own until it has ended.
    await packed.catch(() => {});
    throw error;
  }
  await packed;
  for (const { spec, places } of copies) {
    if (await agrees(runtime, checkpoint, spec, places)) continue;
    throw new Error(
      `${directory}: ${spec.name} differs from the main model's tensor that takes its place; ` +
        'models with an embedding or head of their own there are not supported',
    );
  }
}

/** Leaves to the loader the rows of a file's tensor that lie in panels. */
function addBlocks(blocks: BlockLoader, { name }: TensorSpec, source: WeightSource, places: readonly Place[]): void {
  let row = 0;
  for (const place of places) {
    if (place instanceof Tensor) {
      row += place.rows;
      continue;
    }
    blocks.add(place, row, Object.assign(rowReader(source, name), { place: placeInFile(source, name) }));
    row += place.count;
  }
}

/** An up-projection of the latent whose keys and values lie apart in panels; false for all other tensors. */
function addSplitLatent(
  blocks: BlockLoader,
  { name, role }: TensorSpec,
  checkpoint: WeightSource,
  parameters: ModelParameters,
): boolean {
  if (role.part !== 'latentUp') return false;
  const attention = layerOf(parameters, role.layer!, checkpoint.config).attention;
  if (attention.kind !== 'latent' || attention.latentUp instanceof Tensor) return false;
  const { keys, values } = attention.latentUp;
  if (!(keys instanceof BlockTensor && values instanceof BlockTensor)) return false;
  const { source } = checkpoint.tensors.get(name)!;
  const apart = source?.kind === 'latentUp' ? source : undefined;
  const [nope, value, rank] = [keys.columns, values.matrixRows, values.columns];
  const rowsOf = (tensor: GgufTensor): RowReader => {
    const read = (first: number, target: Uint8Array) => checkpoint.readTensorRows!(tensor, first, target);
    return Object.assign(read, { place: { path: tensor.path, offset: tensor.offset } });
  };
  const transposed = (first: number) => transposedRows(checkpoint, name, { first, count: nope, columns: rank });
  for (let head = 0; head < keys.matrices; head += 1) {
    const first = head * (nope + value);
    const [keyRows, valueRows] = [keys.at(head).rowRange(0, rank), values.at(head).rowRange(0, value)];
    if (apart) {
      blocks.add(keyRows, head * rank, rowsOf(apart.keys));
      blocks.add(valueRows, head * value, rowsOf(apart.values));
    } else {
      blocks.add(keyRows, 0, transposed(first));
      blocks.add(valueRows, first + nope, rowReader(checkpoint, name));
    }
  }
  return true;
}

/** Whether the copy of an embedding or a head holds what the tensor does that takes its place. */
async function agrees(
  runtime: Runtime,
  source: WeightSource,
  spec: TensorSpec,
  places: readonly Place[],
): Promise<boolean> {
  if (places.every((place) => place instanceof Tensor)) {
    const copy = new Float32Array(elementsOf(spec));
    await source.read(spec.name, copy);
    return sameBits(copy, gather(runtime, spec, places));
  }
  const isHead = spec.role.part !== 'mtpEmbedding' && !source.config.tieWordEmbeddings;
  const main = isHead ? 'lm_head.weight' : 'model.embed_tokens.weight';
  const [one, other] = [spec.name, main].map((name) => source.tensors.get(name)!);
  // Numbers in two formats are rounded in two ways.
  if (one!.dtype !== other!.dtype) return true;
  const [rows, columns] = spec.shape as [number, number];
  if (!(await sameScales(source, one!, other!))) return false;
  const perRow = rowBytes(one!.dtype.toLowerCase() as PanelFormat, columns);
  const step = Math.max(1, Math.floor(COMPARED_BYTES / perRow));
  for (let row = 0; row < rows; row += step) {
    const parts = [spec.name, main].map(async (name) => {
      const bytes = new Uint8Array(Math.min(step, rows - row) * perRow);
      await source.readRawRows!(name, row, bytes);
      return bytes;
    });
    const [left, right] = await Promise.all(parts);
    if (left!.some((byte, at) => byte !== right![at])) return false;
  }
  return true;
}

/** Whether two tensors have the same scales, or none. */
async function sameScales(source: WeightSource, one: StoredTensor, other: StoredTensor): Promise<boolean> {
  const grids = [one, other].map(({ name, scales }) => scales && { name, rows: scales.rows });
  if (grids.some((grid) => grid === undefined)) return grids[0] === grids[1];
  const read = grids.map((grid) => source.readScales!(grid!.name, { first: 0, count: grid!.rows }));
  return sameBits(...((await Promise.all(read)) as [Float32Array, Float32Array]));
}

/** Bytes of copies that are compared at a time. */
const COMPARED_BYTES = 4 << 20;

function layerOf({ layers, predictions }: ModelParameters, layer: number, config: ModelConfig) {
  return layers[layer] ?? predictions[layer - config.layers]!.layer;
}

/**
 * The tensors of a model under their Hugging Face names, without optional copies, for `writeCheckpoint`: the inverse of
 * {@link loadWeights}. Each one's data is taken from memory when it is written; weights must not change until then.
 */
export function* checkpointTensors(
  runtime: Runtime,
  config: ModelConfig,
  parameters: ModelParameters,
): Generator<Omit<TensorToWrite, 'dtype' | 'data'> & { readonly data: () => Float32Array }> {
  for (const spec of tensorSpecs(config)) {
    if (spec.optional) continue;
    const places = placesOf(spec, config, parameters);
    const data = () => inPlace(runtime, places) ?? gather(runtime, spec, places);
    yield { name: spec.name, shape: spec.shape, data };
  }
}

function elementsOf({ shape }: TensorSpec): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The memory itself, where the file's tensor lies there in one piece as f32. */
function inPlace(runtime: Runtime, places: readonly Place[]): Float32Array | undefined {
  const [place] = places;
  if (places.length !== 1 || !(place instanceof Tensor) || !place.contiguous) return undefined;
  const view = runtime.view(place);
  return view instanceof Float32Array ? view : undefined;
}

/** @throws {Error} for weights in panels, which a model cannot be written from */
function gather(runtime: Runtime, spec: TensorSpec, places: readonly Place[]): Float32Array {
  const values = new Float32Array(elementsOf(spec));
  let at = 0;
  for (const place of places) {
    if (!(place instanceof Tensor)) throw new Error(`${spec.name} is kept in ${place.matrix.format}`);
    values.set(runtime.read(place), at);
    at += place.size;
  }
  return values;
}

function scatter(runtime: Runtime, places: readonly Place[], values: Float32Array): void {
  if (inPlace(runtime, places)?.byteOffset === values.byteOffset) return;
  let at = 0;
  for (const place of places) {
    const size = place instanceof Tensor ? place.size : place.count * place.matrix.columns;
    if (place instanceof Tensor) runtime.write(place, values.subarray(at, at + size));
    at += size;
  }
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const bits = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);
  const [left, right] = [bits(a), bits(b)];
  return left.every((word, at) => word === right[at]);
}
