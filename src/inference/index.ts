export {
  type Answer,
  type AnswerEvent,
  type AnsweringEngine,
  type AnswerOptions,
  type AnswerStatistics,
  answer,
  answerAll,
  prepareQuestion,
  type Question,
} from './chat-session.ts';
export type { ConvertedModel, ConvertOptions } from './conversion.ts';
export { convertModel } from './convert-model.ts';
export { Engine, type EngineOptions, type EngineStatistics } from './engine.ts';
export { Generation, type GenerationResult, type GenerationUsage } from './generation.ts';
export type { GenerationRequest } from './generation-request.ts';
export { KeyValueCache, type KeyValueCacheOptions } from './key-value-cache.ts';
export { type ChosenLogProbability, logProbabilities, type TokenLogProbability } from './log-probabilities.ts';
export { type ModelSource, openModelSource } from './model-source.ts';
export {
  defaultCacheFormat,
  type OpenModel,
  type OpenModelOptions,
  openModel,
  openModel as load,
  openModelFrom,
} from './open-model.ts';
export { Pages } from './pages.ts';
export { type ModelInMemory, type PrefixLogitsOptions, prefixLogits } from './prefix-logits.ts';
export { argmax, Sampler, SamplerScratch, type SamplingOptions } from './sampling.ts';
export { Scheduler, type SchedulerOptions } from './scheduler.ts';
export { type FinishReason, Sequence } from './sequence.ts';
