// npm run test:real [-- MODEL… --positions N --workers N --report FILE]
// Fetches real models, compares them with llama.cpp and writes the report; fails where a target is missed.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { platform } from '../../src/platform/index.ts';
import { version } from '../../src/version.ts';
import { Progress } from '../progress.ts';
import { type Comparison, compareModel } from './comparison.ts';
import { fetchModel } from './fetch-model.ts';
import { peerVersion } from './llama.ts';
import { REAL_MODELS, type RealModel } from './models.ts';
import { indexFromEnvironment } from './package-index.ts';
import { report, shortfalls } from './report.ts';

const TEXT = fileURLToPath(new URL('./text.md', import.meta.url));
const REPORT = fileURLToPath(new URL('../../docs/real-models.md', import.meta.url));

const USAGE = `npm run test:real -- [MODEL…] [--positions N] [--workers N] [--report FILE]
  Models: ${REAL_MODELS.map(({ name, large }) => (large ? `${name} (only by name)` : name)).join(', ')}.
  --positions  tokens of the text that are read (2000)
  --report     where the report is written (docs/real-models.md; nowhere if models are named and this is not)`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      positions: { type: 'string', default: '2000' },
      workers: { type: 'string', default: '2' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const models = positionals.length === 0 ? REAL_MODELS.filter(({ large }) => !large) : positionals.map(modelNamed);
  const [positions, workers] = [wholeNumber('positions', values.positions), wholeNumber('workers', values.workers)];
  const reportFile = values.report ?? (positionals.length === 0 ? REPORT : undefined);
  const progress = new Progress();
  const show = (text: string) => progress.show(text);
  const comparisons: Comparison[] = [];
  for (const model of models) {
    const directory = path.join(cacheDirectory(), 'models');
    await mkdir(directory, { recursive: true });
    const file = await fetchModel(model, { directory, index: indexFromEnvironment(), progress: show });
    const text = readFileSync(TEXT, 'utf8');
    const comparison = await compareModel(model, file, { text, positions, workers, directory, progress: show });
    progress.clear();
    comparisons.push(comparison);
  }
  const written = report(comparisons, {
    date: new Date(),
    command: ['npm run test:real', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${workers} threads`,
    versions: [
      ['jingqi', version],
      ['Node', process.version],
      ['node-llama-cpp', `${peerVersion()} (${comparisons[0]!.llama.name})`],
    ],
  });
  console.log(written);
  if (reportFile !== undefined) writeWhole(reportFile, written);
  const short = comparisons.flatMap(shortfalls);
  for (const line of short) console.error(pc.red(line));
  if (short.length > 0) process.exitCode = 1;
}

function modelNamed(name: string): RealModel {
  const model = REAL_MODELS.find((known) => known.name === name);
  if (model === undefined) throw new Error(`there is no model '${name}'\n${USAGE}`);
  return model;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new Error(`--${name} needs a whole number, not '${text}'`);
  return value;
}

function cacheDirectory(): string {
  const directory = platform().cacheDirectory();
  if (directory === undefined) throw new Error('there is no place for the models; name one in JINGQI_CACHE');
  return directory;
}

/** A whole file or none, also if the run is cut short. */
function writeWhole(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

try {
  await main();
} catch (error) {
  console.error(`test:real: ${(error as Error).message}`);
  process.exitCode = 1;
}
