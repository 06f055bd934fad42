import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamw, adamwBlock } from './adamw.ts';
import { crossEntropy, crossEntropyBackward } from './cross-entropy.ts';
import { linearCombination } from './elementwise.ts';
import {
  FROBENIUS_PARTIALS,
  frobeniusNormalise,
  frobeniusPartials,
  muonMomentum,
  muonUpdate,
  NEWTON_SCHULZ,
} from './muon.ts';
import { rmsNormBackwardInput, rmsNormBackwardWeight, rmsNormSaving } from './rmsnorm.ts';
import { rotary } from './rotary.ts';
import { expectClose, Sheet } from './sheets.fixture.ts';
import { siluGate, siluGateBackward } from './silu-gate.ts';
import { softmax, softmaxBackward } from './softmax.ts';
import { createArena, type TestTarget } from './testing.ts';

/** Values of torch in f64 (tests/goldens/README.md), printed with ten digits. */

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Golden = Record<string, never>;

const path = new URL('../../tests/goldens/ops.json', import.meta.url);
const goldens: Record<string, Golden> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};

function rowsOf({ shape, data }: Tensor): number[][] {
  const columns = shape[shape.length - 1]!;
  return Array.from({ length: data.length / columns }, (_, r) => data.slice(r * columns, (r + 1) * columns));
}

const PRINTED = { f32: 3e-6, f64: 2e-9 };
const targets: TestTarget[] = ['interpreter64', 'interpreter16', 'wasm', 'wasm-plain'];

describe.skipIf(!existsSync(path)).each(targets)('kernels against torch on %s', (target) => {
  const arena = createArena({ target });
  const sheets = Array.from({ length: 12 }, () => new Sheet(arena));
  const sheet = (index: number) => sheets[index]!;
  const integers = arena.i32(16);
  const close = (actual: number[][], expected: Tensor, bound = PRINTED) =>
    expectClose(arena, actual, rowsOf(expected), bound);

  it('softmax', () => {
    const { inputs, outputs } = goldens.softmax as unknown as Record<string, Record<string, Tensor>>;
    const [rows, columns] = inputs!.x!.shape as [number, number];
    const shape = { rows, columns, yStride: columns, scale: 1 };
    const y = sheet(1).room(rows, columns);
    arena.run(softmax, { x: sheet(0).put(rowsOf(inputs!.x!)), y, xStride: columns, ...shape });
    const gradient = { dy: sheet(2).put(rowsOf(inputs!.dy!)), dx: sheet(3).room(rows, columns) };
    arena.run(softmaxBackward({ accumulate: false }), {
      y,
      ...gradient,
      dyStride: columns,
      dxStride: columns,
      ...shape,
    });
    close(sheet(1).get(), outputs!.y!);
    close(sheet(3).get(), outputs!.dx!);
  });

  it('cross-entropy', () => {
    const { inputs, outputs } = goldens.cross_entropy as unknown as Record<string, Record<string, Tensor>>;
    const [rows, columns] = inputs!.logits!.shape as [number, number];
    const ids = [...inputs!.targets!.data];
    const weights = ids.map((id) => [id < 0 ? 0 : 1]);
    integers.write([...ids, ...new Array(16 - rows).fill(0)]);
    const shared = {
      ...{ logits: sheet(0).put(rowsOf(inputs!.logits!)), targets: integers, weights: sheet(1).put(weights) },
      ...{ logSumExp: sheet(3).room(rows, 1), rows, columns, logitsStride: columns, zCoefficient: 0 },
    };
    arena.run(crossEntropy, { ...shared, losses: sheet(2).room(rows, 1) });
    const scale = sheet(4).put([[1 / weights.filter(([weight]) => weight === 1).length]]);
    const dlogits = sheet(5).room(rows, columns);
    arena.run(crossEntropyBackward, { ...shared, scale, dlogits, scaleStride: 0, dlogitsStride: columns });
    expectClose(arena, [sheet(2).get().flat()], [[...outputs!.losses!.data]], PRINTED);
    const normalisers = outputs!.log_sum_exp!.data.map((value, r) => [value * weights[r]![0]!]);
    expectClose(arena, sheet(3).get(), normalisers, PRINTED);
    close(sheet(5).get(), outputs!.d_mean_loss_d_logits!);
  });

  it('RMSNorm', () => {
    const { inputs, outputs } = goldens.rms_norm as unknown as Record<string, Record<string, Tensor>>;
    const { epsilon } = goldens.rms_norm!.parameters as unknown as { epsilon: number };
    const [rows, columns] = inputs!.x!.shape as [number, number];
    const shared = {
      ...{ x: sheet(0).put(rowsOf(inputs!.x!)), inverse: sheet(1).room(rows, 1) },
      ...{ rows, columns, xStride: columns },
    };
    const weight = sheet(2).put(rowsOf(inputs!.weight!));
    arena.run(rmsNormSaving, { ...shared, weight, y: sheet(3).room(rows, columns), yStride: columns, eps: epsilon });
    const dy = sheet(4).put(rowsOf(inputs!.dy!));
    const dx = sheet(5).room(rows, columns);
    const strides = { dyStride: columns, dxStride: columns };
    arena.run(rmsNormBackwardInput({ accumulate: false }), { ...shared, weight, dy, dx, ...strides });
    const dweight = sheet(6).room(1, columns);
    arena.run(rmsNormBackwardWeight({ accumulate: false }), { ...shared, dy, dweight, dyStride: columns });
    // eps reaches the kernel as f32, 5e-8 off, and dominates one row.
    const bound = { f32: 3e-6, f64: 3e-8 };
    close(sheet(3).get(), outputs!.y!, bound);
    close(sheet(5).get(), outputs!.dx!, bound);
    close(sheet(6).get(), outputs!.dweight!, bound);
  });

  it.each([
    ['interleaved', 'interleaved'],
    ['halves', 'half_split'],
  ] as const)('rotary embedding, %s', (layout, name) => {
    const { inputs, outputs } = goldens.rotary as unknown as Record<string, Record<string, Tensor>>;
    const [rows, heads, width] = inputs!.x!.shape as [number, number, number];
    const half = width / 2;
    const positions = inputs!.positions!.data;
    integers.write([...positions, ...new Array(16 - rows).fill(0)]);
    const angles = Array.from({ length: Math.max(...positions) + 1 }, (_, position) =>
      outputs!.frequencies!.data.map((frequency) => position * frequency),
    );
    const shared = {
      ...{ positions: integers, rows, heads, half, xHeadStride: width, yHeadStride: width },
      ...{ xRowStride: heads * width, yRowStride: heads * width, xOffset: 0, yOffset: 0 },
      cosines: sheet(1).put(angles.map((row) => row.map(Math.cos))),
      sines: sheet(2).put(angles.map((row) => row.map(Math.sin))),
    };
    const expected = (outputs as unknown as Record<string, Record<string, Tensor>>)[name]!;
    const [x, dy] = [sheet(0).put(rowsOf(inputs!.x!)), sheet(4).put(rowsOf(inputs!.dy!))];
    const [y, dx] = [sheet(3).room(rows * heads, width), sheet(5).room(rows * heads, width)];
    arena.run(rotary({ layout, inverse: false, bias: false }), { ...shared, bias: 0, x, y });
    arena.run(rotary({ layout, inverse: true, bias: false }), { ...shared, bias: 0, x: dy, y: dx });
    close(sheet(3).get(), expected.y!);
    close(sheet(5).get(), expected.dx!);
  });

  it('SiLU gate', () => {
    const { inputs, outputs } = goldens.silu_gate as unknown as Record<string, Record<string, Tensor>>;
    const [rows, columns] = inputs!.gate!.shape as [number, number];
    const shared = {
      ...{ gate: sheet(0).put(rowsOf(inputs!.gate!)), up: sheet(1).put(rowsOf(inputs!.up!)), rows, columns },
      ...{ gateStride: columns, upStride: columns },
    };
    arena.run(siluGate, { ...shared, y: sheet(2).room(rows, columns), yStride: columns });
    const dy = sheet(3).put(rowsOf(inputs!.dy!));
    const [dgate, dup] = [sheet(4).room(rows, columns), sheet(5).room(rows, columns)];
    const strides = { dyStride: columns, dgateStride: columns, dupStride: columns };
    arena.run(siluGateBackward, { ...shared, dy, dgate, dup, ...strides });
    close(sheet(2).get(), outputs!.y!);
    close(sheet(4).get(), outputs!.dgate!);
    close(sheet(5).get(), outputs!.dup!);
  });

  it('AdamW', () => {
    const golden = goldens.adamw as unknown as {
      inputs: { weight: Tensor; gradients: Tensor[] };
      parameters: { learning_rate: number; beta1: number; beta2: number; epsilon: number; weight_decay: number };
      outputs: { after_step: { weight: Tensor; m: Tensor; v: Tensor }[] };
    };
    const { learning_rate, beta1, beta2, epsilon, weight_decay } = golden.parameters;
    const count = golden.inputs.weight.data.length;
    const zeros = [new Array<number>(count).fill(0)];
    const parameters = sheet(0).put([[...golden.inputs.weight.data]]);
    const [m, v] = [sheet(1).put(zeros), sheet(2).put(zeros)];
    golden.inputs.gradients.forEach((gradient, index) => {
      const settings = { learningRate: learning_rate, beta1, beta2, eps: epsilon, weightDecay: weight_decay };
      const hyperparameters = sheet(4).put([[...adamwBlock({ ...settings, step: index + 1 })]]);
      const gradients = sheet(3).put([[...gradient.data]]);
      arena.run(adamw, { parameters, gradients, m, v, hyperparameters, count });
      const after = golden.outputs.after_step[index]!;
      // The settings are f32: 0.95 alone is off by 1e-8, and so is v by 2e-7 of its size.
      const bound = { f32: 1e-6, f64: 1e-6 };
      expectClose(arena, sheet(0).get(), [[...after.weight.data]], bound);
      expectClose(arena, sheet(1).get(), [[...after.m.data]], bound);
      expectClose(arena, sheet(2).get(), [[...after.v.data]], bound);
    });
  });

  it.each([0, 1, 2])('Muon, case %i', (which) => {
    const golden = (goldens.muon as unknown as MuonGolden[])[which]!;
    const [rows, columns] = golden.inputs.weight.shape as [number, number];
    const count = rows * columns;
    const numbers = golden.parameters;
    const { learning_rate, momentum, weight_decay, epsilon, learning_rate_factor, newton_schulz_steps } = numbers;
    const hyperparameters = sheet(0).put([[learning_rate, momentum, weight_decay, 1].map(Math.fround)]);
    const parameters = sheet(1).put(rowsOf(golden.inputs.weight));
    const momentumBuffer = sheet(2).put([new Array<number>(count).fill(0)]);
    const bound = { f32: 2e-5, f64: 1e-6 };
    golden.inputs.gradients.forEach((gradient, index) => {
      const gradients = sheet(3).put(rowsOf(gradient));
      const direction = sheet(4).room(rows, columns);
      const flat = { hyperparameters, count };
      arena.run(muonMomentum({ nesterov: true }), { gradients, momentum: momentumBuffer, direction, ...flat });
      const shape = { partials: sheet(5).room(1, FROBENIUS_PARTIALS), matrices: 1, count, stride: count };
      arena.run(frobeniusPartials, { x: direction, ...shape });
      arena.run(frobeniusNormalise, { x: direction, y: direction, ...shape, eps: epsilon });
      for (let step = 0; step < newton_schulz_steps; step++) newtonSchulzStep(sheet(4), rows <= columns);
      const after = golden.outputs.after_step[index]!;
      expectClose(arena, sheet(2).get(), [[...after.momentum.data]], bound);
      close(sheet(4).get(), after.direction, bound);
      arena.run(muonUpdate, { parameters, direction, ...flat, factor: learning_rate_factor });
      close(sheet(1).get(), after.weight, bound);
    });
  });

  /** X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ (or its mirror image for tall X); the products in plain TypeScript. */
  function newtonSchulzStep(matrix: Sheet, wide: boolean): void {
    const { a, b, c } = NEWTON_SCHULZ;
    const combine = (alpha: number, left: number[][], beta: number, right: number[][]) => {
      const [rows, columns] = [left.length, left[0]!.length];
      const inputs = { a: sheet(6).put(left), b: sheet(7).put(right), y: sheet(8).room(rows, columns), alpha, beta };
      const strides = { aStride: columns, bStride: columns, yStride: columns };
      arena.run(linearCombination, { ...inputs, rows, columns, ...strides });
      return sheet(8).get();
    };
    const x = matrix.get();
    const gram = wide ? product(x, transpose(x)) : product(transpose(x), x);
    const polynomial = combine(b, gram, c, product(gram, gram));
    matrix.put(combine(a, x, 1, wide ? product(polynomial, x) : product(x, polynomial)));
  }
});

interface MuonGolden {
  inputs: { weight: Tensor; gradients: Tensor[] };
  parameters: {
    learning_rate: number;
    momentum: number;
    weight_decay: number;
    epsilon: number;
    learning_rate_factor: number;
    newton_schulz_steps: number;
  };
  outputs: { after_step: { weight: Tensor; momentum: Tensor; direction: Tensor }[] };
}

const transpose = (x: number[][]) => x[0]!.map((_, c) => x.map((row) => row[c]!));
const product = (x: number[][], y: number[][]) =>
  x.map((row) => y[0]!.map((_, c) => row.reduce((total, value, k) => total + value * y[k]![c]!, 0)));

it('has goldens for what is compared', () => {
  expect(existsSync(path)).toBe(true);
});
