import { Random } from '../platform/random.ts';
import type { DType } from './dtype.ts';
import type { Program } from './program.ts';
import { record, recorder } from './record.ts';
import { createRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';
import type { Tensor } from './tensor.ts';

/** A tensor of a gradient case: random values of about `spread` unless given. */
export interface CaseTensor {
  readonly shape: readonly number[];
  readonly values?: ArrayLike<number>;
  readonly spread?: number;
  readonly dtype?: DType;
}

/** What a case computes. */
export interface CaseOutputs {
  /** f32 tensors whose elements, times fixed random factors, are summed to the scalar that is differentiated. */
  readonly outputs: readonly Tensor[];
  /** Losses that are summed as they are and whose gradient flows without being asked for (the balance loss). */
  readonly losses?: readonly Tensor[];
}

/** Ops from parameters (which get gradients) and inputs (which get none) to outputs. */
export interface GradientCase<P extends string = string, I extends string = string> {
  readonly parameters: Readonly<Record<P, CaseTensor>>;
  readonly inputs?: Readonly<Record<I, CaseTensor>>;
  build(tensors: Readonly<Record<P | I, Tensor>>, runtime: Runtime): CaseOutputs | Tensor;
  readonly seed?: number;
}

const MEMORY_BYTES = 1 << 26;

type CaseProgram = Program<{ outputs: readonly Tensor[]; losses: readonly Tensor[] }>;

/** A case recorded on a runtime, ready to be evaluated at any values of its parameters. */
export interface RecordedCase {
  readonly runtime: Runtime;
  /** Forward and backward. */
  readonly program: CaseProgram;
  readonly parameters: ReadonlyMap<string, { readonly tensor: Tensor; readonly gradient: Tensor }>;
  /** Replays only the forward part and returns the sum. */
  evaluate(): number;
}

/** A runtime with room for many cases, which compiles each kernel once for all of them. */
export function caseRuntime(options: RuntimeOptions): Promise<Runtime> {
  return createRuntime({ memoryBytes: MEMORY_BYTES, workers: 1, ...options });
}

export function recordCase(test: GradientCase, runtime: Runtime): RecordedCase {
  const random = new Random(test.seed ?? 1);
  const allocate = (name: string, { shape, values, spread = 1, dtype = 'f32' }: CaseTensor) => {
    const tensor = runtime.allocate(name, shape, dtype);
    // Rounded to f32, so that every target starts from the same numbers.
    runtime.write(tensor, values ?? Float32Array.from({ length: tensor.size }, () => spread * normal(random)));
    return tensor;
  };
  const parameters = new Map<string, { tensor: Tensor; gradient: Tensor }>();
  const tensors: Record<string, Tensor> = {};
  for (const [name, description] of Object.entries(test.parameters)) {
    const tensor = allocate(name, description);
    const gradient = runtime.allocate(`gradient of ${name}`, description.shape);
    // What was there before a replay must not matter.
    runtime.write(gradient, new Float32Array(gradient.size).fill(Number.NaN));
    parameters.set(name, { tensor, gradient });
    tensors[name] = tensor;
  }
  for (const [name, description] of Object.entries(test.inputs ?? {})) tensors[name] = allocate(name, description);
  const factors: Tensor[] = [];
  const recordPasses = (backward: boolean) => {
    const body = () => {
      const gradients = recorder().gradients!;
      for (const { tensor, gradient } of parameters.values()) gradients.parameter(tensor, gradient);
      const built = test.build(tensors, runtime);
      const { outputs, losses = [] } = 'outputs' in built ? built : { outputs: [built] };
      if (!backward) return { outputs, losses };
      for (const { name, shape } of outputs) factors.push(allocate(`factors of ${name}`, { shape }));
      gradients.backward(outputs, factors);
      return { outputs, losses };
    };
    return record(runtime, body, { gradients: true });
  };
  const program = recordPasses(true);
  let forward: CaseProgram | undefined;
  const weights = factors.map((tensor) => runtime.read(tensor));
  const evaluate = () => {
    forward ??= recordPasses(false);
    forward.replay();
    let sum = 0;
    forward.outputs.outputs.forEach((output, which) => {
      const values = runtime.read(output);
      for (let i = 0; i < values.length; i++) sum += values[i]! * weights[which]![i]!;
    });
    for (const loss of forward.outputs.losses) for (const value of runtime.read(loss)) sum += value;
    return sum;
  };
  return { runtime, program, parameters, evaluate };
}

/** A standard normal number (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

export interface GradientCheckOptions {
  /** Largest difference, relative to the larger of the two values and a hundredth of the tensor's largest. */
  readonly tolerance?: number;
  /** Instead of every element, compare this many random directions per parameter tensor (for large cases). */
  readonly directions?: number;
}

const STEP = 1e-5;

/**
 * Compares recorded gradients with central differences, on a runtime with target `interpreter64`: in double precision.
 * Returns the largest relative difference seen. Throws an error that names the first element which differs by more than
 * the tolerance.
 */
export function checkGradients(test: GradientCase, runtime: Runtime, options: GradientCheckOptions = {}): number {
  const { tolerance = 1e-6, directions } = options;
  if (runtime.memory.doubles === undefined) throw new Error('gradients are checked on the target interpreter64');
  const recorded = recordCase(test, runtime);
  // Rounding of the sum, magnified by the division by the step.
  const noise = (4 * Number.EPSILON * Math.abs(recorded.evaluate())) / STEP;
  recorded.program.replay();
  const analytic = new Map([...recorded.parameters].map(([name, { gradient }]) => [name, read(recorded, gradient)]));
  const random = new Random('directions');
  let worst = 0;
  for (const [name, { tensor }] of recorded.parameters) {
    const gradient = analytic.get(name)!;
    const floor = 1e-2 * Math.max(1e-3, ...gradient.map(Math.abs));
    const along =
      directions === undefined ? unitDirections(gradient.length) : randomDirections(random, gradient, directions);
    let index = 0;
    for (const direction of along) {
      const slope = slopeAlong(recorded, tensor, direction);
      const expected = direction.reduce((sum, part, i) => sum + part * gradient[i]!, 0);
      const error = Math.max(0, Math.abs(slope - expected) - noise);
      const difference = error / Math.max(Math.abs(slope), Math.abs(expected), floor);
      if (!(difference <= tolerance)) {
        const where = directions === undefined ? `element ${index} of` : `direction ${index} through`;
        throw new Error(
          `gradient of ${where} ${name} [${tensor.shape}] is ${expected}, central differences give ${slope}`,
        );
      }
      worst = Math.max(worst, difference);
      index++;
    }
  }
  return worst;
}

function read({ runtime }: RecordedCase, tensor: Tensor): number[] {
  return Array.from(runtime.read(tensor));
}

function* unitDirections(length: number): Iterable<number[]> {
  for (let i = 0; i < length; i++) {
    const direction = new Array<number>(length).fill(0);
    direction[i] = 1;
    yield direction;
  }
}

function* randomDirections(random: Random, { length }: readonly number[], count: number): Iterable<number[]> {
  for (let i = 0; i < count; i++) yield Array.from({ length }, () => normal(random) / Math.sqrt(length));
}

function slopeAlong(recorded: RecordedCase, tensor: Tensor, direction: readonly number[]): number {
  const values = recorded.runtime.view(tensor);
  const before = Array.from(values);
  const at = (step: number) => {
    direction.forEach((part, i) => {
      values[i] = before[i]! + step * part;
    });
    return recorded.evaluate();
  };
  const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
  values.set(before);
  return slope;
}

/** Outputs and gradients of a case by name, after one replay. */
export function evaluateCase(test: GradientCase, runtime: Runtime): Map<string, number[]> {
  const recorded = recordCase(test, runtime);
  recorded.program.replay();
  const result = new Map<string, number[]>();
  const { outputs, losses } = recorded.program.outputs;
  [...outputs, ...losses].forEach((tensor, index) => {
    result.set(`output ${index}`, read(recorded, tensor));
  });
  for (const [name, { gradient }] of recorded.parameters) result.set(`gradient of ${name}`, read(recorded, gradient));
  return result;
}

/**
 * The largest difference of outputs and gradients from `expected` (those in double precision), relative to the largest
 * value of the tensor; of a tensor with small values only (what is left when larger terms cancel keeps their rounding),
 * to a hundredth of the largest value of all. Throws an error that names the first element which differs by more than
 * `bound`.
 */
export function compareCase(
  actual: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
  bound: number,
): number {
  let worst = 0;
  const floor = 1e-2 * Math.max(...[...expected.values()].flat().map(Math.abs));
  for (const [name, values] of expected) {
    const largest = Math.max(floor, ...values.map(Math.abs));
    values.forEach((value, i) => {
      const got = actual.get(name)![i]!;
      const difference = Math.abs(got - value) / largest;
      if (!(difference <= bound)) throw new Error(`element ${i} of ${name} is ${got} instead of ${value}`);
      worst = Math.max(worst, difference);
    });
  }
  return worst;
}
