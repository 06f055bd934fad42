import { GGML_TYPES, type GgmlType, ggmlBytes } from './ggml-types.ts';
import type { GgufReader } from './gguf.ts';
import type { GgufTensor } from './gguf-header.ts';
import { type Architecture, fillName, interleavedRow, parseGgufName } from './gguf-names.ts';
import type { TensorSource } from './safetensors.ts';
import type { StoredTensor } from './safetensors-header.ts';

/** Sizes that the translation of names needs, from the configuration. */
export interface AttentionSizes {
  readonly architecture: Architecture;
  readonly heads: number;
  readonly keyHeads: number;
}

/** Where the rows of a tensor with a Hugging Face name stand in a GGUF file. */
export type RowSource =
  /** A range of the rows of a tensor, all axes but the last counted as rows. */
  | { readonly kind: 'rows'; readonly tensor: GgufTensor; readonly first: number }
  /** Rows of heads of this many, their halves interleaved ({@link interleavedRow}). */
  | { readonly kind: 'interleaved'; readonly tensor: GgufTensor; readonly headRows: number }
  /** Per head: the transpose of its keys, then its values. */
  | { readonly kind: 'latentUp'; readonly keys: GgufTensor; readonly values: GgufTensor };

/** A tensor under its Hugging Face name. */
export interface ViewedTensor extends StoredTensor {
  readonly dtype: GgmlType;
  readonly source: RowSource;
}

/** A GGUF file as if it were a model in Hugging Face's names and order of rows. */
export interface GgufView extends TensorSource<ViewedTensor> {
  /**
   * The blocks of some rows, in Hugging Face's order.
   * @throws {Error} for kv_b_proj where the file keeps its keys transposed: they are no rows of blocks.
   */
  readRawRows(name: string, firstRow: number, target: Uint8Array): Promise<void>;
  /** The blocks of some rows of a tensor of the file, all axes but the last counted as rows. */
  readTensorRows(tensor: GgufTensor, firstRow: number, target: Uint8Array): Promise<void>;
}

/**
 * Shows the tensors of a GGUF file under their Hugging Face names: experts one by one, rotary rows of `llama` in halves,
 * kv_b_proj in one piece. Reading converts nothing but the blocks.
 * @throws {Error} naming a tensor that the architecture does not have or whose shape its role does not allow.
 */
export function huggingFaceView(reader: GgufReader, sizes: AttentionSizes): GgufView {
  const tensors = new Map<string, ViewedTensor>();
  for (const tensor of reader.tensors.values()) {
    const { dtype, offset, path } = tensor;
    for (const { name, shape, source } of viewsOf(reader, sizes, tensor)) {
      if (tensors.has(name)) throw new Error(`${reader.path}: tensor ${name} is given in two ways`);
      const elements = shape.reduce((product, length) => product * length, 1);
      tensors.set(name, { name, dtype, shape, elements, bytes: ggmlBytes(dtype, elements), offset, path, source });
    }
  }
  return viewReader(reader, tensors);
}

type View = Pick<ViewedTensor, 'name' | 'shape' | 'source'>;

/** What a tensor of the file is under Hugging Face names: mostly one tensor, of a stack of experts many. */
function* viewsOf(reader: GgufReader, sizes: AttentionSizes, tensor: GgufTensor): Generator<View> {
  const parsed = named(reader.path, () => parseGgufName(sizes.architecture, tensor.name));
  if (parsed === undefined) return;
  const { rule, layer } = parsed;
  const { shape } = tensor;
  const name = fillName(rule.huggingFace, layer);
  switch (rule.change) {
    case 'same':
      yield { name, shape, source: { kind: 'rows', tensor, first: 0 } };
      return;
    case 'queryRows':
    case 'keyRows': {
      const heads = rule.change === 'queryRows' ? sizes.heads : sizes.keyHeads;
      const headRows = (shape[0] ?? 0) / heads;
      if (!Number.isInteger(headRows / 2)) {
        throw new Error(`${tensor.path}: tensor ${tensor.name} of shape [${shape}] is not made of ${heads} heads`);
      }
      yield { name, shape, source: { kind: 'interleaved', tensor, headRows } };
      return;
    }
    case 'experts':
    case 'gateThenUp':
      for (const part of expertParts(tensor, rule.change)) {
        const pattern = rule.huggingFace.replace('gate_proj', part.projection ?? 'gate_proj');
        const source: RowSource = { kind: 'rows', tensor, first: part.first };
        yield { name: fillName(pattern, layer, part.expert), shape: part.shape, source };
      }
      return;
    default:
      yield* latentViews(reader, sizes, tensor, layer);
  }
}

/** kv_b_proj from its two parts; nothing where a file keeps the whole beside them. */
function* latentViews(
  reader: GgufReader,
  sizes: AttentionSizes,
  part: GgufTensor,
  layer: number | null,
): Generator<View> {
  const at = `blk.${layer}`;
  if (reader.tensors.has(`${at}.attn_kv_b.weight`)) return;
  const isKeys = part.name === `${at}.attn_k_b.weight`;
  if (isKeys) {
    const { values, shape } = latentParts(reader, part, sizes.heads, layer);
    const name = `model.layers.${layer}.self_attn.kv_b_proj.weight`;
    yield { name, shape, source: { kind: 'latentUp', keys: part, values } };
  } else if (!reader.tensors.has(`${at}.attn_k_b.weight`)) {
    throw new Error(`${part.path}: tensor ${part.name} stands there without ${at}.attn_k_b.weight`);
  }
}

function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

interface ExpertPart {
  readonly expert: number;
  readonly projection?: 'up_proj';
  readonly shape: readonly [number, number];
  readonly first: number;
}

/** More experts than any model has; a damaged shape must not make millions of names. */
const MOST_EXPERTS = 4096;

function* expertParts({ path, name, shape }: GgufTensor, change: 'experts' | 'gateThenUp'): Generator<ExpertPart> {
  const [experts = 0, rows = 0, columns = 0] = shape;
  if (shape.length !== 3 || experts > MOST_EXPERTS || (change === 'gateThenUp' && rows % 2 !== 0)) {
    throw new Error(`${path}: tensor ${name} has shape [${shape}], not experts × rows × columns`);
  }
  for (let expert = 0; expert < experts; expert += 1) {
    if (change === 'experts') {
      yield { expert, shape: [rows, columns], first: expert * rows };
      continue;
    }
    const half: readonly [number, number] = [rows / 2, columns];
    yield { expert, shape: half, first: expert * rows };
    yield { expert, projection: 'up_proj', shape: half, first: expert * rows + rows / 2 };
  }
}

function latentParts(reader: GgufReader, keys: GgufTensor, heads: number, layer: number | null) {
  const values = reader.tensors.get(`blk.${layer}.attn_v_b.weight`);
  if (values === undefined) throw new Error(`${keys.path}: tensor blk.${layer}.attn_v_b.weight is missing`);
  const [keyHeads, latent, nope] = keys.shape as [number, number, number];
  const [valueHeads, value, valueLatent] = values.shape as [number, number, number];
  const three = keys.shape.length === 3 && values.shape.length === 3;
  if (!three || keyHeads !== heads || valueHeads !== heads || latent !== valueLatent) {
    throw new Error(
      `${keys.path}: tensors ${keys.name} of shape [${keys.shape}] and ${values.name} of shape [${values.shape}] are not ` +
        `keys and values of ${heads} heads over one latent`,
    );
  }
  return { values, shape: [heads * (nope + value), latent] };
}

function viewReader(reader: GgufReader, tensors: ReadonlyMap<string, ViewedTensor>): GgufView {
  const find = (name: string): ViewedTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`${reader.path}: holds no tensor ${name}`);
    return tensor;
  };
  const readRawRows = async (name: string, firstRow: number, target: Uint8Array): Promise<void> => {
    const { source, dtype, shape, elements } = find(name);
    if (source.kind === 'latentUp') {
      throw new Error(`${reader.path}: ${name} is kept as keys and values apart, it has no bytes of its own`);
    }
    const rowBytes = ggmlBytes(dtype, shape.at(-1) ?? 1);
    const rows = (shape.at(-1) ?? 1) === 0 ? 0 : elements / (shape.at(-1) ?? 1);
    const count = rowBytes === 0 ? 0 : target.length / rowBytes;
    if (!Number.isInteger(count) || !Number.isInteger(firstRow) || firstRow < 0 || firstRow + count > rows) {
      throw new Error(
        `${reader.path}: ${name} has ${rows} rows of ${rowBytes} bytes, cannot read ${target.length} from row ${firstRow}`,
      );
    }
    if (source.kind === 'rows') {
      await reader.readRawInto(source.tensor.name, (source.first + firstRow) * rowBytes, target);
      return;
    }
    await readInterleaved(reader, source, rowBytes, firstRow, target);
  };
  const view: GgufView = {
    tensors,
    readRawRows,
    readTensorRows: (tensor, firstRow, target) =>
      reader.readRawInto(tensor.name, firstRow * ggmlBytes(tensor.dtype, tensor.shape.at(-1) ?? 1), target),
    async readRaw(name) {
      const target = new Uint8Array(find(name).bytes);
      await readRawRows(name, 0, target);
      return target;
    },
    async read(name, target) {
      const { source, shape, elements } = find(name);
      if (target.length !== elements) {
        throw new Error(`${reader.path}: tensor ${name} has ${elements} elements, the target ${target.length}`);
      }
      // One axis may be 0 and another of any length.
      if (elements === 0) return;
      if (source.kind === 'rows') {
        await reader.readRange(source.tensor.name, source.first * (shape.at(-1) ?? 1), target);
      } else if (source.kind === 'interleaved') {
        const columns = elements / shape[0]!;
        const head = new Float32Array(source.headRows * columns);
        for (let row = 0; row < shape[0]!; row += 1) {
          const start = row - (row % source.headRows);
          if (row === start) await reader.readRange(source.tensor.name, start * columns, head);
          const from = (interleavedRow(row, source.headRows) - start) * columns;
          target.set(head.subarray(from, from + columns), row * columns);
        }
      } else {
        await readLatentUp(reader, source, target);
      }
    },
    async readRows(name, firstRow, target) {
      const { source, shape, elements } = find(name);
      const columns = shape.at(-1) ?? 1;
      if (source.kind === 'rows') {
        if (!(firstRow >= 0 && firstRow * columns + target.length <= elements)) {
          throw new Error(`${reader.path}: ${name} has no ${target.length} elements from row ${firstRow} on`);
        }
        await reader.readRange(source.tensor.name, (source.first + firstRow) * columns, target);
        return;
      }
      // Others are put together from the rows of a head; matrices of attention are small.
      const whole = new Float32Array(elements);
      await view.read(name, whole);
      const from = firstRow * columns;
      if (!(from >= 0 && from + target.length <= elements)) {
        throw new Error(`${reader.path}: ${name} has no ${target.length} elements from row ${firstRow} on`);
      }
      target.set(whole.subarray(from, from + target.length));
    },
    close: () => reader.close(),
  };
  return view;
}

/** Rows of one type are rows of bytes; a bias is a row of one element each. */
async function readInterleaved(
  reader: GgufReader,
  { tensor, headRows }: Extract<RowSource, { kind: 'interleaved' }>,
  rowBytes: number,
  firstRow: number,
  target: Uint8Array,
): Promise<void> {
  if (tensor.shape.length === 1) {
    const bytes = GGML_TYPES[tensor.dtype].bytes;
    const whole = await reader.readRaw(tensor.name);
    for (let row = 0; row * bytes < whole.length; row += 1) {
      const from = interleavedRow(row, headRows) * bytes;
      target.set(whole.subarray(from, from + bytes), row * bytes);
    }
    return;
  }
  const head = new Uint8Array(headRows * rowBytes);
  let read = -1;
  for (let i = 0; i * rowBytes < target.length; i += 1) {
    const row = firstRow + i;
    const number = Math.floor(row / headRows);
    if (number !== read) {
      await reader.readRawInto(tensor.name, number * head.length, head);
      read = number;
    }
    const from = (interleavedRow(row, headRows) - number * headRows) * rowBytes;
    target.set(head.subarray(from, from + rowBytes), i * rowBytes);
  }
}

async function readLatentUp(
  reader: GgufReader,
  { keys, values }: Extract<RowSource, { kind: 'latentUp' }>,
  target: Float32Array,
): Promise<void> {
  const [heads, latent, nope] = keys.shape as [number, number, number];
  const value = values.shape[1]!;
  const transposed = new Float32Array(latent * nope);
  for (let head = 0; head < heads; head += 1) {
    const at = head * (nope + value) * latent;
    await reader.readRange(keys.name, head * transposed.length, transposed);
    for (let row = 0; row < nope; row += 1) {
      for (let i = 0; i < latent; i += 1) target[at + row * latent + i] = transposed[i * nope + row]!;
    }
    const from = at + nope * latent;
    await reader.readRange(values.name, head * value * latent, target.subarray(from, from + value * latent));
  }
}
