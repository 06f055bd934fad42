import {
  addBias,
  type CachePartShape,
  cachePart,
  causalAttention,
  headsRmsNorm,
  linear,
  pagedAttention,
  rotaryInPlace,
  type Tensor,
  writeCache,
} from '../tensor/index.ts';
import type { CachedAttention, Documents, RotaryInput } from './attention-input.ts';
import type { GroupedQueryAttentionConfig, ModelConfig } from './config-types.ts';
import type { GroupedQueryAttentionParameters, Projection } from './parameters.ts';
import { softmaxScale } from './rope.ts';

interface Input {
  readonly config: ModelConfig;
  readonly attention: GroupedQueryAttentionConfig;
  readonly rotary: RotaryInput;
}

function projected(x: Tensor, { weight, bias }: Projection): Tensor {
  const y = linear(x, weight);
  if (bias) addBias(y, bias);
  return y;
}

/** Queries [rows, heads·dim] and keys [rows, keyValueHeads·dim], normed and rotated, and values as keys. */
function project(x: Tensor, parameters: GroupedQueryAttentionParameters, { config, attention, rotary }: Input) {
  const { headDim: dim } = attention;
  const turned = (projection: Projection, norm: Tensor | undefined, heads: number) => {
    const shape = { heads, headStride: dim, offset: 0, dim, layout: 'halves' } as const;
    if (norm) {
      const y = headsRmsNorm(projected(x, projection), norm, config.rmsNormEps);
      rotaryInPlace(y, rotary.positions, rotary.table, shape);
      return y;
    }
    const y = linear(x, projection.weight);
    rotaryInPlace(y, rotary.positions, rotary.table, { ...shape, bias: projection.bias });
    return y;
  };
  return {
    query: turned(parameters.query, parameters.queryNorm, config.heads),
    key: turned(parameters.key, parameters.keyNorm, attention.keyValueHeads),
    value: projected(x, parameters.value),
  };
}

/** Grouped-query attention of packed documents to themselves, with gradients: x [rows, hidden] to [rows, hidden]. */
export function documentGroupedQuery(
  x: Tensor,
  parameters: GroupedQueryAttentionParameters,
  input: Input & { readonly documents: Documents },
): Tensor {
  const { heads } = input.config;
  const { headDim: dim, keyValueHeads } = input.attention;
  const { query, key, value } = project(x, parameters, input);
  const mixed = causalAttention({
    queryNope: { tensor: query, headStride: dim },
    keyNope: { tensor: key, headStride: dim },
    value: { tensor: value, headStride: dim },
    heads,
    variant: { nopeDim: dim, ropeDim: 0, valueDim: dim, group: heads / keyValueHeads },
    scale: softmaxScale(input.config),
    start: input.documents.start,
    end: input.documents.end,
    longestDocument: input.documents.longest,
  });
  return projected(mixed, parameters.output);
}

/** What the cache keeps of a token: the rotated keys of its heads, and their values. */
export function groupedQueryCacheParts({
  keyValueHeads: heads,
  headDim: dim,
}: GroupedQueryAttentionConfig): readonly CachePartShape[] {
  return [
    { heads, dim },
    { heads, dim },
  ];
}

/** Writes the rows' rotated keys and values into the cache, then attends to all positions up to each row's own. */
export function cachedGroupedQuery(
  x: Tensor,
  parameters: GroupedQueryAttentionParameters,
  input: Input & { readonly cached: CachedAttention },
): Tensor {
  const { heads } = input.config;
  const { headDim: dim, keyValueHeads } = input.attention;
  const { cache, rows } = input.cached;
  const { query, key, value } = project(x, parameters, input);
  const parts = groupedQueryCacheParts(input.attention);
  const [keys, values] = [cachePart(cache, parts, 0), cachePart(cache, parts, 1)];
  writeCache(rows, [keys, key], [values, value]);
  const mixed = pagedAttention({
    queryNope: { tensor: query, headStride: dim },
    keyNope: keys,
    value: values,
    heads,
    nopeDim: dim,
    ropeDim: 0,
    valueDim: dim,
    group: heads / keyValueHeads,
    scale: softmaxScale(input.config),
    rows,
  });
  return projected(mixed, parameters.output);
}
