import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineKernel } from '../kernels/index.ts';
import { FEW_ROWS } from '../kernels/matmul-rows.ts';
import {
  add,
  crossEntropy,
  embedding,
  linear,
  OutOfMemoryError,
  rmsNorm,
  rotaryInPlace,
  scale,
  siluGate,
} from './index.ts';
import { causalAttention } from './ops/attention.ts';
import { combineExperts, gatherTokens, planDispatch, routeTokens } from './ops/experts.ts';
import { groupedLinear } from './ops/linear.ts';
import { record, recorder } from './record.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import type { RowCount, Tensor } from './tensor.ts';

const double = defineKernel('double', { x: 'in', y: 'out', rows: 'i32', factor: 'f32' }, (b, p) => {
  b.splitLoop(p.rows, (row) => {
    b.store(b.offset(p.y, row), b.mul(b.load(b.offset(p.x, row)), p.factor));
  });
});

let runtime: Runtime;
let x: Tensor;
beforeAll(async () => {
  runtime = await createRuntime({ target: 'wasm-plain', workers: 1, memoryBytes: 1 << 20 });
  x = runtime.allocate('x', [8, 1]);
});
afterAll(() => runtime.close());

const output = () => recorder().empty([8, 1], { name: 'y' });
const call = (values: Record<string, unknown>) =>
  recorder().call(double, { rows: 8, factor: 2, ...values } as unknown as Parameters<Recorder['call']>[1] as never);
type Recorder = ReturnType<typeof recorder>;

describe('record refuses', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a parameter without a value', () => call({ x }), /kernel double: no value for parameter y/],
    ['a number for a pointer', () => call({ x: 5, y: output() }), /parameter x is of kind in and cannot be 5/],
    ['a tensor for a number', () => call({ x, y: output(), rows: x }), /parameter rows is of kind i32/],
    ['a fraction for an i32', () => call({ x, y: output(), rows: 1.5 }), /kernel double: 1.5 is not an integer/],
    ['an output that nothing writes', () => output(), /output y is not written by any step/],
    ['a tensor read before it is written', () => scale(output(), 2), /kernel scale \(step 0\) reads y, which no step/],
    ['record inside record', () => record(runtime, () => scale(x, 2)), /record\(\) cannot be nested/],
    ['a row count with two maxima', () => [counted(3), counted(4)], /row count n has maximum 3 and 4/],
  ])('%s', (_, body, message) => {
    const used = runtime.memory.usedBytes;
    expect(() => record(runtime, body)).toThrow(message);
    // Nothing is left of the attempt, and the next one works.
    expect(runtime.memory.usedBytes).toBe(used);
    record(runtime, () => scale(x, 2)).release();
  });

  it('ops outside record, tensors of another Program, and released tensors', () => {
    expect(() => scale(x, 2)).toThrow('this op must run inside record(() => …)');
    const program = record(runtime, () => scale(x, 2));
    expect(() => record(runtime, () => scale(program.outputs, 2))).toThrow(/belongs to another Program; copy it/);
    program.release();
    const gone = runtime.allocate('gone', [8, 1]);
    runtime.release(gone);
    expect(() => record(runtime, () => scale(gone, 2))).toThrow('gone was released');
    expect(() => runtime.read(gone)).toThrow(/gone has no memory/);
    expect(() => runtime.release(gone)).toThrow(/gone is not one that can be released/);
  });

  it('a Program that does not fit, naming the need and the limit', () => {
    const used = runtime.memory.usedBytes;
    const large = () => record(runtime, () => scale(runtimeWide(), 2));
    const runtimeWide = () => {
      const wide = recorder().empty([600, 1000]);
      recorder().call(double, { x, y: wide, rows: 8, factor: 1 });
      return wide;
    };
    expect(large).toThrow(OutOfMemoryError);
    expect(large).toThrow(/the temporary tensors of a Program needs 4\.\d+ MiB, but .* of the limit of 1\.00 MiB/);
    expect(runtime.memory.usedBytes).toBe(used);
  });

  it('losses without parameters, and a second backward pass', () => {
    const weight = runtime.allocate('weight', [1, 1]);
    const gradient = runtime.allocate('gradient', [1, 1]);
    const body = (use: (loss: Tensor) => void) => () => {
      recorder().gradients!.parameter(weight, gradient);
      const loss = linear(x, weight);
      use(loss);
      return loss;
    };
    const gradients = () => recorder().gradients!;
    const options = { gradients: true };
    expect(() =>
      record(
        runtime,
        body(() => gradients().backward(scale(x, 2))),
        options,
      ),
    ).toThrow(/does not depend on any/);
    const twice = body((loss) => {
      gradients().backward(loss);
      gradients().backward(loss);
    });
    expect(() => record(runtime, twice, options)).toThrow(/pass all losses to one call/);
    const declared = body(() => gradients().parameter(weight, gradient));
    expect(() => record(runtime, declared, options)).toThrow(/weight already has a gradient/);
  });
});

function counted(maximum: number): Tensor {
  return scale(x.withRows({ symbol: 'n', scale: 1, maximum }), 2);
}

describe('a Program', () => {
  it('knows its memory when it is recorded and gives it back', () => {
    const used = runtime.memory.usedBytes;
    const program = record(runtime, () => {
      let y = scale(x, 2);
      for (let i = 0; i < 10; i++) y = scale(y, 2);
      return { deep: [y] };
    });
    expect(program.memory.unplannedBytes).toBe(11 * 32);
    expect(program.memory.arenaBytes).toBe(2 * 64);
    expect(program.memory.peakBytes).toBe(runtime.memory.usedBytes);
    expect(program.steps).toBe(11);
    expect(program.kernels).toEqual(Array(11).fill('scale'));
    program.release();
    program.release();
    expect(runtime.memory.usedBytes).toBe(used);
    expect(() => program.replay()).toThrow('the Program was released');
  });

  it('keeps what was returned, at any depth, until it is released', () => {
    const program = record(runtime, () => {
      const kept = scale(x, 3);
      let y = scale(x, 2);
      for (let i = 0; i < 5; i++) y = scale(y, 2);
      return { nested: { list: [kept] }, y };
    });
    runtime.write(x, [1, 2, 3, 4, 5, 6, 7, 8]);
    program.replay();
    expect([...runtime.read(program.outputs.nested.list[0]!)]).toEqual([3, 6, 9, 12, 15, 18, 21, 24]);
    expect(runtime.read(program.outputs.y)[0]).toBe(64);
    expect(() => runtime.read(recordedTemporary(program.outputs.y))).not.toThrow();
    program.release();
  });

  it('tells how long each kernel took, and runs as before afterwards', () => {
    const program = record(runtime, () => add(scale(x, 3), scale(x, 2)));
    let time = 0;
    const { kernels, total } = program.profile(() => time++);
    expect(kernels.map(({ kernel, calls }) => [kernel, calls])).toEqual([
      ['scale', 2],
      ['add', 1],
    ]);
    expect(total).toBeGreaterThan(0);
    program.replay();
    program.release();
  });
});

/** A view of a tensor, as a caller may keep it. */
function recordedTemporary(tensor: Tensor): Tensor {
  return tensor.slice(0, 1);
}

const MAXIMUM = 20;
const symbol = 'rows';

/** Forward and backward through most ops, on `rows` rows of tensors that have room for MAXIMUM. */
async function network(rows: number | RowCount, rowsNow: number) {
  const own = await createRuntime({ target: 'wasm-plain', workers: 1, memoryBytes: 1 << 22 });
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647 - 0.5;
  };
  const parameters: { tensor: Tensor; gradient: Tensor }[] = [];
  const parameter = (name: string, shape: number[]) => {
    const tensor = own.allocate(name, shape);
    own.write(tensor, Float32Array.from({ length: tensor.size }, random));
    parameters.push({ tensor, gradient: own.allocate(`gradient of ${name}`, shape) });
    return tensor;
  };
  const count = typeof rows === 'number' ? rows : MAXIMUM;
  const i32 = (name: string, at: (row: number) => number) => {
    const tensor = own.allocate(name, [count, 1], 'i32');
    own.write(
      tensor,
      Int32Array.from({ length: count }, (_, row) => at(row)),
    );
    return tensor;
  };
  const table = parameter('table', [7, 6]);
  const [w, norm, router] = [parameter('w', [18, 6]), parameter('norm', [6]), parameter('router', [4, 6])];
  const [gateUp, down, head] = [
    parameter('gateUp', [4, 8, 6]),
    parameter('down', [4, 6, 4]),
    parameter('head', [7, 6]),
  ];
  const ids = i32('ids', (row) => (3 * row + 1) % 7);
  const positions = i32('positions', (row) => row % 4);
  const start = i32('start', (row) => row - (row % 4));
  const end = i32('end', (row) => Math.min(row - (row % 4) + 4, rowsNow));
  const angles = { cosines: parameter('cosines', [4, 1]), sines: parameter('sines', [4, 1]) };
  const weights = own.allocate('weights', [count, 1]);
  own.write(weights, new Float32Array(count).fill(0.5));
  const program = record(
    own,
    () => {
      const { gradients } = recorder();
      for (const { tensor, gradient } of parameters.filter(({ tensor }) => !tensor.name.endsWith('es'))) {
        gradients!.parameter(tensor, gradient);
      }
      const rowCount = typeof rows === 'number' ? undefined : rows;
      const counts = (tensor: Tensor) => tensor.withRows(rowCount);
      const embedded = embedding(table, ids, rows);
      const q = linear(rmsNorm(embedded, norm, 1e-6), w);
      rotaryInPlace(q.slice(0, 6), counts(positions), angles, {
        heads: 3,
        headStride: 2,
        offset: 0,
        dim: 2,
        layout: 'halves',
      });
      const mixed = causalAttention({
        queryNope: { tensor: q.slice(0, 6), headStride: 2 },
        keyNope: { tensor: q.slice(6, 6), headStride: 2 },
        value: { tensor: q.slice(12, 6), headStride: 2 },
        heads: 3,
        variant: { nopeDim: 2, ropeDim: 0, valueDim: 2, group: 1 },
        scale: 0.7,
        start: counts(start),
        end: counts(end),
        longestDocument: 4,
      });
      const h = add(embedded, mixed);
      const routing = routeTokens(linear(h, router), {
        variant: {
          experts: 4,
          chosen: 2,
          scoring: 'sigmoid',
          groups: 1,
          chosenGroups: 1,
          groupScore: 'max',
          bias: false,
          normalize: true,
        },
        scale: 2,
        bias: undefined,
        balance: { alpha: 0.1, start: counts(start), end: counts(end) },
      });
      const dispatch = planDispatch(routing.indices, 4);
      const inner = siluGate(groupedLinear(gatherTokens(h, dispatch), gateUp, dispatch.offsets));
      const y = add(h, combineExperts(groupedLinear(inner, down, dispatch.offsets), dispatch, routing.weights));
      const losses = crossEntropy(linear(y, head), counts(ids), counts(weights));
      gradients!.backward(losses);
      return { y, losses };
    },
    { gradients: true },
  );
  return { own, program, gradients: parameters.map(({ gradient }) => gradient) };
}

/** Equal bit for bit; Programs for a few rows have other kernels, so there up to rounding. */
function expectSame(rows: number, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(1e-3, ...Array.from(expected, Math.abs));
  const bound = rows > FEW_ROWS ? 0 : 2e-6 * largest;
  expect(Math.max(0, ...Array.from(expected, (value, i) => Math.abs(value - actual[i]!)))).toBeLessThanOrEqual(bound);
}

describe('setRows', () => {
  it('computes what a Program of exactly that many rows computes, and leaves the other rows alone', async () => {
    const most = { symbol, scale: 1, maximum: MAXIMUM };
    for (const rows of [20, 13, 5, 0]) {
      const planned = await network(most, rows);
      const exact = await network(rows, rows);
      // A fingerprint that no step may overwrite.
      const { y, losses } = planned.program.outputs;
      for (const tensor of [y, losses]) planned.own.write(tensor, new Float32Array(tensor.size).fill(123.25));
      planned.program.setRows(symbol, rows);
      planned.program.replay();
      exact.program.replay();
      for (const name of ['y', 'losses'] as const) {
        const tensor = planned.program.outputs[name];
        const values = planned.own.read(tensor);
        const used = rows * tensor.columns;
        expectSame(rows, values.slice(0, used), exact.own.read(exact.program.outputs[name]));
        expect(values.slice(used).every((value) => value === 123.25)).toBe(true);
      }
      planned.gradients.forEach((gradient, i) => {
        expectSame(rows, planned.own.read(gradient), exact.own.read(exact.gradients[i]!));
      });
    }
  });

  it('refuses names and numbers that the Program does not know', () => {
    const program = record(runtime, () => scale(x.withRows({ symbol, scale: 1, maximum: 8 }), 2));
    expect(() => program.setRows('cows', 1)).toThrow('the Program has no row count named cows');
    for (const rows of [-1, 9, 1.5, Number.NaN]) {
      expect(() => program.setRows(symbol, rows)).toThrow(/row count rows must be in 0..8/);
    }
    program.release();
  });
});
