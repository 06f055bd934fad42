import {
  allocateParameters,
  type GroupedQueryAttentionParameters,
  isExperts,
  type LatentAttentionParameters,
  type LayerParameters,
  type ModelConfig,
  type ModelParameters,
} from '../model/index.ts';
import type { Runtime, Tensor } from '../tensor/index.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type TensorSpec, tensorSpecs } from './names.ts';
import type { TensorToWrite } from './safetensors-write.ts';

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

/**
 * Fills a model's parameters, allocated for the checkpoint's config, from its tensors. Copies of the embedding and the
 * head that published checkpoints repeat in their prediction modules (or keep although they are tied) are compared.
 * @throws {Error} naming such a copy if it differs: the model would not be the one that the file describes.
 */
export async function loadWeights(
  runtime: Runtime,
  checkpoint: Pick<Checkpoint, 'config' | 'directory' | 'tensors' | 'read'>,
  parameters: ModelParameters,
): Promise<void> {
  const { config, tensors, directory } = checkpoint;
  for (const spec of tensorSpecs(config)) {
    if (spec.optional && !tensors.has(spec.name)) continue;
    const pieces = piecesOf(spec, config, parameters);
    if (spec.optional) {
      const copy = new Float32Array(elementsOf(spec));
      await checkpoint.read(spec.name, copy);
      if (!sameBits(copy, gather(runtime, spec, pieces))) {
        throw new Error(
          `${directory}: ${spec.name} differs from the main model's tensor that takes its place; ` +
            'models with an embedding or head of their own there are not supported',
        );
      }
      continue;
    }
    const whole = inPlace(runtime, pieces);
    const target = whole ?? new Float32Array(elementsOf(spec));
    await checkpoint.read(spec.name, target);
    if (whole === undefined) scatter(runtime, pieces, target);
  }
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
    const pieces = piecesOf(spec, config, parameters);
    const data = () => inPlace(runtime, pieces) ?? gather(runtime, spec, pieces);
    yield { name: spec.name, shape: spec.shape, data };
  }
}

/** The views in memory that, one after another, make up a tensor of the file. */
function piecesOf(spec: TensorSpec, config: ModelConfig, parameters: ModelParameters): Tensor[] {
  const { part, layer } = spec.role;
  if (layer === null) {
    if (part === 'embedding') return [parameters.embedding];
    if (part === 'finalNorm') return [parameters.finalNorm];
    return [parameters.head];
  }
  const module = parameters.predictions[layer - config.layers];
  if (module !== undefined) {
    switch (part) {
      case 'mtpEmbedding':
        return [parameters.embedding];
      case 'mtpEmbeddingNorm':
        return [module.embeddingNorm];
      case 'mtpHiddenNorm':
        return [module.hiddenNorm];
      case 'mtpProjection':
        return [module.projection];
      case 'mtpFinalNorm':
        return [module.finalNorm];
      case 'mtpHead':
        return [parameters.head];
    }
  }
  return layerPieces(spec, config, module?.layer ?? parameters.layers[layer]!);
}

function layerPieces({ name, role }: TensorSpec, config: ModelConfig, layer: LayerParameters): Tensor[] {
  switch (role.part) {
    case 'inputNorm':
      return [layer.inputNorm];
    case 'postAttentionNorm':
      return [layer.postAttentionNorm];
    case 'gate':
    case 'up':
    case 'down':
    case 'router':
    case 'routerBias':
      return [feedForwardPiece(role, layer.feedForward)];
  }
  const { attention } = layer;
  const pieces =
    attention.kind === 'latent'
      ? latentPieces(role.part, config, attention)
      : [groupedQueryPiece(role.part, attention)].filter((piece) => piece !== undefined);
  if (pieces.length === 0) throw new Error(`no place in a layer for ${name}`);
  return pieces;
}

function latentPieces(
  part: TensorSpec['role']['part'],
  { heads, attention: shape }: ModelConfig,
  attention: LatentAttentionParameters,
): Tensor[] {
  if (shape.kind !== 'latent') return [];
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = shape;
  switch (part) {
    case 'query':
      return byHead(attention.query!, heads, nope, rope);
    case 'queryDown':
      return [attention.queryCompression!.down];
    case 'queryNorm':
      return [attention.queryCompression!.norm];
    case 'queryUp':
      return byHead(attention.queryCompression!.up, heads, nope, rope);
    case 'latentDown':
      return [attention.latentDown];
    case 'latentNorm':
      return [attention.latentNorm];
    case 'latentUp':
      return byHead(attention.latentUp, heads, nope, value);
    case 'attentionOutput':
      return [attention.output];
    case 'indexerQuery':
      return [attention.indexer!.query];
    case 'indexerKey':
      return [attention.indexer!.key];
    case 'indexerKeyNorm':
      return [attention.indexer!.keyNorm.weight];
    case 'indexerKeyNormBias':
      return [attention.indexer!.keyNorm.bias];
    case 'indexerWeights':
      return [attention.indexer!.weights];
    default:
      return [];
  }
}

function groupedQueryPiece(
  part: TensorSpec['role']['part'],
  { query, key, value, output, queryNorm, keyNorm }: GroupedQueryAttentionParameters,
): Tensor | undefined {
  switch (part) {
    case 'query':
      return query.weight;
    case 'queryBias':
      return query.bias;
    case 'queryNorm':
      return queryNorm;
    case 'key':
      return key.weight;
    case 'keyBias':
      return key.bias;
    case 'keyNorm':
      return keyNorm;
    case 'value':
      return value.weight;
    case 'valueBias':
      return value.bias;
    case 'attentionOutput':
      return output.weight;
    case 'attentionOutputBias':
      return output.bias;
    default:
      return undefined;
  }
}

function feedForwardPiece({ part, expert }: TensorSpec['role'], feedForward: LayerParameters['feedForward']): Tensor {
  let gated = feedForward;
  if (isExperts(gated)) {
    if (part === 'router') return gated.router;
    if (part === 'routerBias') return gated.routerBias!;
    const { experts, shared } = gated;
    gated = typeof expert === 'number' ? { gateUp: experts.gateUp.at(expert), down: experts.down.at(expert) } : shared!;
  }
  const width = gated.down.columns;
  if (part === 'down') return gated.down;
  return gated.gateUp.rowRange(part === 'gate' ? 0 : width, width);
}

/** Files keep both parts of a head together; memory keeps the first parts of all heads, then the second parts. */
function byHead(matrix: Tensor, heads: number, first: number, second: number): Tensor[] {
  return Array.from({ length: heads }, (_, head) => [
    matrix.rowRange(head * first, first),
    matrix.rowRange(heads * first + head * second, second),
  ]).flat();
}

function elementsOf({ shape }: TensorSpec): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The memory itself, where the file's tensor lies there in one piece as f32. */
function inPlace(runtime: Runtime, pieces: readonly Tensor[]): Float32Array | undefined {
  const [piece] = pieces;
  if (pieces.length !== 1 || !piece!.contiguous) return undefined;
  const view = runtime.view(piece!);
  return view instanceof Float32Array ? view : undefined;
}

function gather(runtime: Runtime, spec: TensorSpec, pieces: readonly Tensor[]): Float32Array {
  const values = new Float32Array(elementsOf(spec));
  let at = 0;
  for (const piece of pieces) {
    values.set(runtime.read(piece), at);
    at += piece.size;
  }
  return values;
}

function scatter(runtime: Runtime, pieces: readonly Tensor[], values: Float32Array): void {
  let at = 0;
  for (const piece of pieces) {
    runtime.write(piece, values.subarray(at, at + piece.size));
    at += piece.size;
  }
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const bits = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);
  const [left, right] = [bits(a), bits(b)];
  return left.every((word, at) => word === right[at]);
}
