import type { Access } from './plan.ts';

/**
 * Steps that touch no more bytes than this run on one worker alone: splitting them would cost more than it saves, and
 * steps that follow one another on the same worker need no barrier between them.
 */
const ALONE_BYTES = 24 * 1024;

/** How far past the first step that waits others may run before it. Few: a step's results are in memory longer for it. */
const WINDOW = 8;

/** Whether a step is to run on one worker alone. */
export function runsAlone(accesses: readonly Access[]): boolean {
  return accesses.reduce((bytes, { length }) => bytes + length, 0) <= ALONE_BYTES;
}

/**
 * An order of the steps with fewer barriers than the recorded one: a step that could run at once comes before one that
 * must wait. Steps keep their order wherever one touches what the other writes, so that results are the same bit for
 * bit. Returns the recorded indices in the order of execution, and for each place in it the number of barriers before.
 */
export function orderSteps(
  steps: readonly (readonly Access[])[],
  alone: readonly boolean[],
): { order: number[]; phases: Int32Array } {
  const before = precedingSteps(steps);
  /** The number of barriers passed before a step runs, -1 for those not placed yet. */
  const phases = new Int32Array(steps.length).fill(-1);
  const order: number[] = [];
  const canRun = (step: number, phase: number) =>
    before[step]!.every((other) => {
      const placed = phases[other]!;
      return placed >= 0 && (placed < phase || (alone[other]! && alone[step]!));
    });
  for (let phase = 0, first = 0; order.length < steps.length; ) {
    while (phases[first]! >= 0) first++;
    const end = Math.min(steps.length, first + WINDOW);
    let next = first;
    while (next < end && (phases[next]! >= 0 || !canRun(next, phase))) next++;
    if (next === end) phase++;
    else {
      phases[next] = phase;
      order.push(next);
    }
  }
  return { order, phases: Int32Array.from(order, (step) => phases[step]!) };
}

/** Bytes of the one memory, or of a storage that has no place in it yet. */
interface Touch {
  readonly start: number;
  readonly end: number;
  readonly writes: boolean;
  readonly step: number;
}

/** For each step the earlier ones that must run before it. */
function precedingSteps(steps: readonly (readonly Access[])[]): number[][] {
  // Storages with an address may lie over one another (a parameter, and all parameters of its kind).
  const MEMORY = {};
  const histories = new Map<object, Touch[]>();
  return steps.map((accesses, step) => {
    const found = new Set<number>();
    const touches = accesses.map(({ storage, start, length, writes }) => {
      const space = storage.address === undefined ? storage : MEMORY;
      const from = start + (storage.address ?? 0);
      return { space, touch: { start: from, end: from + length, writes, step } };
    });
    for (const { space, touch } of touches) {
      for (const other of histories.get(space) ?? []) {
        const overlaps = touch.start < other.end && other.start < touch.end;
        if (overlaps && (touch.writes || other.writes)) found.add(other.step);
      }
    }
    for (const { space, touch } of touches) {
      const history = histories.get(space);
      if (history === undefined) histories.set(space, [touch]);
      else history.push(touch);
    }
    return [...found];
  });
}
