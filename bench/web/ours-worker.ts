import type { OpenModel } from '../../src/inference/index.ts';
import { answerOurs, openModel } from './answer-ours.ts';
import type { PageOptions } from './answer-times.ts';

/** A call of the page: `open` with PageOptions, or `answer` with a prompt and a number of tokens. */
type Call = { readonly open: PageOptions } | { readonly answer: readonly [prompt: string, tokens: number] };

let model: OpenModel | undefined;

async function serve(call: Call): Promise<unknown> {
  if ('answer' in call) return answerOurs(model!, ...call.answer);
  const { model: address, threads, context } = call.open;
  model = await openModel(address, { workers: threads, contextLength: context, target: 'wasm' });
  const { runtime } = model.engine;
  return `${runtime.target.name}, ${runtime.workers} threads`;
}

/** In a worker: the thread that replays may sleep here, which a page's may not. */
addEventListener('message', async ({ data }: MessageEvent<Call>) => {
  try {
    postMessage({ result: await serve(data) });
  } catch (error) {
    postMessage({ error: (error as Error).stack });
  }
});
