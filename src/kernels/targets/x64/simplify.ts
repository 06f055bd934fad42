/**
 * Removes the copies that variables bring: `get` copies a cell to a value and `set` copies a value to a cell, so that a
 * sum in a loop would take two moves a step. Where nothing comes between, the cell itself is read and written. The
 * meaning stays the same, which the tests check by running the result in the interpreter.
 */
import type { Instruction, Value } from '../../ir.ts';

type Block = readonly Instruction[];

/** The blocks inside an instruction. */
export function innerBlocks(instruction: Instruction): readonly Block[] {
  switch (instruction.op) {
    case 'loop':
      return [instruction.body];
    case 'while':
      return [instruction.test, instruction.body];
    case 'if':
      return [instruction.body, instruction.otherwise];
    default:
      return [];
  }
}

/** Values that an instruction itself reads, without its inner blocks. */
export function valuesRead(instruction: Instruction): readonly Value[] {
  switch (instruction.op) {
    case 'const':
      return [];
    case 'pure':
      return instruction.args;
    case 'offset':
      return [instruction.base, instruction.index];
    case 'load':
      return instruction.count === undefined ? [instruction.address] : [instruction.address, instruction.count];
    case 'store': {
      const { address, value, count } = instruction;
      return count === undefined ? [address, value] : [address, value, count];
    }
    case 'prefetch':
      return [instruction.address];
    case 'atomic':
      return instruction.value === undefined ? [instruction.address] : [instruction.address, instruction.value];
    case 'set':
      return [instruction.value];
    case 'loop':
      return [instruction.start, instruction.end];
    case 'while':
    case 'if':
      return [instruction.condition];
  }
}

/** The value that an instruction writes. */
export function valueWritten(instruction: Instruction): Value | undefined {
  switch (instruction.op) {
    case 'set':
      return instruction.variable;
    case 'loop':
      return instruction.index;
    case 'const':
    case 'pure':
    case 'offset':
    case 'load':
    case 'atomic':
      return instruction.result;
    default:
      return undefined;
  }
}

/** Visits an instruction and all inside it. */
export function visitAll(block: Block, visit: (instruction: Instruction) => void): void {
  for (const instruction of block) {
    visit(instruction);
    for (const inner of innerBlocks(instruction)) visitAll(inner, visit);
  }
}

function readsInside(instruction: Instruction, id: number): number {
  let count = 0;
  visitAll([instruction], (each) => {
    for (const value of valuesRead(each)) if (value.id === id) count++;
  });
  return count;
}

function writesInside(instruction: Instruction, id: number): boolean {
  let found = false;
  visitAll([instruction], (each) => {
    if (valueWritten(each)?.id === id) found = true;
  });
  return found;
}

interface Counts {
  readonly reads: Int32Array;
  readonly writes: Int32Array;
}

function countUses(body: Block, values: number): Counts {
  const counts = { reads: new Int32Array(values), writes: new Int32Array(values) };
  visitAll(body, (instruction) => {
    for (const { id } of valuesRead(instruction)) counts.reads[id]!++;
    const written = valueWritten(instruction);
    if (written !== undefined) counts.writes[written.id]!++;
  });
  return counts;
}

/** Names another value wherever `from` was read, in an instruction and inside it. */
function withReads(instruction: Instruction, from: number, to: Value): Instruction {
  const swap = <T extends Value | undefined>(value: T): T => (value?.id === from ? (to as T) : value);
  const block = (inner: Block) => inner.map((each) => withReads(each, from, to));
  switch (instruction.op) {
    case 'const':
      return instruction;
    case 'pure':
      return { ...instruction, args: instruction.args.map(swap) };
    case 'offset':
      return { ...instruction, base: swap(instruction.base), index: swap(instruction.index) };
    case 'load':
    case 'store':
    case 'prefetch':
    case 'atomic': {
      const copy = { ...instruction, address: swap(instruction.address) } as { -readonly [K in string]: unknown };
      for (const field of ['count', 'value']) {
        if (copy[field] !== undefined) copy[field] = swap(copy[field] as Value);
      }
      return copy as unknown as Instruction;
    }
    case 'set':
      return { ...instruction, value: swap(instruction.value) };
    case 'loop':
      return {
        ...instruction,
        start: swap(instruction.start),
        end: swap(instruction.end),
        body: block(instruction.body),
      };
    case 'while':
      return {
        ...instruction,
        test: block(instruction.test),
        condition: swap(instruction.condition),
        body: block(instruction.body),
      };
    case 'if':
      return {
        ...instruction,
        condition: swap(instruction.condition),
        body: block(instruction.body),
        otherwise: block(instruction.otherwise),
      };
  }
}

/** Reads of a copy become reads of the cell, where the cell is not written before the last of them. */
function readCells(block: Instruction[], counts: Counts): void {
  for (let i = 0; i < block.length; i++) {
    const copy = block[i]!;
    if (copy.op !== 'set' || counts.writes[copy.variable.id] !== 1) continue;
    const { id } = copy.variable;
    let left = counts.reads[id]!;
    let last = i;
    for (let j = i + 1; j < block.length && left > 0; j++) {
      const reads = readsInside(block[j]!, id);
      left -= reads;
      if (reads > 0) last = j;
      const written = writesInside(block[j]!, copy.value.id);
      // A write by the last reader itself comes after its reading, unless it has blocks inside.
      if (written && (left > 0 || (reads > 0 && innerBlocks(block[j]!).length > 0))) left = Number.POSITIVE_INFINITY;
    }
    if (left !== 0) continue;
    counts.reads[copy.value.id]! += counts.reads[id]! - 1;
    counts.reads[id] = 0;
    for (let j = i + 1; j <= last; j++) block[j] = withReads(block[j]!, id, copy.value);
    block.splice(i--, 1);
  }
}

/** A result that is only copied to a cell is written to the cell, where nothing reads or writes the cell in between. */
function writeCells(block: Instruction[], counts: Counts): void {
  for (let j = 0; j < block.length; j++) {
    const set = block[j]!;
    if (set.op !== 'set') continue;
    const { id } = set.value;
    if (counts.reads[id] !== 1 || counts.writes[id] !== 1) continue;
    let i = j - 1;
    while (i >= 0 && valueWritten(block[i]!)?.id !== id) {
      const between = block[i]!;
      if (readsInside(between, set.variable.id) > 0 || writesInside(between, set.variable.id)) break;
      i--;
    }
    const source = i >= 0 ? block[i]! : undefined;
    if (source === undefined || valueWritten(source)?.id !== id || source.op === 'loop' || source.op === 'const') {
      continue;
    }
    block[i] =
      source.op === 'set'
        ? { ...source, variable: set.variable }
        : ({ ...source, result: set.variable } as Instruction);
    counts.writes[id] = 0;
    counts.reads[id] = 0;
    block.splice(j--, 1);
  }
}

/**
 * Steps of a sum that lead up to a write of the cell become writes of the cell: a value read for the last time by the
 * instruction that writes the cell may stand in it, where nothing needs what the cell held before.
 */
function chainCells(block: Instruction[], counts: Counts): void {
  for (let j = block.length - 1; j > 0; j--) {
    const cell = valueWritten(block[j]!);
    if (cell === undefined || counts.writes[cell.id]! < 2 || innerBlocks(block[j]!).length > 0) continue;
    if (valuesRead(block[j]!).some(({ id }) => id === cell.id)) continue;
    for (const value of valuesRead(block[j]!).toReversed()) {
      const i = chainStart(block, j, value, cell, counts);
      if (i === undefined) continue;
      block[i] = { ...block[i]!, result: cell } as Instruction;
      for (let k = i + 1; k <= j; k++) block[k] = withReads(block[k]!, value.id, cell);
      counts.writes[cell.id]!++;
      counts.writes[value.id] = 0;
      break;
    }
  }
}

/** Where `value` is computed, if it may stand in `cell` from there to instruction `j`. */
function chainStart(block: Block, j: number, value: Value, cell: Value, counts: Counts): number | undefined {
  if (value.type !== cell.type || counts.writes[value.id] !== 1) return undefined;
  let reads = readsInside(block[j]!, value.id);
  let i = j - 1;
  for (; i >= 0 && valueWritten(block[i]!)?.id !== value.id; i--) {
    const between = block[i]!;
    if (readsInside(between, cell.id) > 0 || writesInside(between, cell.id)) return undefined;
    reads += readsInside(between, value.id);
  }
  const source = block[i];
  const computed = source?.op === 'pure' || source?.op === 'load' || source?.op === 'offset';
  return computed && reads === counts.reads[value.id] ? i : undefined;
}

function simplifyBlock(block: Block, counts: Counts): Instruction[] {
  const result = block.map((instruction): Instruction => {
    switch (instruction.op) {
      case 'loop':
        return { ...instruction, body: simplifyBlock(instruction.body, counts) };
      case 'while':
        return {
          ...instruction,
          test: simplifyBlock(instruction.test, counts),
          body: simplifyBlock(instruction.body, counts),
        };
      case 'if':
        return {
          ...instruction,
          body: simplifyBlock(instruction.body, counts),
          otherwise: simplifyBlock(instruction.otherwise, counts),
        };
      default:
        return instruction;
    }
  });
  readCells(result, counts);
  writeCells(result, counts);
  chainCells(result, counts);
  return result;
}

/** The body without needless copies; `values` is the number of value ids. */
export function simplify(body: Block, values: number): Instruction[] {
  return simplifyBlock(body, countUses(body, values));
}
