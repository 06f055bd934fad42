/** Loads and stores of the x86-64 code generator. */
import { type Instruction, MEMORY_BYTES, type MemoryType, type Value } from '../../ir.ts';
import { Label } from './assembler.ts';
import type { Context, Load } from './context.ts';
import { integer } from './emit-general.ts';
import { type Address, CONDITION, R } from './registers.ts';
import { V, type VectorOpcode } from './vector-opcodes.ts';

type Store = Extract<Instruction, { op: 'store' }>;

/** The mask register of partial loads and stores. */
const MASK = 2;

export function emitLoad(context: Context, load: Load, position: number): void {
  const { assembler, width } = context;
  const { result, memory, address, offset, count } = load;
  const from = { base: context.read(address, position), displacement: offset };
  const to = context.target(result, position);
  if (result.type === 'f32') assembler.vector(V.movss, to, 0, from, { width: 128 });
  else if (result.type === 'i32') loadInteger(context, memory, to, from);
  else if (count !== undefined) loadPartial(context, load, from, count, position);
  else if (load.splat) assembler.vector(V.broadcastss, to, 0, from, { width });
  else assembler.vector(widening(memory) ?? V.movups, to, 0, from, { width });
}

function loadInteger(context: Context, memory: MemoryType, to: number, from: Address): void {
  const { assembler } = context;
  if (memory === 'u8') assembler.loadU8(to, from);
  else if (memory === 'i8') assembler.loadI8(to, from);
  else if (memory === 'u16') assembler.loadU16(to, from);
  else assembler.mov32(to, from);
}

/** The instruction that widens elements to 32 bits while loading them. */
function widening(memory: MemoryType): VectorOpcode | undefined {
  const known: Partial<Record<MemoryType, VectorOpcode>> = {
    u8: V.pmovzxbd,
    i8: V.pmovsxbd,
    u16: V.pmovzxwd,
    f16: V.cvtph2ps,
  };
  return known[memory];
}

/** Sets the mask register to the first `count` lanes. */
function maskOfCount(context: Context, count: Value, position: number): void {
  const { assembler } = context;
  const lanes = integer(context, count, position, R.rdx);
  assembler.movImmediate(R.rax, -1);
  assembler.bzhi(R.rax, R.rax, lanes);
  assembler.maskFromGeneral(MASK, R.rax);
}

/** Fills a vector with ones in the first `count` lanes (AVX2). */
function lanesOfCount(context: Context, count: Value, position: number, to: number): void {
  const { assembler, width } = context;
  assembler.vector(V.vmovd, to, 0, integer(context, count, position, R.rax), { width: 128 });
  assembler.vector(V.pbroadcastd, to, 0, to, { width });
  assembler.vector(V.pcmpgtd, to, to, context.laneNumbers(), { width });
}

function loadPartial(context: Context, { memory, result }: Load, from: Address, count: Value, position: number): void {
  const { assembler, width, level, scratch } = context;
  const to = context.target(result, position);
  const op = widening(memory);
  if (level.avx512) {
    maskOfCount(context, count, position);
    assembler.vector(op ?? V.movups, to, 0, from, { width, mask: MASK, zero: true });
  } else if (op === undefined) {
    lanesOfCount(context, count, position, scratch[0]);
    assembler.vector(V.maskmovps, to, scratch[0], from, { width });
  } else {
    const work = { base: R.rsp, displacement: 0 };
    assembler.vector(V.pxor, scratch[0], scratch[0], scratch[0], { width: 128 });
    assembler.vector(V.movupsStore, scratch[0], 0, work, { width: 128 });
    copyElements(context, MEMORY_BYTES[memory] as 1 | 2, from, work, count, position);
    assembler.vector(op, to, 0, work, { width });
  }
}

/** Copies the first `count` elements one by one, the last first. */
function copyElements(context: Context, bytes: 1 | 2, from: Address, to: Address, count: Value, position: number) {
  const { assembler } = context;
  const lanes = integer(context, count, position, R.rdx);
  if (lanes !== R.rdx) assembler.mov32(R.rdx, lanes);
  const [again, end] = [new Label(), new Label()];
  assembler.bind(again);
  assembler.aluImmediate('sub', R.rdx, 1);
  assembler.jumpIf(CONDITION.less, end);
  const element = { index: R.rdx, scale: bytes } as const;
  if (bytes === 1) {
    assembler.loadU8(R.rax, { ...from, ...element });
    assembler.store8({ ...to, ...element }, R.rax);
  } else {
    assembler.loadU16(R.rax, { ...from, ...element });
    assembler.store16({ ...to, ...element }, R.rax);
  }
  assembler.jump(again);
  assembler.bind(end);
}

export function emitStore(context: Context, store: Store, position: number): void {
  const { assembler, width } = context;
  const { value, memory, address, offset, count } = store;
  const to = { base: context.read(address, position), displacement: offset };
  if (value.type === 'i32') {
    const register = integer(context, value, position, R.rax);
    if (memory === 'u8' || memory === 'i8') assembler.store8(to, register);
    else if (memory === 'u16') assembler.store16(to, register);
    else assembler.store32(to, register);
    return;
  }
  const register = context.inRegister(value, position, 0);
  if (value.type === 'f32') assembler.vector(V.movssStore, register, 0, to, { width: 128 });
  else if (memory === 'u16' || memory === 'u8') storeNarrow(context, store, register, to, position);
  else if (count === undefined) assembler.vector(V.movupsStore, register, 0, to, { width });
  else if (context.level.avx512) {
    maskOfCount(context, count, position);
    assembler.vector(V.movupsStore, register, 0, to, { width, mask: MASK });
  } else {
    lanesOfCount(context, count, position, context.scratch[1]);
    assembler.vector(V.maskmovpsStore, register, context.scratch[1], to, { width });
  }
}

/** Stores the low 16 or 8 bits of each lane. */
function storeNarrow(context: Context, { memory, count }: Store, from: number, to: Address, position: number): void {
  const { assembler, width, level, scratch } = context;
  if (level.avx512) {
    const op = memory === 'u16' ? V.pmovdw : V.pmovdb;
    if (count !== undefined) maskOfCount(context, count, position);
    assembler.vector(op, from, 0, to, { width, ...(count === undefined ? {} : { mask: MASK }) });
    return;
  }
  const work = scratch[0];
  // Packing saturates, so only the bits that are kept may go in; it works in halves, which permq then puts together.
  context.vector(V.pand, work, from, context.repeated(memory === 'u16' ? 0xffff : 0xff, width), { width });
  assembler.vector(V.packusdw, work, work, work, { width });
  assembler.vector(V.permq, work, 0, work, { width, immediate: 0x08 });
  if (memory === 'u8') assembler.vector(V.packuswb, work, work, work, { width: 128 });
  const place = count === undefined ? to : { base: R.rsp, displacement: 0 };
  if (memory === 'u16') assembler.vector(V.movupsStore, work, 0, place, { width: 128 });
  else assembler.vector(V.movlpsStore, work, 0, place, { width: 128 });
  if (count !== undefined) copyElements(context, memory === 'u16' ? 2 : 1, place, to, count, position);
}
