export { type Batch, type Document, packBatch, taskBatch } from './batches.ts';
export {
  type Evaluation,
  type EvaluationOptions,
  type EvaluationRow,
  evaluate,
  kindsOf,
  wilsonInterval,
} from './evaluation.ts';
export { type ExpertLoadOptions, type LayerLoadCount, measureExpertLoad } from './expert-load.ts';
export {
  DESCRIPTION_FILE,
  type Exported,
  type ExportOptions,
  exportModel,
  MODEL_LOG,
  type ModelDescription,
} from './export.ts';
export { initialiseParameters } from './initialise.ts';
export {
  allocateGroups,
  type OptimizerOptions,
  recordClipping,
  recordUpdates,
  writeHyperparameters,
} from './optimizers.ts';
export { plotTraining, readLog } from './plot.ts';
export { type Recipe, recipes } from './recipes.ts';
export { type Schedule, scheduleFactor } from './schedule.ts';
export { recordTraining, type TrainProgram, type TrainProgramOptions, writeBatch } from './train-program.ts';
export { checkpointDirectory, RUN_LOG, recipeTokenizer, type StepReport, type TrainOptions, train } from './trainer.ts';
export type { TrainingState } from './training-state.ts';
