import { type OpenModel, type OpenModelOptions, openModelFrom, openModelSource } from '../inference/index.ts';
import { LoadingLine } from './loading-line.ts';
import { locate } from './locate.ts';
import { type ModelDescription, readDescription } from './model-description.ts';

export type DescribedModel = OpenModel & { readonly description: ModelDescription };

/**
 * Loads a model, given as in `openModel` of the library, together with what it says of itself; shows progress if pulling or
 * reading it takes a while.
 */
export async function openModel(model: string, options: OpenModelOptions): Promise<DescribedModel> {
  const source = await openModelSource(await locate(model, options.hub));
  try {
    const description = await readDescription(source);
    const line = new LoadingLine(description.name);
    try {
      const opened = await openModelFrom(source, { ...options, onProgress: (done, total) => line.show(done, total) });
      line.end();
      for (const note of opened.notes) process.stderr.write(`jingqi: ${note}\n`);
      return { ...opened, description };
    } finally {
      line.end();
    }
  } finally {
    await source.close();
  }
}
