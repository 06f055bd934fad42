import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const install = new URL('../scripts/install.mjs', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jingqi-install-'));
  writeFileSync(path.join(folder, 'package.json'), '{}');
  writeLock('1.0.0');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeLock(version: string): void {
  const packages = {
    '': {},
    'node_modules/one': { version, integrity: `sha512-${version}` },
    'node_modules/elsewhere': { version, integrity: 'sha512-e', optional: true },
  };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages }));
}

/** Calls ensureInstalled with an npm that notes each call and runs `body`. */
function ensureInstalled(body = ''): { status: number | null; stderr: string; calls: number } {
  const npm = path.join(folder, 'npm-cli.js');
  const calls = path.join(folder, 'calls');
  writeFileSync(npm, `require('node:fs').appendFileSync(${JSON.stringify(calls)}, 'x');\n${body}`);
  const script = `import { ensureInstalled } from ${JSON.stringify(install)};
    try { await ensureInstalled(${JSON.stringify(folder)}, { what: 'the test' }); }
    catch (error) { console.error(error.message); process.exit(1); }`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { ...process.env, npm_execpath: npm, npm_node_execpath: process.execPath },
  });
  return { status, stderr, calls: existsSync(calls) ? readFileSync(calls, 'utf8').length : 0 };
}

const LAYS_FILES = "require('node:fs').mkdirSync('node_modules', { recursive: true });";

describe('installing what is missing', () => {
  it('installs once, and again only when the lock file changes', () => {
    expect(ensureInstalled(LAYS_FILES)).toMatchObject({ status: 0, calls: 1, stderr: expect.stringContaining('done') });
    expect(ensureInstalled(LAYS_FILES)).toEqual({ status: 0, calls: 1, stderr: '' });
    writeLock('2.0.0');
    expect(ensureInstalled(LAYS_FILES)).toMatchObject({ status: 0, calls: 2 });
  });

  it('accepts what was installed by hand, and only if it is what the lock asks for', () => {
    mkdirSync(path.join(folder, 'node_modules'));
    const laid = { packages: { 'node_modules/one': { version: '1.0.0', integrity: 'sha512-1.0.0' } } };
    writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), JSON.stringify(laid));
    expect(ensureInstalled(LAYS_FILES)).toEqual({ status: 0, calls: 0, stderr: '' });
    writeLock('2.0.0');
    expect(ensureInstalled(LAYS_FILES)).toMatchObject({ status: 0, calls: 1 });
  });

  it("shows the end of npm's output, keeps all of it, and tries again the next time", () => {
    const failed = ensureInstalled("console.error('no such registry'); process.exit(3);");
    expect(failed).toMatchObject({ status: 1, calls: 1, stderr: expect.stringContaining('no such registry') });
    expect(failed.stderr).toContain('exit code 3');
    expect(readFileSync(path.join(folder, '.cache/install.log'), 'utf8')).toContain('no such registry');
    expect(existsSync(path.join(folder, '.cache/install.lock'))).toBe(false);
    expect(ensureInstalled(LAYS_FILES)).toMatchObject({ status: 0, calls: 2 });
  });

  it('does not wait for a process that died while installing', () => {
    mkdirSync(path.join(folder, '.cache'));
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path.join(folder, '.cache/install.lock'), String(pid));
    expect(ensureInstalled(LAYS_FILES)).toMatchObject({ status: 0, calls: 1 });
  });
});
