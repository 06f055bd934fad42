import {
  type OpenModel,
  type OpenModelOptions,
  openModel as openForInference,
  openModelSource,
} from '../inference/index.ts';
import { LoadingLine } from './loading-line.ts';
import { type ModelDescription, readDescription } from './model-description.ts';

export type DescribedModel = OpenModel & { readonly description: ModelDescription };

/** Loads a model together with what it says of itself; shows progress on a terminal if that takes a while. */
export async function openModel(path: string, options: OpenModelOptions): Promise<DescribedModel> {
  const source = await openModelSource(path);
  let description: ModelDescription;
  try {
    description = await readDescription(source);
  } finally {
    await source.close();
  }
  const line = new LoadingLine(description.name);
  try {
    const model = await openForInference(path, { ...options, onProgress: (done, total) => line.show(done, total) });
    line.end();
    for (const note of model.notes) process.stderr.write(`jingqi: ${note}\n`);
    return { ...model, description };
  } finally {
    line.end();
  }
}
