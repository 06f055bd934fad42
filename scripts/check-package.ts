// npm run check:package: builds, then checks the package as its users will see it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PINNED_VERSION } from '../bin/pinned-node.mjs';
import { version } from '../src/version.ts';
import { packageExports } from './exports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const failures: string[] = [];

check('src/version.ts has the version of package.json', version === manifest.version);
check(
  'package.json has the exports of the rooms that exist (npm run build writes them)',
  JSON.stringify(manifest.exports) === JSON.stringify(packageExports(root)),
);
check(
  `package.json pins Node ${PINNED_VERSION} for every platform`,
  Object.values(manifest.optionalDependencies).every((pinned) => pinned === PINNED_VERSION),
);
if (run('build', 'scripts/build.ts')) {
  run('publint', 'node_modules/publint/src/cli.js', '--strict');
  checkTypesResolve();
  await checkEntriesLoad();
}
if (failures.length > 0) {
  console.error(`\npackage: ${failures.length} check(s) failed:\n- ${failures.join('\n- ')}`);
  process.exit(1);
}

function check(name: string, holds: boolean): boolean {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${name}`);
  if (!holds) failures.push(name);
  return holds;
}

function run(name: string, program: string, ...args: string[]): boolean {
  const { status } = spawnSync(process.execPath, [path.join(root, program), ...args], { cwd: root, stdio: 'inherit' });
  return check(name, status === 0);
}

/** Packs the package and lets `attw` resolve every entry as a user's compiler would. */
function checkTypesResolve(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-pack-'));
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const args = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
    const report = execFileSync(npm, args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
    const [packed] = Object.values(JSON.parse(report)) as { filename: string; files: { path: string }[] }[];
    if (packed === undefined) throw new Error('npm pack reported no package');
    const strays = packed.files
      .filter((file) => /\.(test|fixture)\.|(^|\/)fixtures\//.test(file.path))
      .map((file) => file.path);
    check(`no test is packed${strays.length > 0 ? `: ${strays.join(', ')}` : ''}`, strays.length === 0);
    const tarball = path.join(folder, path.basename(packed.filename));
    run('attw', 'node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Imports every built entry once: a module that the build left out or misnamed fails here. */
async function checkEntriesLoad(): Promise<void> {
  for (const [subpath, entry] of Object.entries(packageExports(root))) {
    if (typeof entry === 'string') continue;
    const file = path.join(root, entry.default);
    try {
      if (!existsSync(path.join(root, entry.types))) throw new Error(`${entry.types} is missing`);
      await import(pathToFileURL(file).href);
      check(`import ${path.posix.join('jingqi', subpath)}`, true);
    } catch (error) {
      console.error(error);
      check(`import ${path.posix.join('jingqi', subpath)}`, false);
    }
  }
}
