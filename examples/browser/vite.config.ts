import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** They let the page share memory among threads; without them everything runs on one. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // An absent file is to be answered with 404, not with the page.
  appType: 'mpa',
  // Model directories lie at the root of the site.
  publicDir: path.resolve(process.env.MODELS ?? path.join(root, 'models')),
  // In a project of its own, `npm install jingqi` takes the place of these lines.
  resolve: { alias: [{ find: /^jingqi\/(.+)$/, replacement: path.join(root, 'src/$1/index.ts') }] },
  worker: { format: 'es' },
  server: { headers: isolation, fs: { allow: [root] } },
  preview: { headers: isolation },
});
