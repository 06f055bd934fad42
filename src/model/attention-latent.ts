import {
  BlockTensor,
  type CachePartShape,
  cacheFormatOf,
  cachePart,
  causalAttention,
  choosePositions,
  headsLinear,
  latentAttention,
  layerNorm,
  linear,
  type PagedRows,
  pagedAttention,
  plainPart,
  rmsNorm,
  rotaryInPlace,
  Tensor,
  writeCache,
} from '../tensor/index.ts';
import type { CachedAttention, Documents, RotaryInput } from './attention-input.ts';
import { LATENT_NORM_EPSILON, type LatentAttentionConfig, type ModelConfig } from './config-types.ts';
import type { LatentAttentionParameters, SplitLatentUp } from './parameters.ts';
import { softmaxScale } from './rope.ts';

interface Input {
  readonly config: ModelConfig;
  readonly attention: LatentAttentionConfig;
  readonly rotary: RotaryInput;
}

interface Projections {
  /** [rows, heads·nope], [rows, heads·rope] rotated, [rows, kv_lora_rank] normed, [rows, rope] rotated. */
  readonly queryNope: Tensor;
  readonly queryRope: Tensor;
  readonly latent: Tensor;
  readonly keyRope: Tensor;
  /** [rows, q_lora_rank] normed; absent without query compression. */
  readonly queryLatent: Tensor | undefined;
}

function project(
  x: Tensor,
  parameters: LatentAttentionParameters,
  { config: { heads }, attention, rotary }: Input,
): Projections {
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, keyValueLoraRank: rank } = attention;
  const { query, queryCompression } = parameters;
  const queryLatent =
    queryCompression && rmsNorm(linear(x, queryCompression.down), queryCompression.norm, LATENT_NORM_EPSILON);
  const q = queryLatent ? linear(queryLatent, queryCompression!.up) : linear(x, query!);
  const down = linear(x, parameters.latentDown);
  const latent = rmsNorm(down.slice(0, rank), parameters.latentNorm, LATENT_NORM_EPSILON);
  const [queryNope, queryRope] = [q.slice(0, heads * nope), q.slice(heads * nope, heads * rope)];
  const keyRope = down.slice(rank, rope);
  const layout = attention.ropeInterleaved ? 'interleaved' : 'halves';
  const shape = { headStride: rope, offset: 0, dim: rope, layout } as const;
  rotaryInPlace(queryRope, rotary.positions, rotary.table, { heads, ...shape });
  rotaryInPlace(keyRope, rotary.positions, rotary.table, { heads: 1, ...shape });
  return { queryNope, queryRope, latent, keyRope, queryLatent };
}

/** Attention of packed documents to themselves, naive form, with gradients: x [rows, hidden] to [rows, hidden]. */
export function documentLatent(
  x: Tensor,
  parameters: LatentAttentionParameters,
  input: Input & { readonly documents: Documents },
): Tensor {
  const { config, attention, documents } = input;
  if (attention.indexer !== null && documents.longest > attention.indexer.topk) {
    throw new RangeError(
      `documents of up to ${documents.longest} tokens need sparse attention (the model sees ${attention.indexer.topk} ` +
        'positions at a time), which exists for inference only; use shorter documents',
    );
  }
  const { heads } = config;
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = attention;
  const { queryNope, queryRope, latent, keyRope } = project(x, parameters, input);
  const expanded = linear(latent, wholeLatentUp(parameters));
  const mixed = causalAttention({
    queryNope: { tensor: queryNope, headStride: nope },
    queryRope: { tensor: queryRope, headStride: rope },
    keyNope: { tensor: expanded.slice(0, heads * nope), headStride: nope },
    keyRope,
    value: { tensor: expanded.slice(heads * nope, heads * value), headStride: value },
    heads,
    variant: { nopeDim: nope, ropeDim: rope, valueDim: value, group: 1 },
    scale: softmaxScale(config),
    start: documents.start,
    end: documents.end,
    longestDocument: documents.longest,
  });
  return linear(mixed, parameters.output);
}

/** What the cache keeps of a token: latent, rotary key and, where attention is sparse, the indexer's key. */
export function latentCacheParts({
  keyValueLoraRank,
  qkRopeHeadDim,
  indexer,
}: LatentAttentionConfig): readonly CachePartShape[] {
  const dims = [keyValueLoraRank, qkRopeHeadDim, ...(indexer === null ? [] : [indexer.headDim])];
  return dims.map((dim) => ({ heads: 1, dim }));
}

/** Writes the rows' latents into the cache, then attends to all positions up to each row's own. */
export function cachedLatent(
  x: Tensor,
  parameters: LatentAttentionParameters,
  input: Input & { readonly cached: CachedAttention },
): Tensor {
  const { config, attention, cached } = input;
  const { form, cache } = cached;
  const { heads } = config;
  const { qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value, keyValueLoraRank: rank } = attention;
  const { queryNope, queryRope, latent, keyRope, queryLatent } = project(x, parameters, input);
  const parts = latentCacheParts(attention);
  const [latents, rotaryKeys] = [cachePart(cache, parts, 0), cachePart(cache, parts, 1)];
  writeCache(cached.rows, [latents, latent], [rotaryKeys, keyRope]);
  const rows = seenRows(x, queryLatent, parameters, input);
  const rotary = { tensor: queryRope, headStride: rope };
  const scale = softmaxScale(config);
  if (form === 'naive') {
    if (cacheFormatOf(cache) !== 'f32') {
      throw new Error(
        `the naive form of latent attention computes keys and values from latents in f32, and the cache is in ` +
          `${cacheFormatOf(cache)}; use the absorbed form or a cache in f32`,
      );
    }
    const expanded = linear(latents.values, wholeLatentUp(parameters));
    const mixed = pagedAttention({
      queryNope: { tensor: queryNope, headStride: nope },
      queryRope: rotary,
      keyNope: plainPart(expanded.slice(0, heads * nope), { heads, dim: nope }),
      keyRope: rotaryKeys,
      value: plainPart(expanded.slice(heads * nope, heads * value), { heads, dim: value }),
      heads,
      nopeDim: nope,
      ropeDim: rope,
      valueDim: value,
      group: 1,
      scale,
      rows,
    });
    return linear(mixed, parameters.output);
  }
  const { keys, values } = splitLatentUp(parameters.latentUp, heads, attention);
  const mixed = latentAttention({
    queryNope: { tensor: headsLinear(queryNope, keys, { transposed: keys instanceof BlockTensor }), headStride: rank },
    queryRope: rotary,
    latents,
    rotaryKeys,
    heads,
    scale,
    rows,
  });
  return linear(headsLinear(mixed, values, { transposed: true }), parameters.output);
}

/** For forms of attention that compute the keys and values of each position. */
function wholeLatentUp({ latentUp }: LatentAttentionParameters): Tensor {
  if (latentUp instanceof Tensor) return latentUp;
  throw new Error('the weights of this model are loaded for the absorbed form of latent attention only');
}

function splitLatentUp(
  latentUp: LatentAttentionParameters['latentUp'],
  heads: number,
  attention: LatentAttentionConfig,
): SplitLatentUp {
  if (!(latentUp instanceof Tensor)) return latentUp;
  const { qkNopeHeadDim: nope, vHeadDim: value, keyValueLoraRank: rank } = attention;
  return {
    keys: latentUp.rowRange(0, heads * nope).reshape(heads, nope, rank),
    values: latentUp.rowRange(heads * nope, heads * value).reshape(heads, value, rank),
  };
}

/** Epsilon of the layer normalisation over the indexer's keys, as published code has it. */
const INDEXER_NORM_EPSILON = 1e-6;

/**
 * What the rows see: all positions up to their own or, where there can be more than `index_topk` of them, those that the
 * indexer chooses. Its keys are written into the cache behind the rotary keys. Unlike those of the attention itself, its
 * rotary pairs are halves, at the beginning of a head.
 */
function seenRows(
  x: Tensor,
  queryLatent: Tensor | undefined,
  { indexer }: LatentAttentionParameters,
  { attention, rotary, cached: { cache, rows } }: Input & { readonly cached: CachedAttention },
): PagedRows {
  const shape = attention.indexer;
  if (shape === null || indexer === undefined || queryLatent === undefined) return rows;
  if (rows.pageTable.columns * rows.pageSize <= shape.topk) return rows;
  const { heads, headDim } = shape;
  const { weight, bias } = indexer.keyNorm;
  const key = layerNorm(linear(x, indexer.key), weight, bias, INDEXER_NORM_EPSILON);
  const query = linear(queryLatent, indexer.query);
  const turned = { headStride: headDim, offset: 0, dim: attention.qkRopeHeadDim, layout: 'halves' } as const;
  rotaryInPlace(query, rotary.positions, rotary.table, { heads, ...turned });
  rotaryInPlace(key, rotary.positions, rotary.table, { heads: 1, ...turned });
  const keys = cachePart(cache, latentCacheParts(attention), 2);
  writeCache(rows, [keys, key]);
  return choosePositions({ query, weights: linear(x, indexer.weights), key: keys, rows, chosen: shape.topk });
}
