import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../half-numbers.ts';
import { ARGUMENT_SLOT_BYTES, E2M1, type Instruction, type KernelProgram, type TargetInfo, type Value } from '../ir.ts';
import { compare, FLOAT_BINARY, FLOAT_UNARY, INTEGER_BINARY, saturate } from './scalar-operations.ts';

/**
 * The linear memory as the interpreter sees it. With `doubles`, every 4-byte word that a kernel treats as f32 is kept
 * in `doubles[address / 4]` in double precision instead (integers and 16-bit floats stay in the bytes): the same kernels
 * then compute in f64, for gradient checks.
 */
export interface InterpreterMemory {
  readonly bytes: DataView;
  readonly doubles?: Float64Array;
}

export function interpreterTarget(lanes = 4): TargetInfo {
  return {
    name: 'interpreter',
    lanes,
    vectorRegisters: 16,
    transcendentals: true,
    halfConversions: ['f16', 'bf16'],
    bf16Pairs: true,
    fusedVectors: 1,
    prefetches: true,
  };
}

type Step = () => void;

/** Values of one kernel while it runs: scalars by id, vectors by id, allocated once. */
interface Registers {
  readonly scalars: Float64Array;
  readonly vectors: Float64Array[];
}

/** Turns a kernel's instructions into closures over `memory`; the result has the calling convention of a target. */
export function interpretKernel(
  program: KernelProgram,
  memory: InterpreterMemory,
): (argumentBlock: number, worker: number, workers: number) => void {
  const registers: Registers = {
    scalars: new Float64Array(program.values.length),
    vectors: program.values.map((type) =>
      type === 'vi8'
        ? new Float64Array(4 * program.lanes)
        : type === 'vf32' || type === 'vi32'
          ? new Float64Array(program.lanes)
          : EMPTY,
    ),
  };
  const body = new Translator(program, registers, memory).block(program.body);
  return (argumentBlock, worker, workers) => {
    registers.scalars[program.worker.id] = worker;
    registers.scalars[program.workers.id] = workers;
    program.parameters.forEach(({ kind, value }, position) => {
      const address = argumentBlock + position * ARGUMENT_SLOT_BYTES;
      registers.scalars[value.id] =
        kind === 'i32'
          ? memory.bytes.getInt32(address, true)
          : kind === 'f32'
            ? memory.bytes.getFloat32(address, true)
            : Number(memory.bytes.getBigUint64(address, true));
    });
    body();
  };
}

const EMPTY = new Float64Array(0);

class Translator {
  readonly #program: KernelProgram;
  readonly #scalars: Float64Array;
  readonly #vectors: Float64Array[];
  readonly #bytes: DataView;
  readonly #doubles: Float64Array | undefined;
  readonly #round: (value: number) => number;

  constructor(program: KernelProgram, registers: Registers, memory: InterpreterMemory) {
    this.#program = program;
    this.#scalars = registers.scalars;
    this.#vectors = registers.vectors;
    this.#bytes = memory.bytes;
    this.#doubles = memory.doubles;
    this.#round = memory.doubles === undefined ? Math.fround : (value) => value;
  }

  block(instructions: readonly Instruction[]): Step {
    const steps = instructions.map((instruction) => this.#instruction(instruction));
    return () => {
      for (let i = 0; i < steps.length; i++) steps[i]!();
    };
  }

  #instruction(instruction: Instruction): Step {
    const scalars = this.#scalars;
    switch (instruction.op) {
      case 'const':
        return this.#constant(instruction.result, instruction.value);
      case 'pure':
        return this.#pure(instruction);
      case 'offset': {
        const { result, base, index, scale } = instruction;
        return () => {
          scalars[result.id] = scalars[base.id]! + scalars[index.id]! * scale;
        };
      }
      case 'load':
        return this.#load(instruction);
      case 'store':
        return this.#store(instruction);
      case 'prefetch':
        return () => {};
      case 'atomic':
        return this.#atomic(instruction);
      case 'set': {
        const { variable, value } = instruction;
        const to = this.#vectors[variable.id]!;
        const from = this.#vectors[value.id]!;
        if (to.length > 0) return () => to.set(from);
        return () => {
          scalars[variable.id] = scalars[value.id]!;
        };
      }
      case 'loop': {
        const { index, start, end, step } = instruction;
        const body = this.block(instruction.body);
        return () => {
          const last = scalars[end.id]!;
          for (let i = scalars[start.id]!; i < last; i += step) {
            scalars[index.id] = i;
            body();
          }
        };
      }
      case 'while': {
        const test = this.block(instruction.test);
        const body = this.block(instruction.body);
        const { condition } = instruction;
        return () => {
          for (test(); scalars[condition.id] !== 0; test()) body();
        };
      }
      case 'if': {
        const then = this.block(instruction.body);
        const otherwise = this.block(instruction.otherwise);
        const { condition } = instruction;
        return () => (scalars[condition.id] !== 0 ? then() : otherwise());
      }
    }
  }

  #constant(result: Value, value: number): Step {
    const rounded = result.type === 'f32' || result.type === 'vf32' ? this.#round(value) : value | 0;
    const vector = this.#vectors[result.id]!;
    if (vector.length > 0) return () => vector.fill(rounded);
    return () => {
      this.#scalars[result.id] = rounded;
    };
  }

  #pure({ name, result, args }: Extract<Instruction, { op: 'pure' }>): Step {
    const [type, operation] = name.split('.') as [string, string];
    const float = type === 'f32' || type === 'vf32';
    if (operation === 'select') return this.#select(result, args);
    if (operation === 'fma') return this.#lanewise(result, args, (a, b, c) => this.#round(a * b + c));
    if (operation === 'bits' || operation === 'bits_f32') return this.#reinterpret(operation, result, args);
    if (operation === 'to_f32') return this.#lanewise(result, args, (a) => this.#round(a));
    if (operation === 'to_i32') return this.#lanewise(result, args, saturate);
    if (operation === 'pair_bf16') return this.#lanewise(result, args, (a, b) => f32ToBf16(a) | (f32ToBf16(b) << 16));
    if (operation === 'dot_bf16') {
      const [first, second] = [(pair: number) => bf16ToF32(pair), (pair: number) => bf16ToF32(pair >>> 16)];
      return this.#lanewise(result, args, (sum, a, b) =>
        this.#round(this.#round(sum + first(a) * first(b)) + second(a) * second(b)),
      );
    }
    if (operation.startsWith('reduce_')) return this.#reduce(type, operation, result, args);
    if (/_(pairs|quads)$/.test(operation)) return this.#joinNeighbours(operation, result, args);
    if (/^(splat4?|lane_index|dot(_unsigned)?)$/.test(operation)) {
      return this.#vectorOnly(operation, result, args);
    }
    const comparison = compare(operation);
    if (comparison !== undefined) {
      const yes = result.type === 'vi32' ? -1 : 1;
      return this.#lanewise(result, args, (a, b) => (comparison(a, b) ? yes : 0));
    }
    if (operation === 'e2m1') return this.#lanewise(result, args, (code) => E2M1[code & 15]!);
    if (type === 'vi8') return this.#bytewise(operation, result, args);
    if (float) {
      const unary = FLOAT_UNARY[operation];
      if (unary !== undefined) return this.#lanewise(result, args, (a) => this.#round(unary(a)));
      const binary = FLOAT_BINARY[operation];
      if (binary !== undefined) return this.#lanewise(result, args, (a, b) => this.#round(binary(a, b)));
    } else {
      const binary = INTEGER_BINARY[operation];
      if (binary !== undefined) return this.#lanewise(result, args, binary);
    }
    throw new Error(`kernel ${this.#program.name}: the interpreter does not know ${name}`);
  }

  /** Applies a function to scalars, or to each lane; scalar operands of vector operations (shift counts) repeat. */
  #lanewise(result: Value, args: readonly Value[], apply: (a: number, b: number, c: number) => number): Step {
    const scalars = this.#scalars;
    const [a = result, b = a, c = a] = args;
    const to = this.#vectors[result.id]!;
    if (to.length === 0) {
      return () => {
        scalars[result.id] = apply(scalars[a.id]!, scalars[b.id]!, scalars[c.id]!);
      };
    }
    const [va, vb, vc] = [a, b, c].map((value) => this.#vectors[value.id]!) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return () => {
      const sb = scalars[b.id]!;
      for (let i = 0; i < to.length; i++) {
        to[i] = apply(va[i]!, vb.length > 0 ? vb[i]! : sb, vc.length > 0 ? vc[i]! : 0);
      }
    };
  }

  #select(result: Value, args: readonly Value[]): Step {
    const scalars = this.#scalars;
    const [condition, a, b] = args as [Value, Value, Value];
    const to = this.#vectors[result.id]!;
    if (to.length === 0) {
      return () => {
        scalars[result.id] = scalars[condition.id] !== 0 ? scalars[a.id]! : scalars[b.id]!;
      };
    }
    const mask = this.#vectors[condition.id]!;
    const va = this.#vectors[a.id]!;
    const vb = this.#vectors[b.id]!;
    return () => {
      for (let i = 0; i < to.length; i++) to[i] = mask[i] !== 0 ? va[i]! : vb[i]!;
    };
  }

  #reinterpret(operation: string, result: Value, args: readonly Value[]): Step {
    if (this.#doubles !== undefined && operation === 'bits') {
      throw new Error(`kernel ${this.#program.name}: the bits of a float are not available in f64`);
    }
    const scratch = new DataView(new ArrayBuffer(4));
    return this.#lanewise(
      result,
      args,
      operation === 'bits'
        ? (a) => {
            scratch.setFloat32(0, a);
            return scratch.getInt32(0);
          }
        : (a) => {
            scratch.setInt32(0, a);
            return scratch.getFloat32(0);
          },
    );
  }

  #reduce(type: string, operation: string, result: Value, args: readonly Value[]): Step {
    const from = this.#vectors[args[0]!.id]!;
    const work = new Float64Array(from.length);
    const combine =
      operation === 'reduce_add'
        ? type === 'vi32'
          ? INTEGER_BINARY.add!
          : (a: number, b: number) => this.#round(a + b)
        : operation === 'reduce_max'
          ? Math.max
          : Math.min;
    return () => {
      work.set(from);
      for (let half = from.length / 2; half >= 1; half /= 2) {
        for (let i = 0; i < half; i++) work[i] = combine(work[i]!, work[i + half]!);
      }
      this.#scalars[result.id] = work[0]!;
    };
  }

  /** Sums, or the larger, of neighbouring lanes in groups of four, or of neighbouring groups. */
  #joinNeighbours(operation: string, result: Value, args: readonly Value[]): Step {
    const to = this.#vectors[result.id]!;
    const [a, b] = args.map((value) => this.#vectors[value.id]!) as [Float64Array, Float64Array];
    const work = new Float64Array(to.length);
    const half = to.length / 2;
    const join = operation.startsWith('max') ? Math.max : (x: number, y: number) => this.#round(x + y);
    return () => {
      for (let i = 0; i < to.length; i++) {
        if (operation.endsWith('pairs')) {
          const [from, at] = [i % 4 < 2 ? a : b, (i & ~3) + 2 * (i % 2)];
          work[i] = join(from[at]!, from[at + 1]!);
        } else {
          const [from, lane] = i < half ? [a, i] : [b, i - half];
          const at = 2 * (lane & ~3) + (lane % 4);
          work[i] = join(from[at]!, from[at + 4]!);
        }
      }
      to.set(work);
    };
  }

  #vectorOnly(operation: string, result: Value, args: readonly Value[]): Step {
    const scalars = this.#scalars;
    const to = this.#vectors[result.id]!;
    const first = args[0];
    if (operation === 'lane_index')
      return () =>
        to.forEach((_, lane) => {
          to[lane] = lane;
        });
    if (operation === 'splat') return () => to.fill(scalars[first!.id]!);
    if (operation === 'splat4') {
      return () => {
        const word = scalars[first!.id]!;
        for (let i = 0; i < to.length; i++) to[i] = (word << (24 - 8 * (i % 4))) >> 24;
      };
    }
    const [accumulator, a, b] = args.map((value) => this.#vectors[value.id]!) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const bits = operation === 'dot' ? 0x7f : 0xff;
    return () => {
      for (let i = 0; i < to.length; i++) {
        let sum = accumulator[i]!;
        for (let j = 4 * i; j < 4 * i + 4; j++) sum += a[j]! * (b[j]! & bits);
        to[i] = sum | 0;
      }
    };
  }

  /** Byte lanes are kept signed; shifts to the right are unsigned. */
  #bytewise(operation: string, result: Value, args: readonly Value[]): Step {
    const apply =
      operation === 'shr_u'
        ? (a: number, b: number) => (a & 0xff) >> b
        : operation === 'shl'
          ? (a: number, b: number) => a << b
          : INTEGER_BINARY[operation];
    if (apply === undefined) throw new Error(`kernel ${this.#program.name}: no operation vi8.${operation}`);
    const masked = args.length === 3;
    return this.#lanewise(result, args, (a, b, mask) => ((apply(a, b) & (masked ? mask : -1)) << 24) >> 24);
  }

  // ---- memory -----------------------------------------------------------------------------------------------------

  #double(address: number): number {
    if (address % 4 !== 0) throw new Error(`kernel ${this.#program.name}: f32 at unaligned address ${address}`);
    return address / 4;
  }

  #reader(memory: string): (address: number) => number {
    const bytes = this.#bytes;
    const doubles = this.#doubles;
    switch (memory) {
      case 'f32':
        return doubles === undefined
          ? (address) => bytes.getFloat32(address, true)
          : (address) => doubles[this.#double(address)]!;
      case 'f16':
        return (address) => f16ToF32(bytes.getUint16(address, true));
      case 'bf16':
        return (address) => bf16ToF32(bytes.getUint16(address, true));
      case 'i32':
        return (address) => bytes.getInt32(address, true);
      case 'u16':
        return (address) => bytes.getUint16(address, true);
      case 'u8':
        return (address) => bytes.getUint8(address);
      default:
        return (address) => bytes.getInt8(address);
    }
  }

  #writer(memory: string): (address: number, value: number) => void {
    const bytes = this.#bytes;
    const doubles = this.#doubles;
    switch (memory) {
      case 'f32':
        return doubles === undefined
          ? (address, value) => bytes.setFloat32(address, value, true)
          : (address, value) => {
              doubles[this.#double(address)] = value;
            };
      case 'f16':
        return (address, value) => bytes.setUint16(address, f32ToF16(value), true);
      case 'bf16':
        return (address, value) => bytes.setUint16(address, f32ToBf16(value), true);
      case 'i32':
        return (address, value) => bytes.setInt32(address, value, true);
      case 'u16':
        return (address, value) => bytes.setUint16(address, value, true);
      default:
        return (address, value) => bytes.setUint8(address, value);
    }
  }

  #load(instruction: Extract<Instruction, { op: 'load' }>): Step {
    const { result, memory, address, offset, count, splat } = instruction;
    const scalars = this.#scalars;
    const read = this.#reader(memory);
    const to = this.#vectors[result.id]!;
    if (to.length === 0) {
      return () => {
        scalars[result.id] = read(scalars[address.id]! + offset);
      };
    }
    const stride = ELEMENT_BYTES[memory]!;
    if (splat) {
      const elements = memory === 'bytes' ? 4 : 1;
      return () => {
        const base = scalars[address.id]! + offset;
        for (let i = 0; i < to.length; i++) to[i] = read(base + (i % elements) * stride);
      };
    }
    return () => {
      const base = scalars[address.id]! + offset;
      const lanes = count === undefined ? to.length : scalars[count.id]!;
      for (let i = 0; i < to.length; i++) to[i] = i < lanes ? read(base + i * stride) : 0;
    };
  }

  #store(instruction: Extract<Instruction, { op: 'store' }>): Step {
    const { value, memory, address, offset, count } = instruction;
    const scalars = this.#scalars;
    const write = this.#writer(memory);
    const from = this.#vectors[value.id]!;
    if (from.length === 0) return () => write(scalars[address.id]! + offset, scalars[value.id]!);
    const stride = ELEMENT_BYTES[memory]!;
    return () => {
      const base = scalars[address.id]! + offset;
      const lanes = count === undefined ? from.length : Math.min(from.length, scalars[count.id]!);
      for (let i = 0; i < lanes; i++) write(base + i * stride, from[i]!);
    };
  }

  #atomic({ kind, result, address, value }: Extract<Instruction, { op: 'atomic' }>): Step {
    const scalars = this.#scalars;
    const words = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength >> 2);
    return () => {
      const word = scalars[address.id]! / 4;
      if (!Number.isInteger(word)) throw new Error(`kernel ${this.#program.name}: atomic at unaligned address`);
      const operand = value === undefined ? 0 : scalars[value.id]!;
      if (kind === 'store') Atomics.store(words, word, operand);
      else scalars[result!.id] = kind === 'add' ? Atomics.add(words, word, operand) : Atomics.load(words, word);
    };
  }
}

const ELEMENT_BYTES: Record<string, number> = { f32: 4, f16: 2, bf16: 2, i32: 4, u16: 2, u8: 1, i8: 1, bytes: 1 };
