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
import { type MatrixProduct, matrixProducts, type Runtime, recorder, Tensor } from '../tensor/index.ts';

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

/** Memory for gradients and optimiser state of all trained parameters (router biases follow the load instead, indexers stay). */
export function allocateGroups(
  runtime: Runtime,
  parameters: ModelParameters,
  options: OptimizerOptions,
): ParameterGroup[] {
  const kinds = [...new Set(parameters.all.map(({ kind }) => kind))].filter(
    (kind) => kind !== 'bias' && kind !== 'indexer',
  );
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
      decays: kind !== 'norm' && kind !== 'projectionBias',
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
  const stacks = parameters.map(({ parameter: { name, tensor } }) => {
    const start = (tensor.storage.address! - first) / 4;
    return direction.slice(start, tensor.size).reshape(...stackOf(name, tensor.shape));
  });
  orthogonalize(stacks).forEach((orthogonal, index) => {
    const { tensor } = parameters[index]!.parameter;
    recorder().call(muonUpdate, {
      parameters: tensor,
      direction: orthogonal,
      hyperparameters: block,
      count: tensor.size,
      factor: 0.2 * Math.sqrt(Math.max(orthogonal.shape[1]!, orthogonal.shape[2]!)),
    });
  });
}

/** Matrices in a parameter: gate and up halves count as two, stacks of experts as many. */
function stackOf(name: string, shape: readonly number[]): [number, number, number] {
  const rows = shape.at(-2)!;
  const columns = shape.at(-1)!;
  const stack = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return name.endsWith('.gateUp') ? [2 * stack, rows / 2, columns] : [stack, rows, columns];
}

/**
 * The nearest orthogonal matrices of each stack [count, rows, columns], by the Newton–Schulz quintic (kernels/muon.ts).
 * All stacks go through each stage together: stages of different stacks do not depend on one another, so the workers
 * meet once per stage and not once per stage and stack.
 */
function orthogonalize(directions: readonly Tensor[]): Tensor[] {
  let stacks = normalized(directions).map((x) => {
    const [count, rows, columns] = x.shape as [number, number, number];
    const small = Math.min(rows, columns);
    const bounds = (height: number) => (count > 1 ? { groups: { offsets: rowOffsets(count, height), count } } : {});
    return { x, count, rows, columns, small, ofX: bounds(rows), ofSmall: bounds(small) };
  });
  for (let step = 0; step < NEWTON_SCHULZ_STEPS; step++) {
    const squares = (): Tensor[] => stacks.map(({ count, small }) => recorder().empty([count, small, small]));
    const grams = squares();
    matrixProducts(
      stacks.map(
        ({ x, count, rows, columns, ofX }, i): MatrixProduct =>
          rows <= columns
            ? {
                layout: 'nt',
                a: flat(x),
                b: x,
                c: flat(grams[i]!),
                rows: count * rows,
                columns: rows,
                inner: columns,
                ...ofX,
              }
            : {
                layout: 'tn',
                a: flat(x),
                b: flat(x),
                c: grams[i]!,
                rows: columns,
                columns,
                inner: count * rows,
                ...ofX,
              },
      ),
    );
    const products = squares();
    matrixProducts(
      stacks.map(({ count, small, ofSmall }, i): MatrixProduct => {
        const [gram, c] = [grams[i]!, flat(products[i]!)];
        return {
          layout: 'nn',
          a: flat(gram),
          b: gram,
          c,
          rows: count * small,
          columns: small,
          inner: small,
          ...ofSmall,
        };
      }),
    );
    const quintics = grams.map((gram, i) => combine(gram, products[i]!, NEWTON_SCHULZ.b, NEWTON_SCHULZ.c));
    const turned = stacks.map(({ x }) => recorder().empty(x.shape));
    matrixProducts(
      stacks.map(({ x, count, rows, columns, small, ofX, ofSmall }, i): MatrixProduct => {
        const [quintic, c] = [quintics[i]!, flat(turned[i]!)];
        const sizes = { c, rows: count * rows, columns, inner: small };
        return rows <= columns
          ? { layout: 'nn', a: flat(quintic), b: x, ...sizes, ...ofSmall }
          : { layout: 'nn', a: flat(x), b: quintic, ...sizes, ...ofX };
      }),
    );
    stacks = stacks.map((stack, i) => ({ ...stack, x: combine(stack.x, turned[i]!, NEWTON_SCHULZ.a, 1) }));
  }
  return stacks.map(({ x }) => x);
}

/** Each matrix divided by its Frobenius norm. */
function normalized(directions: readonly Tensor[]): Tensor[] {
  const sizes = directions.map(({ shape }) => {
    const [matrices, rows, columns] = shape as [number, number, number];
    return { matrices, count: rows * columns, stride: rows * columns };
  });
  const partials = directions.map((x, i) => {
    const sums = recorder().empty([sizes[i]!.matrices, FROBENIUS_PARTIALS]);
    recorder().call(frobeniusPartials, { x, partials: sums, ...sizes[i]! });
    return sums;
  });
  return directions.map((x, i) => {
    const y = recorder().empty(x.shape);
    recorder().call(frobeniusNormalise, { x, partials: partials[i]!, y, ...sizes[i]!, eps: 1e-7 });
    return y;
  });
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
