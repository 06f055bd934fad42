import type { RotaryTable, Runtime } from '../tensor/index.ts';
import { type ModelConfig, rotaryDim } from './config-types.ts';
import { ropeTable } from './rope.ts';

/** The angles of positions 0…positions-1 in memory. */
export function allocateRotaryTable(runtime: Runtime, config: ModelConfig, positions: number): RotaryTable {
  const half = rotaryDim(config) / 2;
  const pairs = ropeTable(config, 0, positions);
  const cosines = runtime.allocate('rotary cosines', [positions, half]);
  const sines = runtime.allocate('rotary sines', [positions, half]);
  runtime.write(
    cosines,
    Float32Array.from({ length: positions * half }, (_, i) => pairs[2 * i]!),
  );
  runtime.write(
    sines,
    Float32Array.from({ length: positions * half }, (_, i) => pairs[2 * i + 1]!),
  );
  return { cosines, sines };
}
