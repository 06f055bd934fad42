import { type OpenModel, openModel } from '../src/inference/index.ts';
import type { RunnerTarget } from './kernel-runner.ts';

export interface BenchModelOptions {
  readonly workers: number;
  readonly target: RunnerTarget;
  readonly maximumSequences: number;
  readonly contextLength: number;
  readonly wideMemory?: boolean;
}

/**
 * Opens a model as users do, but with each worker on a processor of its own.
 * @throws {Error} with the numbers where it does not fit into memory.
 */
export function openForBench(file: string, { target, ...options }: BenchModelOptions): Promise<OpenModel> {
  const machineCode = target === 'avx2' || target === 'avx512';
  return openModel(file, { ...options, pinWorkers: true, target: machineCode ? target : 'wasm' });
}
