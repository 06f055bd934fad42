import {
  causalAttention,
  headsLinear,
  linear,
  type PagedRows,
  pagedAttention,
  type RotaryTable,
  rmsNorm,
  rotaryInPlace,
  type Tensor,
  writeCache,
} from '../tensor/index.ts';
import { LATENT_NORM_EPSILON, type ModelConfig } from './config.ts';
import type { AttentionParameters } from './parameters.ts';
import { softmaxScale } from './rope.ts';

/**
 * Multi-head latent attention (DeepSeek-V2 §2.1). Keys and values of all heads are up-projections of one latent per
 * token; beside it stands one rotary key that all heads share. Two forms give the same result:
 * - naive: expand keys and values per head, then ordinary attention. Cheaper for many rows at once (training).
 * - absorbed: carry the query into the latent space and attend to the latents themselves; only they are read. Cheaper
 *   for few rows against a long context (decoding).
 */
export type AttentionForm = 'naive' | 'absorbed';

/** Positions i32 [rows] and the angles' table. */
export interface RotaryInput {
  readonly positions: Tensor;
  readonly table: RotaryTable;
}

interface Projections {
  /** [rows, heads·nope], [rows, heads·rope] rotated, [rows, kv_lora_rank] normed, [rows, rope] rotated. */
  readonly queryNope: Tensor;
  readonly queryRope: Tensor;
  readonly latent: Tensor;
  readonly keyRope: Tensor;
}

function project(x: Tensor, parameters: AttentionParameters, config: ModelConfig, rotary: RotaryInput): Projections {
  const { heads, qkNopeHeadDim: nope, qkRopeHeadDim: rope, keyValueLoraRank: rank } = config;
  const { query, queryCompression } = parameters;
  const q = queryCompression
    ? linear(rmsNorm(linear(x, queryCompression.down), queryCompression.norm, LATENT_NORM_EPSILON), queryCompression.up)
    : linear(x, query!);
  const down = linear(x, parameters.latentDown);
  const latent = rmsNorm(down.slice(0, rank), parameters.latentNorm, LATENT_NORM_EPSILON);
  const [queryNope, queryRope] = [q.slice(0, heads * nope), q.slice(heads * nope, heads * rope)];
  const keyRope = down.slice(rank, rope);
  const layout = config.ropeInterleaved ? 'interleaved' : 'halves';
  const shape = { headStride: rope, offset: 0, dim: rope, layout } as const;
  rotaryInPlace(queryRope, rotary.positions, rotary.table, { heads, ...shape });
  rotaryInPlace(keyRope, rotary.positions, rotary.table, { heads: 1, ...shape });
  return { queryNope, queryRope, latent, keyRope };
}

/** Bounds of the documents that are packed into a batch, i32 [rows] each. */
export interface Documents {
  readonly start: Tensor;
  readonly end: Tensor;
  /** Rows of the longest document that can occur. */
  readonly longest: number;
}

/** Attention of packed documents to themselves, naive form, with gradients: x [rows, hidden] to [rows, hidden]. */
export function documentAttention(
  x: Tensor,
  parameters: AttentionParameters,
  config: ModelConfig,
  rotary: RotaryInput,
  documents: Documents,
): Tensor {
  const { heads, qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value } = config;
  const { queryNope, queryRope, latent, keyRope } = project(x, parameters, config, rotary);
  const expanded = linear(latent, parameters.latentUp);
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

/** What a layer's cached attention works on. */
export interface CachedAttention {
  readonly form: AttentionForm;
  /** [slots, kv_lora_rank + rope]: the layer's latents and rotary keys. */
  readonly cache: Tensor;
  readonly rows: PagedRows;
}

/** Writes the rows' latents into the cache, then attends to all positions up to each row's own. */
export function cachedAttention(
  x: Tensor,
  parameters: AttentionParameters,
  config: ModelConfig,
  rotary: RotaryInput,
  { form, cache, rows }: CachedAttention,
): Tensor {
  const { heads, qkNopeHeadDim: nope, qkRopeHeadDim: rope, vHeadDim: value, keyValueLoraRank: rank } = config;
  const { queryNope, queryRope, latent, keyRope } = project(x, parameters, config, rotary);
  writeCache(cache, latent, keyRope, rows);
  const [latents, rotaryKeys] = [cache.slice(0, rank), cache.slice(rank, rope)];
  const common = {
    queryRope: { tensor: queryRope, headStride: rope },
    keyRope: { tensor: rotaryKeys, headStride: 0 },
    heads,
    ropeDim: rope,
    scale: softmaxScale(config),
    rows,
  };
  if (form === 'naive') {
    const expanded = linear(latents, parameters.latentUp);
    const mixed = pagedAttention({
      ...common,
      queryNope: { tensor: queryNope, headStride: nope },
      keyNope: { tensor: expanded.slice(0, heads * nope), headStride: nope },
      value: { tensor: expanded.slice(heads * nope, heads * value), headStride: value },
      nopeDim: nope,
      valueDim: value,
      group: 1,
    });
    return linear(mixed, parameters.output);
  }
  const [keyUp, valueUp] = splitLatentUp(parameters.latentUp, config);
  const shared = { tensor: latents, headStride: 0 };
  const mixed = pagedAttention({
    ...common,
    queryNope: { tensor: headsLinear(queryNope, keyUp), headStride: rank },
    keyNope: shared,
    value: shared,
    nopeDim: rank,
    valueDim: rank,
    group: heads,
  });
  return linear(headsLinear(mixed, valueUp, { transposed: true }), parameters.output);
}

/** The key part [heads, nope, kv_lora_rank] and the value part [heads, value, kv_lora_rank]. */
function splitLatentUp(latentUp: Tensor, config: ModelConfig): [Tensor, Tensor] {
  const { heads, qkNopeHeadDim: nope, vHeadDim: value, keyValueLoraRank: rank } = config;
  return [
    latentUp.rowRange(0, heads * nope).reshape(heads, nope, rank),
    latentUp.rowRange(heads * nope, heads * value).reshape(heads, value, rank),
  ];
}
