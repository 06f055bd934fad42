import { afterEach, describe, expect, it, vi } from 'vitest';
import { platform } from '../platform/index.ts';
import { KernelWatch, threadPeak } from './kernel-watch.ts';
import { judgeNative } from './native-target.ts';
import { matrixProduct } from './ops/linear.ts';
import { record } from './record.ts';
import { createRuntime, type Runtime } from './runtime.ts';

const native = await judgeNative(platform());
const targets = ['wasm' as const, ...('host' in native ? (['native'] as const) : [])];

const runtimes: Runtime[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

async function open(target: 'wasm' | 'native', workers = 1): Promise<Runtime> {
  const runtime = await createRuntime({ target, workers, memoryBytes: 1 << 24 });
  runtimes.push(runtime);
  return runtime;
}

/** A product whose rows and columns fill the tiles of all targets (rows of 13, 6 and 5; columns of 8, 16 and 32). */
const SHAPE = { rows: 390, columns: 64, inner: 48 } as const;
const OPERATIONS = 2 * SHAPE.rows * SHAPE.columns * SHAPE.inner;

function product(runtime: Runtime) {
  const a = runtime.allocate('a', [SHAPE.rows, SHAPE.inner]);
  const b = runtime.allocate('b', [SHAPE.inner, SHAPE.columns]);
  const c = runtime.allocate('c', [SHAPE.rows, SHAPE.columns]);
  return record(runtime, () => matrixProduct({ layout: 'nn', a, b, c, ...SHAPE }));
}

/** A clock that goes on by a millisecond whenever it is looked at. */
function slowClock(): () => number {
  let now = 0;
  return () => now++;
}

describe.each(targets)('watching kernels as %s', (target) => {
  it('prints program and code of the chosen kernels when they are compiled', async () => {
    const runtime = await open(target);
    const printed: string[] = [];
    runtime.watch(new KernelWatch(['matmul('], slowClock(), (text) => printed.push(text)));
    product(runtime);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/^matmul\(.*\n\nmatmul for \d+ lanes: .*\n/);
    expect(printed[0]).toMatch(/vf32\.fma/);
    expect(/vfmadd231ps/.test(printed[0]!)).toBe(target === 'native');
  });

  it('gives the speed and the share of peak of worker 0', async () => {
    const runtime = await open(target);
    const watch = new KernelWatch(['matmul('], slowClock(), () => {});
    runtime.watch(watch);
    const program = product(runtime);
    for (let i = 0; i < 9; i++) program.replay();
    const [seen, ...others] = watch.kernels(4 * OPERATIONS * 1000);
    expect(others).toEqual([]);
    expect(seen).toMatchObject({ calls: 9, milliseconds: 9, speed: OPERATIONS * 1000, share: 0.25 });
    // Each element of C is stored once, and A and B are loaded at least once.
    expect(seen!.traffic! / 1000 / 4).toBeGreaterThan(SHAPE.rows * (SHAPE.columns + SHAPE.inner));
  });

  it('measures a peak that no product exceeds', async () => {
    const runtime = await open(target);
    const watch = new KernelWatch(
      ['matmul('],
      () => performance.now(),
      () => {},
    );
    runtime.watch(watch);
    const program = product(runtime);
    for (let i = 0; i < 200; i++) program.replay();
    const peak = threadPeak(runtime.executor, runtime.memory, () => performance.now())!;
    const { share } = watch.kernels(peak)[0]!;
    expect(share).toBeGreaterThan(0);
    // Other work on the machine can slow the measurement of the peak, but hardly its best of ten.
    expect(share).toBeLessThan(1.5);
  });
});

describe('JINGQI_DEBUG', () => {
  it('watches what it names, until the runtime is closed', async () => {
    vi.stubEnv('JINGQI_DEBUG', 'MATMUL_, nosuch');
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const runtime = await open('wasm', 2);
    const program = product(runtime);
    for (let i = 0; i < 4; i++) program.replay();
    await runtime.close();
    const text = printed.mock.calls.map(([line]) => line as string);
    expect(text).toHaveLength(2);
    expect(text[0]).toMatch(/^matmul_pack_rows/);
    expect(text[1]).toMatch(/ of [\d.]+ GFLOP\/s.*\n {2}matmul_pack_rows.*: 4 calls in .* GB\/s loaded and stored$/);
  });

  it('says so if nothing bears the name, and watches nothing if it is empty', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const [name, lines] of [
      ['nosuch', ['JINGQI_DEBUG: nothing ran whose name begins with nosuch']],
      [' , ', []],
    ] as const) {
      printed.mockClear();
      vi.stubEnv('JINGQI_DEBUG', name);
      const runtime = await open('wasm');
      product(runtime).replay();
      await runtime.close();
      expect(printed.mock.calls.map(([line]) => line as string)).toEqual(lines);
    }
  });
});
