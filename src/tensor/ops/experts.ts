import {
  addExperts,
  combineExpertsBackward,
  combineExperts as combineKernel,
  gatherTokens as gatherTokensKernel,
  planDispatch as planDispatchKernel,
} from '../../kernels/dispatch.ts';
import {
  type RouterVariant,
  routeTokensBackward,
  routeTokens as routeTokensKernel,
  sequenceBalance,
} from '../../kernels/router.ts';
import { recorder, rowsOf } from '../record.ts';
import type { RowCount, Tensor } from '../tensor.ts';
import { gradientBuffer, onBackward, wantsGradient } from './differentiate.ts';

/** `rowCount` with its rows multiplied, for slots of tokens. */
function times(rowCount: RowCount | undefined, factor: number): RowCount | undefined {
  return rowCount && { ...rowCount, scale: rowCount.scale * factor };
}

export interface Routing {
  /** Chosen experts i32 [tokens, chosen] and their weights [tokens, chosen]. */
  readonly indices: Tensor;
  readonly weights: Tensor;
  /** Scores of all experts [tokens, experts]. */
  readonly scores: Tensor;
  /** Sequence-wise balance loss by token [tokens, 1], if asked for. */
  readonly balanceLoss: Tensor | undefined;
}

export interface RouteOptions {
  readonly variant: RouterVariant;
  /** Factor of the weights (routed_scaling_factor). */
  readonly scale: number;
  /** Bias by expert for the selection, [experts]. */
  readonly bias: Tensor | undefined;
  /** Adds the sequence-wise balance loss (DeepSeek-V3 eq. 17) with this factor; needs the documents' bounds. */
  readonly balance?: { readonly alpha: number; readonly start: Tensor; readonly end: Tensor };
}

/** Chooses experts from logits [tokens, experts]. See kernels/router.ts. */
export function routeTokens(logits: Tensor, { variant, scale, bias, balance }: RouteOptions): Routing {
  const { experts, chosen } = variant;
  const { rowCount } = logits;
  const shape = (columns: number) => [logits.rows, columns];
  const scores = recorder().empty(shape(experts), { rowCount });
  const indices = recorder().empty(shape(chosen), { rowCount, dtype: 'i32' });
  const weights = recorder().empty(shape(chosen), { rowCount });
  const tokens = rowsOf(logits);
  recorder().call(routeTokensKernel(variant), {
    scores,
    indices,
    weights,
    logits,
    bias: bias ?? 0,
    tokens,
    logitsRowStride: logits.stride,
    scale,
  });
  let balanceLoss: Tensor | undefined;
  let scoresGradient: Tensor | undefined;
  if (balance && wantsGradient(logits)) {
    balanceLoss = recorder().empty(shape(1), { rowCount });
    scoresGradient = recorder().empty(shape(experts), { rowCount });
    const { alpha, start, end } = balance;
    const outputs = { scoresGradient, loss: balanceLoss };
    recorder().call(sequenceBalance({ experts, chosen }), { ...outputs, scores, indices, start, end, tokens, alpha });
  }
  onBackward([logits], weights, (weightsGradient) => {
    const buffer = gradientBuffer(logits);
    const { scoring, normalize } = variant;
    const addScoresGradient = scoresGradient !== undefined;
    recorder().call(routeTokensBackward({ experts, chosen, scoring, normalize, addScoresGradient }), {
      logitsGradient: buffer.tensor,
      weightsGradient,
      scoresGradient: scoresGradient ?? 0,
      weights,
      indices,
      scores,
      tokens,
      logitsGradientRowStride: buffer.tensor.stride,
      scale,
    });
    buffer.done();
  });
  return { indices, weights, scores, balanceLoss };
}

/** Where each slot (token, choice) goes when slots are sorted by expert. */
export interface Dispatch {
  /** Slots per expert, i32 [experts]. */
  readonly counts: Tensor;
  /** First row of each expert, i32 [experts + 1]. */
  readonly offsets: Tensor;
  /** Row of each slot, i32 [tokens, chosen], and slot of each row, i32 [tokens · chosen, 1]. */
  readonly positions: Tensor;
  readonly rowSlots: Tensor;
}

export function planDispatch(indices: Tensor, experts: number): Dispatch {
  const chosen = indices.columns;
  const slotCount = times(indices.rowCount, chosen);
  const make = (shape: number[], rowCount?: RowCount) => recorder().empty(shape, { dtype: 'i32', rowCount });
  const dispatch = {
    counts: make([experts]),
    offsets: make([experts + 1]),
    positions: make(indices.shape as number[], indices.rowCount),
    rowSlots: make([indices.rows * chosen, 1], slotCount),
  };
  recorder().call(planDispatchKernel, { ...dispatch, indices, slots: slotCount ?? indices.size, experts });
  return dispatch;
}

/** Rows of x [tokens, width] in the order of the experts: [tokens · chosen, width]. */
export function gatherTokens(x: Tensor, dispatch: Dispatch): Tensor {
  const chosen = dispatch.positions.columns;
  const rowCount = times(x.rowCount, chosen);
  const result = recorder().empty([x.rows * chosen, x.columns], { rowCount });
  recorder().call(gatherTokensKernel({ chosen }), {
    result,
    x,
    rowSlots: dispatch.rowSlots,
    rows: rowsOf(result),
    width: x.columns,
    resultRowStride: result.stride,
    xRowStride: x.stride,
  });
  onBackward([x], result, (gradient) => {
    const target = recorder().gradients!.target(x);
    if (target) sumSlots(target.tensor, gradient, dispatch, undefined, target.accumulate);
  });
  return result;
}

function sumSlots(
  result: Tensor,
  rows: Tensor,
  dispatch: Pick<Dispatch, 'positions'>,
  weights: Tensor | undefined,
  accumulate: boolean,
): void {
  const chosen = dispatch.positions.columns;
  const kernel = (accumulate ? addExperts : combineKernel) as typeof addExperts;
  recorder().call(kernel({ chosen, weighted: weights !== undefined }), {
    result,
    rows,
    positions: dispatch.positions,
    weights: weights ?? 0,
    tokens: rowsOf(result),
    width: result.columns,
    resultRowStride: result.stride,
    rowsRowStride: rows.stride,
  });
}

/** y[t] = Σ_k weights[t, k] · rows[position of slot (t, k)]: [tokens, width]. */
export function combineExperts(rows: Tensor, dispatch: Pick<Dispatch, 'positions'>, weights: Tensor): Tensor {
  const chosen = weights.columns;
  const result = recorder().empty([weights.rows, rows.columns], { rowCount: weights.rowCount });
  sumSlots(result, rows, dispatch, weights, false);
  onBackward([rows, weights], result, (resultGradient) => {
    const [dRows, dWeights] = [gradientBuffer(rows), gradientBuffer(weights)];
    recorder().call(combineExpertsBackward({ chosen }), {
      rowsGradient: dRows.tensor,
      weightsGradient: dWeights.tensor,
      resultGradient,
      rows,
      positions: dispatch.positions,
      weights,
      tokens: rowsOf(result),
      width: rows.columns,
      rowsGradientRowStride: dRows.tensor.stride,
      resultGradientRowStride: resultGradient.stride,
      rowsRowStride: rows.stride,
    });
    dRows.done();
    dWeights.done();
  });
  return result;
}
