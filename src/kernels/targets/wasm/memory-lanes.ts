import type { Instruction } from '../../ir.ts';
import { SIMD } from './opcodes.ts';

/** Bytes of elements that are widened as they are loaded. */
const NARROW_BYTES: Readonly<Partial<Record<string, number>>> = { u8: 1, i8: 1, u16: 2 };

/** Whether the second instruction loads the whole vector of narrow elements that stands behind that of the first. */
export function areNeighbours(first: Instruction, second: Instruction): boolean {
  if (first.op !== 'load' || second.op !== 'load') return false;
  const bytes = NARROW_BYTES[first.memory];
  return (
    bytes !== undefined &&
    first.memory === second.memory &&
    [first, second].every(({ result, count, splat }) => result.type === 'vi32' && count === undefined && !splat) &&
    first.address.id === second.address.id &&
    second.offset === first.offset + 4 * bytes
  );
}

/** How one element is loaded into a lane: its bytes, and how many lanes of its size lie between two lanes of a vector. */
export const LANE_LOADS = {
  f32: { bytes: 4, opcode: SIMD.load32Lane, laneStep: 1 },
  i32: { bytes: 4, opcode: SIMD.load32Lane, laneStep: 1 },
  u16: { bytes: 2, opcode: SIMD.load16Lane, laneStep: 2 },
  u8: { bytes: 1, opcode: SIMD.load8Lane, laneStep: 4 },
  i8: { bytes: 1, opcode: SIMD.load8Lane, laneStep: 4 },
} as const;

/** The same for storing. */
export const LANE_STORES = {
  f32: { bytes: 4, opcode: SIMD.store32Lane, laneStep: 1 },
  i32: { bytes: 4, opcode: SIMD.store32Lane, laneStep: 1 },
  u16: { bytes: 2, opcode: SIMD.store16Lane, laneStep: 2 },
  u8: { bytes: 1, opcode: SIMD.store8Lane, laneStep: 4 },
} as const;
