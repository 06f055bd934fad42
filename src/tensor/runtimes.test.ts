import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  add,
  linear,
  OutOfMemoryError,
  type Runtime,
  type RuntimeOptions,
  record,
  scale,
  startRuntimes,
} from './index.ts';

const opened: Runtime[] = [];
async function open(options: RuntimeOptions, ...bytes: number[]): Promise<readonly Runtime[]> {
  const runtimes = await startRuntimes(options, () => bytes);
  opened.push(...runtimes);
  await Promise.all(runtimes.map(({ ready }) => ready));
  return runtimes;
}
afterEach(async () => {
  vi.restoreAllMocks();
  for (const runtime of opened.splice(0)) await runtime.close();
});

const filled = (runtime: Runtime, value: number) => {
  const x = runtime.allocate('x', [64, 256]);
  runtime.write(x, new Float32Array(x.size).fill(value));
  return x;
};

describe.each([
  { target: 'wasm', workers: 3 },
  { target: 'wasm', workers: 1 },
  { target: 'native', workers: 2 },
  { target: 'interpreter', workers: 2 },
] as const)('runtimes of several memories, %o', (options) => {
  it('run their Programs in turn, each in its memory', async () => {
    const runtimes = await open(options, 1 << 22, 1 << 23, 1 << 22);
    expect(runtimes.map(({ memory }) => memory.limitBytes)).toEqual([1 << 22, 1 << 23, 1 << 22]);
    const inputs = runtimes.map((runtime, number) => filled(runtime, number + 1));
    // Kernels get their numbers in another order in each.
    const programs = runtimes.map((runtime, number) =>
      record(runtime, () => {
        const x = inputs[number]!;
        return number === 1 ? scale(add(x, x), 10) : add(scale(x, 10), x);
      }),
    );
    for (let round = 0; round < 20; round++) {
      for (const program of programs) program.replay();
      const found = programs.map(({ outputs }, number) => new Set(runtimes[number]!.read(outputs)));
      expect(found).toEqual([new Set([11]), new Set([40]), new Set([33])]);
      for (const [number, runtime] of runtimes.entries()) {
        runtime.write(inputs[number]!, new Float32Array(64 * 256).fill(round));
        programs[number]!.replay();
        expect(new Set(runtime.read(programs[number]!.outputs))).toEqual(new Set([round * (number === 1 ? 20 : 11)]));
        runtime.write(inputs[number]!, new Float32Array(64 * 256).fill(number + 1));
      }
    }
  });

  it('read tensors of each other, and refuse to compute with them', async () => {
    const [one, other] = (await open(options, 1 << 22, 1 << 22)) as [Runtime, Runtime];
    const x = filled(other, 7);
    expect(one.read(x)[5]).toBe(7);
    const program = record(other, () => scale(x, 3));
    program.replay();
    expect(one.read(program.outputs)[5]).toBe(21);
    expect(() => record(one, () => scale(x, 2))).toThrow('x is in another memory than the Program');
    const used = other.memory.usedBytes;
    one.release(x);
    expect(other.memory.usedBytes).toBeLessThan(used);
  });

  it('run out of memory one by one', async () => {
    const [small, large] = (await open(options, 1 << 20, 1 << 22)) as [Runtime, Runtime];
    expect(() => small.allocate('x', [1 << 19])).toThrow(OutOfMemoryError);
    expect(large.allocate('x', [1 << 19]).size).toBe(1 << 19);
  });
});

describe('runtimes of several memories', () => {
  it('compile each kernel once', async () => {
    const compiled = vi.spyOn(WebAssembly, 'Module');
    const runtimes = await open({ target: 'wasm', workers: 1, fuseVectors: false }, 1 << 22, 1 << 22, 1 << 22);
    compiled.mockClear();
    const programs = runtimes.map((runtime) => {
      const [x, w] = [filled(runtime, 1), filled(runtime, 2)];
      return record(runtime, () => scale(linear(x, w), 0.5));
    });
    const kernels = new Set(programs.flatMap((program) => program.kernels));
    expect(compiled).toHaveBeenCalledTimes(kernels.size);
  });

  it('are sized when it is known how kernels are run', async () => {
    const asked: string[] = [];
    for (const target of ['wasm', 'interpreter'] as const) {
      opened.push(
        ...(await startRuntimes({ target, workers: 1 }, (form) => {
          asked.push(form);
          return [1 << 20];
        })),
      );
    }
    expect(asked).toEqual(['WebAssembly', 'interpreter']);
  });

  it('may not differ in the width of their addresses', async () => {
    await expect(startRuntimes({ target: 'wasm', workers: 1 }, () => [1 << 20, 2 ** 32])).rejects.toThrow(
      'memories of 32 and of 64 bits do not go together',
    );
  });
});
