import { loadWeights, modelSize, openCheckpoint } from 'jingqi/checkpoint';
import { type AnswerEvent, answer, Engine } from 'jingqi/inference';
import { allocateParameters } from 'jingqi/model';
import { createRuntime } from 'jingqi/tensor';
import { Tokenizer } from 'jingqi/text';

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

let opened: { readonly engine: Engine; readonly tokenizer: Tokenizer } | undefined;
let abort = new AbortController();
const send = (message: FromModel) => self.postMessage(message);

async function open(model: string, threads: number | undefined): Promise<void> {
  const checkpoint = await openCheckpoint(new URL(model, location.href).href);
  const { config } = checkpoint;
  const size = modelSize(config).main;
  // Weights in f32, and room for the cache and the steps.
  const memoryBytes = 4.2 * size.total + 2 ** 28;
  // Several threads pay only for models much larger than nano.
  const workers = threads ?? (size.active < 1e7 ? 1 : undefined);
  const runtime = await createRuntime({ memoryBytes, ...(workers === undefined ? {} : { workers }) });
  const parameters = allocateParameters(runtime, config);
  await loadWeights(runtime, checkpoint, parameters);
  const tokenizer = Tokenizer.fromJson(
    await checkpoint.readJson('tokenizer.json'),
    await checkpoint.readJson('tokenizer_config.json'),
  );
  const contextLength = Math.min(config.maxPositions, 2048);
  const usedVocabulary = Math.min(tokenizer.vocabularySize, config.vocabularySize);
  const engine = Engine.create({ runtime, config, parameters, maximumSequences: 1, contextLength, usedVocabulary });
  opened = { engine, tokenizer };
  const described = (await checkpoint.has('jingqi.json'))
    ? ((await checkpoint.readJson('jingqi.json')) as Description)
    : undefined;
  const about = described?.description.en ?? `${(size.total / 1e6).toFixed(1)} million parameters, read from ${model}.`;
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
