import { renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { type BenchCase, type BenchRow, figure, load } from './bench.ts';
import { bestTarget, targetMissing, targetNamed } from './kernel-runner.ts';
import { Progress } from './progress.ts';

/** The cases by name, loaded when asked for. */
const CASES: Readonly<Record<string, () => Promise<{ default: BenchCase }>>> = {
  matmul: () => import('./cases/matmul-peers.ts'),
  replay: () => import('./cases/replay.ts'),
  blocks: () => import('./cases/blocks.ts'),
  kernels: () => import('./cases/kernels.ts'),
  tiles: () => import('./cases/tiles.ts'),
  'nano-decode': () => import('./cases/nano-decode.ts'),
  'nano-train': () => import('./cases/nano-train.ts'),
  real: () => import('./cases/real.ts'),
  'wasm-peers': () => import('./cases/wasm-peers.ts'),
};

/** The only case with options of its own, and the longest: `all` leaves it out. */
const REAL = 'real';

const USAGE = `npm run bench -- NAME… | all [--json FILE] [--quick] [--workers N] [--target wasm|wasm-fused|avx2|avx512]
${REAL} also takes [--directory DIR] [--models NAME,…] [--layers N] [--only llama.cpp,native,wasm,wasm64] [--profile]
[--measurements FILE, a line of JSON each], and is not among all: its files take 11 GB, and a whole run most of an hour`;

function print(rows: readonly BenchRow[]): void {
  const table = new Table({
    head: ['name', 'ours', 'peer', 'ratio', 'unit', 'target', 'holds'],
    style: { head: [], border: [] },
  });
  for (const { name, ours, peer, ratio, unit, target, holds, better } of rows) {
    const bound = target === null ? '' : `${better === 'more' ? '≥' : '≤'} ${target}${ratio === null ? '' : ' ×'}`;
    const verdict = holds === null ? '' : holds ? pc.green('yes') : pc.red('no');
    const number = (value: number | null) => (value === null ? '' : figure(value));
    table.push([name, figure(ours), number(peer), number(ratio), unit, bound, verdict]);
  }
  console.log(table.toString());
  for (const { name, note } of rows) if (note) console.log(pc.dim(`${name}: ${note}`));
}

/** A whole file or none, also if the run is cut short. */
function writeJson(file: string, rows: readonly BenchRow[]): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(rows, null, 1)}\n`);
  renameSync(temporary, file);
}

function machine(): string {
  const [first, ...others] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${first?.model.trim() ?? 'unknown processor'}, ${others.length + 1} processors, ${memory} GiB, Node ${process.version}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      target: { type: 'string' },
      directory: { type: 'string' },
      models: { type: 'string' },
      layers: { type: 'string' },
      only: { type: 'string' },
      profile: { type: 'boolean' },
      measurements: { type: 'string' },
    },
  });
  const { json, quick, workers: wanted, target: named, ...flags } = values;
  if (positionals.length === 0) {
    console.log(`${USAGE}\n`);
    for (const [name, open] of Object.entries(CASES)) {
      const { default: described } = await open();
      console.log(`  ${pc.bold(name.padEnd(14))}${described.description}`);
    }
    return;
  }
  const names = positionals.includes('all') ? Object.keys(CASES).filter((name) => name !== REAL) : positionals;
  for (const name of names) {
    if (!Object.hasOwn(CASES, name)) {
      throw new Error(`there is no benchmark '${name}'; there are ${Object.keys(CASES).join(', ')} and all`);
    }
  }
  const foreign = Object.keys(flags)[0];
  if (foreign !== undefined && !names.includes(REAL)) throw new Error(`--${foreign} is an option of ${REAL} alone`);
  const workers = Number(wanted);
  if (!(Number.isInteger(workers) && workers >= 1)) throw new Error(`--workers needs a whole number, not '${wanted}'`);
  const target = targetNamed(named, bestTarget());
  const missing = targetMissing(target);
  if (missing !== undefined) throw new Error(`${target} does not run here: ${missing}`);
  console.log(pc.dim(`${machine()}; load ${load()} before`));
  const progress = new Progress();
  const all: BenchRow[] = [];
  for (const name of names) {
    const { default: selected } = await CASES[name]!();
    const rows = await selected.run({
      quick,
      workers,
      target,
      flags,
      progress: (text) => progress.show(`${name}: ${text}`),
      note(text) {
        progress.clear();
        console.log(text);
      },
    });
    progress.clear();
    if (rows.length > 0) print(rows);
    all.push(...rows.map((row) => ({ ...row, name: `${name}: ${row.name}` })));
  }
  console.log(pc.dim(`load ${load()} after`));
  if (json !== undefined) writeJson(json, all);
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  // At once: processes started for a comparison would keep this one alive, and end with it.
  process.exit(1);
}
