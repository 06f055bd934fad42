export type { Precision } from '../kernels/matmul-plan.ts';
export type { PanelFormat } from '../kernels/panels.ts';
export { allocateBlockTensor, type BlockRows, BlockTensor, JoinedRows, type Weight } from './block-tensor.ts';
export { DTYPE_BYTES, type DType } from './dtype.ts';
export { type MachineLimits, MEASURE_BYTES, measureMachine } from './measure.ts';
export { formatBytes, type LinearMemory, OutOfMemoryError } from './memory.ts';
export { nativeReport } from './native-target.ts';
export { siluGate } from './ops/activation.ts';
export { type CausalAttention, causalAttention, type Heads } from './ops/attention.ts';
export { type LatentAttention, latentAttention } from './ops/attention-latent.ts';
export { type PagedAttention, type PagedRows, pagedAttention, writeCache } from './ops/attention-paged.ts';
export {
  CACHE_FORMATS,
  type CacheFormat,
  type CachePart,
  type CachePartShape,
  cacheColumns,
  cacheDType,
  cacheFormatOf,
  cachePart,
  plainPart,
} from './ops/cache.ts';
export { accumulateInto, gradientBuffer, onBackward, passGradient, wantsGradient } from './ops/differentiate.ts';
export { add, addBias, concatenate, copyInto, fill, scale } from './ops/elementwise.ts';
export { embedding } from './ops/embedding.ts';
export {
  combineExperts,
  type Dispatch,
  gatherTokens,
  planDispatch,
  type RouteOptions,
  type Routing,
  routeTokens,
} from './ops/experts.ts';
export { headsLinear } from './ops/heads.ts';
export { type ChosenPositions, choosePositions } from './ops/indexer.ts';
export {
  expertRowsLinear,
  groupedLinear,
  linear,
  type MatrixProduct,
  matrixProduct,
  matrixProducts,
} from './ops/linear.ts';
export { crossEntropy } from './ops/loss.ts';
export { addRmsNorm, headsRmsNorm, layerNorm, rmsNorm } from './ops/normalization.ts';
export { type RotaryShape, type RotaryTable, rotaryInPlace } from './ops/rotary.ts';
export { type KernelTime, Program, type ProgramMemory } from './program.ts';
export { type Operand, type Recorder, type RecordOptions, record, recorder, rowsOf } from './record.ts';
export {
  createRuntime,
  type KernelForm,
  NARROW_BYTES,
  Runtime,
  type RuntimeOptions,
  startRuntime,
  startRuntimes,
} from './runtime.ts';
export { type RowCount, type Storage, Tensor } from './tensor.ts';
