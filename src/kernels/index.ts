export { Builder, type Variable } from './builder.ts';
export { ARGUMENT_SLOT_BYTES, type KernelProgram, type ParameterKind, type TargetInfo } from './ir.ts';
export { defineKernel, defineKernelFamily, type Kernel, lowerKernel, type Parameters, type Variant } from './kernel.ts';
