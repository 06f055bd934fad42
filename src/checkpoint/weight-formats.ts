import { isNarrowFormat, narrowDetails } from '../kernels/narrow-panels.ts';
import { isPanelFormat } from '../kernels/panels.ts';
import { describeModel, type WeightFormat, type WeightFormats } from '../model/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { WeightSource } from './model-weights.ts';
import { type TensorSpec, tensorSpecs } from './names.ts';
import { placesOf } from './weight-places.ts';

/**
 * The formats in which a checkpoint's weights can stay in memory as they are in the file, blocks and 16-bit floats; see
 * `allocateParameters`. Matrices that are put together from tensors of several formats become f32, but for a gate and its
 * up-projection.
 */
export function weightFormats(source: WeightSource): WeightFormats {
  const { config, tensors } = source;
  const model = describeModel(config);
  const matrices = new Set(
    model.all.filter(({ kind }) => kind === 'matrix' || kind === 'embedding').map(({ name }) => name),
  );
  const found = new Map<string, Set<WeightFormat>[]>();
  for (const spec of tensorSpecs(config)) {
    const stored = tensors.get(spec.name);
    if (spec.optional || stored === undefined) continue;
    const formats =
      spec.role.part === 'latentUp' ? latentFormats(source, spec) : [formatOf(stored.dtype, spec.shape.at(-1)!)];
    const part = spec.role.part === 'up' ? 1 : 0;
    const parameters = new Set(placesOf(spec, config, model).map((place) => (place as Tensor).storage.name));
    for (const name of parameters) {
      if (!matrices.has(name)) continue;
      const sets = found.get(name) ?? [];
      found.set(name, sets);
      for (const [index, format] of formats.entries()) {
        sets[part + index] = (sets[part + index] ?? new Set()).add(format);
      }
    }
  }
  return new Map([...found].flatMap(([name, sets]) => chosen(name, sets)));
}

/** One format for each part, if there is one. */
function chosen(name: string, sets: readonly Set<WeightFormat>[]): [string, readonly WeightFormat[]][] {
  const formats = sets.map((set) => (set.size === 1 ? [...set][0]! : 'f32'));
  return formats.every((format) => format === 'f32') ? [] : [[name, formats]];
}

/**
 * Keys and values of the latent. Where a file keeps them in one matrix, the blocks of its keys lie along the wrong axis
 * for the absorbed form of attention, so that they are widened; 16-bit floats are transposed as they are loaded.
 */
function latentFormats({ tensors, config }: WeightSource, { name, shape }: TensorSpec): WeightFormat[] {
  const stored = tensors.get(name)!;
  const rows = stored.source;
  const { attention } = config;
  const [rank, nope] = [shape.at(-1)!, attention.kind === 'latent' ? attention.qkNopeHeadDim : 0];
  const apart = rows?.kind === 'latentUp';
  const keys = formatOf(apart ? rows.keys.dtype : stored.dtype, nope);
  const values = formatOf(apart ? rows.values.dtype : stored.dtype, rank);
  if (values === 'f32' || (apart && keys === 'f32')) return ['f32'];
  if (apart || isNarrowFormat(values)) return keys === 'f32' ? ['f32'] : [keys, values];
  return ['f32', values];
}

/** What numbers of a type stay in as rows of `columns`. */
function formatOf(dtype: string, columns: number): WeightFormat {
  const format = dtype.toLowerCase();
  if (!isPanelFormat(format)) return 'f32';
  if (!isNarrowFormat(format)) return format;
  const { together, scaled } = narrowDetails(format);
  return scaled || columns % together !== 0 ? 'f32' : format;
}
