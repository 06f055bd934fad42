// npm run build: src/**/*.ts → dist/**/*.js and .d.ts, one file each, so that worker modules stay beside their users.
// Also brings the `exports` field of package.json up to date with the rooms that exist.
// With `--out DIRECTORY` it builds there and leaves the rest alone.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageExports } from './exports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
const dist = path.resolve(out ?? path.join(root, 'dist'));

rmSync(dist, { recursive: true, force: true });
const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
const files = globSync('**/*.{js,d.ts}', { cwd: dist });
for (const file of files) rewrite(path.join(dist, file));
if (out === undefined) writePackageExports();
console.log(`dist: ${files.length} files, entries ${Object.keys(packageExports(root)).join(' ')}`);

/**
 * The compiler rewrites `.ts` to `.js` in the imports of JavaScript files. Declarations and the literal form
 * `new URL('./x.ts', import.meta.url)`, by which a worker's module is found, are rewritten here; a name that
 * then points at no file fails the build.
 */
function rewrite(file: string): void {
  const text = readFileSync(file, 'utf8');
  const form = file.endsWith('.d.ts')
    ? /((?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g
    : /(new URL\(\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2(?=,\s*import\.meta\.url)/g;
  const changed = text.replace(form, (_whole, before: string, quote: string, name: string) => {
    if (!existsSync(path.resolve(path.dirname(file), `${name}.js`))) {
      throw new Error(`${path.relative(root, file)} names ${name}.ts, which the build did not emit`);
    }
    return `${before}${quote}${name}.js${quote}`;
  });
  if (changed !== text) writeFileSync(file, changed);
}

function writePackageExports(): void {
  const file = path.join(root, 'package.json');
  const before = readFileSync(file, 'utf8');
  const after = `${JSON.stringify({ ...JSON.parse(before), exports: packageExports(root) }, null, 2)}\n`;
  if (after === before) return;
  writeFileSync(`${file}.tmp`, after);
  renameSync(`${file}.tmp`, file);
  console.log('package.json: brought "exports" up to date; commit it');
}
