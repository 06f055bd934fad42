import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { adamw, adamwBlock } from '../kernels/adamw.ts';
import { defineKernel } from '../kernels/index.ts';
import { platform } from '../platform/index.ts';
import {
  add,
  copyInto,
  createRuntime,
  fill,
  linear,
  type Program,
  type Runtime,
  record,
  recorder,
  rmsNorm,
  scale,
  siluGate,
  startRuntime,
} from './index.ts';
import { LinearMemory } from './memory.ts';
import { WorkerPool } from './pool.ts';
import type { Tensor } from './tensor.ts';

const runtimes: Runtime[] = [];
async function create(workers: number, options: object = {}): Promise<Runtime> {
  const runtime = await createRuntime({ workers, memoryBytes: 1 << 22, ...options });
  runtimes.push(runtime);
  return runtime;
}
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

/** Adds 1 to each worker's own element: every call of every worker leaves a trace. */
const count = defineKernel('count', { cells: 'inout' }, (b, p) => {
  const cell = b.offset(p.cells, b.worker);
  b.storeI32(cell, b.add(b.loadI32(cell), 1));
});

/** Reads at an address far outside the memory, on one worker. */
const trap = defineKernel('trap', { x: 'inout', worker: 'i32' }, (b, p) => {
  b.if(b.eq(b.worker, p.worker), () => {
    b.storeI32(b.offset(p.x, b.i32(0x3fffff00)), b.i32(1));
  });
});

describe('the worker pool', () => {
  it.each([1, 2, 3])('runs every step once on each of %d workers, replay after replay', async (workers) => {
    const runtime = await create(workers);
    // Large enough that steps are split among the workers, each step depending on the one before.
    const cells = runtime.allocate('cells', [1, 16384], 'i32');
    const steps = 20;
    const program = record(runtime, () => {
      for (let i = 0; i < steps; i++) recorder().call(count, { cells });
      return cells;
    });
    expect(program.barriers).toBe(steps - 1);
    const replays = 100;
    for (let i = 0; i < replays; i++) program.replay();
    const expected = new Array(16).fill(0).fill(steps * replays, 0, workers);
    expect([...runtime.read(cells).slice(0, 16)]).toEqual(expected);
  });

  it('runs nothing before its threads are there, and all afterwards', async () => {
    const runtime = await startRuntime({ workers: 3, memoryBytes: 1 << 22 });
    runtimes.push(runtime);
    const x = runtime.allocate('x', [64, 256]);
    runtime.write(x, new Float32Array(64 * 256).fill(3));
    const doubled = () => record(runtime, () => scale(x, 2));
    expect(doubled).toThrow('wait for its `ready` first');
    await runtime.ready;
    const program = doubled();
    program.replay();
    expect(runtime.read(program.outputs).every((value) => value === 6)).toBe(true);
  });

  it('can be closed before its threads are there', async () => {
    await (await startRuntime({ workers: 3, memoryBytes: 1 << 20 })).close();
  });

  it('orders steps that depend on each other across workers', async () => {
    const runtime = await create(3);
    const n = 1 << 14;
    const x = runtime.allocate('x', [64, n / 64]);
    runtime.write(
      x,
      Float32Array.from({ length: n }, (_, i) => i),
    );
    const program = record(runtime, () => {
      let y = scale(x, 1);
      // Each step reads what other workers wrote: rows are split one way, products another.
      for (let i = 0; i < 30; i++) y = add(scale(y.reshape(n / 64, 64), 1).reshape(64, n / 64), scale(y, 0));
      return y;
    });
    for (let i = 0; i < 20; i++) {
      program.replay();
      expect(Buffer.compare(bytesOf(runtime, program.outputs), bytesOf(runtime, x))).toBe(0);
    }
  });

  it.each([
    [2, 0],
    [2, 1],
    [3, 2],
  ])('of %d ends a replay with a clear error when a kernel fails on worker %d', async (workers, worker) => {
    // Machine code has no bounds that it could trap at.
    const runtime = await create(workers, { target: 'wasm' });
    const x = runtime.allocate('x', [16384, 1], 'i32');
    const program = record(runtime, () => {
      for (let i = 0; i < 5; i++) recorder().call(count, { cells: x });
      recorder().call(trap, { x, worker });
      for (let i = 0; i < 5; i++) recorder().call(count, { cells: x });
      return x;
    });
    const message = `kernel trap (step 5) failed on worker ${worker}: memory access out of bounds; the runtime cannot be`;
    const start = performance.now();
    expect(() => program.replay()).toThrow(message);
    expect(performance.now() - start).toBeLessThan(5000);
    // Afterwards it says the same instead of hanging, and it can be closed.
    expect(() => program.replay()).toThrow(message);
    expect(() => record(runtime, () => scale(runtime.allocate('y', [2, 2]), 2))).toThrow(/memory access out of bounds/);
    await runtime.close();
    expect(() => program.replay()).toThrow(/the runtime is closed/);
  });

  it('names the kernel that fails with one worker, which can go on', async () => {
    for (const target of ['wasm', 'interpreter'] as const) {
      const runtime = await create(1, { target });
      const x = runtime.allocate('x', [4, 1], 'i32');
      const program = record(runtime, () => {
        recorder().call(trap, { x, worker: 0 });
        return x;
      });
      expect(() => program.replay()).toThrow(/^kernel trap \(step 0\) failed on worker 0: /);
      const good = record(runtime, () => scale(runtime.allocate('y', [4, 1]), 2));
      good.replay();
    }
  });

  it('has numbers of kernels that agree after kernels for which there was no room', async () => {
    const runtime = await create(2, { target: 'wasm', memoryBytes: 1 << 20 });
    // So large that all workers take part.
    const x = runtime.allocate('x', [64, 128]);
    const y = runtime.allocate('y', [64, 128]);
    const room = runtime.memory.limitBytes - runtime.memory.usedBytes - 1024;
    const filler = runtime.allocate('filler', [room], 'u8');
    expect(() => record(runtime, () => copyInto(x, y))).toThrow(/out of memory: the code of kernels/);
    runtime.release(filler);
    runtime.write(x, new Float32Array(x.size).fill(3));
    for (const [factor, body] of [
      [12, () => copyInto(scale(add(x, x), 2), y)],
      [3, () => copyInto(x, y)],
      [7, () => fill(y, 7)],
    ] as const) {
      const program = record(runtime, body);
      program.replay();
      expect(new Set(runtime.read(y))).toEqual(new Set([factor]));
      program.release();
    }
  });

  it('does without shared memory with one worker', async () => {
    const runtime = await create(1);
    expect(runtime.memory.buffer).toBeInstanceOf(ArrayBuffer);
    const x = runtime.allocate('x', [2, 2]);
    runtime.write(x, [1, 2, 3, 4]);
    const program = record(runtime, () => scale(x, 2));
    program.replay();
    expect([...runtime.read(program.outputs)]).toEqual([2, 4, 6, 8]);
  });

  it('refuses to go on when it is closed', async () => {
    const runtime = await create(2);
    const program = record(runtime, () => scale(runtime.allocate('x', [2, 2]), 2));
    await runtime.close();
    await runtime.close();
    expect(() => program.replay()).toThrow('the runtime is closed');
  });
});

const host = platform().native();
const allowed = 'unavailable' in host ? undefined : host.allowedCpus();

describe.skipIf(allowed === undefined || allowed.length < 2)('pinned workers', () => {
  const [first, second] = allowed ?? [];
  const current = () => ('unavailable' in host ? undefined : host.allowedCpus());

  /** How many threads of this process may run on one processor only. */
  const threadsOn = (processor: number | undefined) =>
    readdirSync('/proc/self/task').filter((thread) =>
      new RegExp(`^Cpus_allowed_list:\\s*${processor}$`, 'm').test(
        readFileSync(`/proc/self/task/${thread}/status`, 'utf8'),
      ),
    ).length;

  async function withProgram(options: object): Promise<{ runtime: Runtime; run: () => void }> {
    const runtime = await create(2, options);
    const x = runtime.allocate('x', [64, 256]);
    runtime.write(x, new Float32Array(x.size).fill(3));
    const program = record(runtime, () => scale(x, 2));
    return {
      runtime,
      run() {
        program.replay();
        expect(new Set(runtime.read(program.outputs))).toEqual(new Set([6]));
      },
    };
  }

  it.each(['native', 'wasm'])('stay on processors of their own (%s)', async (target) => {
    const before = threadsOn(second);
    const { runtime, run } = await withProgram({ target, pinWorkers: true });
    expect(runtime.pool!.pinned).toBe(true);
    expect(threadsOn(second)).toBe(before + 1);
    expect(current()).toEqual(allowed);
    run();
    expect(current()).toEqual([first]);
    await runtime.close();
    expect(current()).toEqual(allowed);
  });

  it('move where nobody asks', async () => {
    const { runtime, run } = await withProgram({});
    run();
    expect(runtime.pool!.pinned).toBe(false);
    expect(current()).toEqual(allowed);
  });

  it('do not keep the workers of another runtime on their processor', async () => {
    const pinned = await withProgram({ pinWorkers: true });
    pinned.run();
    const before = threadsOn(first);
    const free = await withProgram({});
    expect(threadsOn(first)).toBe(before - 1);
    free.run();
    pinned.run();
    expect(current()).toEqual([first]);
    await free.runtime.close();
    await pinned.runtime.close();
    expect(current()).toEqual(allowed);
  });

  it('do without where there are fewer processors than workers', async () => {
    const runtime = await create(allowed!.length + 1, { pinWorkers: true });
    expect(runtime.pool!.pinned).toBe(false);
    record(runtime, () => scale(runtime.allocate('x', [64, 256]), 2)).replay();
    expect(current()).toEqual(allowed);
  });

  it.each([
    ['has no machine code', { unavailable: 'no machine code here' }],
    ['does not tell processors', { ...host, allowedCpus: () => undefined }],
    ['refuses', { ...host, pinThread: () => false }],
  ])('do without where the system %s', async (_, native) => {
    const memory = new LinearMemory({ limitBytes: 1 << 20, shared: true, wide: false });
    const pool = WorkerPool.open({ ...platform(), native: () => native as typeof host }, 2, { pin: true });
    expect(() => pool.replay([], 0, 0)).toThrow('wait for its `ready` first');
    await pool.begin([memory]);
    pool.replay([], 0, 0);
    expect(pool.pinned).toBe(false);
    expect(current()).toEqual(allowed);
    await pool.close();
  });
});

function bytesOf(runtime: Runtime, tensor: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = runtime.view(tensor);
  return Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));
}

/** A network large enough for several workers, its gradients and optimiser steps. */
function train(runtime: Runtime): { program: Program<{ y: Tensor }>; tensors: Tensor[] } {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return (seed / 2147483647 - 0.5) / 4;
  };
  const allocate = (name: string, shape: number[]) => {
    const tensor = runtime.allocate(name, shape);
    runtime.write(tensor, Float32Array.from({ length: tensor.size }, random));
    return tensor;
  };
  const x = allocate('x', [61, 50]);
  const parameters = [allocate('w1', [90, 50]), allocate('w2', [50, 45]), allocate('norm', [50])];
  const [w1, w2, norm] = parameters as [Tensor, Tensor, Tensor];
  const gradients = parameters.map(({ name, shape }) => runtime.allocate(`gradient of ${name}`, shape));
  const moments = parameters.map(({ name, shape }) => [0, 1].map((i) => runtime.allocate(`${name}.${i}`, shape)));
  const block = adamwBlock({ learningRate: 0.01, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.1, step: 1 });
  const hyperparameters = runtime.allocate('hyperparameters', [block.length]);
  runtime.write(hyperparameters, block);
  const program = record(
    runtime,
    () => {
      const tape = recorder().gradients!;
      parameters.forEach((parameter, i) => {
        tape.parameter(parameter, gradients[i]!);
      });
      let y = x;
      for (let layer = 0; layer < 3; layer++) y = add(y, linear(siluGate(linear(rmsNorm(y, norm, 1e-6), w1)), w2));
      tape.backward(y);
      parameters.forEach((tensor, i) => {
        const [m, v] = moments[i] as [Tensor, Tensor];
        const state = { parameters: tensor, gradients: gradients[i]!, m, v };
        recorder().call(adamw, { ...state, hyperparameters, count: tensor.size });
      });
      return { y };
    },
    { gradients: true },
  );
  return { program, tensors: [...parameters, ...gradients, ...moments.flat()] };
}
describe('replay', () => {
  it('gives the same bits for forward, gradients and optimiser steps on 1, 2 and 3 workers', async () => {
    const results = [];
    for (const workers of [1, 2, 3]) {
      const runtime = await create(workers);
      const { program, tensors } = train(runtime);
      for (let step = 0; step < 5; step++) program.replay();
      results.push([program.outputs.y, ...tensors].map((tensor) => bytesOf(runtime, tensor).toString('base64')));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    // It is not all zeros or NaN.
    expect(new Set(results[0]).size).toBe(results[0]!.length);
  });

  it.each(['1', '2'])('allocates no JavaScript memory on %s workers', async (workers) => {
    const script = fileURLToPath(new URL('./fixtures/heap-growth.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, workers]);
    // Bytes per replay; a single object would have 12 or more.
    expect(Number(stdout)).toBeLessThan(2);
  });
});
