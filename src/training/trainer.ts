import { type Checkpoint, openCheckpoint } from '../checkpoint/index.ts';
import { allocateParameters, type ModelConfig, parseModelConfig } from '../model/index.ts';
import { platform } from '../platform/index.ts';
import { Random } from '../platform/random.ts';
import { createRuntime, type Runtime } from '../tensor/index.ts';
import { nanoTokenizerConfig, Tokenizer, type TokenizerJson, trainTokenizer } from '../text/index.ts';
import { taskBatch } from './batches.ts';
import { initialiseParameters } from './initialise.ts';
import { writeHyperparameters } from './optimizers.ts';
import type { Recipe } from './recipes.ts';
import { scheduleFactor } from './schedule.ts';
import { generateProblem } from './tasks/index.ts';
import { recordTraining, type TrainProgram, writeBatch } from './train-program.ts';
import {
  readTrainingState,
  restoreTraining,
  saveTraining,
  type Trained,
  type TrainingState,
} from './training-state.ts';
import { recordValidation } from './validation.ts';

/** One line of the log: a training step, or with `validation` a measurement between steps. */
export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly predictionLoss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Tokens of documents in this step, and in all so far. */
  readonly stepTokens: number;
  readonly tokens: number;
  readonly seconds: number;
  /** Per layer with experts: layer, share of the busiest expert over the mean, slots of the idlest. */
  readonly balance: readonly { readonly layer: number; readonly maxOverMean: number; readonly least: number }[];
  /** Slots by expert per layer, in some lines. */
  readonly load?: readonly (readonly number[])[];
  readonly validationLoss?: number;
}

export interface TrainOptions {
  readonly recipe: Recipe;
  /** Holds `checkpoint/` and `log.jsonl`. */
  readonly directory: string;
  /** Go on from the checkpoint in `directory`; its own recipe is used. */
  readonly resume?: boolean;
  /** Threads; results do not depend on it. */
  readonly workers?: number;
  readonly memoryBytes?: number;
  /** Steps between checkpoints. */
  readonly saveEvery?: number;
  readonly onStep?: (report: StepReport, recipe: Recipe) => void;
  readonly onNote?: (text: string) => void;
  /** Asks the run to save and end after the current step. */
  readonly signal?: AbortSignal;
}

/** The log of a run in its directory, one {@link StepReport} a line. */
export const RUN_LOG = 'log.jsonl';
const FLUSH_EVERY = 50;
const LOAD_EVERY = 20;

/** Where a training run keeps its checkpoint. */
export function checkpointDirectory(directory: string): string {
  return `${directory}/checkpoint`;
}

/** A tokenizer and its files as they stand in a checkpoint. */
interface RunTokenizer {
  readonly tokenizer: Tokenizer;
  readonly files: Readonly<Record<string, string>>;
}

/** The tokenizer that the weights of a checkpoint were trained with; the recipe's may have changed with the code. */
async function savedTokenizer(checkpoint: Checkpoint): Promise<RunTokenizer> {
  const names = ['tokenizer.json', 'tokenizer_config.json'] as const;
  const [json, config] = await Promise.all(names.map((name) => checkpoint.readText(name)));
  const tokenizer = Tokenizer.fromJson(JSON.parse(json!), JSON.parse(config!));
  return { tokenizer, files: { [names[0]]: json!, [names[1]]: config! } };
}

/** The tokenizer of a recipe, trained on problems of the training split. */
export function recipeTokenizer(recipe: Recipe): RunTokenizer & { json: TokenizerJson } {
  const random = new Random(recipe.seed).fork('tokenizer');
  const texts: string[] = [];
  for (let i = 0; i < recipe.tokenizer.problems; i++) {
    const { prompt, solution } = generateProblem(random, { split: 'train' });
    texts.push(prompt, solution);
  }
  const { vocabularySize, letterMerges } = recipe.tokenizer;
  const json = trainTokenizer(texts, { vocabularySize, ...(letterMerges === undefined ? {} : { letterMerges }) });
  const config = nanoTokenizerConfig({ contextLength: recipe.config.max_position_embeddings as number });
  const text = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  return {
    json,
    tokenizer: Tokenizer.fromJson(json, config),
    files: { 'tokenizer.json': text(json), 'tokenizer_config.json': text(config) },
  };
}

/** Trains by a recipe, from scratch or from a checkpoint. Equal recipes give equal weights, resumed or not. */
export async function train(options: TrainOptions): Promise<TrainingState> {
  const place = checkpointDirectory(options.directory);
  if (!options.resume) await refuseFormerRun(options.directory);
  const checkpoint = options.resume ? await openCheckpoint(place) : undefined;
  const runtime = await createRuntime({
    memoryBytes: options.memoryBytes ?? 3 * 2 ** 30,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  });
  try {
    const state = checkpoint ? await readTrainingState(checkpoint) : startOf(options.recipe);
    const tokenizer = checkpoint ? await savedTokenizer(checkpoint) : recipeTokenizer(state.recipe);
    const run = new TrainingRun(runtime, state, tokenizer, options);
    if (checkpoint) await restoreTraining(checkpoint, runtime, run.trained);
    await run.readLog();
    return await run.continue(place);
  } finally {
    await checkpoint?.close();
    await runtime.close();
  }
}

/** A fresh run would replace the checkpoint of a former one; that is only done by going on from it. */
async function refuseFormerRun(directory: string): Promise<void> {
  const { files } = platform();
  await files.makeDirectory(directory);
  const names = await files.list(directory);
  if (names.includes('checkpoint') || names.includes('checkpoint.previous')) {
    throw new Error(
      `${directory}: holds a training run; go on with --resume, or remove it, or choose another directory`,
    );
  }
}

function startOf(recipe: Recipe): TrainingState {
  return { recipe, step: 0, seconds: 0, tokens: 0 };
}

class TrainingRun {
  readonly trained: Trained;
  readonly #runtime: Runtime;
  readonly #options: TrainOptions;
  readonly #recipe: Recipe;
  readonly #tokenizer: Tokenizer;
  readonly #files: Readonly<Record<string, string>>;
  readonly #program: TrainProgram;
  readonly #validate: () => number;
  #state: TrainingState;
  #log: string[] = [];

  constructor(runtime: Runtime, state: TrainingState, { tokenizer, files }: RunTokenizer, options: TrainOptions) {
    const { recipe } = state;
    this.#runtime = runtime;
    this.#options = options;
    this.#recipe = recipe;
    this.#state = state;
    this.#tokenizer = tokenizer;
    this.#files = files;
    const config = recipeConfig(recipe, tokenizer);
    const parameters = allocateParameters(runtime, config);
    initialiseParameters(runtime, parameters, recipe.seed);
    const { batch, optimizer, predictionWeight, biasSpeed, balanceAlpha, products = 'f32' } = recipe;
    this.#program = recordTraining(runtime, config, parameters, {
      rows: batch.rows,
      longestDocument: batch.longest,
      optimizer,
      predictionWeight,
      biasSpeed,
      balanceAlpha,
      products,
    });
    this.#validate = recordValidation(runtime, config, parameters, tokenizer, recipe);
    this.trained = { config, parameters, groups: this.#program.groups };
    const size = parameters.all.reduce((sum, { tensor }) => sum + tensor.size, 0);
    options.onNote?.(
      `${recipe.name}: ${size.toLocaleString('en')} parameters, vocabulary of ${tokenizer.vocabularySize}`,
    );
  }

  /** Keeps the lines of the steps that the checkpoint holds; later ones will be written again. */
  async readLog(): Promise<void> {
    const path = this.#logPath;
    const { files } = platform();
    if (this.#state.step === 0 || !(await files.exists(path))) return;
    const lines = (await files.readText(path)).split('\n').filter((line) => line !== '');
    this.#log = lines.filter((line) => (JSON.parse(line) as StepReport).step <= this.#state.step);
  }

  get #logPath(): string {
    return `${this.#options.directory}/${RUN_LOG}`;
  }

  async #writeLog(): Promise<void> {
    await platform().files.writeAtomic(this.#logPath, this.#log.map((line) => `${line}\n`).join(''));
  }

  async continue(place: string): Promise<TrainingState> {
    const { now } = platform();
    // Now rather than after hours: a place that cannot be written is told before the first step.
    await this.#writeLog();
    const { steps } = this.#recipe.schedule;
    const saveEvery = this.#options.saveEvery ?? 200;
    const before = this.#state.seconds;
    const start = now();
    const save = async () => {
      // The log first: lines beyond the checkpoint are dropped on resume, missing ones could not be made up for.
      await this.#writeLog();
      await saveTraining(place, this.#runtime, this.trained, this.#state, this.#files);
    };
    while (this.#state.step < steps && !this.#options.signal?.aborted) {
      const report = this.#step(this.#state.step + 1, () => before + (now() - start) / 1000);
      this.#state = { ...this.#state, step: report.step, seconds: report.seconds, tokens: report.tokens };
      this.#log.push(JSON.stringify(report));
      this.#options.onStep?.(report, this.#recipe);
      if (report.step % saveEvery === 0) await save();
      else if (report.step % FLUSH_EVERY === 0) await this.#writeLog();
      // Lets signals and timers of the host be heard.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await save();
    return this.#state;
  }

  #step(step: number, seconds: () => number): StepReport {
    const { program, inputs, groups } = this.#program;
    const runtime = this.#runtime;
    const recipe = this.#recipe;
    const factor = scheduleFactor(recipe.schedule, step);
    const decaying = step > recipe.schedule.steps * (1 - recipe.schedule.decayShare);
    const predictionWeight = decaying ? recipe.latePredictionWeight : recipe.predictionWeight;
    const { rows, longest, weights, lateWeights = weights } = recipe.batch;
    const mixture = decaying ? lateWeights : weights;
    const batch = taskBatch(this.#tokenizer, recipe.seed, step, {
      split: 'train',
      rows,
      longest,
      ...(mixture ? { weights: mixture } : {}),
    });
    writeBatch(runtime, inputs, batch, predictionWeight);
    const rates = { muon: recipe.rates.muon * factor, adamw: recipe.rates.adamw * factor };
    writeHyperparameters(runtime, groups, recipe.optimizer, rates, step);
    program.replay();
    const { losses, predictionLosses, norm } = program.outputs;
    const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);
    const loss = total(runtime.view(losses));
    const predictionLoss =
      predictionLosses.reduce((sum, part) => sum + total(runtime.view(part)), 0) / (predictionWeight || 1);
    const gradientNorm = runtime.view(norm)[0]!;
    if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss} at step ${step}; lower the learning rate`);
    const loads = this.#program.loads.map(({ layer, lastLoad }) => ({
      layer,
      slots: Array.from(runtime.view(lastLoad)),
    }));
    return {
      step,
      loss,
      predictionLoss,
      gradientNorm,
      learningRate: rates.adamw,
      stepTokens: batch.filledRows,
      tokens: this.#state.tokens + batch.filledRows,
      seconds: seconds(),
      balance: loads.map(({ layer, slots }) => ({
        layer,
        maxOverMean: (Math.max(...slots) * slots.length) / Math.max(1, total(slots)),
        least: Math.min(...slots),
      })),
      ...(step % LOAD_EVERY === 0 ? { load: loads.map(({ slots }) => slots) } : {}),
      ...(step % recipe.validation.every === 0 ? { validationLoss: this.#validate() } : {}),
    };
  }
}

export function recipeConfig(recipe: Recipe, tokenizer: Tokenizer): ModelConfig {
  return parseModelConfig({ ...recipe.config, vocab_size: tokenizer.vocabularySize });
}
