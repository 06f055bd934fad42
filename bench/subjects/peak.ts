import { measurePeak } from '../cases/matmul.ts';
import { KernelRunner } from '../kernel-runner.ts';
import { serveSubject } from '../subject.ts';

/** The multiply-add peak of one core in GFLOP/s, in processor time; `fused` as V8's fusing of vectors gives it. */
await serveSubject<{ fused: boolean }>(async ({ fused }) => {
  const runner = new KernelRunner({ workers: 1, fused, bytes: 1 << 20 });
  await runner.ready();
  return () => {
    runner.clear();
    return { peak: measurePeak(runner) };
  };
});
