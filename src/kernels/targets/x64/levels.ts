import type { TargetInfo } from '../../ir.ts';

/** What a processor has beyond AVX2 and FMA, by which the code generator chooses instructions. */
export interface X64Level {
  /** 512-bit vectors, mask registers, 32 vector registers: AVX-512 F, BW, DQ and VL. */
  readonly avx512: boolean;
  /** 8-bit dot product: AVX512_VNNI with `avx512`, else AVX-VNNI. */
  readonly vnni: boolean;
  /** Products of bf16 pairs summed in f32 (AVX512_BF16). */
  readonly bf16: boolean;
}

/** Vector registers that the code generator keeps for itself. */
export const SCRATCH_VECTORS = 2;

/** f32 lanes of a vector at a level. */
export function lanesOf(level: X64Level): number {
  return level.avx512 ? 16 : 8;
}

export function levelName({ avx512, vnni, bf16 }: X64Level): string {
  return [avx512 ? 'avx512' : 'avx2', ...(vnni ? ['vnni'] : []), ...(bf16 ? ['bf16'] : [])].join('-');
}

/** The target that kernels are built for at a level. */
export function x64Target(level: X64Level): TargetInfo {
  return {
    name: `x64-${levelName(level)}`,
    lanes: lanesOf(level),
    vectorRegisters: (level.avx512 ? 32 : 16) - SCRATCH_VECTORS,
    transcendentals: false,
    // What a bf16 load takes anyway, a wider load and a shift, is what the builder makes of it; stores must keep denormals.
    halfConversions: ['f16'],
    bf16Pairs: level.avx512 && level.bf16,
    fusedVectors: 1,
    prefetches: true,
  };
}
