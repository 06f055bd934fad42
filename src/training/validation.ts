import {
  allocateRotaryTable,
  decodeDocuments,
  type ModelConfig,
  type ModelParameters,
  vocabularyLogits,
} from '../model/index.ts';
import { crossEntropy, type Runtime, record } from '../tensor/index.ts';
import type { Tokenizer } from '../text/index.ts';
import { taskBatch } from './batches.ts';
import type { Recipe } from './recipes.ts';

/** Rows of a validation batch. */
const ROWS = 4096;

/** Records a forward pass; the function returned yields the mean loss on problems of the validation split. */
export function recordValidation(
  runtime: Runtime,
  config: ModelConfig,
  parameters: ModelParameters,
  tokenizer: Tokenizer,
  recipe: Recipe,
): () => number {
  const rows = Math.min(ROWS, recipe.batch.rows);
  const { longest } = recipe.batch;
  const i32 = (name: string) => runtime.allocate(`validation ${name}`, [rows, 1], 'i32');
  const inputs = {
    ids: i32('ids'),
    positions: i32('positions'),
    start: i32('start'),
    end: i32('end'),
    targets: i32('targets'),
  };
  const weights = runtime.allocate('validation weights', [rows, 1]);
  const table = allocateRotaryTable(runtime, config, longest);
  const program = record(runtime, () => {
    const documents = { start: inputs.start, end: inputs.end, longest };
    const rotary = { positions: inputs.positions, table };
    const { hidden } = decodeDocuments({ ids: inputs.ids, rotary, rows, documents }, parameters, config);
    return { losses: crossEntropy(vocabularyLogits(hidden, parameters), inputs.targets, weights) };
  });
  const names = ['ids', 'positions', 'start', 'end', 'targets'] as const;
  return () => {
    let total = 0;
    for (let index = 0; index < recipe.validation.batches; index++) {
      const batch = taskBatch(tokenizer, recipe.seed, index, { ...recipe.batch, rows, longest, split: 'validation' });
      for (const name of names) runtime.write(inputs[name], batch[name]);
      runtime.write(weights, batch.weights);
      program.replay();
      for (const loss of runtime.view(program.outputs.losses)) total += loss;
    }
    return total / recipe.validation.batches;
  };
}
