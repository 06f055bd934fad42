import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { Command } from 'commander';
import type { TargetInfo } from '../kernels/index.ts';
import { platform } from '../platform/index.ts';
import { createRuntime, type MachineLimits, MEASURE_BYTES, measureMachine, nativeReport } from '../tensor/index.ts';
import { version } from '../version.ts';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine has, how kernels run on it and why, and what it reaches')
    .option('--no-measure', 'leave out the measurement, which takes some three seconds')
    .option('--json', 'print one JSON object')
    .action(async ({ measure, json }: { measure: boolean; json?: boolean }) => {
      if (measure && !json && process.stderr.isTTY) process.stderr.write('measuring …\r');
      const report = await examine(measure);
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${asTable(report)}\n`);
    });
}

/** What `doctor --json` prints. Bytes and operations are plain numbers; rates are per second. */
export interface DoctorReport {
  readonly jingqi: string;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  /** Logical processors this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** Instruction sets of an x64 processor that kernels make use of; empty where it could not be asked. */
  readonly features: readonly string[];
  readonly target: string;
  readonly lanes: number;
  readonly workers: number;
  /** Why this target, in one sentence. */
  readonly why: string;
  /** Whatever else there is to say about how kernels run. */
  readonly notes: readonly string[];
  readonly limits?: MachineLimits;
}

export async function examine(measure: boolean): Promise<DoctorReport> {
  const host = platform();
  const runtime = await createRuntime({ memoryBytes: measure ? MEASURE_BYTES : 1 << 20 });
  try {
    const { features, reason } = await nativeReport(host);
    const wish = host.environment('JINGQI_TARGET');
    const { target } = runtime;
    return {
      jingqi: version,
      node: process.version,
      system: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: host.cores,
      memoryBytes: totalmem(),
      features,
      target: target.name,
      lanes: target.lanes * target.fusedVectors,
      workers: runtime.workers,
      why: whyTarget(target, wish, reason),
      notes: [...new Set([...untried(host.system, target.name), ...runtime.notes])],
      ...(measure ? { limits: measureMachine(runtime) } : {}),
    };
  } finally {
    await runtime.close();
  }
}

/** Why kernels run on a target: what was wished for, or what stands in the way of machine code. */
export function whyTarget(
  { name, fusedVectors }: Pick<TargetInfo, 'name' | 'fusedVectors'>,
  wish: string | undefined,
  reason: string | undefined,
): string {
  if (wish && wish !== 'native') return `JINGQI_TARGET is ${wish}.`;
  if (name.startsWith('x64')) return 'The most that processor and system offer, and its self-test passes.';
  const fused = fusedVectors > 1 ? ', in which V8 fuses pairs of vectors (their self-test passes)' : '';
  return `WebAssembly${fused}, because there is no machine code here: ${reason ?? 'it was not asked for'}.`;
}

/** What to say where machine code runs on a system that nobody has run it on yet. */
export function untried(system: string, target: string): string[] {
  if (!target.startsWith('x64') || system === 'linux') return [];
  const advice = 'if anything is wrong, JINGQI_TARGET=wasm avoids it; please report how it went either way';
  return [`Machine code is written for this system but was never tried on it by its makers: ${advice}.`];
}

export function asTable(report: DoctorReport): string {
  const table = new Table({ style: { head: [], border: [] } });
  const { limits } = report;
  const rate = (value: number) => (value / 1e9).toFixed(1);
  table.push(
    ['Jingqi', `${report.jingqi}, Node ${report.node}, ${report.system}`],
    ['Processor', `${report.processor}, ${report.cores} logical processors`],
    ['Memory', `${(report.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['Features', report.features.length === 0 ? 'not asked' : report.features.join(', ')],
    ['Kernels run as', `${report.target}, ${report.lanes} numbers of 32 bits a vector, ${report.workers} threads`],
    ['Why', report.why],
  );
  if (limits !== undefined) {
    table.push(
      ['Multiply-adds, f32', `${rate(limits.peak)} GFLOP/s from registers`],
      ['Main memory', `reads ${rate(limits.read)} GB/s, copies ${rate(limits.copy)} GB/s (read and written)`],
    );
  }
  return [table.toString(), ...report.notes].join('\n');
}
