// The public entries of the package: every `index.ts` of a public room that exists, and nothing else.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Public subpaths in the order in which package.json lists them; `platform` and `cli` are internal. */
const PUBLIC = [
  '.',
  './kernels',
  './tensor',
  './model',
  './checkpoint',
  './hub',
  './text',
  './inference',
  './training',
  './training/tasks',
  './balance',
  './deploy',
  './server',
];

export type Exports = Record<string, string | { types: string; default: string }>;

/** The `exports` field that package.json must have for the sources below `root`. */
export function packageExports(root: string): Exports {
  const entries: Exports = {};
  for (const subpath of PUBLIC) {
    if (!existsSync(path.join(root, 'src', subpath, 'index.ts'))) continue;
    const file = `./${path.posix.join('dist', subpath, 'index')}`;
    entries[subpath] = { types: `${file}.d.ts`, default: `${file}.js` };
  }
  entries['./package.json'] = './package.json';
  return entries;
}
