import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const room = (name: string) => path.join(root, 'src', name, 'index.ts');

interface Bundle {
  readonly output: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[];
  /** Imports of Node's own modules, as `importer imports module`. A bundler replaces them by empty ones. */
  readonly nodeImports: string[];
}

/** Bundles for a browser, as a page's author would. Nothing is written. */
async function bundle(entries: readonly string[], plugins: Plugin[] = []): Promise<Bundle> {
  const nodeImports: string[] = [];
  const watch = (): Plugin => ({
    name: 'watch-node-imports',
    enforce: 'pre',
    resolveId(source, importer) {
      if (isBuiltin(source)) nodeImports.push(`${path.relative(root, importer ?? '')} imports ${source}`);
    },
  });
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [watch(), ...plugins],
    worker: { plugins: () => [watch()] },
    build: {
      write: false,
      minify: false,
      copyPublicDir: false,
      rollupOptions: { input: [...entries], preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput;
  return { output: result.output, nodeImports };
}

describe('a bundle of the rooms for a browser', () => {
  let bundled: Bundle;
  beforeAll(async () => {
    bundled = await bundle(['kernels', 'tensor', 'model', 'checkpoint', 'hub', 'text', 'inference'].map(room));
  });

  it('imports nothing of Node', () => {
    expect(bundled.nodeImports).toEqual([]);
    const chunks = bundled.output.filter((file) => file.type === 'chunk');
    const own = new Set(chunks.map(({ fileName }) => fileName));
    expect(chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])).toSatisfy(
      (imports: string[]) => imports.every((name) => own.has(name)),
    );
  });

  it('has the modules of threads beside it, each in one piece: of those that compute, and of those that load', () => {
    const workers = bundled.output.filter(({ fileName }) => /worker-[^/]*\.js$/.test(fileName));
    const codes = workers.map((worker) => (worker.type === 'asset' ? String(worker.source) : worker.code));
    expect(codes.map((code) => code.includes('WebAssembly.Instance')).sort()).toEqual([false, true]);
    expect(codes.map((code) => code.includes('rows from')).sort()).toEqual([false, true]);
    for (const code of codes) expect(code).not.toMatch(/^\s*import\b/m);
  });
});

it('notices an import of Node', async () => {
  const entry: Plugin = {
    name: 'entry',
    resolveId: (source) => (source === 'entry' ? 'entry' : undefined),
    load: (id) => (id === 'entry' ? "import { readFileSync } from 'node:fs'; readFileSync('x');" : undefined),
  };
  expect((await bundle(['entry'], [entry])).nodeImports).toEqual([expect.stringMatching(/entry imports node:fs$/)]);
});
