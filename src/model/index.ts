export type { AttentionForm, CachedAttention, Documents, RotaryInput } from './attention.ts';
export { hasExperts, type ModelConfig, parseModelConfig, type YarnConfig } from './config.ts';
export { huggingFaceConfigText, toHuggingFaceConfig } from './config-write.ts';
export {
  type CachedInput,
  type DecoderOutput,
  type DocumentsInput,
  decodeCached,
  decodeDocuments,
  predictDocuments,
  type StepInput,
  vocabularyLogits,
} from './decoder.ts';
export { allocateExpertPairs, type ExpertPairs, type ExpertStep, PAIRED_ROWS } from './feed-forward.ts';
export {
  allocateParameters,
  type ExpertsParameters,
  type GatedParameters,
  isExperts,
  type LayerParameters,
  type ModelParameters,
  type Parameter,
  type ParameterKind,
  type PredictionParameters,
} from './parameters.ts';
export { ropeTable, softmaxScale } from './rope.ts';
export { allocateRotaryTable } from './rotary-table.ts';
