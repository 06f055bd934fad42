import { type BenchCase, type BenchContext, type BenchRow, row } from '../bench.ts';
import { RUNNER_TARGETS, targetMissing } from '../kernel-runner.ts';
import { interleave, Subject } from '../subject.ts';
import type { Dot8Result } from '../subjects/dot8.ts';

async function run({ quick, workers, progress, note }: BenchContext): Promise<BenchRow[]> {
  progress('starting');
  const module = new URL('../subjects/dot8.ts', import.meta.url);
  const targets = RUNNER_TARGETS.filter((target) => {
    const missing = targetMissing(target);
    if (missing !== undefined) note(`${target} is left out: ${missing}`);
    return missing === undefined;
  });
  const subjects: Record<string, Subject<Dot8Result>> = {};
  for (const target of targets) subjects[target] = await Subject.start<Dot8Result>(module, { workers, target });
  const rounds = quick ? 1 : 5;
  const results = await interleave(subjects, rounds, (round) => progress(`round ${round} of ${rounds}`));
  const bandwidth = Math.max(...Object.values(results).flatMap((list) => list.map(({ read }) => read)));
  const rows: BenchRow[] = [];
  const forms = { wasm: '128-bit', 'wasm-fused': 'fused vectors', avx2: 'AVX2', avx512: 'AVX-512' };
  for (const target of targets) {
    const list = results[target]!;
    const best = (field: keyof Dot8Result) => Math.max(...list.map((result) => result[field]));
    const title = `4-bit × 8-bit, ${workers} workers, ${forms[target]}`;
    rows.push(
      row({ name: `${title}, 256×2048×2048`, ours: best('matrix'), unit: 'GMAC/s' }),
      row({ name: `${title}, 1×4096×65536`, ours: best('vector'), unit: 'GMAC/s' }),
      row({
        name: `${title}, weights read, f32 scales, of read bandwidth`,
        ours: best('vectorBandwidth'),
        peer: bandwidth,
        unit: 'GB/s',
      }),
      row({
        name: `${title}, weights read, f16 scales, of read bandwidth`,
        ours: best('vectorBandwidthF16'),
        peer: bandwidth,
        unit: 'GB/s',
      }),
    );
  }
  return rows;
}

export default {
  name: 'dot8',
  description: 'products of 4-bit blocks with 8-bit activations, and the memory bandwidth that they reach',
  run,
} satisfies BenchCase;
