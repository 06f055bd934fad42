import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build as bundle } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as checkpoint from '../src/checkpoint/index.ts';
import { writeChainModel } from '../src/inference/fixtures/chain-model.ts';
import { randomConfig, randomParameters } from '../src/inference/fixtures/random-model.ts';
import * as inference from '../src/inference/index.ts';
import * as model from '../src/model/index.ts';
import * as platform from '../src/platform/index.ts';
import * as tensor from '../src/tensor/index.ts';
import { findChromium, launchChromium } from './browser/chromium.ts';
import { runScenario, type ScenarioOptions, type ScenarioResult } from './browser/scenario.ts';
import { serve, type TestServer } from './browser/server.ts';
import { largestDifference } from './golden-runner.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const executable = findChromium();
const PROMPT = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9];
const TOKENS = 24;
const SCENARIO = { target: 'wasm', prompt: PROMPT, tokens: TOKENS } as const;
const PAGE = '<!doctype html><title>Jingqi</title><script type="module" src="/tests/page.ts"></script>\n';

describe.skipIf(executable === undefined)(
  `in Chromium (${executable ?? 'none found: install it, or name it in JINGQI_CHROMIUM'})`,
  () => {
    let folder: string;
    let browser: Browser;
    let onNode: Record<ScenarioOptions['target'], ScenarioResult>;
    let servers: Record<'isolated' | 'plain', TestServer>;

    beforeAll(async () => {
      // Inside the repository, so that Node finds the packages from there too.
      const cache = path.join(root, 'node_modules/.cache');
      mkdirSync(cache, { recursive: true });
      folder = mkdtempSync(path.join(cache, 'jingqi-browser-'));
      const dist = path.join(folder, 'dist');
      build(dist);
      writeFileSync(path.join(folder, 'index.html'), PAGE);
      await writeRandomModel(path.join(folder, 'model'));
      const modules = { tensor, model, checkpoint, inference, platform };
      const directory = path.join(folder, 'model');
      onNode = {
        wasm: await runScenario(modules, { ...SCENARIO, model: directory, workers: 1 }),
        'wasm-plain': await runScenario(modules, { ...SCENARIO, target: 'wasm-plain', model: directory, workers: 1 }),
      };
      const folders = {
        page: folder,
        dist,
        model: path.join(folder, 'model'),
        example: path.join(folder, 'example'),
        nano: path.join(folder, 'nano'),
        tests: path.join(root, 'tests/browser'),
        packages: path.join(root, 'node_modules'),
      };
      servers = {
        isolated: await serve({ isolated: true, folders }),
        plain: await serve({ isolated: false, folders }),
      };
      browser = await launchChromium(executable!);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      for (const server of Object.values(servers ?? {})) await server.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    async function run(
      kind: keyof typeof servers,
      place: 'page' | 'worker',
      options: Partial<ScenarioOptions> = {},
      prepare?: (page: Page) => Promise<unknown>,
    ): Promise<ScenarioResult> {
      const page = await browser.newPage();
      try {
        await prepare?.(page);
        await page.goto(`${servers[kind].url}/page/index.html`);
        await page.waitForFunction(() => typeof window.runIn === 'function');
        const scenario = { ...SCENARIO, model: `${servers[kind].url}/model`, ...options };
        const outcome = await page.evaluate(([where, what]) => window.runIn(where, what), [place, scenario] as const);
        if ('error' in outcome) throw new Error(outcome.error);
        return outcome;
      } finally {
        await page.close();
      }
    }

    function expectSameAsNode(result: ScenarioResult, target: ScenarioOptions['target']): void {
      expect(result.logits).toHaveLength(PROMPT.length);
      expect(largestDifference(result.logits, onNode[target].logits)).toBeLessThan(1e-5);
      expect(result.tokens).toEqual(onNode[target].tokens);
      expect(result.stagedTokens).toEqual(onNode[target].tokens);
    }

    it('has a model that says different things', () => {
      const { tokens, logits } = onNode.wasm;
      expect(tokens).toHaveLength(TOKENS);
      expect(new Set(tokens).size).toBeGreaterThan(3);
      expect(Math.max(...logits.flat().map(Math.abs))).toBeGreaterThan(0.5);
      expect(onNode.wasm.stagedTokens).toEqual(tokens);
    });

    describe.each(['wasm', 'wasm-plain'] as const)('%s', (target) => {
      it.each(['page', 'worker'] as const)('runs without shared memory, in a %s', async (place) => {
        const result = await run('plain', place, { target });
        expect(result).toMatchObject({ host: { name: 'browser', sharedMemory: false }, target, workers: 1 });
        expectSameAsNode(result, target);
      });

      it.each([
        ['page', false],
        ['worker', true],
      ] as const)('runs on two threads with shared memory, called in a %s', async (place, canSleep) => {
        const result = await run('isolated', place, { target, workers: 2 });
        expect(result).toMatchObject({ host: { name: 'browser', sharedMemory: true, canSleep }, target, workers: 2 });
        expectSameAsNode(result, target);
      });
    });

    it('takes as many threads as there are where it may, else one', async () => {
      const cores = await run('isolated', 'worker', { tokens: 1 });
      expect(cores.workers).toBe(platform.platform().cores);
    });

    it('says what a page needs for several threads', async () => {
      await expect(run('plain', 'page', { workers: 2 })).rejects.toThrow(
        /need shared memory.*use workers: 1, or serve the page with Cross-Origin-Opener-Policy/,
      );
    });

    it('names an absent model', async () => {
      const absent = `${servers.plain.url}/model/absent`;
      await expect(run('plain', 'page', { model: absent })).rejects.toThrow(`${absent}: no model, it holds no config`);
    });

    it('says which module of a worker could not be loaded', async () => {
      const absent = (page: Page) => page.route('**/tensor/worker.js', (route) => route.abort());
      await expect(run('isolated', 'page', { workers: 2 }, absent)).rejects.toThrow(
        /worker jingqi-worker-1 failed: its module .*\/dist\/tensor\/worker\.js could not be loaded/,
      );
    });

    it.each([
      ['one thread', 'plain', ''],
      ['two threads', 'isolated', '?threads=2'],
    ] as const)('answers on the bundled page of examples/browser with %s', async (_, kind, parameters) => {
      if (!existsSync(path.join(folder, 'example'))) {
        await bundleExample(path.join(folder, 'example'));
        await writeThinkingModel(path.join(folder, 'nano'));
      }
      const page = await browser.newPage();
      page.setDefaultTimeout(120_000);
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      await page.goto(`${servers[kind].url}/example/index.html${parameters}`);
      await page.locator('input:enabled').fill('What is 1 + 2?');
      await page.locator('form button').click();
      await page.locator('.statistics').waitFor();
      expect(await page.locator('.question').textContent()).toBe('What is 1 + 2?');
      expect(await page.locator('.thinking').textContent()).toBe('1+2');
      expect(await page.locator('.answer').textContent()).toBe('So: 3');
      expect(errors).toEqual([]);
      await page.close();
    });

    it('reads a model of many tensors in two requests', async () => {
      const weights = 'GET /model/model.safetensors 206';
      const before = servers.plain.requests.length;
      await run('plain', 'page', { tokens: 1 });
      const requests = servers.plain.requests.slice(before);
      // The scenario reads the model twice.
      expect(requests.filter((line) => line === weights)).toHaveLength(4);
    });
  },
);

function build(directory: string): void {
  const script = path.join(root, 'scripts/build.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--out', directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

async function bundleExample(outDir: string): Promise<void> {
  const example = path.join(root, 'examples/browser');
  const options = { root: example, base: '/example/', publicDir: false as const, logLevel: 'error' as const };
  await bundle({ ...options, configFile: path.join(example, 'vite.config.ts'), build: { outDir, emptyOutDir: true } });
}

/** A model that writes the same whatever it is asked. No character may come twice. */
async function writeThinkingModel(directory: string): Promise<void> {
  const runtime = await tensor.createRuntime({ workers: 1, memoryBytes: 2 ** 24 });
  await writeChainModel(runtime, directory, '1+2</think>So: 3');
  await runtime.close();
}

async function writeRandomModel(directory: string): Promise<void> {
  const runtime = await tensor.createRuntime({ workers: 1, memoryBytes: 2 ** 24 });
  const parameters = randomParameters(runtime, randomConfig, 7);
  const tensors = checkpoint.checkpointTensors(runtime, randomConfig, parameters);
  await checkpoint.writeCheckpoint(directory, { config: randomConfig, tensors, dtype: 'BF16' });
  await runtime.close();
}
