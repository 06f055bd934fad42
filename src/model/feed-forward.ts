import {
  add,
  combineExperts,
  type Dispatch,
  gatherTokens,
  groupedLinear,
  linear,
  planDispatch,
  type RouteOptions,
  type Routing,
  routeTokens,
  siluGate,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { ExpertsParameters, GatedParameters } from './parameters.ts';

/** down(silu(gate(x)) · up(x)): x [rows, hidden]. */
export function gatedFeedForward(x: Tensor, { gateUp, down }: GatedParameters): Tensor {
  return linear(siluGate(linear(x, gateUp)), down);
}

/** What the experts of one layer did in a step, for balancing and reports. */
export interface ExpertStep {
  readonly routing: Routing;
  readonly dispatch: Dispatch;
}

/**
 * Shared experts plus the chosen routed experts (DeepSeek-V3 §2.1.2): tokens are sorted by expert, each expert works on
 * its rows, and the weighted results return to their tokens.
 */
export function expertsFeedForward(
  x: Tensor,
  parameters: ExpertsParameters,
  config: ModelConfig,
  balance?: RouteOptions['balance'],
): { output: Tensor; step: ExpertStep } {
  const logits = linear(x, parameters.router);
  const routing = routeTokens(logits, {
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
  const dispatch = planDispatch(routing.indices, config.routedExperts);
  const sorted = gatherTokens(x, dispatch);
  const { gateUp, down } = parameters.experts;
  const results = groupedLinear(siluGate(groupedLinear(sorted, gateUp, dispatch.offsets)), down, dispatch.offsets);
  const routed = combineExperts(results, dispatch, routing.weights);
  const output = parameters.shared ? add(routed, gatedFeedForward(x, parameters.shared)) : routed;
  return { output, step: { routing, dispatch } };
}
