import { isBlockFormat } from '../kernels/block-formats.ts';
import { describeModel, type WeightFormat, type WeightFormats } from '../model/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { WeightSource } from './model-weights.ts';
import { type TensorSpec, tensorSpecs } from './names.ts';
import { placesOf } from './weight-places.ts';

/**
 * The formats in which a checkpoint's weights can stay in memory as they are in the file; see `allocateParameters`.
 * Matrices that are put together from tensors of several formats become f32, but for a gate and its up-projection.
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
    const formats = spec.role.part === 'latentUp' ? latentFormats(source, spec) : [formatOf(stored.dtype)];
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
 * for the absorbed form of attention, so that they are widened.
 */
function latentFormats(source: WeightSource, { name }: TensorSpec): WeightFormat[] {
  const stored = source.tensors.get(name)!;
  const rows = stored.source;
  if (rows?.kind === 'latentUp') {
    const [keys, values] = [formatOf(rows.keys.dtype), formatOf(rows.values.dtype)];
    return keys === 'f32' || values === 'f32' ? ['f32'] : [keys, values];
  }
  const values = formatOf(stored.dtype);
  return values === 'f32' ? ['f32'] : ['f32', values];
}

function formatOf(dtype: string): WeightFormat {
  const format = dtype.toLowerCase();
  return isBlockFormat(format) ? format : 'f32';
}
