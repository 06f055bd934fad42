import type { NativeHost } from '../../../platform/native.ts';
import { Assembler } from './assembler.ts';
import type { Convention } from './context.ts';
import type { X64Level } from './levels.ts';
import { R } from './registers.ts';

/** What a processor says about itself (CPUID), as far as kernels care, and what the system saves of its registers. */
export interface X64Features {
  readonly avx2: boolean;
  readonly fma: boolean;
  readonly bmi2: boolean;
  readonly f16c: boolean;
  readonly avx512: boolean;
  readonly avx512Vnni: boolean;
  readonly avx512Bf16: boolean;
  readonly avxVnni: boolean;
}

/** Features, and the number by which the maker tells models apart (family, model, stepping). */
export interface X64Processor {
  readonly features: X64Features;
  readonly signature: number;
}

/** CPUID leaves that are asked for, with their subleaf. */
const LEAVES = [
  [1, 0],
  [7, 0],
  [7, 1],
] as const;
const LEAF_BYTES = 16;
const RESULT_BYTES = LEAF_BYTES * (LEAVES.length + 1);

/** Code that writes eax, ebx, ecx and edx of each leaf to the address it is called with, and then XCR0. */
export function detectionCode(convention: Convention): Uint8Array<ArrayBuffer> {
  const assembler = new Assembler();
  assembler.push(R.rbx);
  assembler.mov64(R.r8, convention === 'windows' ? R.rcx : R.rdi);
  LEAVES.forEach(([leaf, subleaf], i) => {
    assembler.movImmediate(R.rax, leaf);
    assembler.movImmediate(R.rcx, subleaf);
    assembler.cpuid();
    [R.rax, R.rbx, R.rcx, R.rdx].forEach((register, word) => {
      assembler.store32({ base: R.r8, displacement: LEAF_BYTES * i + 4 * word }, register);
    });
  });
  // XGETBV exists only where the system has switched on the saving of extended registers (OSXSAVE).
  assembler.mov32(R.rcx, { base: R.r8, displacement: 8 });
  assembler.shiftImmediate('rightUnsigned', R.rcx, 27);
  assembler.aluImmediate('and', R.rcx, 1);
  assembler.mov32(R.rax, R.rcx);
  assembler.negate(R.rax);
  assembler.store32({ base: R.r8, displacement: LEAF_BYTES * LEAVES.length }, R.rax);
  assembler.pop(R.rbx);
  assembler.ret();
  return assembler.finish();
}

/** Code that writes XCR0 to the address it is called with; only where OSXSAVE is on. */
function savedStateCode(convention: Convention): Uint8Array<ArrayBuffer> {
  const assembler = new Assembler();
  assembler.mov64(R.r8, convention === 'windows' ? R.rcx : R.rdi);
  assembler.movImmediate(R.rcx, 0);
  assembler.xgetbv();
  assembler.store32({ base: R.r8, displacement: 0 }, R.rax);
  assembler.ret();
  return assembler.finish();
}

export const conventionOf = (system: string): Convention => (system === 'win32' ? 'windows' : 'systemv');

function run(host: NativeHost, code: Uint8Array, result: Int32Array): void {
  const image = host.load(code);
  try {
    host.caller(image.address)(host.addressOf(result.buffer));
  } finally {
    image.release();
  }
}

const AVX_STATE = 0x06;
const AVX512_STATE = 0xe6;

/** Asks the processor for its features. */
export function detectFeatures(host: NativeHost, convention: Convention): X64Features {
  return detectProcessor(host, convention).features;
}

export function detectProcessor(host: NativeHost, convention: Convention): X64Processor {
  const words = new Int32Array(RESULT_BYTES / 4);
  run(host, detectionCode(convention), words);
  const bit = (leaf: number, register: 0 | 1 | 2 | 3, index: number) =>
    ((words[4 * leaf + register]! >> index) & 1) === 1;
  const state = new Int32Array(1);
  if (words[4 * LEAVES.length] !== 0) run(host, savedStateCode(convention), state);
  const saves = (mask: number) => (state[0]! & mask) === mask;
  const avx = saves(AVX_STATE) && bit(0, 2, 28);
  const avx512 = saves(AVX512_STATE) && [16, 17, 30, 31].every((index) => bit(1, 1, index));
  const features = {
    avx2: avx && bit(1, 1, 5),
    fma: avx && bit(0, 2, 12),
    bmi2: bit(1, 1, 8),
    f16c: avx && bit(0, 2, 29),
    avx512,
    avx512Vnni: avx512 && bit(1, 2, 11),
    avx512Bf16: avx512 && bit(2, 0, 5),
    avxVnni: avx && bit(2, 0, 4),
  };
  return { features, signature: words[0]! >>> 0 };
}

/** The best level that the features allow, undefined where AVX2, FMA, F16C and BMI2 are not all there. */
export function bestLevel(features: X64Features, wish?: 'avx2' | 'avx512'): X64Level | undefined {
  if (!(features.avx2 && features.fma && features.bmi2 && features.f16c)) return undefined;
  if (features.avx512 && wish !== 'avx2') {
    return { avx512: true, vnni: features.avx512Vnni, bf16: features.avx512Bf16 };
  }
  if (wish === 'avx512') return undefined;
  return { avx512: false, vnni: features.avxVnni, bf16: false };
}
