import { defineKernel } from '../../src/kernels/index.ts';
import { createRuntime, type Program, record, recorder } from '../../src/tensor/index.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';

const empty = defineKernel('empty', { cell: 'inout' }, () => {});

const STEPS = 1000;
/** Elements that a call is said to touch: so many that it is split among the workers. */
const LARGE = 16384;

/** Microseconds per replay of an empty Program; with `barriers`, every call waits for the one before. */
async function measure(workers: number, steps: number, barriers: boolean, measurements: number): Promise<number[]> {
  const runtime = await createRuntime({ workers, memoryBytes: 2 ** 27, fuseVectors: false });
  try {
    const cells = runtime.allocate('cells', [steps, LARGE]);
    const program: Program = record(runtime, () => {
      for (let step = 0; step < steps; step++) {
        recorder().call(empty, { cell: cells.rowRange(barriers ? 0 : step, 1) });
      }
    });
    const expected = barriers ? steps - 1 : 0;
    if (program.barriers !== expected) throw new Error(`expected ${expected} barriers, got ${program.barriers}`);
    for (let i = 0; i < 50; i++) program.replay();
    return Array.from({ length: measurements }, () => {
      const start = performance.now();
      program.replay();
      return (performance.now() - start) * 1000;
    });
  } finally {
    await runtime.close();
  }
}

async function run({ quick, workers, progress }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const count of workers === 1 ? [1] : [1, workers]) {
    for (const barriers of [false, true]) {
      const name = `${count} ${count === 1 ? 'worker' : 'workers'}, ${barriers ? 'a barrier before every op' : 'no barriers'}`;
      progress(name);
      const times = (await measure(count, STEPS, barriers, quick ? 200 : 3000)).map((time) => time / STEPS);
      const note = `least of ${times.length} replays of ${STEPS} empty kernels; median ${figure(median(times))}`;
      const target = count > 1 ? { target: 2 } : {};
      rows.push(row({ name, ours: Math.min(...times), unit: 'µs/op', better: 'less', note, ...target }));
    }
  }
  const name = `starting ${workers} workers for a replay of one op`;
  progress(name);
  const times = await measure(workers, 1, false, quick ? 2000 : 30000);
  const note = `least of ${times.length}; median ${figure(median(times))}`;
  rows.push(row({ name, ours: Math.min(...times), unit: 'µs/replay', better: 'less', note }));
  return rows;
}

export default {
  name: 'replay',
  description: 'what a recorded kernel call costs beside the kernel itself',
  run,
} satisfies BenchCase;
