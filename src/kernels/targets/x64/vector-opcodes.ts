/**
 * Vector instructions of x86-64 (Intel SDM volume 2). `prefix` is the mandatory prefix as VEX and EVEX number it (0 none,
 * 1 66, 2 F3, 3 F2), `map` the opcode map (1 0F, 2 0F38, 3 0F3A). `memory` says what the instruction touches in memory,
 * which decides how EVEX scales a displacement of one byte: a whole vector, half or a quarter of one, 4 bytes, or 16.
 */
export interface VectorOpcode {
  readonly prefix: 0 | 1 | 2 | 3;
  readonly map: 1 | 2 | 3;
  readonly opcode: number;
  readonly memory: 'full' | 'half' | 'quarter' | 'scalar' | 'xmm';
  /** The W bit of VEX and EVEX. */
  readonly wide?: true;
  /** Exists in EVEX only. */
  readonly evex?: true;
  /** Exists in VEX only. */
  readonly vex?: true;
  /** Opcode extension in the place of the register field; the destination is then named by vvvv. */
  readonly extension?: number;
}

type Compact = readonly [prefix: 0 | 1 | 2 | 3, map: 1 | 2 | 3, opcode: number];
const full = ([prefix, map, opcode]: Compact): VectorOpcode => ({ prefix, map, opcode, memory: 'full' });
const scalar = ([prefix, map, opcode]: Compact): VectorOpcode => ({ prefix, map, opcode, memory: 'scalar' });

export const V = {
  addps: full([0, 1, 0x58]),
  mulps: full([0, 1, 0x59]),
  subps: full([0, 1, 0x5c]),
  minps: full([0, 1, 0x5d]),
  divps: full([0, 1, 0x5e]),
  maxps: full([0, 1, 0x5f]),
  sqrtps: full([0, 1, 0x51]),
  addss: scalar([2, 1, 0x58]),
  mulss: scalar([2, 1, 0x59]),
  subss: scalar([2, 1, 0x5c]),
  minss: scalar([2, 1, 0x5d]),
  divss: scalar([2, 1, 0x5e]),
  maxss: scalar([2, 1, 0x5f]),
  sqrtss: scalar([2, 1, 0x51]),
  fmadd132ps: full([1, 2, 0x98]),
  fmadd213ps: full([1, 2, 0xa8]),
  fmadd231ps: full([1, 2, 0xb8]),
  fmadd132ss: scalar([1, 2, 0x99]),
  fmadd213ss: scalar([1, 2, 0xa9]),
  fmadd231ss: scalar([1, 2, 0xb9]),
  /** Compares into a vector (VEX) or a mask register (EVEX). */
  cmpps: full([0, 1, 0xc2]),
  cmpss: scalar([2, 1, 0xc2]),
  /** `roundps` in VEX, `rndscaleps` in EVEX; the modes used here mean the same. */
  roundps: full([1, 3, 0x08]),
  roundss: scalar([1, 3, 0x0a]),
  cvtdq2ps: full([0, 1, 0x5b]),
  cvttps2dq: full([2, 1, 0x5b]),
  movups: full([0, 1, 0x10]),
  movupsStore: full([0, 1, 0x11]),
  movaps: full([0, 1, 0x28]),
  /** Stores the lowest 64 bits; half of its width, which is always 128. */
  movlpsStore: { prefix: 0, map: 1, opcode: 0x13, memory: 'half' },
  movss: scalar([2, 1, 0x10]),
  movssStore: scalar([2, 1, 0x11]),
  broadcastss: scalar([1, 2, 0x18]),
  pbroadcastd: scalar([1, 2, 0x58]),
  paddd: full([1, 1, 0xfe]),
  psubd: full([1, 1, 0xfa]),
  pmulld: full([1, 2, 0x40]),
  pminsd: full([1, 2, 0x39]),
  pmaxsd: full([1, 2, 0x3d]),
  pand: full([1, 1, 0xdb]),
  pandn: full([1, 1, 0xdf]),
  por: full([1, 1, 0xeb]),
  pxor: full([1, 1, 0xef]),
  paddb: full([1, 1, 0xfc]),
  psubb: full([1, 1, 0xf8]),
  pcmpeqd: full([1, 1, 0x76]),
  pcmpgtd: full([1, 1, 0x66]),
  pslld: { prefix: 1, map: 1, opcode: 0xf2, memory: 'xmm' },
  psrld: { prefix: 1, map: 1, opcode: 0xd2, memory: 'xmm' },
  psrad: { prefix: 1, map: 1, opcode: 0xe2, memory: 'xmm' },
  psllw: { prefix: 1, map: 1, opcode: 0xf1, memory: 'xmm' },
  psrlw: { prefix: 1, map: 1, opcode: 0xd1, memory: 'xmm' },
  pslldImmediate: { prefix: 1, map: 1, opcode: 0x72, memory: 'full', extension: 6 },
  psrldImmediate: { prefix: 1, map: 1, opcode: 0x72, memory: 'full', extension: 2 },
  psradImmediate: { prefix: 1, map: 1, opcode: 0x72, memory: 'full', extension: 4 },
  psllwImmediate: { prefix: 1, map: 1, opcode: 0x71, memory: 'full', extension: 6 },
  psrlwImmediate: { prefix: 1, map: 1, opcode: 0x71, memory: 'full', extension: 2 },
  pmovzxbd: { prefix: 1, map: 2, opcode: 0x31, memory: 'quarter' },
  pmovsxbd: { prefix: 1, map: 2, opcode: 0x21, memory: 'quarter' },
  pmovzxwd: { prefix: 1, map: 2, opcode: 0x33, memory: 'half' },
  packusdw: full([1, 2, 0x2b]),
  packuswb: full([1, 1, 0x67]),
  pshufd: full([1, 1, 0x70]),
  /** In every 16 bytes two words of the first operand and two of the second. */
  shufps: full([0, 1, 0xc6]),
  /** Two groups of 16 bytes of the first operand and two of the second. */
  shuff32x4: { ...full([1, 3, 0x23]), evex: true },
  /** One group of 16 bytes of either operand, and another. */
  perm2f128: { ...full([1, 3, 0x06]), vex: true },
  /** Swaps 64-bit quarters of 256 bits by an immediate. */
  permq: { prefix: 1, map: 3, opcode: 0x00, memory: 'full', wide: true },
  /** Words of 16 bits of the last operand, chosen by the indices in the first. */
  permw: { prefix: 1, map: 2, opcode: 0x8d, memory: 'full', wide: true, evex: true },
  pshufb: full([1, 2, 0x00]),
  pmaddubsw: full([1, 2, 0x04]),
  pmaddwd: full([1, 1, 0xf5]),
  pdpbusd: full([1, 2, 0x50]),
  dpbf16ps: { prefix: 2, map: 2, opcode: 0x52, memory: 'full', evex: true },
  cvtne2ps2bf16: { prefix: 3, map: 2, opcode: 0x72, memory: 'full', evex: true },
  cvtph2ps: { prefix: 1, map: 2, opcode: 0x13, memory: 'half' },
  cvtps2ph: { prefix: 1, map: 3, opcode: 0x1d, memory: 'half' },
  blendvps: { ...full([1, 3, 0x4a]), vex: true },
  pblendvb: { ...full([1, 3, 0x4c]), vex: true },
  maskmovps: { ...full([1, 2, 0x2c]), vex: true },
  maskmovpsStore: { ...full([1, 2, 0x2e]), vex: true },
  extractf128: { prefix: 1, map: 3, opcode: 0x19, memory: 'xmm' },
  extractf64x4: { prefix: 1, map: 3, opcode: 0x1b, memory: 'half', wide: true, evex: true },
  /** Broadcast of a general register. */
  pbroadcastdGeneral: { prefix: 1, map: 2, opcode: 0x7c, memory: 'scalar', evex: true },
  pcmpd: { prefix: 1, map: 3, opcode: 0x1f, memory: 'full', evex: true },
  pmovm2d: { prefix: 2, map: 2, opcode: 0x38, memory: 'full', evex: true },
  pmovd2m: { prefix: 2, map: 2, opcode: 0x39, memory: 'full', evex: true },
  pternlogd: { prefix: 1, map: 3, opcode: 0x25, memory: 'full', evex: true },
  blendmps: { prefix: 1, map: 2, opcode: 0x65, memory: 'full', evex: true },
  pmovdw: { prefix: 2, map: 2, opcode: 0x33, memory: 'half', evex: true },
  pmovdb: { prefix: 2, map: 2, opcode: 0x31, memory: 'quarter', evex: true },
  vmovd: { prefix: 1, map: 1, opcode: 0x6e, memory: 'scalar' },
  vmovdStore: { prefix: 1, map: 1, opcode: 0x7e, memory: 'scalar' },
  cvtsi2ss: scalar([2, 1, 0x2a]),
} as const satisfies Record<string, VectorOpcode>;
