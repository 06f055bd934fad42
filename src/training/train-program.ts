import { accumulateLoad, updateBias } from '../kernels/dispatch.ts';
import {
  allocateRotaryTable,
  type DocumentsInput,
  decodeDocuments,
  type ExpertStep,
  isExperts,
  type ModelConfig,
  type ModelParameters,
  predictDocuments,
  vocabularyLogits,
} from '../model/index.ts';
import {
  crossEntropy,
  type Precision,
  type Program,
  type Runtime,
  record,
  recorder,
  type Tensor,
} from '../tensor/index.ts';
import type { Batch } from './batches.ts';
import {
  allocateGroups,
  type OptimizerOptions,
  type ParameterGroup,
  recordClipping,
  recordUpdates,
} from './optimizers.ts';

export interface TrainProgramOptions {
  readonly rows: number;
  readonly longestDocument: number;
  readonly optimizer: OptimizerOptions;
  /** Weight of the multi-token prediction loss (λ of DeepSeek-V3 §2.2); modules need mtpLayers in the config. */
  readonly predictionWeight: number;
  /** Speed at which router biases follow the load (γ of DeepSeek-V3 §2.1.2). */
  readonly biasSpeed: number;
  /** Factor of the sequence-wise balance loss (α of DeepSeek-V3 eq. 17); 0: none. */
  readonly balanceAlpha: number;
  /** Precision of linear layers; default f32. */
  readonly products?: Precision;
}

/** Slots per expert of one layer in the last step, i32 [experts]. */
export interface LayerLoad {
  readonly layer: number;
  readonly load: Tensor;
  readonly lastLoad: Tensor;
}

/** A training step as one Program: forward, losses, backward, clipping, update, balancing. */
export interface TrainProgram {
  readonly program: Program<{ losses: Tensor; predictionLosses: Tensor[]; balanceLosses: Tensor[]; norm: Tensor }>;
  readonly inputs: TrainInputs;
  readonly groups: readonly ParameterGroup[];
  readonly loads: readonly LayerLoad[];
}

interface TrainInputs {
  readonly ids: Tensor;
  readonly positions: Tensor;
  readonly start: Tensor;
  readonly end: Tensor;
  readonly targets: Tensor;
  readonly weights: Tensor;
  readonly nextIds: Tensor;
  readonly nextTargets: Tensor;
  readonly nextWeights: Tensor;
}

function allocateInputs(runtime: Runtime, rows: number): TrainInputs {
  const i32 = (name: string) => runtime.allocate(name, [rows, 1], 'i32');
  const f32 = (name: string) => runtime.allocate(name, [rows, 1]);
  return {
    ids: i32('token ids'),
    positions: i32('positions'),
    start: i32('first rows of documents'),
    end: i32('ends of documents'),
    targets: i32('targets'),
    weights: f32('weights of the loss'),
    nextIds: i32('next token ids'),
    nextTargets: i32('targets after next'),
    nextWeights: f32('weights of the prediction loss'),
  };
}

export function writeBatch(runtime: Runtime, inputs: TrainInputs, batch: Batch, predictionWeight: number): void {
  for (const name of ['ids', 'positions', 'start', 'end', 'targets', 'weights', 'nextIds', 'nextTargets'] as const) {
    runtime.write(inputs[name], batch[name]);
  }
  runtime.write(
    inputs.nextWeights,
    batch.nextWeights.map((weight) => weight * predictionWeight),
  );
}

/** Records the training step. Throws OutOfMemoryError if it does not fit. */
export function recordTraining(
  runtime: Runtime,
  config: ModelConfig,
  parameters: ModelParameters,
  options: TrainProgramOptions,
): TrainProgram {
  const { products = 'f32' } = options;
  if (products !== 'f32' && products !== 'bf16') {
    throw new Error(`the recipe's products may be f32 or bf16, not ${JSON.stringify(products)}`);
  }
  if (config.mtpLayers > 1) throw new Error('training with more than one multi-token prediction module is not offered');
  const { rows, longestDocument, optimizer } = options;
  const inputs = allocateInputs(runtime, rows);
  const groups = allocateGroups(runtime, parameters, optimizer);
  const table = allocateRotaryTable(runtime, config, Math.min(config.maxPositions, longestDocument));
  const loads: LayerLoad[] = [];
  const program = record(
    runtime,
    () => {
      const gradients = recorder().gradients!;
      for (const { parameters: members } of groups) {
        for (const { parameter, gradient } of members) gradients.parameter(parameter.tensor, gradient);
      }
      const documents: DocumentsInput = {
        ids: inputs.ids,
        rotary: { positions: inputs.positions, table },
        rows,
        documents: { start: inputs.start, end: inputs.end, longest: longestDocument },
        balanceAlpha: options.balanceAlpha,
      };
      const { hidden, layers } = decodeDocuments(documents, parameters, config);
      const losses = crossEntropy(vocabularyLogits(hidden, parameters), inputs.targets, inputs.weights);
      const steps: { layer: number; experts: ExpertStep }[] = layers.flatMap(({ experts }, layer) =>
        experts ? [{ layer, experts }] : [],
      );
      const predictionLosses = parameters.predictions.map((module, depth) => {
        const layer = config.layers + depth;
        const output = predictDocuments(documents, hidden, inputs.nextIds, module, layer, parameters, config);
        if (output.experts) steps.push({ layer, experts: output.experts });
        return crossEntropy(vocabularyLogits(output.hidden, parameters), inputs.nextTargets, inputs.nextWeights);
      });
      gradients.backward([losses, ...predictionLosses]);
      const norm = recordClipping(groups, optimizer);
      recordUpdates(groups);
      for (const { layer, experts } of steps)
        loads.push(recordBalancing(layer, experts, parameters, config, options.biasSpeed));
      const balanceLosses = steps.flatMap(({ experts }) => experts.routing.balanceLoss ?? []);
      return { losses, predictionLosses, balanceLosses, norm };
    },
    { gradients: true, products },
  );
  return { program, inputs, groups, loads };
}

/** Counts the layer's load and moves its router's bias (DeepSeek-V3 §2.1.2). */
function recordBalancing(
  layer: number,
  { dispatch }: ExpertStep,
  parameters: ModelParameters,
  config: ModelConfig,
  speed: number,
): LayerLoad {
  const { runtime } = recorder();
  const { layers, predictions } = parameters;
  const { feedForward } = layers[layer] ?? predictions[layer - layers.length]!.layer;
  const experts = config.routedExperts;
  const load = runtime.allocate(`load of layer ${layer}`, [experts], 'i32');
  const lastLoad = runtime.allocate(`last load of layer ${layer}`, [experts], 'i32');
  recorder().call(accumulateLoad, { load, counts: dispatch.counts, experts });
  const bias = isExperts(feedForward) ? feedForward.routerBias : undefined;
  recorder().call(updateBias, {
    bias: bias ?? recorder().empty([experts], { name: 'bias of a router without one' }),
    load,
    lastLoad,
    experts,
    speed: bias ? speed : 0,
  });
  return { layer, load, lastLoad };
}
