import type { Instruction, Value } from '../../ir.ts';
import { TYPE } from './encoder.ts';
import type { FunctionWriter } from './function-writer.ts';
import { LANE_LOADS, LANE_STORES } from './memory-lanes.ts';
import { SIMD } from './opcodes.ts';

export type Load = Extract<Instruction, { op: 'load' }>;
type Store = Extract<Instruction, { op: 'store' }>;

/** Vectors of narrow elements are widened to lanes of 32 bits; those with a count are loaded lane by lane. */
export function emitLoad(w: FunctionWriter, load: Load): void {
  const { result, memory, address, offset, count } = load;
  if (count !== undefined) return loadPartial(w, load, count);
  w.get(address);
  if (result.type === 'f32') w.memory(0x2a, offset);
  else if (result.type === 'i32') {
    w.memory({ i32: 0x28, i8: 0x2c, u8: 0x2d, u16: 0x2f }[memory as 'i32']!, offset);
  } else if (load.splat) w.simdMemory(SIMD.load32Splat, offset);
  else if (memory === 'f32' || memory === 'i32' || memory === 'bytes') w.simdMemory(SIMD.load, offset);
  else if (memory === 'u16') w.simdMemory(SIMD.load16x4Unsigned, offset);
  else {
    w.simdMemory(SIMD.load32Zero, offset);
    if (memory === 'u8') w.simd(SIMD.extendLowI8Unsigned).simd(SIMD.extendLowI16Unsigned);
    else w.simd(SIMD.extendLowI8Signed).simd(SIMD.extendLowI16Signed);
  }
  w.set(result);
}

/**
 * Two neighbouring vectors of narrow elements, loaded as one and widened from its halves: V8 pairs the two conversions,
 * but loads that widen only if their offsets from a common address are not zero.
 */
export function emitLoadPair(w: FunctionWriter, { result, memory, address, offset }: Load, second: Load): void {
  const words = w.newLocal(TYPE.v128);
  const signed = memory === 'i8';
  const load = { i8: SIMD.load8x8Signed, u8: SIMD.load8x8Unsigned, u16: SIMD.load }[memory as 'u16'];
  w.get(address).simdMemory(load, offset).local(0x22, words);
  w.simd(signed ? SIMD.extendLowI16Signed : SIMD.extendLowI16Unsigned).set(result);
  w.local(0x20, words)
    .simd(signed ? SIMD.extendHighI16Signed : SIMD.extendHighI16Unsigned)
    .set(second.result);
}

/** Lane by lane while there are elements left; the lanes behind stay zero. */
function loadPartial(w: FunctionWriter, { result, memory, address, offset }: Load, count: Value): void {
  w.vectorConstant(new Uint8Array(16)).set(result);
  const { bytes, opcode, laneStep } = LANE_LOADS[memory as 'f32']!;
  for (let lane = 0; lane < 4; lane++) {
    w.get(count).i32(lane).code.byte(0x4a, 0x04, TYPE.void);
    w.get(address)
      .get(result)
      .simdMemory(opcode, offset + lane * bytes, lane * laneStep)
      .set(result);
  }
  w.code.byte(0x0b, 0x0b, 0x0b, 0x0b);
  if (memory === 'i8') {
    w.get(result).i32(24).simd(SIMD.shiftLeftI32).i32(24).simd(SIMD.shiftRightSignedI32).set(result);
  }
}

/** Lanes of 32 bits are cut to what memory keeps; those with a count are stored lane by lane. */
export function emitStore(w: FunctionWriter, { value, memory, address, offset, count }: Store): void {
  if (count !== undefined) {
    const { bytes, opcode, laneStep } = LANE_STORES[memory as 'f32']!;
    for (let lane = 0; lane < 4; lane++) {
      w.get(count).i32(lane).code.byte(0x4a, 0x04, TYPE.void);
      w.get(address)
        .get(value)
        .simdMemory(opcode, offset + lane * bytes, lane * laneStep);
    }
    w.code.byte(0x0b, 0x0b, 0x0b, 0x0b);
    return;
  }
  w.get(address).get(value);
  if (value.type === 'f32') w.memory(0x38, offset);
  else if (value.type === 'i32') w.memory({ i32: 0x36, u8: 0x3a, i8: 0x3a, u16: 0x3b }[memory as 'i32']!, offset);
  else if (memory === 'u16' || memory === 'u8') {
    const bytes = memory === 'u16' ? 2 : 1;
    const kept = [0, 1, 2, 3].flatMap((lane) => Array.from({ length: bytes }, (_, byte) => 4 * lane + byte));
    w.get(value)
      .simd(SIMD.shuffle)
      .code.append([...kept, ...new Array<number>(16 - kept.length).fill(0)]);
    w.simdMemory(memory === 'u16' ? SIMD.store64Lane : SIMD.store32Lane, offset, 0);
  } else w.simdMemory(SIMD.store, offset);
}

/** An atomic operation on a word. */
export function emitAtomic(
  w: FunctionWriter,
  { kind, result, address, value }: Extract<Instruction, { op: 'atomic' }>,
): void {
  w.get(address);
  if (value !== undefined) w.get(value);
  w.code.byte(0xfe, { load: 0x10, store: 0x17, add: 0x1e }[kind], 2).unsigned(0);
  if (result !== undefined) w.set(result);
}
