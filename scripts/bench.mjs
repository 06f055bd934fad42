// node scripts/bench.mjs PROGRAM ARGS…: runs a program of bench/ after installing the peers that bench/package.json names.
// The peers live in bench/node_modules, never in the product.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

const bench = fileURLToPath(new URL('../bench', import.meta.url));

try {
  if (existsSync(path.join(bench, 'package.json')))
    await ensureInstalled(bench, { what: 'the peers of the benchmarks' });
  const [program, ...args] = process.argv.slice(2);
  const { status, signal } = spawnSync(process.execPath, [path.join(bench, program), ...args], { stdio: 'inherit' });
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
