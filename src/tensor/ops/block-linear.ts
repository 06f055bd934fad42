import { ACTIVATION_BYTES } from '../../kernels/block-activations.ts';
import { type BlockArgument, type BlockMatmulShape, planBlockMatmul } from '../../kernels/block-plan.ts';
import { isNarrowFormat } from '../../kernels/narrow-panels.ts';
import { planNarrowMatmul } from '../../kernels/narrow-plan.ts';
import type { PanelFormat } from '../../kernels/panels.ts';
import { BlockTensor, JoinedRows, type Weight } from '../block-tensor.ts';
import { type Operand, recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { wantsGradient } from './differentiate.ts';

interface BlockProduct {
  readonly x: Tensor;
  readonly weight: BlockTensor;
  readonly y: Tensor;
  readonly experts?: BlockMatmulShape['experts'];
  /** For products by head, whose matrices the weight is a stack of. */
  readonly heads?: number;
  /** Tensors and sizes of products through experts, by the names of {@link BlockArgument}. */
  readonly operands?: Partial<Record<'offsets' | 'rowIds' | 'expertIds' | 'pairs', Operand>>;
}

/**
 * Emits y = x·weightᵀ with weights in panels. With blocks x is rounded to 8 bits by blocks of 32 columns (`quantiseRows`),
 * once for all products of the same x; with 16-bit floats it is taken as it is. For inference: throws where a gradient of x
 * is asked for.
 */
export function blockProduct({ x, weight, y, experts, heads, operands = {} }: BlockProduct): void {
  const { target } = recorder().runtime;
  if (wantsGradient(x)) {
    throw new Error(`${weight.name} is kept in ${weight.format}, through which nothing can be trained`);
  }
  const format = usableFormat(weight);
  const { matrixRows: columns, columns: inner } = weight;
  const through = { ...(experts && { experts }), ...(heads !== undefined && { heads }) };
  const shape = { rows: x.rows, columns, inner, ...through };
  const plan = isNarrowFormat(format)
    ? planNarrowMatmul({ format, ...shape }, target)
    : planBlockMatmul({ format, ...shape }, target);
  const known: Partial<Record<string, Operand>> = {
    a: x,
    weights: weight.panels,
    c: y,
    strideA: x.stride,
    strideC: y.stride,
    rows: rowsOf(x),
    ...operands,
  };
  let emits = false;
  const quantised = () =>
    recorder().derived(x, EIGHT_BIT_ACTIVATIONS, () => {
      emits = true;
      return eightBitActivations(plan.scratchBytes);
    });
  if (plan.scratchBytes > 0) quantised();
  for (const { kernel, args, quantisesA } of plan.calls) {
    if (quantisesA && !emits) continue;
    const value = (argument: BlockArgument): Operand =>
      typeof argument === 'number' ? argument : typeof argument === 'object' ? quantised() : known[argument]!;
    recorder().call(
      kernel,
      Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, value(argument)])),
    );
  }
}

/** The format of a weight. Throws if its panels are made for vectors of another length than those of the runtime. */
export function usableFormat({ name, lanes, format }: BlockTensor): PanelFormat {
  const { target } = recorder().runtime;
  if (lanes !== target.lanes) {
    throw new Error(`${name} is packed for vectors of ${lanes} lanes, the runtime has ${target.lanes}`);
  }
  return format;
}

/** What `recorder().derived` calls the rows of a tensor in 8 bits, by blocks of 32 columns. */
const EIGHT_BIT_ACTIVATIONS = 'activations in 8 bits';

/** A temporary for them. */
function eightBitActivations(bytes: number): Tensor {
  return recorder().empty([Math.max(1, bytes)], { dtype: 'u8', name: EIGHT_BIT_ACTIVATIONS });
}

/** Whether products with a weight round what is multiplied with it to 8 bits. */
export function roundsActivations(weight: Weight): boolean {
  if (weight instanceof JoinedRows) return weight.parts.every(roundsActivations);
  return weight instanceof BlockTensor && !isNarrowFormat(weight.format);
}

/** Memory for the rows of `x` in 8 bits, known to all products of x: nothing else may read x if it is not written itself. */
export function eightBitPlace(x: Tensor): Tensor {
  return recorder().derived(x, EIGHT_BIT_ACTIVATIONS, () =>
    eightBitActivations(x.rows * activationRowBytes(x.columns)),
  );
}

/** Bytes of a row of activations in 8 bits. */
function activationRowBytes(columns: number): number {
  return (columns / 32) * ACTIVATION_BYTES;
}
