import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Checkpoint, loadWeights, modelSize, openCheckpoint } from '../checkpoint/index.ts';
import {
  type AttentionForm,
  allocateParameters,
  allocateRotaryTable,
  cacheWidth,
  decodeCached,
  type ModelConfig,
  rotaryDim,
  vocabularyLogits,
} from '../model/index.ts';
import { createRuntime, type Runtime, record } from '../tensor/index.ts';
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
        const rows = prefixLogits(checkpoint, ids, attention);
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

/** Prefixes computed in one step. */
const MOST_ROWS = 32;
const PAGE_SIZE = 16;

/** The logits after ids[0…p] for each p, through the cache. */
async function* prefixLogits(
  checkpoint: Checkpoint,
  ids: readonly number[],
  form: AttentionForm,
): AsyncGenerator<Float32Array> {
  const { config } = checkpoint;
  const runtime = await createRuntime({ memoryBytes: memoryFor(config, ids.length) });
  try {
    const parameters = allocateParameters(runtime, config);
    await loadWeights(runtime, checkpoint, parameters);
    const step = recordStep(runtime, config, parameters, ids.length, form);
    for (let first = 0; first < ids.length; first += MOST_ROWS) {
      const logits = step(ids.slice(first, first + MOST_ROWS), first);
      for (let at = 0; at < logits.length; at += config.vocabularySize) {
        yield logits.subarray(at, at + config.vocabularySize);
      }
    }
  } finally {
    await runtime.close();
  }
}

/** Records the model for steps of up to MOST_ROWS tokens of one sequence; the result computes the logits of a step. */
function recordStep(
  runtime: Runtime,
  config: ModelConfig,
  parameters: ReturnType<typeof allocateParameters>,
  length: number,
  form: AttentionForm,
): (ids: readonly number[], first: number) => Float32Array {
  const rows = Math.min(MOST_ROWS, length);
  const pages = Math.ceil(length / PAGE_SIZE);
  const table = allocateRotaryTable(runtime, config, length);
  const input = (name: string) => runtime.allocate(name, [rows], 'i32');
  const [ids, positions, sequences] = [input('ids'), input('positions'), input('sequences')];
  const pageTable = runtime.allocate('page table', [1, pages], 'i32');
  runtime.write(
    pageTable,
    Array.from({ length: pages }, (_, page) => page),
  );
  const paged = { pageTable, sequences, positions, pageSize: PAGE_SIZE };
  const caches = parameters.layers.map((_, layer) => ({
    form,
    cache: runtime.allocate(`cache of layer ${layer}`, [pages * PAGE_SIZE, cacheWidth(config)]),
    rows: paged,
  }));
  const program = record(runtime, () => {
    const count = { symbol: 'rows', scale: 1, maximum: rows };
    const output = decodeCached({ ids, rotary: { positions, table }, rows: count, caches }, parameters, config);
    return vocabularyLogits(output.hidden, parameters);
  });
  const padded = (values: readonly number[]) => [...values, ...new Array(rows - values.length).fill(0)];
  return (tokens, first) => {
    runtime.write(ids, padded(tokens));
    runtime.write(positions, padded(tokens.map((_, at) => first + at)));
    program.setRows('rows', tokens.length);
    program.replay();
    return Float32Array.from(runtime.read(program.outputs)).subarray(0, tokens.length * config.vocabularySize);
  };
}

/** Enough for weights, caches and one step; only what is touched is committed. */
function memoryFor(config: ModelConfig, length: number): number {
  const { main, predictions, cacheNumbers, multiHeadCacheNumbers } = modelSize(config);
  const perPosition = cacheNumbers + multiHeadCacheNumbers + rotaryDim(config);
  const numbers = (main.total + predictions.total) * 1.05 + perPosition * (length + PAGE_SIZE);
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
