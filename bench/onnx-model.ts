/**
 * The bytes of ONNX models of one node (protobuf; field numbers from onnx.proto), as much as a comparison needs. The file
 * format holds keys of a field number and a wire type, then a number of 7 bits a byte, or a length and that many bytes.
 */
type Bytes = Uint8Array<ArrayBuffer>;

export type ElementType = 'f32' | 'u8';
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}
export interface OnnxNode {
  readonly operation: string;
  readonly domain: string;
  readonly attributes: Readonly<Record<string, number>>;
  readonly input: OnnxTensor;
  readonly output: OnnxTensor;
  /** Further inputs, with their values. */
  readonly constants: readonly (OnnxTensor & { readonly data: Bytes | Float32Array<ArrayBuffer> })[];
}

const ELEMENT = { f32: 1, u8: 2 } as const;
const INTEGER_ATTRIBUTE = 2;

function join(parts: readonly Bytes[]): Bytes {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function number(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...bytes, rest);
    bytes.push((rest % 128) | 128);
  }
}

const integer = (field: number, value: number): Bytes => join([number(field * 8), number(value)]);
const bytes = (field: number, content: Bytes): Bytes => join([number(field * 8 + 2), number(content.length), content]);
const text = (field: number, content: string): Bytes => bytes(field, new TextEncoder().encode(content));
const message = (field: number, ...parts: Bytes[]): Bytes => bytes(field, join(parts));

function valueInfo(field: number, { name, type, shape }: OnnxTensor): Bytes {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  return message(field, text(1, name), message(2, message(1, integer(1, ELEMENT[type]), message(2, ...dimensions))));
}

function constant({ name, type, shape, data }: OnnxNode['constants'][number]): Bytes {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(5, ...shape.map((size) => integer(1, size)), integer(2, ELEMENT[type]), text(8, name), bytes(9, raw));
}

export function onnxModel(node: OnnxNode): Bytes {
  const { operation, domain, attributes, input, output, constants } = node;
  const attributeList = Object.entries(attributes).map(([name, value]) =>
    message(5, text(1, name), integer(3, value), integer(20, INTEGER_ATTRIBUTE)),
  );
  const theNode = message(
    1,
    ...[input, ...constants].map(({ name }) => text(1, name)),
    text(2, output.name),
    text(4, operation),
    ...attributeList,
    text(7, domain),
  );
  const graph = message(
    7,
    theNode,
    text(2, 'graph'),
    ...constants.map(constant),
    valueInfo(11, input),
    valueInfo(12, output),
  );
  const operatorSet = (name: string, version: number) => message(8, text(1, name), integer(2, version));
  return join([integer(1, 8), graph, operatorSet('', 17), operatorSet(domain, 1)]);
}
