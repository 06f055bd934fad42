import {
  type GatedParameters,
  type GroupedQueryAttentionParameters,
  isExperts,
  type LatentAttentionParameters,
  type LayerParameters,
  type ModelConfig,
  type ModelParameters,
} from '../model/index.ts';
import { type BlockRows, BlockTensor, JoinedRows, Tensor, type Weight } from '../tensor/index.ts';
import type { TensorSpec } from './names.ts';

/** Where some rows of a file's tensor lie in memory: plain numbers, or rows in panels. */
export type Place = Tensor | BlockRows;

/**
 * The places in memory that, one after another, take the rows of a tensor under its Hugging Face name. Keys of the latent
 * that lie in panels are transposed, so that they have no such place: see `latentKeys`.
 */
export function placesOf(spec: TensorSpec, config: ModelConfig, parameters: ModelParameters): Place[] {
  const { part, layer } = spec.role;
  if (layer === null) {
    if (part === 'embedding') return whole(parameters.embedding);
    if (part === 'finalNorm') return [parameters.finalNorm];
    return whole(parameters.head);
  }
  const module = parameters.predictions[layer - config.layers];
  if (module !== undefined) {
    switch (part) {
      case 'mtpEmbedding':
        return whole(parameters.embedding);
      case 'mtpEmbeddingNorm':
        return [module.embeddingNorm];
      case 'mtpHiddenNorm':
        return [module.hiddenNorm];
      case 'mtpProjection':
        return whole(module.projection);
      case 'mtpFinalNorm':
        return [module.finalNorm];
      case 'mtpHead':
        return whole(parameters.head);
    }
  }
  return layerPlaces(spec, config, module?.layer ?? parameters.layers[layer]!);
}

function layerPlaces({ name, role }: TensorSpec, config: ModelConfig, layer: LayerParameters): Place[] {
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
      return [feedForwardPlace(role, layer.feedForward)];
  }
  const { attention } = layer;
  const places =
    attention.kind === 'latent'
      ? latentPlaces(role.part, config, attention)
      : [groupedQueryPart(role.part, attention)].filter((part) => part !== undefined).flatMap(whole);
  if (places.length === 0) throw new Error(`no place in a layer for ${name}`);
  return places;
}

function latentPlaces(
  part: TensorSpec['role']['part'],
  { heads, attention: shape }: ModelConfig,
  attention: LatentAttentionParameters,
): Place[] {
  if (shape.kind !== 'latent') return [];
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = shape;
  switch (part) {
    case 'query':
      return byHead(attention.query!, heads, nope, rope);
    case 'queryDown':
      return whole(attention.queryCompression!.down);
    case 'queryNorm':
      return [attention.queryCompression!.norm];
    case 'queryUp':
      return byHead(attention.queryCompression!.up, heads, nope, rope);
    case 'latentDown':
      return whole(attention.latentDown);
    case 'latentNorm':
      return [attention.latentNorm];
    case 'latentUp':
      return latentUpPlaces(attention.latentUp, heads, nope, value);
    case 'attentionOutput':
      return whole(attention.output);
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

function groupedQueryPart(
  part: TensorSpec['role']['part'],
  { query, key, value, output, queryNorm, keyNorm }: GroupedQueryAttentionParameters,
): Weight | undefined {
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

function feedForwardPlace({ part, expert }: TensorSpec['role'], feedForward: LayerParameters['feedForward']): Place {
  if (isExperts(feedForward)) {
    if (part === 'router') return feedForward.router;
    if (part === 'routerBias') return feedForward.routerBias!;
    const { experts, shared } = feedForward;
    const gated =
      typeof expert === 'number' ? { gateUp: experts.gateUp.at(expert), down: experts.down.at(expert) } : shared!;
    return gatedPlace(part, gated);
  }
  return gatedPlace(part, feedForward);
}

function gatedPlace(part: TensorSpec['role']['part'], { gateUp, down }: GatedParameters): Place {
  if (part === 'down') return whole(down)[0]!;
  const width = down.columns;
  return gateUp.rowRange(part === 'gate' ? 0 : width, width);
}

function whole(weight: Weight): Place[] {
  if (weight instanceof JoinedRows) throw new Error(`${weight.name} are several tensors of a file`);
  return [weight instanceof BlockTensor ? weight.rowRange(0, weight.matrixRows) : weight];
}

/** Files keep both parts of a head together; memory keeps the first parts of all heads, then the second parts. */
function byHead(matrix: Weight, heads: number, first: number, second: number): Place[] {
  return Array.from({ length: heads }, (_, head) => [
    matrix.rowRange(head * first, first),
    matrix.rowRange(heads * first + head * second, second),
  ]).flat();
}

function latentUpPlaces(
  latentUp: LatentAttentionParameters['latentUp'],
  heads: number,
  nope: number,
  value: number,
): Place[] {
  if (latentUp instanceof Tensor) return byHead(latentUp, heads, nope, value);
  const { keys, values } = latentUp;
  if (keys instanceof BlockTensor) throw new Error(`${keys.name} lie along the other axis than in files`);
  return Array.from({ length: heads }, (_, head) => [keys.at(head), ...whole(values.at(head))]).flat();
}
