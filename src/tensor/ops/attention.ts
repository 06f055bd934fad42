import {
  type AttentionVariant,
  attentionBackward,
  attentionForward,
  attentionScratchElements,
  attentionScratchKeys,
  packedKeysElements,
  packKeys,
  sumKeyRopePartials,
} from '../../kernels/attention.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { type GradientBuffer, gradientBuffer, onBackward, wantsGradient } from './differentiate.ts';

/** A tensor [rows, …] seen as heads: `dim` elements per head, `headStride` apart. */
export interface Heads {
  readonly tensor: Tensor;
  readonly headStride: number;
}

export interface CausalAttention {
  readonly queryNope: Heads;
  readonly keyNope: Heads;
  readonly value: Heads;
  /** Rotary parts; the key is shared by all heads. Absent when ropeDim is 0. */
  readonly queryRope?: Heads;
  readonly keyRope?: Tensor;
  readonly heads: number;
  readonly variant: AttentionVariant;
  readonly scale: number;
  /** First row of each row's document and one past its last, i32 [rows]. */
  readonly start: Tensor;
  readonly end: Tensor;
  /** Rows of the longest document that can occur. */
  readonly longestDocument: number;
}

/**
 * Causal attention over documents packed one after another (training, prefill without a cache). Yields
 * [rows, heads · valueDim]. See kernels/attention.ts for the formula.
 */
export function causalAttention(input: CausalAttention): Tensor {
  const { queryNope, queryRope, keyNope, keyRope, value, heads, variant, scale, start, end } = input;
  const { nopeDim, ropeDim, valueDim, group } = variant;
  const { rows: mostRows, rowCount } = queryNope.tensor;
  const rows = rowsOf(queryNope.tensor);
  const keyHeads = heads / group;
  const scratchKeys = attentionScratchKeys(input.longestDocument);
  const scratchSize = attentionScratchElements(input.longestDocument, recorder().runtime.workers);
  const scratch = () => recorder().empty([scratchSize], { name: 'attention scores' });
  const pack = ({ tensor, headStride }: Heads, dim: number, count: number) => {
    const packed = recorder().empty([packedKeysElements(mostRows, count, dim)], { name: 'packed keys' });
    recorder().call(packKeys({ dim }), {
      packed,
      source: tensor,
      rows,
      heads: count,
      rowStride: tensor.stride,
      headStride,
    });
    return packed;
  };
  const packAll = () => ({
    packedKeyNope: pack(keyNope, nopeDim, keyHeads),
    packedKeyRope: keyRope ? pack({ tensor: keyRope, headStride: 0 }, ropeDim, 1) : 0,
  });
  const output = recorder().empty([mostRows, heads * valueDim], { rowCount });
  const logSumExp = recorder().empty([mostRows, heads], { rowCount });
  const strides = {
    queryNopeRowStride: queryNope.tensor.stride,
    queryNopeHeadStride: queryNope.headStride,
    queryRopeRowStride: queryRope?.tensor.stride ?? 0,
    queryRopeHeadStride: queryRope?.headStride ?? 0,
    outputRowStride: output.stride,
  };
  const common = { start, rows, heads, scratchKeys, scale, ...strides };
  const queries = { queryNope: queryNope.tensor, queryRope: queryRope?.tensor ?? 0 };
  recorder().call(attentionForward(variant), {
    output,
    logSumExp,
    scratch: scratch(),
    ...queries,
    ...packAll(),
    value: value.tensor,
    valueRowStride: value.tensor.stride,
    valueHeadStride: value.headStride,
    ...common,
  });
  const inputs = [queryNope.tensor, keyNope.tensor, value.tensor];
  if (queryRope && keyRope) inputs.push(queryRope.tensor, keyRope);
  if (!wantsGradient(...inputs)) return output;

  onBackward(inputs, output, (outputGradient) => {
    const buffers = inputs.map((tensor) => gradientBuffer(tensor));
    const [dQueryNope, dKeyNope, dValue, dQueryRope, dKeyRope] = buffers as [
      GradientBuffer,
      GradientBuffer,
      GradientBuffer,
      ...GradientBuffer[],
    ];
    const partials = recorder().empty([Math.max(1, keyHeads * mostRows * ropeDim)], {
      name: 'rotary key gradients by head',
    });
    // Heads of a gradient lie where those of its tensor do; a temporary keeps the tensor's own stride.
    recorder().call(attentionBackward(variant), {
      queryNopeGradient: dQueryNope.tensor,
      queryRopeGradient: dQueryRope?.tensor ?? 0,
      keyNopeGradient: dKeyNope.tensor,
      keyRopePartials: partials,
      valueGradient: dValue.tensor,
      scratch: scratch(),
      outputGradient,
      output,
      logSumExp,
      ...queries,
      keyNope: keyNope.tensor,
      keyRope: keyRope ?? 0,
      ...packAll(),
      packedValue: pack(value, valueDim, keyHeads),
      end,
      ...common,
      keyNopeRowStride: keyNope.tensor.stride,
      keyNopeHeadStride: keyNope.headStride,
      keyRopeRowStride: keyRope?.stride ?? 0,
      outputGradientRowStride: outputGradient.stride,
      queryNopeGradientRowStride: dQueryNope.tensor.stride,
      queryNopeGradientHeadStride: queryNope.headStride,
      queryRopeGradientRowStride: dQueryRope?.tensor.stride ?? 0,
      queryRopeGradientHeadStride: queryRope?.headStride ?? 0,
      keyNopeGradientRowStride: dKeyNope.tensor.stride,
      keyNopeGradientHeadStride: keyNope.headStride,
      valueGradientRowStride: dValue.tensor.stride,
      valueGradientHeadStride: value.headStride,
    });
    if (dKeyRope) {
      recorder().call(sumKeyRopePartials, {
        keyRopeGradient: dKeyRope.tensor,
        partials,
        rows,
        heads: keyHeads,
        ropeDim,
        rowStride: dKeyRope.tensor.stride,
      });
    }
    for (const buffer of buffers) buffer.done();
  });
  return output;
}
