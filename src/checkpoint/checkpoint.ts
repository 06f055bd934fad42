import { type ModelConfig, parseModelConfig } from '../model/config.ts';
import { platform } from '../platform/index.ts';
import { readJsonFile } from './json-file.ts';
import { tensorSpecs } from './names.ts';
import { joinPath, withoutSlash } from './paths.ts';
import { openModelTensors, openSafetensors, type TensorReader } from './safetensors.ts';
import type { TensorInfo } from './safetensors-header.ts';

/** Ending of the directory that holds the former checkpoint while a new one takes its place. */
export const PREVIOUS = '.previous';

/** A model directory in Hugging Face layout, its weights checked against its config. */
export interface Checkpoint extends TensorReader {
  readonly directory: string;
  readonly config: ModelConfig;
  /** Bytes of all tensors as stored. */
  readonly totalBytes: number;
  /** The parsed content of another JSON file in the directory, such as `tokenizer.json`. */
  readJson(name: string): Promise<unknown>;
  /** Opens another safetensors file in the directory, such as an optimiser's state; the caller closes it. */
  openTensors(name: string): Promise<TensorReader>;
  readText(name: string): Promise<string>;
  has(name: string): Promise<boolean>;
}

/**
 * Opens a directory with `config.json` and safetensors weights. Reads only the headers; tensors are read one by one.
 * @throws {Error} naming file and reason if anything is absent, damaged, or of another shape than the config says.
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const { files } = platform();
  const place = await existingDirectory(directory);
  const configPath = joinPath(place, 'config.json');
  if (!(await files.exists(configPath))) throw new Error(`${directory}: no model, it holds no config.json`);
  const config = parseConfigAt(configPath, await readJsonFile(configPath));
  const reader = await openModelTensors(place);
  try {
    checkTensors(place, config, reader.tensors);
  } catch (error) {
    await reader.close();
    throw error;
  }
  let totalBytes = 0;
  for (const { bytes } of reader.tensors.values()) totalBytes += bytes;
  return {
    ...reader,
    directory: place,
    config,
    totalBytes,
    readJson: (name) => readJsonFile(joinPath(place, name)),
    openTensors: (name) => openSafetensors(joinPath(place, name)),
    readText: (name) => files.readText(joinPath(place, name)),
    has: (name) => files.exists(joinPath(place, name)),
  };
}

/** The directory, or the former one if a process ended just between moving it away and moving the new one in. */
async function existingDirectory(directory: string): Promise<string> {
  const { files } = platform();
  if (await files.exists(joinPath(directory, 'config.json'))) return directory;
  const previous = withoutSlash(directory) + PREVIOUS;
  return !(await files.exists(directory)) && (await files.exists(joinPath(previous, 'config.json')))
    ? previous
    : directory;
}

function parseConfigAt(path: string, json: unknown): ModelConfig {
  try {
    return parseModelConfig(json);
  } catch (error) {
    const message = (error as Error).message.replace(/^config\.json/, path);
    throw new Error(message, { cause: error });
  }
}

const MOST_LISTED = 5;

/** Compares the tensors of a checkpoint with those that its config asks for. */
export function checkTensors(
  directory: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, Pick<TensorInfo, 'shape' | 'dtype'>>,
): void {
  const problems: string[] = [];
  const known = new Set<string>();
  for (const { name, shape, optional } of tensorSpecs(config)) {
    // Ends early: a config that asks for millions of absent tensors must not take minutes to refuse.
    if (problems.length > MOST_LISTED) break;
    known.add(name);
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      if (!optional) problems.push(`${name} is missing${missingHint(config, name)}`);
    } else if (tensor.shape.length !== shape.length || tensor.shape.some((length, axis) => length !== shape[axis])) {
      problems.push(`${name} has shape [${tensor.shape}] where the config asks for [${shape}]`);
    } else if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      problems.push(`${name} has type ${tensor.dtype}, only F32, F16 and BF16 are supported`);
    }
  }
  if (problems.length <= MOST_LISTED) {
    for (const name of tensors.keys()) if (!known.has(name)) problems.push(`${name} is not part of this model`);
  }
  if (problems.length === 0) return;
  const more = problems.length > MOST_LISTED ? '; and more' : '';
  throw new Error(`${directory}: weights do not fit config.json: ${problems.slice(0, MOST_LISTED).join('; ')}${more}`);
}

function missingHint(config: ModelConfig, name: string): string {
  const layer = /^model\.layers\.(\d+)\./.exec(name)?.[1];
  return layer !== undefined && Number(layer) >= config.layers
    ? ' (if the multi-token prediction modules were left out, set num_nextn_predict_layers to 0)'
    : '';
}
