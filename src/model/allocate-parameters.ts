import type { Runtime } from '../tensor/index.ts';
import {
  type GroupedQueryAttentionConfig,
  hasExperts,
  type IndexerConfig,
  type LatentAttentionConfig,
  type ModelConfig,
} from './config-types.ts';
import { ParameterPlan, type RuntimeOf, type WeightFormats } from './parameter-plan.ts';
import type {
  AttentionParameters,
  ExpertsParameters,
  GatedParameters,
  GroupedQueryAttentionParameters,
  IndexerParameters,
  LatentAttentionParameters,
  LayerParameters,
  ModelParameters,
  PredictionParameters,
  Projection,
} from './parameters.ts';

/**
 * Memory for all parameters of a model, zeroed. Throws OutOfMemoryError, and a RangeError for a format that a parameter
 * cannot have.
 * @param place the runtime, or which one for each layer, prediction modules counting as layers after the model's own;
 * parameters outside of layers lie where it says for undefined
 */
export function allocateParameters(
  place: Runtime | RuntimeOf,
  config: ModelConfig,
  formats?: WeightFormats,
): ModelParameters {
  const plan = new ParameterPlan(formats);
  const build = describeParameters(config, plan);
  const all = plan.allocate(typeof place === 'function' ? place : () => place);
  return { ...build(), all };
}

/** The parameters of a model in f32, without memory: to find out which one a tensor of a file belongs to. */
export function describeModel(config: ModelConfig): ModelParameters {
  const plan = new ParameterPlan();
  return { ...describeParameters(config, plan)(), all: plan.plainNumbers() };
}

/** Bytes that the parameters of a model take in these formats. */
export function parameterBytes(config: ModelConfig, formats?: WeightFormats): number {
  const plan = new ParameterPlan(formats);
  describeParameters(config, plan);
  return plan
    .bytes()
    .values()
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** The same by layer, prediction modules as in {@link allocateParameters}, and of what belongs to none. */
export function parameterBytesByLayer(config: ModelConfig, formats?: WeightFormats): LayerBytes {
  const plan = new ParameterPlan(formats);
  describeParameters(config, plan);
  const bytes = plan.bytes();
  const layers = Array.from({ length: config.layers + config.mtpLayers }, (_, layer) => bytes.get(layer)!);
  return { layers, others: bytes.get(undefined)! };
}

export interface LayerBytes {
  readonly layers: readonly number[];
  readonly others: number;
}

function describeParameters(config: ModelConfig, plan: ParameterPlan): () => Omit<ModelParameters, 'all'> {
  const { hiddenSize: hidden, vocabularySize: vocabulary, tieWordEmbeddings: tied } = config;
  const embedding = plan.weight('embedding', 'embedding', [vocabulary, hidden]);
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    plan.inLayer(layer, () => describeLayer(config, layer, plan)),
  );
  const finalNorm = plan.numbers('finalNorm', 'norm', [hidden]);
  const head = tied ? embedding : plan.weight('head', 'embedding', [vocabulary, hidden]);
  const predictions = Array.from({ length: config.mtpLayers }, (_, depth) =>
    plan.inLayer(config.layers + depth, () => describePrediction(config, depth, plan)),
  );
  return () => ({
    embedding: embedding(),
    layers: layers.map((layer) => layer()),
    finalNorm: finalNorm(),
    head: head(),
    predictions: predictions.map((prediction) => prediction()),
  });
}

function describePrediction(config: ModelConfig, depth: number, plan: ParameterPlan): () => PredictionParameters {
  const { hiddenSize: hidden } = config;
  const at = `predictions.${depth}`;
  const embeddingNorm = plan.numbers(`${at}.embeddingNorm`, 'norm', [hidden]);
  const hiddenNorm = plan.numbers(`${at}.hiddenNorm`, 'norm', [hidden]);
  const projection = plan.weight(`${at}.projection`, 'matrix', [hidden, 2 * hidden]);
  const layer = describeLayer(config, config.layers + depth, plan);
  const norm = plan.numbers(`${at}.finalNorm`, 'norm', [hidden]);
  return () => ({
    embeddingNorm: embeddingNorm(),
    hiddenNorm: hiddenNorm(),
    projection: projection(),
    layer: layer(),
    finalNorm: norm(),
  });
}

function describeLayer(config: ModelConfig, layer: number, plan: ParameterPlan): () => LayerParameters {
  const { hiddenSize: hidden } = config;
  const at = `layers.${layer}`;
  const inputNorm = plan.numbers(`${at}.inputNorm`, 'norm', [hidden]);
  const attention = describeAttention(config, `${at}.attention`, plan);
  const postAttentionNorm = plan.numbers(`${at}.postAttentionNorm`, 'norm', [hidden]);
  const feedForward = hasExperts(config, layer)
    ? describeExperts(config, `${at}.experts`, plan)
    : describeGated([], hidden, config.intermediateSize, `${at}.dense`, plan);
  return () => ({
    inputNorm: inputNorm(),
    attention: attention(),
    postAttentionNorm: postAttentionNorm(),
    feedForward: feedForward(),
  });
}

function describeAttention(config: ModelConfig, at: string, plan: ParameterPlan): () => AttentionParameters {
  const { attention } = config;
  return attention.kind === 'latent'
    ? describeLatent(config, attention, at, plan)
    : describeGroupedQuery(config, attention, at, plan);
}

function describeLatent(
  { hiddenSize: hidden, heads }: ModelConfig,
  attention: LatentAttentionConfig,
  at: string,
  plan: ParameterPlan,
): () => LatentAttentionParameters {
  const { queryLoraRank, keyValueLoraRank: latent } = attention;
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = attention;
  const queries = heads * (nope + rope);
  const query = queryLoraRank === null ? plan.weight(`${at}.query`, 'matrix', [queries, hidden]) : undefined;
  const compression =
    queryLoraRank === null
      ? undefined
      : {
          down: plan.weight(`${at}.queryDown`, 'matrix', [queryLoraRank, hidden]),
          norm: plan.numbers(`${at}.queryNorm`, 'norm', [queryLoraRank]),
          up: plan.weight(`${at}.queryUp`, 'matrix', [queries, queryLoraRank]),
        };
  const latentDown = plan.weight(`${at}.latentDown`, 'matrix', [latent + rope, hidden]);
  const latentNorm = plan.numbers(`${at}.latentNorm`, 'norm', [latent]);
  const latentUp = plan.latentUp(`${at}.latentUp`, { heads, nope, value, rank: latent });
  const output = plan.weight(`${at}.output`, 'matrix', [hidden, heads * value]);
  const indexer =
    attention.indexer && queryLoraRank !== null
      ? describeIndexer(attention.indexer, hidden, queryLoraRank, `${at}.indexer`, plan)
      : undefined;
  return () => ({
    kind: 'latent',
    query: query?.(),
    queryCompression: compression && { down: compression.down(), norm: compression.norm(), up: compression.up() },
    latentDown: latentDown(),
    latentNorm: latentNorm(),
    latentUp: latentUp(),
    output: output(),
    indexer: indexer?.(),
  });
}

function describeIndexer(
  { heads, headDim }: IndexerConfig,
  hidden: number,
  queryLoraRank: number,
  at: string,
  plan: ParameterPlan,
): () => IndexerParameters {
  const query = plan.numbers(`${at}.query`, 'indexer', [heads * headDim, queryLoraRank]);
  const key = plan.numbers(`${at}.key`, 'indexer', [headDim, hidden]);
  const normWeight = plan.numbers(`${at}.keyNorm`, 'indexer', [headDim]);
  const normBias = plan.numbers(`${at}.keyNormBias`, 'indexer', [headDim]);
  const weights = plan.numbers(`${at}.weights`, 'indexer', [heads, hidden]);
  return () => ({
    query: query(),
    key: key(),
    keyNorm: { weight: normWeight(), bias: normBias() },
    weights: weights(),
  });
}

function describeGroupedQuery(
  { hiddenSize: hidden, heads }: ModelConfig,
  attention: GroupedQueryAttentionConfig,
  at: string,
  plan: ParameterPlan,
): () => GroupedQueryAttentionParameters {
  const { keyValueHeads, headDim, queryKeyNorm, inputBias, outputBias } = attention;
  const projection = (name: string, out: number, width: number, biased: boolean): (() => Projection) => {
    const weight = plan.weight(`${at}.${name}`, 'matrix', [out, width]);
    const bias = biased ? plan.numbers(`${at}.${name}Bias`, 'projectionBias', [out]) : undefined;
    return () => ({ weight: weight(), bias: bias?.() });
  };
  const norm = (name: string) => (queryKeyNorm ? plan.numbers(`${at}.${name}`, 'norm', [headDim]) : undefined);
  const query = projection('query', heads * headDim, hidden, inputBias);
  const key = projection('key', keyValueHeads * headDim, hidden, inputBias);
  const value = projection('value', keyValueHeads * headDim, hidden, inputBias);
  const [queryNorm, keyNorm] = [norm('queryNorm'), norm('keyNorm')];
  const output = projection('output', hidden, heads * headDim, outputBias);
  return () => ({
    kind: 'grouped-query',
    query: query(),
    key: key(),
    value: value(),
    queryNorm: queryNorm?.(),
    keyNorm: keyNorm?.(),
    output: output(),
  });
}

function describeGated(
  stack: readonly number[],
  hidden: number,
  width: number,
  at: string,
  plan: ParameterPlan,
): () => GatedParameters {
  const gateUp = plan.gateUp(`${at}.gateUp`, [...stack, 2 * width, hidden]);
  const down = plan.weight(`${at}.down`, 'matrix', [...stack, hidden, width]);
  return () => ({ gateUp: gateUp(), down: down() });
}

function describeExperts(config: ModelConfig, at: string, plan: ParameterPlan): () => ExpertsParameters {
  const { hiddenSize: hidden, routedExperts, sharedExperts, moeIntermediateSize: width } = config;
  const router = plan.numbers(`${at}.router`, 'router', [routedExperts, hidden]);
  const bias = config.topkMethod === 'noaux_tc' ? plan.numbers(`${at}.routerBias`, 'bias', [routedExperts]) : undefined;
  const experts = describeGated([routedExperts], hidden, width, `${at}.routed`, plan);
  const shared = sharedExperts > 0 ? describeGated([], hidden, sharedExperts * width, `${at}.shared`, plan) : undefined;
  return () => ({ router: router(), routerBias: bias?.(), experts: experts(), shared: shared?.() });
}
