import { blockSize } from './memory.ts';
import type { Storage } from './tensor.ts';

/** Bytes of one storage that a step touches, and how. */
export interface Access {
  readonly storage: Storage;
  readonly start: number;
  readonly length: number;
  readonly writes: boolean;
}

/**
 * Places temporary storages in one arena so that two that live at the same time never overlap. A storage lives from the
 * first step that touches it to the last (to the end if `kept`). Largest first, each at the lowest offset that is free
 * during its life. Returns the offset of each and the arena's size.
 *
 * With `phases`, the number of barriers before each step, a storage lives for whole phases: steps between two barriers
 * never share memory, which would make one of them wait for the other.
 */
export function planMemory(
  steps: readonly (readonly Access[])[],
  kept: ReadonlySet<Storage>,
  phases: ArrayLike<number> = steps.map((_, step) => step),
): { offsets: Map<Storage, number>; bytes: number } {
  const lives = new Map<Storage, { first: number; last: number }>();
  steps.forEach((accesses, step) => {
    const phase = phases[step]!;
    for (const { storage } of accesses) {
      if (storage.persistent) continue;
      const life = lives.get(storage);
      if (life === undefined) lives.set(storage, { first: phase, last: phase });
      else life.last = phase;
    }
  });
  for (const storage of kept) {
    const life = lives.get(storage);
    if (life !== undefined) life.last = Number.POSITIVE_INFINITY;
  }
  const order = [...lives].sort(([a, lifeA], [b, lifeB]) => b.bytes - a.bytes || lifeA.first - lifeB.first);
  const placed: { start: number; end: number; first: number; last: number }[] = [];
  const offsets = new Map<Storage, number>();
  let bytes = 0;
  for (const [storage, life] of order) {
    const size = blockSize(storage.bytes);
    let offset = 0;
    // `placed` is sorted by start: one pass finds the lowest gap.
    for (const other of placed) {
      if (other.last < life.first || other.first > life.last) continue;
      if (offset + size <= other.start) break;
      offset = Math.max(offset, other.end);
    }
    const block = { start: offset, end: offset + size, ...life };
    const at = placed.findIndex(({ start }) => start > offset);
    placed.splice(at < 0 ? placed.length : at, 0, block);
    offsets.set(storage, offset);
    bytes = Math.max(bytes, block.end);
  }
  return { offsets, bytes };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly isWrite: boolean;
}

/**
 * Which steps must wait for all workers to finish what came before: those that read or write bytes written since the
 * last barrier, or write bytes read since then. Addresses are final, so memory that is reused counts too. Steps that one
 * worker runs alone do not wait for one another, as it is the same worker.
 */
export function planBarriers(steps: readonly (readonly Access[])[], alone: readonly boolean[]): boolean[] {
  const sinceBarrier = { alone: [] as Range[], together: [] as Range[] };
  const conflicts = (ranges: readonly Range[], { start, end, isWrite }: Range) =>
    ranges.some((other) => (isWrite || other.isWrite) && start < other.end && other.start < end);
  return steps.map((accesses, step) => {
    const ranges = accesses.map(({ storage, start, length, writes }) => {
      if (storage.address === undefined) throw new Error(`storage ${storage.name} has no address yet`);
      return { start: storage.address + start, end: storage.address + start + length, isWrite: writes };
    });
    const { together } = sinceBarrier;
    const wait = ranges.some(
      (range) => conflicts(together, range) || (!alone[step] && conflicts(sinceBarrier.alone, range)),
    );
    if (wait) {
      sinceBarrier.alone.length = 0;
      together.length = 0;
    }
    (alone[step] ? sinceBarrier.alone : together).push(...ranges);
    return wait;
  });
}
