import { ADAMW_BLOCK, adamw, adamwBlock, clipScale } from '../kernels/adamw.ts';
import { linearCombination } from '../kernels/elementwise.ts';
import {
  FROBENIUS_PARTIALS,
  frobeniusNormalise,
  frobeniusPartials,
  MUON_BLOCK,
  muonMomentum,
  muonUpdate,
  NEWTON_SCHULZ,
} from '../kernels/muon.ts';
import { PARTIALS, reduceFinish, reducePartials } from '../kernels/reduce.ts';
import type { ModelParameters, Parameter, ParameterKind } from '../model/index.ts';
import { matrixProduct, type Runtime, recorder, Tensor } from '../tensor/index.ts';

export interface OptimizerOptions {
  /** Muon for hidden matrices and AdamW for the rest, or AdamW for all. */
  readonly kind: 'muon' | 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decay of matrices, routers and embeddings; norms never decay. */
  readonly weightDecay: number;
  readonly momentum: number;
  /** Largest norm of all gradients together. */
  readonly maxNorm: number;
}

/** All parameters of one kind as a flat range, with their gradients and the optimiser's state in the same order. */
export interface ParameterGroup {
  readonly kind: ParameterKind;
  readonly rule: 'muon' | 'adamw';
  readonly decays: boolean;
  readonly parameters: readonly { readonly parameter: Parameter; readonly gradient: Tensor }[];
  readonly values: Tensor;
  readonly gradients: Tensor;
  /** AdamW: first and second moment; Muon: momentum. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Hyper-parameters of the step, see ADAMW_BLOCK and MUON_BLOCK. */
  readonly block: Tensor;
}

/** A tensor over memory that belongs to someone else. */
function over(name: string, address: number, shape: readonly number[]): Tensor {
  const bytes = 4 * shape.reduce((product, size) => product * size, 1);
  return new Tensor({ storage: { name, bytes, address, persistent: true }, dtype: 'f32', shape });
}

/** Memory for gradients and optimiser state of all trained parameters (router biases follow the load instead). */
export function allocateGroups(
  runtime: Runtime,
  parameters: ModelParameters,
  options: OptimizerOptions,
): ParameterGroup[] {
  const kinds = [...new Set(parameters.all.map(({ kind }) => kind))].filter((kind) => kind !== 'bias');
  return kinds.map((kind) => {
    const members = parameters.all.filter((parameter) => parameter.kind === kind);
    const first = members[0]!.tensor.storage.address!;
    const last = members.at(-1)!.tensor.storage;
    const count = (last.address! + last.bytes - first) / 4;
    const rule = kind === 'matrix' ? options.kind : 'adamw';
    const make = (what: string) => runtime.allocate(`${what} of the ${kind} parameters`, [1, count]);
    const gradients = make('gradients');
    const base = gradients.storage.address!;
    return {
      kind,
      rule,
      decays: kind !== 'norm',
      parameters: members.map((parameter) => {
        const { storage, shape } = parameter.tensor;
        return { parameter, gradient: over(`gradient of ${parameter.name}`, base + storage.address! - first, shape) };
      }),
      values: over(`${kind} parameters`, first, [1, count]),
      gradients,
      state: rule === 'muon' ? { momentum: make('momentum') } : { m: make('first moment'), v: make('second moment') },
      block: runtime.allocate(`hyper-parameters for ${kind}`, [
        1,
        rule === 'muon' ? MUON_BLOCK.length : ADAMW_BLOCK.length,
      ]),
    };
  });
}

/** Records the norm of all gradients and, per group, the factor that clips it; yields the norm [1, 1]. */
export function recordClipping(groups: readonly ParameterGroup[], options: OptimizerOptions): Tensor {
  const total = recorder().empty([1, 1], { name: 'sum of squared gradients' });
  const norm = recorder().empty([1, 1], { name: 'gradient norm' });
  groups.forEach(({ gradients }, index) => {
    const partials = recorder().empty([1, PARTIALS]);
    recorder().call(reducePartials({ reduction: 'sumOfSquares' }), { x: gradients, partials, count: gradients.size });
    recorder().call(reduceFinish({ reduction: 'sumOfSquares', accumulate: index > 0 }), {
      partials,
      result: total,
      factor: 1,
    });
  });
  for (const { block, rule } of groups) {
    const place = (rule === 'muon' ? MUON_BLOCK : ADAMW_BLOCK).indexOf('gradientScale' as never);
    recorder().call(clipScale, {
      sumOfSquares: total,
      result: block.slice(place, 1),
      norm,
      maxNorm: options.maxNorm,
      baseScale: 1,
    });
  }
  return norm;
}

/** Records the update of all groups. */
export function recordUpdates(groups: readonly ParameterGroup[]): void {
  for (const group of groups) {
    const { values, gradients, state, block } = group;
    if (group.rule === 'adamw') {
      recorder().call(adamw, {
        parameters: values,
        gradients,
        m: state.m!,
        v: state.v!,
        hyperparameters: block,
        count: values.size,
      });
    } else recordMuon(group);
  }
}

const NEWTON_SCHULZ_STEPS = 5;

function recordMuon({ parameters, gradients, state, block, values }: ParameterGroup): void {
  const direction = recorder().empty([1, values.size], { name: 'directions' });
  recorder().call(muonMomentum({ nesterov: true }), {
    gradients,
    momentum: state.momentum!,
    direction,
    hyperparameters: block,
    count: values.size,
  });
  const first = values.storage.address!;
  for (const { parameter } of parameters) {
    const { tensor, name } = parameter;
    const stacked = stackOf(name, tensor.shape);
    const start = (tensor.storage.address! - first) / 4;
    const x = direction.slice(start, tensor.size).reshape(...stacked);
    const [, rows, columns] = stacked;
    recorder().call(muonUpdate, {
      parameters: tensor,
      direction: orthogonalize(x),
      hyperparameters: block,
      count: tensor.size,
      factor: 0.2 * Math.sqrt(Math.max(rows, columns)),
    });
  }
}

/** Matrices in a parameter: gate and up halves count as two, stacks of experts as many. */
function stackOf(name: string, shape: readonly number[]): [number, number, number] {
  const rows = shape.at(-2)!;
  const columns = shape.at(-1)!;
  const stack = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return name.endsWith('.gateUp') ? [2 * stack, rows / 2, columns] : [stack, rows, columns];
}

/** The nearest orthogonal matrices of x [stack, rows, columns], by the Newton–Schulz quintic (kernels/muon.ts). */
function orthogonalize(direction: Tensor): Tensor {
  const [stack, rows, columns] = direction.shape as [number, number, number];
  const count = rows * columns;
  const partials = recorder().empty([stack, FROBENIUS_PARTIALS]);
  let x = recorder().empty([stack, rows, columns]);
  recorder().call(frobeniusPartials, { x: direction, partials, matrices: stack, count, stride: count });
  recorder().call(frobeniusNormalise, {
    x: direction,
    partials,
    y: x,
    matrices: stack,
    count,
    stride: count,
    eps: 1e-7,
  });
  const small = Math.min(rows, columns);
  const wide = rows <= columns;
  const offsets = stack > 1 ? rowOffsets(stack, rows) : undefined;
  const smallOffsets = stack > 1 ? rowOffsets(stack, small) : undefined;
  const groups = (table: Tensor | undefined) => (table ? { groups: { offsets: table, count: stack } } : {});
  for (let step = 0; step < NEWTON_SCHULZ_STEPS; step++) {
    const gram = recorder().empty([stack, small, small]);
    if (wide)
      matrixProduct({
        layout: 'nt',
        a: flat(x),
        b: x,
        c: flat(gram),
        rows: stack * rows,
        columns: small,
        inner: columns,
        ...groups(offsets),
      });
    else
      matrixProduct({
        layout: 'tn',
        a: flat(x),
        b: flat(x),
        c: gram,
        rows: columns,
        columns,
        inner: stack * rows,
        ...groups(offsets),
      });
    const square = recorder().empty([stack, small, small]);
    matrixProduct({
      layout: 'nn',
      a: flat(gram),
      b: gram,
      c: flat(square),
      rows: stack * small,
      columns: small,
      inner: small,
      ...groups(smallOffsets),
    });
    const quintic = combine(gram, square, NEWTON_SCHULZ.b, NEWTON_SCHULZ.c);
    const turned = recorder().empty([stack, rows, columns]);
    if (wide)
      matrixProduct({
        layout: 'nn',
        a: flat(quintic),
        b: x,
        c: flat(turned),
        rows: stack * rows,
        columns,
        inner: small,
        ...groups(smallOffsets),
      });
    else
      matrixProduct({
        layout: 'nn',
        a: flat(x),
        b: quintic,
        c: flat(turned),
        rows: stack * rows,
        columns,
        inner: small,
        ...groups(offsets),
      });
    x = combine(x, turned, NEWTON_SCHULZ.a, 1);
  }
  return x;
}

function flat(x: Tensor): Tensor {
  return x.reshape(x.rows, x.columns);
}

function combine(a: Tensor, b: Tensor, alpha: number, beta: number): Tensor {
  const y = recorder().empty(a.shape);
  recorder().call(linearCombination, {
    a,
    b,
    y,
    rows: 1,
    columns: a.size,
    aStride: a.size,
    bStride: b.size,
    yStride: y.size,
    alpha,
    beta,
  });
  return y;
}

/** 0, rows, 2·rows, …: groups of equal size. Kept by the runtime, as the Program reads it at every replay. */
function rowOffsets(stack: number, rows: number): Tensor {
  const { runtime } = recorder();
  const offsets = runtime.allocate(`bounds of ${stack} matrices`, [stack + 1], 'i32');
  runtime.write(
    offsets,
    Int32Array.from({ length: stack + 1 }, (_, i) => i * rows),
  );
  return offsets;
}

/** Writes the hyper-parameters of a step into the groups' blocks. */
export function writeHyperparameters(
  runtime: Runtime,
  groups: readonly ParameterGroup[],
  options: OptimizerOptions,
  rates: { readonly muon: number; readonly adamw: number },
  step: number,
): void {
  for (const { rule, decays, block } of groups) {
    const weightDecay = decays ? options.weightDecay : 0;
    const { beta1, beta2, eps, momentum } = options;
    runtime.write(
      block,
      rule === 'muon'
        ? [rates.muon, momentum, weightDecay, 1]
        : adamwBlock({ learningRate: rates.adamw, beta1, beta2, eps, weightDecay, step }),
    );
  }
}
