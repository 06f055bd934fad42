import {
  architectureOf,
  type Checkpoint,
  type GgufValue,
  ggufMetadata,
  ggufTensors,
  mixBase,
  mixTypes,
  openGgufCheckpoint,
  plainMetadata,
  type StoredTensor,
  type TensorSource,
  type WeightType,
  writeCheckpoint,
  writeGguf,
} from '../checkpoint/index.ts';
import { type ModelConfig, parseModelConfig, toHuggingFaceConfig } from '../model/index.ts';
import { platform } from '../platform/index.ts';
import { ggufTokenizerEntries, readGgufTokenizer, tokenizerFiles } from '../text/index.ts';
import {
  bytesByType,
  type ConvertedModel,
  type ConvertOptions,
  fileTypeOf,
  mixedModel,
  withFileType,
} from './conversion.ts';
import { endTokensOf, hasGgufTokenizer, named } from './model-source.ts';

/** The mixes that a directory may be written in. */
export const DIRECTORY_TYPES: Readonly<Record<string, WeightType>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' };

/** The type of most bytes of the weights, if a directory can hold it, else bf16. */
function storedType(tensors: Iterable<Pick<StoredTensor, 'dtype' | 'bytes'>>): 'f32' | 'f16' | 'bf16' {
  const bytes = new Map<string, number>();
  for (const tensor of tensors) bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.bytes);
  const [most] = [...bytes].sort((a, b) => b[1] - a[1])[0] ?? ['BF16'];
  return most === 'F32' ? 'f32' : most === 'F16' ? 'f16' : 'bf16';
}

/** A directory to GGUF. */
export async function directoryToGguf(
  checkpoint: Checkpoint,
  target: string,
  options: ConvertOptions,
): Promise<ConvertedModel> {
  const { config, directory } = checkpoint;
  const mix = options.type ?? storedType(checkpoint.tensors.values());
  const fields = toHuggingFaceConfig(config);
  const [tensors, described] = named(directory, () => {
    architectureOf(fields);
    const choose = mixTypes(mix, mixedModel(config), options.pure);
    return [ggufTensors(withoutTiedHead(checkpoint), fields, choose), ggufMetadata(fields, mixBase(mix))] as const;
  });
  const tokenizer = await tokenizerEntries(checkpoint);
  const name = directory.replace(/^.*[\\/](?=[^\\/])/, '');
  const [architecture, ...others] = described.filter(
    ([key]) => key !== 'general.file_type' && key !== 'general.quantization_version',
  );
  const entries: (readonly [string, GgufValue])[] = [
    architecture!,
    ['general.name', { type: 'string', value: name }],
    ...others,
    ...tokenizer.entries,
  ];
  const metadata = withFileType(entries, fileTypeOf(mix));
  const paths = await writeGguf(target, { metadata, tensors }, options);
  return { paths, types: bytesByType(tensors), notes: tokenizer.notes };
}

/** A head that the model does not use, since its embedding is the head. */
function withoutTiedHead(checkpoint: Checkpoint): TensorSource {
  if (!checkpoint.config.tieWordEmbeddings) return checkpoint;
  const tensors = new Map(checkpoint.tensors);
  tensors.delete('lm_head.weight');
  return { ...checkpoint, tensors };
}

async function tokenizerEntries(checkpoint: Checkpoint) {
  const { config, directory } = checkpoint;
  const readJson = async (name: string) => ((await checkpoint.has(name)) ? await checkpoint.readJson(name) : undefined);
  const tokenizerJson = await readJson('tokenizer.json');
  if (tokenizerJson === undefined) {
    const none = ['tokenizer.ggml.model', { type: 'string', value: 'no_vocab' }] as const;
    return { entries: [none], notes: [`${directory} has no tokenizer.json, so the file has no tokenizer.`] };
  }
  const template = (await checkpoint.has('chat_template.jinja'))
    ? { chat_template: await checkpoint.readText('chat_template.jinja') }
    : {};
  const tokenizerConfig = Object((await readJson('tokenizer_config.json')) ?? {}) as Record<string, unknown>;
  const ends = endTokensOf(`${directory}/generation_config.json`, await readJson('generation_config.json'));
  return named(directory, () =>
    ggufTokenizerEntries({
      tokenizerJson,
      tokenizerConfig: { ...tokenizerConfig, ...template },
      vocabularySize: config.vocabularySize,
      bosTokenId: config.bosTokenId,
      eosTokenIds: [...new Set([...config.eosTokenIds, ...ends])],
      padTokenId: config.padTokenId,
    }),
  );
}

/** Files beside the weights that go along as they are. */
const COMPANIONS = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'generation_config.json',
  'jingqi.json',
  'README.md',
  'LICENSE',
];

/** A directory to another with weights of another type; 8-bit floats become what they stand for. */
export async function directoryToDirectory(
  checkpoint: Checkpoint,
  target: string,
  options: ConvertOptions,
): Promise<ConvertedModel> {
  const extraFiles: Record<string, Uint8Array> = {};
  for (const name of COMPANIONS) {
    if (!(await checkpoint.has(name))) continue;
    extraFiles[name] = await platform().files.readBytes(`${checkpoint.directory}/${name}`);
  }
  return writeDirectory(checkpoint, checkpoint.config, target, extraFiles, options);
}

/** GGUF to a directory. */
export async function ggufToDirectory(
  source: string,
  target: string,
  options: ConvertOptions,
): Promise<ConvertedModel> {
  const file = await openGgufCheckpoint(source);
  try {
    const config = named(source, () => parseModelConfig(file.config));
    if (!hasGgufTokenizer(file.metadata)) {
      const written = await writeDirectory(file, config, target, {}, options);
      const none = `${source} has no tokenizer, so the directory has none.`;
      return { ...written, notes: [...file.notes, none] };
    }
    const tokenizer = named(source, () => readGgufTokenizer(plainMetadata(file.metadata)));
    const eosTokenIds = [...new Set([...config.eosTokenIds, ...tokenizer.endTokenIds])];
    const generation = { bos_token_id: config.bosTokenId, eos_token_id: eosTokenIds, pad_token_id: config.padTokenId };
    const files = {
      ...tokenizerFiles(tokenizer),
      'generation_config.json': `${JSON.stringify(generation, null, 2)}\n`,
    };
    const written = await writeDirectory(file, { ...config, eosTokenIds }, target, files, options);
    return { ...written, notes: file.notes };
  } finally {
    await file.close();
  }
}

async function writeDirectory(
  source: TensorSource,
  config: ModelConfig,
  target: string,
  extraFiles: Readonly<Record<string, string | Uint8Array>>,
  { type, largestFile, onProgress }: ConvertOptions,
): Promise<ConvertedModel> {
  const dtype = DIRECTORY_TYPES[type ?? storedType(source.tensors.values())]!;
  const total = [...source.tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  let [done, elements] = [0, 0];
  const tensors = [...source.tensors.values()].map((tensor) => {
    elements += tensor.elements;
    return {
      name: tensor.name,
      shape: tensor.shape,
      data: async () => {
        const values = new Float32Array(tensor.elements);
        await source.read(tensor.name, values);
        done += tensor.bytes;
        onProgress?.(done, total);
        return values;
      },
    };
  });
  const room = largestFile === undefined ? {} : { largestFile };
  await writeCheckpoint(target, { config, tensors, dtype, extraFiles, ...room });
  return { paths: [target], types: { [dtype]: elements * (dtype === 'F32' ? 4 : 2) }, notes: [] };
}
