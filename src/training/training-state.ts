import {
  type Checkpoint,
  checkpointTensors,
  loadWeights,
  type TensorToWrite,
  writeCheckpoint,
} from '../checkpoint/index.ts';
import type { ModelConfig, ModelParameters } from '../model/index.ts';
import type { Runtime, Tensor } from '../tensor/index.ts';
import type { ParameterGroup } from './optimizers.ts';
import type { Recipe } from './recipes.ts';

const OPTIMIZER_FILE = 'optimizer.safetensors';
const STATE_FILE = 'training.json';

/** What a checkpoint holds beside weights and optimiser state. */
export interface TrainingState {
  readonly recipe: Recipe;
  /** Steps done. */
  readonly step: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  readonly tokens: number;
}

export interface Trained {
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  readonly groups: readonly ParameterGroup[];
}

function* stateTensors(groups: readonly ParameterGroup[]): Generator<[string, Tensor]> {
  for (const { kind, state } of groups) {
    for (const [name, tensor] of Object.entries(state)) yield [`${kind}.${name}`, tensor];
  }
}

/**
 * Writes everything that the run needs to go on bit for bit: weights and optimiser state in F32, the recipe, the step.
 * The directory appears whole or not at all.
 */
export async function saveTraining(
  directory: string,
  runtime: Runtime,
  trained: Trained,
  state: TrainingState,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const optimizer: TensorToWrite[] = [...stateTensors(trained.groups)].map(([name, tensor]) => ({
    name,
    dtype: 'F32',
    shape: [tensor.size],
    data: () => runtime.view(tensor) as Float32Array,
  }));
  await writeCheckpoint(directory, {
    config: trained.config,
    tensors: checkpointTensors(runtime, trained.config, trained.parameters),
    dtype: 'F32',
    extraFiles: { ...files, [STATE_FILE]: `${JSON.stringify(state, null, 2)}\n` },
    extraTensors: { [OPTIMIZER_FILE]: optimizer },
  });
}

/** The recipe and the step of a checkpoint, without its weights. */
export async function readTrainingState(checkpoint: Checkpoint): Promise<TrainingState> {
  if (!(await checkpoint.has(STATE_FILE))) {
    throw new Error(`${checkpoint.directory}: cannot resume, it holds no ${STATE_FILE} (a model, not a training run)`);
  }
  const state = (await checkpoint.readJson(STATE_FILE)) as Partial<TrainingState>;
  const numbers = [state.step, state.seconds, state.tokens];
  if (!numbers.every((value) => Number.isFinite(value)) || typeof state.recipe?.schedule?.steps !== 'number') {
    throw new Error(`${checkpoint.directory}/${STATE_FILE}: does not tell recipe, step, seconds and tokens of a run`);
  }
  return state as TrainingState;
}

/** Fills weights and optimiser state from a checkpoint. */
export async function restoreTraining(checkpoint: Checkpoint, runtime: Runtime, trained: Trained): Promise<void> {
  await loadWeights(runtime, checkpoint, trained.parameters);
  const optimizer = await checkpoint.openTensors(OPTIMIZER_FILE);
  try {
    for (const [name, tensor] of stateTensors(trained.groups)) {
      const info = optimizer.tensors.get(name);
      if (info === undefined || info.shape.length !== 1 || info.shape[0] !== tensor.size) {
        throw new Error(`${checkpoint.directory}/${OPTIMIZER_FILE}: ${name} of ${tensor.size} elements is missing`);
      }
      const values = new Float32Array(tensor.size);
      await optimizer.read(name, values);
      runtime.write(tensor, values);
    }
  } finally {
    await optimizer.close();
  }
}
