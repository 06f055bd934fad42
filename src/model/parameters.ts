import { type Runtime, Tensor } from '../tensor/index.ts';
import {
  type GroupedQueryAttentionConfig,
  hasExperts,
  type IndexerConfig,
  type LatentAttentionConfig,
  type ModelConfig,
} from './config-types.ts';

/**
 * How a parameter is trained: Muon is for hidden matrices, norms and the biases of projections do not decay, a router's
 * bias (`bias`) follows the load and has no gradient, and the indexer of sparse attention is not trained here.
 */
export type ParameterKind = 'matrix' | 'router' | 'embedding' | 'norm' | 'projectionBias' | 'bias' | 'indexer';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly tensor: Tensor;
}

/** Gate and up side by side in one matrix, [2·width, hidden], then down [hidden, width]; for experts stacks of these. */
export interface GatedParameters {
  readonly gateUp: Tensor;
  readonly down: Tensor;
}

export interface ExpertsParameters {
  /** [experts, hidden] */
  readonly router: Tensor;
  /** [experts], present with noaux_tc. */
  readonly routerBias: Tensor | undefined;
  /** gateUp [experts, 2·width, hidden], down [experts, hidden, width]. */
  readonly experts: GatedParameters;
  readonly shared: GatedParameters | undefined;
}

/**
 * Rows of the query and latent up-projections are grouped by part, not by head as in files: first the nope rows of all
 * heads, then the rotary (or value) rows of all heads. Each part is then a slice of columns of the result.
 */
export interface LatentAttentionParameters {
  readonly kind: 'latent';
  /** [heads·(nope + rope), hidden] without query compression. */
  readonly query: Tensor | undefined;
  readonly queryCompression: { readonly down: Tensor; readonly norm: Tensor; readonly up: Tensor } | undefined;
  /** [kv_lora_rank + rope, hidden] */
  readonly latentDown: Tensor;
  readonly latentNorm: Tensor;
  /** [heads·(nope + value), kv_lora_rank] */
  readonly latentUp: Tensor;
  /** [hidden, heads·value] */
  readonly output: Tensor;
  readonly indexer: IndexerParameters | undefined;
}

/** The lightning indexer of sparse attention. */
export interface IndexerParameters {
  /** [heads·headDim, q_lora_rank], applied to the normed query latent. */
  readonly query: Tensor;
  /** [headDim, hidden] and the layer normalisation behind it, [headDim] each. */
  readonly key: Tensor;
  readonly keyNorm: { readonly weight: Tensor; readonly bias: Tensor };
  /** [heads, hidden] */
  readonly weights: Tensor;
}

/** A projection: weight [out, in], bias [out]. */
export interface Projection {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Each projection has its own matrix, as in files, whose quantised types may differ. */
export interface GroupedQueryAttentionParameters {
  readonly kind: 'grouped-query';
  /** To heads·headDim. */
  readonly query: Projection;
  /** To keyValueHeads·headDim each. */
  readonly key: Projection;
  readonly value: Projection;
  /** [headDim], applied to every head. */
  readonly queryNorm: Tensor | undefined;
  readonly keyNorm: Tensor | undefined;
  /** From heads·headDim. */
  readonly output: Projection;
}

export type AttentionParameters = LatentAttentionParameters | GroupedQueryAttentionParameters;

export interface LayerParameters {
  readonly inputNorm: Tensor;
  readonly attention: AttentionParameters;
  readonly postAttentionNorm: Tensor;
  readonly feedForward: GatedParameters | ExpertsParameters;
}

/** A multi-token prediction module (DeepSeek-V3 §2.2); embedding and head are the main model's. */
export interface PredictionParameters {
  readonly embeddingNorm: Tensor;
  readonly hiddenNorm: Tensor;
  /** [hidden, 2·hidden], for [embedding, hidden]. */
  readonly projection: Tensor;
  readonly layer: LayerParameters;
  readonly finalNorm: Tensor;
}

export interface ModelParameters {
  readonly embedding: Tensor;
  readonly layers: readonly LayerParameters[];
  readonly finalNorm: Tensor;
  /** [vocabulary, hidden]; the embedding itself when tied. */
  readonly head: Tensor;
  readonly predictions: readonly PredictionParameters[];
  /** All parameters, in the order of memory: kinds are contiguous. */
  readonly all: readonly Parameter[];
}

export function isExperts(feedForward: GatedParameters | ExpertsParameters): feedForward is ExpertsParameters {
  return 'router' in feedForward;
}

interface Wanted {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
  tensor?: Tensor;
}

const KINDS: readonly ParameterKind[] = ['matrix', 'router', 'embedding', 'norm', 'projectionBias', 'bias', 'indexer'];

/** Memory for all parameters of a model, zeroed, kind after kind. Throws OutOfMemoryError. */
export function allocateParameters(runtime: Runtime, config: ModelConfig): ModelParameters {
  const wanted: Wanted[] = [];
  const build = describeParameters(config, (name, kind, shape) => {
    const entry: Wanted = { name, kind, shape };
    wanted.push(entry);
    return () => entry.tensor!;
  });
  const all: Parameter[] = [];
  for (const kind of KINDS) {
    const group = wanted.filter((entry) => entry.kind === kind);
    const bytes = (entry: Wanted) => 4 * entry.shape.reduce((product, size) => product * size, 1);
    const total = group.reduce((sum, entry) => sum + aligned(bytes(entry)), 0);
    if (total === 0) continue;
    let address = runtime.memory.allocate(total, `the ${kind} parameters of the model`);
    for (const entry of group) {
      const storage = { name: entry.name, bytes: bytes(entry), address, persistent: true };
      entry.tensor = new Tensor({ storage, dtype: 'f32', shape: entry.shape });
      all.push({ name: entry.name, kind, tensor: entry.tensor });
      address += aligned(bytes(entry));
    }
  }
  return { ...build(), all };
}

/** Every parameter begins at a cache line; the gaps stay zero, so that flat ranges can be updated as one. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

type Want = (name: string, kind: ParameterKind, shape: readonly number[]) => () => Tensor;

function describeParameters(config: ModelConfig, want: Want): () => Omit<ModelParameters, 'all'> {
  const { hiddenSize: hidden, vocabularySize: vocabulary, tieWordEmbeddings: tied } = config;
  const embedding = want('embedding', 'embedding', [vocabulary, hidden]);
  const layers = Array.from({ length: config.layers }, (_, layer) => describeLayer(config, layer, want));
  const finalNorm = want('finalNorm', 'norm', [hidden]);
  const head = tied ? embedding : want('head', 'embedding', [vocabulary, hidden]);
  const predictions = Array.from({ length: config.mtpLayers }, (_, depth) => {
    const at = `predictions.${depth}`;
    const embeddingNorm = want(`${at}.embeddingNorm`, 'norm', [hidden]);
    const hiddenNorm = want(`${at}.hiddenNorm`, 'norm', [hidden]);
    const projection = want(`${at}.projection`, 'matrix', [hidden, 2 * hidden]);
    const layer = describeLayer(config, config.layers + depth, want);
    const norm = want(`${at}.finalNorm`, 'norm', [hidden]);
    return () => ({
      embeddingNorm: embeddingNorm(),
      hiddenNorm: hiddenNorm(),
      projection: projection(),
      layer: layer(),
      finalNorm: norm(),
    });
  });
  return () => ({
    embedding: embedding(),
    layers: layers.map((layer) => layer()),
    finalNorm: finalNorm(),
    head: head(),
    predictions: predictions.map((prediction) => prediction()),
  });
}

function describeLayer(config: ModelConfig, layer: number, want: Want): () => LayerParameters {
  const { hiddenSize: hidden } = config;
  const at = `layers.${layer}`;
  const inputNorm = want(`${at}.inputNorm`, 'norm', [hidden]);
  const attention = describeAttention(config, `${at}.attention`, want);
  const postAttentionNorm = want(`${at}.postAttentionNorm`, 'norm', [hidden]);
  const feedForward = hasExperts(config, layer)
    ? describeExperts(config, `${at}.experts`, want)
    : describeGated([], hidden, config.intermediateSize, `${at}.dense`, want);
  return () => ({
    inputNorm: inputNorm(),
    attention: attention(),
    postAttentionNorm: postAttentionNorm(),
    feedForward: feedForward(),
  });
}

function describeAttention(config: ModelConfig, at: string, want: Want): () => AttentionParameters {
  const { attention } = config;
  return attention.kind === 'latent'
    ? describeLatent(config, attention, at, want)
    : describeGroupedQuery(config, attention, at, want);
}

function describeLatent(
  { hiddenSize: hidden, heads }: ModelConfig,
  attention: LatentAttentionConfig,
  at: string,
  want: Want,
): () => LatentAttentionParameters {
  const { queryLoraRank, keyValueLoraRank: latent } = attention;
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = attention;
  const queries = heads * (nope + rope);
  const query = queryLoraRank === null ? want(`${at}.query`, 'matrix', [queries, hidden]) : undefined;
  const compression =
    queryLoraRank === null
      ? undefined
      : {
          down: want(`${at}.queryDown`, 'matrix', [queryLoraRank, hidden]),
          norm: want(`${at}.queryNorm`, 'norm', [queryLoraRank]),
          up: want(`${at}.queryUp`, 'matrix', [queries, queryLoraRank]),
        };
  const latentDown = want(`${at}.latentDown`, 'matrix', [latent + rope, hidden]);
  const latentNorm = want(`${at}.latentNorm`, 'norm', [latent]);
  const latentUp = want(`${at}.latentUp`, 'matrix', [heads * (nope + value), latent]);
  const output = want(`${at}.output`, 'matrix', [hidden, heads * value]);
  const indexer =
    attention.indexer && queryLoraRank !== null
      ? describeIndexer(attention.indexer, hidden, queryLoraRank, `${at}.indexer`, want)
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
  want: Want,
): () => IndexerParameters {
  const query = want(`${at}.query`, 'indexer', [heads * headDim, queryLoraRank]);
  const key = want(`${at}.key`, 'indexer', [headDim, hidden]);
  const normWeight = want(`${at}.keyNorm`, 'indexer', [headDim]);
  const normBias = want(`${at}.keyNormBias`, 'indexer', [headDim]);
  const weights = want(`${at}.weights`, 'indexer', [heads, hidden]);
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
  want: Want,
): () => GroupedQueryAttentionParameters {
  const { keyValueHeads, headDim, queryKeyNorm, inputBias, outputBias } = attention;
  const projection = (name: string, out: number, width: number, biased: boolean): (() => Projection) => {
    const weight = want(`${at}.${name}`, 'matrix', [out, width]);
    const bias = biased ? want(`${at}.${name}Bias`, 'projectionBias', [out]) : undefined;
    return () => ({ weight: weight(), bias: bias?.() });
  };
  const norm = (name: string) => (queryKeyNorm ? want(`${at}.${name}`, 'norm', [headDim]) : undefined);
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
  want: Want,
): () => GatedParameters {
  const gateUp = want(`${at}.gateUp`, 'matrix', [...stack, 2 * width, hidden]);
  const down = want(`${at}.down`, 'matrix', [...stack, hidden, width]);
  return () => ({ gateUp: gateUp(), down: down() });
}

function describeExperts(config: ModelConfig, at: string, want: Want): () => ExpertsParameters {
  const { hiddenSize: hidden, routedExperts, sharedExperts, moeIntermediateSize: width } = config;
  const router = want(`${at}.router`, 'router', [routedExperts, hidden]);
  const bias = config.topkMethod === 'noaux_tc' ? want(`${at}.routerBias`, 'bias', [routedExperts]) : undefined;
  const experts = describeGated([routedExperts], hidden, width, `${at}.routed`, want);
  const shared = sharedExperts > 0 ? describeGated([], hidden, sharedExperts * width, `${at}.shared`, want) : undefined;
  return () => ({ router: router(), routerBias: bias?.(), experts: experts(), shared: shared?.() });
}
