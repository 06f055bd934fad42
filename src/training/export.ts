import {
  type Checkpoint,
  modelSize,
  openCheckpoint,
  tensorSpecs,
  type WeightType,
  writeCheckpoint,
} from '../checkpoint/index.ts';
import { platform } from '../platform/index.ts';
import { type Language, type Task, tasks } from './tasks/index.ts';
import { checkpointDirectory, RUN_LOG, type StepReport } from './trainer.ts';
import { readTrainingState, type TrainingState } from './training-state.ts';

/** What a model says about itself to those who talk to it: `jingqi.json` beside the weights. */
export interface ModelDescription {
  readonly name: string;
  readonly description: Readonly<Record<Language, string>>;
  /** The kinds of questions it was taught. */
  readonly tasks: readonly Pick<Task, 'name' | 'title' | 'description' | 'examples'>[];
}

export const DESCRIPTION_FILE = 'jingqi.json';
/** The log of the run beside the exported weights, thinned where it was long. */
export const MODEL_LOG = 'training-log.jsonl';
const RECIPE_FILE = 'recipe.json';
/** Steps, tokens and seconds of the run, and the machine where one is noted in `machine.json` of the run. */
const RUN_FILE = 'run.json';
const MACHINE_FILE = 'machine.json';
const LONGEST_LOG = 1_000_000;

export interface ExportOptions {
  /** Type of the weights; router biases stay F32. Default BF16. */
  readonly dtype?: WeightType;
}

export interface Exported {
  readonly state: TrainingState;
  readonly description: ModelDescription;
  /** Lines of the log that were written, and that there were. */
  readonly logLines: { readonly kept: number; readonly all: number };
}

/**
 * Writes the model of a training run as a directory to publish, for this project and Hugging Face transformers alike.
 * The directory appears whole or not at all; other files of a model that stood there (its card) are kept.
 * @throws {Error} naming what is missing if `run` holds no checkpoint of a training run.
 */
export async function exportModel(run: string, directory: string, options: ExportOptions = {}): Promise<Exported> {
  const checkpoint = await openRun(run);
  try {
    const state = await readTrainingState(checkpoint);
    const description = describeModel(checkpoint, state);
    const lines = await logOf(run, state.step);
    const kept = thinLog(lines, LONGEST_LOG);
    const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    await writeCheckpoint(directory, {
      config: checkpoint.config,
      tensors: storedTensors(checkpoint),
      dtype: options.dtype ?? 'BF16',
      extraFiles: {
        'tokenizer.json': await checkpoint.readText('tokenizer.json'),
        'tokenizer_config.json': await checkpoint.readText('tokenizer_config.json'),
        'special_tokens_map.json': text(await specialTokens(checkpoint)),
        'generation_config.json': text(generationConfig(checkpoint)),
        [DESCRIPTION_FILE]: text(description),
        [RECIPE_FILE]: text(state.recipe),
        [RUN_FILE]: text(await runSummary(run, state)),
        [MODEL_LOG]: kept.map((line) => `${line}\n`).join(''),
      },
    });
    return { state, description, logLines: { kept: kept.length, all: lines.length } };
  } finally {
    await checkpoint.close();
  }
}

async function openRun(run: string): Promise<Checkpoint> {
  try {
    return await openCheckpoint(checkpointDirectory(run));
  } catch (error) {
    if (await platform().files.exists(checkpointDirectory(run))) throw error;
    throw new Error(`${run}: no training run, it holds no checkpoint/ (see jingqi train --directory)`, {
      cause: error,
    });
  }
}

function* storedTensors(checkpoint: Checkpoint) {
  for (const { name, shape } of tensorSpecs(checkpoint.config)) {
    if (!checkpoint.tensors.has(name)) continue;
    const size = shape.reduce((product, length) => product * length, 1);
    const data = async () => {
      const values = new Float32Array(size);
      await checkpoint.read(name, values);
      return values;
    };
    yield { name, shape, data };
  }
}

async function runSummary(run: string, { step, tokens, seconds }: TrainingState): Promise<Record<string, unknown>> {
  const path = `${run}/${MACHINE_FILE}`;
  const { files } = platform();
  const machine = (await files.exists(path)) ? { machine: JSON.parse(await files.readText(path)) as unknown } : {};
  return { step, tokens, seconds, ...machine };
}

async function specialTokens(checkpoint: Checkpoint): Promise<Record<string, unknown>> {
  const config = (await checkpoint.readJson('tokenizer_config.json')) as Record<string, unknown>;
  const names = ['bos_token', 'eos_token', 'pad_token'];
  return Object.fromEntries(names.filter((name) => name in config).map((name) => [name, config[name]]));
}

function generationConfig({ config }: Checkpoint): Record<string, unknown> {
  const [firstEos] = config.eosTokenIds;
  return {
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenIds.length > 1 ? [...config.eosTokenIds] : firstEos,
    pad_token_id: config.padTokenId,
    do_sample: false,
    max_length: config.maxPositions,
  };
}

function describeModel({ config }: Checkpoint, { recipe }: TrainingState): ModelDescription {
  const { main } = modelSize(config);
  const million = (count: number) => (count / 1e6).toFixed(count < 1e6 ? 2 : 1);
  const wan = (count: number) => Math.round(count / 1e4);
  const weights = recipe.batch.weights;
  return {
    name: `jingqi-${recipe.name}`,
    description: {
      en:
        `A mixture of experts with latent attention (the DeepSeek-V3 architecture): ${million(main.total)} million ` +
        `parameters, ${million(main.active)} million of them active for a token, trained from scratch by Jingqi. It thinks ` +
        'before it answers, in English and Chinese, and knows the kinds of questions below, nothing else.',
      zh:
        `采用潜在注意力与混合专家的模型（DeepSeek-V3 架构）：共${wan(main.total)}万参数，每个词元激活${wan(main.active)}万，` +
        '由“鲸起”从零训练。它先思考再回答，会中文和英文，只懂下面这几类问题。',
    },
    tasks: Object.values(tasks)
      .filter(({ name }) => weights === undefined || (weights[name] ?? 0) > 0)
      .map(({ name, title, description, examples }) => ({ name, title, description, examples })),
  };
}

/** Lines of a run's log up to a step; a run that was killed may have logged steps that its checkpoint does not hold. */
async function logOf(run: string, lastStep: number): Promise<string[]> {
  const path = `${run}/${RUN_LOG}`;
  const { files } = platform();
  if (!(await files.exists(path))) return [];
  const lines = (await files.readText(path)).split('\n').filter((line) => line !== '');
  return lines.filter((line) => (JSON.parse(line) as StepReport).step <= lastStep);
}

/**
 * Of a log above `bytes`, the lines with measurements (validation, load of experts), the first and the last, and every
 * n-th of the others with the smallest n that fits. Numbers keep six digits.
 */
export function thinLog(lines: readonly string[], bytes: number): string[] {
  const size = (kept: readonly string[]) => kept.reduce((sum, line) => sum + line.length + 1, 0);
  if (size(lines) <= bytes) return [...lines];
  const reports = lines.map((line) => JSON.parse(line) as StepReport);
  const short = reports.map((report) => JSON.stringify(report, sixDigits));
  for (let every = 1; every <= lines.length; every++) {
    const kept = short.filter((_, at) => {
      const { load, validationLoss, step } = reports[at]!;
      const measured = load !== undefined || validationLoss !== undefined;
      return measured || at === 0 || at === lines.length - 1 || step % every === 0;
    });
    if (size(kept) <= bytes) return kept;
  }
  return [short[0]!, short.at(-1)!];
}

function sixDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
