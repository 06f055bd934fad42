import { type Llama3Scaling, type ModelConfig, rotaryDim, type YarnScaling } from './config-types.ts';

/**
 * Angle by which each rotary pair turns per position, in radians: rotaryDim / 2 values, fastest first. With YaRN
 * (Peng et al. 2023, section 3.2) slow pairs are divided by `factor`, fast ones kept, with a ramp between; it applies
 * at every length, as in transformers (DeepSeek's inference code applies it when run with a longer maximum than the
 * original one). Each step is rounded to f32 as the reference does: at position 10,000 the difference would show.
 */
export function ropeFrequencies(config: ModelConfig): Float32Array<ArrayBuffer> {
  const { ropeTheta, ropeScaling: scaling } = config;
  const dim = rotaryDim(config);
  const plain = Float32Array.from(
    { length: dim / 2 },
    (_, pair) => 1 / Math.fround(ropeTheta ** Math.fround((2 * pair) / dim)),
  );
  switch (scaling?.kind) {
    case undefined:
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / Math.fround(scaling.factor));
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, scaling));
    case 'yarn':
      return yarnFrequencies(plain, scaling, ropeTheta);
  }
}

function yarnFrequencies(plain: Float32Array, yarn: YarnScaling, theta: number): Float32Array<ArrayBuffer> {
  const [low, high] = correctionRange(yarn, 2 * plain.length, theta);
  return Float32Array.from(plain, (frequency, pair) => {
    const kept = Math.fround(1 - Math.min(1, Math.max(0, Math.fround((pair - low) / (high - low)))));
    const slowed = Math.fround(frequency / Math.fround(yarn.factor));
    return Math.fround(slowed * Math.fround(1 - kept)) + Math.fround(frequency * kept);
  });
}

/** The pairs between which the ramp runs: those that turn betaFast and betaSlow times over the original length. */
function correctionRange(yarn: YarnScaling, dim: number, theta: number): [low: number, high: number] {
  const pairOf = (turns: number) =>
    (dim * Math.log(yarn.originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, Math.floor(pairOf(yarn.betaFast)));
  const high = Math.min(dim - 1, Math.ceil(pairOf(yarn.betaSlow)));
  return low === high ? [low, high + 0.001] : [low, high];
}

function llama3Frequency(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions: length } = scaling;
  const wavelength = Math.fround(Math.fround(2 * Math.PI) / frequency);
  if (wavelength < Math.fround(length / high)) return frequency;
  const slowed = Math.fround(frequency / Math.fround(factor));
  if (wavelength > Math.fround(length / low)) return slowed;
  const turns = Math.fround(Math.fround(length) / wavelength);
  const kept = Math.fround(Math.fround(turns - Math.fround(low)) / Math.fround(high - low));
  const faded = Math.fround(Math.fround(Math.fround(1 - kept) * frequency) / Math.fround(factor));
  return faded + Math.fround(kept * frequency);
}

function yarnScale(factor: number, mscale: number): number {
  return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
}

/**
 * Factor on the cosine and sine of the rotary embedding: 1 without YaRN and, where mscale and mscale_all_dim are equal
 * as in published DeepSeek models, with it. DeepSeek's inference code has no such factor; its model code and
 * transformers do.
 */
export function ropeAttentionFactor({ ropeScaling: scaling }: ModelConfig): number {
  if (scaling?.kind !== 'yarn') return 1;
  const { factor, mscale, mscaleAllDim } = scaling;
  return scaling.attentionFactor ?? yarnScale(factor, mscale) / yarnScale(factor, mscaleAllDim);
}

/**
 * Factor on the attention scores before the softmax: the size of a query head to the power -½; in latent attention with
 * YaRN times the square of 0.1 · mscale_all_dim · ln(factor) + 1 (DeepSeek-V2, section 3.1.4).
 */
export function softmaxScale({ attention, ropeScaling: scaling }: ModelConfig): number {
  if (attention.kind === 'grouped-query') return attention.headDim ** -0.5;
  const scale = (attention.qkNopeHeadDim + attention.qkRopeHeadDim) ** -0.5;
  if (scaling?.kind !== 'yarn') return scale;
  return scale * yarnScale(scaling.factor, scaling.mscaleAllDim) ** 2;
}

/**
 * Cosine and sine for `positions` positions from `first` on, each times {@link ropeAttentionFactor}.
 * @returns [positions, rotaryDim / 2, 2], cosine before sine.
 */
export function ropeTable(config: ModelConfig, first: number, positions: number): Float32Array<ArrayBuffer> {
  const frequencies = ropeFrequencies(config);
  const factor = ropeAttentionFactor(config);
  const table = new Float32Array(positions * frequencies.length * 2);
  let at = 0;
  for (let position = first; position < first + positions; position += 1) {
    for (const frequency of frequencies) {
      const angle = Math.fround(position * frequency);
      table[at] = Math.cos(angle) * factor;
      table[at + 1] = Math.sin(angle) * factor;
      at += 2;
    }
  }
  return table;
}
