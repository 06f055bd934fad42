/**
 * Linear register allocation (Poletto and Sarkar 1999): every value lives in one register from its first to its last
 * position, longer where a loop carries it. Values that find no register live in the stack frame and visit a register at
 * each use; those used least and longest go first.
 */
import type { Instruction, Value, ValueType } from '../../ir.ts';
import { innerBlocks, valueWritten } from './simplify.ts';

export type RegisterClass = 'general' | 'vector';

export function classOf(type: ValueType): RegisterClass {
  return type === 'ptr' || type === 'i32' ? 'general' : 'vector';
}

/** Where the values of a kernel stand. */
export interface Allocation {
  /** The register of a value at a position; throws if it has none there. */
  register(value: Value, position: number): number;
  /** Byte offset in the frame of a value that lives there, undefined of one that lives in a register. */
  slot(value: Value): number | undefined;
  /** Position of an instruction: operands are read there, the result is written one later. */
  position(instruction: Instruction): number;
  readonly frameBytes: number;
  /** Registers used, by class. */
  readonly used: Readonly<Record<RegisterClass, ReadonlySet<number>>>;
  /** Vector values that live in the frame. */
  readonly spilledVectors: readonly number[];
}

export interface AllocationInput {
  readonly body: readonly Instruction[];
  readonly values: readonly ValueType[];
  /** Values that are there from the beginning. */
  readonly given: readonly Value[];
  readonly registers: Readonly<Record<RegisterClass, readonly number[]>>;
  readonly vectorBytes: number;
  /** Operands of an instruction as the code generator reads them: constants left out, folded values replaced. */
  readonly operands: (instruction: Instruction) => readonly Value[];
  readonly isConstant: (value: Value) => boolean;
  /** Whether an instruction makes no code of its own. */
  readonly skipped: (instruction: Instruction) => boolean;
}

interface Interval {
  readonly value: number;
  readonly kind: RegisterClass;
  start: number;
  end: number;
  weight: number;
  /** A visit of a spilled value to a register. */
  readonly visit: boolean;
  register: number;
  /** The value whose register is preferred. */
  hint?: number;
}

interface Frame {
  readonly start: number;
  readonly touched: Set<number>;
}

/** How much more often an inner loop runs, as a guess. */
const LOOP_WEIGHT = 8;

/** Walks the instructions once, numbers them and finds from where to where each value lives. */
class Liveness {
  readonly positions = new Map<Instruction, number>();
  readonly intervals = new Map<number, Interval>();
  readonly visits: Interval[] = [];
  readonly #input: AllocationInput;
  readonly #spilled: ReadonlySet<number>;
  readonly #frames: Frame[] = [];
  #next = 2;

  readonly #visited = new Set<string>();

  constructor(input: AllocationInput, spilled: ReadonlySet<number>) {
    this.#input = input;
    this.#spilled = spilled;
    for (const value of input.given) this.#touch(value, 0, { visits: false });
    this.#block(input.body);
  }

  /** A use at a position. Loops read and write spilled values in the frame itself: they need no visit. */
  #touch(value: Value, position: number, { hint, visits = true }: { hint?: Value | undefined; visits?: boolean } = {}) {
    if (this.#input.isConstant(value)) return;
    const kind = classOf(this.#input.values[value.id]!);
    if (this.#spilled.has(value.id)) {
      const key = `${value.id}@${position}`;
      if (!visits || this.#visited.has(key)) return;
      this.#visited.add(key);
      const weight = Number.POSITIVE_INFINITY;
      this.visits.push({ value: value.id, kind, start: position, end: position, weight, visit: true, register: -1 });
      return;
    }
    let interval = this.intervals.get(value.id);
    if (interval === undefined) {
      interval = { value: value.id, kind, start: position, end: position, weight: 0, visit: false, register: -1 };
      this.intervals.set(value.id, interval);
    }
    if (interval.hint === undefined && hint !== undefined) interval.hint = hint.id;
    interval.end = Math.max(interval.end, position);
    interval.weight += LOOP_WEIGHT ** this.#frames.length;
    for (const { touched } of this.#frames) touched.add(value.id);
  }

  #block(block: readonly Instruction[]): void {
    for (const instruction of block) this.#instruction(instruction);
  }

  #instruction(instruction: Instruction): void {
    const position = this.#next;
    this.#next += 2;
    this.positions.set(instruction, position);
    if (this.#input.skipped(instruction)) return;
    if (instruction.op === 'loop') {
      const { index, start, end, body } = instruction;
      this.#touch(start, position, { visits: false });
      this.#touch(index, position + 1, { hint: start, visits: false });
      this.#loop(position + 1, () => {
        this.#touch(end, position + 1, { visits: false });
        this.#touch(index, position + 1, { visits: false });
        this.#block(body);
        this.#touch(index, this.#next, { visits: false });
        this.#touch(end, this.#next, { visits: false });
      });
    } else if (instruction.op === 'while') {
      this.#loop(position, () => {
        this.#block(instruction.test);
        this.positions.set(instruction, this.#next);
        for (const value of this.#input.operands(instruction)) this.#touch(value, this.#next);
        this.#next += 2;
        this.#block(instruction.body);
      });
    } else {
      const operands = this.#input.operands(instruction);
      for (const value of operands) this.#touch(value, position);
      const written = valueWritten(instruction);
      if (written !== undefined) this.#touch(written, position + 1, { hint: preferred(instruction, operands) });
      for (const inner of innerBlocks(instruction)) this.#block(inner);
    }
  }

  /** What the loop touches and was there before stays to its end. */
  #loop(start: number, body: () => void): void {
    const frame = { start, touched: new Set<number>() };
    this.#frames.push(frame);
    body();
    this.#frames.pop();
    const end = this.#next;
    this.#next += 2;
    for (const id of frame.touched) {
      const interval = this.intervals.get(id)!;
      if (interval.start <= start) interval.end = Math.max(interval.end, end);
    }
  }
}

/** The operand whose register the result would best take over: the sum of a multiply-add, else the first. */
function preferred(instruction: Instruction, operands: readonly Value[]): Value | undefined {
  if (instruction.op === 'pure' && instruction.name.endsWith('.fma')) {
    const sum = instruction.args[2]!;
    if (operands.includes(sum)) return sum;
  }
  const written = valueWritten(instruction)!;
  return operands.find(({ type }) => classOf(type) === classOf(written.type));
}

/** Assigns registers in the order of starts; returns the values that have to go to the frame. */
function assign(intervals: Interval[], registers: AllocationInput['registers'], byValue: Map<number, Interval>) {
  intervals.sort((a, b) => a.start - b.start || Number(b.visit) - Number(a.visit));
  const spilled = new Set<number>();
  const free = { general: new Set(registers.general), vector: new Set(registers.vector) };
  let active: Interval[] = [];
  for (const interval of intervals) {
    active = active.filter((other) => {
      if (other.end >= interval.start) return true;
      free[other.kind].add(other.register);
      return false;
    });
    const available = free[interval.kind];
    if (available.size === 0) {
      const rivals = [...active, interval].filter((each) => each.kind === interval.kind && !each.visit);
      const cost = ({ weight, start, end }: Interval) => weight / (end - start + 1);
      const victim = rivals.reduce<Interval | undefined>(
        (least, each) => (least === undefined || cost(each) < cost(least) ? each : least),
        undefined,
      );
      if (victim === undefined) throw new Error('an instruction needs more registers than there are');
      spilled.add(victim.value);
      if (victim === interval) continue;
      available.add(victim.register);
      active.splice(active.indexOf(victim), 1);
    }
    const hinted = interval.hint === undefined ? undefined : byValue.get(interval.hint)?.register;
    interval.register = hinted !== undefined && available.has(hinted) ? hinted : available.values().next().value!;
    available.delete(interval.register);
    active.push(interval);
  }
  return spilled;
}

export function allocate(input: AllocationInput): Allocation {
  const spilled = new Set<number>();
  for (;;) {
    const liveness = new Liveness(input, spilled);
    const intervals = [...liveness.intervals.values(), ...liveness.visits];
    const more = assign(intervals, input.registers, liveness.intervals);
    if (more.size === 0) return describe(input, liveness, intervals, spilled);
    for (const value of more) spilled.add(value);
  }
}

function describe(
  input: AllocationInput,
  liveness: Liveness,
  intervals: readonly Interval[],
  spilled: ReadonlySet<number>,
): Allocation {
  const slots = new Map<number, number>();
  let frameBytes = 0;
  // Vectors first, so that they stay aligned.
  for (const kind of ['vector', 'general'] as const) {
    for (const value of spilled) {
      if (classOf(input.values[value]!) !== kind) continue;
      slots.set(value, frameBytes);
      frameBytes += kind === 'vector' ? input.vectorBytes : 8;
    }
  }
  const visits = new Map<string, number>();
  for (const { value, start, register, visit } of intervals) if (visit) visits.set(`${value}@${start}`, register);
  const used = { general: new Set<number>(), vector: new Set<number>() };
  for (const { kind, register } of intervals) used[kind].add(register);
  return {
    register(value, position) {
      const register = slots.has(value.id)
        ? visits.get(`${value.id}@${position}`)
        : liveness.intervals.get(value.id)?.register;
      if (register === undefined) throw new Error(`value ${value.id} has no register at position ${position}`);
      return register;
    },
    slot: (value) => slots.get(value.id),
    position: (instruction) => liveness.positions.get(instruction)!,
    frameBytes,
    used,
    spilledVectors: [...spilled].filter((value) => classOf(input.values[value]!) === 'vector'),
  };
}
