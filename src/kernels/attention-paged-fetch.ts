import type { PagedAttentionVariant, PagedParameters } from './attention-paged-layout.ts';
import { passes } from './attention-paged-shapes.ts';
import { type PagedTask, sequencePages, slotOf, type Work } from './attention-paged-work.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { CACHE_BYTES, type CacheRow, headRow, slotRow } from './cache-format.ts';

/** Cache lines of 64 bytes. */
const LINE = 64;

/** What `fetcher` gives: calls that say how far the work is. */
export interface Fetcher {
  /** Positions from `from` on are to be fetched next, as those of the block are that is about to begin. */
  begin(from: I32): void;
  /** Fetches so many positions at once, where no work has gone before. */
  fetch(positions: I32): void;
  /** A tile has passed over so many positions. */
  advance(positions: number): void;
}

/**
 * Fetches what this worker needs a block of positions later, evenly over the work on a block: head by head of a slot's
 * keys and then of its values, as processors fetch more by themselves where lines follow each other. The next row of a head
 * stands in variables, so that a step is little beside the multiply-adds that it is spread over.
 */
export function fetcher(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask): Fetcher {
  const { row, keyHeads, next } = task;
  if (next === undefined || !b.target.prefetches) {
    return { begin: () => undefined, fetch: () => undefined, advance: () => undefined };
  }
  const { memory, nopeDim, ropeDim, valueDim, pageSize } = variant;
  const share = passes(b, variant);
  const end = task.end(row);
  const pages = sequencePages(b, p, row);
  const parts = [
    { values: p.keyNope, scales: p.keyNopeScales, slot: p.keyNopeSlotStride, head: p.keyNopeHeadStride, dim: nopeDim },
    { values: p.keyRope, scales: p.keyRopeScales, slot: p.keyRopeSlotStride, head: p.keyRopeHeadStride, dim: ropeDim },
    { values: p.value, scales: p.valueScales, slot: p.valueSlotStride, head: p.valueHeadStride, dim: valueDim },
  ].filter(({ dim }) => dim > 0);
  const [position, slot, due] = [b.variable(b.i32(0)), b.variable(b.i32(0)), b.variable(b.i32(0))];
  const [first, count] = [b.variable(keyHeads.first), b.variable(keyHeads.count)];
  const [part, left, place, step] = [
    b.variable(b.i32(0)),
    b.variable(b.i32(0)),
    b.variable(p.value),
    b.variable(b.i32(0)),
  ];
  /** The first of the heads' rows of a part in the slot. */
  const enter = (index: number) => {
    const { values, scales, slot: slotStride, head: headStride, dim } = parts[index]!;
    const inHead = headRow(b, memory, { values, scales }, first.get(), { headStride, dim });
    const inSlot = slotRow(b, memory, inHead, slot.get(), slotStride);
    place.set(inSlot.values);
    step.set(headStride);
    left.set(count.get());
    part.set(b.i32(index));
    if (memory === 'q8') b.prefetch(inSlot.scales);
  };
  const enterSlot = () => {
    // Behind this task comes the next one.
    b.if(b.eq(position.get(), end), () => {
      position.set(next.first);
      first.set(next.keyHeads.first);
      count.set(next.keyHeads.count);
    });
    slot.set(slotOf(b, pages, b.min(position.get(), next.last), pageSize));
    position.set(b.add(position.get(), 1));
    enter(0);
  };
  const enterAfter = (index: number): void => {
    if (index === parts.length - 1) {
      enterSlot();
      return;
    }
    b.if(
      b.eq(part.get(), index),
      () => enter(index + 1),
      () => enterAfter(index + 1),
    );
  };
  const shortest = Math.min(...parts.map(({ dim }) => dim)) * CACHE_BYTES[memory];
  const fetchRow = () => {
    const now = place.get();
    for (let line = 0; line < shortest; line += LINE) b.prefetch(now, line);
    parts.forEach(({ dim }, index) => {
      if (dim * CACHE_BYTES[memory] <= LINE * Math.ceil(shortest / LINE)) return;
      b.if(b.eq(part.get(), index), () => {
        for (let line = LINE * Math.ceil(shortest / LINE); line < dim * CACHE_BYTES[memory]; line += LINE) {
          b.prefetch(now, line);
        }
      });
    });
    place.set(b.offset(now, step.get(), CACHE_BYTES[memory]));
    left.set(b.sub(left.get(), 1));
    b.if(b.eq(left.get(), 0), () => enterAfter(0));
  };
  return {
    begin: (from: I32) => {
      position.set(from);
      first.set(keyHeads.first);
      count.set(keyHeads.count);
      b.if(b.gt(from, end), () => position.set(end));
      enterSlot();
      due.set(0);
    },
    fetch: (positions: I32) => b.loop(0, b.mul(b.mul(positions, count.get()), parts.length), 1, fetchRow),
    advance: (positions: number) => {
      due.set(b.add(due.get(), parts.length * positions));
      b.while(
        () => b.ge(due.get(), share),
        () => {
          fetchRow();
          due.set(b.sub(due.get(), share));
        },
      );
    },
  };
}

/**
 * Where nothing can be fetched ahead of its use: reads a byte of each line that a block of positions needs, as its slots lie
 * side by side. Nothing else waits for these loads, so that many are under way at a time; the tiles, whose loads come by
 * and by, would wait for each.
 */
export function readAhead(b: Builder, { p, variant, layout, own, keyHeads }: Work, count: I32): void {
  if (b.target.prefetches) return;
  const { memory, nopeDim, ropeDim, valueDim } = variant;
  const seen = b.variable(b.i32(0));
  const read = (place: Pointer, offset: number) => seen.set(b.or<'i32'>(seen.get(), b.loadI32(place, offset, 'u8')));
  const readRow = (cache: CacheRow, slot: I32, slotStride: I32, headStride: I32, dim: number) => {
    const inSlot = slotRow(b, memory, cache, slot, slotStride);
    b.loop(0, keyHeads.count, 1, (i) => {
      const { values, scales } = headRow(b, memory, inSlot, b.add(keyHeads.first, i), { headStride, dim });
      for (let line = 0; line < dim * CACHE_BYTES[memory]; line += LINE) read(values, line);
      if (memory === 'q8') read(scales, 0);
    });
  };
  b.loop(0, count, 1, (position) => {
    const slot = b.loadI32(b.offset(own, position), layout.at.slots * 4);
    readRow({ values: p.keyNope, scales: p.keyNopeScales }, slot, p.keyNopeSlotStride, p.keyNopeHeadStride, nopeDim);
    if (ropeDim > 0) {
      readRow({ values: p.keyRope, scales: p.keyRopeScales }, slot, p.keyRopeSlotStride, p.keyRopeHeadStride, ropeDim);
    }
    readRow({ values: p.value, scales: p.valueScales }, slot, p.valueSlotStride, p.valueHeadStride, valueDim);
  });
  // Kept, so that no compiler leaves the loads out.
  b.storeI32(own, seen.get(), layout.at.parts * 4);
}
