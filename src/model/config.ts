import { describeIssues, type HuggingFaceConfig, huggingFaceConfigSchema, type RopeScaling } from './config-schema.ts';
import { describeValue } from './describe-value.ts';

/**
 * Epsilon of the RMSNorms over the query latent and the key-value latent. DeepSeek's code and transformers use this
 * constant there whatever `rms_norm_eps` says.
 */
export const LATENT_NORM_EPSILON = 1e-6;

/** YaRN context extension (Peng et al. 2023), from `rope_scaling` or `rope_parameters`. */
export interface YarnConfig {
  readonly factor: number;
  /** Positions before extension, `original_max_position_embeddings`. */
  readonly originalMaxPositions: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  readonly mscale: number;
  /** 0: the softmax scale is not corrected. */
  readonly mscaleAllDim: number;
  /** Overrides the factor on cosine and sine that follows from mscale and mscaleAllDim. */
  readonly attentionFactor: number | null;
}

/** Shape and rules of a DeepSeek V2 or V3 model. Field names of `config.json` stand where they differ in more than style. */
export interface ModelConfig {
  readonly modelType: 'deepseek_v2' | 'deepseek_v3';
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  /** Layers of the main model; multi-token prediction modules come on top. */
  readonly layers: number;
  readonly heads: number;
  /** `q_lora_rank`; null: queries are projected without compression. */
  readonly queryLoraRank: number | null;
  /** `kv_lora_rank`: the latent kept per token in the cache. */
  readonly keyValueLoraRank: number;
  readonly qkNopeHeadDim: number;
  readonly qkRopeHeadDim: number;
  readonly vHeadDim: number;
  readonly maxPositions: number;
  readonly ropeTheta: number;
  /** Whether rotary pairs are neighbours (2i, 2i+1), as in all published weights, or halves (i, i+d/2). */
  readonly ropeInterleaved: boolean;
  readonly yarn: YarnConfig | null;
  /** Hidden width of dense feed-forward layers. */
  readonly intermediateSize: number;
  /** Hidden width of one expert; 0 where there are no experts. */
  readonly moeIntermediateSize: number;
  /** `first_k_dense_replace`: leading layers without experts. */
  readonly firstDenseLayers: number;
  /** `moe_layer_freq`: after the dense ones, layers whose index it divides have experts. */
  readonly moeLayerFrequency: number;
  /** Shared experts; they act as one feed-forward of width sharedExperts × moeIntermediateSize. */
  readonly sharedExperts: number;
  /** 0: no layer has experts. */
  readonly routedExperts: number;
  readonly expertsPerToken: number;
  readonly groups: number;
  readonly topkGroups: number;
  readonly scoring: 'softmax' | 'sigmoid';
  /**
   * - greedy: the expertsPerToken best scores.
   * - group_limited_greedy: among the topkGroups groups with the best single score.
   * - noaux_tc: scores plus a learned bias choose, among the groups with the best sum of two biased scores; the weights
   *   are the scores without bias. Experts outside the chosen groups are excluded (score minus infinity), as in
   *   DeepSeek's inference code and transformers 5; transformers 4 set them to 0 instead.
   */
  readonly topkMethod: 'greedy' | 'group_limited_greedy' | 'noaux_tc';
  /**
   * Whether the chosen weights are divided by their sum (plus 1e-20) before `routedScalingFactor` multiplies them.
   * DeepSeek's inference code decides this by the scoring: never for softmax (V2), always for sigmoid (V3). Its V2 model
   * code normalises without scaling; files on which the codes disagree are refused.
   */
  readonly normTopkProb: boolean;
  readonly routedScalingFactor: number;
  /** Epsilon of all norms over the hidden state; see {@link LATENT_NORM_EPSILON} for the others. */
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: boolean;
  /** `num_nextn_predict_layers`: multi-token prediction modules, stored as layers from index `layers` on. */
  readonly mtpLayers: number;
  readonly bosTokenId: number | null;
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
}

/**
 * Reads a Hugging Face `config.json` of type deepseek_v2 or deepseek_v3.
 * @throws {Error} naming every field that is unknown, missing, of a wrong type, or at odds with another.
 */
export function parseModelConfig(json: unknown): ModelConfig {
  const { model_type: type } = Object(json) as { model_type?: unknown };
  if (type !== 'deepseek_v2' && type !== 'deepseek_v3') {
    const what = type === undefined ? 'it has no model_type' : `its model_type is ${describeValue(type)}`;
    throw new Error(`config.json: ${what}; only deepseek_v2 and deepseek_v3 are supported`);
  }
  const parsed = huggingFaceConfigSchema.safeParse(json);
  if (!parsed.success) throw problems(describeIssues(parsed.error, json));
  const file = parsed.data;
  const found: string[] = [];
  const experts = readExperts(file, found);
  const config: ModelConfig = {
    modelType: file.model_type,
    vocabularySize: file.vocab_size,
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    queryLoraRank: file.q_lora_rank,
    keyValueLoraRank: file.kv_lora_rank,
    qkNopeHeadDim: file.qk_nope_head_dim,
    qkRopeHeadDim: file.qk_rope_head_dim,
    vHeadDim: file.v_head_dim,
    maxPositions: file.max_position_embeddings,
    ...readRope(file, found),
    intermediateSize: file.intermediate_size,
    ...experts,
    rmsNormEps: file.rms_norm_eps,
    tieWordEmbeddings: file.tie_word_embeddings ?? false,
    mtpLayers: file.num_nextn_predict_layers ?? file.num_mtp_layers ?? 0,
    bosTokenId: file.bos_token_id ?? null,
    eosTokenIds: [file.eos_token_id ?? []].flat(),
    padTokenId: file.pad_token_id ?? null,
  };
  checkAgreement(file, config, found);
  if (found.length > 0) throw problems(found);
  return config;
}

function problems(lines: readonly string[]): Error {
  const more = lines.length > 8 ? `; and ${lines.length - 8} more` : '';
  return new Error(`config.json: ${lines.slice(0, 8).join('; ')}${more}`);
}

function readRope(
  file: HuggingFaceConfig,
  found: string[],
): Pick<ModelConfig, 'ropeTheta' | 'ropeInterleaved' | 'yarn'> {
  const scaling = file.rope_parameters ?? file.rope_scaling ?? {};
  if (file.rope_parameters && file.rope_scaling) {
    found.push('rope_scaling and rope_parameters are both given; keep the one your model was made with');
  }
  const thetas = new Set([file.rope_theta, scaling.rope_theta].filter((theta) => theta !== undefined));
  if (thetas.size > 1) found.push(`rope_theta is given as ${[...thetas].join(' and as ')}`);
  const [ropeTheta] = thetas;
  if (ropeTheta === undefined) found.push('field rope_theta is missing');
  const types = new Set([scaling.type, scaling.rope_type].filter((type) => type !== undefined));
  if (types.size > 1) found.push(`the rope type is given as ${[...types].join(' and as ')}`);
  const [type = 'default'] = types;
  if (type === 'default' && scaling.factor !== undefined) found.push('rope factor is given without type "yarn"');
  const ropeInterleaved = file.rope_interleave ?? true;
  if (!ropeInterleaved && file.model_type === 'deepseek_v2') {
    found.push('rope_interleave is false, but deepseek_v2 always turns neighbouring pairs');
  }
  return { ropeTheta: ropeTheta ?? 0, ropeInterleaved, yarn: type === 'yarn' ? readYarn(scaling, found) : null };
}

function readYarn(scaling: RopeScaling, found: string[]): YarnConfig {
  const { factor, original_max_position_embeddings: original } = scaling;
  if (factor === undefined) found.push('field factor of the yarn parameters is missing');
  if (original === undefined) found.push('field original_max_position_embeddings of the yarn parameters is missing');
  const mscaleAllDim = scaling.mscale_all_dim ?? 0;
  const mscale = scaling.mscale ?? 1;
  const bothGiven = (scaling.mscale ?? 0) > 0 && mscaleAllDim > 0;
  const attentionFactor = scaling.attention_factor ?? null;
  if (!bothGiven && !(mscale === 1 && mscaleAllDim === 0) && attentionFactor === null) {
    found.push(
      `yarn has mscale ${scaling.mscale ?? 'absent'} and mscale_all_dim ${scaling.mscale_all_dim ?? 'absent'}, on which ` +
        'published implementations disagree; give both above 0, or neither, or attention_factor',
    );
  }
  return {
    factor: factor ?? 1,
    originalMaxPositions: original ?? 1,
    betaFast: scaling.beta_fast ?? 32,
    betaSlow: scaling.beta_slow ?? 1,
    mscale,
    mscaleAllDim,
    attentionFactor,
  };
}

type ExpertFields = Pick<
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

function readExperts(file: HuggingFaceConfig, found: string[]): ExpertFields {
  const version3 = file.model_type === 'deepseek_v3';
  const scoring = file.scoring_func ?? (version3 ? 'sigmoid' : 'softmax');
  const topkMethod = file.topk_method ?? (version3 ? 'noaux_tc' : 'greedy');
  const routedExperts = file.n_routed_experts ?? 0;
  const normTopkProb = file.norm_topk_prob ?? version3;
  if (routedExperts === 0) {
    const none = {
      moeIntermediateSize: 0,
      sharedExperts: 0,
      routedExperts: 0,
      expertsPerToken: 0,
      routedScalingFactor: 1,
    };
    const rules = { moeLayerFrequency: 1, groups: 1, topkGroups: 1, scoring, topkMethod, normTopkProb };
    return { ...none, ...rules, firstDenseLayers: file.num_hidden_layers };
  }
  const fields: ExpertFields = {
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
  checkSelection(fields, found);
  return fields;
}

function checkSelection(fields: ExpertFields, found: string[]): void {
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

function checkAgreement(file: HuggingFaceConfig, config: ModelConfig, found: string[]): void {
  const equal = (name: keyof HuggingFaceConfig, expected: number, why: string) => {
    const value = file[name];
    if (value !== undefined && value !== null && value !== expected) {
      found.push(`${name} is ${describeValue(value)}, but ${why} is ${expected}`);
    }
  };
  equal('num_key_value_heads', config.heads, 'num_attention_heads (latent attention has one key head per query head)');
  equal('qk_head_dim', config.qkNopeHeadDim + config.qkRopeHeadDim, 'qk_nope_head_dim + qk_rope_head_dim');
  equal('head_dim', config.qkRopeHeadDim, 'qk_rope_head_dim');
  equal('num_mtp_layers', config.mtpLayers, 'num_nextn_predict_layers');
  if (config.firstDenseLayers > config.layers) {
    found.push(`first_k_dense_replace is ${config.firstDenseLayers}, above num_hidden_layers ${config.layers}`);
  }
  for (const [name, ids] of [
    ['bos_token_id', [config.bosTokenId]],
    ['eos_token_id', config.eosTokenIds],
    ['pad_token_id', [config.padTokenId]],
  ] as const) {
    for (const id of ids) {
      if (id !== null && id >= config.vocabularySize) {
        found.push(`${name} is ${id}, outside vocab_size ${config.vocabularySize}`);
      }
    }
  }
}

/** Whether a layer has experts; layers from `config.layers` on are the multi-token prediction modules. */
export function hasExperts(config: ModelConfig, layer: number): boolean {
  return config.routedExperts > 0 && layer >= config.firstDenseLayers && layer % config.moeLayerFrequency === 0;
}
