import { z } from 'zod';
import { positive, size } from './config-schema.ts';
import type { ModelType, RopeScaling, YarnScaling } from './config-types.ts';

const yarnFields = {
  rope_theta: positive.optional(),
  factor: z.number().min(1).finite().optional(),
  original_max_position_embeddings: size.optional(),
  beta_fast: positive.optional(),
  beta_slow: positive.optional(),
  attention_factor: positive.nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  truncate: z.literal(true).optional(),
};

const kindOf = <const K extends readonly [string, ...string[]]>(kinds: K) =>
  z.enum(kinds, { error: () => `only ${[...kinds].map((kind) => JSON.stringify(kind)).join(' and ')} are supported` });

const latentKind = kindOf(['yarn', 'default']);
/** Of models with latent attention: YaRN with DeepSeek's two mscales. */
const latentScaling = z.strictObject({
  ...yarnFields,
  type: latentKind.optional(),
  rope_type: latentKind.optional(),
  mscale: z.number().min(0).finite().optional(),
  mscale_all_dim: z.number().min(0).finite().optional(),
});

const groupedQueryKind = kindOf(['yarn', 'linear', 'llama3', 'default']);
const groupedQueryScaling = z.strictObject({
  ...yarnFields,
  type: groupedQueryKind.optional(),
  rope_type: groupedQueryKind.optional(),
  attn_factor: positive.optional(),
  low_freq_factor: positive.optional(),
  high_freq_factor: positive.optional(),
});

export const latentRopeFields = { rope_scaling: latentScaling.nullish(), rope_parameters: latentScaling.nullish() };
export const groupedQueryRopeFields = {
  rope_scaling: groupedQueryScaling.nullish(),
  rope_parameters: groupedQueryScaling.nullish(),
};

type LatentScaling = z.infer<typeof latentScaling>;
type GroupedQueryScaling = z.infer<typeof groupedQueryScaling>;

interface RopeFile<S> {
  readonly model_type: ModelType;
  readonly rope_theta?: number | undefined;
  readonly rope_scaling?: S | null | undefined;
  readonly rope_parameters?: S | null | undefined;
}

interface Rope {
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
}

/** The place where the file describes its rotary embedding, with theta and kind, each of which may stand twice. */
function placeOf<S extends LatentScaling | GroupedQueryScaling>(file: RopeFile<S>, found: string[]) {
  const scaling = file.rope_parameters ?? file.rope_scaling ?? undefined;
  if (file.rope_parameters && file.rope_scaling) {
    found.push('rope_scaling and rope_parameters are both given; keep the one your model was made with');
  }
  const thetas = new Set([file.rope_theta, scaling?.rope_theta].filter((theta) => theta !== undefined));
  if (thetas.size > 1) found.push(`rope_theta is given as ${[...thetas].join(' and as ')}`);
  const types = new Set([scaling?.type, scaling?.rope_type].filter((type) => type !== undefined));
  if (types.size > 1) found.push(`the rope type is given as ${[...types].join(' and as ')}`);
  const [theta] = thetas;
  const [type = 'default'] = types;
  return { scaling, theta, type };
}

export function readLatentRope(file: RopeFile<LatentScaling>, found: string[]): Rope {
  const { scaling = {}, theta, type } = placeOf(file, found);
  if (theta === undefined) found.push('field rope_theta is missing');
  if (type === 'default' && scaling.factor !== undefined) found.push('rope factor is given without type "yarn"');
  return { ropeTheta: theta ?? 0, ropeScaling: type === 'yarn' ? readLatentYarn(scaling, found) : null };
}

function readLatentYarn(scaling: LatentScaling, found: string[]): YarnScaling {
  const mscaleAllDim = scaling.mscale_all_dim ?? 0;
  const mscale = scaling.mscale ?? 1;
  const bothGiven = (scaling.mscale ?? 0) > 0 && mscaleAllDim > 0;
  const attentionFactor = scaling.attention_factor ?? null;
  const common = readYarn(scaling, found);
  if (!bothGiven && !(mscale === 1 && mscaleAllDim === 0) && attentionFactor === null) {
    found.push(
      `yarn has mscale ${scaling.mscale ?? 'absent'} and mscale_all_dim ${scaling.mscale_all_dim ?? 'absent'}, on which ` +
        'published implementations disagree; give both above 0, or neither, or attention_factor',
    );
  }
  return { ...common, mscale, mscaleAllDim, attentionFactor };
}

function readYarn(scaling: LatentScaling | GroupedQueryScaling, found: string[]) {
  const { factor, original_max_position_embeddings: original } = scaling;
  if (factor === undefined) found.push('field factor of the yarn parameters is missing');
  if (original === undefined) found.push('field original_max_position_embeddings of the yarn parameters is missing');
  return {
    kind: 'yarn',
    factor: factor ?? 1,
    originalMaxPositions: original ?? 1,
    betaFast: scaling.beta_fast ?? 32,
    betaSlow: scaling.beta_slow ?? 1,
  } as const;
}

/** The fields that each kind of scaling reads; `rope_theta` and what is fixed may always stand there. */
const READ: Readonly<Record<RopeScaling['kind'] | 'default', readonly (keyof GroupedQueryScaling)[]>> = {
  default: [],
  linear: ['factor'],
  llama3: ['factor', 'original_max_position_embeddings', 'low_freq_factor', 'high_freq_factor'],
  yarn: ['factor', 'original_max_position_embeddings', 'beta_fast', 'beta_slow', 'attention_factor', 'attn_factor'],
};

/** As in transformers, theta is 10,000 where the file does not name it. */
export function readGroupedQueryRope(file: RopeFile<GroupedQueryScaling>, found: string[]): Rope {
  const { scaling = {}, theta = 10_000, type } = placeOf(file, found);
  const always = ['type', 'rope_type', 'rope_theta', 'partial_rotary_factor', 'truncate'];
  for (const [name, value] of Object.entries(scaling)) {
    if (value === undefined || value === null || always.includes(name)) continue;
    if (!READ[type].includes(name as keyof GroupedQueryScaling)) found.push(`rope type "${type}" has no field ${name}`);
  }
  return { ropeTheta: theta, ropeScaling: readGroupedQueryScaling(type, scaling, found) };
}

function readGroupedQueryScaling(
  kind: RopeScaling['kind'] | 'default',
  scaling: GroupedQueryScaling,
  found: string[],
): RopeScaling | null {
  if (kind === 'default') return null;
  if (kind === 'yarn') {
    const yarn = readYarn(scaling, found);
    const { attention_factor: given, attn_factor: more } = scaling;
    if (given && more) found.push('attention_factor and attn_factor are both given; keep one');
    // transformers does not read attn_factor; vLLM and llama.cpp, for which files have it, multiply the usual factor.
    const attentionFactor = given ?? (more === undefined ? null : more * (0.1 * Math.log(yarn.factor) + 1));
    return { ...yarn, mscale: 1, mscaleAllDim: 0, attentionFactor };
  }
  const required = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings') => {
    if (scaling[name] === undefined) found.push(`field ${name} of the ${kind} rope parameters is missing`);
    return scaling[name] ?? 1;
  };
  const factor = required('factor');
  if (kind === 'linear') return { kind, factor };
  const llama3 = {
    kind,
    factor,
    lowFrequencyFactor: required('low_freq_factor'),
    highFrequencyFactor: required('high_freq_factor'),
    originalMaxPositions: required('original_max_position_embeddings'),
  };
  if (found.length === 0 && llama3.highFrequencyFactor <= llama3.lowFrequencyFactor) {
    found.push(
      `high_freq_factor ${llama3.highFrequencyFactor} is not above low_freq_factor ${llama3.lowFrequencyFactor}`,
    );
  }
  return llama3;
}
