import { cacheWidth, type ModelConfig } from '../model/index.ts';
import { tensorSpecs } from './names.ts';

/** Numbers of parameters. */
export interface ParameterCount {
  readonly total: number;
  /**
   * Those that one token passes: of the routed experts the chosen ones, of the embedding its row (all of it where it is
   * also the head). DeepSeek-V3 has 671 billion by this count, of which 37 billion are active, as its paper says.
   */
  readonly active: number;
}

export interface ModelSize {
  /** Without the prediction modules. */
  readonly main: ParameterCount;
  /** All multi-token prediction modules, without the embedding and head that they share with the main model. */
  readonly predictions: ParameterCount;
  /**
   * Numbers that the cache keeps per token over all layers of the main model: one latent and one rotary key a layer, or
   * its keys and values.
   */
  readonly cacheNumbers: number;
  /** What ordinary multi-head attention with the same heads would keep: a key and a value per head. */
  readonly multiHeadCacheNumbers: number;
}

/** Counts what a model of this config consists of. */
export function modelSize(config: ModelConfig): ModelSize {
  const counts = { main: { total: 0, active: 0 }, predictions: { total: 0, active: 0 } };
  for (const { role, shape, optional } of tensorSpecs(config)) {
    if (optional) continue;
    const count = counts[role.layer !== null && role.layer >= config.layers ? 'predictions' : 'main'];
    const elements = shape.reduce((product, length) => product * length, 1);
    count.total += elements;
    // Every routed expert is as large as another, so the first ones stand for the chosen ones.
    if (typeof role.expert === 'number' && role.expert >= config.expertsPerToken) continue;
    count.active += role.part === 'embedding' && !config.tieWordEmbeddings ? config.hiddenSize : elements;
  }
  const { layers, heads } = config;
  return {
    ...counts,
    cacheNumbers: layers * cacheWidth(config),
    multiHeadCacheNumbers: layers * heads * headNumbers(config),
  };
}

/** Numbers of a head's key and value. */
function headNumbers({ attention }: ModelConfig): number {
  return attention.kind === 'latent'
    ? attention.qkNopeHeadDim + attention.qkRopeHeadDim + attention.vHeadDim
    : 2 * attention.headDim;
}
