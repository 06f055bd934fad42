import { type Command, InvalidArgumentError, Option } from 'commander';
import { loadWeights, modelSize, weightFormats } from '../checkpoint/index.ts';
import { type ModelSource, openModelSource, prefixLogits } from '../inference/index.ts';
import {
  type AttentionForm,
  allocateParameters,
  type ModelConfig,
  parameterBytes,
  rotaryDim,
  type WeightFormats,
} from '../model/index.ts';
import { createRuntime } from '../tensor/index.ts';
import { LoadingLine } from './loading-line.ts';
import { addModelArgument, locateArgument, type ModelArgumentFlags } from './model-argument.ts';

interface Flags extends ModelArgumentFlags {
  readonly ids: readonly number[];
  readonly attention: AttentionForm;
  readonly weights: 'f32' | 'stored';
  readonly json?: boolean;
}

export function registerLogits(program: Command): void {
  const command = program.command('logits').description('print the logits after each prefix of some token ids');
  addModelArgument(command)
    .requiredOption('--ids <ids>', 'token ids, separated by commas', parseIds)
    .addOption(
      new Option('--attention <form>', 'form of latent attention; both give the same')
        .choices(['naive', 'absorbed'])
        .default('absorbed'),
    )
    .addOption(
      new Option('--weights <form>', 'quantised weights widened to f32, or as ask and start compute with them')
        .choices(['f32', 'stored'])
        .default('f32'),
    )
    .option('--json', 'print {"logits": [[…], …]}, a row of the whole vocabulary for each prefix')
    .action(async (model: string | undefined, { ids, attention, weights, json, ...flags }: Flags) => {
      const source = await openModelSource(await locateArgument(model, flags));
      try {
        checkIds(ids, source.config);
        const formats = weights === 'stored' ? weightFormats(source) : new Map();
        const rows = logitsOf(source, ids, attention, formats);
        await (json ? printJson(rows) : printBest(rows, ids));
      } finally {
        await source.close();
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

/** The logits after ids[0…p] for each p. */
async function* logitsOf(
  source: ModelSource,
  ids: readonly number[],
  attention: AttentionForm,
  formats: WeightFormats,
): AsyncGenerator<Float32Array> {
  const { config } = source;
  const runtime = await createRuntime({ memoryBytes: memoryFor(config, formats, ids.length) });
  const line = new LoadingLine(source.hub?.name ?? source.directory);
  try {
    const parameters = allocateParameters(runtime, config, formats);
    await loadWeights(runtime, source, parameters, { onProgress: (done, total) => line.show(done, total) });
    line.end();
    yield* prefixLogits({ runtime, config, parameters }, ids, { attention });
  } finally {
    line.end();
    await runtime.close();
  }
}

/**
 * Enough for weights, caches and one step, in which products with f32 weights pack the largest of them, the head; only
 * what is touched is committed.
 */
function memoryFor(config: ModelConfig, formats: WeightFormats, length: number): number {
  const { cacheNumbers, multiHeadCacheNumbers } = modelSize(config);
  const perPosition = cacheNumbers + multiHeadCacheNumbers + rotaryDim(config);
  const packed = 4 * config.vocabularySize * config.hiddenSize;
  return Math.ceil(1.05 * parameterBytes(config, formats) + packed + 4 * perPosition * (length + 16)) + 2 ** 28;
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
