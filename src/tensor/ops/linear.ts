import { type MatmulLayout, type Precision, planMatmul } from '../../kernels/matmul-plan.ts';
import { expertRowsMatmul } from '../../kernels/matmul-rows.ts';
import { BlockTensor, JoinedRows, type Weight } from '../block-tensor.ts';
import { type Operand, recorder, rowsOf } from '../record.ts';
import type { RowCount, Tensor } from '../tensor.ts';
import { blockProduct } from './block-linear.ts';
import { onBackward } from './differentiate.ts';

/** A (grouped) matrix product; see kernels/matmul-plan.ts for the layouts. */
export interface MatrixProduct {
  readonly layout: MatmulLayout;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
  readonly rows: Operand;
  readonly columns: number;
  readonly inner: Operand;
  readonly accumulate?: boolean;
  /** What the operands are rounded to; default f32. */
  readonly precision?: Precision;
  /** First row of each group, [groups + 1], and their number. */
  readonly groups?: { readonly offsets: Tensor; readonly count: number };
}

const most = (size: Operand): number => (typeof size === 'number' ? size : maximumOf(size as never));
const maximumOf = (count: { maximum: number; scale: number }): number => count.maximum * count.scale;

/** Emits the kernel calls of a (grouped) matrix product. */
export function matrixProduct(product: MatrixProduct): void {
  matrixProducts([product]);
}

/**
 * Emits matrix products that do not depend on one another: first all packing, then all multiplying, so that the workers
 * wait for each other once instead of once per product.
 */
export function matrixProducts(products: readonly MatrixProduct[]): void {
  const planned = products.map(plannedCalls);
  for (const calls of planned) for (const emit of calls.slice(0, -1)) emit();
  for (const calls of planned) calls.at(-1)?.();
}

/** The kernel calls of a product, packing before multiplying, with scratch memory for the packed operands. */
function plannedCalls({
  layout,
  a,
  b,
  c,
  rows,
  columns,
  inner,
  accumulate = false,
  precision = 'f32',
  groups,
}: MatrixProduct): (() => void)[] {
  const { runtime } = recorder();
  const shape = { layout, rows: most(rows), columns, inner: most(inner), accumulate, precision };
  const plan = planMatmul(groups ? { ...shape, groups: groups.count } : shape, runtime.target);
  const scratch = recorder().empty([Math.max(1, plan.scratchBytes / 4)], { name: 'packed operands' });
  const known: Record<string, Operand | undefined> = {
    a,
    b,
    c,
    offsets: groups?.offsets,
    strideA: a.stride,
    strideB: b.stride,
    strideC: c.stride,
    rows,
    columns,
    inner,
  };
  const sizes = plan.calls
    .flatMap((call) => Object.values(call.args))
    .flatMap((value) => (isScratch(value) ? [value.scratch / 4] : []));
  const boundaries = [...new Set([...sizes, plan.scratchBytes / 4])].sort((x, y) => x - y);
  return plan.calls.map(({ kernel, args }) => () => {
    const operands = Object.fromEntries(
      Object.entries(args).map(([name, value]) => {
        if (typeof value === 'number') return [name, value];
        if (isScratch(value)) {
          const start = value.scratch / 4;
          return [name, scratch.slice(start, boundaries.find((boundary) => boundary > start)! - start)];
        }
        return [name, known[value as string]!];
      }),
    );
    recorder().call(kernel, operands);
  });
}

function isScratch(value: unknown): value is { scratch: number } {
  return typeof value === 'object' && value !== null && 'scratch' in value;
}

export interface LinearOptions {
  /** Where y is written. */
  readonly into?: Tensor;
  /** Precision of this product and of those of its gradients; default what the recording says (see RecordOptions). */
  readonly precision?: Precision;
}

/**
 * y = x·weightᵀ: x [rows, in], weight [out, in], y [rows, out]. Few rows (decoding) read the weights once as they lie.
 * Weights in blocks round x to 8 bits by blocks of 32 columns; those in panels have no gradients.
 */
export function linear(x: Tensor, weight: Weight, options: LinearOptions = {}): Tensor {
  return byParts(x, weight, { shape: x.shape, rowCount: x.rowCount, ...options }, (part, y) => {
    if (part instanceof BlockTensor) blockProduct({ x, weight: part, y });
    else productWithGradients(x, part, y, { out: part.rows, width: part.columns, precision: options.precision });
  });
}

/**
 * Rows sorted by expert through that expert's matrix: y[r] = x[r]·weight[e]ᵀ for offsets[e] ≤ r < offsets[e + 1].
 * x [rows, in], weight [experts, out, in], offsets i32 [experts + 1].
 */
export function groupedLinear(x: Tensor, weight: Weight, offsets: Tensor): Tensor {
  return byParts(x, weight, { shape: x.shape, rowCount: x.rowCount }, (part, y) => {
    const [count, out, width] = part.shape as [number, number, number];
    const experts = { by: 'grouped', count } as const;
    if (part instanceof BlockTensor) blockProduct({ x, weight: part, y, experts, operands: { offsets } });
    else productWithGradients(x, part, y, { out, width, groups: { offsets, count } });
  });
}

interface Result {
  /** Its last size is replaced by the rows of the weight. */
  readonly shape: readonly number[];
  readonly rowCount: RowCount | undefined;
  readonly into?: Tensor | undefined;
}

/** The result of a product with each part of a weight in its columns. */
function byParts(
  x: Tensor,
  weight: Weight,
  { shape, rowCount, into }: Result,
  multiply: (part: Tensor | BlockTensor, y: Tensor) => void,
): Tensor {
  const parts = weight instanceof JoinedRows ? weight.parts : [weight];
  if (x.columns !== weight.columns) {
    throw new RangeError(`linear: x has ${x.columns} columns, weight ${weight.name} expects ${weight.columns}`);
  }
  const rows = parts.map((part) => part.shape.at(-2)!);
  const out = rows.reduce((sum, count) => sum + count, 0);
  const y = into ?? recorder().empty([...shape.slice(0, -1), out], { rowCount });
  let first = 0;
  for (const [index, part] of parts.entries()) {
    multiply(part, parts.length === 1 ? y : y.slice(first, rows[index]!));
    first += rows[index]!;
  }
  return y;
}

interface LinearShape {
  readonly precision?: Precision | undefined;
  readonly out: number;
  readonly width: number;
  readonly groups?: NonNullable<MatrixProduct['groups']>;
}

/** y = x·weightᵀ; backward dx = dy·weight and dweight = dyᵀ·x, each over the same groups. */
function productWithGradients(x: Tensor, weight: Tensor, y: Tensor, shape: LinearShape): void {
  const { out, width, groups, precision = recorder().products } = shape;
  const rows = rowsOf(x);
  const common = { precision, ...(groups ? { groups } : {}) };
  matrixProduct({ layout: 'nt', a: x, b: weight, c: y, rows, columns: out, inner: width, ...common });
  onBackward([x, weight], y, (dy) => {
    const { gradients } = recorder();
    const dx = gradients!.target(x);
    if (dx) {
      const { tensor: c, accumulate } = dx;
      matrixProduct({ layout: 'nn', a: dy, b: weight, c, rows, columns: width, inner: out, accumulate, ...common });
    }
    const dw = gradients!.target(weight);
    if (dw) {
      const { tensor: c, accumulate } = dw;
      matrixProduct({ layout: 'tn', a: dy, b: x, c, rows: out, columns: width, inner: rows, accumulate, ...common });
    }
  });
}

/**
 * Rows through chosen experts without sorting them: y[i] = x[rowIds[i]]·weight[expertIds[i]]ᵀ; for few tokens, without
 * gradients. rowIds and expertIds i32 [pairs], weight [experts, out, in].
 */
export function expertRowsLinear(x: Tensor, weight: Weight, rowIds: Tensor, expertIds: Tensor, pairs: Operand): Tensor {
  const rowCount = typeof pairs === 'object' && 'symbol' in pairs ? pairs : undefined;
  return byParts(x, weight, { shape: [most(pairs), 0], rowCount }, (part, y) => {
    const operands = { rowIds, expertIds, pairs };
    if (part instanceof BlockTensor) {
      blockProduct({ x, weight: part, y, experts: { by: 'pairs' }, operands });
      return;
    }
    const [, columns, inner] = part.shape as [number, number, number];
    const strides = { strideA: x.stride, strideB: part.stride, strideC: y.stride };
    recorder().call(expertRowsMatmul, { a: x, b: part, c: y, ...operands, ...strides, columns, inner });
  });
}
