// node scripts/model-card.ts [MODEL_DIR]: writes README.md and pictures beside a model exported from a training run.
// Every number comes from the files there (config, recipe, log, evaluation/*.json) or is measured now.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModel } from '../src/checkpoint/index.ts';
import { inspectSource } from '../src/cli/inspect.ts';
import { DEFAULT_MODEL } from '../src/cli/model-directory.ts';
import { openModel } from '../src/cli/open-model.ts';
import { writePlots } from '../src/cli/plot.ts';
import { answerAll, openModelSource } from '../src/inference/index.ts';
import { platform } from '../src/platform/index.ts';
import { createRuntime } from '../src/tensor/index.ts';
import type { Tokenizer } from '../src/text/index.ts';
import {
  DESCRIPTION_FILE,
  type Evaluation,
  MODEL_LOG,
  type ModelDescription,
  measureExpertLoad,
  type Recipe,
  readLog,
} from '../src/training/index.ts';
import { type CardFacts, modelCard } from './model-card-text.ts';

/** Batches of problems read to measure the load of experts. */
const LOAD_BATCHES = 8;
/** Tasks whose first example is asked, the odd ones in Chinese. */
const CONVERSATION = 4;

export async function writeModelCard(directory: string): Promise<string> {
  const json = (name: string): unknown => {
    const file = path.join(directory, name);
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
  };
  const description = json(DESCRIPTION_FILE) as ModelDescription;
  const recipe = json('recipe.json') as Recipe;
  const log = readLog(readFileSync(path.join(directory, MODEL_LOG), 'utf8'), MODEL_LOG);
  const source = await openModelSource(directory);
  const inspect = inspectSource(source);
  await source.close();
  const plots = await writePlots(directory, path.join(directory, 'plots'));
  const { conversation, tokenizer } = await converse(directory, description);
  const facts: CardFacts = {
    description,
    inspect,
    recipe,
    run: json('run.json') as CardFacts['run'],
    lastValidationLoss: log.findLast(({ validationLoss }) => validationLoss !== undefined)?.validationLoss,
    heldOut: json('evaluation/held-out.json') as Evaluation,
    seen: json('evaluation/train.json') as Evaluation,
    load: await measureLoad(directory, tokenizer, recipe),
    conversation,
    pictures: plots
      .map((file) => path.relative(directory, file).split(path.sep).join('/'))
      .filter((file) => /loss|expert/.test(file)),
  };
  const card = path.join(directory, 'README.md');
  await platform().files.writeAtomic(card, modelCard(facts));
  return card;
}

async function converse(directory: string, { tasks }: ModelDescription) {
  const model = await openModel(directory, { maximumSequences: CONVERSATION });
  try {
    const questions = tasks.slice(0, CONVERSATION).map(({ examples }, at) => examples[at % 2 === 0 ? 'en' : 'zh'][0]!);
    const conversation = await answerAll(model.engine, model.tokenizer, questions);
    return { conversation, tokenizer: model.tokenizer };
  } finally {
    await model.close();
  }
}

async function measureLoad(directory: string, tokenizer: Tokenizer, { batch, seed }: Recipe) {
  const runtime = await createRuntime({ memoryBytes: 2 ** 31 });
  try {
    const { config, parameters } = await loadModel(runtime, directory);
    const options = { ...batch, split: 'test', wordings: 'held-out', seed, batches: LOAD_BATCHES } as const;
    return measureExpertLoad(runtime, config, parameters, tokenizer, options);
  } finally {
    await runtime.close();
  }
}

if (import.meta.main) {
  try {
    process.stdout.write(`${await writeModelCard(process.argv[2] ?? DEFAULT_MODEL)}\n`);
  } catch (error) {
    process.stderr.write(`model card: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
