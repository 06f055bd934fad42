import { type Command, InvalidArgumentError } from 'commander';
import { MIX_NAMES, type MixName, mixNamed } from '../checkpoint/index.ts';
import { type ConvertedModel, convertModel } from '../inference/index.ts';
import { platform } from '../platform/index.ts';
import { formatBytes } from '../tensor/index.ts';
import { LoadingLine } from './loading-line.ts';
import { QuantizePool } from './quantize-pool.ts';
import { countArgument } from './sampling-flags.ts';

interface Flags {
  readonly type?: MixName;
  readonly pure?: boolean;
  readonly splitSize?: number;
  readonly force?: boolean;
  readonly workers?: number;
}

const SOURCE = 'model directory in Hugging Face layout, or a GGUF file (of a split model any part)';

export function registerConvert(program: Command): void {
  const command = program
    .command('convert')
    .description('write a model as GGUF or as a directory of safetensors, tokenizer and chat template included')
    .argument('<source>', SOURCE)
    .argument('<target>', 'a path that ends in .gguf, or a directory')
    .option('--type <type>', `type of the weights: f32, f16 or bf16; for GGUF ${MIX_NAMES.join(', ')}`, typeArgument);
  addWritingOptions(command).action((source: string, target: string, flags: Flags) => write(source, target, flags));
}

export function registerQuantize(program: Command): void {
  const command = program
    .command('quantize')
    .description('write a model as GGUF with weights in few bits')
    .argument('<source>', SOURCE)
    .argument('<target>', 'a path that ends in .gguf')
    .requiredOption('--type <type>', `type of most weights: ${MIX_NAMES.join(', ')}`, typeArgument)
    .option('--pure', 'every matrix in that type, the head and those that matter most too');
  addWritingOptions(command).action((source: string, target: string, flags: Flags) => {
    if (!/\.gguf$/i.test(target)) throw new Error(`${target}: quantize writes GGUF files, whose names end in .gguf`);
    return write(source, target, flags);
  });
}

function addWritingOptions(command: Command): Command {
  return command
    .option('--split-size <bytes>', 'largest file, such as 2G or 500M; a larger model becomes several', sizeArgument)
    .option('--force', 'replace what stands at the target')
    .option('--workers <n>', 'threads that quantise', countArgument);
}

function typeArgument(value: string): MixName {
  try {
    return mixNamed(value);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

/** `2G`, `500M`, `1.5G`: powers of ten, as disks count; a plain number is bytes. */
export function sizeArgument(value: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(value) ?? [];
  const bytes = number === undefined ? 0 : Math.floor(Number(number) * UNITS[unit!.toUpperCase()]!);
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) throw new InvalidArgumentError('a size is written like 2G or 500M');
  return bytes;
}

/** Threads that pay: one also reads and writes. */
const MOST_WORKERS = 16;

async function write(source: string, target: string, flags: Flags): Promise<void> {
  const pool = new QuantizePool(flags.workers ?? Math.min(MOST_WORKERS, platform().cores));
  const line = new LoadingLine(target);
  const start = performance.now();
  let written: ConvertedModel;
  try {
    written = await convertModel(source, target, {
      type: flags.type,
      pure: flags.pure,
      largestFile: flags.splitSize,
      replace: flags.force,
      convert: pool.convert,
      piecesUnderWay: pool.piecesUnderWay,
      onProgress: (done, total) => line.show(done, total),
    });
  } finally {
    line.end();
    await pool.close();
  }
  const types = Object.entries(written.types).map(([type, bytes]) => `${type} ${formatBytes(bytes)}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stderr.write(`${written.paths.join('\n')}\n${types.join(', ')}; ${seconds} s\n`);
  for (const note of written.notes) process.stderr.write(`jingqi: ${note}\n`);
}
