/** A general register by its number in the encoding. */
export type General = number;
/** A vector register (xmm, ymm or zmm by the width of the instruction) by its number in the encoding. */
export type VectorRegister = number;

/** General registers by name. */
export const R = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

/** Bits of a vector operation. */
export type Width = 128 | 256 | 512;

/** An address: `base + index * scale + displacement`. */
export interface Address {
  readonly base: General;
  readonly index?: General;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly displacement: number;
}

/** A constant that stands behind the code, addressed relative to the instruction. */
export interface PoolEntry {
  readonly pool: number;
}

export type MemoryOperand = Address | PoolEntry;
/** A register number or memory. */
export type RegisterOrMemory = number | MemoryOperand;

/** Conditions of jumps, `setcc` and `cmovcc`, by their number in the encoding. */
export const CONDITION = {
  below: 2,
  aboveOrEqual: 3,
  equal: 4,
  notEqual: 5,
  less: 12,
  greaterOrEqual: 13,
  lessOrEqual: 14,
  greater: 15,
} as const;
export type Condition = (typeof CONDITION)[keyof typeof CONDITION];
