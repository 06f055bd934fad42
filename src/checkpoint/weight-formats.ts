import { isNarrowFormat, narrowDetails } from '../kernels/narrow-panels.ts';
import { isPanelFormat } from '../kernels/panels.ts';
import { describeModel, type WeightFormat, type WeightFormats } from '../model/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { WeightSource } from './model-weights.ts';
import { type TensorSpec, tensorSpecs } from './names.ts';
import type { StoredTensor } from './safetensors-header.ts';
import { hasScalePerColumnGroup, hasScalePerGroup } from './scale-grid.ts';
import { placesOf } from './weight-places.ts';

/**
 * The formats in which a checkpoint's weights can stay in memory as they are in the file, blocks and floats of 16 or 8 bits; see
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
      spec.role.part === 'latentUp' ? latentFormats(source, spec) : [formatOf(stored, spec.shape.at(-1)!)];
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
 * for the absorbed form of attention, so that they are widened; floats of 16 bits are transposed as they are loaded, and
 * those of 8 bits where the rows that become a group have one scale.
 */
function latentFormats({ tensors, config }: WeightSource, { name, shape }: TensorSpec): WeightFormat[] {
  const stored = tensors.get(name)!;
  const rows = stored.source;
  const { attention, heads } = config;
  const [rank, nope] = [shape.at(-1)!, attention.kind === 'latent' ? attention.qkNopeHeadDim : 0];
  if (rows?.kind === 'latentUp') {
    const [keys, values] = [formatOf(rows.keys, nope), formatOf(rows.values, rank)];
    return values === 'f32' || keys === 'f32' ? ['f32'] : [keys, values];
  }
  const values = formatOf(stored, rank);
  if (values === 'f32') return ['f32'];
  if (!isNarrowFormat(values)) return ['f32', values];
  const { together, scaled } = narrowDetails(values);
  if (!scaled) return nope % together === 0 ? [values, values] : ['f32'];
  const { scales } = stored;
  const headRows = shape[0]! / heads;
  const aligned = Array.from({ length: heads }, (_, head) => hasScalePerColumnGroup(scales!, head * headRows, nope));
  return [nope % together === 0 && aligned.every(Boolean) ? values : 'f32', values];
}

/** What the numbers of a tensor stay in as rows of `columns`. */
function formatOf({ dtype, scales }: Pick<StoredTensor, 'dtype' | 'scales'>, columns: number): WeightFormat {
  const format = dtype.toLowerCase();
  if (!isPanelFormat(format)) return 'f32';
  if (!isNarrowFormat(format)) return format;
  const { together, scaled } = narrowDetails(format);
  const fits = columns % together === 0 && (!scaled || (scales !== undefined && hasScalePerGroup(scales, columns)));
  return fits ? format : 'f32';
}
