import { z } from 'zod';
import { count, positive, size } from './config-schema.ts';
import type { ModelConfig, ModelType } from './config-types.ts';

export const expertFields = {
  moe_intermediate_size: size.nullish(),
  first_k_dense_replace: count.nullish(),
  moe_layer_freq: size.nullish(),
  n_shared_experts: count.nullish(),
  n_routed_experts: count.nullish(),
  num_experts_per_tok: count.nullish(),
  n_group: size.nullish(),
  topk_group: size.nullish(),
  scoring_func: z.enum(['softmax', 'sigmoid']).optional(),
  topk_method: z.enum(['greedy', 'group_limited_greedy', 'noaux_tc']).nullish(),
  norm_topk_prob: z.boolean().nullish(),
  routed_scaling_factor: positive.optional(),
};

const expertFile = z.object(expertFields);
type ExpertFile = z.infer<typeof expertFile> & { readonly model_type: ModelType; readonly num_hidden_layers: number };

type Experts = Pick<
  ModelConfig,
  | 'moeIntermediateSize'
  | 'firstDenseLayers'
  | 'moeLayerFrequency'
  | 'sharedExperts'
  | 'routedExperts'
  | 'expertsPerToken'
  | 'groups'
  | 'topkGroups'
  | 'scoring'
  | 'topkMethod'
  | 'normTopkProb'
  | 'routedScalingFactor'
>;

/** What stands in the place of the experts' fields where a model has none. */
export function withoutExperts(
  layers: number,
  rules: Pick<Experts, 'scoring' | 'topkMethod' | 'normTopkProb'> = {
    scoring: 'softmax',
    topkMethod: 'greedy',
    normTopkProb: false,
  },
): Experts {
  const none = { moeIntermediateSize: 0, sharedExperts: 0, routedExperts: 0, expertsPerToken: 0 };
  const rest = { moeLayerFrequency: 1, groups: 1, topkGroups: 1, routedScalingFactor: 1 };
  return { ...none, ...rest, ...rules, firstDenseLayers: layers };
}

/** deepseek_v2 scores with a softmax; deepseek_v3 and the types made after it with a sigmoid and a learned bias. */
export function readExperts(file: ExpertFile, found: string[]): Experts {
  const version3 = file.model_type !== 'deepseek_v2';
  const scoring = file.scoring_func ?? (version3 ? 'sigmoid' : 'softmax');
  const topkMethod = file.topk_method ?? (version3 ? 'noaux_tc' : 'greedy');
  const routedExperts = file.n_routed_experts ?? 0;
  const normTopkProb = file.norm_topk_prob ?? version3;
  if (routedExperts === 0) return withoutExperts(file.num_hidden_layers, { scoring, topkMethod, normTopkProb });
  const fields: Experts = {
    moeIntermediateSize: file.moe_intermediate_size ?? 0,
    firstDenseLayers: file.first_k_dense_replace ?? 0,
    moeLayerFrequency: file.moe_layer_freq ?? 1,
    sharedExperts: file.n_shared_experts ?? 0,
    routedExperts,
    expertsPerToken: file.num_experts_per_tok ?? 0,
    groups: file.n_group ?? 1,
    topkGroups: file.topk_group ?? 1,
    scoring,
    topkMethod,
    normTopkProb,
    routedScalingFactor: file.routed_scaling_factor ?? 1,
  };
  const needed = version3 ? (['n_group', 'topk_group', 'routed_scaling_factor'] as const) : [];
  for (const name of [...needed, 'moe_intermediate_size', 'num_experts_per_tok'] as const) {
    if (file[name] === undefined || file[name] === null) found.push(`field ${name} is missing`);
  }
  if (version3 !== (scoring === 'sigmoid')) found.push(`scoring_func ${scoring} does not exist in ${file.model_type}`);
  if (version3 !== (topkMethod === 'noaux_tc')) {
    found.push(`topk_method ${topkMethod} does not exist in ${file.model_type}`);
  }
  if (!version3 && fields.normTopkProb && fields.routedScalingFactor !== 1) {
    found.push(
      `norm_topk_prob is true and routed_scaling_factor is ${fields.routedScalingFactor}, on which implementations of ` +
        'deepseek_v2 disagree; set one of them to false or 1',
    );
  }
  if (fields.firstDenseLayers > file.num_hidden_layers) {
    found.push(
      `first_k_dense_replace is ${fields.firstDenseLayers}, above num_hidden_layers ${file.num_hidden_layers}`,
    );
  }
  checkSelection(fields, found);
  return fields;
}

function checkSelection(fields: Experts, found: string[]): void {
  const { routedExperts, expertsPerToken, groups, topkGroups, topkMethod } = fields;
  if (expertsPerToken < 1 || expertsPerToken > routedExperts) {
    found.push(`num_experts_per_tok is ${expertsPerToken}, outside 1 to n_routed_experts ${routedExperts}`);
  }
  if (topkMethod === 'greedy' && groups > 1) {
    found.push(`n_group is ${groups}, but topk_method greedy knows no groups`);
  }
  if (topkGroups > groups) found.push(`topk_group is ${topkGroups}, above n_group ${groups}`);
  if (routedExperts % groups !== 0) {
    found.push(`n_group ${groups} does not divide n_routed_experts ${routedExperts}`);
    return;
  }
  const groupSize = routedExperts / groups;
  if (groupSize * Math.min(topkGroups, groups) < expertsPerToken) {
    found.push(
      `num_experts_per_tok is ${expertsPerToken}, but topk_group ${topkGroups} groups hold only ${groupSize * topkGroups} experts`,
    );
  }
  if (topkMethod === 'noaux_tc' && groupSize < 2) {
    found.push(`n_group is ${groups}: topk_method noaux_tc needs at least 2 experts in a group`);
  }
}
