import { parseIndex } from '../checkpoint/safetensors.ts';
import { checkGgufSet, chooseGguf, ggufSets } from './gguf-sets.ts';
import type { FetchableFile, HubFile, HubRepository } from './listing.ts';
import { HubError } from './problems.ts';

/** What a model needs of a repository. */
export interface FileChoice {
  readonly kind: 'safetensors' | 'gguf';
  /** Everything but weights; to be fetched first, so that weights are never there alone. */
  readonly others: readonly HubFile[];
  readonly weights: readonly HubFile[];
  /** What is opened: the first GGUF file; undefined for a directory. */
  readonly main: string | undefined;
}

/** Files beside the weights that describe a model or its text; each may be absent but config.json. */
const DESCRIPTION = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'tokenizer.model',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'chat_template.json',
]);

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

/** @throws {HubError} where a name could lead out of the cache, or a file could not be checked. */
export function checkFetchable(repository: string, file: HubFile): asserts file is FetchableFile {
  const { path, checksum } = file;
  if (!isSafePath(path)) throw new HubError('damaged', `${repository}: the name '${path}' is no safe file name`);
  if (checksum === undefined) {
    throw new HubError('damaged', `${repository}: the hub lists no checksum for ${path}, so it is not fetched`);
  }
}

/**
 * Chooses what a model needs: of a repository with safetensors its description and the weights that its index names; of
 * one with GGUF files, or where `wanted` says so, one of these with all its parts. Weights of other frameworks are left:
 * those of PyTorch can run code when they are opened.
 * @param readIndex gives the text of the index of weights.
 * @throws {HubError} with a list where several files fit.
 */
export async function chooseFiles(
  repository: HubRepository,
  wanted: string | undefined,
  readIndex: (file: HubFile) => Promise<string>,
): Promise<FileChoice> {
  const { name, files } = repository;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const index = byPath.get(INDEX);
  const single = byPath.get(SINGLE);
  if (wanted === undefined && (index !== undefined || single !== undefined)) {
    if (!byPath.has('config.json')) {
      throw new HubError('no-file', `${name} has weights but no config.json, which says what model they are of`);
    }
    const others = files.filter(({ path }) => DESCRIPTION.has(path));
    if (index === undefined) return { kind: 'safetensors', others, weights: [single!], main: undefined };
    const weights = shards(repository, byPath, await readIndex(index));
    return { kind: 'safetensors', others: [...others, index], weights, main: undefined };
  }
  const sets = ggufSets(files);
  if (sets.length === 0) throw new HubError('no-file', nothingFits(repository, wanted));
  const set = chooseGguf(name, sets, wanted);
  checkGgufSet(name, set);
  return { kind: 'gguf', others: [], weights: set.files, main: set.files[0]!.path };
}

function shards({ name }: HubRepository, byPath: ReadonlyMap<string, HubFile>, index: string): HubFile[] {
  let names: Set<string>;
  try {
    names = new Set(parseIndex(`${name}/${INDEX}`, JSON.parse(index)).values());
  } catch (error) {
    throw new HubError('damaged', `${name}: ${INDEX} cannot be read (${(error as Error).message})`, { cause: error });
  }
  return [...names].sort().map((shard) => {
    const file = byPath.get(shard);
    if (file === undefined) throw new HubError('no-file', `${name}: ${INDEX} names ${shard}, which is not there`);
    return file;
  });
}

const OTHER_WEIGHTS: readonly (readonly [RegExp, string])[] = [
  [/^adapter_model\./, 'an adapter to another model'],
  [/\.safetensors$/, `safetensors under other names than ${SINGLE}`],
  [/(^|\/)pytorch_model.*\.bin$|\.pth?$/, "PyTorch's own files"],
  [/\.onnx$/, 'ONNX'],
  [/\.h5$|\.msgpack$|\.ckpt$/, 'files of TensorFlow or Flax'],
  [/\.mlpackage\/|\.mlmodel$/, 'Core ML'],
];

function nothingFits({ name, files }: HubRepository, wanted: string | undefined): string {
  if (wanted !== undefined) return `${name} has no GGUF files, so '${wanted}' cannot be chosen: leave it out`;
  const found = OTHER_WEIGHTS.filter(([pattern]) => files.some(({ path }) => pattern.test(path)));
  const has = found.length === 0 ? 'no weights' : found.map(([, what]) => what).join(' and ');
  return `${name} holds no safetensors and no GGUF file but ${has}; look for a repository that has them`;
}

/** Whether a name from the hub stays below the directory it is joined to, on every system. */
export function isSafePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a name.
  if (path === '' || /[\\:\x00-\x1f]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
