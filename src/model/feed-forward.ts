import {
  add,
  combineExperts,
  type Dispatch,
  expertRowsLinear,
  gatherTokens,
  groupedLinear,
  linear,
  planDispatch,
  type RouteOptions,
  type Routing,
  type Runtime,
  routeTokens,
  siluGate,
  Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config-types.ts';
import type { ExpertsParameters, GatedParameters } from './parameters.ts';

/** down(silu(gate(x)) · up(x)): x [rows, hidden]. */
export function gatedFeedForward(x: Tensor, { gateUp, down }: GatedParameters): Tensor {
  return linear(siluGate(linear(x, gateUp), { onlyFor: down }), down);
}

/** What the experts of one layer did in a step, for balancing and reports. */
export interface ExpertStep {
  readonly routing: Routing;
  readonly dispatch: Dispatch;
}

/** Most rows of a step that go through their experts pair by pair; more are sorted by expert first. */
export const PAIRED_ROWS = 8;

/**
 * The same for weights in blocks. Pair by pair, an expert is read once for each row that chose it; products of sorted rows
 * read it once, and with weights in blocks they have nothing to pack first. Of 64 experts of which a row chooses 6, 8 rows
 * meet some 35 in 48 pairs.
 */
export const PAIRED_BLOCK_ROWS = 4;

/** Constants of the path for few rows: pair p is choice p % chosen of row p / chosen. */
export interface ExpertPairs {
  /** Row of each pair, i32 [PAIRED_ROWS · chosen]. */
  readonly rowIds: Tensor;
  /** The pairs in order, i32 [PAIRED_ROWS, chosen]. */
  readonly positions: Tensor;
}

/** Constants for steps of at most {@link PAIRED_ROWS} rows; undefined where the model has no experts. */
export function allocateExpertPairs(runtime: Runtime, config: ModelConfig): ExpertPairs | undefined {
  const chosen = config.expertsPerToken;
  if (chosen === 0) return undefined;
  const rowIds = runtime.allocate('rows of expert pairs', [PAIRED_ROWS * chosen], 'i32');
  const positions = runtime.allocate('positions of expert pairs', [PAIRED_ROWS, chosen], 'i32');
  const pairs = Array.from({ length: PAIRED_ROWS * chosen }, (_, pair) => pair);
  runtime.write(
    rowIds,
    pairs.map((pair) => Math.floor(pair / chosen)),
  );
  runtime.write(positions, pairs);
  return { rowIds, positions };
}

function route(
  x: Tensor,
  parameters: ExpertsParameters,
  config: ModelConfig,
  balance: RouteOptions['balance'],
): Routing {
  // The choice of experts turns on small differences: as in DeepSeek-V3 §3.3 the gate keeps full precision.
  return routeTokens(linear(x, parameters.router, { precision: 'f32' }), {
    variant: {
      experts: config.routedExperts,
      chosen: config.expertsPerToken,
      scoring: config.scoring,
      groups: config.topkMethod === 'greedy' ? 1 : config.groups,
      chosenGroups: config.topkMethod === 'greedy' ? 1 : config.topkGroups,
      groupScore: config.topkMethod === 'noaux_tc' ? 'top2' : 'max',
      bias: parameters.routerBias !== undefined,
      normalize: config.normTopkProb,
    },
    scale: config.routedScalingFactor,
    bias: parameters.routerBias,
    ...(balance ? { balance } : {}),
  });
}

/**
 * Shared experts plus the chosen routed experts (DeepSeek-V3 §2.1.2): tokens are sorted by expert, each expert works on
 * its rows, and the weighted results return to their tokens. With `pairs`, steps of few
 * rows skip the sorting: there is no dispatch then, and no `step`.
 */
export function expertsFeedForward(
  x: Tensor,
  parameters: ExpertsParameters,
  config: ModelConfig,
  { balance, pairs }: { balance?: RouteOptions['balance']; pairs?: ExpertPairs | undefined } = {},
): { output: Tensor; routing: Routing; step: ExpertStep | undefined } {
  const routing = route(x, parameters, config, balance);
  const { routed, dispatch } =
    pairs !== undefined && x.rows <= pairedRows(parameters.experts)
      ? { routed: pairedExperts(x, parameters.experts, routing, pairs), dispatch: undefined }
      : sortedExperts(x, parameters.experts, routing, config);
  const output = parameters.shared ? add(routed, gatedFeedForward(x, parameters.shared)) : routed;
  return { output, routing, step: dispatch && { routing, dispatch } };
}

function pairedRows({ gateUp, down }: GatedParameters): number {
  return gateUp instanceof Tensor || down instanceof Tensor ? PAIRED_ROWS : PAIRED_BLOCK_ROWS;
}

function sortedExperts(x: Tensor, { gateUp, down }: GatedParameters, routing: Routing, config: ModelConfig) {
  const dispatch = planDispatch(routing.indices, config.routedExperts);
  const sorted = gatherTokens(x, dispatch);
  const hidden = siluGate(groupedLinear(sorted, gateUp, dispatch.offsets), { onlyFor: down });
  const results = groupedLinear(hidden, down, dispatch.offsets);
  return { routed: combineExperts(results, dispatch, routing.weights), dispatch };
}

/** Every chosen expert's matrices are read where they lie, once for each row that chose it. */
function pairedExperts(x: Tensor, { gateUp, down }: GatedParameters, routing: Routing, pairs: ExpertPairs): Tensor {
  const { indices, weights } = routing;
  const count = indices.rowCount
    ? { ...indices.rowCount, scale: indices.columns * indices.rowCount.scale }
    : indices.size;
  const hidden = siluGate(expertRowsLinear(x, gateUp, pairs.rowIds, indices, count), { onlyFor: down });
  const results = expertRowsLinear(hidden, down, pairs.positions, indices, count);
  return combineExperts(results, pairs, weights);
}
