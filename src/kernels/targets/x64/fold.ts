/**
 * Finds values that need no register of their own: loads that an arithmetic instruction reads as its memory operand, and
 * comparisons that a jump or a selection makes itself. Each is read once, by an instruction of the same block, with
 * nothing in between that could change what it depends on.
 */
import type { Instruction, Value } from '../../ir.ts';
import { innerBlocks, valuesRead, valueWritten, visitAll } from './simplify.ts';

type Load = Extract<Instruction, { op: 'load' }>;
type Pure = Extract<Instruction, { op: 'pure' }>;

export interface FoldOptions {
  /** Whether one element in memory can be an operand for all lanes. */
  readonly broadcasts: boolean;
  /** Whether that holds for the dot product of bytes too: only where it is one instruction. */
  readonly dotBroadcasts: boolean;
  readonly isConstant: (value: Value) => boolean;
}

/** Operations that take their operands in either order. */
const COMMUTATIVE = new Set(['add', 'mul', 'min', 'max', 'and', 'or', 'xor']);
const COMPARISON = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

export const isCommutative = (operation: string): boolean => COMMUTATIVE.has(operation);

export function isComparison({ name }: Pure): boolean {
  const operation = name.slice(name.indexOf('.') + 1);
  return COMPARISON.has(operation) || operation === 'lt_u';
}

/** Positions of operands of a vector operation that may stand in memory; at most one of them does. */
function memoryOperands({ name, args }: Pure, options: FoldOptions): readonly number[] {
  const [type, operation] = name.split('.') as [string, string];
  if (type !== 'vf32' && type !== 'vi32' && type !== 'vi8') return [];
  if (operation === 'fma') return [0, 1, 2];
  if (operation === 'dot') return [1];
  if (operation === 'dot_unsigned') return options.dotBroadcasts ? [1] : [];
  if (operation === 'dot_bf16') return [1, 2];
  if (args.length !== 2 || operation.startsWith('sh')) return [];
  if (operation === 'at_least' || operation === 'at_most') return [0];
  if (isCommutative(operation)) return [1, 0];
  return operation === 'sub' || operation === 'div' ? [1] : [];
}

function foldsAsOperand(load: Load, pure: Pure, options: FoldOptions): boolean {
  if (load.count !== undefined || !load.result.type.startsWith('v')) return false;
  if (load.memory !== 'f32' && load.memory !== 'i32' && load.memory !== 'bytes') return false;
  if (load.splat && !broadcastsInto(pure, options)) return false;
  const places = memoryOperands(pure, options);
  const place = pure.args.findIndex((arg) => arg.id === load.result.id);
  return places.includes(place) && !pure.args.some((arg, i) => i !== place && options.isConstant(arg));
}

/** Instructions on bytes have no form that repeats an element. */
function broadcastsInto({ name }: Pure, options: FoldOptions): boolean {
  if (name.startsWith('vi8.dot')) return options.dotBroadcasts;
  return options.broadcasts && name !== 'vi8.add' && name !== 'vi8.sub';
}

/** Whether `user` can take over what `candidate` computes. */
function foldsInto(candidate: Instruction, user: Instruction, options: FoldOptions): boolean {
  if (candidate.op === 'load') return user.op === 'pure' && foldsAsOperand(candidate, user, options);
  if (candidate.op !== 'pure' || !isComparison(candidate)) return false;
  const type = candidate.name.slice(0, candidate.name.indexOf('.'));
  if (user.op === 'if' || user.op === 'while') return type === 'i32';
  if (user.op !== 'pure' || !user.name.endsWith('.select') || user.args[0]!.id !== candidate.result.id) return false;
  // A vector comparison goes to a mask register, which only some processors have; see Emitter.
  return type === 'i32' ? !user.name.startsWith('v') : type.startsWith('v') && options.broadcasts;
}

/** Folded values by id: the instruction that the reader carries out. */
export type Folded = ReadonlyMap<number, Load | Pure>;

export function findFolded(body: readonly Instruction[], values: number, options: FoldOptions): Folded {
  const reads = new Int32Array(values);
  const writes = new Int32Array(values);
  visitAll(body, (instruction) => {
    for (const { id } of valuesRead(instruction)) reads[id]!++;
    const written = valueWritten(instruction);
    if (written !== undefined) writes[written.id]!++;
  });
  // A cell that is written elsewhere too keeps its register.
  writes.forEach((count, id) => {
    if (count !== 1) reads[id] = 0;
  });
  const folded = new Map<number, Load | Pure>();
  const block = (instructions: readonly Instruction[]): void => {
    instructions.forEach((instruction, i) => {
      const taken = foldUnder(instructions, i, instruction, reads, folded, options);
      if (taken !== undefined) folded.set(taken.result.id, taken);
      if (instruction.op === 'while') {
        const last = instruction.test.at(-1);
        if (
          last?.op === 'pure' &&
          last.result.id === instruction.condition.id &&
          reads[last.result.id] === 1 &&
          foldsInto(last, instruction, options)
        ) {
          folded.set(last.result.id, last);
        }
      }
      for (const inner of innerBlocks(instruction)) block(inner);
    });
  };
  block(body);
  return folded;
}

/** What the instruction at `at` can take over from before it in its block. */
function foldUnder(
  block: readonly Instruction[],
  at: number,
  user: Instruction,
  reads: Int32Array,
  folded: Folded,
  options: FoldOptions,
): Load | Pure | undefined {
  if (user.op === 'while' || user.op === 'loop') return undefined;
  const wanted = new Set(valuesRead(user).map(({ id }) => id));
  const changed = new Set<number>();
  let memoryChanged = false;
  for (let i = at - 1; i >= 0 && i >= at - REACH; i--) {
    const before = block[i]!;
    const written = valueWritten(before);
    if (
      (before.op === 'load' || before.op === 'pure') &&
      wanted.has(before.result.id) &&
      reads[before.result.id] === 1 &&
      !folded.has(before.result.id) &&
      !(before.op === 'load' && memoryChanged) &&
      !dependencies(before, folded).some(({ id }) => changed.has(id)) &&
      foldsInto(before, user, options)
    ) {
      return before;
    }
    if (innerBlocks(before).length > 0) return undefined;
    if (before.op === 'store' || before.op === 'atomic') memoryChanged = true;
    if (written !== undefined) changed.add(written.id);
  }
  return undefined;
}

/** How far back a folded instruction may stand: what it reads has to stay in registers until then. */
const REACH = 48;

/** What a folded instruction reads, through other folded ones. */
function dependencies(instruction: Instruction, folded: Folded): Value[] {
  return valuesRead(instruction).flatMap((value) => {
    const inner = folded.get(value.id);
    return inner === undefined ? [value] : dependencies(inner, folded);
  });
}

/** Operands of an instruction with folded values replaced by what they read, and constants left out. */
export function operandsOf(
  instruction: Instruction,
  folded: Folded,
  isConstant: (value: Value) => boolean,
): readonly Value[] {
  return dependencies(instruction, folded).filter((value) => !isConstant(value));
}
