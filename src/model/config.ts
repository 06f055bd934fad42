import { parseDeepSeek } from './config-deepseek.ts';
import { parseDeepSeek32 } from './config-deepseek32.ts';
import { parseGlm } from './config-glm.ts';
import { parseLlama } from './config-llama.ts';
import { parseQwen2 } from './config-qwen2.ts';
import { parseQwen3 } from './config-qwen3.ts';
import { MODEL_TYPES, type ModelConfig, type ModelType } from './config-types.ts';
import { parseYoutu } from './config-youtu.ts';
import { describeValue } from './describe-value.ts';

export {
  type AttentionConfig,
  type GroupedQueryAttentionConfig,
  hasExperts,
  type IndexerConfig,
  LATENT_NORM_EPSILON,
  type LatentAttentionConfig,
  MODEL_TYPES,
  type ModelConfig,
  type ModelType,
  type RopeScaling,
  rotaryDim,
  type YarnScaling,
} from './config-types.ts';

const READERS: Readonly<Record<ModelType, (json: unknown) => ModelConfig>> = {
  deepseek_v2: parseDeepSeek,
  deepseek_v3: parseDeepSeek,
  deepseek_v32: parseDeepSeek32,
  glm4_moe_lite: parseGlm,
  youtu: parseYoutu,
  llama: parseLlama,
  qwen2: parseQwen2,
  qwen3: parseQwen3,
};

/**
 * Reads a Hugging Face `config.json` of one of {@link MODEL_TYPES}.
 * @throws {Error} naming every field that is unknown, missing, of a wrong type, or at odds with another.
 */
export function parseModelConfig(json: unknown): ModelConfig {
  const { model_type: type } = Object(json) as { model_type?: unknown };
  const known = MODEL_TYPES.find((name) => name === type);
  if (known === undefined) {
    const what = type === undefined ? 'it has no model_type' : `its model_type is ${describeValue(type)}`;
    const supported = `${MODEL_TYPES.slice(0, -1).join(', ')} and ${MODEL_TYPES.at(-1)}`;
    throw new Error(`config.json: ${what}; only ${supported} are supported`);
  }
  return READERS[known](json);
}
