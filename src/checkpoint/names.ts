import {
  type GroupedQueryAttentionConfig,
  hasExperts,
  type LatentAttentionConfig,
  type ModelConfig,
} from '../model/config.ts';

/** What a tensor does in the model. */
export interface TensorRole {
  readonly part:
    | 'embedding'
    | 'finalNorm'
    | 'head'
    | 'inputNorm'
    | 'postAttentionNorm'
    | 'query'
    | 'queryDown'
    | 'queryNorm'
    | 'queryUp'
    | 'latentDown'
    | 'latentNorm'
    | 'latentUp'
    | 'indexerQuery'
    | 'indexerKey'
    | 'indexerKeyNorm'
    | 'indexerKeyNormBias'
    | 'indexerWeights'
    | 'queryBias'
    | 'key'
    | 'keyBias'
    | 'keyNorm'
    | 'value'
    | 'valueBias'
    | 'attentionOutput'
    | 'attentionOutputBias'
    | 'gate'
    | 'up'
    | 'down'
    | 'router'
    | 'routerBias'
    | 'mtpEmbedding'
    | 'mtpEmbeddingNorm'
    | 'mtpHiddenNorm'
    | 'mtpProjection'
    | 'mtpFinalNorm'
    | 'mtpHead';
  /** null outside layers; from `config.layers` on: multi-token prediction modules. */
  readonly layer: number | null;
  /** Of gate, up and down in a layer with experts: which one; null in a dense layer. */
  readonly expert: number | 'shared' | null;
}

export interface TensorSpec {
  readonly name: string;
  /** Rows (outputs) before columns (inputs), as in `torch.nn.Linear`. */
  readonly shape: readonly number[];
  readonly role: TensorRole;
  /** A copy that a checkpoint may hold though the model uses another tensor in its place. */
  readonly optional: boolean;
}

/**
 * The tensors of a model under their Hugging Face names, in the order of the forward pass. Lazy, as a damaged config may
 * ask for more names than memory holds.
 */
export function* tensorSpecs(config: ModelConfig): Generator<TensorSpec> {
  const { hiddenSize: hidden, vocabularySize: vocabulary, layers, tieWordEmbeddings: tied } = config;
  yield spec('model.embed_tokens.weight', [vocabulary, hidden], 'embedding');
  for (let layer = 0; layer < layers; layer += 1) yield* layerSpecs(config, layer);
  yield spec('model.norm.weight', [hidden], 'finalNorm');
  yield { ...spec('lm_head.weight', [vocabulary, hidden], 'head'), optional: tied };
  for (let layer = layers; layer < layers + config.mtpLayers; layer += 1) yield* mtpSpecs(config, layer);
}

/** {@link tensorSpecs} by name. */
export function expectedTensors(config: ModelConfig): Map<string, TensorSpec> {
  return new Map([...tensorSpecs(config)].map((tensor) => [tensor.name, tensor]));
}

function spec(
  name: string,
  shape: readonly number[],
  part: TensorRole['part'],
  layer: number | null = null,
  expert: TensorRole['expert'] = null,
): TensorSpec {
  return { name, shape, role: { part, layer, expert }, optional: false };
}

/**
 * A multi-token prediction module (DeepSeek-V3, section 2.2) is a layer with two norms and a projection before it and a
 * norm behind it. Embedding and head are those of the main model; published checkpoints repeat them, others leave them
 * out.
 */
function* mtpSpecs(config: ModelConfig, layer: number): Generator<TensorSpec> {
  const { hiddenSize: hidden, vocabularySize: vocabulary } = config;
  const at = `model.layers.${layer}`;
  yield { ...spec(`${at}.embed_tokens.weight`, [vocabulary, hidden], 'mtpEmbedding', layer), optional: true };
  yield spec(`${at}.enorm.weight`, [hidden], 'mtpEmbeddingNorm', layer);
  yield spec(`${at}.hnorm.weight`, [hidden], 'mtpHiddenNorm', layer);
  yield spec(`${at}.eh_proj.weight`, [hidden, 2 * hidden], 'mtpProjection', layer);
  yield* layerSpecs(config, layer);
  yield spec(`${at}.shared_head.norm.weight`, [hidden], 'mtpFinalNorm', layer);
  yield { ...spec(`${at}.shared_head.head.weight`, [vocabulary, hidden], 'mtpHead', layer), optional: true };
}

function* layerSpecs(config: ModelConfig, layer: number): Generator<TensorSpec> {
  const { hiddenSize: hidden } = config;
  const at = `model.layers.${layer}`;
  yield spec(`${at}.input_layernorm.weight`, [hidden], 'inputNorm', layer);
  yield* attentionSpecs(config, `${at}.self_attn`, layer);
  yield spec(`${at}.post_attention_layernorm.weight`, [hidden], 'postAttentionNorm', layer);
  yield* feedForwardSpecs(config, `${at}.mlp`, layer);
}

function* attentionSpecs(config: ModelConfig, at: string, layer: number): Generator<TensorSpec> {
  const { attention } = config;
  if (attention.kind === 'latent') yield* latentSpecs(config, attention, at, layer);
  else yield* groupedQuerySpecs(config, attention, at, layer);
}

function* latentSpecs(
  { hiddenSize: hidden, heads }: ModelConfig,
  attention: LatentAttentionConfig,
  at: string,
  layer: number,
): Generator<TensorSpec> {
  const {
    queryLoraRank,
    keyValueLoraRank: latent,
    qkNopeHeadDim: nope,
    qkRopeHeadDim: rope,
    vHeadDim: value,
  } = attention;
  const queries = heads * (nope + rope);
  if (queryLoraRank === null) {
    yield spec(`${at}.q_proj.weight`, [queries, hidden], 'query', layer);
  } else {
    yield spec(`${at}.q_a_proj.weight`, [queryLoraRank, hidden], 'queryDown', layer);
    yield spec(`${at}.q_a_layernorm.weight`, [queryLoraRank], 'queryNorm', layer);
    yield spec(`${at}.q_b_proj.weight`, [queries, queryLoraRank], 'queryUp', layer);
  }
  yield spec(`${at}.kv_a_proj_with_mqa.weight`, [latent + rope, hidden], 'latentDown', layer);
  yield spec(`${at}.kv_a_layernorm.weight`, [latent], 'latentNorm', layer);
  yield spec(`${at}.kv_b_proj.weight`, [heads * (nope + value), latent], 'latentUp', layer);
  yield spec(`${at}.o_proj.weight`, [hidden, heads * value], 'attentionOutput', layer);
  if (attention.indexer === null || queryLoraRank === null) return;
  const { heads: indexHeads, headDim } = attention.indexer;
  yield spec(`${at}.indexer.wq_b.weight`, [indexHeads * headDim, queryLoraRank], 'indexerQuery', layer);
  yield spec(`${at}.indexer.wk.weight`, [headDim, hidden], 'indexerKey', layer);
  yield spec(`${at}.indexer.k_norm.weight`, [headDim], 'indexerKeyNorm', layer);
  yield spec(`${at}.indexer.k_norm.bias`, [headDim], 'indexerKeyNormBias', layer);
  yield spec(`${at}.indexer.weights_proj.weight`, [indexHeads, hidden], 'indexerWeights', layer);
}

function* groupedQuerySpecs(
  { hiddenSize: hidden, heads }: ModelConfig,
  { headDim, keyValueHeads, inputBias, outputBias, queryKeyNorm }: GroupedQueryAttentionConfig,
  at: string,
  layer: number,
): Generator<TensorSpec> {
  const queries = heads * headDim;
  const keys = keyValueHeads * headDim;
  yield spec(`${at}.q_proj.weight`, [queries, hidden], 'query', layer);
  if (inputBias) yield spec(`${at}.q_proj.bias`, [queries], 'queryBias', layer);
  if (queryKeyNorm) yield spec(`${at}.q_norm.weight`, [headDim], 'queryNorm', layer);
  yield spec(`${at}.k_proj.weight`, [keys, hidden], 'key', layer);
  if (inputBias) yield spec(`${at}.k_proj.bias`, [keys], 'keyBias', layer);
  if (queryKeyNorm) yield spec(`${at}.k_norm.weight`, [headDim], 'keyNorm', layer);
  yield spec(`${at}.v_proj.weight`, [keys, hidden], 'value', layer);
  if (inputBias) yield spec(`${at}.v_proj.bias`, [keys], 'valueBias', layer);
  yield spec(`${at}.o_proj.weight`, [hidden, queries], 'attentionOutput', layer);
  if (outputBias) yield spec(`${at}.o_proj.bias`, [hidden], 'attentionOutputBias', layer);
}

function* feedForwardSpecs(config: ModelConfig, at: string, layer: number): Generator<TensorSpec> {
  const { hiddenSize: hidden, routedExperts, sharedExperts, moeIntermediateSize: width } = config;
  if (!hasExperts(config, layer)) {
    yield* gatedSpecs(at, hidden, config.intermediateSize, layer, null);
    return;
  }
  yield spec(`${at}.gate.weight`, [routedExperts, hidden], 'router', layer);
  if (config.topkMethod === 'noaux_tc') {
    yield spec(`${at}.gate.e_score_correction_bias`, [routedExperts], 'routerBias', layer);
  }
  for (let expert = 0; expert < routedExperts; expert += 1) {
    yield* gatedSpecs(`${at}.experts.${expert}`, hidden, width, layer, expert);
  }
  if (sharedExperts > 0) yield* gatedSpecs(`${at}.shared_experts`, hidden, sharedExperts * width, layer, 'shared');
}

function* gatedSpecs(
  at: string,
  hidden: number,
  width: number,
  layer: number,
  expert: TensorRole['expert'],
): Generator<TensorSpec> {
  yield spec(`${at}.gate_proj.weight`, [width, hidden], 'gate', layer, expert);
  yield spec(`${at}.up_proj.weight`, [width, hidden], 'up', layer, expert);
  yield spec(`${at}.down_proj.weight`, [hidden, width], 'down', layer, expert);
}
