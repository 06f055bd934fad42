import { openCheckpoint } from '../checkpoint/index.ts';
import { type OpenModel, type OpenModelOptions, openModel as openForInference } from '../inference/index.ts';
import { type ModelDescription, readDescription } from './model-description.ts';

export type DescribedModel = OpenModel & { readonly description: ModelDescription };

/** Loads a model directory together with what it says of itself. */
export async function openModel(directory: string, options: OpenModelOptions): Promise<DescribedModel> {
  const checkpoint = await openCheckpoint(directory);
  try {
    const description = await readDescription(checkpoint);
    return { ...(await openForInference(directory, options)), description };
  } finally {
    await checkpoint.close();
  }
}
