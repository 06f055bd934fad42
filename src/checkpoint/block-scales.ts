import { describeValue } from '../model/describe-value.ts';
import { float32ToBf16 } from './float-formats.ts';
import { fp8Table } from './fp8.ts';
import type { TensorReader, TensorSource } from './safetensors.ts';
import type { StoredTensor, TensorInfo } from './safetensors-header.ts';
import { decodeScales, type ScaleGrid, type ScaleRows, scaleRowBytes, scaleRowsFor } from './scale-grid.ts';

/** What the name of a weight's scales ends with. "inv": multiplying by them undoes the quantisation. */
const SCALE = '_scale_inv';

/** A weight whose numbers are 8-bit floats, one scale for each block of rows and columns. */
interface ScaledTensor {
  readonly codes: TensorInfo;
  /** The name of its scales, and where they stand. */
  readonly scaleName: string;
  readonly scales: ScaleGrid;
  readonly rows: number;
  readonly columns: number;
}

/** How `quantization_config` of a `config.json` says that weights are stored. */
export interface BlockScaling {
  /** Rows and columns that share a scale. */
  readonly block: readonly [number, number];
}

/** Weights in 8-bit floats, read as what they stand for. */
export interface ScaledReader extends TensorSource {
  readRows(name: string, firstRow: number, target: Float32Array): Promise<void>;
  /** The same as bf16 bit patterns, rounded to nearest, ties to even. */
  readRowsBf16(name: string, firstRow: number, target: Uint16Array): Promise<void>;
  /** Some rows of the scales of a weight: of the grid that its tensor tells of. */
  readScales(name: string, rows: ScaleRows): Promise<Float32Array>;
}

/**
 * Reads `quantization_config`: the FP8 format of DeepSeek-V3 and its successors.
 * @param where the file, for messages.
 * @throws {Error} naming the field, for any other method or format.
 */
export function parseBlockScaling(where: string, json: unknown): BlockScaling {
  const bad = (field: string, value: unknown, wanted: string) =>
    new Error(`${where}: field quantization_config.${field} is ${describeValue(value)}, only ${wanted} is supported`);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${where}: field quantization_config is ${describeValue(json)}, not an object`);
  }
  const known = ['quant_method', 'fmt', 'weight_block_size', 'scale_fmt', 'activation_scheme'];
  const unknown = Object.keys(json).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new Error(`${where}: field quantization_config.${unknown} is not understood`);
  const {
    quant_method: method,
    fmt,
    weight_block_size: block,
    scale_fmt: scale,
    activation_scheme: activation,
  } = json as Record<string, unknown>;
  if (method !== 'fp8') throw bad('quant_method', method, '"fp8"');
  if (fmt !== undefined && fmt !== 'e4m3') throw bad('fmt', fmt, '"e4m3"');
  if (scale !== undefined && scale !== 'ue8m0' && scale !== 'float')
    throw bad('scale_fmt', scale, '"ue8m0" or "float"');
  if (activation !== undefined && activation !== 'dynamic') throw bad('activation_scheme', activation, '"dynamic"');
  const size = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
  if (!Array.isArray(block) || block.length !== 2 || !size(block[0]) || !size(block[1])) {
    throw bad('weight_block_size', block, 'a pair of sizes such as [128,128]');
  }
  return { block: [block[0], block[1]] };
}

/**
 * Presents weights of type F8_E4M3 or F8_E5M2 as the numbers they stand for: each code times the scale of its block,
 * `NAME_scale_inv` (F32, or F8_E8M0), rounded to f32 once. Blocks at the lower and right edges may be partial. Scales no
 * longer appear as tensors of their own, but as `scales` of their weight; everything else is passed on.
 * @throws {Error} naming a scale that is missing, left over, or of another shape than its weight asks for.
 */
export function withBlockScales(reader: TensorReader, { block }: BlockScaling): ScaledReader {
  const scaled = new Map<string, ScaledTensor>();
  const tensors = new Map<string, StoredTensor>();
  for (const tensor of reader.tensors.values()) {
    if (tensor.name.endsWith(SCALE)) {
      checkScaleHasWeight(reader, tensor);
      continue;
    }
    if (tensor.dtype === 'F8_E4M3' || tensor.dtype === 'F8_E5M2') {
      const weight = scaledTensor(reader, tensor, block);
      scaled.set(tensor.name, weight);
      tensors.set(tensor.name, { ...tensor, scales: weight.scales });
    } else tensors.set(tensor.name, tensor);
  }
  const readRows = async (name: string, firstRow: number, target: Float32Array): Promise<void> => {
    const tensor = scaled.get(name);
    if (tensor === undefined) {
      if (name.endsWith(SCALE)) throw new Error(`${name} is the scale of a weight, read the weight`);
      return reader.readRows!(name, firstRow, target);
    }
    await readScaledRows(reader, tensor, firstRow, target);
  };
  return {
    tensors,
    readRows,
    async readRowsBf16(name, firstRow, target) {
      const values = new Float32Array(target.length);
      await readRows(name, firstRow, values);
      float32ToBf16(values, target);
    },
    async read(name, target) {
      const tensor = scaled.get(name);
      if (tensor === undefined) {
        if (name.endsWith(SCALE)) throw new Error(`${name} is the scale of a weight, read the weight`);
        return reader.read(name, target);
      }
      const { elements, path } = tensor.codes;
      if (target.length !== elements) {
        throw new Error(`${path}: tensor ${name} has ${elements} elements, the target ${target.length}`);
      }
      await readScaledRows(reader, tensor, 0, target);
    },
    readRaw: (name) => reader.readRaw(name),
    async readScales(name, rows) {
      const tensor = scaled.get(name);
      if (tensor === undefined) throw new Error(`${name} has no scales`);
      return readScales(reader, tensor, rows);
    },
    close: () => reader.close(),
  };
}

function checkScaleHasWeight(reader: TensorReader, scale: TensorInfo): void {
  const weight = reader.tensors.get(scale.name.slice(0, -SCALE.length));
  if (weight !== undefined && (weight.dtype === 'F8_E4M3' || weight.dtype === 'F8_E5M2')) return;
  const why = weight === undefined ? 'there is no such weight' : `that weight has type ${weight.dtype}`;
  throw new Error(`${scale.path}: tensor ${scale.name} scales a weight in 8-bit floats, but ${why}`);
}

function scaledTensor(reader: TensorReader, codes: TensorInfo, block: BlockScaling['block']): ScaledTensor {
  const at = `${codes.path}: tensor ${codes.name}`;
  const [rows, columns] = codes.shape;
  if (codes.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new Error(`${at} of type ${codes.dtype} has shape [${codes.shape}], only matrices have block scales`);
  }
  const scales = reader.tensors.get(codes.name + SCALE);
  if (scales === undefined)
    throw new Error(`${at} has type ${codes.dtype}, but its scale ${codes.name + SCALE} is missing`);
  if (scales.dtype !== 'F32' && scales.dtype !== 'F8_E8M0') {
    throw new Error(`${scales.path}: tensor ${scales.name} has type ${scales.dtype}, scales are F32 or F8_E8M0`);
  }
  const wanted = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])];
  if (scales.shape.length !== 2 || scales.shape[0] !== wanted[0] || scales.shape[1] !== wanted[1]) {
    throw new Error(
      `${scales.path}: tensor ${scales.name} has shape [${scales.shape}], but [${codes.shape}] in blocks of [${block}] ` +
        `needs [${wanted}]`,
    );
  }
  const { path, offset, dtype } = scales;
  const grid = { path, offset, dtype, rows: wanted[0]!, columns: wanted[1]!, block };
  return { codes, scaleName: scales.name, scales: grid, rows, columns };
}

/** Bytes of codes read at a time. */
const CHUNK = 1 << 20;

async function readScaledRows(
  reader: TensorReader,
  tensor: ScaledTensor,
  firstRow: number,
  target: Float32Array,
): Promise<void> {
  const { codes, scales, rows, columns } = tensor;
  const [blockRows, blockColumns] = scales.block;
  const count = columns === 0 ? 0 : target.length / columns;
  if (!Number.isInteger(count) || !Number.isInteger(firstRow) || firstRow < 0 || firstRow + count > rows) {
    throw new Error(
      `${codes.path}: tensor ${codes.name} has ${rows} rows of ${columns}; cannot read ${target.length} elements from ` +
        `row ${firstRow}`,
    );
  }
  const values = fp8Table(codes.dtype as 'F8_E4M3' | 'F8_E5M2');
  const needed = scaleRowsFor(scales, firstRow, count);
  const factors = await readScales(reader, tensor, needed);
  const step = Math.max(1, Math.floor(CHUNK / Math.max(1, columns)));
  for (let row = 0; row < count; row += step) {
    const many = Math.min(step, count - row);
    const bytes = await reader.readRawRange(codes.name, (firstRow + row) * columns, many * columns);
    for (let i = 0; i < many; i += 1) {
      const at = (Math.floor((firstRow + row + i) / blockRows) - needed.first) * scales.columns;
      for (let column = 0; column < columns; column += blockColumns) {
        const factor = factors[at + column / blockColumns]!;
        const end = Math.min(column + blockColumns, columns);
        const [from, to] = [i * columns, (row + i) * columns];
        for (let j = column; j < end; j += 1) target[to + j] = values[bytes[from + j]!]! * factor;
      }
    }
  }
}

async function readScales(
  reader: TensorReader,
  { scales, scaleName }: ScaledTensor,
  { first, count }: ScaleRows,
): Promise<Float32Array> {
  const perRow = scaleRowBytes(scales);
  return decodeScales(scales.dtype, await reader.readRawRange(scaleName, first * perRow, Math.max(0, count) * perRow));
}
