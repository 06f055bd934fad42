import { type ModelConfig, parseModelConfig } from '../model/config.ts';
import { platform } from '../platform/index.ts';
import { type BlockScaling, parseBlockScaling, type ScaledReader, withBlockScales } from './block-scales.ts';
import { readJsonFile } from './json-file.ts';
import { tensorSpecs } from './names.ts';
import { joinPath, withoutSlash } from './paths.ts';
import { openModelTensors, openSafetensors, type TensorReader, type TensorSource } from './safetensors.ts';
import type { StoredTensor } from './safetensors-header.ts';

/** Ending of the directory that holds the former checkpoint while a new one takes its place. */
export const PREVIOUS = '.previous';

/**
 * A model directory in Hugging Face layout, its weights checked against its config. Weights in 8-bit floats with block
 * scales, as DeepSeek-V3 is published, are read as the numbers they stand for.
 */
export interface Checkpoint extends TensorSource {
  readonly directory: string;
  readonly config: ModelConfig;
  /** Bytes of all tensors as stored. */
  readonly totalBytes: number;
  /** The parsed content of another JSON file in the directory, such as `tokenizer.json`. */
  readJson(name: string): Promise<unknown>;
  /** Opens another safetensors file in the directory, such as an optimiser's state; the caller closes it. */
  openTensors(name: string): Promise<TensorReader>;
  readText(name: string): Promise<string>;
  /** Rows of a matrix as they are stored, beginning with `firstRow`: as many as fill the target. */
  readRawRows(name: string, firstRow: number, target: Uint8Array): Promise<void>;
  /** Scales of a weight in 8-bit floats; absent where the model has none. */
  readonly readScales?: ScaledReader['readScales'];
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
  const { config, scaling } = parseConfigAt(configPath, await readJsonFile(configPath));
  const stored = await openModelTensors(place);
  let source: TensorSource & Pick<Checkpoint, 'readScales'> = stored;
  try {
    if (scaling !== undefined) source = withBlockScales(stored, scaling);
    checkTensors(place, config, source.tensors, scaling === undefined ? WIDE_TYPES : [...WIDE_TYPES, ...SCALED_TYPES]);
  } catch (error) {
    await stored.close();
    throw error;
  }
  let totalBytes = 0;
  for (const { bytes } of stored.tensors.values()) totalBytes += bytes;
  return {
    ...source,
    directory: place,
    config,
    totalBytes,
    readJson: (name) => readJsonFile(joinPath(place, name)),
    openTensors: (name) => openSafetensors(joinPath(place, name)),
    readText: (name) => files.readText(joinPath(place, name)),
    async readRawRows(name, firstRow, target) {
      const { bytes = 0, shape = [1] } = stored.tensors.get(name) ?? {};
      await stored.readRawInto(name, (firstRow * bytes) / Math.max(1, shape[0]!), target);
    },
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

interface ParsedConfig {
  readonly config: ModelConfig;
  readonly scaling: BlockScaling | undefined;
}

function parseConfigAt(path: string, json: unknown): ParsedConfig {
  const { quantization_config: quantization, ...rest } = Object(json) as Record<string, unknown>;
  const scaling =
    quantization === undefined || quantization === null ? undefined : parseBlockScaling(path, quantization);
  try {
    return { config: parseModelConfig(scaling === undefined ? json : rest), scaling };
  } catch (error) {
    const message = (error as Error).message.replace(/^config\.json/, path);
    throw new Error(message, { cause: error });
  }
}

const MOST_LISTED = 5;
const WIDE_TYPES: readonly string[] = ['F32', 'F16', 'BF16'];
const SCALED_TYPES: readonly string[] = ['F8_E4M3', 'F8_E5M2'];

/** Compares the tensors of a checkpoint with those that its config asks for. */
export function checkTensors(
  directory: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, Pick<StoredTensor, 'shape' | 'dtype'>>,
  types = WIDE_TYPES,
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
    } else if (!types.includes(tensor.dtype)) {
      problems.push(`${name} has type ${tensor.dtype}, only ${types.join(', ')} are supported here`);
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
