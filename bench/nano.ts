import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../src/checkpoint/index.ts';
import { allocateParameters, type ModelConfig, type ModelParameters, parseModelConfig } from '../src/model/index.ts';
import type { Runtime } from '../src/tensor/index.ts';
import { initialiseParameters, type Recipe, recipes } from '../src/training/index.ts';

export function nanoRecipe(): Recipe {
  return recipes.nano!;
}

/** The embedded model, else that of a run in progress, else an untrained one of the same shape. */
export async function openNano(
  runtime: Runtime,
): Promise<{ config: ModelConfig; parameters: ModelParameters; origin: string }> {
  for (const place of ['models/nano', 'runs/nano/checkpoint']) {
    const directory = fileURLToPath(new URL(`../${place}`, import.meta.url));
    if (existsSync(`${directory}/config.json`)) return { ...(await loadModel(runtime, directory)), origin: place };
  }
  const recipe = nanoRecipe();
  const config = parseModelConfig({ ...recipe.config, vocab_size: recipe.tokenizer.vocabularySize });
  const parameters = allocateParameters(runtime, config);
  initialiseParameters(runtime, parameters, recipe.seed);
  return { config, parameters, origin: 'an untrained model of the nano recipe' };
}
