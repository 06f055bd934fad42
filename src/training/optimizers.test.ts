import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelParameters, Parameter, ParameterKind } from '../model/index.ts';
import { Random } from '../platform/random.ts';
import { createRuntime, type Program, type Runtime, record, Tensor } from '../tensor/index.ts';
import {
  allocateGroups,
  type OptimizerOptions,
  type ParameterGroup,
  recordClipping,
  recordUpdates,
  writeHyperparameters,
} from './optimizers.ts';

const OPTIONS: OptimizerOptions = {
  kind: 'muon',
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  momentum: 0.95,
  maxNorm: 1e9,
};
const RATES = { muon: 0.02, adamw: 0.03 };

type Shapes = Readonly<Record<string, { kind: ParameterKind; shape: readonly number[] }>>;

/** Parameters of any shapes, laid out as a model's are: kind after kind, each at a cache line. */
function parametersOf(runtime: Runtime, shapes: Shapes): ModelParameters {
  const all: Parameter[] = [];
  for (const wanted of new Set(Object.values(shapes).map(({ kind }) => kind))) {
    const members = Object.entries(shapes).filter(([, { kind }]) => kind === wanted);
    const bytes = ({ shape }: { shape: readonly number[] }) => 4 * shape.reduce((product, size) => product * size, 1);
    const aligned = (size: number) => Math.ceil(size / 64) * 64;
    const total = members.reduce((sum, [, member]) => sum + aligned(bytes(member)), 0);
    let address = runtime.memory.allocate(total, wanted);
    for (const [name, { kind, shape }] of members) {
      const storage = { name, bytes: bytes({ shape }), address, persistent: true };
      all.push({ name, kind, tensor: new Tensor({ storage, dtype: 'f32', shape }) });
      address += aligned(storage.bytes);
    }
  }
  return { all } as unknown as ModelParameters;
}

class Optimizer {
  readonly runtime: Runtime;
  readonly groups: readonly ParameterGroup[];
  readonly #options: OptimizerOptions;
  readonly #program: Program<{ norm: Tensor }>;
  #step = 0;

  constructor(runtime: Runtime, shapes: Shapes, options: OptimizerOptions) {
    this.runtime = runtime;
    this.#options = options;
    this.groups = allocateGroups(runtime, parametersOf(runtime, shapes), options);
    this.#program = record(runtime, () => {
      const norm = recordClipping(this.groups, options);
      recordUpdates(this.groups);
      return { norm };
    });
  }

  member(name: string) {
    const members = this.groups.flatMap((group) => group.parameters.map((member) => ({ group, ...member })));
    return members.find(({ parameter }) => parameter.name === name)!;
  }

  set(name: string, values: ArrayLike<number>): void {
    this.runtime.write(this.member(name).parameter.tensor, values);
  }

  get(name: string): number[] {
    return [...this.runtime.read(this.member(name).parameter.tensor)];
  }

  /** One step with gradients by name; yields the norm of all of them. */
  step(gradients: Readonly<Record<string, ArrayLike<number>>>): number {
    for (const [name, values] of Object.entries(gradients)) this.runtime.write(this.member(name).gradient, values);
    this.#step += 1;
    writeHyperparameters(this.runtime, this.groups, this.#options, RATES, this.#step);
    this.#program.replay();
    return this.runtime.read(this.#program.outputs.norm)[0]!;
  }
}

type Matrix = readonly (readonly number[])[];
const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const turned = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** Jordan's quintic iteration on one matrix, in f64. */
function orthogonal(matrix: Matrix): number[][] {
  if (matrix.length > matrix[0]!.length) return turned(orthogonal(turned(matrix)));
  const norm = Math.sqrt(matrix.flat().reduce((sum, value) => sum + value * value, 0));
  let x = matrix.map((row) => row.map((value) => value / Math.max(norm, 1e-7)));
  for (let step = 0; step < 5; step++) {
    const gram = times(x, turned(x));
    const square = times(gram, gram);
    const mixed = gram.map((row, i) => row.map((value, j) => -4.775 * value + 2.0315 * square[i]![j]!));
    const moved = times(mixed, x);
    x = x.map((row, i) => row.map((value, j) => 3.4445 * value + moved[i]![j]!));
  }
  return x;
}

interface Golden {
  readonly inputs: { readonly weight: { data: number[]; shape: number[] }; readonly gradients: { data: number[] }[] };
  readonly outputs: { readonly after_step: { readonly weight: { data: number[] } }[] };
}
const goldens = JSON.parse(readFileSync(new URL('../../tests/goldens/ops.json', import.meta.url), 'utf8')) as {
  adamw: Golden;
  muon: Golden[];
};

const runtimes: Runtime[] = [];
async function start(target: 'interpreter64' | 'wasm', shapes: Shapes, options = OPTIONS): Promise<Optimizer> {
  const runtime = await createRuntime({ target, memoryBytes: 2 ** 24, workers: 1 });
  runtimes.push(runtime);
  return new Optimizer(runtime, shapes, options);
}
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

function expectClose(actual: readonly number[], expected: readonly number[], bound: number, what = ''): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!) / (1 + Math.abs(value))));
  expect(worst, what).toBeLessThan(bound);
}

const random = new Random('optimizers');
const draw = (length: number) => Array.from({ length }, () => random.gaussian());

// Hyper-parameters reach the kernels as f32 also where the numbers are doubles.
describe.each([
  ['interpreter64', 2e-7],
  ['wasm', 5e-6],
] as const)('recorded updates on %s', (target, bound) => {
  it('are those of torch over three steps', async () => {
    const [adamw, muon] = [goldens.adamw, goldens.muon[1]!];
    const optimizer = await start(target, {
      head: { kind: 'embedding', shape: adamw.inputs.weight.shape },
      output: { kind: 'matrix', shape: muon.inputs.weight.shape },
    });
    optimizer.set('head', adamw.inputs.weight.data);
    optimizer.set('output', muon.inputs.weight.data);
    for (let step = 0; step < 3; step++) {
      optimizer.step({ head: adamw.inputs.gradients[step]!.data, output: muon.inputs.gradients[step]!.data });
      expectClose(optimizer.get('head'), adamw.outputs.after_step[step]!.weight.data, bound);
      expectClose(optimizer.get('output'), muon.outputs.after_step[step]!.weight.data, bound);
    }
  });

  it('turn every matrix of a stack by itself: wide, tall, square, gate and up halves, experts', async () => {
    const shapes = {
      wide: { kind: 'matrix', shape: [3, 11] },
      tall: { kind: 'matrix', shape: [10, 4] },
      'square.gateUp': { kind: 'matrix', shape: [2 * 5, 5] },
      'tall.gateUp': { kind: 'matrix', shape: [2 * 7, 3] },
      'experts.gateUp': { kind: 'matrix', shape: [3, 2 * 4, 6] },
      'experts.down': { kind: 'matrix', shape: [3, 6, 4] },
      'wideExperts.down': { kind: 'matrix', shape: [4, 3, 5] },
    } as const satisfies Shapes;
    const optimizer = await start(target, shapes);
    const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
    const expected = new Map<string, { values: number[]; momentum: number[] }>();
    for (const [name, { shape }] of Object.entries(shapes)) {
      const values = [...Float32Array.from(draw(size(shape)))];
      optimizer.set(name, values);
      expected.set(name, { values, momentum: values.map(() => 0) });
    }
    for (let step = 0; step < 2; step++) {
      const gradients: Record<string, number[]> = {};
      for (const [name, { shape }] of Object.entries(shapes)) {
        const gradient = [...Float32Array.from(draw(size(shape)))];
        gradients[name] = gradient;
        const { values, momentum } = expected.get(name)!;
        const next = momentum.map((m, i) => 0.95 * m + 0.05 * gradient[i]!);
        const direction = next.map((m, i) => 0.95 * m + 0.05 * gradient[i]!);
        const halves = name.endsWith('.gateUp') ? 2 : 1;
        const [rows, columns] = [shape.at(-2)! / halves, shape.at(-1)!];
        const moved: number[] = [];
        for (let at = 0; at < direction.length; at += rows * columns) {
          const matrix = Array.from({ length: rows }, (_, row) =>
            direction.slice(at + row * columns, at + (row + 1) * columns),
          );
          moved.push(...orthogonal(matrix).flat());
        }
        const factor = 0.2 * Math.sqrt(Math.max(rows, columns));
        expected.set(name, {
          momentum: next,
          values: values.map((value, i) => value * (1 - 0.02 * 0.1) - 0.02 * factor * moved[i]!),
        });
      }
      optimizer.step(gradients);
      for (const [name, { values }] of expected) expectClose(optimizer.get(name), values, bound, name);
    }
  });
});

describe('clipping', () => {
  const shapes = {
    matrix: { kind: 'matrix', shape: [3, 4] },
    router: { kind: 'router', shape: [2, 3] },
    embedding: { kind: 'embedding', shape: [5, 3] },
    norm: { kind: 'norm', shape: [7] },
    bias: { kind: 'bias', shape: [2] },
  } as const satisfies Shapes;
  const gradients = { matrix: draw(12), router: draw(6), embedding: draw(15), norm: draw(7) };
  const norm = Math.hypot(...Object.values(gradients).flat());

  it('scales all gradients by one factor, that of their common norm', async () => {
    // AdamW's first moment after one step is (1 − beta1) times the gradient it saw, Muon's momentum the same.
    for (const maxNorm of [norm / 4, norm * 4]) {
      const optimizer = await start('interpreter64', shapes, { ...OPTIONS, maxNorm });
      expect(optimizer.step(gradients)).toBeCloseTo(norm, 6);
      const factor = Math.min(1, maxNorm / norm);
      for (const [name, gradient] of Object.entries(gradients)) {
        const { group } = optimizer.member(name);
        const [state, take] = group.rule === 'muon' ? [group.state.momentum!, 0.05] : [group.state.m!, 0.1];
        const seen = [...optimizer.runtime.read(state)].slice(0, gradient.length);
        expectClose(
          seen,
          gradient.map((value) => value * factor * take),
          1e-7,
          name,
        );
      }
    }
  });

  it('skips a step whose gradients are not numbers', async () => {
    const optimizer = await start('wasm', shapes);
    for (const name of Object.keys(gradients)) optimizer.set(name, gradients[name as keyof typeof gradients]);
    const names = Object.keys(gradients);
    const before = names.map((name) => optimizer.get(name));
    const broken = [...gradients.router];
    broken[2] = Number.NaN;
    expect(optimizer.step({ ...gradients, router: broken })).toBeNaN();
    expect(names.map((name) => optimizer.get(name))).toEqual(before);
    for (const { state } of optimizer.groups) {
      for (const tensor of Object.values(state))
        expect([...optimizer.runtime.read(tensor)].every((x) => x === 0)).toBe(true);
    }
  });

  it('decays matrices, routers and embeddings, never norms, and leaves router biases to the load', async () => {
    const optimizer = await start('interpreter64', shapes);
    expect(optimizer.groups.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual([
      'matrix muon',
      'router adamw',
      'embedding adamw',
      'norm adamw',
    ]);
    const zeros = Object.fromEntries(
      Object.entries(gradients).map(([name, { length }]) => [name, Array(length).fill(0)]),
    );
    for (const [name, { length }] of Object.entries(gradients)) optimizer.set(name, Array(length).fill(1));
    optimizer.step(zeros);
    for (const [name, rate] of [
      ['matrix', RATES.muon],
      ['router', RATES.adamw],
      ['embedding', RATES.adamw],
    ] as const) {
      const kept = optimizer.get(name);
      expectClose(
        kept,
        kept.map(() => 1 - rate * OPTIONS.weightDecay),
        1e-8,
        name,
      );
    }
    expect(new Set(optimizer.get('norm'))).toEqual(new Set([1]));
  });

  it('uses AdamW for matrices too where asked', async () => {
    const optimizer = await start('interpreter64', shapes, { ...OPTIONS, kind: 'adamw' });
    expect(new Set(optimizer.groups.map(({ rule }) => rule))).toEqual(new Set(['adamw']));
  });
});
