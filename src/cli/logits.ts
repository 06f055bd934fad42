import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Checkpoint, loadWeights, modelSize, openCheckpoint } from '../checkpoint/index.ts';
import { prefixLogits } from '../inference/index.ts';
import { type AttentionForm, allocateParameters, type ModelConfig, rotaryDim } from '../model/index.ts';
import { createRuntime } from '../tensor/index.ts';
import { DEFAULT_MODEL } from './model-directory.ts';

interface Flags {
  readonly ids: readonly number[];
  readonly attention: AttentionForm;
  readonly json?: boolean;
}

export function registerLogits(program: Command): void {
  program
    .command('logits')
    .description('print the logits after each prefix of some token ids')
    .argument('[model]', 'model directory in Hugging Face layout', DEFAULT_MODEL)
    .requiredOption('--ids <ids>', 'token ids, separated by commas', parseIds)
    .addOption(
      new Option('--attention <form>', 'form of latent attention; both give the same')
        .choices(['naive', 'absorbed'])
        .default('absorbed'),
    )
    .option('--json', 'print {"logits": [[…], …]}, a row of the whole vocabulary for each prefix')
    .action(async (model: string, { ids, attention, json }: Flags) => {
      const checkpoint = await openCheckpoint(model);
      try {
        checkIds(ids, checkpoint.config);
        const rows = logitsOf(checkpoint, ids, attention);
        await (json ? printJson(rows) : printBest(rows, ids));
      } finally {
        await checkpoint.close();
      }
    });
}

function parseIds(text: string): number[] {
  return text.split(',').map((part) => {
    const id = part.trim();
    if (!/^\d+$/.test(id)) throw new InvalidArgumentError(`'${id}' is no token id; give ids like 1,2,3.`);
    return Number(id);
  });
}

function checkIds(ids: readonly number[], config: ModelConfig): void {
  const unknown = ids.find((id) => id >= config.vocabularySize);
  if (unknown !== undefined) {
    throw new Error(`--ids: ${unknown} is outside the model's vocabulary of ${config.vocabularySize} tokens`);
  }
  if (ids.length > config.maxPositions) {
    throw new Error(`--ids: ${ids.length} ids, but the model's longest context is ${config.maxPositions} tokens`);
  }
}

/** The logits after ids[0…p] for each p, of the weights in f32. */
async function* logitsOf(
  checkpoint: Checkpoint,
  ids: readonly number[],
  attention: AttentionForm,
): AsyncGenerator<Float32Array> {
  const { config } = checkpoint;
  const runtime = await createRuntime({ memoryBytes: memoryFor(config, ids.length) });
  try {
    const parameters = allocateParameters(runtime, config);
    await loadWeights(runtime, checkpoint, parameters);
    yield* prefixLogits({ runtime, config, parameters }, ids, { attention });
  } finally {
    await runtime.close();
  }
}

/** Enough for weights, caches and one step; only what is touched is committed. */
function memoryFor(config: ModelConfig, length: number): number {
  const { main, predictions, cacheNumbers, multiHeadCacheNumbers } = modelSize(config);
  const perPosition = cacheNumbers + multiHeadCacheNumbers + rotaryDim(config);
  const numbers = (main.total + predictions.total) * 1.05 + perPosition * (length + 16);
  return Math.ceil(4 * numbers) + 2 ** 28;
}

/** Nine digits give every f32 back exactly. */
function exactNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`a logit is ${value}: the weights of this model are damaged`);
  return String(Number(value.toPrecision(9)));
}

/** Row by row, as a long list for a large vocabulary does not fit a string. */
async function printJson(rows: AsyncIterable<Float32Array>): Promise<void> {
  let between = '{"logits":[';
  for await (const row of rows) {
    process.stdout.write(`${between}[${Array.from(row, exactNumber).join(',')}]`);
    between = ',';
  }
  process.stdout.write(']}\n');
}

const SHOWN = 5;

async function printBest(rows: AsyncIterable<Float32Array>, ids: readonly number[]): Promise<void> {
  process.stdout.write(`The ${SHOWN} highest logits after each prefix, as id:logit (--json prints all)\n`);
  let at = 0;
  for await (const row of rows) {
    const best = Array.from(row, (logit, id) => ({ logit, id }))
      .sort((a, b) => b.logit - a.logit || a.id - b.id)
      .slice(0, SHOWN);
    const shown = best.map(({ id, logit }) => `${id}:${logit.toFixed(4)}`.padEnd(16)).join(' ');
    process.stdout.write(`${`…${ids[at]}`.padStart(9)}  ${shown.trimEnd()}\n`);
    at += 1;
  }
}
