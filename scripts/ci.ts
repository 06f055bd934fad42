// What .ci/run runs: each check is one npm script, counted as one; the tests are counted one by one.
// Ends with the line "N passed, N failed"; the exit code is 0 only where nothing failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

type Count = { passed: number; failed: number; skipped: number };

const root = fileURLToPath(new URL('..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];

for (const name of ['lint', 'types', 'rooms', 'check:package']) {
  step(name, () => {
    const ok = runScript(name);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  });
}
step('test', runTests);

console.log(`\n${summary.join('\n')}`);
if (total.skipped > 0) console.log(`${total.skipped} tests skipped; each names the reason in its title`);
// Written synchronously and last, whatever else is still in a pipe.
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed`);

function step(name: string, run: () => Count): void {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const count = run();
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += count[key];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  summary.push(`${count.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds} s`);
}

function runScript(name: string, ...args: string[]): boolean {
  const { status } = spawnSync(npm, ['run', '-s', name, '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status === 0;
}

/** Runs `npm test`; a test file that could not be loaded, or an error outside any test, counts as one failure. */
function runTests(): Count {
  const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-ci-'));
  try {
    const file = path.join(folder, 'tests.json');
    const ok = runScript('test', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
    return countTests(file, ok);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(file: string, ok: boolean): Count {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      testResults: { status: string; assertionResults: { status: string }[] }[];
    };
    for (const { status, assertionResults } of report.testResults) {
      const failedBefore = count.failed;
      for (const test of assertionResults) {
        if (test.status === 'passed') count.passed++;
        else if (test.status === 'failed') count.failed++;
        else count.skipped++;
      }
      if (status === 'failed' && count.failed === failedBefore) count.failed++;
    }
  } catch (error) {
    console.error(`the tests left no readable report: ${error instanceof Error ? error.message : error}`);
  }
  if (!ok && count.failed === 0) count.failed = 1;
  return count;
}
