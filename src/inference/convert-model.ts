import {
  type ChooseType,
  keptMetadata,
  type MixName,
  mixTypes,
  openCheckpoint,
  openGguf,
  openGgufCheckpoint,
  retypedTensors,
  writeGguf,
} from '../checkpoint/index.ts';
import { locateModel } from '../hub/index.ts';
import { parseModelConfig } from '../model/index.ts';
import { platform } from '../platform/index.ts';
import {
  bytesByType,
  type ConvertedModel,
  type ConvertOptions,
  fileTypeOf,
  mixedModel,
  withFileType,
} from './conversion.ts';
import { DIRECTORY_TYPES, directoryToDirectory, directoryToGguf, ggufToDirectory } from './convert-directory.ts';
import { isGgufFile, named } from './model-source.ts';

/**
 * Writes a model in another form. Source: a directory in Hugging Face's layout (safetensors, 8-bit floats with scales
 * among them), a GGUF file, or `organisation/name` of the hub; target: a path that ends in .gguf, or a directory.
 * Tokenizer and chat template go along. One tensor after another is read and written; what is written appears under its
 * name when it is whole.
 * @throws {Error} naming what cannot be read, or cannot be said in the form of the target
 */
export async function convertModel(
  source: string,
  target: string,
  options: ConvertOptions = {},
): Promise<ConvertedModel> {
  const toGguf = /\.gguf$/i.test(target);
  await checkTarget(target, toGguf, options);
  const { path } = await locateModel(source);
  if (await isGgufFile(path)) return toGguf ? retype(path, target, options) : ggufToDirectory(path, target, options);
  const checkpoint = await openCheckpoint(path);
  try {
    return toGguf
      ? await directoryToGguf(checkpoint, target, options)
      : await directoryToDirectory(checkpoint, target, options);
  } finally {
    await checkpoint.close();
  }
}

async function checkTarget(target: string, toGguf: boolean, { replace = false, type }: ConvertOptions): Promise<void> {
  const { files } = platform();
  if (!toGguf && type !== undefined && !Object.hasOwn(DIRECTORY_TYPES, type)) {
    const types = Object.keys(DIRECTORY_TYPES).join(', ');
    throw new Error(`a directory holds weights of type ${types}; ${type} is for targets that end in .gguf`);
  }
  if (toGguf && !replace) await refuseParts(target);
  if (!(await files.exists(target))) return;
  const { kind } = await files.stat(target);
  if (toGguf && kind === 'directory') throw new Error(`${target}: is a directory`);
  if (!toGguf && kind !== 'directory') {
    throw new Error(`${target}: is a file, where a directory is to be written; a GGUF file ends in .gguf`);
  }
  if (!replace && (toGguf || (await files.list(target)).length > 0)) {
    throw new Error(`${target}: exists already; choose another place or replace it (--force)`);
  }
}

/** GGUF to GGUF: tensors and metadata as they are, matrices in other types; also joins or splits files. */
async function retype(source: string, target: string, options: ConvertOptions): Promise<ConvertedModel> {
  const choose = options.type === undefined ? undefined : await chooseFor(source, options.type, options.pure);
  const reader = await openGguf(source);
  try {
    const tensors = retypedTensors(reader, choose);
    const again = [...reader.tensors.values()].filter(
      ({ dtype }, at) => tensors[at]!.dtype !== dtype && !['F32', 'F16', 'BF16'].includes(dtype),
    );
    const notes: string[] = [];
    if (again.length > 0) {
      const types = [...new Set(again.map(({ dtype }) => dtype))].join(', ');
      notes.push(`${again.length} matrices were in ${types} already: what that lost stays lost.`);
    }
    const fileType = options.type === undefined ? reader.metadata.get('general.file_type') : undefined;
    const metadata = withFileType(keptMetadata(reader), fileType ?? fileTypeOf(options.type));
    const paths = await writeGguf(target, { metadata, tensors }, options);
    return { paths, types: bytesByType(tensors), notes };
  } finally {
    await reader.close();
  }
}

async function chooseFor(path: string, type: MixName, pure: boolean | undefined): Promise<ChooseType> {
  const described = await openGgufCheckpoint(path);
  try {
    const config = named(path, () => parseModelConfig(described.config));
    return mixTypes(type, mixedModel(config), pure);
  } finally {
    await described.close();
  }
}

/** Files of a split model under this name. */
async function refuseParts(target: string): Promise<void> {
  const { files } = platform();
  const [, folder = '.', name = target] = /^(.*)[\\/]([^\\/]*)$/s.exec(target) ?? [];
  if (!(await files.exists(folder))) return;
  const stem = name.replace(/\.gguf$/i, '');
  const isPart = (other: string) => other.startsWith(stem) && /^-\d{5}-of-\d{5}\.gguf$/.test(other.slice(stem.length));
  const part = (await files.list(folder)).find(isPart);
  if (part === undefined) return;
  throw new Error(`${folder}/${part}: exists already; choose another place or replace it (--force)`);
}
