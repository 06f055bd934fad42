import { adamw, clipScale } from './adamw.ts';
import { attentionBackward, attentionForward, packKeys, sumKeyRopePartials } from './attention.ts';
import { pagedAttention, pagedAttentionPieces, writeCache } from './attention-paged.ts';
import { combinePieces } from './attention-pieces.ts';
import { quantiseRows } from './block-activations.ts';
import { BLOCK_FORMATS } from './block-formats.ts';
import { quantiseGated } from './block-gated.ts';
import { blockMatmul, expertBlockMatmul, groupedBlockMatmul, headsBlockMatmul } from './block-matmul.ts';
import { addRmsNormQuantised } from './block-norm.ts';
import { gatherBlockRows } from './block-rows.ts';
import { crossEntropy, crossEntropyBackward, crossEntropyWithGradient } from './cross-entropy.ts';
import {
  accumulateLoad,
  addExperts,
  combineExperts,
  combineExpertsBackward,
  gatherTokens,
  planDispatch,
  updateBias,
} from './dispatch.ts';
import * as elementwise from './elementwise.ts';
import { gatherRows, scatterAddRows, scatterRows } from './embedding.ts';
import { headsMatmul, headsMatmulTransposed } from './heads-matmul.ts';
import { indexScores, selectPositions } from './indexer.ts';
import type { Kernel, Parameters } from './kernel.ts';
import { latentAttention, latentAttentionPieces } from './latent-attention.ts';
import { packQueries } from './latent-attention-queries.ts';
import { layerNorm } from './layernorm.ts';
import { groupedMatmulInner, groupedMatmulRows, matmul } from './matmul.ts';
import { bf16Matmul, groupedBf16MatmulInner, groupedBf16MatmulRows } from './matmul-bf16.ts';
import { packGroupedPairs, packPairs, roundRows, transposePairs } from './matmul-bf16-pack.ts';
import { packRows, packTail, packTransposed } from './matmul-pack.ts';
import { expertRowsMatmul, fewRowsMatmul } from './matmul-rows.ts';
import { copyMemory, dotPeak, readMemory, registerPeak } from './measure.ts';
import { frobeniusNormalise, frobeniusPartials, muonMomentum, muonUpdate } from './muon.ts';
import {
  expertNarrowMatmul,
  gatherNarrowRows,
  groupedNarrowMatmul,
  headsNarrowMatmul,
  narrowMatmul,
} from './narrow-matmul.ts';
import { columnSums, reduceFinish, reducePartials, rowDots, rowSums } from './reduce.ts';
import { addRmsNorm, rmsNorm, rmsNormBackwardInput, rmsNormBackwardWeight, rmsNormSaving } from './rmsnorm.ts';
import { rotary } from './rotary.ts';
import { routeTokens, routeTokensBackward, sequenceBalance } from './router.ts';
import { addLogitBias, argmaxRows, logSumExpRows, tokenLogProbabilities, topCandidates } from './sampling.ts';
import { siluGate, siluGateBackward } from './silu-gate.ts';
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from './softmax.ts';

/**
 * Every kernel, families in a few variants: what the self-test and the fuzz run. A kernel that is missing here fails
 * kernel-samples.test.ts.
 */
export function kernelSamples(): readonly Kernel[] {
  return [...elementwiseKernels(), ...rowKernels(), ...products(), ...attentionKernels(), ...expertKernels()];
}

const kernel = <P extends Parameters>(each: Kernel<P>): Kernel => each as unknown as Kernel;
const both = <P extends Parameters>(family: (variant: { accumulate: boolean }) => Kernel<P>): Kernel[] =>
  [false, true].map((accumulate) => kernel(family({ accumulate })));

function elementwiseKernels(): Kernel[] {
  const { add, subtract, multiply, scale, multiplyAccumulate, linearCombination, multiplyRows, convert } = elementwise;
  const memories = ['f32', 'f16', 'bf16'] as const;
  return [
    ...[add, subtract, multiply].map(kernel),
    ...[kernel(scale), kernel(multiplyAccumulate), kernel(linearCombination), ...both(multiplyRows)],
    ...memories.flatMap((from) => memories.map((to) => kernel(convert({ from, to })))),
    ...[kernel(elementwise.fill), kernel(elementwise.fillFromMemory), kernel(adamw), kernel(clipScale)],
    ...[true, false].map((nesterov) => kernel(muonMomentum({ nesterov }))),
    ...[kernel(frobeniusPartials), kernel(frobeniusNormalise), kernel(muonUpdate)],
    ...[kernel(registerPeak), kernel(dotPeak), kernel(readMemory), kernel(copyMemory)],
  ];
}

function rowKernels(): Kernel[] {
  const reductions = ['sum', 'sumOfSquares', 'maxAbs'] as const;
  return [
    ...memoriesOfTables.map((memory) => kernel(gatherRows({ memory }))),
    ...[kernel(scatterRows), kernel(scatterAddRows)],
    ...reductions.flatMap((reduction) => [
      kernel(reducePartials({ reduction })),
      ...both(({ accumulate }) => reduceFinish({ reduction, accumulate })),
    ]),
    ...[...both(columnSums), kernel(rowSums), kernel(rowDots)],
    ...[kernel(rmsNorm), kernel(rmsNormSaving), kernel(addRmsNorm), kernel(layerNorm)],
    ...[...both(rmsNormBackwardInput), ...both(rmsNormBackwardWeight)],
    ...[kernel(siluGate), kernel(siluGateBackward), kernel(softmax), kernel(logSoftmax)],
    ...[...both(softmaxBackward), ...both(logSoftmaxBackward)],
    ...[kernel(crossEntropy), kernel(crossEntropyBackward), kernel(crossEntropyWithGradient)],
    ...[kernel(argmaxRows), kernel(topCandidates), kernel(logSumExpRows)],
    ...[kernel(tokenLogProbabilities), kernel(addLogitBias)],
    ...(['interleaved', 'halves'] as const).map((layout) => kernel(rotary({ layout, inverse: false, bias: true }))),
    ...(['interleaved', 'halves'] as const).flatMap((layout) =>
      [false, true].map((inverse) => kernel(rotary({ layout, inverse, bias: false }))),
    ),
  ];
}
const memoriesOfTables = ['f32', 'f16', 'bf16'] as const;

function products(): Kernel[] {
  return [...f32Products(), ...bf16Products(), ...blockProducts(), ...narrowProducts()];
}

const operandsPacked = ['a', 'b'] as const;

/**
 * Products share what they do for one tile, and their code is large. So each kernel is here once with each way that its
 * operands lie, and some of them accumulate. Those that inference needs are among them.
 */
function f32Products(): Kernel[] {
  const precision = 'f32' as const;
  return [
    kernel(matmul({ operands: 'rows', precision, accumulate: false })),
    kernel(matmul({ operands: 'panels', precision, accumulate: true })),
    kernel(matmul({ operands: 'columns', precision, accumulate: true })),
    kernel(groupedMatmulRows({ operands: 'rows', precision, accumulate: false })),
    kernel(groupedMatmulInner({ operands: 'panels', precision, accumulate: false })),
    kernel(groupedMatmulInner({ operands: 'columns', precision, accumulate: false })),
    ...operandsPacked.flatMap((operand) => [kernel(packRows({ operand })), kernel(packTransposed({ operand }))]),
    ...[kernel(packTail), kernel(expertRowsMatmul), kernel(headsMatmul), kernel(headsMatmulTransposed)],
    ...both(({ accumulate }) => fewRowsMatmul({ maxRows: 5, accumulate })),
  ];
}

function bf16Products(): Kernel[] {
  const precision = 'bf16' as const;
  return [
    kernel(bf16Matmul({ operands: 'rows', precision, accumulate: true })),
    kernel(bf16Matmul({ operands: 'panels', precision, accumulate: false })),
    kernel(groupedBf16MatmulRows({ operands: 'rows', precision, accumulate: false })),
    kernel(groupedBf16MatmulInner({ operands: 'panels', precision, accumulate: false })),
    ...operandsPacked.flatMap((operand) => [kernel(packPairs({ operand })), kernel(packGroupedPairs({ operand }))]),
    ...[kernel(roundRows), kernel(transposePairs)],
  ];
}

function blockProducts(): Kernel[] {
  const variants = [
    { format: 'q8_0', tileRows: 2 },
    { format: 'q4_0', tileRows: 3 },
  ] as const;
  // What the ways of a product share does not depend on the format, so that the other formats are here in one of them.
  const others = BLOCK_FORMATS.filter((format) => !variants.some((variant) => variant.format === format));
  return [
    kernel(quantiseRows),
    kernel(quantiseGated),
    kernel(addRmsNormQuantised),
    ...variants.flatMap((variant) => [
      kernel(blockMatmul(variant)),
      kernel(headsBlockMatmul(variant)),
      kernel(groupedBlockMatmul(variant)),
      kernel(expertBlockMatmul({ format: variant.format })),
    ]),
    ...others.map((format) => kernel(blockMatmul({ format, tileRows: 2 }))),
    ...BLOCK_FORMATS.map((format) => kernel(gatherBlockRows({ format }))),
  ];
}

function narrowProducts(): Kernel[] {
  const variants = [
    { format: 'bf16', tileRows: 3 },
    { format: 'f16', tileRows: 5 },
    { format: 'f8_e4m3', tileRows: 4 },
  ] as const;
  const others = [narrowMatmul({ format: 'f8_e5m2', tileRows: 2 }), gatherNarrowRows({ format: 'f8_e5m2' })] as const;
  const samples = variants.flatMap((variant) => [
    kernel(narrowMatmul(variant)),
    kernel(headsNarrowMatmul(variant)),
    kernel(groupedNarrowMatmul(variant)),
    kernel(expertNarrowMatmul({ format: variant.format })),
    kernel(gatherNarrowRows({ format: variant.format })),
  ]);
  return [...samples, kernel(others[0]), kernel(others[1])];
}

function attentionKernels(): Kernel[] {
  const dense = [
    { nopeDim: 12, ropeDim: 4, valueDim: 21, group: 1 },
    { nopeDim: 37, ropeDim: 0, valueDim: 16, group: 2 },
  ];
  const paged = [
    { nopeDim: 33, ropeDim: 8, valueDim: 33, group: 3, pageSize: 4, memory: 'bf16' as const },
    // Pages so large that contexts take several blocks of positions.
    { nopeDim: 16, ropeDim: 0, valueDim: 20, group: 1, pageSize: 64, memory: 'f32' as const },
    // Groups so large that a task takes several tiles of heads.
    { nopeDim: 20, ropeDim: 4, valueDim: 40, group: 17, pageSize: 2, memory: 'f16' as const },
    { nopeDim: 70, ropeDim: 4, valueDim: 100, group: 2, pageSize: 2, memory: 'q8' as const },
  ];
  const latents = [
    // Contexts of several blocks.
    { heads: 12, rank: 33, ropeDim: 6, pageSize: 64, memory: 'f16', products: 'f32' },
    { heads: 17, rank: 72, ropeDim: 0, pageSize: 4, memory: 'q8', products: 'f32' },
    // Two blocks of heads, the second not whole.
    { heads: 70, rank: 20, ropeDim: 4, pageSize: 2, memory: 'f32', products: 'f32' },
    { heads: 14, rank: 71, ropeDim: 5, pageSize: 32, memory: 'bf16', products: 'bf16' },
  ] as const;
  return [
    ...dense.flatMap((variant) => [kernel(attentionForward(variant)), kernel(attentionBackward(variant))]),
    ...[kernel(packKeys({ dim: 5 })), kernel(packKeys({ dim: 70 })), kernel(sumKeyRopePartials)],
    ...paged.flatMap((variant) => [
      kernel(pagedAttention(variant)),
      kernel(pagedAttentionPieces(variant)),
      kernel(writeCache({ pageSize: variant.pageSize, memory: variant.memory })),
    ]),
    ...latents.flatMap((variant) => [
      kernel(packQueries(variant)),
      kernel(latentAttention(variant)),
      kernel(latentAttentionPieces(variant)),
    ]),
    kernel(combinePieces({ heads: 3, rank: 35 })),
    kernel(indexScores({ heads: 6, dim: 37, pageSize: 8, memory: 'f32' })),
    kernel(indexScores({ heads: 4, dim: 16, pageSize: 16, memory: 'bf16' })),
    kernel(indexScores({ heads: 4, dim: 40, pageSize: 4, memory: 'q8' })),
    kernel(selectPositions({ chosen: 5, pageSize: 8 })),
  ];
}

function expertKernels(): Kernel[] {
  const routers = [
    {
      experts: 21,
      chosen: 4,
      scoring: 'sigmoid',
      groups: 3,
      chosenGroups: 2,
      groupScore: 'top2',
      bias: true,
      normalize: true,
    },
    {
      experts: 6,
      chosen: 2,
      scoring: 'softmax',
      groups: 1,
      chosenGroups: 1,
      groupScore: 'max',
      bias: false,
      normalize: false,
    },
  ] as const;
  return [
    ...routers.flatMap((variant) => [
      kernel(routeTokens(variant)),
      kernel(routeTokensBackward({ ...pick(variant), addScoresGradient: variant.bias })),
      kernel(sequenceBalance({ experts: variant.experts, chosen: variant.chosen })),
    ]),
    ...[kernel(planDispatch), kernel(gatherTokens({ chosen: 3 })), kernel(combineExpertsBackward({ chosen: 3 }))],
    ...[true, false].flatMap((weighted) => [
      kernel(combineExperts({ chosen: 3, weighted })),
      kernel(addExperts({ chosen: 2, weighted })),
    ]),
    ...[kernel(accumulateLoad), kernel(updateBias)],
  ];
}

function pick<V extends { experts: number; chosen: number; scoring: 'sigmoid' | 'softmax'; normalize: boolean }>(
  variant: V,
) {
  const { experts, chosen, scoring, normalize } = variant;
  return { experts, chosen, scoring, normalize };
}
