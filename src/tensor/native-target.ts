import { lowerKernel, type TargetInfo } from '../kernels/index.ts';
import { interpreterTarget, interpretKernel } from '../kernels/targets/interpreter.ts';
import type { KernelFunction } from '../kernels/targets/wasm/index.ts';
import {
  assembleKernel,
  bestLevel,
  type Convention,
  conventionOf,
  detectFeatures,
  levelName,
  RECORD,
  type X64Features,
  type X64Level,
  x64Target,
} from '../kernels/targets/x64/index.ts';
import type { NativeHost, Platform } from '../platform/index.ts';
import { CHECK_BYTES, checkCalls, fillNumbers, sameNumbers } from './self-test.ts';

/** Machine code that this process may run: the host that loads it and the level it is written for. */
export interface NativeTarget {
  readonly host: NativeHost;
  readonly level: X64Level;
  readonly convention: Convention;
}

/** The target, or one sentence that says why kernels run as WebAssembly. */
export type NativeVerdict = NativeTarget | { readonly reason: string };

/** Which instructions are wished for: the best, or one of two sets. */
export type NativeWish = 'best' | 'avx2' | 'avx512';

/** What machine code is called with, see RECORD. Addresses do not keep buffers alive, so they are held here. */
export interface NativeRecord {
  readonly address: bigint;
  readonly words: Int32Array;
  readonly memory: ArrayBufferLike;
}

/** The function of machine code at an address, for the calling thread; `record` is the thread's own, in `words`. */
export function nativeFunction(host: NativeHost, address: bigint, record: NativeRecord): KernelFunction {
  const call = host.caller(address);
  return (argumentBlock, worker, workers) => {
    const { words } = record;
    words[RECORD.arguments / 4] = argumentBlock;
    words[RECORD.worker / 4] = worker;
    words[RECORD.workers / 4] = workers;
    call(record.address);
  };
}

/** A record for the calling thread, filled with the address of the memory that kernels work on. */
export function nativeRecord(host: NativeHost, memory: ArrayBufferLike): NativeRecord {
  const view = new DataView(new ArrayBuffer(RECORD.bytes));
  view.setBigUint64(RECORD.memory, host.addressOf(memory), true);
  return { address: host.addressOf(view.buffer), words: new Int32Array(view.buffer), memory };
}

const verdicts = new Map<NativeWish, NativeVerdict>();

/** Finds out, once in a process, whether kernels can run as machine code and give the right results. */
export function judgeNative(platform: Platform, wish: NativeWish = 'best'): NativeVerdict {
  let verdict = verdicts.get(wish);
  if (verdict === undefined) {
    verdict = judge(platform, wish);
    verdicts.set(wish, verdict);
  }
  return verdict;
}

function judge(platform: Platform, wish: NativeWish): NativeVerdict {
  const host = platform.native();
  if ('unavailable' in host) return { reason: host.unavailable };
  const convention = conventionOf(platform.system);
  const level = bestLevel(detectFeatures(host, convention), wish === 'best' ? undefined : wish);
  if (level === undefined) {
    const missing = wish === 'avx512' ? 'AVX-512' : 'AVX2 with FMA, BMI2 and F16C';
    return { reason: `this processor has no ${missing}, or the system does not save its registers` };
  }
  const native = { host, level, convention };
  const fault = findNativeFault(native);
  if (fault === undefined) return native;
  const name = levelName(level);
  return {
    reason: `machine code (${name}) gives wrong results in kernel ${fault} on this machine: please report this`,
  };
}

/**
 * Runs kernels of each kind as machine code and in the interpreter on the same numbers. Returns the key of the first
 * whose results differ, undefined if none does.
 */
export function findNativeFault(native: NativeTarget, assemble = assembleKernel): string | undefined {
  const target: TargetInfo = x64Target(native.level);
  const plain: TargetInfo = { ...target, ...interpreterPart(target) };
  const actual = new DataView(new ArrayBuffer(CHECK_BYTES));
  const expected = new DataView(new ArrayBuffer(CHECK_BYTES));
  fillNumbers(actual);
  fillNumbers(expected);
  const record = nativeRecord(native.host, actual.buffer);
  for (const { kernel, prepare } of checkCalls(target)) {
    const argumentBlock = prepare(actual);
    prepare(expected);
    const image = native.host.load(assemble(kernel, native.level, native.convention));
    nativeFunction(native.host, image.address, record)(argumentBlock, 0, 1);
    image.release();
    interpretKernel(lowerKernel(kernel, plain), { bytes: expected })(argumentBlock, 0, 1);
    if (!sameNumbers(actual, expected)) return kernel.key;
  }
  return undefined;
}

/** The interpreter at the same number of lanes; it knows exp, log and halves itself, which the kernels then leave to it. */
function interpreterPart({ lanes }: TargetInfo): Partial<TargetInfo> {
  const { name, transcendentals, halfConversions, halfLoads } = interpreterTarget(lanes);
  return { name, transcendentals, halfConversions, halfLoads };
}

/** What the processor has, by the names of its instruction sets, and why machine code is not used, if so. */
export function nativeReport(platform: Platform): { features: string[]; reason?: string } {
  const host = platform.native();
  if ('unavailable' in host) return { features: [], reason: host.unavailable };
  const found = detectFeatures(host, conventionOf(platform.system));
  const features = Object.entries(FEATURE_NAMES).flatMap(([key, name]) =>
    found[key as keyof X64Features] ? [name] : [],
  );
  const verdict = judgeNative(platform);
  return 'reason' in verdict ? { features, reason: verdict.reason } : { features };
}

const FEATURE_NAMES: Readonly<Record<keyof X64Features, string>> = {
  avx2: 'AVX2',
  fma: 'FMA',
  bmi2: 'BMI2',
  f16c: 'F16C',
  avxVnni: 'AVX-VNNI',
  avx512: 'AVX-512 (F, BW, DQ, VL)',
  avx512Vnni: 'AVX512-VNNI',
  avx512Bf16: 'AVX512-BF16',
};
