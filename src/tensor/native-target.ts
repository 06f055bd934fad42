import type { Kernel } from '../kernels/index.ts';
import { kernelSamples } from '../kernels/kernel-samples.ts';
import { findDifference, LARGE_SAMPLE_BYTES, seeded } from '../kernels/sample-call.ts';
import {
  assembleKernel,
  bestLevel,
  type Convention,
  conventionOf,
  detectFeatures,
  detectProcessor,
  levelName,
  RECORD,
  type X64Features,
  type X64Level,
  type X64Processor,
  x64Target,
} from '../kernels/targets/x64/index.ts';
import type { NativeHost, Platform } from '../platform/index.ts';
import { version } from '../version.ts';
import { CheckedCode } from './checked-code.ts';
import { nativeFunction, nativeRecord } from './native-call.ts';

/** Machine code that this process may run: the host that loads it and the level it is written for. */
export interface NativeTarget {
  readonly host: NativeHost;
  readonly level: X64Level;
  readonly convention: Convention;
  /** What the self-test has found. */
  readonly checked: CheckedCode;
}

/** The target, or one sentence that says why kernels run as WebAssembly. */
export type NativeVerdict = NativeTarget | { readonly reason: string; readonly fault?: string };

/** Which instructions are wished for: the best, or one of two sets. */
export type NativeWish = 'best' | 'avx2' | 'avx512';

const verdicts = new Map<NativeWish, Promise<NativeVerdict>>();

/**
 * Finds out, once in a process, whether kernels can run as machine code and give the right results. A fault that is found
 * later counts from then on.
 */
export async function judgeNative(platform: Platform, wish: NativeWish = 'best'): Promise<NativeVerdict> {
  let known = verdicts.get(wish);
  if (known === undefined) {
    known = judge(platform, wish);
    verdicts.set(wish, known);
  }
  const verdict = await known;
  return 'host' in verdict ? unlessFaulty(verdict) : verdict;
}

function unlessFaulty(native: NativeTarget): NativeVerdict {
  const { fault } = native.checked;
  return fault === undefined ? native : { reason: faultReason(native, fault), fault };
}

async function judge(platform: Platform, wish: NativeWish): Promise<NativeVerdict> {
  const host = platform.native();
  if ('unavailable' in host) return { reason: host.unavailable };
  const convention = conventionOf(platform.system);
  const processor = detectProcessor(host, convention);
  const level = bestLevel(processor.features, wish === 'best' ? undefined : wish);
  if (level === undefined) {
    const missing = wish === 'avx512' ? 'AVX-512' : 'AVX2 with FMA, F16C and BMI2';
    return { reason: `this processor has no ${missing}, or the system does not save its registers` };
  }
  const checked = await CheckedCode.open(platform, machineName(level, processor));
  const native = { host, level, convention, checked };
  if (!checked.complete && checked.fault === undefined) await checkAll(native, platform);
  return native;
}

/** What the outcome of the self-test depends on. */
export function machineName(level: X64Level, { features, signature }: X64Processor): string {
  return `${version} ${levelName(level)} ${signature} ${JSON.stringify(features)}`;
}

const faultReason = ({ level }: NativeTarget, kernel: string): string =>
  `machine code (${levelName(level)}) gives wrong results in kernel ${kernel} on this machine: please report this`;

/** Milliseconds after which a user may wonder what takes so long. */
const PATIENCE = 2000;

/** Compares every kernel once on this machine and remembers the outcome. */
export async function checkAll(
  native: NativeTarget,
  { now }: Pick<Platform, 'now'>,
  { assemble = assembleKernel, kernels = kernelSamples(), tell = tellUser } = {},
): Promise<void> {
  const { checked, level, convention } = native;
  const start = now();
  let told = false;
  let fault: string | undefined;
  for (const kernel of kernels) {
    const code = assemble(kernel, level, convention);
    if (!checked.has(code) && findFault(native, kernel, code) !== undefined) {
      fault = kernel.key;
      break;
    }
    checked.add(code);
    if (!told && now() - start > PATIENCE) {
      told = true;
      tell('comparing machine code with the interpreter, once on this machine …');
    }
  }
  checked.finish(fault);
  if (fault !== undefined) tell(`${faultReason(native, fault)}. Kernels run as WebAssembly.`);
  await checked.save();
}

function tellUser(sentence: string): void {
  console.error(`jingqi: ${sentence}`);
}

/**
 * Compares a kernel's code with the interpreter unless that was done before. Throws where it differs: what was recorded
 * until then cannot be taken back. Runtimes that are created from then on, here and at the next start, run WebAssembly.
 */
export function checkOnce(native: NativeTarget, kernel: Kernel, code: Uint8Array): void {
  const { checked } = native;
  if (kernel.memory === undefined || checked.has(code)) return;
  const difference = findFault(native, kernel, code);
  if (difference === undefined) {
    checked.add(code);
    return;
  }
  checked.fail(kernel.key);
  const advice = 'start again, and kernels run as WebAssembly, which JINGQI_TARGET=wasm chooses in any case';
  throw new Error(`${faultReason(native, kernel.key)}; ${advice} (${difference})`);
}

/** Memory of the comparisons, which follow one another. */
let memory: ArrayBuffer | undefined;

/** What a kernel's code computes that the interpreter does not, on sizes that are large, then on others. */
function findFault(native: NativeTarget, kernel: Kernel, code: Uint8Array): string | undefined {
  memory ??= new ArrayBuffer(LARGE_SAMPLE_BYTES);
  const { host, level } = native;
  const image = host.load(code);
  try {
    const run = nativeFunction(host, image.address, nativeRecord(host, memory, RECORD));
    const compare = (large: boolean, workers: number) =>
      findDifference({
        kernel,
        target: x64Target(level),
        memory: memory!,
        run,
        random: seeded(workers),
        workers,
        large,
      });
    return compare(true, 1) ?? compare(false, 2);
  } finally {
    image.release();
  }
}

/** What the processor has, by the names of its instruction sets, and why machine code is not used, if so. */
export async function nativeReport(platform: Platform): Promise<{ features: string[]; reason?: string }> {
  const host = platform.native();
  if ('unavailable' in host) return { features: [], reason: host.unavailable };
  const found = detectFeatures(host, conventionOf(platform.system));
  const features = Object.entries(FEATURE_NAMES).flatMap(([key, name]) =>
    found[key as keyof X64Features] ? [name] : [],
  );
  const verdict = await judgeNative(platform);
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
