import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { bestTarget, type RunnerTarget } from '../kernel-runner.ts';
import { interleave, Subject } from '../subject.ts';
import type { MatmulResult } from '../subjects/matmul-inputs.ts';

const SIZE = { rows: 512, inner: 2048, columns: 2048 };
const OPERATIONS = 2 * SIZE.rows * SIZE.inner * SIZE.columns;

const subject = (name: string) => new URL(`../subjects/${name}.ts`, import.meta.url);

type Result = Partial<MatmulResult> & { readonly peak?: number };

async function run({ quick, workers, progress }: BenchContext): Promise<BenchRow[]> {
  progress('starting and warming up');
  const options = { ...SIZE, seconds: quick ? 0.1 : 0.4 };
  const ours = (target: RunnerTarget, layout: string) =>
    Subject.start<Result>(subject('matmul-ours'), { ...options, workers, target, layout });
  const native = bestTarget();
  const subjects = {
    peak: await Subject.start<Result>(subject('peak'), { target: 'wasm' }),
    widePeak: await Subject.start<Result>(subject('peak'), { target: 'wasm-fused' }),
    nativePeak: await Subject.start<Result>(subject('peak'), { target: native }),
    native: await ours(native, 'nn'),
    plain: await ours('wasm', 'nn'),
    fused: await ours('wasm-fused', 'nn'),
    plainNt: await ours('wasm', 'nt'),
    fusedNt: await ours('wasm-fused', 'nt'),
    jax: await Subject.start<Result>(subject('matmul-jax'), { ...options, threads: false }),
    jaxThreads: await Subject.start<Result>(subject('matmul-jax'), { ...options, threads: true }),
  };
  const rounds = quick ? 2 : 9;
  const results = await interleave(subjects, rounds, (round) => progress(`round ${round} of ${rounds}`));
  check(results);
  const speeds = (of: readonly Result[]) => of.map(({ seconds, peak }) => peak ?? OPERATIONS / seconds! / 1e9);
  const best = (of: readonly Result[]) => Math.max(...speeds(of));
  // Processor time is counted in slices, so that single measurements of the peak can come out too high.
  const roofline = median(speeds(results.peak)) * workers;
  const nativeRoofline = median(speeds(results.nativePeak)) * workers;
  const wide = median(speeds(results.widePeak)) * workers;
  const medians = (of: readonly Result[]) => {
    const processor = Math.max(...of.map(({ processorSeconds }) => OPERATIONS / processorSeconds! / 1e9));
    return `median of ${rounds} rounds ${figure(median(speeds(of)))}; ${figure(processor)} per second of processor time`;
  };
  const rows: BenchRow[] = [];
  const told = new Set<readonly Result[]>();
  const against = (name: string, of: readonly Result[], peer: number, target: number | undefined) => {
    const note = told.has(of) ? {} : { note: medians(of) };
    told.add(of);
    rows.push(
      row({ name, ours: best(of), peer, unit: 'GFLOP/s', ...note, ...(target === undefined ? {} : { target }) }),
    );
  };
  const title = `f32 ${SIZE.rows}×${SIZE.inner}×${SIZE.columns}, ${workers} workers`;
  against(`${title}, 128-bit, of the 128-bit roofline`, results.plain, roofline, 0.7);
  against(`${title}, fused vectors, of the 128-bit roofline`, results.fused, roofline, 0.7);
  against(`${title}, fused vectors, of the fused roofline`, results.fused, wide, undefined);
  against(`${title}, B transposed, 128-bit, of the 128-bit roofline`, results.plainNt, roofline, undefined);
  against(`${title}, B transposed, fused vectors, of the fused roofline`, results.fusedNt, wide, undefined);
  against(`${title}, ${native}, of its roofline`, results.native, nativeRoofline, undefined);
  const one = best(results.jax);
  const many = best(results.jaxThreads);
  against(`${title}, ${native}, vs jax-js as it runs in Node (1 thread)`, results.native, one, 3);
  against(`${title}, fused vectors, vs jax-js as it runs in Node (1 thread)`, results.fused, one, 3);
  against(`${title}, 128-bit, vs jax-js as it runs in Node (1 thread)`, results.plain, one, 3);
  against(`${title}, fused vectors, vs jax-js given a browser’s workers`, results.fused, many, 3);
  against(`${title}, 128-bit, vs jax-js given a browser’s workers`, results.plain, many, undefined);
  return rows;
}

/** All subjects computed the same product. */
function check(results: Readonly<Record<string, readonly Result[]>>): void {
  const sums = Object.entries(results).flatMap(([name, list]) => list.map(({ check }) => ({ name, check })));
  const reference = sums.find(({ name }) => name === 'jax')!.check!;
  for (const { name, check: sum } of sums) {
    if (sum !== undefined && !(Math.abs(sum - reference) <= 1e-4 * Math.abs(reference))) {
      throw new Error(`the product of ${name} differs: its sample sums to ${sum}, that of jax-js to ${reference}`);
    }
  }
}

export default {
  name: 'matmul',
  description: 'f32 matrix product against jax-js and against the multiply-add peak of the cores',
  run,
} satisfies BenchCase;
