export {
  allocateParameters,
  describeModel,
  type LayerBytes,
  parameterBytes,
  parameterBytesByLayer,
} from './allocate-parameters.ts';
export { cacheBytes, cacheRow, cacheWidth } from './attention.ts';
export type { AttentionForm, CachedAttention, Documents, RotaryInput } from './attention-input.ts';
export {
  type AttentionConfig,
  type GroupedQueryAttentionConfig,
  hasExperts,
  type IndexerConfig,
  type LatentAttentionConfig,
  MODEL_TYPES,
  type ModelConfig,
  type ModelType,
  parseModelConfig,
  type RopeScaling,
  rotaryDim,
  type YarnScaling,
} from './config.ts';
export { huggingFaceConfigText, toHuggingFaceConfig } from './config-write.ts';
export {
  type CachedInput,
  type CachedLayersInput,
  type DecoderOutput,
  type DocumentsInput,
  decodeCached,
  decodeCachedLayers,
  decodeDocuments,
  embedTokens,
  finalNorm,
  type LayerRange,
  predictDocuments,
  type StepInput,
  vocabularyLogits,
} from './decoder.ts';
export {
  allocateExpertPairs,
  type ExpertPairs,
  type ExpertStep,
  PAIRED_BLOCK_ROWS,
  PAIRED_ROWS,
} from './feed-forward.ts';
export type { RuntimeOf, WeightFormat, WeightFormats } from './parameter-plan.ts';
export {
  type AttentionParameters,
  type ExpertsParameters,
  type GatedParameters,
  type GroupedQueryAttentionParameters,
  type IndexerParameters,
  isExperts,
  type LatentAttentionParameters,
  type LayerParameters,
  type ModelParameters,
  type Parameter,
  type ParameterKind,
  type PredictionParameters,
  type SplitLatentUp,
} from './parameters.ts';
export { ropeTable, softmaxScale } from './rope.ts';
export { allocateRotaryTable } from './rotary-table.ts';
