import { panelRowBytes } from '../kernels/panels.ts';
import {
  allocateBlockTensor,
  type BlockTensor,
  JoinedRows,
  type PanelFormat,
  type Runtime,
  Tensor,
  type Weight,
} from '../tensor/index.ts';
import type { Parameter, ParameterKind, SplitLatentUp } from './parameters.ts';

/** How the numbers of a weight lie in memory. */
export type WeightFormat = 'f32' | PanelFormat;

/**
 * Formats of the weights that are not kept in f32, by name of the parameter. Two where its parts are apart: of `gateUp`
 * the gate and the up-projection, of `latentUp` the keys and the values.
 */
export type WeightFormats = ReadonlyMap<string, readonly WeightFormat[]>;

type Shape = readonly number[];

interface Numbers {
  readonly kind: ParameterKind;
  readonly tensor: Tensor;
  readonly layer: number | undefined;
}

interface Blocks {
  readonly name: string;
  readonly shape: Shape;
  readonly format: PanelFormat;
  readonly layer: number | undefined;
  readonly place: (made: BlockTensor) => void;
}

/** The runtime whose memory the parameters of a layer lie in; of those of no layer for undefined. */
export type RuntimeOf = (layer: number | undefined) => Runtime;

const KINDS: readonly ParameterKind[] = ['matrix', 'router', 'embedding', 'norm', 'projectionBias', 'bias', 'indexer'];

/**
 * The parameters of a model as they are asked for. Tensors of plain numbers get their memory when all are known, so that
 * those of one kind follow one another; weights in panels, which are the most, come last.
 */
export class ParameterPlan {
  readonly #formats: WeightFormats;
  readonly #unused: Set<string>;
  readonly #numbers: Numbers[] = [];
  readonly #blocks: Blocks[] = [];
  #layer: number | undefined;

  constructor(formats: WeightFormats = new Map()) {
    this.#formats = formats;
    this.#unused = new Set(formats.keys());
  }

  /** Parameters that `describe` asks for belong to a layer. */
  inLayer<T>(layer: number, describe: () => T): T {
    this.#layer = layer;
    try {
      return describe();
    } finally {
      this.#layer = undefined;
    }
  }

  /** Plain f32 numbers. */
  numbers(name: string, kind: ParameterKind, shape: Shape): () => Tensor {
    const storage = { name, bytes: 4 * sizeOf(shape), address: undefined, persistent: true };
    const tensor = new Tensor({ storage, dtype: 'f32', shape });
    this.#numbers.push({ kind, tensor, layer: this.#layer });
    return () => tensor;
  }

  /** A matrix or a stack of them, in one format. */
  weight(name: string, kind: 'matrix' | 'embedding', shape: Shape): () => Tensor | BlockTensor {
    const [format = 'f32', second] = this.#take(name);
    if (second !== undefined) throw new RangeError(`${name} cannot be kept in the two formats ${format} and ${second}`);
    return this.#inFormat(name, kind, shape, format);
  }

  /** Rows of a gate, then as many of an up-projection, [..., 2·width, columns]: in one format, or in one each. */
  gateUp(name: string, shape: Shape): () => Weight {
    const [first = 'f32', second = first] = this.#take(name);
    if (first === second) return this.#inFormat(name, 'matrix', shape, first);
    const half = [...shape.slice(0, -2), shape.at(-2)! / 2, shape.at(-1)!];
    const gate = this.#inFormat(`${name}.gate`, 'matrix', half, first);
    const up = this.#inFormat(`${name}.up`, 'matrix', half, second);
    return () => new JoinedRows([gate(), up()]);
  }

  /** The latent up-projection of `heads`: whole, or its keys and values apart. */
  latentUp(
    name: string,
    sizes: { readonly heads: number; readonly nope: number; readonly value: number; readonly rank: number },
  ): () => Tensor | SplitLatentUp {
    const { heads, nope, value, rank } = sizes;
    const formats = this.#take(name);
    const [first = 'f32', second] = formats;
    if (second === undefined) {
      if (first !== 'f32') throw new RangeError(`${name} in ${first} needs formats of its keys and its values`);
      return this.numbers(name, 'matrix', [heads * (nope + value), rank]);
    }
    const keyShape = first === 'f32' ? [heads, nope, rank] : [heads, rank, nope];
    const keys = this.#inFormat(`${name}.keys`, 'matrix', keyShape, first);
    const values = this.#inFormat(`${name}.values`, 'matrix', [heads, value, rank], second);
    return () => ({ keys: keys(), values: values() });
  }

  /** Gives all of them their memory, zeroed; returns those of plain numbers, in the order of each memory. */
  allocate(runtimeOf: RuntimeOf): Parameter[] {
    if (this.#unused.size > 0)
      throw new RangeError(`no weights ${[...this.#unused].join(', ')} to keep as they are stored`);
    const all: Parameter[] = [];
    for (const [runtime, numbers] of Map.groupBy(this.#numbers, ({ layer }) => runtimeOf(layer))) {
      all.push(...allocateNumbers(runtime, numbers));
    }
    for (const { name, shape, format, layer, place } of this.#blocks) {
      place(allocateBlockTensor(runtimeOf(layer), name, shape, format));
    }
    return all;
  }

  /** Bytes that {@link allocate} takes by layer, those of no layer under undefined, but for what fills up panels. */
  bytes(): Map<number | undefined, number> {
    const bytes = new Map<number | undefined, number>();
    const count = (layer: number | undefined, more: number) => bytes.set(layer, (bytes.get(layer) ?? 0) + more);
    for (const { layer, tensor } of this.#numbers) count(layer, aligned(tensor.storage.bytes));
    for (const { layer, shape, format } of this.#blocks) {
      count(layer, sizeOf(shape.slice(0, -1)) * panelRowBytes(format, shape.at(-1)!));
    }
    return bytes;
  }

  /** Those of plain numbers, without memory. */
  plainNumbers(): Parameter[] {
    return this.#numbers.map(({ kind, tensor }) => ({ name: tensor.name, kind, tensor }));
  }

  #take(name: string): readonly WeightFormat[] {
    this.#unused.delete(name);
    return this.#formats.get(name) ?? [];
  }

  #inFormat(name: string, kind: ParameterKind, shape: Shape, format: WeightFormat): () => Tensor | BlockTensor {
    if (format === 'f32') return this.numbers(name, kind, shape);
    let made: BlockTensor | undefined;
    this.#blocks.push({
      name,
      shape,
      format,
      layer: this.#layer,
      place: (tensor) => {
        made = tensor;
      },
    });
    return () => made!;
  }
}

function allocateNumbers(runtime: Runtime, numbers: readonly Numbers[]): Parameter[] {
  const { memory } = runtime;
  const all: Parameter[] = [];
  for (const kind of KINDS) {
    const group = numbers.filter((entry) => entry.kind === kind);
    const total = group.reduce((sum, { tensor }) => sum + aligned(tensor.storage.bytes), 0);
    if (total === 0) continue;
    let address = memory.allocate(total, `the ${kind} parameters of the model`);
    for (const { tensor } of group) {
      Object.assign(tensor.storage, { address, memory });
      all.push({ name: tensor.name, kind, tensor });
      address += aligned(tensor.storage.bytes);
    }
  }
  return all;
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Every parameter begins at a cache line; the gaps stay zero, so that flat ranges can be updated as one. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
