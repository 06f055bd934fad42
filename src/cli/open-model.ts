import {
  type OpenModel,
  type OpenModelOptions,
  openModel as openForInference,
  openModelSource,
} from '../inference/index.ts';
import { LoadingLine } from './loading-line.ts';
import { locate } from './locate.ts';
import { type ModelDescription, readDescription } from './model-description.ts';

export type DescribedModel = OpenModel & { readonly description: ModelDescription };

/**
 * Loads a model, given as in `openModel` of the library, together with what it says of itself; shows progress if pulling or
 * reading it takes a while.
 */
export async function openModel(model: string, options: OpenModelOptions): Promise<DescribedModel> {
  const place = await locate(model, options.hub);
  const source = await openModelSource(place);
  let description: ModelDescription;
  try {
    description = await readDescription(source);
  } finally {
    await source.close();
  }
  const line = new LoadingLine(description.name);
  try {
    const opened = await openForInference(place, { ...options, onProgress: (done, total) => line.show(done, total) });
    line.end();
    for (const note of opened.notes) process.stderr.write(`jingqi: ${note}\n`);
    return { ...opened, description };
  } finally {
    line.end();
  }
}
