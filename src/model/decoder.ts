import {
  add,
  addRmsNorm,
  concatenate,
  embedding,
  linear,
  type RouteOptions,
  type Routing,
  type RowCount,
  rmsNorm,
  type Tensor,
  type Weight,
} from '../tensor/index.ts';
import { attentionInputWeights, cachedAttention, documentAttention } from './attention.ts';
import type { CachedAttention, Documents, RotaryInput } from './attention-input.ts';
import type { ModelConfig } from './config-types.ts';
import { type ExpertPairs, type ExpertStep, expertsFeedForward, gatedFeedForward } from './feed-forward.ts';
import { isExperts, type LayerParameters, type ModelParameters, type PredictionParameters } from './parameters.ts';

/** One step's rows: token ids and positions i32 [rows], and how many rows count. */
export interface StepInput {
  readonly ids: Tensor;
  readonly rotary: RotaryInput;
  readonly rows: number | RowCount;
}

/** Calls `attend` for the attention of a layer; the rest of the layer is the same in training and inference. */
type Attend = (x: Tensor, layer: number, parameters: LayerParameters) => Tensor;

/** What the layers of a step need beside their parameters. */
interface LayerOptions {
  /** For experts, in training. */
  readonly balance?: RouteOptions['balance'];
  /** For experts, in inference. */
  readonly pairs?: ExpertPairs | undefined;
  /** Whether of all that the layers make only the last `hidden` is read. */
  readonly onlyResult?: boolean;
}

/** The sum of the embedding and all layers so far, and what the norm of the next layer makes of it, if it is made yet. */
interface Stream {
  readonly hidden: Tensor;
  readonly normed: Tensor | undefined;
}

/** A norm, and all weights that its result is multiplied with, if nothing else is done with it. */
interface Norm {
  readonly weight: Tensor;
  readonly onlyFor: readonly Weight[];
}

interface LayerOutput {
  readonly hidden: Tensor;
  /** Output of the attention before the residual is added. */
  readonly attention: Tensor;
  readonly experts: ExpertStep | undefined;
  /** The chosen experts, also where there is no dispatch because rows went through them pair by pair. */
  readonly routing: Routing | undefined;
}

/** `next` is the layer that follows, if any does in this place. */
function decoderLayer(
  { hidden, normed }: Stream,
  next: LayerParameters | undefined,
  layer: number,
  parameters: LayerParameters,
  config: ModelConfig,
  attend: Attend,
  options: LayerOptions,
): { readonly output: LayerOutput; readonly stream: Stream } {
  const { rmsNormEps: eps } = config;
  const joined = (sum: Tensor, addend: Tensor, { weight, onlyFor }: Norm) =>
    addRmsNorm(sum, addend, weight, eps, { onlyFor, overwritesAddend: options.onlyResult === true });
  const { feedForward, postAttentionNorm: weight } = parameters;
  const attention = attend(normed ?? rmsNorm(hidden, parameters.inputNorm, eps), layer, parameters);
  const dense = isExperts(feedForward) ? undefined : feedForward;
  const middle = joined(hidden, attention, { weight, onlyFor: dense ? [dense.gateUp] : [] });
  const result = isExperts(feedForward)
    ? expertsFeedForward(middle.normed, feedForward, config, options)
    : { output: gatedFeedForward(middle.normed, feedForward), routing: undefined, step: undefined };
  const end =
    next === undefined
      ? { sum: add(middle.sum, result.output), normed: undefined }
      : joined(middle.sum, result.output, { weight: next.inputNorm, onlyFor: attentionInputWeights(next.attention) });
  return {
    output: { hidden: end.sum, attention, experts: result.step, routing: result.routing },
    stream: { hidden: end.sum, normed: end.normed },
  };
}

export interface DecoderOutput {
  /** After the final norm, [rows, hidden]. */
  readonly hidden: Tensor;
  /** By layer: what came out of its attention, and of the whole layer. */
  readonly layers: readonly LayerOutput[];
}

function decode(
  input: StepInput,
  parameters: ModelParameters,
  config: ModelConfig,
  attend: Attend,
  options: LayerOptions,
): DecoderOutput {
  const all = { first: 0, end: parameters.layers.length };
  const layers = decodeLayers(embedTokens(input, parameters), all, parameters, config, attend, options);
  return { hidden: finalNorm(layers.at(-1)!.hidden, parameters, config), layers };
}

/** Layers first…end-1 of a model. */
export interface LayerRange {
  readonly first: number;
  readonly end: number;
}

function decodeLayers(
  input: Tensor,
  { first, end }: LayerRange,
  parameters: ModelParameters,
  config: ModelConfig,
  attend: Attend,
  options: LayerOptions,
): LayerOutput[] {
  let stream: Stream = { hidden: input, normed: undefined };
  const layers = parameters.layers.slice(first, end);
  return layers.map((layer, at) => {
    const result = decoderLayer(stream, layers[at + 1], first + at, layer, config, attend, options);
    stream = result.stream;
    return result.output;
  });
}

/** What goes into the first layer, [rows, hidden]. */
export function embedTokens({ ids, rows }: Pick<StepInput, 'ids' | 'rows'>, parameters: ModelParameters): Tensor {
  return embedding(parameters.embedding, ids, rows);
}

/** What the head is applied to, of what comes out of the last layer: [rows, hidden]. */
export function finalNorm(hidden: Tensor, parameters: ModelParameters, config: ModelConfig): Tensor {
  return rmsNorm(hidden, parameters.finalNorm, config.rmsNormEps);
}

export interface DocumentsInput extends StepInput {
  readonly documents: Documents;
  /** Factor of the sequence-wise balance loss; 0 or absent: none. */
  readonly balanceAlpha?: number;
}

function balanceOf({ documents, balanceAlpha = 0 }: DocumentsInput): LayerOptions {
  return balanceAlpha > 0 ? { balance: { alpha: balanceAlpha, start: documents.start, end: documents.end } } : {};
}

/** The main model on packed documents, differentiable. */
export function decodeDocuments(
  input: DocumentsInput,
  parameters: ModelParameters,
  config: ModelConfig,
): DecoderOutput {
  const attend: Attend = (x, _layer, { attention }) =>
    documentAttention(x, attention, config, input.rotary, input.documents);
  return decode(input, parameters, config, attend, balanceOf(input));
}

/**
 * A multi-token prediction module on packed documents (DeepSeek-V3 §2.2, eq. 21 to 23): from the hidden state at
 * position i and the embedding of token i + depth it yields hidden states whose head output predicts token
 * i + depth + 1. `nextIds` [rows] are the tokens i + depth (any valid id where the document has ended). `layer` counts
 * from the main model's layers on.
 */
export function predictDocuments(
  input: DocumentsInput,
  hidden: Tensor,
  nextIds: Tensor,
  module: PredictionParameters,
  layer: number,
  parameters: ModelParameters,
  config: ModelConfig,
): { hidden: Tensor; experts: ExpertStep | undefined } {
  const { rmsNormEps: eps } = config;
  const embedded = embedding(parameters.embedding, nextIds, input.rows);
  const joined = concatenate(rmsNorm(embedded, module.embeddingNorm, eps), rmsNorm(hidden, module.hiddenNorm, eps));
  const attend: Attend = (x, _layer, { attention }) =>
    documentAttention(x, attention, config, input.rotary, input.documents);
  const stream: Stream = { hidden: linear(joined, module.projection), normed: undefined };
  const { output } = decoderLayer(stream, undefined, layer, module.layer, config, attend, balanceOf(input));
  return { hidden: rmsNorm(output.hidden, module.finalNorm, eps), experts: output.experts };
}

export interface CachedLayersInput {
  readonly rotary: RotaryInput;
  /** By layer, counted from the model's first. */
  readonly caches: readonly CachedAttention[];
  /** Lets steps of few rows go through their experts without sorting; see allocateExpertPairs. */
  readonly pairs?: ExpertPairs | undefined;
}

export interface CachedInput extends StepInput, CachedLayersInput {}

/** The main model on rows of several sequences with what attention keeps of them in a paged cache (inference). */
export function decodeCached(input: CachedInput, parameters: ModelParameters, config: ModelConfig): DecoderOutput {
  return decode(input, parameters, config, attendCached(input, config), { pairs: input.pairs });
}

/** Some of the layers in the same way: what comes out of them, [rows, hidden], for what goes in, `hidden`. */
export function decodeCachedLayers(
  hidden: Tensor,
  input: CachedLayersInput,
  range: LayerRange,
  parameters: ModelParameters,
  config: ModelConfig,
): Tensor {
  const options = { pairs: input.pairs, onlyResult: true };
  return decodeLayers(hidden, range, parameters, config, attendCached(input, config), options).at(-1)!.hidden;
}

function attendCached({ rotary, caches }: CachedLayersInput, config: ModelConfig): Attend {
  return (x, layer, { attention }) => cachedAttention(x, attention, config, rotary, caches[layer]!);
}

/** Logits [rows, vocabulary] of hidden states after the final norm; in f32 always (DeepSeek-V3 §3.3). */
export function vocabularyLogits(hidden: Tensor, parameters: ModelParameters): Tensor {
  return linear(hidden, parameters.head, { precision: 'f32' });
}
