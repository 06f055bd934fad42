import { prepareBandwidth } from '../bandwidth.ts';
import { measureDot8 } from '../cases/dot8.ts';
import { KernelRunner, type RunnerTarget } from '../kernel-runner.ts';
import { serveSubject } from '../subject.ts';

export interface Dot8Result {
  /** GMAC/s. */
  readonly matrix: number;
  readonly vector: number;
  /** GB/s of weights in the matrix-vector product, with scales in f32 and in f16, and of plain reading. */
  readonly vectorBandwidth: number;
  readonly vectorBandwidthF16: number;
  readonly read: number;
}

/** 4-bit blocks × 8-bit activations, and reading memory, in one process. */
await serveSubject<{ workers: number; target: RunnerTarget }>(async ({ workers, target }) => {
  const runner = new KernelRunner({ workers, target, bytes: 1 << 30 });
  await runner.ready();
  return (): Dot8Result => {
    runner.clear();
    const matrix = measureDot8(
      runner,
      { rows: 4, vectors: 2, scale: 'f32' },
      { rows: 256, columns: 2048, inner: 2048 },
    );
    const vectorOf = (scale: 'f32' | 'f16') => {
      runner.clear();
      return measureDot8(runner, { rows: 1, vectors: 4, scale }, { rows: 1, columns: 65536, inner: 4096 });
    };
    const [vector, vectorF16] = [vectorOf('f32'), vectorOf('f16')];
    runner.clear();
    return {
      matrix: matrix.gmacs,
      vector: vector.gmacs,
      vectorBandwidth: vector.bandwidth,
      vectorBandwidthF16: vectorF16.bandwidth,
      read: prepareBandwidth(runner).read(),
    };
  };
});
