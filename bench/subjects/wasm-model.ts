import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, launchChromium } from '../../tests/browser/chromium.ts';
import { serve } from '../../tests/browser/server.ts';
import { serveSubject } from '../subject.ts';
import { answerOurs, openModel } from '../web/answer-ours.ts';
import type { AnswerTimes } from '../web/answer-times.ts';

export interface WasmModelOptions {
  /** Ours in Node, or ours or wllama in a page of Chromium. */
  readonly where: 'node' | 'page' | 'wllama';
  /** The GGUF file. */
  readonly model: string;
  readonly threads: number;
  /** Answered in turn, one for each measurement. */
  readonly prompts: readonly string[];
  readonly tokens: number;
  readonly context: number;
}

export interface WasmModelTimes extends AnswerTimes {
  /** How the model runs. */
  readonly how: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Times answers of a model that runs as WebAssembly. */
await serveSubject<WasmModelOptions>(async (options) => {
  const { prompts, tokens } = options;
  const { how, answer } = await (options.where === 'node' ? inNode(options) : inPage(options));
  // The first runs before the engine's optimising compiler is done.
  await answer(prompts.at(-1)!, tokens);
  let next = 0;
  return async () => ({ how, ...(await answer(prompts[next++ % prompts.length]!, tokens)) });
});

interface Opened {
  readonly how: string;
  answer(prompt: string, tokens: number): Promise<AnswerTimes>;
}

async function inNode({ model, threads, context }: WasmModelOptions): Promise<Opened> {
  const opened = await openModel(model, { target: 'wasm', workers: threads, contextLength: context });
  const { runtime } = opened.engine;
  const how = `${runtime.target.name}, ${runtime.workers} threads`;
  return { how, answer: (prompt, tokens) => answerOurs(opened, prompt, tokens) };
}

async function inPage({ where, model, threads, context }: WasmModelOptions): Promise<Opened> {
  const executable = findChromium();
  if (executable === undefined) throw new Error('Chromium is not found: install it, or name it in JINGQI_CHROMIUM');
  const server = await serve({
    isolated: true,
    folders: {
      src: path.join(root, 'src'),
      bench: path.join(root, 'bench'),
      peers: path.join(root, 'bench/node_modules'),
      packages: path.join(root, 'node_modules'),
      model: path.dirname(model),
    },
  });
  const browser = await launchChromium(executable);
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(`${server.url}/bench/web/index.html`);
  await page.addScriptTag({ type: 'module', url: `/bench/web/${where === 'page' ? 'ours' : 'wllama'}-page.ts` });
  await page.waitForFunction(() => window.measuring !== undefined, null, { timeout: 60_000 });
  const address = `${server.url}/model/${path.basename(model)}`;
  const how = await page.evaluate((given) => window.measuring!.open(given), { model: address, threads, context });
  return {
    how: `${how}, Chromium ${browser.version()}`,
    answer: (prompt, tokens) =>
      page.evaluate(([text, count]) => window.measuring!.answer(text, count), [prompt, tokens] as const),
  };
}
