import { bf16ToF32, f16ToF32 } from './half-numbers.ts';
import { ARGUMENT_SLOT_BYTES, type Instruction, type KernelProgram, MEMORY_BYTES, type Value } from './ir.ts';
import { compare, FLOAT_BINARY, FLOAT_UNARY, INTEGER_BINARY, saturate } from './targets/scalar-operations.ts';

/**
 * How much a call of a kernel computes, found out without running it: of its program only what decides how often loops
 * and branches run is carried out (bounds, conditions, and what they depend on), and everything else is counted.
 */
export interface OperationCount {
  /**
   * Additions, subtractions, multiplications, divisions and roots in floating point, and multiplications and additions of
   * integer dot products. A vector counts with all its lanes, also where a part of it is used.
   */
  readonly operations: number;
  /** Bytes that instructions load and store, from wherever they come; whole vectors as above. */
  readonly bytes: number;
}

/** Counts for the call of one worker with the argument block at an address; it reads memory and changes nothing. */
export type OperationCounter = (memory: DataView, block: number, worker: number, workers: number) => OperationCount;

/**
 * A counter for a program; undefined where loops or branches depend on more than scalars and memory that the kernel only
 * reads, so that nothing short of running it would tell.
 */
export function operationCounter(program: KernelProgram): OperationCounter | undefined {
  const needed = controlValues(program);
  if (needed === undefined) return undefined;
  const state: State = { scalars: new Float64Array(program.values.length), memory: NO_MEMORY, operations: 0, bytes: 0 };
  const body = new Translator(state, needed, program.lanes).block(program.body);
  return (memory, block, worker, workers) => {
    Object.assign(state, { memory, operations: 0, bytes: 0 });
    state.scalars[program.worker.id] = worker;
    state.scalars[program.workers.id] = workers;
    program.parameters.forEach(({ kind, value }, position) => {
      const at = block + position * ARGUMENT_SLOT_BYTES;
      state.scalars[value.id] =
        kind === 'i32'
          ? memory.getInt32(at, true)
          : kind === 'f32'
            ? memory.getFloat32(at, true)
            : Number(memory.getBigUint64(at, true));
    });
    body.run();
    state.memory = NO_MEMORY;
    return { operations: state.operations, bytes: state.bytes };
  };
}

const NO_MEMORY = new DataView(new ArrayBuffer(0));

// ---- what decides ---------------------------------------------------------------------------------------------------

/** All instructions, those of inner blocks included. */
function* everyInstruction(body: readonly Instruction[]): Generator<Instruction> {
  for (const instruction of body) {
    yield instruction;
    if (instruction.op === 'while') yield* everyInstruction(instruction.test);
    if ('body' in instruction) yield* everyInstruction(instruction.body);
    if (instruction.op === 'if') yield* everyInstruction(instruction.otherwise);
  }
}

/** Ids of the values that bounds and conditions depend on; undefined where these cannot be computed on their own. */
function controlValues(program: KernelProgram): Set<number> | undefined {
  const makers = new Map<number, Instruction[]>();
  const waiting: Value[] = [];
  for (const instruction of everyInstruction(program.body)) {
    const made = instruction.op === 'set' ? instruction.variable : 'result' in instruction && instruction.result;
    if (made) makers.set(made.id, [...(makers.get(made.id) ?? []), instruction]);
    if (instruction.op === 'loop') waiting.push(instruction.start, instruction.end);
    if (instruction.op === 'while' || instruction.op === 'if') waiting.push(instruction.condition);
  }
  const written = new Set(
    program.parameters.filter(({ kind }) => kind === 'out' || kind === 'inout').map(({ value }) => value.id),
  );
  const needed = new Set<number>();
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (needed.has(value.id)) continue;
    // What the kernel itself writes may have been something else when it was read.
    if (!isScalar(value) || written.has(value.id)) return undefined;
    needed.add(value.id);
    for (const maker of makers.get(value.id) ?? []) {
      if (maker.op === 'atomic') return undefined;
      waiting.push(...operandsOf(maker));
    }
  }
  return needed;
}

const isScalar = ({ type }: Value): boolean => type === 'ptr' || type === 'i32' || type === 'f32';

function operandsOf(instruction: Instruction): readonly Value[] {
  switch (instruction.op) {
    case 'pure':
      return instruction.args;
    case 'offset':
      return [instruction.base, instruction.index];
    case 'load':
      return [instruction.address, ...(instruction.count === undefined ? [] : [instruction.count])];
    case 'set':
      return [instruction.value];
    default:
      return [];
  }
}

// ---- carrying it out ------------------------------------------------------------------------------------------------

interface State {
  readonly scalars: Float64Array;
  memory: DataView;
  operations: number;
  bytes: number;
}

/** A block of instructions. Where nothing in it decides anything, one look tells what every run of it counts. */
interface Block {
  readonly fixed?: OperationCount;
  run(): void;
}

type Step = () => void;

class Translator {
  readonly #state: State;
  readonly #needed: ReadonlySet<number>;
  readonly #lanes: number;

  constructor(state: State, needed: ReadonlySet<number>, lanes: number) {
    this.#state = state;
    this.#needed = needed;
    this.#lanes = lanes;
  }

  block(instructions: readonly Instruction[]): Block {
    const state = this.#state;
    let [operations, bytes] = [0, 0];
    const steps: Step[] = [];
    for (const instruction of instructions) {
      operations += operationsOf(instruction, this.#lanes);
      bytes += bytesOf(instruction, this.#lanes);
      const step = this.#step(instruction);
      if (step !== undefined) steps.push(step);
    }
    const run = () => {
      state.operations += operations;
      state.bytes += bytes;
      for (const step of steps) step();
    };
    return steps.length === 0 ? { fixed: { operations, bytes }, run } : { run };
  }

  /** What must be carried out; undefined for what is only counted. */
  #step(instruction: Instruction): Step | undefined {
    switch (instruction.op) {
      case 'loop':
        return this.#loop(instruction);
      case 'while': {
        const { scalars } = this.#state;
        const [test, body] = [this.block(instruction.test), this.block(instruction.body)];
        const { condition } = instruction;
        return () => {
          for (test.run(); scalars[condition.id] !== 0; test.run()) body.run();
        };
      }
      case 'if': {
        const { scalars } = this.#state;
        const [then, otherwise] = [this.block(instruction.body), this.block(instruction.otherwise)];
        const { condition } = instruction;
        return () => (scalars[condition.id] !== 0 ? then : otherwise).run();
      }
      case 'set': {
        const { scalars } = this.#state;
        const { variable, value } = instruction;
        if (!this.#needed.has(variable.id)) return undefined;
        return () => {
          scalars[variable.id] = scalars[value.id]!;
        };
      }
      default:
        return this.#value(instruction);
    }
  }

  #loop({ index, start, end, step, body }: Extract<Instruction, { op: 'loop' }>): Step {
    const state = this.#state;
    const { scalars } = state;
    const inner = this.block(body);
    const { fixed } = inner;
    if (fixed !== undefined) {
      return () => {
        const turns = Math.max(0, Math.ceil((scalars[end.id]! - scalars[start.id]!) / step));
        state.operations += turns * fixed.operations;
        state.bytes += turns * fixed.bytes;
      };
    }
    return () => {
      const last = scalars[end.id]!;
      for (let i = scalars[start.id]!; i < last; i += step) {
        scalars[index.id] = i;
        inner.run();
      }
    };
  }

  #value(instruction: Exclude<Instruction, { op: 'loop' | 'while' | 'if' | 'set' }>): Step | undefined {
    const { scalars } = this.#state;
    const { op } = instruction;
    if (op === 'store' || op === 'prefetch' || op === 'atomic') return undefined;
    const { id } = instruction.result;
    if (!this.#needed.has(id)) return undefined;
    if (instruction.op === 'const') {
      const { value } = instruction;
      return () => {
        scalars[id] = value;
      };
    }
    if (instruction.op === 'offset') {
      const { base, index, scale } = instruction;
      return () => {
        scalars[id] = scalars[base.id]! + scalars[index.id]! * scale;
      };
    }
    if (instruction.op === 'load') {
      const read = READERS[instruction.memory];
      if (read === undefined) throw new Error(`operations cannot be counted: a scalar of ${instruction.memory}`);
      const { address, offset } = instruction;
      return () => {
        scalars[id] = read(this.#state.memory, scalars[address.id]! + offset);
      };
    }
    const [a = instruction.result, b = a, c = a] = instruction.args;
    const apply = scalarOperation(instruction.name);
    return () => {
      scalars[id] = apply(scalars[a.id]!, scalars[b.id]!, scalars[c.id]!);
    };
  }
}

const READERS: Readonly<Partial<Record<string, (memory: DataView, at: number) => number>>> = {
  f32: (memory, at) => memory.getFloat32(at, true),
  i32: (memory, at) => memory.getInt32(at, true),
  u16: (memory, at) => memory.getUint16(at, true),
  u8: (memory, at) => memory.getUint8(at),
  i8: (memory, at) => memory.getInt8(at),
  f16: (memory, at) => f16ToF32(memory.getUint16(at, true)),
  bf16: (memory, at) => bf16ToF32(memory.getUint16(at, true)),
};

const scratch = new DataView(new ArrayBuffer(4));

/** An operation on scalars, as the interpreter carries it out. */
function scalarOperation(name: string): (a: number, b: number, c: number) => number {
  const [type, operation] = name.split('.') as [string, string];
  const float = type === 'f32';
  if (operation === 'select') return (a, b, c) => (a !== 0 ? b : c);
  if (operation === 'fma') return (a, b, c) => Math.fround(a * b + c);
  if (operation === 'to_f32') return Math.fround;
  if (operation === 'to_i32') return saturate;
  if (operation === 'bits' || operation === 'bits_f32') {
    return (a) => {
      if (float) scratch.setFloat32(0, a);
      else scratch.setInt32(0, a);
      return float ? scratch.getInt32(0) : scratch.getFloat32(0);
    };
  }
  const comparison = compare(operation);
  if (comparison !== undefined) return (a, b) => (comparison(a, b) ? 1 : 0);
  const unary = float ? FLOAT_UNARY[operation] : undefined;
  if (unary !== undefined) return (a) => Math.fround(unary(a));
  const binary = float ? FLOAT_BINARY[operation] : INTEGER_BINARY[operation];
  if (binary === undefined) throw new Error(`operations cannot be counted: ${name} is not known`);
  return float ? (a, b) => Math.fround(binary(a, b)) : (a, b) => binary(a, b);
}

// ---- what is counted ------------------------------------------------------------------------------------------------

const ARITHMETIC = new Set(['add', 'add_pairs', 'add_quads', 'sub', 'mul', 'div', 'sqrt', 'exp', 'log']);

function operationsOf(instruction: Instruction, lanes: number): number {
  if (instruction.op !== 'pure') return 0;
  const [type, operation] = instruction.name.split('.') as [string, string];
  if (operation === 'dot_bf16') return 4 * lanes;
  if (type === 'vi8') return operation.startsWith('dot') ? 8 * lanes : 0;
  if (type !== 'f32' && type !== 'vf32') return 0;
  if (operation === 'reduce_add') return lanes - 1;
  const width = type === 'f32' ? 1 : lanes;
  if (operation === 'fma') return 2 * width;
  return ARITHMETIC.has(operation) ? width : 0;
}

function bytesOf(instruction: Instruction, lanes: number): number {
  if (instruction.op !== 'load' && instruction.op !== 'store') return 0;
  const value = instruction.op === 'load' ? instruction.result : instruction.value;
  const single = isScalar(value) || (instruction.op === 'load' && instruction.splat === true);
  const elements = single ? 1 : value.type === 'vi8' && instruction.memory !== 'bytes' ? 4 * lanes : lanes;
  return elements * MEMORY_BYTES[instruction.memory];
}
