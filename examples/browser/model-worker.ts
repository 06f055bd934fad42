import { openCheckpoint } from 'jingqi/checkpoint';
import { type AnswerEvent, answer, type OpenModel, openModel } from 'jingqi/inference';

/** The model lives in a worker of the page, so that the page stays responsive while it thinks. */
export type ToModel =
  | { readonly kind: 'open'; readonly model: string; readonly threads: number | undefined }
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'stop' };

export type FromModel =
  | { readonly kind: 'ready'; readonly about: string; readonly examples: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | AnswerEvent;

interface Description {
  readonly description: { readonly en: string };
  readonly tasks: readonly { readonly examples: { readonly en: readonly string[]; readonly zh: readonly string[] } }[];
}

let opened: OpenModel | undefined;
let abort = new AbortController();
const send = (message: FromModel) => self.postMessage(message);

async function open(model: string, threads: number | undefined): Promise<void> {
  const directory = new URL(model, location.href).href;
  opened = await openModel(directory, { workers: threads });
  const checkpoint = await openCheckpoint(directory);
  const described = (await checkpoint.has('jingqi.json'))
    ? ((await checkpoint.readJson('jingqi.json')) as Description)
    : undefined;
  await checkpoint.close();
  const millions = (opened.parameters.total / 1e6).toFixed(1);
  const about = described?.description.en ?? `${millions} million parameters, read from ${model}.`;
  // A short one of each task, in the two languages by turns.
  const examples = described?.tasks.map((task, at) =>
    (at % 2 === 0 ? task.examples.en : task.examples.zh).find((example) => example.length < 50),
  );
  send({ kind: 'ready', about, examples: examples?.filter((example) => example !== undefined) ?? [] });
}

async function ask(question: string): Promise<void> {
  if (opened === undefined) throw new Error('the model is not loaded');
  abort = new AbortController();
  const { engine, tokenizer } = opened;
  for await (const event of answer(engine, tokenizer, question, { signal: abort.signal })) send(event);
}

self.addEventListener('message', async ({ data }: MessageEvent<ToModel>) => {
  try {
    if (data.kind === 'open') await open(data.model, data.threads);
    else if (data.kind === 'ask') await ask(data.question);
    else abort.abort();
  } catch (error) {
    send({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
});
