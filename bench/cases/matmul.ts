import type { Kernel } from '../../src/kernels/kernel.ts';
import { type MatmulArgument, type MatmulShape, planMatmul } from '../../src/kernels/matmul-plan.ts';
import { peakOperations, registerPeak } from '../../src/kernels/measure.ts';
import { bestTarget, KernelRunner, targetNamed } from '../kernel-runner.ts';

/** Seconds of one measurement: so short that some fall between the disturbances by whatever else runs. */
const WINDOW = 0.01;

/** f32 multiply-add peak of all workers together in GFLOP/s. */
export function measurePeak(runner: KernelRunner): number {
  const data = runner.reserve(4096 * runner.workers + 4096);
  const turns = 20000;
  const list = runner.prepare([{ kernel: registerPeak as unknown as Kernel, args: { data, turns } }]);
  const operations = peakOperations(runner.target, turns) * runner.workers;
  return operations / runner.best(list, WINDOW, 40) / 1e9;
}

export interface MatmulFigures {
  /** GFLOP/s of the whole product, packing included. */
  readonly total: number;
  /** GFLOP/s with B packed beforehand. */
  readonly packed: number;
}

/** Times a product of the given shape, for `tenths` of a second. Grouped rows are spread evenly over the groups. */
export function measureMatmul(runner: KernelRunner, shape: MatmulShape, tenths = 4): MatmulFigures {
  const { layout, rows, columns, inner, groups = 1 } = shape;
  const plan = planMatmul(shape, runner.target);
  const tn = layout === 'tn';
  const floats = (count: number) => {
    const address = runner.reserve(count * 4);
    const values = runner.floats(address, count);
    for (let i = 0; i < count; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;
    return address;
  };
  const scratch = runner.reserve(plan.scratchBytes);
  const tokens = tn ? inner : rows;
  const offsets = runner.reserve((groups + 1) * 4);
  const offsetValues = new Int32Array(runner.memory.buffer, offsets, groups + 1);
  for (let group = 0; group <= groups; group++) offsetValues[group] = Math.round((tokens * group) / groups);
  const named = {
    a: floats(rows * inner),
    b: floats((tn ? 1 : groups) * columns * inner),
    c: floats((tn ? groups : 1) * rows * columns),
    offsets,
    strideA: tn ? rows : inner,
    strideB: layout === 'nt' ? inner : columns,
    strideC: columns,
    rows,
    columns,
    inner,
  };
  const resolve = (argument: MatmulArgument) =>
    typeof argument === 'number'
      ? argument
      : typeof argument === 'object'
        ? scratch + argument.scratch
        : named[argument];
  const bind = (calls: typeof plan.calls) =>
    runner.prepare(
      calls.map(({ kernel, args }) => ({
        kernel,
        args: Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, resolve(argument)])),
      })),
    );
  const operations = 2 * rows * columns * inner;
  return {
    total: operations / runner.best(bind(plan.calls), WINDOW, 10 * tenths) / 1e9,
    packed: operations / runner.best(bind(plan.calls.filter((call) => !call.packsB)), WINDOW, 10 * tenths) / 1e9,
  };
}

/** Shapes that are measured, and what they are for. */
export const MATMUL_SHAPES: readonly (MatmulShape & { readonly use?: 'training' | 'decoding' })[] = [
  { layout: 'nt', rows: 512, columns: 2048, inner: 2048 },
  { layout: 'nn', rows: 512, columns: 2048, inner: 2048 },
  { layout: 'tn', rows: 512, columns: 2048, inner: 2048 },
  ...(
    [
      { layout: 'nt', rows: 4096, columns: 256, inner: 256 },
      { layout: 'nn', rows: 4096, columns: 256, inner: 256 },
      { layout: 'tn', rows: 256, columns: 256, inner: 4096 },
      { layout: 'nt', rows: 4096, columns: 64, inner: 256 },
      { layout: 'nt', rows: 4096, columns: 1024, inner: 64 },
      { layout: 'tn', rows: 1024, columns: 64, inner: 4096 },
      { layout: 'nt', rows: 16384, columns: 128, inner: 256, groups: 16 },
      { layout: 'nn', rows: 16384, columns: 256, inner: 128, groups: 16 },
      { layout: 'tn', rows: 128, columns: 256, inner: 16384, groups: 16 },
      // The embedded model: hidden 192, experts of 96 with 3 of 16 for each token, a latent of 64, a vocabulary of 1536.
      { layout: 'nt', rows: 4096, columns: 1536, inner: 192 },
      { layout: 'nt', rows: 4096, columns: 80, inner: 192 },
      { layout: 'nt', rows: 4096, columns: 384, inner: 64 },
      { layout: 'nt', rows: 12288, columns: 192, inner: 192, groups: 16 },
      { layout: 'nn', rows: 12288, columns: 96, inner: 192, groups: 16 },
      { layout: 'tn', rows: 192, columns: 192, inner: 12288, groups: 16 },
    ] as const
  ).map((shape) => ({ ...shape, use: 'training' as const })),
  ...[1, 2, 4, 8].map((rows) => ({ layout: 'nt', rows, columns: 4096, inner: 4096, use: 'decoding' }) as const),
];

export function matmulName({ layout, rows, columns, inner, groups }: MatmulShape): string {
  return `${layout} ${rows}×${inner}×${columns}${groups === undefined ? '' : ` in ${groups} groups`}`;
}

if (import.meta.main) {
  const workers = Number(process.argv[2] ?? 1);
  const target = targetNamed(process.argv[3], bestTarget());
  const only = process.argv[4];
  const runner = new KernelRunner({ workers, target });
  await runner.ready();
  const peak = measurePeak(runner);
  console.log(`${workers} workers, ${target}: register peak ${peak.toFixed(1)} GFLOP/s`);
  for (const shape of MATMUL_SHAPES.filter(({ layout }) => only === undefined || only === layout)) {
    runner.clear();
    const { total, packed } = measureMatmul(runner, shape);
    const share = (value: number) => `${value.toFixed(1)} (${((100 * value) / peak).toFixed(0)} %)`;
    console.log(`${matmulName(shape).padEnd(34)} ${share(total).padEnd(16)} B packed before: ${share(packed)}`);
  }
  await runner.close();
}
