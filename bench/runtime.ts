import { createRuntime, type Runtime, type RuntimeOptions } from '../src/tensor/index.ts';
import type { RunnerTarget } from './kernel-runner.ts';

/** A runtime on one of the benchmarks' targets. */
export function openRuntime(
  target: RunnerTarget,
  options: Pick<RuntimeOptions, 'workers' | 'memoryBytes'>,
): Promise<Runtime> {
  if (target === 'avx2' || target === 'avx512') return createRuntime({ ...options, target });
  return createRuntime({ ...options, target: 'wasm', fuseVectors: target === 'wasm-fused' });
}
