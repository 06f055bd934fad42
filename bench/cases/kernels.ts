import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { KernelRunner, type RunnerTarget, targetMissing } from '../kernel-runner.ts';
import { type MemoryKernel, prepareMemoryKernels } from '../memory-kernels.ts';
import { interleave, Subject } from '../subject.ts';
import type { MatmulResult } from '../subjects/matmul-inputs.ts';
import type { NanoSubjectOptions, NanoTimes } from '../subjects/nano.ts';
import { measureAttention } from './attention.ts';
import { MATMUL_SHAPES, matmulName, measureMatmul, measurePeak } from './matmul.ts';

/** What the rows are compared with, measured in the same run by the same workers. GFLOP/s and GB/s. */
interface Limits {
  readonly peak: number;
  readonly read: number;
  readonly copy: number;
}

const subject = (name: string) => new URL(`../subjects/${name}.ts`, import.meta.url);
const best = (values: readonly number[]) => Math.max(...values);

/** Matrices in the caches of a core, and far beyond the last cache. */
const ROWS = { 'in cache': 32, 'from memory': 16384 } as const;

async function run(context: BenchContext): Promise<BenchRow[]> {
  const { target, workers, quick, progress } = context;
  const targets = (['wasm', 'wasm-fused', 'avx2', 'avx512'] as const).filter((each) => {
    const missing = targetMissing(each);
    if (missing !== undefined) context.note(`${each} is left out: ${missing}`);
    return missing === undefined;
  });
  const peaks = await otherPeaks(
    context,
    targets.filter((each) => each !== target),
  );
  const runner = new KernelRunner({ workers, target, bytes: 2 ** 30 });
  const rows: BenchRow[] = [];
  try {
    await runner.ready();
    progress('memory');
    const memory = measureMemory(runner, quick ? 1 : 5);
    const measured = Array.from({ length: quick ? 1 : 5 }, () => {
      runner.clear();
      return measurePeak(runner);
    });
    // A peak can come out too high by the clock, never by the processor.
    const limits = { peak: median(measured), ...memory.limits };
    rows.push(...limitRows(context, limits, peaks), ...memory.rows);
    rows.push(...productRows(context, runner, limits), ...attentionRows(context, runner, limits));
  } finally {
    await runner.close();
  }
  rows.push(...(await againstOnnx(context)), ...(await nanoRows(context)));
  return rows;
}

// ---- limits ---------------------------------------------------------------------------------------------------------

/** Peaks of the targets that this process does not run, each in a process of its own, of one worker in GFLOP/s. */
async function otherPeaks({ quick, progress }: BenchContext, targets: readonly RunnerTarget[]) {
  progress('register peaks');
  const peaks: [RunnerTarget, number][] = [];
  for (const target of targets) {
    const { peak } = await interleave(
      { peak: await Subject.start<{ peak: number }>(subject('peak'), { target }) },
      quick ? 1 : 3,
      () => {},
    );
    peaks.push([target, median(peak.map((result) => result.peak))]);
  }
  return peaks;
}

function limitRows({ target, workers }: BenchContext, { peak, read, copy }: Limits, others: [RunnerTarget, number][]) {
  return [
    row({ name: `limit: f32 multiply-adds, ${target}, ${workers} workers`, ours: peak, unit: 'GFLOP/s' }),
    ...others.map(([other, one]) =>
      row({ name: `limit: f32 multiply-adds, ${other}, 1 worker`, ours: one, unit: 'GFLOP/s' }),
    ),
    row({ name: `limit: reading memory, ${workers} workers`, ours: read, unit: 'GB/s' }),
    row({
      name: `limit: copying memory, ${workers} workers`,
      ours: copy,
      unit: 'GB/s',
      note: 'read and written bytes',
    }),
  ];
}

// ---- kernels with little arithmetic ---------------------------------------------------------------------------------

function measureMemory(runner: KernelRunner, rounds: number) {
  const rows: BenchRow[] = [];
  let limits = { read: 0, copy: 0 };
  for (const [place, count] of Object.entries(ROWS)) {
    runner.clear();
    const kernels = prepareMemoryKernels(runner, count);
    const speeds = new Map(kernels.map((kernel): [MemoryKernel, number[]] => [kernel, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [kernel, list] of speeds) list.push(kernel.measure(0.03, 2));
    }
    const of = (limit: 'read' | 'copy') => best(speeds.get(kernels.find((each) => each.limit === `is ${limit}`)!)!);
    limits = { read: of('read'), copy: of('copy') };
    for (const [{ name, limit }, list] of speeds) {
      if (limit === 'is read' || limit === 'is copy') continue;
      rows.push(
        row({
          name: `${name}, ${place}, of ${limit} bandwidth`,
          ours: best(list),
          peer: limits[limit],
          unit: 'GB/s',
          ...(place === 'from memory' && name !== 'crossEntropy' ? { target: 0.8 } : {}),
          note: `median ${figure(median(list))}`,
        }),
      );
    }
  }
  return { limits, rows };
}

// ---- products and attention -----------------------------------------------------------------------------------------

/** Products in f32 as a share of the peak, and in bf16 as a multiple of the same in f32, both in turns. */
function productRows({ progress, quick, target }: BenchContext, runner: KernelRunner, { peak }: Limits): BenchRow[] {
  return MATMUL_SHAPES.filter(({ use }) => use !== 'decoding').flatMap((shape) => {
    const name = `${matmulName(shape)}, ${target}`;
    progress(`products ${name}`);
    const speeds = { f32: [] as number[], bf16: [] as number[] };
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const precision of ['f32', 'bf16'] as const) {
        runner.clear();
        speeds[precision].push(measureMatmul(runner, { ...shape, precision }, quick ? 1 : 2).total);
      }
    }
    const [f32, bf16] = [best(speeds.f32), best(speeds.bf16)];
    const ofPeak = shape.use === 'training' ? { target: 0.5 } : {};
    // Only an instruction for pairs of bf16 makes them faster.
    const ofF32 = shape.use === undefined && runner.target.bf16Pairs ? { target: 1.5 } : {};
    return [
      row({ name: `f32 ${name}, of peak`, ours: f32, peer: peak, unit: 'GFLOP/s', ...ofPeak }),
      row({ name: `bf16 ${name}, against f32`, ours: bf16, peer: f32, unit: 'GFLOP/s', ...ofF32 }),
    ];
  });
}

function attentionRows({ progress, quick, target }: BenchContext, runner: KernelRunner, limits: Limits): BenchRow[] {
  const shapes = [
    ...[16, 128].flatMap((heads) => [2048, 16384].map((context) => ({ heads, context, rows: 1, copies: 1 }))),
    // Each layer has a cache of its own, so that in decoding none stays near; and a prompt.
    { heads: 16, context: 2048, rows: 1, copies: 27 },
    { heads: 16, context: 512, rows: 512, copies: 1 },
  ];
  const formats = [
    { memory: 'f32', products: 'f32' },
    { memory: 'f16', products: 'f32' },
    { memory: 'bf16', products: runner.target.bf16Pairs ? 'bf16' : 'f32' },
    { memory: 'q8', products: 'f32' },
  ] as const;
  return shapes.flatMap(({ copies, ...shape }) =>
    formats.map((format) => {
      const { rows, heads, context } = shape;
      const what = `${rows === 1 ? '1 row' : `${rows} rows`} of ${heads} heads over ${context} latents`;
      const name = `attention, ${what} in ${format.memory}${copies > 1 ? `, ${copies} caches in turn` : ''}`;
      progress(name);
      runner.clear();
      const figures = measureAttention(runner, { ...shape, ...format }, { measurements: quick ? 1 : 4, copies });
      const { speed, operations, bytes, seconds } = figures;
      // Latents are read once at best, from memory where the last cache cannot be counted on.
      const fromMemory = (operations * limits.read) / (bytes / 1e9);
      const peak = limits.peak * (format.products === 'bf16' ? 2 : 1);
      const limit = Math.min(peak, fromMemory);
      return row({
        name: `${name}, ${target}, of the limit`,
        ours: speed,
        peer: limit,
        unit: 'GFLOP/s',
        ...(rows === 1 && copies === 1 ? { target: 0.4 } : {}),
        note:
          `${figure(1e3 * copies * seconds)} ms; limit: ${limit === peak ? `peak of ${format.products}` : 'reading memory'}; ` +
          `latents read once would allow ${figure(fromMemory)} GFLOP/s`,
      });
    }),
  );
}

async function againstOnnx({ workers, target, quick, progress, note }: BenchContext): Promise<BenchRow[]> {
  progress('the product of onnxruntime');
  const size = { rows: 512, inner: 2048, columns: 2048 };
  const options = { ...size, workers, seconds: quick ? 0.1 : 0.4 };
  const start = (name: string, more: object) => Subject.start<MatmulResult>(subject(name), { ...options, ...more });
  const subjects: Record<string, Subject<MatmulResult>> = {};
  try {
    subjects.onnx = await start('matmul-onnx', { constant: false });
    subjects.packed = await start('matmul-onnx', { constant: true });
  } catch (error) {
    for (const each of Object.values(subjects)) await each.close();
    note(`onnxruntime-node is left out: ${(error as Error).message.split('\n')[0]}`);
    return [];
  }
  subjects.ours = await start('matmul-ours', { target, layout: 'nn' });
  const results = await interleave(subjects, quick ? 2 : 9, (round) => progress(`onnxruntime, round ${round}`));
  const sums = Object.values(results).map((list) => list[0]!.check);
  if (sums.some((sum) => Math.abs(sum - sums[0]!) > 1e-4 * Math.abs(sums[0]!))) {
    throw new Error(`the products differ: samples of their elements sum to ${sums.join(', ')}`);
  }
  const operations = (2 * size.rows * size.inner * size.columns) / 1e9;
  const speed = (list: readonly MatmulResult[]) => operations / Math.min(...list.map(({ seconds }) => seconds));
  const byProcessor = (list: readonly MatmulResult[]) =>
    operations / Math.min(...list.map(({ processorSeconds }) => processorSeconds));
  const title = `f32 512×2048×2048, ${target}, ${workers} workers`;
  return [
    row({
      name: `${title}, vs onnxruntime's MatMul`,
      ours: speed(results.ours!),
      peer: speed(results.onnx!),
      unit: 'GFLOP/s',
      target: 0.9,
      note: `per second of processor time ${figure(byProcessor(results.ours!))} and ${figure(byProcessor(results.onnx!))}`,
    }),
    row({
      name: `${title}, vs the same with B constant`,
      ours: speed(results.ours!),
      peer: speed(results.packed!),
      unit: 'GFLOP/s',
      note: 'onnxruntime packs B beforehand, ours in every product',
    }),
  ];
}

// ---- nano -----------------------------------------------------------------------------------------------------------

/** Tokens per second. Times are taken by token, as batches of training differ in length. */
function rate(times: readonly NanoTimes[], of: (times: number[]) => number): number {
  const perToken = (part: 'before' | 'all') => of(times.map((each) => each[part] / each.tokens));
  return 1000 / (perToken('all') - perToken('before'));
}

async function nanoRows({ workers, target, quick, progress }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const tasks = [
    { task: 'train', sequences: 1, name: 'nano, training' },
    { task: 'decode', sequences: 1, name: 'nano, decoding 1 sequence' },
    { task: 'decode', sequences: 8, name: 'nano, decoding 8 sequences' },
  ] as const;
  for (const { task, sequences, name } of tasks) {
    progress(`${name}, warming up`);
    const start = (each: RunnerTarget) =>
      Subject.start<NanoTimes>(subject('nano'), {
        task,
        target: each,
        workers,
        sequences,
      } satisfies NanoSubjectOptions);
    const subjects = { ours: await start(target), wasm: await start('wasm'), fused: await start('wasm-fused') };
    const results = await interleave(subjects, quick ? 2 : 10, (round) => progress(`${name}, round ${round}`));
    const against = (peer: readonly NanoTimes[], form: string, bound?: number) =>
      row({
        name: `${name}, ${target}, ${workers} workers, vs ${form}`,
        ours: rate(results.ours, (times) => Math.min(...times)),
        peer: rate(peer, (times) => Math.min(...times)),
        unit: 'tokens/s',
        ...(bound === undefined ? {} : { target: bound }),
        note: `by medians ${figure(rate(results.ours, median))} and ${figure(rate(peer, median))}`,
      });
    rows.push(against(results.wasm, 'WebAssembly', task === 'train' ? 2.5 : undefined));
    rows.push(against(results.fused, 'WebAssembly with fused vectors'));
  }
  return rows;
}

export default {
  name: 'kernels',
  description: 'kernels and nano as machine code: share of the machine’s limits, against onnxruntime and WebAssembly',
  run,
} satisfies BenchCase;
