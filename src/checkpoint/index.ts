export { dequantize, READABLE_TYPES } from './block-formats.ts';
export { isWritableType, quantize, WRITABLE_TYPES, type WritableType } from './block-quantize.ts';
export { type BlockScaling, parseBlockScaling, type ScaledReader, withBlockScales } from './block-scales.ts';
export { type Checkpoint, openCheckpoint } from './checkpoint.ts';
export { type CheckpointToWrite, writeCheckpoint } from './checkpoint-write.ts';
export { bf16ToFloat32, f16ToFloat32, float32ToBf16, float32ToF16 } from './float-formats.ts';
export { type Fp8Type, fp8Table } from './fp8.ts';
export { GGML_TYPES, type GgmlType, ggmlBytes } from './ggml-types.ts';
export { type GgufReader, openGguf } from './gguf.ts';
export { type GgufCheckpoint, openGgufCheckpoint } from './gguf-checkpoint.ts';
export { type GgufConfig, ggufConfig } from './gguf-config.ts';
export { architectureOf, type ChooseType, ggufMetadata, ggufTensors, type HuggingFaceFields } from './gguf-export.ts';
export { type GgufHeader, type GgufTensor, readGgufHeader } from './gguf-header.ts';
export { type GgufArray, type GgufValue, type GgufValueType, plainMetadata } from './gguf-metadata.ts';
export { ARCHITECTURES, type Architecture, NAME_RULES, type NameRule } from './gguf-names.ts';
export { keptMetadata, retypedTensors } from './gguf-retype.ts';
export { type GgufView, huggingFaceView, type RowSource, type ViewedTensor } from './gguf-view.ts';
export {
  type BlockConverter,
  type GgufTensorToWrite,
  type GgufToWrite,
  type GgufWriteOptions,
  type Pieces,
  partPath,
  writeGguf,
} from './gguf-write.ts';
export { LoadThreads } from './load-threads.ts';
export { type ModelSize, modelSize, type ParameterCount } from './model-size.ts';
export {
  checkpointTensors,
  type LoadedModel,
  type LoadOptions,
  loadModel,
  loadWeights,
  type WeightSource,
} from './model-weights.ts';
export { expectedTensors, type TensorRole, type TensorSpec, tensorSpecs } from './names.ts';
export { PackedTexts } from './packed-texts.ts';
export {
  isQuantizable,
  MIX_NAMES,
  type MixedModel,
  type MixName,
  mixBase,
  mixFileType,
  mixNamed,
  mixTypes,
} from './quantization-mix.ts';
export { openModelTensors, openSafetensors, type TensorReader, type TensorSource } from './safetensors.ts';
export type { ElementType, StoredTensor, TensorInfo } from './safetensors-header.ts';
export { type TensorToWrite, type WeightType, writeSafetensors } from './safetensors-write.ts';
export type { ScaleGrid, ScaleRows } from './scale-grid.ts';
export { weightFormats } from './weight-formats.ts';
