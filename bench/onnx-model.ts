/** Writes ONNX models of one node, as much of the format as comparisons with onnxruntime need (onnx.proto, IR version 8). */

/** Element types of tensors by their number in the format, and those that onnxruntime-node knows them by. */
export const ONNX_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10, bfloat16: 16 } as const;
export type OnnxType = keyof typeof ONNX_TYPES;

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
}

export interface OnnxNode {
  readonly operation: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain?: string;
  /** Whole numbers as integers, others as floats. */
  readonly attributes?: Readonly<Record<string, number>>;
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  /** Contents of inputs that are constants of the model, by name: little-endian, row-major. */
  readonly constants?: Readonly<Record<string, ArrayBufferView>>;
}

type Bytes = readonly number[] | Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function join(parts: readonly Bytes[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const integer = (field: number, value: number): Bytes => [...varint(field << 3), ...varint(value)];
const message = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const body = join(parts);
  return join([varint((field << 3) | 2), varint(body.length), body]);
};
const text = (field: number, value: string): Bytes => message(field, new TextEncoder().encode(value));
const float = (field: number, value: number): Bytes =>
  join([varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);

/** ValueInfoProto: a tensor's name, element type and shape. */
function valueInfo(field: number, { name, type, shape }: OnnxTensor): Bytes {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  return message(field, text(1, name), message(2, message(1, integer(1, ONNX_TYPES[type]), message(2, ...dimensions))));
}

/** TensorProto with raw data. */
function initializer({ name, type, shape }: OnnxTensor, { buffer, byteOffset, byteLength }: ArrayBufferView): Bytes {
  const raw = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  const sizes = shape.map((size) => integer(1, size));
  return message(5, ...sizes, integer(2, ONNX_TYPES[type]), text(8, name), message(9, raw));
}

/** AttributeProto of an integer (type 2) or a float (type 1). */
function attribute(name: string, value: number): Bytes {
  const parts = Number.isInteger(value) ? [integer(3, value), integer(20, 2)] : [float(2, value), integer(20, 1)];
  return message(5, text(1, name), ...parts);
}

/** The bytes of a model with one node. `opsets` are versions by domain; '' is ONNX itself. */
export function onnxModel(node: OnnxNode, opsets: Readonly<Record<string, number>>): Uint8Array {
  const { operation, domain = '', attributes = {}, inputs, outputs, constants = {} } = node;
  const proto = message(
    1,
    ...inputs.map(({ name }) => text(1, name)),
    ...outputs.map(({ name }) => text(2, name)),
    text(4, operation),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    text(7, domain),
  );
  const fixed = inputs.filter(({ name }) => Object.hasOwn(constants, name));
  const given = inputs.filter((input) => !fixed.includes(input));
  const graph = message(
    7,
    proto,
    text(2, operation),
    ...fixed.map((input) => initializer(input, constants[input.name]!)),
    ...given.map((input) => valueInfo(11, input)),
    ...outputs.map((output) => valueInfo(12, output)),
  );
  const imports = Object.entries(opsets).map(([name, version]) => message(8, text(1, name), integer(2, version)));
  return join([integer(1, 8), graph, ...imports]);
}
