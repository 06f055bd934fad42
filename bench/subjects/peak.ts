import { measurePeak } from '../cases/matmul.ts';
import { KernelRunner, type RunnerTarget } from '../kernel-runner.ts';
import { serveSubject } from '../subject.ts';

/** The multiply-add peak of one core in GFLOP/s, in processor time, as a target gives it. */
await serveSubject<{ target: RunnerTarget }>(async ({ target }) => {
  const runner = new KernelRunner({ workers: 1, target, bytes: 1 << 20 });
  await runner.ready();
  return () => {
    runner.clear();
    return { peak: measurePeak(runner) };
  };
});
