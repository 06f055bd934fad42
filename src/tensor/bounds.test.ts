import { afterEach, describe, expect, it } from 'vitest';
import { scale as scaleKernel } from '../kernels/elementwise.ts';
import { bf16Matmul } from '../kernels/matmul-bf16.ts';
import {
  createRuntime,
  crossEntropy,
  embedding,
  groupedLinear,
  planDispatch,
  type Runtime,
  record,
  recorder,
  routeTokens,
} from './index.ts';

let runtime: Runtime;
const create = async (target: 'interpreter' | 'interpreter64' = 'interpreter') => {
  runtime = await createRuntime({ target, workers: 1, memoryBytes: 1 << 20 });
  return runtime;
};
afterEach(() => runtime.close());

describe('bounds of arguments', () => {
  it('are checked when a call is recorded, with the largest row count', async () => {
    await create();
    const [x, y] = [runtime.allocate('x', [4, 6]), runtime.allocate('y', [4, 6])];
    const call = (rows: number, columns = 6) =>
      record(runtime, () => {
        const sizes = { rows: { symbol: 'rows', scale: 1, maximum: rows }, columns, xStride: 6, yStride: 6 };
        recorder().call(scaleKernel, { x, y, ...sizes, factor: 2 });
      });
    expect(() => call(4)).not.toThrow();
    expect(() => call(5)).toThrow('kernel scale: argument x needs 120 bytes and got tensor x with 96');
    expect(() => call(4, 7)).toThrow('kernel scale: argument x needs 100 bytes and got tensor x with 96');
  });

  it('take a view for what it is', async () => {
    await create();
    const [x, y] = [runtime.allocate('x', [4, 6]), runtime.allocate('y', [4, 6])];
    const sizes = { rows: 4, columns: 3, xStride: 6, yStride: 6, factor: 2 };
    const call = (columns: number) =>
      record(runtime, () => recorder().call(scaleKernel, { x: x.slice(0, columns), y, ...sizes }));
    expect(() => call(3)).not.toThrow();
    expect(() => call(2)).toThrow(/argument x needs 84 bytes and got tensor x with 80/);
  });
});

describe('bounds of bf16 products', () => {
  it('count pairs along K, as they are packed', async () => {
    await create();
    const form = { precision: 'bf16', accumulate: false } as const;
    const tensor = (name: string, elements: number) => runtime.allocate(name, [1, elements]);
    const call = (a: number, b: number) =>
      record(runtime, () => {
        const pointers = { a: tensor('a', a), b: tensor('b', b), tail: tensor('tail', 1), c: tensor('c', 24) };
        const sizes = { rows: 4, columns: 6, inner: 5, strideA: 0, strideB: 0, strideC: 6 };
        recorder().call(bf16Matmul({ ...form, operands: 'rows' }), { ...pointers, ...sizes });
      });
    // Three pairs in each of four rows, a cache line of 16 apart; one panel of 8 columns.
    expect(() => call(51, 24)).not.toThrow();
    expect(() => call(50, 24)).toThrow(/^kernel matmul_bf16.*: argument a needs 204 bytes and got tensor a with 200$/);
    expect(() => call(51, 23)).toThrow(/argument b needs 96 bytes and got tensor b with 92$/);
  });

  it('refuse offsets that another number of rows was divided by', async () => {
    await create();
    const [x, w] = [runtime.allocate('x', [9, 6]), runtime.allocate('w', [2, 8, 6])];
    const offsets = runtime.allocate('offsets', [3], 'i32');
    const program = record(runtime, () => groupedLinear(x, w, offsets), { products: 'bf16' });
    runtime.write(offsets, [0, 4, 9]);
    expect(() => program.replay()).not.toThrow();
    runtime.write(offsets, [0, 4, 10]);
    expect(() => program.replay()).toThrow(/kernel grouped_matmul_bf16_rows.*element 2 of offsets .* is 10/);
  });
});

describe('indices', () => {
  it('that the host writes are checked before a replay, as many as count', async () => {
    await create();
    const table = runtime.allocate('table', [5, 3]);
    const ids = runtime.allocate('ids', [3], 'i32');
    const program = record(runtime, () => embedding(table, ids, { symbol: 'rows', scale: 1, maximum: 3 }));
    runtime.write(ids, [4, 0, 5]);
    expect(() => program.replay()).toThrow(
      'kernel gatherRows(memory=f32): element 2 of ids (tensor ids) is 5; it may be 0 to 4',
    );
    program.setRows('rows', 2);
    expect(() => program.replay()).not.toThrow();
    runtime.write(ids, [0, -1, 0]);
    expect(() => program.replay()).toThrow(/element 1 of ids .* is -1/);
  });

  it('that kernels write are bounded by what those declare', async () => {
    await create();
    const logits = runtime.allocate('logits', [3, 6]);
    const groups = { groups: 1, chosenGroups: 1, groupScore: 'max' } as const;
    const variant = { experts: 6, chosen: 2, scoring: 'softmax', bias: false, normalize: false, ...groups } as const;
    const plan = (experts: number) =>
      record(runtime, () => {
        const { indices } = routeTokens(logits, { variant, scale: 1, bias: undefined });
        return planDispatch(indices, experts);
      });
    expect(() => plan(6).replay()).not.toThrow();
    expect(() => plan(5)).toThrow(/planDispatch: argument indices must hold .*"below":5.*says .*"below":6/);
  });

  it.each(['interpreter', 'interpreter64'] as const)('of rows without weight may be anything (%s)', async (target) => {
    await create(target);
    const logits = runtime.allocate('logits', [2, 4]);
    const [targets, weights] = [runtime.allocate('targets', [2], 'i32'), runtime.allocate('weights', [2])];
    const program = record(runtime, () => crossEntropy(logits, targets, weights));
    runtime.write(targets, [3, -1]);
    runtime.write(weights, [1, 0]);
    expect(() => program.replay()).not.toThrow();
    runtime.write(weights, [1, 0.5]);
    expect(() => program.replay()).toThrow(/element 1 of targets .* is -1; it may be 0 to 3/);
  });
});
