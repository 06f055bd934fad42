import { openCheckpoint, openGgufCheckpoint, plainMetadata, type WeightSource } from '../checkpoint/index.ts';
import { locateModel, type ModelLocation, type PullOptions } from '../hub/index.ts';
import { describeValue } from '../model/describe-value.ts';
import { type ModelConfig, parseModelConfig } from '../model/index.ts';
import { platform } from '../platform/index.ts';
import { ggufEndTokens, Tokenizer, tokenizerFromGguf } from '../text/index.ts';

/** A model where it lies: a directory in Hugging Face's layout, or a GGUF file. */
export interface ModelSource extends WeightSource {
  /** Which model of the hub it is; undefined for one that was given as a path. */
  readonly hub: ModelLocation['hub'];
  readonly config: ModelConfig;
  /** Bytes of all tensors as stored. */
  readonly totalBytes: number;
  /** What the user may want to know of how the model was read, in whole sentences. */
  readonly notes: readonly string[];
  /** Reads the tokenizer; throws where there is none, or one that is not understood. */
  tokenizer(): Promise<Tokenizer>;
  /** The parsed content of a JSON file that stands beside the weights; undefined where there is none. */
  readJson(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Opens a model, reading only headers. It is given by its path, as `organisation/name` of the hub (see `locateModel`: what
 * the cache does not have is pulled), or as the place where it was located.
 * @param options for a model of the hub.
 * @throws {Error} naming what is missing, damaged or not supported
 */
export async function openModelSource(model: string | ModelLocation, options?: PullOptions): Promise<ModelSource> {
  const { path, hub } = typeof model === 'string' ? await locateModel(model, options) : model;
  return (await isGgufFile(path)) ? openGgufSource(path, hub) : openDirectory(path, hub);
}

/** Whether a path is that of a file named as GGUF files are; what it holds is not looked at. */
export async function isGgufFile(path: string): Promise<boolean> {
  const { files } = platform();
  return /\.gguf$/i.test(path) && (await files.exists(path)) && (await files.stat(path)).kind === 'file';
}

async function openDirectory(path: string, hub: ModelLocation['hub']): Promise<ModelSource> {
  const checkpoint = await openCheckpoint(path);
  try {
    const readJson = async (name: string) =>
      (await checkpoint.has(name)) ? await checkpoint.readJson(name) : undefined;
    const generation = await readJson('generation_config.json');
    const config = withEndTokens(
      checkpoint.config,
      endTokensOf(`${checkpoint.directory}/generation_config.json`, generation),
    );
    return {
      ...checkpoint,
      hub,
      config,
      notes: [],
      readJson,
      async tokenizer() {
        const json = await readJson('tokenizer.json');
        if (json === undefined) {
          throw new Error(`${checkpoint.directory}: the model has no tokenizer.json, so it cannot read questions`);
        }
        const template = (await checkpoint.has('chat_template.jinja'))
          ? { chat_template: await checkpoint.readText('chat_template.jinja') }
          : {};
        const tokenizerConfig = Object((await readJson('tokenizer_config.json')) ?? {}) as Record<string, unknown>;
        return named(checkpoint.directory, () => Tokenizer.fromJson(json, { ...tokenizerConfig, ...template }));
      },
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

/** Whether a GGUF file has a tokenizer; `no_vocab` is llama.cpp's word for none. */
export function hasGgufTokenizer(metadata: ReadonlyMap<string, { readonly value: unknown }>): boolean {
  const model = metadata.get('tokenizer.ggml.model')?.value;
  return model !== undefined && model !== 'no_vocab';
}

async function openGgufSource(path: string, hub: ModelLocation['hub']): Promise<ModelSource> {
  const file = await openGgufCheckpoint(path);
  try {
    const config = named(path, () => parseModelConfig(file.config));
    const metadata = plainMetadata(file.metadata);
    // A file without a tokenizer still has logits.
    const ends = hasGgufTokenizer(file.metadata) ? named(path, () => ggufEndTokens(metadata)) : [];
    return {
      ...file,
      hub,
      config: withEndTokens(config, ends),
      readJson: async () => undefined,
      tokenizer: async () => named(path, () => tokenizerFromGguf(metadata)),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * `eos_token_id` of generation_config.json, which often names more end tokens than config.json.
 * @throws {Error} naming the file where it is neither a token nor a list of them
 */
export function endTokensOf(path: string, generation: unknown): number[] {
  if (generation === undefined) return [];
  if (typeof generation !== 'object' || generation === null || Array.isArray(generation)) {
    throw new Error(`${path}: does not hold an object`);
  }
  const { eos_token_id: given = null } = generation as { eos_token_id?: unknown };
  if (given === null) return [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const wrong = list.find((id) => !Number.isSafeInteger(id) || (id as number) < 0);
  if (wrong !== undefined) throw new Error(`${path}: field eos_token_id holds ${describeValue(wrong)}, not a token`);
  return list as number[];
}

function withEndTokens(config: ModelConfig, more: readonly number[]): ModelConfig {
  const known = more.filter((id) => id < config.vocabularySize);
  return { ...config, eosTokenIds: [...new Set([...config.eosTokenIds, ...known])] };
}

/** Runs `work`; its errors name the file or directory. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { message } = error as Error;
    throw new Error(message.startsWith(path) ? message : `${path}: ${message}`, { cause: error });
  }
}
