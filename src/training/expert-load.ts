import {
  allocateRotaryTable,
  decodeDocuments,
  type ModelConfig,
  type ModelParameters,
  predictDocuments,
} from '../model/index.ts';
import { type Runtime, record } from '../tensor/index.ts';
import type { Tokenizer } from '../text/index.ts';
import { type TaskBatchOptions, taskBatch } from './batches.ts';

/** How often each expert of a layer was chosen. */
export interface LayerLoadCount {
  /** Layers from the config's number on are prediction modules. */
  readonly layer: number;
  /** By expert. */
  readonly slots: readonly number[];
  /** Load of the busiest expert over the mean, and of the idlest. */
  readonly maxOverMean: number;
  readonly minOverMean: number;
}

export interface ExpertLoadOptions extends TaskBatchOptions {
  readonly seed: number;
  readonly batches: number;
}

/** Lets a model read problems with their solutions and counts which experts their tokens go to; padding does not count. */
export function measureExpertLoad(
  runtime: Runtime,
  config: ModelConfig,
  parameters: ModelParameters,
  tokenizer: Tokenizer,
  options: ExpertLoadOptions,
): { readonly tokens: number; readonly layers: readonly LayerLoadCount[] } {
  const { rows, longest, seed, batches } = options;
  const i32 = (name: string) => runtime.allocate(`expert load: ${name}`, [rows, 1], 'i32');
  const inputs = {
    ids: i32('ids'),
    positions: i32('positions'),
    start: i32('start'),
    end: i32('end'),
    nextIds: i32('next'),
  };
  const table = allocateRotaryTable(runtime, config, longest);
  const program = record(runtime, () => {
    const documents = {
      ids: inputs.ids,
      rotary: { positions: inputs.positions, table },
      rows,
      documents: { start: inputs.start, end: inputs.end, longest },
    };
    const { hidden, layers } = decodeDocuments(documents, parameters, config);
    const predictions = parameters.predictions.map((module, depth) =>
      predictDocuments(documents, hidden, inputs.nextIds, module, config.layers + depth, parameters, config),
    );
    const chosen = [...layers, ...predictions].flatMap(({ experts }, layer) =>
      experts ? [{ layer, indices: experts.routing.indices }] : [],
    );
    return { indices: chosen.map(({ indices }) => indices), layers: chosen.map(({ layer }) => layer) };
  });
  const { indices, layers } = program.outputs;
  const counts = layers.map(() => new Array<number>(config.routedExperts).fill(0));
  let tokens = 0;
  for (let index = 0; index < batches; index++) {
    const batch = taskBatch(tokenizer, seed, index, options);
    for (const name of ['ids', 'positions', 'start', 'end', 'nextIds'] as const)
      runtime.write(inputs[name], batch[name]);
    program.replay();
    tokens += batch.filledRows;
    indices.forEach((tensor, at) => {
      const chosen = runtime.view(tensor).subarray(0, batch.filledRows * config.expertsPerToken);
      for (const expert of chosen) counts[at]![expert]! += 1;
    });
  }
  program.release();
  for (const tensor of Object.values(inputs)) runtime.release(tensor);
  return { tokens, layers: layers.map((layer, at) => ({ layer, ...describe(counts[at]!) })) };
}

function describe(slots: readonly number[]): Omit<LayerLoadCount, 'layer'> {
  const mean = Math.max(slots.reduce((sum, count) => sum + count, 0) / slots.length, Number.MIN_VALUE);
  return { slots, maxOverMean: Math.max(...slots) / mean, minOverMean: Math.min(...slots) / mean };
}
