// npm run rooms: checks that imports only go downward and that rooms for the browser do not import Node.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cruiser = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
// Another folder with a `src` may be named, which is how the test shows that the check can fail.
const folder = process.argv[2] ?? root;
const config = path.join(root, '.dependency-cruiser.cjs');
const { status } = spawnSync(process.execPath, [cruiser, '--config', config, 'src'], { cwd: folder, stdio: 'inherit' });
process.exit(status === null ? 1 : Math.min(status, 100));
