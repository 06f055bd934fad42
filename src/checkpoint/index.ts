export { type Checkpoint, openCheckpoint } from './checkpoint.ts';
export { type CheckpointToWrite, writeCheckpoint } from './checkpoint-write.ts';
export { bf16ToFloat32, f16ToFloat32, float32ToBf16, float32ToF16 } from './float-formats.ts';
export { type ModelSize, modelSize, type ParameterCount } from './model-size.ts';
export { checkpointTensors, type LoadedModel, loadModel, loadWeights } from './model-weights.ts';
export { expectedTensors, type TensorRole, type TensorSpec, tensorSpecs } from './names.ts';
export { openModelTensors, openSafetensors, type TensorReader } from './safetensors.ts';
export type { ElementType, TensorInfo } from './safetensors-header.ts';
export { type TensorToWrite, type WeightType, writeSafetensors } from './safetensors-write.ts';
