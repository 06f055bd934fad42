import type { ModelConfig } from '../model/config.ts';
import { huggingFaceConfigText } from '../model/config-write.ts';
import { platform } from '../platform/index.ts';
import { checkTensors, PREVIOUS } from './checkpoint.ts';
import { tensorSpecs } from './names.ts';
import { joinPath, withoutSlash } from './paths.ts';
import { type TensorToWrite, type WeightType, writeModelTensors, writeSafetensors } from './safetensors-write.ts';

const WRITING = '.writing';
const COPY_CHUNK = 4 * 1024 * 1024;
const DTYPE_NAMES = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' } as const;

export interface CheckpointToWrite {
  readonly config: ModelConfig;
  /** Every tensor that the config asks for, in any order; see {@link TensorToWrite} for `data`. */
  readonly tensors: Iterable<Omit<TensorToWrite, 'dtype'>>;
  /** Type of the weights; router biases stay F32, as rounding them would change which experts are chosen. */
  readonly dtype: WeightType;
  /** Further files by name: tokenizer, generation settings, training state. */
  readonly extraFiles?: Readonly<Record<string, string | Uint8Array>>;
  /** Further safetensors files by name: optimiser state. */
  readonly extraTensors?: Readonly<Record<string, readonly TensorToWrite[]>>;
  /** Largest weights file in bytes before the weights are split, by default 5 GB. */
  readonly largestFile?: number;
}

/**
 * Writes a model directory that {@link openCheckpoint} and Hugging Face transformers read. The whole directory appears at
 * once: it is written beside its place and moved there. Other files of a checkpoint that stood there (a model card, a
 * log) are kept. If the process ends on the way, the former checkpoint stays: under its name, or for an instant with
 * `.previous` appended, where openCheckpoint finds it.
 */
export async function writeCheckpoint(directory: string, checkpoint: CheckpointToWrite): Promise<void> {
  const { files } = platform();
  const place = withoutSlash(directory);
  const tensors = inModelOrder(place, checkpoint);
  await restorePrevious(place);
  await refuseOtherDirectory(place);
  const writing = place + WRITING;
  await files.remove(writing);
  await files.makeDirectory(writing);
  try {
    await writeModelTensors(writing, tensors, checkpoint.largestFile ?? 5e9);
    for (const [name, content] of Object.entries(checkpoint.extraFiles ?? {})) {
      await files.writeAtomic(joinPath(writing, plainName(name)), content);
    }
    for (const [name, extra] of Object.entries(checkpoint.extraTensors ?? {})) {
      await writeSafetensors(joinPath(writing, plainName(name)), extra);
    }
    const config = huggingFaceConfigText(checkpoint.config, DTYPE_NAMES[checkpoint.dtype]);
    await files.writeAtomic(joinPath(writing, 'config.json'), config);
    await keepOtherFiles(place, writing);
  } catch (error) {
    await files.remove(writing);
    throw error;
  }
  await moveIntoPlace(writing, place);
}

async function moveIntoPlace(writing: string, place: string): Promise<void> {
  const { files } = platform();
  const previous = place + PREVIOUS;
  if (await files.exists(place)) {
    await files.remove(previous);
    await files.rename(place, previous);
  }
  await files.rename(writing, place);
  await files.remove(previous);
}

/** Undoes the first half of {@link moveIntoPlace} where a process ended between its two steps. */
async function restorePrevious(place: string): Promise<void> {
  const { files } = platform();
  const previous = place + PREVIOUS;
  if (!(await files.exists(place)) && (await files.exists(joinPath(previous, 'config.json')))) {
    await files.rename(previous, place);
  }
}

function inModelOrder(place: string, { config, tensors, dtype }: CheckpointToWrite): TensorToWrite[] {
  const given = new Map<string, TensorToWrite>();
  for (const tensor of tensors) {
    if (given.has(tensor.name)) throw new Error(`${place}: tensor ${tensor.name} is given twice`);
    given.set(tensor.name, { ...tensor, dtype });
  }
  checkTensors(place, config, given);
  const ordered: TensorToWrite[] = [];
  for (const { name, role } of tensorSpecs(config)) {
    const tensor = given.get(name);
    if (tensor !== undefined) ordered.push(role.part === 'routerBias' ? { ...tensor, dtype: 'F32' } : tensor);
  }
  return ordered;
}

function plainName(name: string): string {
  if (!/^[\w][\w.-]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is not a plain file name`);
  if (name === 'config.json' || isWeights(name)) throw new Error(`${name} is written by itself, not as an extra file`);
  return name;
}

function isWeights(name: string): boolean {
  return /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/.test(name);
}

/** A directory that is not a checkpoint is somebody's work, not ours to replace. */
async function refuseOtherDirectory(place: string): Promise<void> {
  const { files } = platform();
  if (!(await files.exists(place))) return;
  const { kind } = await files.stat(place);
  if (kind !== 'directory') throw new Error(`${place}: exists and is not a directory`);
  const names = await files.list(place);
  if (names.length > 0 && !names.includes('config.json')) {
    throw new Error(`${place}: exists and is not a model directory (no config.json); choose another place`);
  }
}

async function keepOtherFiles(from: string, to: string): Promise<void> {
  const { files } = platform();
  if (!(await files.exists(from))) return;
  for (const name of await files.list(from)) {
    const target = joinPath(to, name);
    if (isWeights(name) || (await files.exists(target))) continue;
    await copy(joinPath(from, name), target);
  }
}

async function copy(from: string, to: string): Promise<void> {
  const { files } = platform();
  if ((await files.stat(from)).kind === 'directory') {
    await files.makeDirectory(to);
    for (const name of await files.list(from)) await copy(joinPath(from, name), joinPath(to, name));
    return;
  }
  const source = await files.open(from);
  const target = await files.createAtomic(to);
  try {
    for (let at = 0; at < source.size; at += COPY_CHUNK) {
      await target.write(await source.read(at, Math.min(COPY_CHUNK, source.size - at)));
    }
    await target.commit();
  } finally {
    await target.abort();
    await source.close();
  }
}
