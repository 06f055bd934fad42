import type { ModelConfig, YarnConfig } from './config.ts';

/**
 * Angle by which each rotary pair turns per position, in radians: qkRopeHeadDim / 2 values, fastest first. With YaRN
 * (Peng et al. 2023, section 3.2) slow pairs are divided by `factor`, fast ones kept, with a ramp between; it applies
 * at every length, as in transformers (DeepSeek's inference code applies it when run with a longer maximum than the
 * original one). Each step is rounded to f32 as the reference does: at position 10,000 the difference would show.
 */
export function ropeFrequencies(config: ModelConfig): Float32Array<ArrayBuffer> {
  const { qkRopeHeadDim: dim, ropeTheta, yarn } = config;
  const frequencies = new Float32Array(dim / 2);
  const [low, high] = yarn === null ? [0, 0] : correctionRange(yarn, dim, ropeTheta);
  for (let pair = 0; pair < frequencies.length; pair += 1) {
    const plain = Math.fround(1 / Math.fround(ropeTheta ** Math.fround((2 * pair) / dim)));
    if (yarn === null) {
      frequencies[pair] = plain;
      continue;
    }
    const kept = Math.fround(1 - Math.min(1, Math.max(0, Math.fround((pair - low) / (high - low)))));
    const slowed = Math.fround(plain / Math.fround(yarn.factor));
    frequencies[pair] = Math.fround(slowed * Math.fround(1 - kept)) + Math.fround(plain * kept);
  }
  return frequencies;
}

/** The pairs between which the ramp runs: those that turn betaFast and betaSlow times over the original length. */
function correctionRange(yarn: YarnConfig, dim: number, theta: number): [low: number, high: number] {
  const pairOf = (turns: number) =>
    (dim * Math.log(yarn.originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, Math.floor(pairOf(yarn.betaFast)));
  const high = Math.min(dim - 1, Math.ceil(pairOf(yarn.betaSlow)));
  return low === high ? [low, high + 0.001] : [low, high];
}

function yarnScale(factor: number, mscale: number): number {
  return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
}

/**
 * Factor on the cosine and sine of the rotary embedding: 1 without YaRN and, since published DeepSeek models have equal
 * mscale and mscale_all_dim, with it. DeepSeek's inference code has no such factor; its model code and transformers do.
 */
export function ropeAttentionFactor(config: ModelConfig): number {
  const { yarn } = config;
  if (yarn === null) return 1;
  return yarn.attentionFactor ?? yarnScale(yarn.factor, yarn.mscale) / yarnScale(yarn.factor, yarn.mscaleAllDim);
}

/**
 * Factor on the attention scores before the softmax: (qkNopeHeadDim + qkRopeHeadDim)^-½, with YaRN times the square of
 * 0.1 · mscale_all_dim · ln(factor) + 1 (DeepSeek-V2, section 3.1.4).
 */
export function softmaxScale(config: ModelConfig): number {
  const scale = (config.qkNopeHeadDim + config.qkRopeHeadDim) ** -0.5;
  const { yarn } = config;
  if (yarn === null) return scale;
  return scale * yarnScale(yarn.factor, yarn.mscaleAllDim) ** 2;
}

/**
 * Cosine and sine for `positions` positions from `first` on, each times {@link ropeAttentionFactor}.
 * @returns [positions, qkRopeHeadDim / 2, 2], cosine before sine.
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
