export { type Batch, type Document, packBatch, taskBatch } from './batches.ts';
export { initialiseParameters } from './initialise.ts';
export {
  allocateGroups,
  type OptimizerOptions,
  recordClipping,
  recordUpdates,
  writeHyperparameters,
} from './optimizers.ts';
export { type Recipe, recipes } from './recipes.ts';
export { type Schedule, scheduleFactor } from './schedule.ts';
export { recordTraining, type TrainProgram, type TrainProgramOptions, writeBatch } from './train-program.ts';
export { checkpointDirectory, recipeTokenizer, type StepReport, type TrainOptions, train } from './trainer.ts';
export type { TrainingState } from './training-state.ts';
